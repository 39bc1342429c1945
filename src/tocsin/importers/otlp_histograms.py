"""Histograms of OTLP, with given bounds or exponential ones, as p50, p95, p99, mean and count."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from tocsin.importers.base import Rejected, Samples
from tocsin.importers.gathering import Gathering
from tocsin.importers.histograms import Histogram, estimated
from tocsin.importers.otlp_exponential import Exponential, aligned, exponential
from tocsin.importers.otlp_values import get, integer, listed, real


@dataclass(frozen=True, slots=True)
class Bucketed:
    """One point: `counts` in each bucket, the last of which ends in +Inf; `bounds` are the upper ones.

    `low` and `high` are the least and the greatest value since it began to count, NaN where not told. Of an
    exponential histogram `bounds` and `counts` are empty until its points are `aligned`.
    """

    us: int
    line: int
    count: float
    sum: float
    low: float
    high: float
    bounds: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    exponential: Exponential | None = None


def bucketed(kind: str, point: Any, us: int, line: int) -> Bucketed:
    """Return a point of a histogram. Raises ValueError with the reason when its buckets contradict it."""
    count = integer(get(point, "count"))
    low, high = real(get(point, "min")), real(get(point, "max"))
    whole = (us, line, float(count), real(get(point, "sum")), low, high)
    if kind == "exponentialHistogram":
        told = exponential(point)
        _check(count, told.counts)
        return Bucketed(*whole, exponential=told)
    bounds = tuple(real(bound) for bound in listed(point, "explicitBounds"))
    counts = tuple(integer(one) for one in listed(point, "bucketCounts"))
    if counts and len(counts) != len(bounds) + 1:
        raise ValueError(f"it has {len(counts)} buckets and {len(bounds)} bounds")
    if any(not below < above for below, above in pairwise((-math.inf, *bounds))):
        raise ValueError("its bounds do not increase")
    _check(count, counts)
    return Bucketed(*whole, bounds, counts)


def _check(count: int, counts: tuple[int, ...]) -> None:
    if count < 0 or min(counts, default=0) < 0:
        raise ValueError("it counts less than nothing")
    if counts and sum(counts) != count:
        raise ValueError(f"its buckets hold {sum(counts):,}, its count is {count:,}")


@dataclass(frozen=True, slots=True)
class Told:
    """Where the points of one stream go. `running`: the counts go on from one time to the next."""

    metric: str
    labels: dict[str, str]
    unit: str
    running: bool
    gathering: Gathering

    def take(self, points: list[Bucketed]) -> Iterator[Rejected]:
        """Add quantiles, count and mean, of each interval.

        Of running totals told more than once it is what came between two; a single one tells all there is.
        """
        ordered = sorted(points, key=lambda point: point.us)
        for us, count, total, line in _between(ordered) if self.running else _each(ordered):
            self.gathering.add(f"{self.metric} count", us, count, line, self.labels)
            if count > 0:
                self.gathering.add(
                    f"{self.metric} mean", us, total / count, line, self.labels, unit=self.unit
                )
        plain = [point for point in ordered if point.counts]
        for bounds, group in groupby(plain, key=lambda point: point.bounds):
            found = list(group)
            if bounds:
                yield from self._quantiles(bounds, found, [point.counts for point in found])
        scaled = [point for point in ordered if point.exponential]
        if scaled:
            bounds, counts = aligned([point.exponential for point in scaled if point.exponential])
            yield from self._quantiles(bounds, scaled, counts)

    def _quantiles(
        self, bounds: tuple[float, ...], points: list[Bucketed], counts: list[tuple[int, ...]]
    ) -> Iterator[Rejected]:
        histogram = Histogram(
            self.metric,
            self.labels,
            np.array([*bounds, np.inf]),
            np.array([point.us for point in points], np.int64),
            np.cumsum(np.array(counts, np.float64), axis=1),
            np.array([point.line for point in points], np.int64),
            running=self.running,
            unit=self.unit,
        )
        limits = {point.us: (point.low, point.high) for point in points}
        for piece in estimated(histogram):
            if isinstance(piece, Rejected):
                yield piece
                continue
            self._add(piece, limits)

    def _add(self, piece: Samples, limits: dict[int, tuple[float, float]]) -> None:
        told = zip(piece.times.tolist(), piece.values.tolist(), piece.lines.tolist(), strict=True)
        for us, value, line in told:
            low, high = limits[us]  # no value lies outside, whatever the bucket's bounds say
            value = float(np.fmin(np.fmax(value, low), high))
            self.gathering.add(piece.metric, us, value, line, self.labels, unit=self.unit)


def _each(points: list[Bucketed]) -> Iterator[tuple[int, float, float, int]]:
    for point in points:
        yield point.us, point.count, point.sum, point.line


def _between(points: list[Bucketed]) -> Iterator[tuple[int, float, float, int]]:
    if len(points) == 1:
        yield from _each(points)
    for before, point in pairwise(points):
        count, total = point.count - before.count, point.sum - before.sum
        if count < 0:  # the process began anew
            count, total = point.count, point.sum
        yield point.us, count, total, point.line
