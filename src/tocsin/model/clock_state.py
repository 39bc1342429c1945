"""One clock as it stands at an instant, and how it stands at another, the facts being the same."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """How a clock stands. WAITING has no start yet, PAUSED stands still; the last four have ended."""

    RUNNING = "running"
    DUE_SOON = "due soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
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
    `ended` is when it was met, waived or superseded, of one that never applied the declaration; `stopped`
    when the incident was closed over it, which leaves its state as it was. `late` holds when it was met,
    superseded or still stands after `due`. `by` is who marked it, empty when a fact did.

    `due` is what to plan to, `outer` what the law still takes where it rolls to a working day, `why` says how
    it was counted. `due_today` is what this machine's newer data of time zones would say: shown, not applied.
    A clock that `counts_up` has no due time, at most a house `target`. `paused` is since when it stands
    still, `remaining` what was left then; it has no due time until it goes on. `idle` is what it stood still
    before. Of one that repeats `rounds` were met, `late_rounds` of them late; `note` is a remark, such as why
    it was snoozed.
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
    outer: datetime | None = None
    why: str = ""
    due_today: datetime | None = None
    counts_up: bool = False
    target: datetime | None = None
    pausable: bool = True
    paused: datetime | None = None
    remaining: timedelta | None = None
    idle: timedelta = timedelta()
    repeats: bool = False
    rounds: int = 0
    late_rounds: int = 0
    note: str = ""

    @property
    def met_at(self) -> datetime | None:
        """When it was met, None if it was not."""
        return self.ended if self.state is State.MET else None

    @property
    def limit(self) -> datetime | None:
        """After when it is late: what the law still takes, though `due` is what we plan to."""
        return self.outer or self.due

    @property
    def ticking(self) -> bool:
        """Whether it still counts towards its due time or past it, or up."""
        return self.state in TICKING and self.stopped is None

    def left(self, now: datetime) -> timedelta | None:
        """Return the time to the due instant, negative when late; from the end or stop once there is one."""
        if self.paused is not None:
            return self.remaining
        return None if self.due is None else self.due - (self.ended or self.stopped or now)

    def elapsed(self, now: datetime) -> timedelta | None:
        """Return how long it has counted, without what it stood still; None before its start."""
        if self.started is None:
            return None
        return (self.ended or self.stopped or self.paused or now) - self.started - self.idle

    def past_target(self, now: datetime) -> bool:
        """Whether a clock that counts up is past its house target."""
        return self.target is not None and (self.ended or self.stopped or self.paused or now) > self.target


def state_at(clock: ClockState, now: datetime) -> State:
    """Return how a clock stands at another instant, the facts being the same."""
    if clock.due is None or clock.soon is None or not clock.ticking:
        return clock.state
    return State.OVERDUE if now > clock.due else State.DUE_SOON if now >= clock.soon else State.RUNNING


def at(clock: ClockState, now: datetime) -> ClockState:
    """Return the clock at another instant, the facts being the same: all that a tick needs."""
    state = state_at(clock, now)
    return clock if state is clock.state else replace(clock, state=state, late=state is State.OVERDUE)
