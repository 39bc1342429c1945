"""Departure from a baseline: a series strays further than it would by itself in months (domain.md D2).

Averages over 1, 8 and 64 samples are compared, both ways, with the level that the baseline window would reach
by chance once in `false_alarm_days` (detectors.extremes). Assumptions of that rate: apart from its cycle the
series was stationary in the window, and correlated over less than a stretch of it (1/56 of the window, or 4
averages). The level comes from the series itself: neither Gaussian nor independent noise is assumed.

Of a series with more than one sample in 10 seconds the means over 10 seconds are judged: a shorter departure
shows only as far as it moves such a mean, and the cost of months of fast samples stays that of reading them.

Measured in simulations of a year: 0.3 to 0.9 times the stated rate for Gaussian noise, independent or with
autocorrelation up to 0.95; about 3 times for noise with tails like Student's t with 4 degrees of freedom.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import baseline as baselines
from tocsin.detectors.base import DAY, SECOND, Finding, OneSeries, Series, Span, Times
from tocsin.detectors.calm import Calm, calm
from tocsin.detectors.episodes import Episode, Judged, join, no_example, quiet_of, runs, spans
from tocsin.detectors.findings import describe
from tocsin.detectors.levels import WIDTHS, Level, excess, levels
from tocsin.detectors.stretches import LARGEST

_STRETCH = 10 * SECOND


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    window_days: float = field(default=28.0, metadata={"unit": "days", "says": "past that is the baseline"})
    learning_days: float = field(default=7.0, metadata={"unit": "days", "says": "past needed before judging"})
    least_samples: int = field(
        default=100, metadata={"unit": "samples", "says": "past needed before judging"}
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
        self._parameters = parameters or Parameters()

    @property
    def parameters(self) -> Parameters:
        return self._parameters

    @property
    def needs(self) -> OneSeries:
        window = int(self._parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 2 * self._parameters.least_samples, _STRETCH)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return the departures seen after `since_us`, or still going on then, oldest first."""
        times = series.times_us
        if len(times) <= self._parameters.least_samples:
            return []
        series = replace(series, values=np.clip(series.values, -LARGEST, LARGEST))
        quiet = quiet_of(times)
        begin = int(np.searchsorted(times, since_us - quiet.longest_us, side="right"))
        found: list[Episode] = []
        for first, end, until in self._blocks(times, begin):
            excluded = no_example([*series.departures, *spans(found, times)], until)
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
        begin, end = self._block(times, int(times[-1]))
        measure = self._measure(series, no_example(series.departures, begin), begin)
        return calm(end, *measure) if measure is not None else calm(end, None, ())

    def _describe(self, series: Series, episode: Episode, departed: Sequence[Span], going_on: int) -> Finding:
        times = series.times_us
        earlier = (end for _, end in departed if end < times[episode.first])
        after = int(np.searchsorted(times, max(earlier, default=int(times[0]) - 1), side="right"))
        lasting = bool(times[episode.last] >= going_on)
        return describe(series, episode, after, self._parameters.urgent_hours, lasting=lasting)

    def _blocks(self, times: Times, first: int) -> Iterator[tuple[int, int, int]]:
        """Yield (first, end, until_us): samples to be judged by the baseline of what came before `until_us`.

        A baseline is made anew each day until the window is full, then each week; at fixed instants, so that
        the answer is the same however many samples arrive at once.
        """
        while first < len(times):
            begin, until = self._block(times, int(times[first]))
            end = int(np.searchsorted(times, until))
            yield first, end, begin
            first = end

    def _block(self, times: Times, at_us: int) -> tuple[int, int]:
        """Return from when until when (UTC microseconds) one baseline judges, around an instant."""
        window = int(self._parameters.window_days * DAY)
        day = at_us // DAY
        full = int(times[0]) <= (day - day % 7) * DAY - window
        begin, days = (day - day % 7, 7) if full else (day, 1)
        return begin * DAY, (begin + days) * DAY

    def _measure(
        self, series: Series, excluded: Sequence[Span], until: int
    ) -> tuple[baselines.Baseline, tuple[Level, ...]] | None:
        """Return the baseline of what came before `until` and its levels, None while there is too little."""
        past = self._past(series.times_us, excluded, until)
        if past is None:
            return None
        known = baselines.fit(series.times_us[past], series.values[past], until)
        found = levels(known, series.alarms_a_week)
        return (known, found) if found else None

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

    def _past(self, times: Times, excluded: Sequence[Span], until: int) -> NDArray[np.int64] | None:
        """Return the indices of the samples of the baseline window, None while there is too little past."""
        wanted = self._parameters
        end = int(np.searchsorted(times, until))
        if end < wanted.least_samples or until - int(times[0]) < wanted.learning_days * DAY:
            return None
        begin = int(np.searchsorted(times, until - int(wanted.window_days * DAY)))
        window = np.arange(min(begin, end - wanted.least_samples), end)
        past = window
        for since, ended in excluded:
            past = past[(times[past] < since) | (times[past] > ended)]
        return past if len(past) >= wanted.least_samples else window
