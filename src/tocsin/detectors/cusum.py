"""CUSUM: a small lasting shift of the level adds up until it cannot be chance (Page 1954)."""

from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.charts import LEAD, Chart, ChartParameters, Whitened, trailing_max
from tocsin.detectors.limits import cusum_limit, cusum_rate

_FULL = LEAD // 2


@dataclass(frozen=True, slots=True)
class Parameters(ChartParameters):
    """What may be set; every field carries its unit and what it says."""

    allowance: float = field(
        default=0.25,
        metadata={
            "unit": "standard deviations",
            "says": "half of the shift it is made for, of innovations",
            "least": 0.05,
            "most": 2,
        },
    )


class CusumDetector(Chart):
    """Two one-sided CUSUMs of the innovations."""

    name = "cusum"
    title = "CUSUM"
    release = "1"
    parameters: Parameters

    def __init__(self, parameters: Parameters | None = None) -> None:
        super().__init__(parameters or Parameters())

    def statistic(self, innovations: Values) -> Values:
        """Return S_t = max(0, S_(t-1) + z_t - k) of the last 128 innovations."""
        return cusum(innovations, self.parameters.allowance, _FULL)

    def limit(self, whitened: Whitened, rate: float) -> float | None:
        """Return Siegmund's limit, with a margin for the error of mean and spread of the reference."""
        noise = whitened.reference.noise
        location, scale = round(1 / noise.samples, 6), round(noise.uncertainty, 5)
        return cusum_limit(float(f"{rate:.3g}"), self.parameters.allowance, location, scale)

    def rate(self, level: float) -> float:
        """Return how often a sample noise passes a level of the statistic."""
        return cusum_rate(level, self.parameters.allowance)

    def threshold(self, limit: float, samples: int) -> float:
        """Return the mean of so many innovations at which the statistic is at its limit."""
        return self.parameters.allowance + limit / samples


def cusum(values: Values, allowance: float, memory: int) -> Values:
    """Return S_t = max(0, S_(t-1) + x_t - k) over the last `memory` values.

    Lai's window-limited CUSUM (1995): S_t = C_t - min(C_s, t - memory <= s <= t), C the sums of x - k. So no
    value depends on where it begins.
    """
    sums = np.concatenate([[0.0], np.cumsum(values - allowance)])
    found: Values = (sums + trailing_max(-sums, memory + 1))[1:]
    return found
