"""Exponential histograms of OTLP: buckets that grow by a factor, brought to the same bounds.

Bucket n of scale s holds what lies above 2 ** (n / 2 ** s), up to 2 ** ((n + 1) / 2 ** s). One scale lower,
two neighbours are one, so that points of different scales have the lower in common.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.importers.otlp_values import get, integer, integer_or, listed

MOST_BUCKETS = 2_000
_SCALES = (-10, 20)

Side = dict[int, int]  # how many are in which bucket


@dataclass(frozen=True, slots=True)
class Exponential:
    """One point. `zero` counts what is as good as 0; `negative` goes by the values without their sign."""

    scale: int
    zero: int
    positive: Side
    negative: Side

    @property
    def counts(self) -> tuple[int, ...]:
        """All counts."""
        return (self.zero, *self.positive.values(), *self.negative.values())

    def coarser(self, steps: int) -> "Exponential":
        """Return the same at a lower scale."""
        sides = [_merged(side, steps) for side in (self.positive, self.negative)]
        return Exponential(self.scale - steps, self.zero, *sides)


def exponential(point: Any) -> Exponential:
    """Return the buckets of a point. Raises ValueError with the reason."""
    scale = integer_or(get(point, "scale"), 0)
    if not _SCALES[0] <= scale <= _SCALES[1]:
        raise ValueError(f"its scale is not between {_SCALES[0]} and {_SCALES[1]}")
    zero = integer_or(get(point, "zeroCount"), 0)
    return Exponential(scale, zero, _side(get(point, "positive")), _side(get(point, "negative")))


def _side(told: Any) -> Side:
    offset, counts = integer_or(get(told, "offset"), 0), listed(told, "bucketCounts")
    if len(counts) > MOST_BUCKETS or abs(offset) > 1 << 31:
        raise ValueError(f"it has more than {MOST_BUCKETS:,} buckets, or they begin beyond all measure")
    return {offset + place: count for place, one in enumerate(counts) if (count := integer(one))}


def aligned(points: list[Exponential]) -> tuple[tuple[float, ...], list[tuple[int, ...]]]:
    """Return bounds that all points share, and of each its counts: one more than there are bounds."""
    lowest = min(point.scale for point in points)
    same = [point.coarser(point.scale - lowest) for point in points]
    while (
        max(_width(side) for side in ([p.positive for p in same], [p.negative for p in same])) > MOST_BUCKETS
    ):
        same = [point.coarser(1) for point in same]
    scale = same[0].scale
    above, below = (_span([p.positive for p in same]), _span([p.negative for p in same]))
    bounds = [-_bound(place, scale) for place in reversed(_edges(below))]
    bounds += [_bound(place, scale) for place in _edges(above)] or [0.0] * (not bounds)
    counts = []
    for point in same:
        row = [point.negative.get(place, 0) for place in reversed(below)]
        row = [0, *row, point.zero] if below else [point.zero]
        row += [*(point.positive.get(place, 0) for place in above), 0] if above or not below else []
        counts.append(tuple(row))
    return tuple(bounds), counts


def _merged(side: Side, steps: int) -> Side:
    found: Side = {}
    for place, count in side.items():
        found[place >> steps] = found.get(place >> steps, 0) + count
    return found


def _width(sides: Iterable[Side]) -> int:
    return len(_span(sides))


def _span(sides: Iterable[Side]) -> range:
    places = [place for side in sides for place in side]
    return range(min(places), max(places) + 1) if places else range(0)


def _edges(span: range) -> range:
    return range(span.start, span.stop + 1) if span else range(0)


def _bound(place: int, scale: int) -> float:
    return float(np.exp2(np.clip(place / 2.0**scale, -1_000, 1_000)))
