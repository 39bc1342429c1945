"""Quantiles of histograms, as PromQL's histogram_quantile estimates them, over arrays of times x buckets.

The rule is that of `bucketQuantile` in Prometheus' promql/quantile.go: the rank falls into the first bucket
whose cumulative count reaches it, and values are spread evenly within a bucket. The first bucket begins at 0
where its bound is positive; beyond the last finite bound there is only that bound to give.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.importers.base import Rejected, Samples

QUANTILES = (0.5, 0.95, 0.99)
_TOLD = 100

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Histogram:
    """One histogram over time: its name without _bucket, and what it counted up to each bound.

    `bounds` are increasing; `times` (UTC microseconds) too. `counts` is times x bounds, cumulative over the
    bounds, NaN where a bucket was not told; `lines` says where each time stands. `running`: the counts go on
    from one time to the next, as counters do; else each time stands alone (a rate, a gauge).
    """

    metric: str
    labels: dict[str, str]
    bounds: Floats
    times: Integers
    counts: Floats
    lines: Integers
    running: bool = True
    unit: str = ""


def quantiles(bounds: ArrayLike, counts: ArrayLike, wanted: tuple[float, ...] = QUANTILES) -> Floats:
    """Return times x wanted from cumulative counts (times x bounds); NaN where nothing was counted.

    `bounds` are increasing and end in +Inf, else all is NaN. Counts that fall from one bound to the next are
    lifted to the highest before, as Prometheus does.
    """
    upper = np.asarray(bounds, np.float64)
    steps = np.maximum.accumulate(np.atleast_2d(np.asarray(counts, np.float64)), axis=1)
    result = np.full((len(steps), len(wanted)), np.nan)
    if len(upper) < 2 or not np.isposinf(upper[-1]):
        return result
    total = steps[:, -1]
    some = np.flatnonzero(total > 0)
    lower = np.concatenate(([min(0.0, upper[0])], upper[:-1]))
    below = np.concatenate((np.zeros((len(steps), 1)), steps[:, :-1]), axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        for column, share in enumerate(wanted):
            rank = share * total[some]
            bucket = (steps[some, :-1] < rank[:, None]).sum(axis=1)
            last = bucket == len(upper) - 1
            inside = np.where(last, 0, bucket)
            width = upper[inside] - lower[inside]
            height = steps[some, inside] - below[some, inside]
            part = (rank - below[some, inside]) / np.where(height > 0, height, 1)
            result[some, column] = np.where(last, upper[-2], lower[inside] + width * part)
    return result


def increases(counts: ArrayLike) -> Floats:
    """Return how much was counted between successive times: (times - 1) x bounds.

    Where any bucket is lower than before, the process began anew at zero: all that is there is new.
    """
    rows = np.atleast_2d(np.asarray(counts, np.float64))
    with np.errstate(over="ignore"):
        risen = rows[1:] - rows[:-1]
    anew = np.any(risen < 0, axis=1, keepdims=True)
    return np.where(anew, rows[1:], risen)


def gathered(
    metric: str,
    labels: dict[str, str],
    buckets: Mapping[float, tuple[ArrayLike, ArrayLike, ArrayLike]],
    *,
    running: bool = True,
    unit: str = "",
) -> tuple[Histogram, list[Rejected]]:
    """Return the histogram that buckets make, each with its times, counts and lines, and what contradicts.

    Two counts of one bucket at one time contradict when they differ; the first is kept.
    """
    bounds = np.array(sorted(buckets), np.float64)
    columns = [tuple(np.asarray(part) for part in buckets[bound]) for bound in bounds.tolist()]
    times = np.unique(np.concatenate([column[0] for column in columns])).astype(np.int64)
    counts = np.full((len(times), len(bounds)), np.nan)
    lines = np.zeros(len(times), np.int64)
    rejected = []
    for index, (moments, values, places) in enumerate(columns):
        order = np.argsort(moments, kind="stable")
        rows = np.searchsorted(times, moments[order])
        first = np.concatenate(([True], rows[1:] != rows[:-1])) if len(rows) else np.zeros(0, bool)
        counts[rows[first], index] = np.where(np.isfinite(values), values, np.nan)[order][first]
        lines[rows[first]] = places[order][first]
        differs = (values[order] != counts[rows, index]) & ~np.isnan(values[order])
        for line in places[order][differs][:_TOLD].tolist():
            rejected.append(Rejected(line, f"another count of the same bucket of {metric} at the same time"))
    return Histogram(metric, labels, bounds, times, counts, lines, running, unit), rejected


def estimated(histogram: Histogram) -> Iterator[Samples | Rejected]:
    """Yield the samples NAME p50, p95 and p99, of the times at which anything was counted.

    Of running counts told more than once it is what came between two times; of those told once, all there is.
    Times whose buckets fall, or lack +Inf, are rejected; where buckets come or go, counting begins anew.
    """
    sound, rejected = _sound(histogram)
    yield from rejected
    running = histogram.running and len(histogram.times) > 1
    moments, places, found = [], [], []
    for rows in _runs(~np.isnan(histogram.counts), sound):
        there = ~np.isnan(histogram.counts[rows[0]])
        counts = histogram.counts[np.ix_(rows, there)]
        used = rows[1:] if running else rows
        found.append(quantiles(histogram.bounds[there], increases(counts) if running else counts))
        moments.append(histogram.times[used])
        places.append(histogram.lines[used])
    if not found:
        return
    values, times, lines = np.concatenate(found), np.concatenate(moments), np.concatenate(places)
    told = np.isfinite(values).all(axis=1)
    for column, share in enumerate(QUANTILES):
        name = f"{histogram.metric} p{share * 100:g}"
        yield Samples(
            name, times[told], values[told, column], lines[told], dict(histogram.labels), histogram.unit
        )


def _sound(histogram: Histogram) -> tuple[NDArray[np.bool_], list[Rejected]]:
    """Return which times can be used, and the others."""
    counts, name = histogram.counts, histogram.metric
    there = ~np.isnan(counts)
    ends = (
        there[:, -1] if len(histogram.bounds) and np.isposinf(histogram.bounds[-1]) else there[:, :0].any(1)
    )
    filled = np.maximum.accumulate(np.where(there, counts, -np.inf), axis=1)
    falls = (there & (counts < filled)).any(axis=1) if histogram.running else np.zeros(len(counts), bool)
    rejected = []
    wrong = (
        (~ends, f"{name} has no +Inf bucket"),
        (ends & falls, f"the buckets of {name} fall"),
        (ends & ~falls & (counts < 0).any(axis=1), f"a bucket of {name} is negative"),
    )
    sound = np.ones(len(counts), bool)
    for rows, reason in wrong:
        sound &= ~rows
        for row in np.flatnonzero(rows)[:_TOLD].tolist():
            rejected.append(Rejected(int(histogram.lines[row]), reason, int(there[row].sum())))
    return sound, rejected


def _runs(there: NDArray[np.bool_], sound: NDArray[np.bool_]) -> Iterator[Integers]:
    """Yield the rows that follow each other with the same buckets, leaving out those that are not sound."""
    rows = np.flatnonzero(sound)
    if len(rows):
        changes = np.flatnonzero((there[rows[1:]] != there[rows[:-1]]).any(axis=1)) + 1
        yield from np.split(rows, changes)
