"""Which windows of decisions are compared: since the start and before it, or the newest week and before."""

from dataclasses import dataclass
from datetime import timedelta

from tocsin.detectors.base import HOUR, Span
from tocsin.model.instant import When, to_us

_WINDOW, _BASELINE = timedelta(days=7), timedelta(days=28)
_LONGEST = timedelta(days=84)  # of a baseline, so that seasons of long ago do not speak


@dataclass(frozen=True, slots=True)
class Windows:
    """Spans compared, in UTC microseconds, the first instant and not the last; `chosen` by a person."""

    baseline: Span
    window: Span
    chosen: bool = False


def windows(decided: Span, start: When | None) -> Windows | None:
    """Return what to compare: since the start and before it, or the newest week and four weeks before it.

    `decided` are the first and last decision. None where there is not enough on both sides of an hour.
    """
    first, last = decided
    end = last + 1
    window = (to_us(start.at), end) if start is not None else (end - _us(_WINDOW), end)
    before = to_us(start.low) if start is not None else window[0]
    back = _us(_LONGEST) if start is not None else _us(_BASELINE)
    found = Windows((max(first, before - back), before), window)
    if found.baseline[1] - found.baseline[0] < HOUR or found.window[1] - found.window[0] < HOUR:
        middle = first + (end - first) * 4 // 5
        found = Windows((first, middle), (middle, end))
    return found if end - first >= 2 * HOUR else None


def _us(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
