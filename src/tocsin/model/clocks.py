"""Clocks: what is due when, what is met, late or waived, as a function of facts, scheme and instant.

A clock is an anchor, an offset, a counting rule, a calendar and a condition, for service levels and statutory
duties alike. A rule has one *run* at a time (`clock_runs.py`). A change of level that changes its offset ends
the run as superseded and begins another; re-opening begins anew what an earlier containment or resolution
had met. A pack applied later leaves alone what ended before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from tocsin.model import pauses, rounds
from tocsin.model.calendar import Calendar
from tocsin.model.clock_packs import Before, joined
from tocsin.model.clock_runs import Life, Run, life, numbered, ordered, unfit
from tocsin.model.clock_state import MARKS, TICKING, ClockState, State, at, state_at
from tocsin.model.conduct import Conduct
from tocsin.model.counting import Counted, capped, count
from tocsin.model.duty_rule import DutyRule
from tocsin.model.facts import DUE, MET, facts, lies_ahead
from tocsin.model.incident import CLOSED, FIELDS, Incident
from tocsin.model.severity import ClockRule, Scheme
from tocsin.model.spans import Pause

__all__ = ["MARKS", "TICKING", "ClockState", "State", "as_of", "at", "clock_states", "facts", "state_at"]

_NEVER = datetime.max.replace(tzinfo=UTC)
_BEFORE_GATE = timedelta(days=1)  # how long before a gate it is due soon
_LONGEST_SOON = timedelta(days=2)  # of a duty with weeks or months, which would ring for as long
Former = Sequence[tuple[Scheme, datetime]]


def clock_states(
    incident: Incident, scheme: Scheme, now: datetime, zone: str, former: Former = ()
) -> list[ClockState]:
    """Return every clock of an incident as it stands at `now`, nearest first; none of a withdrawn incident.

    `zone` is the store's home zone (IANA), used by calendars that name none. `former` are the packs that
    ruled before and until when. All facts given count, also later ones than `now`: a machine's clock set
    back must not undo a met clock. To look back, use `as_of`.
    """
    if incident.withdrawn:
        return []
    lived, found, before = life(incident), list[ClockState](), _before(incident, zone, former)
    for rule in ordered(scheme):
        runs = [(run, _state(id_, run, lived, scheme, zone)) for id_, run in numbered(lived, rule)]
        states = [state for _, state in runs] if before is None else joined(rule.id, before, runs)
        found += states
        _chain(lived, rule, states)
    if before is not None:
        gone = dict.fromkeys(one.rule for one in before.states if scheme.clock(one.rule) is None)
        found += [one for rule_id in gone for one in joined(rule_id, before, ())]
    stopped = incident.moves[-1].at if incident.status == CLOSED else None
    return sorted((_stand(state, stopped, now) for state in found), key=_order)


def as_of(incident: Incident, instant: datetime) -> Incident | None:
    """Return the incident without what happened after `instant`; None when it was not yet declared then.

    What happened by then counts as it is known today: of a fact stated twice the later statement.
    """
    if instant < incident.declared:
        return None
    former = tuple(one for one in incident.former if one[1] <= instant)
    packs = [sha for sha, _ in incident.former] + [incident.policy]
    return replace(
        incident,
        moves=tuple(move for move in incident.moves if move.at <= instant),
        marks=tuple(mark for mark in incident.marks if mark.at <= instant),
        grades=incident.grades[:1] + tuple(grade for grade in incident.grades[1:] if grade.at <= instant),
        policy=packs[len(former)],
        former=former,
        conduct=_conduct_until(incident.conduct, instant),
    )


def _conduct_until(conduct: Conduct, instant: datetime) -> Conduct:
    stated = {said.body.fact: said for said in conduct.facts}.values()
    known = replace(conduct, facts=tuple(said for said in stated if not lies_ahead(said.body.fact)))
    until = {
        each.name: tuple(said for said in getattr(known, each.name) if said.at <= instant)
        for each in fields(known)
    }
    ahead = tuple(said for said in stated if lies_ahead(said.body.fact))
    return replace(known, **{**until, "facts": (*until["facts"], *ahead)})


@dataclass(frozen=True, slots=True)
class _End:
    """How a run ended, and when."""

    state: State
    at: datetime
    reason: str = ""
    by: str = ""


def _state(id_: str, run: Run, lived: Life, scheme: Scheme, zone: str) -> ClockState:
    """A run with its end, if it has one; whether it is due is told later, for an instant."""
    rule = run.rule
    level = run.level if rule.within_by_level else ""
    clock = ClockState(id_, rule.id, rule.name, level, State.WAITING, _basis(run, scheme),
                       counts_up=rule.counts_up, repeats=rule.repeats, pausable=rule.pausable)  # fmt: skip
    end = _end(run, lived)
    reason, settled = unfit(rule, lived.incident)
    if reason and settled and (end is None or not end.by):
        end = _End(State.NOT_APPLICABLE, run.until or run.since or lived.incident.declared, reason)
    if reason or run.started is None:
        note = f"until the {FIELDS.get(reason, reason).lower()} is known" if reason and not settled else ""
        if not reason and isinstance(rule, DutyRule):
            note = f"waits for: {rule.anchor_title}"
        return _ended(replace(clock, note=note), end)
    calendar = scheme.calendars.get(rule.calendar, scheme.calendar)
    if rule.repeats:

        def counted(start: datetime, then: datetime) -> Counted:
            return _count(run, start, pauses.until(lived.incident, run, then), lived, calendar, zone)

        clock = rounds.current(clock, run, lived, counted)
        if clock.ended is not None:
            return clock
        run = replace(run, started=clock.started)
    clock = _counted(clock, run, lived, calendar, zone, end)
    if clock.due is not None and clock.started is not None:
        share = (clock.due - clock.started) * scheme.due_soon
        soon = clock.due - (min(share, _LONGEST_SOON) if isinstance(rule, DutyRule) else share)
        if clock.due <= clock.started:  # a gate, or counted back from a planned event
            soon = clock.due - _BEFORE_GATE
        clock = replace(clock, soon=soon)
    return _ended(clock, end)


def _counted(
    clock: ClockState, run: Run, lived: Life, calendar: Calendar, zone: str, end: _End | None
) -> ClockState:
    """A clock that has begun, with its due time or house target, or standing still."""
    assert run.started is not None
    start = run.started
    still, open_ = pauses.of(lived.incident, run)
    if end is not None:
        still, open_ = pauses.until(lived.incident, run, end.at), None
    found = _count(run, start, still, lived, calendar, zone)
    clock = replace(clock, state=State.RUNNING, started=start, why=found.why, idle=pauses.idle(still, start))
    if run.rule.counts_up:
        why = run.rule.no_number if isinstance(run.rule, DutyRule) else found.why
        clock = replace(clock, target=found.plan_to, why=why)
        return clock if open_ is None else replace(clock, state=State.PAUSED, paused=open_)
    due, snoozed = clock.due or found.plan_to, clock.due is not None
    assert due is not None
    if open_ is not None and open_ < due:
        return replace(clock, state=State.PAUSED, paused=open_, remaining=due - open_, due=None)
    today = None
    if calendar.moved and not snoozed:
        today = _count(run, start, still, lived, calendar.thawed(), zone).plan_to
    outer = None if snoozed or found.legal_outer == due else found.legal_outer
    return replace(clock, due=due, outer=outer, due_today=None if today == due else today)


def _count(
    run: Run, start: datetime, still: Sequence[Pause], lived: Life, calendar: Calendar, zone: str
) -> Counted:
    rule = run.rule
    if run.offset is None:
        return count(start, None, "promptness", calendar, zone)
    relief = isinstance(rule, DutyRule) and rule.relief
    found = count(start, run.offset, rule.counting, calendar, zone, pauses=still, relief=relief)
    cap_from = lived.fact(rule.not_after_from) if rule.not_after else None
    if cap_from is None:
        return found
    cap = count(cap_from, rule.not_after, rule.counting, calendar, zone, relief=relief)
    return capped(found, start, cap)


def _basis(run: Run, scheme: Scheme) -> str:
    rule = run.rule
    source = rule.citation if isinstance(rule, DutyRule) else scheme.title
    if rule.counts_up:
        target = f" · house target {run.offset.words}" if run.offset else ""
        return f"counts up from {run.anchor}{target} · {source}"
    if isinstance(rule, DutyRule) and rule.gate:
        return f"at or before: {run.anchor} · {source}"
    assert run.offset is not None
    return f"{'every ' if rule.repeats else ''}{run.offset.words} from {run.anchor} · {source}"


def _end(run: Run, lived: Life) -> _End | None:
    """How a run ended: by a person's mark, by a fact, or because another took its place."""
    mark = run.mark(lived.incident.marks)
    if mark is not None:
        return _End(State(mark.state), mark.at, mark.reason, mark.by)
    evidence = [] if run.rule.repeats else run.evidence(lived, run.rule.met_by)
    if evidence:
        return _End(State.MET, min(evidence))
    return None if run.until is None else _End(State.SUPERSEDED, run.until)


def _ended(clock: ClockState, end: _End | None) -> ClockState:
    if end is None:
        return clock
    # What the law still takes on the next working day is not late, though we had planned for the day before.
    late = end.state in (State.MET, State.SUPERSEDED) and _after(end.at, clock.limit)
    return replace(clock, state=end.state, ended=end.at, late=late, reason=end.reason, by=end.by)


def _chain(lived: Life, rule: ClockRule, states: Iterable[ClockState]) -> None:
    """Let other clocks count from the due time and from the end of this one."""
    for state in states:
        if state.id == rule.id:
            lived.chained[f"{DUE}{rule.id}"] = state.due
            lived.chained[f"{MET}{rule.id}"] = state.met_at


def _before(incident: Incident, zone: str, former: Former) -> Before | None:
    """The clocks as they stood when the last pack was replaced."""
    if not former:
        return None
    scheme, until = former[-1]
    then = as_of(incident, max(until, incident.declared))
    assert then is not None
    return Before(until, tuple(clock_states(then, scheme, until, zone, former[:-1])))


def _after(instant: datetime, limit: datetime | None) -> bool:
    return limit is not None and instant > limit


def _stand(clock: ClockState, stopped: datetime | None, now: datetime) -> ClockState:
    if clock.ended is not None or stopped is None:
        return at(clock, now)
    return replace(at(clock, stopped), stopped=stopped)


def _order(clock: ClockState) -> tuple[bool, bool, bool, datetime, str]:
    """Ticking ones by due time, those that stand still, those waiting for their start, those that ended."""
    return clock.ended is not None, not clock.ticking, clock.paused is None, clock.due or _NEVER, clock.id
