"""How much likelier a shift of the level at each position makes a series: steps, and ramps of any length."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.autoregression import product
from tocsin.detectors.base import Values

Factors = NDArray[np.float64]  # shapes by positions

_LEAST = 1e-12  # of the residual sum of squares: less is rounding


def lengths(samples: int) -> tuple[int, ...]:
    """Return the ramps looked for, in samples until the new level is reached; the first, 1, is the step."""
    found = [1]
    while 8 * 2 ** (len(found) - 1) <= samples // 2:
        found.append(8 * 2 ** (len(found) - 1))
    return tuple(found)


def around(length: int, octaves: float, samples: int) -> tuple[int, ...]:
    """Return nine lengths of ramps about one, up to so many octaves away, none as short as a step."""
    wanted = length * 2 ** np.linspace(-octaves, octaves, 9)
    return tuple(sorted({min(max(round(float(one)), 2), max(samples // 2, 2)) for one in wanted}))


def factors(white: Values, coefficients: Values, ramps: Sequence[int] = (1,)) -> Factors:
    """Return log Bayes factors of a shift at each position against none, a row for each length of ramp.

    `white` is the prewhitened series, `coefficients` what whitened it; column i is the shift whose first
    changed sample is sample i of the series. -inf where none can be told.

    Model: y_t = m + d g(t - s) + u_t, u autoregressive with Gaussian innovations of variance v; flat on m,
    1/v on v, and d ~ N(0, v), so that a factor is proper: its mean over positions exceeds k in at most 1/k of
    series without a shift (Markov). With c = squares of the centred prewhitened regressor and p its product
    with the series, B(s) = (1 + c)^(-1/2) (1 - p^2 / ((1 + c) R))^(-(n - 1) / 2), R the sum of squares (Box
    and Tiao 1973, 2.7). A ramp is the mean of steps, so that prefix sums give every position of it at once.
    """
    order, n = len(coefficients), len(white)
    found = np.full((len(ramps), n + order), -np.inf)
    white = white - white.mean()
    total = product(white, white)
    if total < 1e-300 or n < 3:
        return found
    step = _step(coefficients, n)
    products = _products(white, coefficients)
    of_products = np.concatenate([[0.0], np.cumsum(products)])
    of_steps = np.concatenate([[0.0], np.cumsum(step)])
    at = np.arange(n)
    for row, length in enumerate(ramps):
        if length == 1:
            along, shape = products, step
        else:
            along = (of_products[np.minimum(at + length, n)] - of_products[:-1]) / length
            shape = (of_steps[1:] - of_steps[np.maximum(at + 1 - length, 0)]) / length
        squares = (np.cumsum(shape**2) - np.cumsum(shape) ** 2 / n)[::-1]
        squares = 1 + np.maximum(squares, 0)
        rest = np.maximum(1 - along**2 / (squares * total), _LEAST)
        found[row, order:] = -0.5 * np.log(squares) - 0.5 * (n - 1) * np.log(rest)
    found[:, 0] = -np.inf
    return found


def ramp(samples: int, begins: int, length: int) -> Values:
    """Return a shift of size 1 whose first changed sample is `begins`, complete after `length` samples."""
    return np.clip((np.arange(samples) - begins + 1) / length, 0.0, 1.0)


def _step(coefficients: Values, n: int) -> Values:
    """Return the prewhitened step from its first sample on."""
    head = np.cumsum(np.concatenate([[1.0], -coefficients]))
    step = np.full(n, head[-1])
    step[: len(head)] = head[:n]
    return step


def _products(white: Values, coefficients: Values) -> Values:
    """Return the product of the series with a prewhitened step at each position."""
    order, n = len(coefficients), len(white)
    head = np.cumsum(np.concatenate([[1.0], -coefficients]))
    after = np.concatenate([np.cumsum(white[::-1])[::-1], np.zeros(order)])
    padded = np.concatenate([white, np.zeros(order)])
    products: Values = head[-1] * after[order : order + n]
    for lag in range(order):
        products = products + head[lag] * padded[lag : lag + n]
    return products
