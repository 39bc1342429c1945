"""Noise that remembers: autoregressive coefficients of a series, and the series prewhitened by them."""

import numpy as np

from tocsin.detectors.base import Values

_MOST_SUM = 0.99  # nearer to 1, noise and a lasting change of level are the same thing


def burg(values: Values, most: int) -> Values:
    """Return the coefficients of x_t = sum a_j x_(t-j) + e_t of centred values; none for white noise.

    Estimated by Burg (1975), of the order up to `most` with the least AICc (Hurvich and Tsai 1989).
    """
    n = len(values)
    forward, backward = values[1:].copy(), values[:-1].copy()
    power = product(values, values) / max(n, 1)
    found = best = np.zeros(0)
    least = _aicc(n, power, 0)
    for order in range(1, min(most, n // 10) + 1):
        total = product(forward, forward) + product(backward, backward)
        if total < 1e-300 or power < 1e-300:
            break
        reflection = 2 * product(forward, backward) / total
        found = np.concatenate([found - reflection * found[::-1], [reflection]])
        power *= 1 - reflection**2
        forward, backward = (forward - reflection * backward)[1:], (backward - reflection * forward)[:-1]
        if (cost := _aicc(n, power, order)) < least:
            least, best = cost, found
    return best


def product(one: Values, other: Values) -> float:
    """Return the sum of products, on one core: the threads of a matrix library cost more than they give."""
    return float(np.einsum("i,i->", one, other))


def unbiased(coefficients: Values, samples: int) -> Values:
    """Return coefficients enlarged by what fitting two levels made them too small.

    Their sum a is short by about (2 + 4 a) / n (Kendall 1954, for one mean (1 + 3 a) / n); those of noise
    that alternates stay as they are.
    """
    total = float(coefficients.sum())
    if total <= 0:
        return coefficients
    return coefficients * (min(total + (2 + 4 * total) / samples, _MOST_SUM) / total)


def whitened(values: Values, coefficients: Values) -> Values:
    """Return the innovations x_t - sum a_j x_(t-j), shorter by the order."""
    order = len(coefficients)
    white: Values = values[order:].astype(np.float64)
    for lag, coefficient in enumerate(coefficients, 1):
        white -= coefficient * values[order - lag : len(values) - lag]
    return white


def without_shocks(white: Values, reach: float = 4) -> Values:
    """Return values clipped at `reach` robust standard deviations: one shock alone decides nothing."""
    middle = np.median(white)
    far = reach * 1.4826 * float(np.median(np.abs(white - middle)))
    return np.clip(white, middle - far, middle + far) if far > 0 else white


def without_spikes(values: Values, reach: float = 20) -> Values:
    """Return values, one or two wild ones in a row replaced by the running median of five (Tukey 1977).

    Wild are those `reach` robust standard deviations from it. A step stays where it is.
    """
    if len(values) < 5:
        return values
    middle = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(values, 2, "edge"), 5), axis=1)
    away = np.abs(values - middle)
    usual = 1.4826 * float(np.median(away))
    found: Values = np.where(away > reach * usual, middle, values) if usual > 0 else values
    return found


def dispersion(white: Values) -> float:
    """Return by how much means of stretches vary more than those of white noise would; 1 where they do not.

    The ratio of variances for 16, 32 and 64 stretches, less one standard error of it, at its largest: what
    the coefficients left of slow noise. A likelihood divided by it is honest again (quasi-likelihood,
    McCullagh 1983).
    """
    power = float(np.var(white)) if len(white) else 0.0
    worst = 1.0
    for stretches in (16, 32, 64):
        length = len(white) // stretches
        if length < 4 or power <= 0:
            break
        means = white[: length * stretches].reshape(stretches, length).mean(axis=1)
        ratio = length * float(means.var(ddof=1)) / power
        worst = max(worst, ratio / (1 + np.sqrt(2 / (stretches - 1))))
    return worst


def _aicc(n: int, power: float, order: int) -> float:
    return n * float(np.log(max(power, 1e-300))) + 2 * (order + 1) * n / max(n - order - 2, 1)
