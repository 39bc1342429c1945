"""Clocks: what is due when, what is met, late or waived, as a function of facts, scheme and instant.

A clock is an anchor, an offset, a counting rule, a calendar and a condition, for service levels and statutory
duties alike. A rule has one *run* at a time (`clock_runs.py`). A change of level that changes its offset ends
the run as superseded and begins another; re-opening begins anew what an earlier containment or resolution
had met. A pack applied later leaves alone what ended before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from tocsin.model import pauses, rounds
from tocsin.model.calendar import Calendar
from tocsin.model.clock_runs import Life, Run, life, numbered, ordered, unfit
from tocsin.model.clock_state import MARKS, TICKING, ClockState, State, at
from tocsin.model.conduct import Conduct
from tocsin.model.counting import Counted, capped, count
from tocsin.model.facts import AHEAD, DUE, MET, facts, title
from tocsin.model.incident import CLOSED, FIELDS, Incident
from tocsin.model.severity import ClockRule, Scheme
from tocsin.model.spans import Pause

__all__ = ["MARKS", "TICKING", "ClockState", "State", "as_of", "at", "clock_states", "facts"]

_NEVER = datetime.max.replace(tzinfo=UTC)
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
    lived, found = life(incident), list[ClockState]()
    before = _ended_before(incident, zone, former)
    for rule in ordered(scheme):
        states = [
            _carried(_state(id_, run, lived, scheme, zone), run, before) for id_, run in numbered(lived, rule)
        ]
        found += states
        _chain(lived, rule, states)
    found += _left_over(found, before)
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
    known = replace(conduct, facts=tuple(said for said in stated if said.body.fact not in AHEAD))
    until = {
        each.name: tuple(said for said in getattr(known, each.name) if said.at <= instant)
        for each in fields(known)
    }
    ahead = tuple(said for said in stated if said.body.fact in AHEAD)
    return replace(known, **{**until, "facts": (*until["facts"], *ahead)})


def _state(id_: str, run: Run, lived: Life, scheme: Scheme, zone: str) -> ClockState:
    """A run with its end, if it has one; whether it is due is told later, for an instant."""
    rule = run.rule
    level = run.level if rule.within_by_level else ""
    clock = ClockState(id_, rule.id, rule.name, level, State.WAITING, _basis(run, scheme),
                       counts_up=rule.counts_up, repeats=rule.repeats, pausable=rule.pausable)  # fmt: skip
    reason, settled = unfit(rule, lived.incident)
    if reason:
        return _unfit(clock, run, lived, reason, settled)
    if run.started is None:
        return _ended(clock, run, lived)
    calendar = scheme.calendars.get(rule.calendar, scheme.calendar)
    if rule.repeats:
        clock = rounds.current(clock, run, lived, lambda start: _count(run, start, (), lived, calendar, zone))
        if clock.ended is not None:
            return clock
        run = replace(run, started=clock.started)
    clock = _counted(replace(clock, state=State.RUNNING), run, lived, calendar, zone)
    if clock.due is not None and clock.started is not None:
        clock = replace(clock, soon=clock.due - (clock.due - clock.started) * scheme.due_soon)
    return _ended(clock, run, lived)


def _counted(clock: ClockState, run: Run, lived: Life, calendar: Calendar, zone: str) -> ClockState:
    """A clock that has begun, with its due time or house target, or standing still."""
    assert run.started is not None
    start = run.started
    still, open_ = pauses.of(lived.incident, run) if run.rule.pausable else ((), None)
    found = _count(run, start, still, lived, calendar, zone)
    clock = replace(clock, started=start, why=found.why, idle=pauses.idle(still, start))
    if run.rule.counts_up:
        clock = replace(clock, target=found.plan_to)
        return clock if open_ is None else replace(clock, state=State.PAUSED, paused=open_)
    due = clock.due or found.plan_to  # a snooze said another
    assert due is not None
    if open_ is not None and open_ < due:
        return replace(clock, state=State.PAUSED, paused=open_, remaining=due - open_, due=None)
    today = None
    if calendar.moved and clock.due is None:
        today = _count(run, start, still, lived, calendar.thawed(), zone).plan_to
    outer = found.legal_outer if clock.due is None else None
    return replace(
        clock, due=due, outer=None if outer == due else outer, due_today=None if today == due else today
    )


def _count(
    run: Run, start: datetime, still: Sequence[Pause], lived: Life, calendar: Calendar, zone: str
) -> Counted:
    rule = run.rule
    if run.offset is None:
        return count(start, None, "promptness", calendar, zone)
    found = count(start, run.offset, rule.counting, calendar, zone, pauses=still)
    cap_from = lived.fact(rule.not_after_from) if rule.not_after else None
    if cap_from is None:
        return found
    return capped(found, start, count(cap_from, rule.not_after, rule.counting, calendar, zone))


def _basis(run: Run, scheme: Scheme) -> str:
    if run.rule.counts_up:
        target = f" · house target {run.offset.words}" if run.offset else ""
        return f"counts up from {run.anchor}{target} · {scheme.title}"
    assert run.offset is not None
    return f"{'every ' if run.rule.repeats else ''}{run.offset.words} from {run.anchor} · {scheme.title}"


def _ended(clock: ClockState, run: Run, lived: Life) -> ClockState:
    mark = run.mark(lived.incident.marks)
    if mark is not None:
        state = State(mark.state)
        clock = _as_it_ended(clock, mark.at)
        late = state is State.MET and _after(mark.at, clock.due)
        return replace(clock, state=state, ended=mark.at, late=late, reason=mark.reason, by=mark.by)
    evidence = [] if run.rule.repeats else run.evidence(lived, run.rule.met_by)
    if evidence:
        met = min(evidence)
        clock = _as_it_ended(clock, met)
        return replace(clock, state=State.MET, ended=met, late=_after(met, clock.due))
    if run.until is not None:
        clock = _as_it_ended(clock, run.until)
        return replace(clock, state=State.SUPERSEDED, ended=run.until, late=_after(run.until, clock.due))
    return clock


def _as_it_ended(clock: ClockState, ended: datetime) -> ClockState:
    """A clock that stood still when it ended had that much left: it would have gone on at that moment."""
    if clock.paused is None:
        return clock
    due = None if clock.remaining is None else max(ended, clock.paused) + clock.remaining
    still = max(ended - clock.paused, timedelta())
    return replace(clock, paused=None, remaining=None, due=due, idle=clock.idle + still)


def _unfit(clock: ClockState, run: Run, lived: Life, reason: str, settled: bool) -> ClockState:
    """A clock whose condition does not hold, or cannot be judged yet."""
    if not settled:
        word = FIELDS.get(reason, reason).lower()
        return _ended(replace(clock, note=f"until the {word} is known"), run, lived)
    marked = _ended(clock, run, lived) if run.mark(lived.incident.marks) else None
    at_ = run.until or run.since or lived.incident.declared
    return marked or replace(clock, state=State.NOT_APPLICABLE, ended=at_, reason=reason)


def _chain(lived: Life, rule: ClockRule, states: Iterable[ClockState]) -> None:
    """Let other clocks count from the due time and from the end of this one."""
    for state in states:
        if state.id == rule.id:
            lived.chained[f"{DUE}{rule.id}"] = state.due
            lived.chained[f"{MET}{rule.id}"] = state.met_at


def _ended_before(incident: Incident, zone: str, former: Former) -> dict[str, ClockState]:
    """The clocks as they stood when the last pack was replaced, by id; running ones end there."""
    if not former:
        return {}
    scheme, until = former[-1]
    then = as_of(incident, max(until, incident.declared))
    assert then is not None
    then = replace(then, former=then.former[:-1])
    return {one.id: one for one in clock_states(then, scheme, until, zone, former[:-1])} | {
        "": _pack_end(until)
    }


def _pack_end(until: datetime) -> ClockState:
    return ClockState("", "", "", "", State.SUPERSEDED, "", ended=until)


def _carried(state: ClockState, run: Run, before: dict[str, ClockState]) -> ClockState:
    """A run that had ended when the pack was replaced stays as the former pack had it."""
    if not before:
        return state
    applied = before[""].ended
    assert applied is not None
    anew = run.since is not None and run.since > applied
    old = before.get(state.id) or before.get(state.rule)
    if (
        anew
        or old is None
        or old.ended is None
        or (run.until is not None and run.until > applied and not old.ended)
    ):
        return state
    return replace(old, id=state.id)


def _left_over(found: Sequence[ClockState], before: dict[str, ClockState]) -> list[ClockState]:
    """Clocks that only the former pack had: those that ended stay, those that ran were replaced with it."""
    if not before:
        return []
    ids, rules, applied = {one.id for one in found}, {one.rule for one in found}, before[""].ended
    left = []
    for old in before.values():
        if not old.id or old.id in ids:
            continue
        if old.ended is not None:
            left.append(old)
        elif old.rule not in rules and applied is not None:
            gone = replace(_as_it_ended(old, applied), state=State.SUPERSEDED, ended=applied)
            left.append(
                replace(gone, late=_after(applied, gone.due), reason=title("another pack was applied"))
            )
    return left


def _after(instant: datetime, limit: datetime | None) -> bool:
    return limit is not None and instant > limit


def _stand(clock: ClockState, stopped: datetime | None, now: datetime) -> ClockState:
    if clock.ended is not None or stopped is None:
        return at(clock, now)
    return replace(at(clock, stopped), stopped=stopped)


def _order(clock: ClockState) -> tuple[bool, bool, bool, datetime, str]:
    """Ticking ones by due time, those that stand still, those waiting for their start, those that ended."""
    return clock.ended is not None, not clock.ticking, clock.paused is None, clock.due or _NEVER, clock.id
