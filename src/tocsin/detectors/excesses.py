"""The largest of many numbers: their tail, a generalised Pareto distribution, and how they cluster."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values

_SHARE, _FEWEST = 0.1, 20
_SHAPES = (-0.9, 0.5)
_PRIOR = 10  # excesses that count as much as the prior belief in an exponential tail (shape 0)


@dataclass(frozen=True, slots=True)
class Excesses:
    """The tail above `beyond`, which a number exceeds with chance `share`: scale and shape (k = -xi)."""

    beyond: float
    share: float
    scale: float
    shape: float

    def surprise(self, values: Values) -> Values:
        """Return -ln of the chance to exceed values; for those up to `beyond` that of `beyond`."""
        x = np.maximum(values - self.beyond, 0) / self.scale
        if abs(self.shape) > 1e-6:
            x = -np.log(np.maximum(1 - self.shape * x, 1e-12)) / self.shape
        found: Values = x - np.log(self.share)
        return found

    def level(self, surprise: float) -> float:
        """Return the number that is exceeded with chance exp(-surprise), at least `beyond`."""
        x = max(surprise + np.log(self.share), 0.0)
        if abs(self.shape) > 1e-6:
            x = -np.expm1(-self.shape * x) / self.shape
        return float(self.beyond + self.scale * x)


def excesses(values: Values) -> Excesses | None:
    """Return the tail of the largest tenth of values; None where they are too few or all alike.

    Excesses over a high level are generalised Pareto whatever the distribution (Pickands 1975). Parameters by
    L-moments (Hosking and Wallis 1987), the shape drawn a little towards 0.
    """
    n = len(values)
    m = max(int(_SHARE * n), _FEWEST)
    if n < 2 * m:
        return None
    top = np.sort(np.partition(values, n - m - 1)[n - m - 1 :])
    over = top[1:] - top[0]
    first = float(over.mean())
    second = 2 * float((np.arange(m) / (m - 1) * over).mean()) - first
    if first <= 0 or second <= 1e-9 * first:
        return None
    shape = min(max(first / second - 2, _SHAPES[0]), _SHAPES[1]) * m / (m + _PRIOR)
    return Excesses(float(top[0]), m / n, first * (1 + shape), shape)


def clustering(beyond: NDArray[np.int64]) -> float:
    """Return the extremal index: the share of exceedances, given by their indices, that begin a cluster.

    The intervals estimator of Ferro and Segers (2003), which asks for no length of a cluster; of 3 and more.
    """
    gaps = np.diff(beyond).astype(float)
    more = gaps.max() > 2
    top = 2 * float((gaps - more).sum()) ** 2
    bottom = len(gaps) * float(((gaps - more) * (gaps - 2 * more)).sum())
    return min(top / bottom, 1.0) if bottom > 0 else 1.0
