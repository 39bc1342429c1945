"""How far out a score is: the upper tail of a sample, carried beyond its largest value.

The scores beyond the sample's own quantile are taken for s z exp(h z^2 / 2) of a Gaussian z, the heavy-tailed
Lambert W Gaussian of Goerg (2015), Tukey's h: h = 0 is the Gaussian tail itself, h = 0.17 nearly that of
Student's t with 4 degrees of freedom. Chances are averaged over what the sample leaves open about h (the
predictive distribution), so that small samples give wider limits and not more alarms.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values

_SHARE, _FEWEST, _MOST = 0.1, 20, 400
_HEAVINESS = np.array([0.0, 0.03, 0.06, 0.09, 0.12, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5])
# Half of all belief is in the Gaussian tail, the rest falls off exponentially.
_PRIOR = np.concatenate([[0.5], 0.5 * (p := np.exp(-_HEAVINESS[1:] / 0.15)) / p.sum()])
_LOGS = np.linspace(0.0, np.log(100.0), 300)  # of levels, in units of the quantile they begin at


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """The upper tail from `beyond` up: logarithms of the chances to exceed exp(_LOGS) times as much."""

    beyond: float
    logs: Values

    def level(self, chance: float) -> float:
        """Return the level that a score exceeds with this chance."""
        found = np.interp(-np.log(max(chance, 1e-300)), -self.logs, _LOGS)
        return self.beyond * float(np.exp(found))

    def chance(self, level: float) -> float:
        """Return the chance that a score exceeds a level, at most that of `beyond`."""
        return float(np.exp(np.interp(np.log(max(level / self.beyond, 1.0)), _LOGS, self.logs)))


def fit(scores: Values, most: int = _MOST) -> Tail | None:
    """Return the upper tail of scores by the `most` largest; None when they are too few or all alike."""
    n = len(scores)
    m = min(max(int(_SHARE * n), _FEWEST), most, n // 2)
    if m < _FEWEST // 2:
        return None
    top = np.partition(scores, n - m - 1)[n - m - 1 :]
    beyond, largest = float(top[0]), float(top.max())
    if beyond <= 0 or largest <= beyond * (1 + 1e-9):
        return None
    densities, chances = _tables(float(f"{m / n:.2g}"))  # alike enough to share a table, and never 0
    at = np.log(top[1:] / beyond) * ((len(_LOGS) - 1) / _LOGS[-1])
    counts = np.bincount(np.minimum(np.rint(at), len(_LOGS) - 1).astype(np.int64), minlength=len(_LOGS))
    logs = np.log(_PRIOR) + densities @ counts
    weights = np.exp(logs - logs.max())
    return Tail(beyond, np.log(m / n * (weights / weights.sum() @ chances)))


@lru_cache(maxsize=64)
def _tables(share: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return log densities and chances at each level for each heaviness, for scores in the tail."""
    from scipy.special import log_ndtr, ndtri

    z0 = float(-ndtri(share))
    z = np.linspace(z0, 14.0, 4000)
    densities, chances = [], []
    for h in _HEAVINESS:
        logs = np.log(z / z0) + h * (z**2 - z0**2) / 2
        at = np.interp(_LOGS, logs, z)
        densities.append(-(at**2) / 2 - h * at**2 / 2 - np.log1p(h * at**2) + h * z0**2 / 2)
        chances.append(np.maximum(np.exp(log_ndtr(-at) - log_ndtr(-z0)), 1e-40))
    return np.array(densities), np.array(chances)
