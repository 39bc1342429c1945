"""Clocks that repeat: each telling meets a round and begins the next; what is due stays due until then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tocsin.model.clock_runs import Life, Run
from tocsin.model.clock_state import ClockState, State
from tocsin.model.counting import Counted
from tocsin.model.facts import UPDATE, events, title

Count = Callable[[datetime, datetime], Counted]  # from when, with the pauses known at an instant


def current(clock: ClockState, run: Run, lived: Life, count: Count) -> ClockState:
    """Return a repeating clock at its round: `started` by the last telling, `due` only if a snooze moved it.

    It has ended when one of the facts it repeats until came true.
    """
    start, late, mark = run.started, 0, run.mark(lived.incident.marks)
    assert start is not None
    ends = [(at, name) for name in run.rule.until for at in lived.instants(name) if run.holds(at)]
    over = mark.at if mark is not None else min(ends)[0] if ends else None
    told = [at for at in _tellings(run, lived) if over is None or at <= over]
    for instant in told:
        late += instant > (_snoozed(run, lived, start, instant)[0] or count(start, instant).end)
        start = instant
    until, note = _snoozed(run, lived, start, over)
    clock = replace(clock, started=start, due=until, rounds=len(told), late_rounds=late, note=note)
    if mark is not None or not ends:
        return clock
    ended, name = min(ends)
    due = until or count(start, ended).end
    reason = f"no more due since {title(name)}"
    return replace(clock, state=State.MET, ended=ended, late=ended > due, reason=reason, due=due)


def _tellings(run: Run, lived: Life) -> list[datetime]:
    """When it was met, in the order it was written; a mark by hand counts like a telling."""
    names = set(run.rule.met_by)
    told = [at for name, at in events(lived.incident) if name in names and run.holds(at)]
    other = [name for name in names if not name.startswith("update") and lived.instants(name)]
    marks = [
        mark.at
        for mark in lived.incident.marks
        if mark.clock == run.rule.id and mark.state == State.MET and run.holds(mark.at)
    ]
    # Updates alone stand as they were written, also when the machine's clock was set back between them.
    return sorted({*told, *marks}) if marks or other else list(dict.fromkeys(told))


def _snoozed(run: Run, lived: Life, start: datetime, before: datetime | None) -> tuple[datetime | None, str]:
    """Until when a round that began at `start` and was told at `before` was snoozed, and why."""
    if not any(name == "update" or name.startswith(UPDATE) for name in run.rule.met_by):
        return None, ""
    found = None
    for said in lived.incident.conduct.snoozes:
        if said.at >= start and (before is None or said.at <= before):
            found = said
    return (None, "") if found is None else (found.body.until, f"snoozed by {found.by}: {found.body.reason}")
