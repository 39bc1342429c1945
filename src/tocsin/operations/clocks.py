"""Clocks: how they stand at any instant, marking one, letting one stand still and go on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import clocks, duty_clocks, pauses
from tocsin.model.answers import Answer
from tocsin.model.clocks import ClockState, State
from tocsin.model.duties import Duty, open_questions
from tocsin.model.incident import Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import ClockMarked, Entry
from tocsin.model.operator import Author
from tocsin.model.regime import Question, Rules
from tocsin.model.response import ClockPaused, ClockResumed
from tocsin.model.severity import Scheme
from tocsin.model.urgency import Watched, by_urgency
from tocsin.operations import answers, policies, regimes
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

_MOMENT = timedelta(microseconds=1)


def states(
    connection: Connection, incident: Incident, now: datetime, zone: str, until: datetime | None = None
) -> tuple[Scheme, list[ClockState]]:
    """Return what rules an incident, its pack with the duties that apply, and its clocks, nearest first.

    `zone` is the store's home zone. Clocks that ended under a former pack stay as that one had them. Of a
    time past, `until` leaves out what was answered of the organisation and the system later.
    """
    scheme = scheme_of(connection, incident, now, zone, until)
    return scheme, clocks.clock_states(incident, scheme, now, zone, former(connection, incident))


def scheme_of(
    connection: Connection, incident: Incident, now: datetime, zone: str, until: datetime | None = None
) -> Scheme:
    """Return the pack that rules an incident, with the clocks of the duties that apply to it at `now`."""
    given = answers.of(connection, incident, until)
    law = partial(regimes.current, connection)
    return _with_duties(law, policies.of(connection, incident.policy), incident, given, now, zone)


def duties_of(connection: Connection, incident: Incident, now: datetime, zone: str) -> tuple[Duty, ...]:
    """Return every duty of the rules in force as it stands for an incident at `now`."""
    given = answers.of(connection, incident)
    return duty_clocks.of(incident, regimes.current(connection), given, now, zone)


def asked(connection: Connection, incident: Incident, now: datetime, zone: str) -> tuple[Question, ...]:
    """Return the questions that still decide a duty, the one that decides most first."""
    given = answers.of(connection, incident)
    rules = regimes.current(connection)
    return open_questions(rules, duty_clocks.of(incident, rules, given, now, zone), given)


def _with_duties(
    law: Callable[[], Rules],
    pack: Scheme,
    incident: Incident,
    given: Mapping[str, Answer],
    now: datetime,
    zone: str,
) -> Scheme:
    """The one place where duties join the clocks. Rules are read only where something was answered."""
    if not duty_clocks.touched(incident, given):
        return pack
    return duty_clocks.joined(pack, incident, law(), given, now, zone)


def former(connection: Connection, incident: Incident) -> tuple[tuple[Scheme, datetime], ...]:
    """Return the packs that ruled an incident before, and until when."""
    return tuple((policies.of(connection, sha), until) for sha, until in incident.former)


def listed(store: Store, incident: str, *, at: datetime | None = None) -> list[ClockState]:
    """Return an incident's clocks, nearest first, as they stand now, or as they stood or will stand at `at`.

    In the past only what had happened by then counts, as it is known today. Raises NotFound.
    """
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        if at is None:
            return states(connection, known, store.now(), store.zone)[1]
        then = clocks.as_of(known, at)
        return [] if then is None else states(connection, then, at, store.zone, at)[1]


def wall(store: Store) -> list[Watched]:
    """Return every incident that is not closed, with scheme and clocks, the most urgent first."""
    now = store.now()
    with store.journal.read() as connection:
        return watched(connection, now, store.zone)


def watched(connection: Connection, now: datetime, zone: str) -> list[Watched]:
    """Return every incident that is not closed as it stands at `now`, the most urgent first."""
    found = [one for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
    shas = {sha for one in found for sha in (one.policy, *(former for former, _ in one.former))}
    packs = {sha: policies.of(connection, sha) for sha in shas}  # a pack is read once, however many it rules
    shared, law = answers.shared(connection), cache(partial(regimes.current, connection))  # read once, too
    return by_urgency(_watch(law, one, packs.__getitem__, shared, now, zone) for one in found)


def watch(connection: Connection, incident: Incident, now: datetime, zone: str) -> Watched:
    """Return an incident with its scheme and its clocks at `now`."""
    shared, law = answers.shared(connection), partial(regimes.current, connection)
    return _watch(law, incident, partial(policies.of, connection), shared, now, zone)


def _watch(
    law: Callable[[], Rules],
    incident: Incident,
    pack: Callable[[str], Scheme],
    shared: answers.Shared,
    now: datetime,
    zone: str,
) -> Watched:
    before = tuple((pack(sha), until) for sha, until in incident.former)
    given = answers.joined(shared, incident)
    scheme = _with_duties(law, pack(incident.policy), incident, given, now, zone)
    return Watched(incident, scheme, tuple(clocks.clock_states(incident, scheme, now, zone, before)))


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
        marked = _running(write, known, clock, store)
        _check_time(marked, known, at, store)
        if at is None and marked.started is not None and marked.started > store.now() and not _ahead(marked):
            at = marked.started  # this machine's clock was set back; the mark must not go to an earlier run
        occurred = None if at is None else When(at, zone=store.zone)
        body = ClockMarked(clock, state.value, reason)
        return write.add(author, body, incident=known.id, subject=known.id, occurred=occurred)


def pause(
    store: Store, author: Author, incident: str, clock: str, reason: str, *, at: datetime | None = None
) -> Entry:
    """Let a clock stand still from now on, or from a time past; its time does not count meanwhile.

    Raises NotFound for a clock that does not run, NotAllowed for one that may not be paused, stands still
    already or ran out, BadInput for the rest.
    """
    reason = checked_text(reason)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        found = _running(write, known, clock, store)
        if not found.pausable:
            raise NotAllowed("this clock cannot be paused: its rule lets it run.", where=clock)
        if found.state is State.PAUSED:
            raise NotAllowed(f"it stands still since {iso(found.paused or store.now())}.", where=clock)
        if found.state is State.OVERDUE:
            raise NotAllowed("it has run out; a pause would not bring its time back.", where=clock,
                             hint="Mark it met, or waive it with a reason.")  # fmt: skip
        if not found.ticking:
            raise NotAllowed(f"it is {found.state}, so there is nothing to pause.", where=clock)
        _check_time(found, known, at, store)
        return _turn(write, author, known, ClockPaused(clock, reason), at, store)


def resume(
    store: Store, author: Author, incident: str, clock: str, reason: str = "", *, at: datetime | None = None
) -> Entry:
    """Let a clock go on that stands still. Raises NotFound, NotAllowed when it does not, BadInput."""
    reason = checked_text(reason) if reason.strip() else ""
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        found = _running(write, known, clock, store)
        if found.paused is None:
            raise NotAllowed("it does not stand still.", where=clock)
        if at is not None and at < found.paused:
            raise BadInput("the time is before the clock was paused.", where=iso(at))
        _check_time(found, known, at, store)
        return _turn(write, author, known, ClockResumed(clock, reason), at, store)


def _turn(
    write: Write,
    author: Author,
    incident: Incident,
    body: ClockPaused | ClockResumed,
    at: datetime | None,
    store: Store,
) -> Entry:
    """Write a pause or its end after the last one, also on a machine whose clock was set back."""
    last = pauses.last_turn(incident, body.clock)
    if last is not None and (at or store.now()) <= last:
        if at is not None and at < last:
            raise BadInput("the clock was paused or resumed after that.", where=iso(at))
        at = last + _MOMENT
    occurred = None if at is None else When(at, zone=store.zone)
    return write.add(author, body, incident=incident.id, subject=incident.id, occurred=occurred)


def _running(write: Write, incident: Incident, clock: str, store: Store) -> ClockState:
    """Return a clock that has not ended. Raises NotFound, NotAllowed."""
    _, found = states(write.connection, incident, store.now(), store.zone)
    running = {state.id: state for state in found if state.state is not State.SUPERSEDED}
    if clock not in running:
        ids = ", ".join(state.id for state in found if state.id == state.rule)
        raise NotFound(f"{incident.reference} has no such clock.", where=clock, hint=f"It has {ids}.")
    one = running[clock]
    if one.ended is not None:
        how = "It does not apply here." if one.state is State.NOT_APPLICABLE else "Undo that entry first."
        raise NotAllowed(f"it is {one.state} since {iso(one.ended)}.", where=clock, hint=how)
    return one


def _check_time(found: ClockState, incident: Incident, at: datetime | None, store: Store) -> None:
    begins = incident.detected if found.started is None or _ahead(found) else found.started
    if at is not None and not begins <= at <= store.now():
        raise BadInput("the time is before the clock's start or still to come.", where=iso(at))


def _ahead(found: ClockState) -> bool:
    """Whether a clock is due at a planned event, or counted back from it: what it asks for comes before."""
    return found.due is not None and found.started is not None and found.due <= found.started
