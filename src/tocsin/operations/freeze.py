"""The change freeze of an incident: declared, lifted, and what was deployed in it all the same (C2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.errors import NotAllowed, NotFound
from tocsin.model import freeze
from tocsin.model.deployment import Deployment
from tocsin.model.freeze import Flagged, Span
from tocsin.model.incident import CLOSED, RESOLVED, Incident
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import DeploymentAllowed, FreezeDeclared, FreezeLifted
from tocsin.model.severity import Scheme
from tocsin.operations import deployments, policies
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents
from tocsin.store.folder import Store, Write


@dataclass(frozen=True, slots=True)
class FreezeView:
    """The freezes of an incident, oldest first, and what was deployed within them.

    `standing` is the one that stands at `now`; `wanted` tells that the level asks for one there never was.
    """

    now: datetime
    standing: Span | None
    spans: tuple[Span, ...]
    flagged: tuple[Flagged, ...]
    wanted: bool = False

    @property
    def open(self) -> tuple[Flagged, ...]:
        """The deployments that nobody allowed."""
        return freeze.unallowed(self.flagged)


def look(store: Store, incident: str) -> FreezeView:
    """Return the change freeze of an incident, by reference or id, as it stands now. Raises NotFound."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme = policies.of(connection, known.policy)
    return view(known, scheme, deployments.of_system(store, known.system), store.now())


def view(known: Incident, scheme: Scheme, ran: Sequence[Deployment], now: datetime) -> FreezeView:
    """Return the same from what was read already; `ran` are all deployments of the incident's system."""
    return FreezeView(
        now,
        freeze.standing(known, now),
        freeze.spans(known),
        freeze.flagged(known, ran),
        freeze.wanted(known, scheme),
    )


def declare(store: Store, author: Author, incident: str, reason: str = "", *, id: str = "") -> Entry:
    """Declare a change freeze. Raises NotAllowed where one stands, or the incident is over."""
    text = checked_text(reason) if reason.strip() else ""
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if known.withdrawn or known.status in (RESOLVED, CLOSED):
            state = "withdrawn" if known.withdrawn else known.status
            raise NotAllowed(
                f"this incident is {state}.", where=known.reference, hint="Re-open it, then freeze."
            )
        if id and any(one.entry == id for one in known.conduct.freezes):
            return write.add(author, FreezeDeclared(text), incident=known.id, subject=known.id, id=id)
        if freeze.standing(known, store.now()) is not None:
            raise NotAllowed("a change freeze stands already.", where=known.reference)
        return write.add(author, FreezeDeclared(text), incident=known.id, subject=known.id, id=id)


def with_level_in(write: Write, author: Author, known: Incident, scheme: Scheme, level: str) -> Entry | None:
    """Declare the freeze that a level asks for, within a transaction that is open; None where it asks none.

    One that stood before, or was lifted by hand, is not declared anew.
    """
    over = known.withdrawn or known.status in (RESOLVED, CLOSED)
    if level not in scheme.freeze or known.conduct.freezes or over:
        return None
    body = FreezeDeclared(f"the policy asks for it at {level}")
    return write.add(author, body, incident=known.id, subject=known.id)


def lift(store: Store, author: Author, incident: str, reason: str) -> Entry:
    """Lift the change freeze, for a reason. Raises NotAllowed where none stands."""
    body = FreezeLifted(checked_text(reason))
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if freeze.standing(known, store.now()) is None:
            ended = next((one for one in reversed(freeze.spans(known)) if one.end), None)
            hint = f"The last one ended: {ended.why_ended}." if ended else "None was declared."
            raise NotAllowed("no change freeze stands.", where=known.reference, hint=hint)
        return write.add(author, body, incident=known.id, subject=known.id)


def allow(
    store: Store, author: Author, incident: str, deployment: str, reason: str, *, id: str = ""
) -> Entry:
    """Say that a deployment seen in the freeze was meant, and why; it is named by id, or by its title.

    Raises NotFound where no such one is flagged, BadInput without a reason.
    """
    text = checked_text(reason)
    with store.journal.read() as connection:
        system = incidents.get(connection, incident).system
    ran = deployments.of_system(store, system)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        found = [
            one.deployment
            for one in freeze.flagged(known, ran)
            if deployment in (one.deployment.id, one.deployment.title)
        ]
        if len(found) != 1:
            what = "several deployments" if found else "no deployment"
            raise NotFound(
                f"{what} of that name was seen in the change freeze.",
                where=deployment,
                hint=f"`tocsin freeze show {known.reference}` lists them with their ids.",
            )
        body = DeploymentAllowed(found[0].id, text, found[0].title)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def by_system(store: Store) -> dict[str, tuple[Incident, Span]]:
    """Return the incident whose change freeze stands now, and the freeze, by the id of the frozen system."""
    with store.journal.read() as connection:
        known = [one for one in incidents.list_all(connection, with_closed=False) if one.conduct.freezes]
    now = store.now()
    return {one.system: (one, span) for one in known if (span := freeze.standing(one, now)) is not None}


def of_deployment(store: Store, deployment: str) -> list[tuple[Incident, Flagged]]:
    """Return the incidents in whose freeze a deployment was seen, with how it stands there."""
    with store.journal.read() as connection:
        known = [one for one in incidents.list_all(connection) if one.conduct.freezes]
    by_system = {one.system: deployments.of_system(store, one.system) for one in known}
    return [
        (one, flag)
        for one in known
        for flag in freeze.flagged(one, by_system[one.system])
        if flag.deployment.id == deployment
    ]
