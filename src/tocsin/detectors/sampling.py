"""Spot checks: a stratified random sample of decisions, and what it says of the rate of errors among all."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.detectors.proportions import clopper_pearson, wilson

Positions = NDArray[np.intp]
_MOST = 2**31


@dataclass(frozen=True, slots=True)
class Estimate:
    """The rate of errors among all decisions, with bounds; `rows` were judged, `effective` of them count."""

    rate: float
    low: float
    high: float
    rows: int
    effective: float


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
    wrong: ArrayLike,
    judged: ArrayLike,
    sizes: ArrayLike,
    drawn: ArrayLike | None = None,
    confidence: float = 0.95,
    *,
    exact: bool = False,
) -> Estimate | None:
    """Return the rate of errors among all decisions from verdicts by stratum; None without any.

    `drawn` of the `sizes` decisions of each stratum were drawn (those judged, when not given) and `judged` of
    them, in the random order of the draw, have a verdict. Each stands for sizes / drawn decisions: the
    estimator of Hajek (1971), which is sum(N_h / N * p_h) (Cochran 1977, 5.3) once all are judged. Its
    interval is that of one rate with an effective number of rows p (1 - p) / v, v the linearised variance,
    and never more than the rows judged (Korn and Graubard 1998): Wilson's, or with `exact` that of Clopper
    and Pearson.
    """
    k, n, size = (np.asarray(each, np.float64) for each in (wrong, judged, sizes))
    if not n.sum():
        return None
    d = n if drawn is None else np.asarray(drawn, np.float64)
    weight = np.where(n > 0, size / np.maximum(d, 1), 0.0)
    rows, total = float(n.sum()), float((weight * n).sum())
    rate = float((weight * k).sum()) / total
    effective = total**2 / float((weight**2 * n).sum())
    if 0 < k.sum() < rows:
        variance = float((weight**2 * (k * (1 - rate) ** 2 + (n - k) * rate**2)).sum()) / total**2
        effective = min(rate * (1 - rate) / variance, rows)
    interval = clopper_pearson if exact else wilson
    low, high = interval(rate * effective, effective, confidence)
    return Estimate(rate, float(low), float(high), int(rows), effective)


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
