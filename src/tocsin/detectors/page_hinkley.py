"""Page-Hinkley: sums of what innovations exceed their running mean by (Page 1954, Hinkley 1971)."""

from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import Series, Values
from tocsin.detectors.charts import Chart, ChartCalm, ChartParameters, Whitened
from tocsin.detectors.limits import cusum_limit, cusum_rate

_KEEP = 1 - 1e-4  # the usual fading of old sums


@dataclass(frozen=True, slots=True)
class Parameters(ChartParameters):
    """What may be set; every field carries its unit and what it says."""

    tolerance: float = field(
        default=0.25,
        metadata={
            "unit": "standard deviations",
            "says": "change of the mean that is no change, of innovations",
            "least": 0.05,
            "most": 2,
        },
    )


class PageHinkleyDetector(Chart):
    """CUSUM against a running mean, as streaming libraries have it; off until a person prefers it."""

    name = "page_hinkley"
    title = "Page-Hinkley"
    release = "1"
    default = False
    parameters: Parameters

    def __init__(self, parameters: Parameters | None = None) -> None:
        super().__init__(parameters or Parameters())

    def calm(self, series: Series) -> ChartCalm | None:
        """Return None: a running mean remembers more than a few samples, so every look is a full one."""
        return None

    def statistic(self, innovations: Values) -> Values:
        """Return the test of an increase at each innovation."""
        return page_hinkley(innovations, self.parameters.tolerance, _KEEP)

    def limit(self, whitened: Whitened, rate: float) -> float | None:
        """Return the limit of the CUSUM with the same allowance, in the data's own scale."""
        noise = whitened.reference.noise
        location, scale = round(1 / noise.samples, 6), round(noise.uncertainty, 5)
        return cusum_limit(float(f"{rate:.3g}"), self.parameters.tolerance, location, scale)

    def rate(self, level: float) -> float:
        """Return how often a sample noise passes a level of the statistic."""
        return cusum_rate(level, self.parameters.tolerance)

    def threshold(self, limit: float, samples: int) -> float:
        """Return the mean of so many innovations at which the statistic is at its limit."""
        return self.parameters.tolerance + limit / samples


def page_hinkley(values: Values, tolerance: float, keep: float = 1.0) -> Values:
    """Return M_t - min M, where M_t = keep M_(t-1) + x_t - mean(x_1 .. x_t) - tolerance from the first on."""
    from scipy.signal import lfilter

    means = np.cumsum(values) / np.arange(1, len(values) + 1)
    sums = lfilter([1.0], [1.0, -keep], values - means - tolerance)
    found: Values = sums - np.minimum.accumulate(sums)
    return found
