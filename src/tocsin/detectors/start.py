"""When a change began: the posterior over the position of one shift in the level, with autocorrelated noise.

Ignoring autocorrelation makes the interval far too narrow (at AR 0.8 a 95 % one holds the truth 43 % of the
time), so the likelihood is that of the prewhitened series.
"""

from dataclasses import dataclass

import numpy as np

from tocsin.detectors.autoregression import (
    burg,
    dispersion,
    product,
    unbiased,
    whitened,
    without_shocks,
    without_spikes,
)
from tocsin.detectors.base import Values
from tocsin.detectors.shifts import Factors, around, factors, lengths, ramp

LEAST = 6
_MOST_AR = 0.98
_ORDER = 6
_ROUNDS = 4
DOUBT = float(np.log(20))  # one change in twenty is believed before looking


@dataclass(frozen=True, slots=True)
class Start:
    """Index of the first changed sample, and the bounds (inclusive) that hold it with the chance asked for.

    `odds` is the natural logarithm of the odds of a change somewhere against none, which was held 20 times
    likelier before; at or below 0 there is no evidence. Of series without a change, whose noise is as
    supposed, at most one in twenty has some. `ramp` is how many samples the shift took, 1 for a step.
    """

    index: int
    low: int
    high: int
    odds: float
    ramp: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A start with all that it was found from.

    `factors[i]` is the log Bayes factor of a change first seen in sample i against none. `innovations` are
    what neither the shift nor the past explains of the last samples, one each.
    """

    start: Start
    factors: Values
    innovations: Values


def estimate(values: Values, ar: float, *, by: int | None = None, chance: float = 0.9) -> Start | None:
    """Return when the level of `values` stepped, or None when they are too few (under 6) or never move.

    `ar` is the lag-1 autocorrelation of the noise, known from before; `by` the index of a sample known to be
    changed. Flat prior on the position; the model is that of `shifts.factors`.
    """
    if len(values) < LEAST:
        return None
    coefficients = np.array([min(max(ar, 0.0), _MOST_AR)])
    found = factors(without_shocks(whitened(values, coefficients)), coefficients)
    return summary(_until(found, by)[0], chance)


def search(values: Values, *, by: int | None = None, chance: float = 0.9) -> Search | None:
    """Return when the level of `values` shifted, their noise estimated along with it; None as `estimate`.

    In turns the likeliest shift is taken out and the autoregression of the rest estimated. What that leaves
    of slow noise divides the log-likelihood. A ramp is believed where all of them together are 20 times
    likelier than a step; a shorter one is told as a step in its middle.
    """
    if len(values) < LEAST or not float(np.ptp(values)) > 0:
        return None
    values, ramps = without_spikes(values), lengths(len(values))
    coefficients = _settled(values, ramps[:1], by)
    found, innovations = _judged(values, coefficients, ramps, by)
    if len(ramps) > 1 and _total(_averaged(found[1:])) > _total(found[0]):
        coefficients = _settled(values, ramps, by)
        found, innovations = _judged(values, coefficients, ramps, by)
    chosen, length = found[0], 1
    if len(ramps) > 1 and _total(_averaged(found[1:])) > _total(found[0]) + DOUBT:
        found, ramps = found[1:], ramps[1:]
        for octaves in (1.0, 0.25):  # ever finer about the likeliest length
            ramps = around(ramps[int(np.argmax(found.max(axis=1)))], octaves, len(values))
            coefficients = _settled(values, ramps, by)
            found, innovations = _judged(values, coefficients, ramps, by)
        chosen, length = _averaged(found), ramps[int(np.argmax(found.max(axis=1)))]
    start = summary(chosen, chance, length)
    return None if start is None else Search(start, chosen, innovations)


def summary(found: Values, chance: float, ramp: int = 1) -> Start | None:
    """Return what log Bayes factors by position say with a flat prior; None where none is possible."""
    possible = np.isfinite(found)
    if not possible.any():
        return None
    total = _total(found)
    weights = np.exp(found - total)
    best = int(np.argmax(found))
    low, high = shortest(weights, chance, best)
    odds = total - float(np.log(possible.sum())) - DOUBT
    return Start(best, low, high, odds, ramp)


def shortest(weights: Values, chance: float, best: int) -> tuple[int, int]:
    """Return first and last index of the shortest run around `best` that holds `chance` of all weight."""
    upto = np.concatenate([[0.0], np.cumsum(weights)])
    firsts = np.arange(best + 1)
    lasts = np.searchsorted(upto, upto[: best + 1] + chance * upto[-1] * (1 - 1e-12)) - 1
    lasts = np.maximum(lasts, best)
    widths = np.where(lasts < len(weights), lasts - firsts, len(weights))
    first = int(np.argmin(widths))
    return (first, int(lasts[first])) if widths[first] < len(weights) else (0, len(weights) - 1)


def autocorrelation(values: Values) -> float:
    """Return the lag-1 autocorrelation of values around their median, between 0 and 0.98."""
    if len(values) < 3:
        return 0.0
    centred = values - np.median(values)
    power = product(centred, centred)
    return min(max(product(centred[1:], centred[:-1]) / power, 0.0), _MOST_AR) if power > 0 else 0.0


def _settled(values: Values, ramps: tuple[int, ...], by: int | None) -> Values:
    """Return the coefficients of the noise beside the likeliest of these shifts, found in turns."""
    coefficients = np.zeros(0)
    for _ in range(_ROUNDS):
        before = coefficients
        _, rest = _look(values, coefficients, ramps, by)
        coefficients = unbiased(burg(without_shocks(rest, 5), _ORDER), len(values))
        if len(before) == len(coefficients) and np.allclose(before, coefficients, atol=1e-3):
            break
    return coefficients


def _judged(
    values: Values, coefficients: Values, ramps: tuple[int, ...], by: int | None
) -> tuple[Factors, Values]:
    """Return the factors, less what the noise is slower than its coefficients say, and the innovations."""
    found, rest = _look(values, coefficients, ramps, by)
    innovations = without_shocks(whitened(rest, coefficients))
    return found / dispersion(innovations), innovations


def _look(
    values: Values, coefficients: Values, ramps: tuple[int, ...], by: int | None
) -> tuple[Factors, Values]:
    """Return the factors under these coefficients, and the series without its likeliest shift."""
    white = without_shocks(whitened(values, coefficients))
    found = _until(factors(white, coefficients, ramps), by)
    if not np.isfinite(found).any():
        return found, values - values.mean()
    row, at = np.unravel_index(int(np.argmax(found)), found.shape)
    shape = ramp(len(values), int(at), ramps[int(row)])
    centred = whitened(shape, coefficients)
    centred = centred - centred.mean()
    squares = product(centred, centred)
    size = product(centred, white) / squares if squares > 0 else 0.0
    rest = values - size * shape
    return found, rest - rest.mean()


def _until(found: Factors, by: int | None) -> Factors:
    if by is not None:
        found[:, max(by, 1) + 1 :] = -np.inf
    return found


def _total(found: Values) -> float:
    """Return log(sum(exp(found)))."""
    most = float(found.max())
    return most + float(np.log(np.exp(found - most).sum())) if np.isfinite(most) else -np.inf


def _averaged(found: Factors) -> Values:
    """Return the log of the mean factor over shapes, by position."""
    most = np.maximum(found.max(axis=0), -1e300)
    with np.errstate(divide="ignore"):
        averaged: Values = most + np.log(np.exp(found - most).mean(axis=0))
    return averaged
