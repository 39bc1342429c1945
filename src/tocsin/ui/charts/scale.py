"""Where things fall on a chart: ranges that jump instead of scroll, and ticks at round local times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from tocsin.model.instant import EPOCH
from tocsin.ui.times import MONTHS

_PAD = 0.12  # of the range, free above and below a curve
_FULL = 0.4  # a curve that fills less than this of its lane gets a new range
_JUMPS = 8  # a live axis moves on by an eighth of its span

_SECOND, _MINUTE, _HOUR, _DAY = 1, 60, 3600, 86400
_STEPS_S = (
    1, 5, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE,
    _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY,
)  # fmt: skip
_STEPS_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class Tick:
    """A round moment and what is written below it."""

    at: datetime
    label: str


def value_range(low: float, high: float, current: tuple[float, float] | None) -> tuple[float, float]:
    """Return the range to draw values between `low` and `high` in; the current one while it serves."""
    if current is not None:
        inside = current[0] <= low and high <= current[1]
        if inside and high - low >= _FULL * (current[1] - current[0]):
            return current
    pad = _PAD * (high - low) or 0.05 * abs(high) or 1.0
    return low - pad, high + pad


def live_range(latest: datetime, span: timedelta) -> tuple[datetime, datetime]:
    """Return start and end of a live axis: it holds `latest` and stands still until an eighth is full."""
    quantum = span / _JUMPS
    end = EPOCH + (ceil((latest - EPOCH) / quantum)) * quantum
    return end - span, end


def ticks(start: datetime, end: datetime, zone: ZoneInfo, most: int) -> list[Tick]:
    """Return at most about `most` ticks at round times of `zone` within [start, end]."""
    wanted_s = (end - start).total_seconds() / max(most, 1)
    step_s = next((step for step in _STEPS_S if step >= wanted_s), 0)
    moments = _short(start, end, zone, step_s) if step_s else _long(start, end, zone, wanted_s)
    return list(_labelled([each for each in moments if start <= each <= end], zone, step_s))


def _short(start: datetime, end: datetime, zone: ZoneInfo, step_s: int) -> Iterator[datetime]:
    # Stepped on the wall clock, so that a day with a change of the clocks still has its ticks at full hours.
    first = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if step_s > _DAY:
        monday = datetime(2024, 1, 1)  # noqa: DTZ001 - a wall clock's day
        first -= (first - monday) % timedelta(seconds=step_s)
    elif step_s < _DAY:
        local = start.astimezone(zone).replace(tzinfo=None)
        first += (local - first) // timedelta(seconds=step_s) * timedelta(seconds=step_s)
    before = None
    while (at := first.replace(tzinfo=zone).astimezone(UTC)) <= end:
        if before is None or at > before:
            yield at
        before, first = at, first + timedelta(seconds=step_s)


def _long(start: datetime, end: datetime, zone: ZoneInfo, wanted_s: float) -> Iterator[datetime]:
    months = next((m for m in _STEPS_MONTHS if m * 30 * _DAY >= wanted_s), _STEPS_MONTHS[-1])
    count = start.astimezone(zone).year * 12 // months * months
    while count // 12 <= 9999:
        at = datetime(count // 12, count % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
        if at > end:
            return
        yield at
        count += months


def _labelled(moments: list[datetime], zone: ZoneInfo, step_s: int) -> Iterator[Tick]:
    for number, at in enumerate(moments):
        local = at.astimezone(zone)
        date = f"{local.day} {MONTHS[local.month - 1]}"
        if not step_s:
            yield Tick(at, str(local.year) if local.month == 1 else MONTHS[local.month - 1])
        elif step_s >= _DAY:
            yield Tick(at, f"{date} {local.year}" if local.timetuple().tm_yday <= 14 and number else date)
        elif (local.hour, local.minute, local.second) == (0, 0, 0):
            yield Tick(at, date)
        else:
            time = f"{local:%H:%M:%S}" if step_s < _MINUTE else f"{local:%H:%M}"
            yield Tick(at, f"{date} {time}" if number == 0 else time)
