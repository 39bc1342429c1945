"""Cost anomaly: what something costs, as a multiple of what it usually costs at that hour (domain.md D9).

Costs and token counts are positive and stray by factors, not by amounts: a doubling and a halving are
equally far. So the logarithm of hourly means is charted against its seasonal baseline by the CUSUM of its
innovations; its limit is that of the budget. A series that was ever 0 or less is taken as it is.
"""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.detectors.base import DAY, HOUR, Finding, OneSeries, Series, Times, Values
from tocsin.detectors.chart_findings import means
from tocsin.detectors.cusum import CusumDetector
from tocsin.detectors.cusum import Parameters as CusumParameters
from tocsin.detectors.episodes import Episode
from tocsin.model.signal import Layer, Signal

_LOGGED = "logged"
_WORDS = ("cost", "price", "spend", "usd", "eur", "token", "budget")


@dataclass(frozen=True, slots=True)
class Parameters(CusumParameters):
    """What may be set; every field carries its unit and what it says."""

    factor: float = field(
        default=1.25,
        metadata={"unit": "times", "says": "the usual cost is no news below that", "least": 1, "most": 100},
    )


class RatioDetector(CusumDetector):
    """CUSUM of the logarithm of hourly means, for costs and tokens."""

    name = "ratio"
    title = "Cost anomaly"
    release = "1"
    order = 2
    weight = 0.5
    parameters: Parameters

    def __init__(self, parameters: Parameters | None = None) -> None:
        super().__init__(parameters or Parameters())

    @property
    def needs(self) -> OneSeries:
        window = int(self.parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 2 * self.parameters.least_samples, HOUR)

    def suits(self, signal: Signal) -> bool:
        """Whether a signal is a cost, or counts what costs."""
        name = signal.metric.lower()
        return signal.layer is Layer.COST or any(word in name for word in _WORDS)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return when costs left what is usual by more than the factor, oldest first."""
        if len(series.values) and not (series.values > 0).all():
            return super().find(series, since_us)
        return super().find(_logged(series), since_us)

    def describe(self, series: Series, episode: Episode, after: int, *, lasting: bool) -> Finding | None:
        """Return the finding of an episode in the series' own unit, None below the factor."""
        found = super().describe(series, episode, after, lasting=lasting)
        if found is None or _LOGGED not in series.memo:
            return found
        logged, usual, _, _ = means(series, episode, found.start_us)
        if abs(logged - usual) < math.log(self.parameters.factor):
            return None
        unit = f" {series.signal.unit}" if series.signal.unit else ""
        return replace(
            found,
            message=(
                f"{series.signal.name} was {math.exp(logged - usual):.3g} times the usual: "
                f"{math.exp(logged):.4g}{unit} an hour's mean, instead of about {math.exp(usual):.4g}{unit}."
            ),
            value=math.exp(logged),
            threshold=math.exp(found.threshold),
        )

    def calm(self, series: Series) -> "RatioCalm | None":  # type: ignore[override]
        """Return that nothing is to be looked at before another hour is over."""
        return RatioCalm(2**63 - 1)


@dataclass(frozen=True, slots=True)
class RatioCalm:
    """Nothing is judged until an hour is over."""

    until_us: int
    lead: int = 1

    def holds(self, times: Times, values: Values, first: int) -> bool:
        """Whether no hour has been over since."""
        return first >= len(times)


def _logged(series: Series) -> Series:
    """Return the series of logarithms, with a memory of its own."""
    memo = series.memo.setdefault(_LOGGED, {_LOGGED: True})
    return replace(series, values=np.log(series.values), memo=memo)
