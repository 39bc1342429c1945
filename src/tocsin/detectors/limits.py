"""Control limits: what a statistic of noise without change passes once in so many samples."""

import math
from functools import lru_cache

import numpy as np

from tocsin.detectors.base import Values

_OVERSHOOT = 1.166  # twice the mean excess of a Gaussian random walk over a barrier (Siegmund 1985)
_HIGHEST = 40.0


def clumps(level: float, change: float) -> float:
    """Return how often a sample a stationary Gaussian sequence begins to exceed a level above 0.

    `level` is in its standard deviations, `change` is 1 less its lag-1 autocorrelation; exceedances close to
    each other are one. u phi(u) c nu(u sqrt(2 c)): the rate of clumps where the autocorrelation falls
    linearly (Pickands 1969), corrected for discrete time (Siegmund 1985); right for independent samples too.
    """
    density = math.exp(-0.5 * level * level) / math.sqrt(2 * math.pi)
    return level * density * change * _nu(level * math.sqrt(2 * change))


@lru_cache(maxsize=4096)
def level_of(rate: float, change: float) -> float:
    """Return the level that is passed `rate` times a sample, for `clumps`; from 1 up."""
    low, high = 1.0, _HIGHEST
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (middle, high) if clumps(middle, change) > rate else (low, middle)
    return high


@lru_cache(maxsize=4096)
def cusum_limit(rate: float, allowance: float, location: float, scale: float) -> float | None:
    """Return the limit of a one-sided CUSUM that noise passes `rate` times a sample; None where none does.

    `allowance` is k, in standard deviations. ARL = (exp(2 k b) - 2 k b - 1) / (2 k^2) with b = h + 1.166
    (Siegmund 1985), averaged over the error of the reference it is measured by, as Jones, Champ and Rigdon
    (2004) do: `location` is the variance of the mean's error, `scale` that of the logarithm of the spread's.
    """
    wrong = 2 * location + 8 * allowance**2 * scale
    last = math.inf
    b = _OVERSHOOT + 0.5
    while b < 200:
        grown = 2 * allowance * b
        log_rate = math.log(2 * allowance**2) - math.log(math.expm1(grown) - grown) + wrong * b * b
        if log_rate <= math.log(rate):
            return b - _OVERSHOOT
        if log_rate > last:
            return None
        last = log_rate
        b += 0.02
    return None


def cusum_rate(limit: float, allowance: float) -> float:
    """Return how often a sample a one-sided CUSUM of Gaussian noise passes a limit (Siegmund 1985)."""
    grown = min(2 * allowance * (limit + _OVERSHOOT), 700.0)
    return 2 * allowance**2 / (math.expm1(grown) - grown)


def _nu(x: float) -> float:
    """Return Siegmund's correction for discrete time, as Siegmund and Yakir (2007) approximate it."""
    if x < 1e-6:
        return 1.0
    half = x / 2
    above = 0.5 * math.erf(half / math.sqrt(2))
    density = math.exp(-0.5 * half * half) / math.sqrt(2 * math.pi)
    return (2 / x) * above / (half * (0.5 + above) + density)


def autocorrelations(coefficients: Values, most: int) -> Values:
    """Return the autocorrelations at lags 0 to `most` of an autoregression, by its impulse response."""
    if not len(coefficients):
        alone: Values = np.eye(1, most + 1)[0]
        return alone
    from scipy.signal import lfilter

    response = lfilter([1.0], np.concatenate([[1.0], -coefficients]), np.eye(1, 4 * most)[0])
    power = np.abs(np.fft.rfft(response, 8 * most)) ** 2
    found: Values = np.fft.irfft(power, 8 * most)[: most + 1]
    found /= found[0]
    return found
