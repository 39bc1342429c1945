"""Confidence drop: the mean of the last answers' confidence is under a fixed floor (domain.md D9).

The rule of the source: a window of 100 and a threshold of 0.7. It says what is too low, not what is unusual,
so that it spends nothing of the budget of false alarms.
"""

from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import DAY, Finding, OneSeries, Series, Times, Values
from tocsin.detectors.levels import averages
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us
from tocsin.model.signal import Signal


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    window: int = field(
        default=100, metadata={"unit": "samples", "says": "averaged over", "least": 1, "most": 100_000}
    )
    threshold: float = field(
        default=0.7,
        metadata={"unit": "of 1", "says": "below it the confidence is too low", "least": 0, "most": 1},
    )


class ConfidenceDetector:
    """The trailing mean of a confidence against a floor."""

    name = "confidence"
    title = "Confidence drop"
    release = "1"
    weight = 0.0
    order = 3

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> OneSeries:
        return OneSeries(DAY, 366 * DAY, 2 * self.parameters.window)

    def suits(self, signal: Signal) -> bool:
        """Whether a signal is a confidence."""
        return "confidence" in signal.metric.lower()

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return when the mean of the last samples fell below the floor, and when it was back."""
        window, n = self.parameters.window, len(series.values)
        if n < window:
            return []
        means = averages(series.values, window)
        below = means < self._floor(series.signal)
        below[: window - 1] = False
        edges = np.flatnonzero(np.diff(np.concatenate([[False], below, [False]]).astype(np.int8)))
        return [
            self._finding(series, means, int(first), int(end) - 1)
            for first, end in edges.reshape(-1, 2)
            if series.times_us[end - 1] > since_us
        ]

    def calm(self, series: Series) -> "FloorCalm | None":
        """Return what later samples are measured by, None while the mean is under the floor."""
        window, floor = self.parameters.window, self._floor(series.signal)
        if len(series.values) >= window and float(series.values[-window:].mean()) < floor:
            return None
        return FloorCalm(2**63 - 1, window, floor)

    def _floor(self, signal: Signal) -> float:
        return self.parameters.threshold * (100.0 if signal.unit == "%" else 1.0)

    def _finding(self, series: Series, means: Values, first: int, last: int) -> Finding:
        times, window = series.times_us, self.parameters.window
        floor = self._floor(series.signal)
        lowest = first + int(np.argmin(means[first : last + 1]))
        value, began = float(means[lowest]), max(first + 1 - window, 0)
        spread = float(series.values[began : last + 1].std())
        return Finding(
            severity=AlertSeverity.HIGH,
            message=(
                f"{series.signal.name} fell to {value:.4g} (mean of {window} samples); "
                f"the floor is {floor:.4g}."
            ),
            value=value,
            threshold=floor,
            time_us=int(times[first]),
            start_us=int(times[first]),
            earliest_us=int(times[began]),
            latest_us=int(times[first]),
            ended_us=None if last == len(times) - 1 else int(times[last]),
            urgent=True,
            effect=(value - floor) / spread if spread > 0 else 0.0,
            p_value=1.0,
            baseline=f"a floor of {floor:.4g}",
            windows=(
                Compared("window", from_us(int(times[began])), from_us(int(times[last])), last + 1 - began),
            ),
        )


@dataclass(frozen=True, slots=True)
class FloorCalm:
    """Means over `window` samples stay above a floor; good until they do not."""

    until_us: int
    window: int
    floor: float

    @property
    def lead(self) -> int:
        """How many earlier samples must stand before the new ones."""
        return self.window

    def holds(self, times: Times, values: Values, first: int) -> bool:
        """Whether every mean that ends with a new sample stays above the floor."""
        if len(values) < self.window:
            return True
        means = averages(values, self.window)
        return bool((means[max(first, self.window - 1) :] >= self.floor * (1 + 1e-12)).all())
