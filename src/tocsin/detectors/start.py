"""When a change began: the posterior over the position of one step in the level, with autocorrelated noise.

Ignoring autocorrelation makes the interval far too narrow (at AR 0.8 a 95 % one holds the truth 43 % of the
time), so the likelihood is that of the prewhitened series.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Values

_LEAST = 6
_MOST_AR = 0.98


@dataclass(frozen=True, slots=True)
class Start:
    """Index of the first changed sample, and the bounds (inclusive) that hold it with the chance asked for.

    `odds` is the natural logarithm of the odds of a change somewhere against none (priced as by BIC: the
    step, and its position twice); below 0 there is no evidence of a change.
    """

    index: int
    low: int
    high: int
    odds: float


def estimate(values: Values, ar: float, *, by: int | None = None, chance: float = 0.9) -> Start | None:
    """Return when the level of `values` stepped, or None when they are too few (under 6) or never move.

    `ar` is the lag-1 autocorrelation of the noise; `by` the index of a sample known to be changed.

    Model: y_t = m + d [t >= s] + u_t with u_t = ar u_(t-1) + e_t, e_t Gaussian; flat priors on m, d and s,
    1/sigma on sigma. With the prewhitened w_t = y_t - ar y_(t-1) the step becomes d at s and (1 - ar) d after
    it, so that sums over prefixes give every position at once: p(s) ~ V(s)^(-1/2) R(s)^(-(n - 3) / 2), V the
    sum of squares of the step's centred regressor and R the residual sum of squares (Box and Tiao 1965).
    """
    if len(values) < _LEAST:
        return None
    ar = min(max(ar, 0.0), _MOST_AR)
    white = values[1:] - ar * values[:-1]
    white = _without_shocks(white)
    white = white - white.mean()
    n = len(white)
    after = np.arange(n - 1, -1, -1)  # samples after position s
    share = 1 - ar
    total = 1 + share * after
    squares = 1 + share**2 * after - total**2 / n
    suffix = np.cumsum(white[::-1])[::-1]
    product = white + share * (suffix - white)  # w is centred, so no correction is needed
    whole = float(white @ white)
    possible = squares > 1e-9
    possible[n if by is None else max(by, 1) :] = False
    if whole < 1e-300 or not possible.any():
        return None
    gain = np.divide(product**2, squares, out=np.zeros(n), where=possible)
    rest = np.maximum(whole - gain, 1e-12 * whole)
    log_posterior = np.full(n, -np.inf)
    log_posterior[possible] = -0.5 * np.log(squares[possible]) - 0.5 * (n - 3) * np.log(rest[possible])
    weights = np.exp(log_posterior - log_posterior.max())
    low, high = _densest(weights / weights.sum(), chance)
    best = int(np.argmax(weights))
    odds = 0.5 * n * np.log(whole / rest[best]) - 1.5 * np.log(n)
    return Start(best + 1, low + 1, high + 1, float(odds))


def _without_shocks(white: Values) -> Values:
    """Return the values clipped at four robust standard deviations: one shock alone decides nothing."""
    middle = np.median(white)
    reach = 4 * 1.4826 * float(np.median(np.abs(white - middle)))
    return np.clip(white, middle - reach, middle + reach) if reach > 0 else white


def autocorrelation(values: Values) -> float:
    """Return the lag-1 autocorrelation of values around their median, between 0 and 0.98."""
    if len(values) < 3:
        return 0.0
    centred = values - np.median(values)
    power = float(centred @ centred)
    return min(max(float(centred[1:] @ centred[:-1]) / power, 0.0), _MOST_AR) if power > 0 else 0.0


def _densest(weights: Values, chance: float) -> tuple[int, int]:
    """Return the first and last index of the smallest set of positions that holds `chance` of the weight."""
    order = np.argsort(weights)[::-1]
    count = int(np.searchsorted(np.cumsum(weights[order]), chance)) + 1
    kept = order[:count]
    return int(kept.min()), int(kept.max())
