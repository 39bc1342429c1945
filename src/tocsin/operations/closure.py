"""Closing: what an incident's pack asks for before it, and what of that is still open (domain.md L5)."""

from tocsin.errors import NotAllowed
from tocsin.model import closure
from tocsin.model.closure import Condition
from tocsin.model.incident import Incident
from tocsin.operations import clocks
from tocsin.store import incidents
from tocsin.store.database import Connection
from tocsin.store.folder import Store


def look(store: Store, incident: str) -> tuple[Condition, ...]:
    """Return how each condition for closing an incident stands, in the order of its pack. Raises NotFound."""
    with store.journal.read() as connection:
        return standing(connection, store, incidents.get(connection, incident))


def standing(connection: Connection, store: Store, incident: Incident) -> tuple[Condition, ...]:
    """Return how each condition for closing an incident stands now."""
    now = store.now()
    scheme, states = clocks.states(connection, incident, now, store.zone)
    duties = clocks.duties_of(connection, incident, now, store.zone) if "duties" in scheme.closure else ()
    return closure.standing(incident, scheme, states, duties)


def check(connection: Connection, store: Store, incident: Incident) -> None:
    """Raise NotAllowed, naming what is open, while an incident is not ready to be closed."""
    still = [one.why for one in standing(connection, store, incident) if not one.settled]
    if still:
        raise NotAllowed(
            f"it is not ready to be closed: {'; '.join(still)}.",
            where=incident.reference,
            hint="Settle that, or say in the note why it is closed all the same.",
        )
