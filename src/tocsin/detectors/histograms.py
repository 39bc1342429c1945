"""Fine histograms over bins that the baseline fixes: one pass over the rows, every distance from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.stretches import LARGEST

FINE = 4096  # bins between the baseline's outermost quantiles, about
EXACT = 20_000  # up to so many rows on either side every value has a bin of its own
_QUANTILES = 1024  # bins where neither equal widths nor equal ratios part the baseline well
_SAMPLE = 16_384  # rows of the baseline that tell where bins are needed
_BLOCK = 65_536  # rows at a time, so that they stay in the processor's cache
_OUTER = 0.0005  # what lies beyond these quantiles goes to a bin on either side
_COARSE = 0.01  # a bin with more of the baseline than this, in values that differ, is too wide
_MANTISSA = 52
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """How values are put into bins, as the baseline fixed it; `bins` counts those at both ends.

    `kind` is linear (from `low`, `scale` bins a unit), binary (by the leading bits of positive numbers, from
    `first`, all but `shift` of them: bins of about equal ratio, for heavy tails), or edges (a bin for what
    lies above the edge before and up to its own, and one for what lies above all).
    """

    kind: str
    bins: int
    low: float = 0.0
    scale: float = 1.0
    first: int = 0
    shift: int = 0
    edges: Values | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """What a column holds: rows and sum of values in each bin, and how many rows have no number."""

    counts: Counts
    sums: Values
    missing: int

    @property
    def rows(self) -> int:
        """How many rows hold a number."""
        return int(self.counts.sum())


def histograms(before: Values, after: Values) -> tuple[Histogram, Histogram]:
    """Return two columns over the same bins, NaN counted as missing.

    Up to EXACT rows each there is a bin for every value, and what is computed from them is exact. Above, bins
    are fixed by a sample of `before`, so narrow that none but a single repeated value holds more than about a
    hundredth of it.
    """
    if max(len(before), len(after)) <= EXACT:
        both = np.clip(np.concatenate([before, after]), -LARGEST, LARGEST)
        grid = _edged(both[~np.isnan(both)])
    else:
        grid = fine_grid(before)
    return histogram(before, grid), histogram(after, grid)


def fine_grid(baseline: Values) -> Grid:
    """Return the bins that part a baseline best: of equal width, of equal ratio, or at its quantiles."""
    sample = baseline[:: max(1, len(baseline) // _SAMPLE)]
    sample = np.clip(sample[~np.isnan(sample)], -LARGEST, LARGEST)
    values, counts = np.unique(sample, return_counts=True)
    if len(values) < 2:
        return _edged(np.concatenate([values, np.nextafter(values, -np.inf)]))
    low, high = (float(edge) for edge in np.quantile(sample, [_OUTER, 1 - _OUTER]))
    offered = [_linear(low, high)] if high > low else []
    if values[0] >= 0 and (positive := sample[sample > 0]).size:
        offered.append(_binary(*(float(edge) for edge in np.quantile(positive, [_OUTER, 1 - _OUTER]))))
    fullest = [_fullest(grid, values, counts) for grid in offered]
    if offered and min(fullest) <= _COARSE:
        return offered[int(np.argmin(fullest))]
    shares = np.linspace(0, 1, min(_QUANTILES, len(sample)) + 1)
    return _edged(np.quantile(sample, shares, method="inverted_cdf"))


def histogram(values: Values, grid: Grid) -> Histogram:
    """Count values by their bins, in blocks."""
    bins = grid.bins
    counts, sums, missing = np.zeros(bins, np.int64), np.zeros(bins), 0
    for start in range(0, len(values), _BLOCK):
        part = values[start : start + _BLOCK]
        none = np.isnan(part)
        if none.any():
            part = part[~none]
            missing += int(none.sum())
        part = np.clip(part, -LARGEST, LARGEST)
        if grid.edges is not None:
            _count_sorted(np.sort(part), grid.edges, counts, sums)
            continue
        at = places(part, grid)
        counts += np.bincount(at, minlength=bins)
        sums += np.bincount(at, weights=part, minlength=bins)
    return Histogram(counts, sums, missing)


def _count_sorted(values: Values, edges: Values, counts: Counts, sums: Values) -> None:
    """Add sorted values to their bins: edges are found among them faster than they among edges."""
    ends = np.append(np.searchsorted(values, edges, side="right"), len(values))
    found = np.diff(ends, prepend=0)
    counts += found
    used = np.flatnonzero(found)
    if len(used):
        sums[used] += np.add.reduceat(values, ends[used] - found[used])


def places(values: Values, grid: Grid) -> NDArray[np.int64]:
    """Return the bin of each value, none of which is NaN."""
    if grid.edges is not None:
        return np.searchsorted(grid.edges, values).astype(np.int64, copy=False)
    last = grid.bins - 1
    if grid.kind == "linear":
        scaled = (values - grid.low) * grid.scale
        scaled += 1
        np.clip(scaled, 0, last, out=scaled)
        return scaled.astype(np.int64)
    # The bits of positive numbers, taken as whole numbers, are in the numbers' order.
    at = np.ascontiguousarray(values).view(np.int64) >> grid.shift
    at -= grid.first
    np.maximum(at, values >= 0, out=at)  # 0 below zero, 1 at zero and up to the first bin
    np.minimum(at, last, out=at)
    return at


def _edged(values: Values) -> Grid:
    edges = np.unique(values)
    return Grid("edges", len(edges) + 1, edges=edges)


def _linear(low: float, high: float) -> Grid:
    inner = FINE - 2
    return Grid("linear", FINE, low, inner / (high - low) * (1 - 1e-12))


def _binary(low: float, high: float) -> Grid:
    first, last = (int(bits) for bits in np.array([low, high]).view(np.int64))
    shift = _MANTISSA
    while shift > 0 and (last >> (shift - 1)) - (first >> (shift - 1)) < 2 * FINE:
        shift -= 1
    bins = (last >> shift) - (first >> shift) + 4
    return Grid("binary", bins, first=(first >> shift) - 2, shift=shift)


def _fullest(grid: Grid, values: Values, counts: NDArray[np.intp]) -> float:
    """Return the greatest share that a bin holds besides the most frequent value in it."""
    at = places(values, grid)
    mass = np.bincount(at, weights=counts, minlength=grid.bins)
    most = np.zeros(grid.bins)
    np.maximum.at(most, at, counts)
    return float((mass - most).max() / counts.sum())
