"""A time axis whose long quiet stretches are folded, so that weeks and hours fit side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_SHARE = 0.5  # a stretch longer than this share of all the rest is folded ...
_MIN_US = 2 * 3_600_000_000  # ... but none shorter than two hours ...
_MOST = 8  # ... and not more than so many
_FOLDED = 0.055  # room a folded stretch keeps, as a share of what is not folded
_MARGIN = 0.015  # what stays unfolded on either side of it, likewise
_LEAST_US = 600_000_000  # never show less than ten minutes for the whole
_FAR_US = 100 * 366 * 86_400_000_000  # before and after its moments the axis goes on this far, unfolded


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """A rising map from UTC microseconds to places; unfolded, a place is a microsecond.

    `times` and `places` are its knots, `folds` the (first, last) times of each folded stretch.
    """

    times: NDArray[np.float64]
    places: NDArray[np.float64]
    folds: tuple[tuple[int, int], ...] = ()

    def place(self, us: float) -> float:
        """Return the place of a time in UTC microseconds."""
        return float(np.interp(us, self.times, self.places))

    def place_all(self, us: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the places of many times."""
        return np.asarray(np.interp(us, self.times, self.places), np.float64)

    def time(self, place: float) -> int:
        """Return the time at a place, in UTC microseconds."""
        return round(float(np.interp(place, self.places, self.times)))

    def stretches(self) -> list[tuple[int, int]]:
        """Return the (first, last) times of every stretch that has one pace, folded or not."""
        return [(round(low), round(high)) for low, high in pairwise(self.times)]


def folded(moments: Iterable[int]) -> Axis:
    """Return the axis for these times (UTC microseconds), its longest quiet stretches folded."""
    times = sorted(set(moments)) or [0]
    gaps = sorted(pairwise(times), key=lambda gap: gap[0] - gap[1])
    open_us = times[-1] - times[0]
    folds: list[tuple[int, int]] = []
    for low, high in gaps[:_MOST]:
        rest = open_us - (high - low)
        if high - low < _MIN_US or rest <= 0 or high - low <= _SHARE * rest:
            break
        folds.append((low, high))
        open_us = rest
    return _axis(times[0], times[-1], sorted(folds), max(open_us, _LEAST_US))


def _axis(first: int, last: int, gaps: list[tuple[int, int]], open_us: int) -> Axis:
    times, places, folds = [float(first)], [0.0], []
    for low, high in gaps:
        margin = min(round(_MARGIN * open_us), (high - low) // 4)
        start, end = low + margin, high - margin
        places += [places[-1] + start - times[-1], places[-1] + start - times[-1] + _FOLDED * open_us]
        times += [start, end]
        folds.append((start, end))
    far_low, far_high = first - _FAR_US, last + _FAR_US
    times, places = [far_low, *times, far_high], [-_FAR_US, *places, places[-1] + far_high - times[-1]]
    return Axis(np.array(times), np.array(places), tuple(folds))
