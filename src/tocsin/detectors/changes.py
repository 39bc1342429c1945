"""Where a series changed: between change points it keeps its level, or its line. Linear in the samples."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.autoregression import product
from tocsin.detectors.base import Values

_CELLS = 600  # of a longer series stretches are taken together first
_MOST = 16  # changes looked for at once; where there are more, each part is looked into again
_LEAST = 10  # cells between two changes
_MOST_AR = 0.6  # what remembers more is no noise but a level that lasts
_PRICE = 2.5  # of a parameter, in log n: more than BIC's 1, since the noise is estimated along
_FLOOR = 1e-4  # of the whole variance: finer noise is rounding
_SHOCK = 6.0

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Changes:
    """Indices at which something new begins, ascending, without 0; `trend` tells that lines were fitted."""

    at: tuple[int, ...]
    trend: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Samples taken together: prefix sums at `edges` of 1, t, y, t t, t y and y y; t from 0 to 1."""

    edges: NDArray[np.int64]
    sums: Matrix


@dataclass(frozen=True, slots=True)
class _Choice:
    """A segmentation: edges of cells, whether lines were fitted, and its price; the least is chosen.

    `memory` is the autocorrelation of what it leaves.
    """

    ends: tuple[int, ...]
    trend: bool
    price: float
    memory: float


def find(values: Values) -> Changes:
    """Return where values without NaN changed, none for under 4; O(n) in time and memory.

    The best segmentations into 1 to 17 parts by least squares, once with constant and once with linear parts
    (segment neighbourhood, Auger and Lawrence 1989), are compared by n log(v) + 2.5 p log(n): v the variance
    of the innovations of the residuals as noise of AR(1), p the parameters and change points.
    That is the Schwarz criterion of Yao (1988) for dependent noise (as Chakar et al. 2017), strengthened as
    Fryzlewicz (2014) does. Of more than 600 samples equal stretches are taken together first, and each change
    is placed among single samples afterwards: one shorter than a few 600ths of the series may be missed.
    """
    n = len(values)
    scale = float(np.ptp(values)) if n else 0.0
    if n < 4 or not scale > 0:
        return Changes(())
    values = _without_shocks((values - float(values[0])) / scale)
    cells = _cells(values)
    best = _best(cells)
    at = _placed(values, cells, best)
    coarse = n > _CELLS and best.memory > _MOST_AR  # what is left over is no noise
    if len(best.ends) < _MOST and not (coarse and best.ends):
        return Changes(at, best.trend)
    bounds = [0, *at, n]
    inner = [first + one for first, end in pairwise(bounds) for one in find(values[first:end]).at]
    return Changes(tuple(sorted([*at, *inner])), best.trend)


def _cells(values: Values) -> _Cells:
    n = len(values)
    width = -(-n // _CELLS)
    edges = np.append(np.arange(0, n, width), n)
    time = np.arange(n) / n
    rows = [
        np.add.reduceat(one, edges[:-1])
        for one in (np.ones(n), time, values, time * time, time * values, values * values)
    ]
    sums = np.zeros((6, len(edges)))
    np.cumsum(rows, axis=1, out=sums[:, 1:])
    return _Cells(edges, sums)


def _best(cells: _Cells) -> _Choice:
    """Return the segmentation at the least price."""
    count = len(cells.edges) - 1
    least = min(_LEAST, max(count // 5, 2))
    found = [
        _Choice(ends, bool(trend), *_price(cells, ends, bool(trend)))
        for trend, costs in enumerate(_costs(cells, least))
        for ends in _segmentations(costs)
    ]
    return min(found, key=lambda one: one.price)


def _costs(cells: _Cells, least: int) -> tuple[Matrix, Matrix]:
    """Return the residual sums of squares of each run of cells, [end, first], by level and by line.

    inf under `least` cells.
    """
    n, t, y, tt, ty, yy = (np.subtract.outer(row, row) for row in cells.sums)
    held = 1 / np.maximum(n, 1)
    level = yy - y * y * held
    spread, slope = tt - t * t * held, ty - t * y * held
    line = level - np.divide(slope * slope, spread, out=np.zeros_like(level), where=spread > 1e-12)
    short = np.subtract.outer(every := np.arange(len(n)), every) < least
    for cost in (level, line):
        np.maximum(cost, 0, out=cost)
        cost[short] = np.inf
    return level, line


def _segmentations(costs: Matrix) -> list[tuple[int, ...]]:
    """Return the best segmentation into 1, 2, ... parts, each as the edges between its parts."""
    last = len(costs) - 1
    total, back = costs[:, 0], []
    found: list[tuple[int, ...]] = [()]
    every, sums = np.arange(last + 1), np.empty_like(costs)
    for _ in range(_MOST):
        np.add(costs, total, out=sums)
        before = np.argmin(sums, axis=1)
        total = sums[every, before]
        if not np.isfinite(total[last]):
            break
        back.append(before)
        ends, end = [], last
        for step in reversed(back):
            end = int(step[end])
            ends.append(end)
        found.append(tuple(reversed(ends)))
    return found


def _price(cells: _Cells, ends: tuple[int, ...], trend: bool) -> tuple[float, float]:
    """Return n log of the innovations' variance and the price of the parameters, and the autocorrelation."""
    held, time, mean = cells.sums[0], *(np.diff(row) / np.diff(cells.sums[0]) for row in cells.sums[1:3])
    count = len(mean)
    rest = np.empty(count)
    for part in _parts(ends, count):
        rest[part] = mean[part] - _fitted(cells, part, trend, time[part])
    weights = np.diff(held) / (held[-1] / count)  # the last cell may hold fewer samples
    power = product(rest, weights * rest)
    whole = float(mean.var()) * count
    share = product(rest[1:], rest[:-1]) / power if power > 0 else 0.0
    share += (1 + 3 * share) * (len(ends) + 1) / count
    innovations = rest[1:] - min(max(share, 0.0), _MOST_AR) * rest[:-1]
    power = product(innovations, innovations) / (count - 1) + _FLOOR * whole / count
    parameters = (2 if trend else 1) * (len(ends) + 1) + len(ends)
    priced = _PRICE * parameters * float(np.log(count))
    return count * float(np.log(max(power, 1e-300))) + priced, share


def _parts(ends: tuple[int, ...], count: int) -> list[slice]:
    bounds = [0, *ends, count]
    return [slice(first, end) for first, end in pairwise(bounds)]


def _fitted(cells: _Cells, part: slice, trend: bool, time: Values) -> Values:
    """Return the least-squares line, or level, of a run of cells at some times."""
    n, t, y, tt, ty, _ = cells.sums[:, part.stop] - cells.sums[:, part.start]
    spread = tt - t * t / n
    slope = (ty - t * y / n) / spread if trend and spread > 1e-12 else 0.0
    fitted: Values = (y - slope * t) / n + slope * time
    return fitted


def _placed(values: Values, cells: _Cells, best: _Choice) -> tuple[int, ...]:
    """Return the first sample of each part, looked for within two cells of where the cells change."""
    width = int(cells.edges[1])
    if width == 1:
        return best.ends
    parts = _parts(best.ends, len(cells.edges) - 1)
    found = []
    for before, after in pairwise(parts):
        first, end = (int(cells.edges[after.start + side]) for side in (-2, 2))
        time = np.arange(first, end) / len(values)
        here = values[first:end]
        # Sum of squares up to a sample by the part before, and from it on by the part after.
        better = (here - _fitted(cells, before, best.trend, time)) ** 2
        better -= (here - _fitted(cells, after, best.trend, time)) ** 2
        found.append(first + int(np.argmin(np.concatenate([[0.0], np.cumsum(better)]))))
    return tuple(found)


def _without_shocks(values: Values) -> Values:
    """Return the values, single samples far from both neighbours replaced by the nearer of them."""
    left, middle, right = values[:-2], values[1:-1], values[2:]
    low, high = np.minimum(left, right), np.maximum(left, right)
    nearer = np.clip(middle, low, high)
    away = np.abs(middle - nearer)
    usual = float(np.median(np.abs(np.diff(values[:: max(len(values) // 20_000, 1)]))))
    shocks = away > _SHOCK * usual
    if usual <= 0 or not shocks.any():
        return values
    calm = values.copy()
    calm[1:-1][shocks] = nearer[shocks]
    return calm
