"""Where a folded time axis carries ticks, and what stands beside them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.model.instant import from_us, to_us
from tocsin.ui.timeline import words

_SECOND, _DAY_S = 1_000_000, 86_400
_STEPS_S = (1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
_DAYS = (1, 2, 7, 14, 30, 91, 182, 365, 730, 1826, 3652)


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick: its time, and in the home zone its day and, where it is not a whole day, its time of day."""

    us: int
    day: str
    clock: str = ""

    def label(self, day_before: str) -> str:
        """Return what to write beside it, after a label of another day or the same."""
        return f"{self.day} {self.clock}".strip() if self.day != day_before else self.clock


def ticks(low: int, high: int, *, least_us: float, zone: str, now_us: int) -> list[Tick]:
    """Return the ticks of one unfolded stretch, at least `least_us` apart. Times are UTC microseconds.

    A day of another year than `now_us` bears its year.
    """
    least_s = least_us / _SECOND
    step = next((s for s in _STEPS_S if s >= least_s), None)
    moments = _clock_ticks(low, high, step, zone) if step else _day_ticks(low, high, least_s / _DAY_S, zone)
    return [
        Tick(us, _day(us, zone, now_us), words.clock(from_us(us), zone) if step else "") for us in moments
    ]


def _clock_ticks(low: int, high: int, step_s: int, zone: str) -> list[int]:
    step = step_s * _SECOND
    offset = from_us(low).astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    shift = round(offset.total_seconds()) * _SECOND
    first = -(-(low + shift) // step) * step - shift
    return list(range(first, high + 1, step))


def _day_ticks(low: int, high: int, least_days: float, zone: str) -> list[int]:
    step = next((d for d in _DAYS if d >= least_days), _DAYS[-1])
    home = ZoneInfo(zone)
    ordinal = -(-from_us(low).astimezone(home).date().toordinal() // step) * step
    found: list[int] = []
    while True:
        day = date.fromordinal(ordinal)
        us = to_us(datetime(day.year, day.month, day.day, tzinfo=home))
        if us > high:
            return found
        if us >= low:
            found.append(us)
        ordinal += step


def day_mark(low: int, high: int, zone: str, now_us: int) -> Tick:
    """Return the label of a stretch too short for a tick: its day, in its middle."""
    return Tick((low + high) // 2, _day(low, zone, now_us))


def _day(us: int, zone: str, now_us: int) -> str:
    return words.date(from_us(us), zone, from_us(now_us))
