"""Rates of yes among decisions: intervals of one rate, the difference of two, and whether one fell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.detectors.base import Values


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of some rows were a yes; `low` and `high` bound the rate (NaN without rows)."""

    events: int
    rows: int
    rate: float
    low: float
    high: float


def rate(events: int, rows: int, confidence: float = 0.95) -> Rate:
    """Return a rate with its Wilson interval."""
    low, high = wilson(events, rows, confidence)
    return Rate(int(events), int(rows), events / rows if rows else float("nan"), float(low), float(high))


def wilson(events: ArrayLike, rows: ArrayLike, confidence: float = 0.95) -> tuple[Values, Values]:
    """Return the score interval of each rate (Wilson 1927), 0 to 1; NaN where there are no rows.

    `events` and `rows` broadcast and need not be whole: a design effect divides both (Rao and Scott 1992).
    """
    k, n = _counts(events, rows)
    z = _z(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At the ends the bound is the end itself, whatever rounding leaves of it.
    low = np.where(k <= 0, np.where(n > 0, 0.0, np.nan), middle - half)
    high = np.where(k >= n, np.where(n > 0, 1.0, np.nan), middle + half)
    return low, high


def clopper_pearson(events: ArrayLike, rows: ArrayLike, confidence: float = 0.95) -> tuple[Values, Values]:
    """Return the exact interval of each rate (Clopper and Pearson 1934); NaN where there are no rows."""
    from scipy.special import betaincinv

    k, n = _counts(events, rows)
    tail = (1 - confidence) / 2
    inner_low, inner_high = np.maximum(k, 1e-300), np.maximum(n - k, 1e-300)
    low = np.where(k > 0, betaincinv(inner_low, n - k + 1, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1, inner_high, 1 - tail), 1.0)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def newcombe(
    before: tuple[ArrayLike, ArrayLike], after: tuple[ArrayLike, ArrayLike], confidence: float = 0.95
) -> tuple[Values, Values, Values]:
    """Return the difference of two independent rates, after less before, and its interval.

    Each rate is (events, rows). The hybrid score interval (Newcombe 1998, method 10).
    """
    k1, n1 = _counts(*before)
    k2, n2 = _counts(*after)
    low1, high1 = wilson(k1, n1, confidence)
    low2, high2 = wilson(k2, n2, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1, p2 = k1 / n1, k2 / n2
    change = p2 - p1
    low = change - np.sqrt((p2 - low2) ** 2 + (high1 - p1) ** 2)
    high = change + np.sqrt((high2 - p2) ** 2 + (p1 - low1) ** 2)
    return change, low, high


def fisher_fell(before: tuple[ArrayLike, ArrayLike], after: tuple[ArrayLike, ArrayLike]) -> Values:
    """Return the one-sided p-value that a rate fell (Fisher 1935): exact, so honest with few rows.

    Each rate is (events, rows), whole numbers. For a rise hand over rows less events.
    """
    from scipy.stats import hypergeom

    k1, n1 = _counts(*before)
    k2, n2 = _counts(*after)
    found: Any = hypergeom.cdf(k2, n1 + n2, k1 + k2, n2)
    return np.where((n1 > 0) & (n2 > 0), found, 1.0)


def discoveries(p_values: ArrayLike) -> Values:
    """Return the q-value of each p-value: reject at q <= f and no more than f of the rejected are false.

    Benjamini and Hochberg (1995). NaN, which stands for a test that could not be made, stays NaN and does
    not count as a test.
    """
    from scipy.stats import false_discovery_control

    p = np.asarray(p_values, np.float64)
    q, tested = np.full(p.shape, np.nan), ~np.isnan(p)
    if tested.any():
        q[tested] = false_discovery_control(np.clip(p[tested], 0, 1))
    return q


def _counts(events: ArrayLike, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    k, n = np.broadcast_arrays(np.asarray(events, np.float64), np.asarray(rows, np.float64))
    return k, n


def _z(confidence: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2))
