"""How far a series strays by itself: the level its own past reaches once in a return period.

Maxima of equal stretches follow the generalised extreme value distribution whatever the noise and however it
is correlated within a stretch (Leadbetter et al. 1983), so that the level needs no model of the noise.
"""

import math
from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Values

_EULER = 0.5772156649
_MOST_STRETCHES = 56
_FEWEST_STRETCHES = 8
_SHAPE_WEIGHT = 50  # stretches that count as much as the prior belief in a Gumbel tail (shape 0)
_SHAPE_BOUNDS = (-0.4, 0.1)


@dataclass(frozen=True, slots=True)
class Tail:
    """The distribution of the maximum of `stretch` samples: location, scale, shape (Hosking's k = -xi)."""

    stretch: int
    location: float
    scale: float
    shape: float

    def level(self, chance: float) -> float:
        """Return the level that one stretch exceeds with this chance (0 to 1)."""
        reduced = -math.log(-math.log1p(-chance))
        return self.location + self.scale * _bend(reduced, self.shape)

    def chance(self, level: float) -> float:
        """Return the chance that one stretch exceeds the level."""
        if self.scale <= 0:
            return 0.0 if level > self.location else 1.0
        x = (level - self.location) / self.scale
        inside = 1 - self.shape * x
        if inside <= 0:
            return 0.0
        reduced = x if abs(self.shape) < 1e-9 else -math.log(inside) / self.shape
        return -math.expm1(-math.exp(-max(reduced, -50.0)))


def _bend(reduced: float, shape: float) -> float:
    return reduced if abs(shape) < 1e-9 else -math.expm1(-shape * reduced) / shape


def fit_tail(statistic: Values, width: int) -> Tail | None:
    """Return the tail of a statistic that averages over `width` samples; None when there are too few.

    Parameters by L-moments (Hosking, Wallis and Wood 1985), the shape drawn towards 0 because a few dozen
    maxima say little about it.
    """
    if len(statistic) < _FEWEST_STRETCHES * _stretch(width):
        return None
    stretches = min(_MOST_STRETCHES, len(statistic) // _stretch(width))
    stretch = len(statistic) // stretches
    maxima = statistic[len(statistic) - stretch * stretches :].reshape(stretches, stretch).max(axis=1)
    first, second, skew = _l_moments(_without_incidents(np.sort(maxima)))
    shape = _shape(skew) * stretches / (stretches + _SHAPE_WEIGHT)
    shape = min(max(shape, _SHAPE_BOUNDS[0]), _SHAPE_BOUNDS[1])
    if abs(shape) < 1e-6:
        scale = second / math.log(2)
        return Tail(stretch, first - _EULER * scale, scale, 0.0)
    gamma = math.gamma(1 + shape)
    scale = second * shape / ((1 - 2**-shape) * gamma)
    return Tail(stretch, first - scale * (1 - gamma) / shape, scale, shape)


def shortest(width: int) -> int:
    """Return how many samples the tail of an average over `width` needs."""
    return _FEWEST_STRETCHES * _stretch(width) + width - 1


def _stretch(width: int) -> int:
    return max(8, 4 * width)


def _without_incidents(ordered: Values) -> Values:
    """Pull in maxima that lie far out, if they are few enough to be incidents rather than a habit."""
    lower, upper = ordered[len(ordered) // 4], ordered[3 * len(ordered) // 4]
    fence = upper + 6 * (upper - lower)
    far = int((ordered > fence).sum())
    return np.minimum(ordered, fence) if far <= max(1, len(ordered) // 20) else ordered


def _l_moments(ordered: Values) -> tuple[float, float, float]:
    """Return the first and second L-moment and the L-skewness of ordered values."""
    n = len(ordered)
    rank = np.arange(n)
    b0 = float(ordered.mean())
    b1 = float((rank / (n - 1) * ordered).mean())
    b2 = float((rank * (rank - 1) / ((n - 1) * (n - 2)) * ordered).mean())
    second = 2 * b1 - b0
    third = 6 * b2 - 6 * b1 + b0
    return b0, max(second, 0.0), third / second if second > 1e-300 else 0.1699


def _shape(skew: float) -> float:
    c = 2 / (3 + skew) - math.log(2) / math.log(3)
    return 7.8590 * c + 2.9554 * c * c
