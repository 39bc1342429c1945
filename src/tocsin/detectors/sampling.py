"""Spot checks: a stratified random sample of decisions, and what it says of the rate of errors among all."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.proportions import clopper_pearson, wilson

Positions = NDArray[np.intp]
_MOST = 2**31


@dataclass(frozen=True, slots=True)
class Estimate:
    """The rate of errors among all decisions, with bounds; `rows` were judged, `effective` of them count.

    `covered` is the share of all decisions in strata of which at least one was judged; the rest is unknown.
    """

    rate: float
    low: float
    high: float
    rows: int
    effective: float
    covered: float


def allocate(sizes: ArrayLike, rows: int) -> NDArray[np.int64]:
    """Return how many to draw from each stratum: in proportion to its size, at least one of each.

    Proportional allocation (Neyman 1934), rounded by the largest remainder; a stratum never gives more than
    it has. Raises ValueError when there are more strata than rows, or fewer decisions.
    """
    size = np.asarray(sizes, np.int64)
    if not (size > 0).sum() <= rows <= size.sum():
        raise ValueError("between one of each stratum and all there are")
    quota = rows * size / max(int(size.sum()), 1)
    given = np.maximum(np.floor(quota).astype(np.int64), np.minimum(size, 1))
    while (short := rows - int(given.sum())) != 0:
        over = given - quota
        if short > 0:
            given[np.argmin(np.where(given < size, over, np.inf))] += 1
        else:
            given[np.argmax(np.where(given > 1, over, -np.inf))] -= 1
    return given


def draw(strata: ArrayLike, rows: int, random: np.random.Generator) -> Positions:
    """Return positions of a stratified simple random sample without replacement, in the order of review.

    `strata` is the stratum (0, 1, ...) of each decision. The order is random too, so that whoever stops half
    way has judged a random sample still. The same generator state and strata draw the same positions.
    """
    codes = np.asarray(strata, np.int64)
    sizes = np.bincount(codes)
    wanted = allocate(sizes, rows)
    by_stratum = np.argsort(codes, kind="stable")
    ends = np.cumsum(sizes)
    parts = [
        by_stratum[end - size : end][random.choice(size, count, replace=False, shuffle=False)]
        for size, end, count in zip(sizes.tolist(), ends.tolist(), wanted.tolist(), strict=True)
        if count
    ]
    drawn = np.concatenate(parts) if parts else np.empty(0, np.intp)
    return np.asarray(random.permutation(drawn), np.intp)


def stratified(
    wrong: ArrayLike, judged: ArrayLike, sizes: ArrayLike, confidence: float = 0.95, *, exact: bool = False
) -> Estimate | None:
    """Return the rate of errors among all decisions from the verdicts in each stratum; None without any.

    The stratified estimator sum(N_h / N * p_h) (Cochran 1977, 5.3), over the strata that were judged. Its
    interval is that of one rate with an effective number of rows, Wilson's or with `exact` that of Clopper
    and Pearson (Korn and Graubard 1998): p (1 - p) / v, where v = sum(W_h^2 s_h / n_h) is the estimated
    variance, never more than the rows judged. The variance s_h within a stratum is estimated from its own
    verdicts and, since a handful says little of it, those of all strata, which count as `_PRIOR` rows.
    """
    k, n, size = (np.asarray(each, np.float64) for each in (wrong, judged, sizes))
    seen = n > 0
    if not seen.any():
        return None
    k, n, size, all_rows = k[seen], n[seen], size[seen], size.sum()
    weight = size / size.sum()
    rate, rows = float((weight * (k / n)).sum()), float(n.sum())
    effective = _effective(k, n, weight)
    interval = clopper_pearson if exact else wilson
    low, high = interval(rate * effective, effective, confidence)
    return Estimate(rate, float(low), float(high), int(rows), effective, float(size.sum() / all_rows))


_PRIOR = 2.0


def _effective(k: Values, n: Values, weight: Values) -> float:
    """Return how many rows of a simple random sample would say as much."""
    pooled = k.sum() / n.sum()
    if pooled in (0.0, 1.0):
        return float(1 / (weight**2 / n).sum())
    shrunk = (k + _PRIOR * pooled) / (n + _PRIOR)
    rate = float((weight * (k / n)).sum())
    if not 0 < rate < 1:
        return float(1 / (weight**2 / n).sum())
    variance = float((weight**2 * shrunk * (1 - shrunk) / n).sum())
    return min(rate * (1 - rate) / variance, float(n.sum()))


def size_for(half_width: float, rate: float, confidence: float = 0.95, population: int | None = None) -> int:
    """Return how many decisions to judge so that the interval reaches no further than `half_width` each way.

    The least n whose Wilson interval at the expected error `rate` is no wider than twice that. In a small
    population fewer will do: n / (1 + (n - 1) / N) (Cochran 1977, 4.3). Raises ValueError outside 0 to 1.
    """
    if not (0 < half_width < 0.5 and 0 <= rate <= 1 and 0 < confidence < 1):
        raise ValueError("half width, rate and confidence lie between 0 and 1")
    low, high = 0, 1
    while _half(rate, high, confidence) > half_width:
        low, high = high, 2 * high
        if high > _MOST:
            raise ValueError("no sample is as precise")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _half(rate, middle, confidence) <= half_width else (middle, high)
    if population is None:
        return high
    return min(population, math.ceil(high / (1 + (high - 1) / population))) if population else 0


def _half(rate: float, rows: int, confidence: float) -> float:
    low, high = wilson(rate * rows, rows, confidence)
    return float(high - low) / 2


def kappa(first: ArrayLike, second: ArrayLike) -> float:
    """Return how far two reviewers agree beyond chance (Cohen 1960), -1 to 1; NaN where neither ever varies.

    The verdicts are small whole numbers, one each for the same decisions.
    """
    one, two = np.asarray(first, np.int64), np.asarray(second, np.int64)
    if not len(one):
        return float("nan")
    most = int(max(one.max(), two.max())) + 1
    shares = np.bincount(one, minlength=most) / len(one), np.bincount(two, minlength=most) / len(two)
    by_chance = float((shares[0] * shares[1]).sum())
    agreed = float((one == two).mean())
    return (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else float("nan")
