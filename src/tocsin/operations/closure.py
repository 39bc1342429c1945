"""Closing: what an incident's pack asks for before it, and what of that is still open (domain.md L5)."""

from tocsin.model import closure
from tocsin.model.closure import Condition
from tocsin.operations import clocks
from tocsin.store import incidents
from tocsin.store.folder import Store


def look(store: Store, incident: str) -> tuple[Condition, ...]:
    """Return how each condition for closing an incident stands, in the order of its pack. Raises NotFound."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme, states = clocks.states(connection, known, store.now(), store.zone)
    return closure.standing(known, scheme, states)
