"""Clocks: how they stand at any instant, and marking one as met, waived or not applicable."""

from datetime import datetime

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import clocks
from tocsin.model.clocks import ClockState, State
from tocsin.model.incident import Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import ClockMarked, Entry
from tocsin.model.operator import Author
from tocsin.model.urgency import Watched, by_urgency
from tocsin.operations import policies
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents
from tocsin.store.folder import Store, Write


def listed(store: Store, incident: str, *, at: datetime | None = None) -> list[ClockState]:
    """Return an incident's clocks, nearest first, as they stand now, or as they stood or will stand at `at`.

    In the past only what had happened by then counts, as it is known today. Raises NotFound.
    """
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme = policies.of(connection, known.policy)
    if at is None:
        return clocks.clock_states(known, scheme, store.now(), store.zone)
    then = clocks.as_of(known, at)
    return [] if then is None else clocks.clock_states(then, scheme, at, store.zone)


def wall(store: Store) -> list[Watched]:
    """Return every incident that is not closed, with scheme and clocks, the most urgent first."""
    now = store.now()
    with store.journal.read() as connection:
        found = [one for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
        schemes = {sha: policies.of(connection, sha) for sha in {one.policy for one in found}}
    return by_urgency(
        Watched(
            one,
            schemes[one.policy],
            tuple(clocks.clock_states(one, schemes[one.policy], now, store.zone)),
        )
        for one in found
    )


def mark(
    store: Store,
    author: Author,
    incident: str,
    clock: str,
    state: State,
    *,
    reason: str = "",
    at: datetime | None = None,
) -> Entry:
    """Mark a clock as met, waived or not applicable, now or at a time past; the last two need a reason.

    Raises NotFound for a clock that does not run, NotAllowed for one that ended, BadInput for the rest.
    """
    if state not in clocks.MARKS:
        raise BadInput("a clock is marked met, waived or not applicable.", where=state)
    if state is not State.MET or reason.strip():
        reason = checked_text(reason)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        marked = _check(write, known, clock, at, store)
        if at is None and marked.started is not None and marked.started > store.now():
            at = marked.started  # this machine's clock was set back; the mark must not go to an earlier run
        occurred = None if at is None else When(at, zone=store.zone)
        body = ClockMarked(clock, state.value, reason)
        return write.add(author, body, incident=known.id, subject=known.id, occurred=occurred)


def _check(write: Write, incident: Incident, clock: str, at: datetime | None, store: Store) -> ClockState:
    scheme = policies.of(write.connection, incident.policy)
    states = clocks.clock_states(incident, scheme, store.now(), store.zone)
    running = {state.id: state for state in states if state.state is not State.SUPERSEDED}
    if clock not in running:
        ids = ", ".join(state.id for state in states if state.id == state.rule)
        raise NotFound(f"{incident.reference} has no such clock.", where=clock, hint=f"It has {ids}.")
    found = running[clock]
    if found.ended is not None:
        raise NotAllowed(
            f"it is {found.state} since {iso(found.ended)}.", where=clock, hint="Undo that entry first."
        )
    if at is not None and not (found.started or incident.detected) <= at <= store.now():
        raise BadInput("the time is before the clock's start or still to come.", where=iso(at))
    return found
