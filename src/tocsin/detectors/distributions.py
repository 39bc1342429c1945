"""How far two distributions lie apart: distances and tests, from counts over the same bins."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.histograms import Counts, Histogram

GROUPS = 10
FLOOR = 1e-4  # the least share that PSI takes for a bin, so that an empty one makes it no infinity
_SPARSE = 5  # fewer rows expected than that, and categories are pooled for chi-square (Cochran 1954)
_LIMIT = 10_000  # rows from which the limiting distribution of Kolmogorov is used


def deciles(before: Counts, groups: int = GROUPS) -> NDArray[np.int64]:
    """Return which of about `groups` equally full groups each bin belongs to, as the baseline fills them.

    A group ends with the bin that holds the baseline's next quantile (its inverse distribution function). A
    bin as full as a group, such as a value that repeats, is a group of its own.
    """
    total = np.cumsum(before)
    rows = int(total[-1]) if len(total) else 0
    if not rows:
        return np.zeros(len(before), np.int64)
    ends = np.searchsorted(total, np.arange(1, groups) * rows / groups)
    full = np.flatnonzero(before * groups >= rows)
    starts = np.concatenate([ends + 1, full, full + 1])
    begins = np.zeros(len(before) + 1, np.int64)
    begins[starts] = 1
    return np.cumsum(begins[:-1])


def grouped(counts: Counts, groups: NDArray[np.int64]) -> Counts:
    """Return the counts of groups of bins."""
    size = int(groups[-1]) + 1 if len(groups) else 0
    return np.bincount(groups, weights=counts, minlength=size).astype(np.int64)


def psi(before: ArrayLike, after: ArrayLike) -> float:
    """Return the population stability index of counts over the same bins (Siddiqi 2006).

    The sum of (b - a) ln(b / a) over the shares, each at least FLOOR; NaN where one side has no rows. By
    custom below 0.1 is stable, above 0.25 a shift.
    """
    a, b = _shares(before), _shares(after)
    a, b = np.maximum(a, FLOOR), np.maximum(b, FLOOR)
    return float(((b - a) * np.log(b / a)).sum())


def psi_noise(before: ArrayLike, after: ArrayLike) -> float:
    """Return what PSI comes to by chance where nothing changed: (bins - 1)(1/n + 1/m).

    PSI is then about chi-square distributed with so many degrees (Yurdakul and Naranjo 2020).
    """
    a, b = np.asarray(before), np.asarray(after)
    used = int(((a + b) > 0).sum())
    n, m = float(a.sum()), float(b.sum())
    return max(used - 1, 0) * (1 / n + 1 / m) if n and m else float("nan")


def jensen_shannon(before: ArrayLike, after: ArrayLike) -> float:
    """Return the Jensen-Shannon distance of counts over the same bins, 0 to 1 (Endres and Schindelin 2003).

    The square root of the divergence to base 2 (Lin 1991).
    """
    a, b = _shares(before), _shares(after)
    mean = (a + b) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(one > 0, one * np.log2(one / mean), 0.0).sum() for one in (a, b)]
    return float(np.sqrt(max(sum(parts) / 2, 0.0))) if not np.isnan(mean).any() else float("nan")


def kolmogorov_smirnov(before: Counts, after: Counts) -> float:
    """Return the greatest difference of the two distribution functions, at the ends of bins.

    Exact where a bin holds one value; else too small by at most what the fuller bin of one side and the
    emptier of the other share.
    """
    if not before.sum() or not after.sum():
        return float("nan")
    gap = np.cumsum(before) / before.sum() - np.cumsum(after) / after.sum()
    return float(np.abs(gap).max())


def kolmogorov_smirnov_p(statistic: float, n: int, m: int) -> float:
    """Return the two-sided p-value of a KS statistic of n and m rows; too large where values repeat.

    The distribution of one sample (Simard and L'Ecuyer 2011) at nm/(n+m) rows, rounded, as scipy's
    "asymp" takes it; above 10,000 of these its limit (Kolmogorov 1933), within 1 % of it.
    """
    if np.isnan(statistic):
        return float("nan")
    rows = n * m / (n + m)
    if rows > _LIMIT:
        from scipy.special import kolmogorov

        return float(kolmogorov(np.sqrt(rows) * statistic))
    from scipy.stats import kstwo

    return float(np.clip(kstwo.sf(statistic, max(round(rows), 1)), 0, 1))


def wasserstein(before: Histogram, after: Histogram) -> float:
    """Return the first Wasserstein distance in the column's unit (Vallender 1974).

    Rows are taken to lie at the mean of their bin: exact where a bin holds one value. Off by no more than
    the mean distance of rows from the means of their bins.
    """
    if not before.rows or not after.rows:
        return float("nan")
    a, b = before.counts > 0, after.counts > 0
    at = np.concatenate([before.sums[a] / before.counts[a], after.sums[b] / after.counts[b]])
    mass = np.concatenate([before.counts[a] / before.rows, -(after.counts[b] / after.rows)])
    order = np.argsort(at, kind="stable")
    gaps = np.diff(at[order])
    return float((np.abs(np.cumsum(mass[order])[:-1]) * gaps).sum())


def chi_square(before: ArrayLike, after: ArrayLike) -> tuple[float, float]:
    """Return Pearson's statistic of homogeneity of two rows of counts, and its p-value (Pearson 1900).

    Categories without any row do not count. NaN and 1 where there is nothing to compare.
    """
    table = np.array([np.asarray(before, np.float64), np.asarray(after, np.float64)])
    table = table[:, table.sum(axis=0) > 0]
    total = table.sum()
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return float("nan"), 1.0
    from scipy.special import chdtrc

    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    statistic = float(((table - expected) ** 2 / expected).sum())
    return statistic, float(chdtrc(table.shape[1] - 1, statistic))


def pooled(before: Counts, after: Counts) -> tuple[Counts, Counts]:
    """Return the counts with categories too rare for chi-square put together as one, the last."""
    n, m = before.sum(), after.sum()
    least = (before + after) * (min(n, m) / max(n + m, 1))
    rare = least < _SPARSE
    if rare.sum() < 2:
        return before, after
    return tuple(np.append(one[~rare], one[rare].sum()) for one in (before, after))  # type: ignore[return-value]


def _shares(counts: ArrayLike) -> NDArray[np.float64]:
    plain: Values = np.asarray(counts, np.float64)
    total: Any = plain.sum()
    return plain / total if total else np.full(plain.shape, np.nan)
