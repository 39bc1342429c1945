"""Whether oversight collapsed: each reviewer against their own baseline, at once or by and by."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Times, Values
from tocsin.detectors.oversight_measures import Measure
from tocsin.detectors.proportions import discoveries, fisher_fell, newcombe, wilson

LEAST = 10  # rows on either side of a comparison
_FEW = 5  # of yes and of no that a trend needs
_MOST_EFFECT = 20.0


@dataclass(frozen=True, slots=True)
class Level:
    """A share, or geometric mean seconds, of some rows, with its 95 % interval (NaN: unknown)."""

    rows: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shift:
    """How one measure of one reviewer, team or all went from the baseline to the window.

    `change` (with `low` and `high`, 95 %) is after less before of a share, after over before of seconds. `p`
    is that it did not get worse, by the windows; `trend_p` by the trend over all rows; `q` and `trend_q` the
    same held against all that was tested. NaN where too few rows allow no test.
    """

    by: str
    who: str
    measure: str
    before: Level
    after: Level
    change: float
    low: float
    high: float
    p: float
    trend_p: float
    q: float = float("nan")
    trend_q: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    n: Values
    total: Values
    squares: Values

    @property
    def mean(self) -> Values:
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.total / self.n

    @property
    def variance(self) -> Values:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.maximum(self.squares / self.n - self.mean**2, 0)


def shifts(
    by: str,
    labels: tuple[str, ...],
    codes: NDArray[np.int64],
    measure: Measure,
    times_us: Times,
    after: NDArray[np.bool_],
) -> list[Shift]:
    """Return how a measure went for each label (-1 in `codes`: none) from the rows before to those `after`.

    A share is tested by Fisher's exact test, seconds by Welch's on logarithms, a trend by that of Cochran
    (1954) and Armitage (1955), all one-sided towards worse. Rows of one day are alike: counts and variances
    are divided by the design effect (Rao and Scott 1992), estimated from the days of the baseline.
    """
    known = (codes >= 0) & ~np.isnan(measure.values)
    codes, values, times_us, after = codes[known], measure.values[known], times_us[known], after[known]
    count = len(labels)
    first, last = (_sums(codes[side], values[side], count) for side in (~after, after))
    effect = design_effect(codes[~after], values[~after], times_us[~after], count)
    p = _tested(first, last, measure, effect)
    trend = _trend(codes, values, times_us, count, measure, effect)
    p[(first.n < LEAST) | (last.n < LEAST)] = np.nan
    trend[first.n + last.n < 2 * LEAST] = np.nan
    change, low, high = _change(first, last, measure, effect)
    before, now = _levels(first, measure, effect), _levels(last, measure, effect)
    return [
        Shift(by, label, measure.name, before[at], now[at], float(change[at]), float(low[at]),
              float(high[at]), float(p[at]), float(trend[at]))
        for at, label in enumerate(labels)
        if first.n[at] + last.n[at]
    ]  # fmt: skip


def held(found: list[Shift]) -> list[Shift]:
    """Return the shifts with q-values over all tests made, of both kinds together."""
    q = discoveries([*(one.p for one in found), *(one.trend_p for one in found)])
    halves = zip(found, q[: len(found)].tolist(), q[len(found) :].tolist(), strict=True)
    return [replace(one, q=now, trend_q=trend) for one, now, trend in halves]


def levels(
    codes: NDArray[np.int64], values: Values, times_us: Times, count: int, measure: Measure
) -> list[Level]:
    """Return the level of a measure for each of `count` codes, over rows whose value is known."""
    known = (codes >= 0) & ~np.isnan(values)
    sums = _sums(codes[known], values[known], count)
    return _levels(sums, measure, 1.0)


def design_effect(codes: NDArray[np.int64], values: Values, times_us: Times, count: int) -> float:
    """Return how many times the variance between days exceeds that of independent rows, at least 1.

    Pearson's statistic over its degrees of freedom, each label about its own mean; 1 with under 5 of them.
    """
    if not len(values):
        return 1.0
    days = times_us // DAY
    cells, cell = np.unique(codes * (int(days.max()) - int(days.min()) + 1) + days - int(days.min()),
                            return_inverse=True)  # fmt: skip
    label = np.zeros(len(cells), np.int64)
    label[cell] = codes
    by_label, by_cell = _sums(codes, values, count), _sums(cell, values, len(cells))
    variance = by_label.variance[label]
    usable = variance > 0
    pearson = by_cell.n * (by_cell.mean - by_label.mean[label]) ** 2 / np.where(usable, variance, 1)
    freedom = int(usable.sum()) - len(np.unique(label[usable]))
    return float(np.clip(pearson[usable].sum() / freedom, 1, _MOST_EFFECT)) if freedom >= 5 else 1.0


def _sums(codes: NDArray[np.int64], values: Values, count: int) -> _Sums:
    weights = (np.ones(len(codes)), values, values**2)
    n, total, squares = (np.bincount(codes, each, count).astype(np.float64) for each in weights)
    return _Sums(n, total, squares)


def _tested(first: _Sums, last: _Sums, measure: Measure, effect: float) -> Values:
    from scipy.stats import ttest_ind_from_stats

    if measure.share:
        sides = [(np.round(one.total / effect), np.round(one.n / effect)) for one in (first, last)]
        if measure.worse > 0:
            sides = [(n - k, n) for k, n in sides]
        return fisher_fell(*sides)
    spread = [np.sqrt(one.variance * one.n / np.maximum(one.n - 1, 1) * effect) for one in (last, first)]
    with np.errstate(all="ignore"):
        found = ttest_ind_from_stats(
            last.mean, spread[0], last.n, first.mean, spread[1], first.n, equal_var=False,
            alternative="less" if measure.worse < 0 else "greater",
        ).pvalue  # fmt: skip
    return np.array(found, np.float64)


def _trend(
    codes: NDArray[np.int64], values: Values, times_us: Times, count: int, measure: Measure, effect: float
) -> Values:
    from scipy.stats import norm

    if not len(values):
        return np.full(count, np.nan)
    t = (times_us - times_us[0]) / max(int(times_us[-1] - times_us[0]), 1)
    sums, when = _sums(codes, values, count), _sums(codes, t, count)
    with np.errstate(invalid="ignore", divide="ignore"):
        together = np.bincount(codes, t * values, count) - when.total * sums.total / sums.n
        spread = np.sqrt(effect * sums.variance * when.variance * when.n)
        z = together / spread
    found = np.asarray(norm.sf(measure.worse * z), np.float64)
    few = np.minimum(sums.total, sums.n - sums.total) < _FEW if measure.share else spread <= 0
    found[few | (spread <= 0)] = np.nan
    return found


def _change(first: _Sums, last: _Sums, measure: Measure, effect: float) -> tuple[Values, Values, Values]:
    if measure.share:
        return newcombe((first.total / effect, first.n / effect), (last.total / effect, last.n / effect))
    from scipy.stats import t as student

    with np.errstate(invalid="ignore", divide="ignore"):
        parts = [one.variance * effect / np.maximum(one.n - 1, 1) for one in (first, last)]
        error = np.sqrt(parts[0] + parts[1])
        freedom = (parts[0] + parts[1]) ** 2 / sum(
            part**2 / np.maximum(one.n - 1, 1) for part, one in zip(parts, (first, last), strict=True)
        )
        middle, half = last.mean - first.mean, student.ppf(0.975, freedom) * error
    with np.errstate(over="ignore"):  # a bound beyond all numbers is infinite
        return np.exp(middle), np.exp(middle - half), np.exp(middle + half)


def _levels(sums: _Sums, measure: Measure, effect: float) -> list[Level]:
    if measure.share:
        low, high = wilson(sums.total / effect, sums.n / effect)
    else:
        from scipy.stats import t as student

        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt(sums.variance * effect / (sums.n - 1))
            half = student.ppf(0.975, sums.n - 1) * error
        low, high = np.exp(sums.mean - half), np.exp(sums.mean + half)
    return [
        Level(int(n), measure.shown(float(mean)), float(a), float(b))
        for n, mean, a, b in zip(sums.n, sums.mean, low, high, strict=True)
    ]
