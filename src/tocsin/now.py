"""The present instant, and the noticing of clock jumps and suspend; the only caller of the machine's time."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the program asks of time. Handed in everywhere, so that a test travels instead of waiting."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def elapsed_s(self) -> float:
        """Return seconds on a clock that nobody can set and that goes on during suspend."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed_s(self) -> float:
        # CLOCK_BOOTTIME counts suspend; where it is missing (Windows, macOS) the monotonic clock does.
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()


@dataclass
class ManualClock:
    """A clock that stands still until it is moved: for tests, drills and reproducible demonstrations."""

    instant: datetime
    elapsed: float = 0.0

    def now(self) -> datetime:
        return self.instant

    def elapsed_s(self) -> float:
        return self.elapsed

    def advance(self, **duration: float) -> None:
        """Let time pass: both clocks move. Keywords as of `datetime.timedelta`."""
        step = timedelta(**duration)
        self.instant += step
        self.elapsed += step.total_seconds()

    def set_wall(self, instant: datetime) -> None:
        """Set the wall clock alone, as a person or a time server would."""
        self.instant = instant


@dataclass
class FastClock:
    """Another clock from an instant on, at so many times its speed: for drills. Both its clocks run so fast.

    Nobody's setting of the wall clock reaches it.
    """

    base: Clock
    start: datetime
    speed: float
    _began_s: float = field(init=False)

    def __post_init__(self) -> None:
        self._began_s = self.base.elapsed_s()

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed_s())

    def elapsed_s(self) -> float:
        return (self.base.elapsed_s() - self._began_s) * self.speed


@dataclass
class JumpWatch:
    """Compares the wall clock with the elapsed clock to notice that somebody set the wall clock."""

    clock: Clock
    tolerance_s: float = 2.0
    _wall: datetime = field(init=False)
    _elapsed: float = field(init=False)

    def __post_init__(self) -> None:
        self._remember()

    def _remember(self) -> None:
        self._wall = self.clock.now()
        self._elapsed = self.clock.elapsed_s()

    def check(self) -> timedelta | None:
        """Return by how much the wall clock was moved since the last check, or None if it ran true."""
        expected = self._wall + timedelta(seconds=self.clock.elapsed_s() - self._elapsed)
        difference = self.clock.now() - expected
        self._remember()
        return difference if abs(difference.total_seconds()) > self.tolerance_s else None
