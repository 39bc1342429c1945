"""Clocks: what is due when, what is met, late or waived, as a function of facts, scheme and instant.

A rule has one *run* at a time. A change of level that changes its offset ends the run as superseded and
begins another; re-opening begins anew what an earlier containment or resolution had met.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tocsin.model.calendar import Offset
from tocsin.model.counting import due
from tocsin.model.incident import CLOSED, CONTAINED, REOPENED, RESOLVED, Grade, Incident, Mark, Move
from tocsin.model.severity import ClockRule, Scheme

# The facts a clock may run from or be met by, with the words for them. The ids are those that legal regimes
# use for their anchors; what a regime calls awareness is a finding of its own, not derived from detection.
FACTS: dict[str, str] = {
    "incident_occurred": "estimated start",
    "detection": "detection",
    "declared": "declaration",
    "graded": "re-grading",
    "contained": "containment",
    "resolution": "resolution",
    "closed": "closing",
}
_MOVES = {CONTAINED: "contained", RESOLVED: "resolution", CLOSED: "closed"}
_MOVED = frozenset(_MOVES.values())
_NEVER = datetime.max.replace(tzinfo=UTC)


class State(StrEnum):
    """How a clock stands. WAITING has no start yet; the last four have ended."""

    RUNNING = "running"
    DUE_SOON = "due soon"
    OVERDUE = "overdue"
    WAITING = "waiting"
    MET = "met"
    WAIVED = "waived"
    NOT_APPLICABLE = "not applicable"
    SUPERSEDED = "superseded"


TICKING = frozenset({State.RUNNING, State.DUE_SOON, State.OVERDUE})
MARKS = (State.MET, State.WAIVED, State.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class ClockState:
    """One clock at one instant; all instants are UTC.

    `id` is unique in the list: the rule's id for the run that counts, with "/1", "/2" ... for superseded
    ones. `level` is empty for a rule that is the same at all levels. `soon` is when it becomes due soon.
    `ended` is when it was met, waived or superseded; `stopped` when the incident was closed over it, which
    leaves its state as it was. `late` holds when it was met, superseded or still stands after `due`. `by` is
    who marked it, empty when a fact did.
    """

    id: str
    rule: str
    name: str
    level: str
    state: State
    basis: str
    started: datetime | None = None
    soon: datetime | None = None
    due: datetime | None = None
    ended: datetime | None = None
    stopped: datetime | None = None
    late: bool = False
    reason: str = ""
    by: str = ""

    @property
    def met_at(self) -> datetime | None:
        """When it was met, None if it was not."""
        return self.ended if self.state is State.MET else None

    @property
    def ticking(self) -> bool:
        """Whether it still counts towards its due time or past it."""
        return self.state in TICKING and self.stopped is None

    def left(self, now: datetime) -> timedelta | None:
        """Return the time to the due instant, negative when late; from the end or stop once there is one."""
        return None if self.due is None else self.due - (self.ended or self.stopped or now)


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch in which a rule counts: evidence from `since` on and before `until` belongs to it."""

    rule: ClockRule
    offset: Offset
    level: str
    anchor: str
    started: datetime | None
    since: datetime | None = None
    until: datetime | None = None


def facts(incident: Incident) -> dict[str, datetime]:
    """Return the instants known of an incident by their id in `FACTS`, without what a re-opening undid."""
    known = {"detection": incident.detected, "declared": incident.declared}
    if incident.start is not None:
        known["incident_occurred"] = incident.start.at
    changes = _levels(incident)[1:]
    if changes:
        known["graded"] = changes[0].at
    for move in _split(incident.moves)[1]:
        if move.status in _MOVES:
            known.setdefault(_MOVES[move.status], move.at)
    return known


def clock_states(incident: Incident, scheme: Scheme, now: datetime, zone: str) -> list[ClockState]:
    """Return every clock of an incident as it stands at `now`, nearest first; none of a withdrawn incident.

    `zone` is the store's home zone (IANA), used by calendars that name none. All facts given count, also
    later ones than `now`: a machine's clock set back must not undo a met clock. To look back, use `as_of`.
    """
    if incident.withdrawn:
        return []
    stopped = incident.moves[-1].at if incident.status == CLOSED else None
    runs = [run for rule in scheme.clocks for run in _numbered(incident, rule)]
    states = [_state(id_, run, incident, scheme, zone) for id_, run in runs]
    return sorted((_stand(state, stopped, now) for state in states), key=_order)


def at(clock: ClockState, now: datetime) -> ClockState:
    """Return the clock at another instant, the facts being the same: all that a tick needs."""
    if not clock.ticking or clock.due is None or clock.soon is None:
        return clock
    late = now > clock.due
    state = State.OVERDUE if late else State.DUE_SOON if now >= clock.soon else State.RUNNING
    return clock if state is clock.state else replace(clock, state=state, late=late)


def as_of(incident: Incident, instant: datetime) -> Incident | None:
    """Return the incident without what happened after `instant`; None when it was not yet declared then."""
    if instant < incident.declared:
        return None
    return replace(
        incident,
        moves=tuple(move for move in incident.moves if move.at <= instant),
        marks=tuple(mark for mark in incident.marks if mark.at <= instant),
        grades=incident.grades[:1] + tuple(grade for grade in incident.grades[1:] if grade.at <= instant),
    )


def _levels(incident: Incident) -> list[Grade]:
    """The levels given, without those that only repeat the one before."""
    given: list[Grade] = []
    for grade in incident.grades:
        if not given or grade.level != given[-1].level:
            given.append(grade)
    return given


def _split(moves: tuple[Move, ...]) -> tuple[tuple[Move, ...], tuple[Move, ...], datetime | None]:
    """Moves before the last re-opening, moves after it, and when it was."""
    last = max((i for i, move in enumerate(moves) if move.status == REOPENED), default=-1)
    earlier = tuple(move for move in moves[: max(last, 0)] if move.status != REOPENED)
    return earlier, moves[last + 1 :], moves[last].at if last >= 0 else None


def _numbered(incident: Incident, rule: ClockRule) -> Iterator[tuple[str, _Run]]:
    for number, run in enumerate(_runs(incident, rule), start=1):
        yield (rule.id if run.until is None else f"{rule.id}/{number}"), run


def _runs(incident: Incident, rule: ClockRule) -> Iterator[_Run]:
    """The runs of a rule in order, one for each stretch of levels that share its offset."""
    known = facts(incident)
    for offset, first, until in _stretches(incident, rule):
        if offset is None:
            continue
        run = _Run(rule, offset, first.level, FACTS[rule.anchor], known.get(rule.anchor), until=until)
        if rule.restarts_on_regrading and first.entry != incident.grades[0].entry:
            run = replace(run, anchor=FACTS["graded"], started=first.at, since=first.at)
        yield run if until else _after_reopening(run, incident)


def _stretches(incident: Incident, rule: ClockRule) -> Iterator[tuple[Offset | None, Grade, datetime | None]]:
    levels = _levels(incident)
    starts = [
        grade
        for i, grade in enumerate(levels)
        if i == 0
        or rule.offset(grade.level) != rule.offset(levels[i - 1].level)
        or rule.restarts_on_regrading
    ]
    for i, grade in enumerate(starts):
        yield rule.offset(grade.level), grade, starts[i + 1].at if i + 1 < len(starts) else None


def _after_reopening(run: _Run, incident: Incident) -> _Run:
    """What an earlier containment or resolution had met, or set going, begins anew when that did not hold."""
    earlier, _, reopened = _split(incident.moves)
    if reopened is None or (run.since is not None and run.since > reopened):
        return run
    if run.rule.anchor in _MOVED:
        return replace(run, since=reopened)
    undone = {_MOVES.get(move.status) for move in earlier if _in(run, move.at)} & set(run.rule.met_by)
    if not undone or _holds(run, incident):
        return run
    return replace(run, anchor="re-opening", started=reopened, since=reopened)


def _holds(run: _Run, incident: Incident) -> bool:
    """Whether a run ended for a reason that no re-opening takes back."""
    mark = _mark(run, incident.marks)
    if mark is not None and mark.state != State.MET:
        return True
    return any(
        name in run.rule.met_by and name not in _MOVED and _in(run, instant)
        for name, instant in _events(incident)
    )


def _state(id_: str, run: _Run, incident: Incident, scheme: Scheme, zone: str) -> ClockState:
    """A run with its end, if it has one; whether it is due is told later, for an instant."""
    basis = f"{run.offset.words} from {run.anchor} · {scheme.title}"
    level = run.level if run.rule.within is None else ""
    clock = ClockState(id_, run.rule.id, run.rule.name, level, State.WAITING, basis)
    if run.started is not None:
        end = due(run.started, run.offset, scheme.calendar, zone)
        soon = end - (end - run.started) * scheme.due_soon
        clock = replace(clock, state=State.RUNNING, started=run.started, soon=soon, due=end)
    return _ended(clock, run, incident)


def _ended(clock: ClockState, run: _Run, incident: Incident) -> ClockState:
    mark = _mark(run, incident.marks)
    if mark is not None:
        state = State(mark.state)
        late = state is State.MET and _after(mark.at, clock.due)
        return replace(clock, state=state, ended=mark.at, late=late, reason=mark.reason, by=mark.by)
    evidence = [
        instant for name, instant in _events(incident) if name in run.rule.met_by and _in(run, instant)
    ]
    if evidence:
        met = min(evidence)
        return replace(clock, state=State.MET, ended=met, late=_after(met, clock.due))
    if run.until is not None:
        late = _after(run.until, clock.due)
        return replace(clock, state=State.SUPERSEDED, ended=run.until, late=late)
    return clock


def _mark(run: _Run, marks: Iterable[Mark]) -> Mark | None:
    found = None
    for mark in marks:
        if mark.clock == run.rule.id and mark.state in MARKS and _in(run, mark.at):
            found = mark
    return found


def _events(incident: Incident) -> Iterator[tuple[str, datetime]]:
    """Every instant at which a fact came true, also those that a re-opening took back."""
    yield "detection", incident.detected
    yield "declared", incident.declared
    yield from (("graded", grade.at) for grade in _levels(incident)[1:])
    yield from ((_MOVES[move.status], move.at) for move in incident.moves if move.status in _MOVES)


def _in(run: _Run, instant: datetime) -> bool:
    return (run.since is None or instant >= run.since) and (run.until is None or instant < run.until)


def _after(instant: datetime, limit: datetime | None) -> bool:
    return limit is not None and instant > limit


def _stand(clock: ClockState, stopped: datetime | None, now: datetime) -> ClockState:
    if clock.ended is not None or stopped is None:
        return at(clock, now)
    return replace(at(clock, stopped), stopped=stopped)


def _order(clock: ClockState) -> tuple[bool, bool, datetime, str]:
    """Ticking ones by due time, then those waiting for their start, then those that ended."""
    return clock.ended is not None, not clock.ticking, clock.due or _NEVER, clock.id
