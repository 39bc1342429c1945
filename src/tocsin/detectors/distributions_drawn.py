"""Distributions as they are drawn: bars of numbers, the most frequent words."""

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.histograms import Counts

BARS = 30
_LABELS = 12
_DRAWN = (0.005, 0.5, 0.995)
_SKEW = 0.05  # bars grow by a ratio where half of the rows lie in the lowest part of the drawn range


def tops(
    labels: tuple[str, ...], before: Counts, after: Counts
) -> tuple[tuple[str, ...], tuple[tuple[float, ...], tuple[float, ...]]]:
    """Return the words to draw, the most frequent of either window first, and their shares."""
    shares = [counts / max(int(counts.sum()), 1) for counts in (before, after)]
    order = np.argsort(-np.maximum(*shares), kind="stable")[:_LABELS]
    rest = [float(one.sum() - one[order].sum()) for one in shares]
    shown = tuple(labels[i] for i in order)
    parts = [tuple(float(one[i]) for i in order) for one in shares]
    if len(labels) > _LABELS:
        return (*shown, "others"), ((*parts[0], rest[0]), (*parts[1], rest[1]))
    return shown, (parts[0], parts[1])


def bars(
    before: Counts, before_sums: Values, after: Counts, after_sums: Values
) -> tuple[tuple[float, ...], tuple[tuple[float, ...], tuple[float, ...]]]:
    """Return the edges of bars to draw, and what share of each window is in each; the ends take the rest."""
    both = before + after
    used = both > 0
    if not used.any():
        return (), ((), ())
    at = (before_sums[used] + after_sums[used]) / both[used]
    low, middle, high = _drawn(at, before[used], after[used])
    skewed = low > 0 and middle - low < _SKEW * (high - low)
    edges = (np.geomspace if skewed else np.linspace)(low, high, BARS + 1)
    place = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, BARS - 1)
    shares = [
        tuple((np.bincount(place, weights=one[used], minlength=BARS) / max(int(one.sum()), 1)).tolist())
        for one in (before, after)
    ]
    return tuple(edges.tolist()), (shares[0], shares[1])


def _drawn(at: Values, before: Counts, after: Counts) -> tuple[float, float, float]:
    """Return the range to draw, what all but the outermost of either window lie in, and the lower median."""
    ends: list[tuple[float, ...]] = []
    for counts in (before, after):
        if total := counts.sum():
            inner = np.searchsorted(np.cumsum(counts), np.array(_DRAWN) * total)
            ends.append(tuple(at[np.minimum(inner, len(at) - 1)].tolist()))
    low, middle, high = min(e[0] for e in ends), min(e[1] for e in ends), max(e[2] for e in ends)
    return (low, middle, high) if high > low else (low - 0.5, low, high + 0.5)
