"""When the rows of a decision log became others: the posterior over one step in what they are made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.autoregression import dispersion
from tocsin.detectors.base import Span, Times, Values
from tocsin.detectors.start import summary
from tocsin.detectors.table import Column, Words

_MOST = 8192  # positions tried; of more rows the interval is no finer than that part of them
_GROUPS = 10
_PRIOR = 0.5  # Jeffreys (1946)
_LEAST = 6
Rows = NDArray[np.bool_]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Began:
    """The first row that is another, and the rows it lies between (90 %), all as UTC microseconds."""

    at_us: int
    earliest_us: int
    latest_us: int


def began(times_us: Times, groups: Codes, window: Span) -> Began:
    """Return when rows of groups 0, 1 ... by time (-1 unknown) came to be in these by other shares.

    The shares before and after are each Dirichlet(1/2, ...), so that the factor of a step at a row is a ratio
    of Dirichlet-multinomial likelihoods of the counts before, after and in all (Minka 2000; for two groups
    the beta-binomial). Its logarithm is divided by the dispersion of what one step leaves, so that rows that
    come in runs do not count as independent. Where nothing tells, it began with the window, or at any row.
    """
    known = groups >= 0
    times, codes = times_us[known], groups[known]
    n = len(codes)
    found = None
    if n >= _LEAST and (codes != codes[0]).any():
        ends = np.unique(np.linspace(0, n, min(n, _MOST) + 1).astype(np.intp))
        counts = np.stack(
            [np.concatenate([[0], np.cumsum(codes == one)])[ends] for one in np.unique(codes)], axis=1
        )
        found = summary(_factors(counts.astype(np.float64)), 0.9)
    if found is None or found.odds <= 0:
        first, last = (int(times[0]), int(times[-1])) if n else (window[0], window[1] - 1)
        return Began(window[0], min(first, window[0]), max(last, window[0]))
    low = max(int(ends[found.low]) - 1, 0)  # it may have begun just after the row before
    high = int(ends[min(found.high + 1, len(ends) - 1)]) - 1
    return Began(int(times[ends[found.index]]), int(times[low]), int(times[max(high, ends[found.index])]))


def groups_of(column: Column, before: Rows, after: Rows) -> Codes:
    """Return up to ten groups of rows by their value in a column, -1 where there is none.

    Numbers by the deciles of `before`; the nine words whose shares changed most, and all others.
    """
    if not isinstance(column, Words):
        known = column[before & ~np.isnan(column)]
        edges = np.unique(np.quantile(known, np.arange(1, _GROUPS) / _GROUPS)) if len(known) else np.empty(0)
        return np.where(np.isnan(column), -1, np.searchsorted(edges, column)).astype(np.int64)
    size = len(column.labels) + 1
    a, b = (np.bincount(column.codes[rows] + 1, minlength=size)[1:] for rows in (before, after))
    moved = np.abs(b / max(int(b.sum()), 1) - a / max(int(a.sum()), 1))
    group = np.full(size, _GROUPS - 1, np.int64)
    group[-1] = -1  # of the code -1
    group[np.argsort(-moved, kind="stable")[: _GROUPS - 1]] = np.arange(min(len(moved), _GROUPS - 1))
    return group[column.codes]


def _factors(counts: Values) -> Values:
    """Return the log Bayes factor of a step at each position, from the counts of groups up to it."""
    from scipy.special import gammaln

    def evidence(rows: Values) -> Values:
        total: Values = gammaln(rows + _PRIOR).sum(axis=-1) - gammaln(
            rows.sum(axis=-1) + _PRIOR * rows.shape[-1]
        )
        return total

    whole = counts[-1]
    found = np.full(len(counts) - 1, -np.inf)
    inner = counts[1:-1]
    none = evidence(np.zeros(counts.shape[1]))
    found[1:] = evidence(inner) + evidence(whole - inner) - evidence(whole) - none
    at = 1 + int(np.argmax(found[1:]))
    return found / dispersion(_residuals(counts, at))


def _residuals(counts: Values, at: int) -> Values:
    """Return what a step at a position leaves of the rows' likeness to what came after, by position."""
    first, last = counts[at] + _PRIOR, counts[-1] - counts[at] + _PRIOR
    a, b = first / first.sum(), last / last.sum()
    likeness = np.log(b / a)
    parts = np.diff(counts, axis=0)
    rows = parts.sum(axis=1)
    scores = parts @ likeness
    residuals = np.empty(len(parts))
    for part, shares in ((slice(0, at), a), (slice(at, None), b)):
        mean = float(shares @ likeness)
        variance = float(shares @ likeness**2) - mean**2
        residuals[part] = (scores[part] - rows[part] * mean) / np.sqrt(
            np.maximum(rows[part] * variance, 1e-12)
        )
    return residuals
