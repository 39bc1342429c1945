"""Departure from baseline: a series strays further than it would by itself under its budget (domain.md D2).

Averages over 1, 8 and 64 samples are compared, both ways, with the level that noise like that of the baseline
window passes as often as the budget of false alarms allows. Apart from its cycle the series is taken to have
been stationary in the window. Single samples are judged by the tail of the scores' own distribution
(detectors.tails); longer averages by normal scores and the series' own autocorrelation (detectors.noise), so
that neither Gaussian nor independent noise is assumed. That there is only so much past to learn from is part
of each level.

Of a series with more than one sample in 10 seconds the means over 10 seconds are judged: a shorter departure
shows only as far as it moves such a mean, and the cost of months of fast samples stays that of reading them.

How often it alarms without a change is measured by tests/benchmarks/bench_false_alarms.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.detectors import baseline as baselines
from tocsin.detectors.base import DAY, SECOND, Finding, OneSeries, Series, Span
from tocsin.detectors.blocks import Past
from tocsin.detectors.calm import Calm, calm
from tocsin.detectors.episodes import Episode, Judged, join, no_example, quiet_of, runs, spans
from tocsin.detectors.findings import describe
from tocsin.detectors.levels import WIDTHS, Level, excess, levels
from tocsin.detectors.stretches import LARGEST

_STRETCH = 10 * SECOND


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    window_days: float = field(
        default=28.0, metadata={"unit": "days", "says": "past that is the baseline", "least": 3, "most": 366}
    )
    learning_days: float = field(
        default=7.0, metadata={"unit": "days", "says": "past needed before judging", "least": 1, "most": 90}
    )
    least_samples: int = field(
        default=100,
        metadata={"unit": "samples", "says": "past needed before judging", "least": 30, "most": 100_000},
    )
    urgent_hours: float = field(
        default=6.0, metadata={"unit": "hours", "says": "what takes longer to show is for the daily review"}
    )


class DepartureDetector:
    """Robust seasonal baseline with thresholds from extreme values."""

    name = "departure"
    title = "Departure from baseline"
    release = "2"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = wanted = parameters or Parameters()
        self._past = Past(wanted.window_days, wanted.learning_days, wanted.least_samples)

    @property
    def needs(self) -> OneSeries:
        window = int(self.parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 2 * self.parameters.least_samples, _STRETCH)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return the departures seen after `since_us`, or still going on then, oldest first."""
        times = series.times_us
        if len(times) <= self.parameters.least_samples:
            return []
        series = replace(series, values=np.clip(series.values, -LARGEST, LARGEST))
        quiet = quiet_of(times)
        begin = int(np.searchsorted(times, since_us - quiet.longest_us, side="right"))
        found: list[Episode] = []
        for first, end, until in self._past.blocks(times, begin):
            excluded = no_example([*series.departures, *spans(found, times)], until, quiet)
            judged = self._judge(series, excluded, first, end, until)
            if judged is not None:
                found = join(found, runs(times, judged, quiet), times, quiet)
        departed = [*series.departures, *spans(found, times)]
        going_on = int(times[-1]) - quiet.over_us
        return [self._describe(series, episode, departed, going_on) for episode in found]

    def calm(self, series: Series) -> Calm | None:
        """Return what samples after the newest are measured by; None while a departure is near."""
        times = series.times_us
        near = int(times[-1]) - quiet_of(times).longest_us
        if any(end > near for _, end in series.departures):
            return None
        series = replace(series, values=np.clip(series.values, -LARGEST, LARGEST))
        begin, end = self._past.block(times, int(times[-1]))
        measure = self._measure(series, no_example(series.departures, begin, quiet_of(times)), begin)
        return calm(end, *measure) if measure is not None else calm(end, None, ())

    def _describe(self, series: Series, episode: Episode, departed: Sequence[Span], going_on: int) -> Finding:
        times = series.times_us
        earlier = (end for _, end in departed if end < times[episode.first])
        after = int(np.searchsorted(times, max(earlier, default=int(times[0]) - 1), side="right"))
        lasting = bool(times[episode.last] >= going_on)
        return describe(series, episode, after, self.parameters.urgent_hours, lasting=lasting)

    def _measure(
        self, series: Series, excluded: Sequence[Span], until: int
    ) -> tuple[baselines.Baseline, tuple[Level, ...]] | None:
        """Return the baseline of what came before `until` and its levels, None while there is too little."""
        reference = self._past.reference(series, excluded, until)
        if reference is None:
            return None
        found = levels(reference, series.alarms_a_week)
        return (reference.baseline, found) if found else None

    def _judge(
        self, series: Series, excluded: Sequence[Span], first: int, end: int, until: int
    ) -> Judged | None:
        times, values = series.times_us, series.values
        measure = self._measure(series, excluded, until)
        if measure is None:
            return None
        known, found = measure
        lead = max(0, first - max(WIDTHS))
        centre, spread = baselines.expected(times[lead:end], known)
        beyond, which = excess((values[lead:end] - centre) / spread, found)
        return Judged(first, beyond[first - lead :], which[first - lead :], known, found)
