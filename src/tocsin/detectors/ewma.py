"""EWMA: the exponentially weighted mean of innovations against its own spread (Roberts 1959)."""

from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.charts import Chart, ChartParameters, Whitened
from tocsin.detectors.limits import clumps, level_of


@dataclass(frozen=True, slots=True)
class Parameters(ChartParameters):
    """What may be set; every field carries its unit and what it says."""

    weight: float = field(
        default=0.1,
        metadata={"unit": "of 1", "says": "weight of the newest innovation", "least": 0.06, "most": 1},
    )


class EwmaDetector(Chart):
    """The same shifts as CUSUM by another chart; off until a person prefers it."""

    name = "ewma"
    title = "EWMA"
    release = "1"
    default = False
    parameters: Parameters

    def __init__(self, parameters: Parameters | None = None) -> None:
        super().__init__(parameters or Parameters())

    def statistic(self, innovations: Values) -> Values:
        """Return the mean in its standard deviations sqrt(w / (2 - w)), 0 where it is below 0."""
        weight = self.parameters.weight
        spread = np.sqrt(weight / (2 - weight))
        found: Values = np.maximum(ewma(innovations, weight) / spread, 0.0)
        return found

    def limit(self, whitened: Whitened, rate: float) -> float | None:
        """Return the level passed at that rate; as many degrees of freedom as the spread is known with."""
        from scipy.special import ndtr, stdtrit

        noise, weight = whitened.reference.noise, self.parameters.weight
        level = level_of(float(f"{rate:.3g}"), weight)
        wider = np.sqrt(1 + 1 / noise.samples * (2 - weight) / weight)
        freedom = max(0.5 / max(noise.uncertainty, 1e-6), 3.0)
        return float(max(level, -stdtrit(freedom, max(float(ndtr(-level)), 1e-300))) * wider)

    def rate(self, level: float) -> float:
        """Return how often a sample noise passes a level of the statistic."""
        return clumps(max(level, 0.5), self.parameters.weight)

    def threshold(self, limit: float, samples: int) -> float:
        """Return the mean of so many innovations at which the statistic is at its limit."""
        weight = self.parameters.weight
        return float(limit * np.sqrt(weight / (2 - weight)) / (1 - (1 - weight) ** samples))


def ewma(values: Values, weight: float) -> Values:
    """Return E_t = w x_t + (1 - w) E_(t-1) from E_0 = 0."""
    from scipy.signal import lfilter

    found: Values = lfilter([weight], [1.0, weight - 1.0], values)
    return found
