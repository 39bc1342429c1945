"""The noise of a series around its baseline: how its averages vary, and how surely that is known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.autoregression import whitened
from tocsin.detectors.base import Values
from tocsin.detectors.limits import autocorrelations, clumps, level_of

_KNOTS = 61
_BEYOND = 1.0  # deviations that a score beyond all that was seen counts more than the furthest seen
_MOST_ORDER = 24
_SLOW = (16, 32, 64)  # stretches whose means show noise slower than the autoregression
_MOST_SUM = 0.99  # nearer to 1, noise and a lasting change of level are the same thing
_LONGEST = 64  # samples of the longest average
_LAGS = (1, 2, 4, 8, 16, 32)
_TYPICAL = 4.0
_SMOOTH = 1.35  # clumps a smooth sequence has more than one looked at every few samples (by simulation)
MEDIAN = math.pi / 2  # variance of a median over that of the mean, of Gaussian noise
_SURE = 2.5  # standard errors until the noise is believed to wander more slowly than its autoregression


@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """What makes scores Gaussian: `scores` at their quantiles and the `normal` scores of these, both rising.

    Van der Waerden's normal scores (1952) by a reference sample, so that averages of scores with heavy tails
    are as those of Gaussian ones (Conover, Tercero-Gomez and Cordero-Franco 2017).
    """

    scores: Values
    normal: Values

    def __call__(self, scores: Values) -> Values:
        """Return normal scores; beyond the reference they go on a little."""
        found = np.interp(scores, self.scores, self.normal)
        found += np.clip(scores - self.scores[-1], 0, _BEYOND) - np.clip(self.scores[0] - scores, 0, _BEYOND)
        return np.asarray(found, np.float64)


def normal_of(scores: Values) -> Normal:
    """Return what makes scores like these Gaussian; at least one."""
    z, chances = _quantiles(len(scores))
    at = np.quantile(scores, chances)
    distinct, where = np.unique(at, return_inverse=True)
    return Normal(distinct, np.bincount(where, weights=z) / np.bincount(where))


@lru_cache(maxsize=64)
def _quantiles(n: int) -> tuple[Values, Values]:
    from scipy.special import ndtr, ndtri

    most = float(-ndtri(0.5 / max(n, 2)))
    z = np.linspace(-most, most, _KNOTS)
    return z, ndtr(z)


@dataclass(frozen=True, slots=True)
class Average:
    """Averages of normal scores over `width`: mean and standard deviation without change.

    `freedom` is how many degrees of freedom the standard deviation is worth, `changes` 1 less the
    autocorrelation at each of _LAGS.
    """

    width: int
    centre: float
    deviation: float
    freedom: float
    changes: tuple[float, ...]
    normal: Normal

    def limit(self, rate: float) -> float:
        """Return how many deviations noise passes `rate` times a sample: Student's, for what is estimated."""
        from scipy.special import ndtr, stdtrit

        lag, change, more = self._slowest
        level = level_of(rate * lag / more, float(f"{change:.3g}"))
        tail = max(float(ndtr(-level)), 1e-300)
        return max(level, float(-stdtrit(self.freedom, tail)))

    def rate(self, level: float) -> float:
        """Return how often a sample noise begins to exceed a level in deviations that are known exactly."""
        lag, change, more = self._slowest
        return more * clumps(level, change) / lag

    @property
    def _slowest(self) -> tuple[int, float, float]:
        """The lag at which clumps are to be counted, the change over it, and how many more there are.

        A smooth sequence has more than its lag-1 autocorrelation tells; counted at any lag they are too few,
        so that the most is the best.
        """
        rates = [clumps(_TYPICAL, c) / lag for lag, c in zip(_LAGS, self.changes, strict=True)]
        best = max(range(len(_LAGS)), key=rates.__getitem__)
        return _LAGS[best], self.changes[best], _SMOOTH if best else 1.0


@dataclass(frozen=True)
class Noise:
    """Normal scores around a baseline as an autoregression: `coefficients` and innovations, oldest first.

    `centre` and `power` are mean and variance of the normal scores.
    """

    samples: int
    normal: Normal
    centre: float
    power: float
    coefficients: Values
    innovations: Values

    def average(self, width: int) -> Average:
        """Return how averages over `width` vary."""
        variance, covariances = _variance(width, self._known)
        moved, _ = _variance(width, self._moved)
        scale = 0.5 / self.samples * self._memory + (0.5 * math.log(moved / variance)) ** 2
        error = MEDIAN * _variance(_LONGEST, self._known)[0] * _LONGEST / self.samples
        wander = self.slow if width == _LONGEST else slowness(self.innovations, (width,))
        deviation = math.sqrt(self.power * (variance * wander + error * self.slow))
        changes = tuple(max(1 - c / variance, 1e-6) for c in covariances)
        return Average(width, self.centre, deviation, max(0.5 / scale, 3.0), changes, self.normal)

    @cached_property
    def slow(self) -> float:
        """How slow the noise is that its autoregression leaves (`slowness`)."""
        return slowness(self.innovations)

    @cached_property
    def total(self) -> float:
        """The sum of the coefficients."""
        return float(self.coefficients.sum())

    @cached_property
    def uncertainty(self) -> float:
        """The variance of the logarithm of the long-run deviation, as far as it shows in sums of dozens.

        Half of that of the whole, by simulation: a sum that short forgets the other half.
        """
        total = min(self.total, 0.99)
        return 0.5 * (0.5 + max(1 - total**2, 0.02) / (1 - total) ** 2) / self.samples

    @property
    def _doubt(self) -> float:
        """The standard error of the sum of the coefficients."""
        return math.sqrt(max(len(self.coefficients), 1) * max(1 - self.total**2, 0.02) / self.samples)

    @cached_property
    def _known(self) -> Values:
        return autocorrelations(self.coefficients, _LONGEST + _LAGS[-1])

    @cached_property
    def _moved(self) -> Values:
        """Autocorrelations as wrong as they may well be: the coefficients' sum larger by its error."""
        moved = np.array([self._doubt])
        if len(self.coefficients) and abs(self.total) >= 0.05:
            moved = self.coefficients * (min(self.total + self._doubt, 0.99) / self.total)
        return autocorrelations(moved, _LONGEST + _LAGS[-1])

    @property
    def _memory(self) -> float:
        return float(2 * (self._known**2).sum() - 1)


def slowness(white: Values, widths: Sequence[int] = _SLOW) -> float:
    """Return the variance of means of innovations over that of white noise; 1 unless surely more.

    What an autoregression of a few samples leaves of slow noise shows in longer means: of the widths that
    show any, the one that shows most.
    """
    power, worst = float(np.var(white)) if len(white) else 0.0, 1.0
    for width in widths:
        stretches = len(white) // width
        if width == 1 or stretches < 8 or power <= 0:
            continue
        means = white[len(white) - width * stretches :].reshape(stretches, width).mean(axis=1)
        ratio = width * float(means.var(ddof=1)) / power
        if ratio > 1 + _SURE * math.sqrt(2 / (stretches - 1)):
            worst = max(worst, ratio)
    return worst


def _variance(width: int, known: Values) -> tuple[float, list[float]]:
    """Return the variance of averages of noise of variance 1, and their covariances at _LAGS."""
    apart, weights = _triangle(width)
    found: list[float] = (known[apart] @ weights).tolist()
    return max(found[0], 1e-12), found[1:]


@lru_cache(maxsize=8)
def _triangle(width: int) -> tuple[NDArray[np.int64], Values]:
    apart = np.arange(1 - width, width)
    return np.abs(apart + np.array((0, *_LAGS))[:, None]), (width - np.abs(apart)) / width**2


def autoregression(values: Values, most: int) -> Values:
    """Return the coefficients of x_t = sum a_j x_(t-j) + e_t of centred values; none for white noise.

    By Yule and Walker, solved by the recursion of Levinson (1947) and Durbin (1960), of the order up to
    `most` with the least AICc (Hurvich and Tsai 1989); their sum corrected for the fitted mean (Kendall
    1954). A few products, so that it costs little beside reading the samples.
    """
    n = len(values)
    most = min(most, n // 10)
    covariances = [float(values[lag:] @ values[: n - lag]) / n for lag in range(most + 1)]
    power = covariances[0] if covariances else 0.0
    found = best = np.zeros(0)
    least = _aicc(n, power, 0)
    for order in range(1, most + 1):
        if power <= 1e-12 * max(covariances[0], 1e-300):
            break
        ahead = covariances[order] - float(found @ np.array(covariances[order - 1 : 0 : -1]))
        reflection = ahead / power
        found = np.concatenate([found - reflection * found[::-1], [reflection]])
        power *= 1 - reflection**2
        if (cost := _aicc(n, power, order)) < least:
            least, best = cost, found
    total = float(best.sum())
    if total <= 0:
        return best
    return best * (min(total + (1 + 3 * total) / n, _MOST_SUM) / total)


def _aicc(n: int, power: float, order: int) -> float:
    return n * math.log(max(power, 1e-300)) + 2 * (order + 1) * n / max(n - order - 2, 1)


def noise_of(scores: Values) -> Noise:
    """Return the noise of scores, oldest first; at least one."""
    normal = normal_of(scores)
    made = normal(scores)
    centre = float(made.mean())
    centred = made - centre
    coefficients = autoregression(centred, _MOST_ORDER)
    white = whitened(centred, coefficients) if len(scores) > len(coefficients) else centred
    return Noise(len(scores), normal, centre, max(float(centred.var()), 1e-12), coefficients, white)
