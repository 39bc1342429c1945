"""Clocks over a change of the pack: those that ended stay as they were, others go on by the new one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.model.clock_runs import Run
from tocsin.model.clock_state import ClockState, State


@dataclass(frozen=True, slots=True)
class Before:
    """When the pack was replaced, and the clocks as they stood then by the former one."""

    applied: datetime
    states: tuple[ClockState, ...]


def joined(rule: str, before: Before, now: Sequence[tuple[Run, ClockState]]) -> list[ClockState]:
    """Return a rule's clocks of both packs, numbered anew: superseded ones first, each once."""
    past = [one for one in before.states if one.rule == rule and one.id != rule]
    current = next((one for one in before.states if one.id == rule), None)
    found, spanned = list[tuple[bool, ClockState]](), False
    for run, state in now:
        if run.until is not None and run.until <= before.applied:
            continue  # it had ended by then: the former pack tells of it
        anew = run.since is not None and run.since > before.applied
        kept = current is not None and current.ended is not None and not anew
        spanned = spanned or not anew
        found.append((run.until is None, current if kept and current is not None else state))
    if current is not None and not spanned:
        past.append(current if current.ended is not None else _replaced(current, before.applied))
    ended = [(False, one) for one in past]
    return [
        replace(one, id=rule if last else f"{rule}/{number}")
        for number, (last, one) in enumerate([*ended, *found], start=1)
    ]


def _replaced(clock: ClockState, applied: datetime) -> ClockState:
    """A clock that ran when its pack was replaced, and has no place in the new one."""
    due = clock.due if clock.remaining is None else applied + clock.remaining
    late = due is not None and applied > due
    return replace(
        clock, state=State.SUPERSEDED, ended=applied, due=due, late=late, paused=None, remaining=None,
        reason="another pack was applied",
    )  # fmt: skip
