"""Control charts: statistics that add up small departures, with limits of a known false alarm rate.

What a chart sees are innovations: scores around the robust seasonal baseline, made Gaussian by their ranks,
prewhitened by an autoregression and made Gaussian again. So the limits of charts for independent Gaussian
noise hold for correlated noise and for heavy tails (Montgomery and Mastrangelo 1991 on charts of residuals;
Conover, Tercero-Gomez and Cordero-Franco 2017 on normal scores), with a margin for what is only estimated.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.autoregression import whitened
from tocsin.detectors.base import DAY, SECOND, Finding, OneSeries, Series, Span, Times, Values
from tocsin.detectors.baseline import expected
from tocsin.detectors.blocks import Past, Reference
from tocsin.detectors.chart_findings import describe
from tocsin.detectors.episodes import Episode, Judged, join, no_example, quiet_of, runs, spans
from tocsin.detectors.levels import Level
from tocsin.detectors.noise import Normal, normal_of, slowness
from tocsin.detectors.stretches import LARGEST

LEAD = 256  # samples before the first one judged that a statistic may still remember
_STRETCH = 10 * SECOND
_WIDTH = 64  # samples without an alarm within which one goes on
_LATELY, _LEAN = 32, 0.25  # samples whose mean innovation must still lean to the side of the alarm, so far
# A third of noise's alarms begins while one of the departure detector stands and is not told (by simulation).
_UNTOLD = 0.65
_HIGH = 128  # samples whose highest statistic it must have come down from
_ABOVE = 3.5  # a single innovation counts no more than that


def days(default: float, says: str, least: float, most: float) -> float:
    """Return a parameter in days."""
    found: float = field(
        default=default, metadata={"unit": "days", "says": says, "least": least, "most": most}
    )
    return found


@dataclass(frozen=True, slots=True)
class ChartParameters:
    """What may be set of every chart."""

    window_days: float = days(28.0, "past that is the baseline", 3, 366)
    learning_days: float = days(7.0, "past needed before judging", 1, 90)
    least_samples: int = field(
        default=100,
        metadata={"unit": "samples", "says": "past needed before judging", "least": 30, "most": 100_000},
    )
    urgent_hours: float = field(
        default=6.0,
        metadata={"unit": "hours", "says": "what takes longer to show is for the daily review", "most": 720},
    )


@dataclass(frozen=True)
class Whitened:
    """A reference with what makes innovations Gaussian; `spread` is what slow noise adds to their means'."""

    reference: Reference

    @cached_property
    def normal(self) -> Normal:
        """Normal scores of the innovations."""
        return normal_of(self.reference.noise.innovations)

    @cached_property
    def spread(self) -> float:
        """Standard deviation that means of the normal scores have, against that of white noise."""
        return math.sqrt(slowness(self.normal(self.reference.noise.innovations)))

    def innovations(self, times: Times, values: Values) -> Values:
        """Return innovations as normal scores, shorter than the samples by the order."""
        noise = self.reference.noise
        centre, spread = expected(times, self.reference.baseline)
        scores = noise.normal((np.clip(values, -LARGEST, LARGEST) - centre) / spread) - noise.centre
        white = self.normal(whitened(scores, noise.coefficients)) / self.spread
        return np.clip(white, -_ABOVE, _ABOVE)


Statistic = Callable[[Values], Values]  # innovations to the statistic of an increase, 0 and up


class Chart(ABC):
    """A chart after its own `statistic` and `limit`; what is the same for all of them."""

    title: str
    parameters: ChartParameters
    order = 1
    default = True
    weight = 1.0

    def __init__(self, parameters: ChartParameters) -> None:
        self.parameters = parameters
        self._past = Past(parameters.window_days, parameters.learning_days, parameters.least_samples)

    @property
    def needs(self) -> OneSeries:
        window = int(self.parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 2 * self.parameters.least_samples, _STRETCH)

    @abstractmethod
    def statistic(self, innovations: Values) -> Values:
        """Return the statistic of an increase, 0 and up, at each innovation."""

    @abstractmethod
    def limit(self, whitened: Whitened, rate: float) -> float | None:
        """Return what noise without change passes `rate` times a sample; None when nothing is safe."""

    @abstractmethod
    def rate(self, level: float) -> float:
        """Return how often a sample noise passes a level of the statistic."""

    @abstractmethod
    def threshold(self, limit: float, samples: int) -> float:
        """Return the mean of so many innovations at which the statistic is at its limit."""

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return the departures seen after `since_us`, or still going on then, oldest first."""
        times = series.times_us
        if len(times) <= self.parameters.least_samples:
            return []
        quiet = quiet_of(times)
        begin = int(np.searchsorted(times, since_us - quiet.longest_us, side="right"))
        found: list[Episode] = []
        for first, end, until in self._past.blocks(times, begin):
            excluded = no_example([*series.departures, *spans(found, times)], until, quiet)
            judged = self._judge(series, excluded, first, end, until)
            if judged is not None:
                found = join(found, runs(times, judged, quiet), times, quiet)
        departed = [*series.departures, *spans(found, times)]
        going_on = int(times[-1]) - _WIDTH * quiet.step_us
        told = (
            self.describe(
                series, one, _after(times, one, departed), lasting=bool(times[one.last] >= going_on)
            )
            for one in found
        )
        return [one for one in told if one is not None]

    def describe(self, series: Series, episode: Episode, after: int, *, lasting: bool) -> Finding | None:
        """Return the finding of an episode, None where it is not worth one."""
        return describe(self, series, episode, after, lasting=lasting)

    def calm(self, series: Series) -> "ChartCalm | None":
        """Return what samples after the newest are measured by; None while a departure is near."""
        times = series.times_us
        near = int(times[-1]) - quiet_of(times).longest_us
        if any(end > near for _, end in series.departures):
            return None
        begin, end = self._past.block(times, int(times[-1]))
        white, limit = self._measure(series, no_example(series.departures, begin, quiet_of(times)), begin)
        return ChartCalm(end, self.statistic, white, limit)

    @property
    def urgent_hours(self) -> float:
        """What takes longer to show is for the daily review."""
        return self.parameters.urgent_hours

    def _measure(
        self, series: Series, excluded: Sequence[Span], until: int
    ) -> tuple[Whitened | None, float | None]:
        reference = self._past.reference(series, excluded, until)
        if reference is None:
            return None, None
        key = (reference.baseline.until_us, tuple(excluded), self._past, "whitened")
        white: Whitened = series.memo.setdefault(key, Whitened(reference))
        samples_a_week = 7 * DAY / reference.baseline.step_us
        return white, self.limit(white, max(series.alarms_a_week / _UNTOLD / 2 / samples_a_week, 1e-12))

    def _judge(
        self, series: Series, excluded: Sequence[Span], first: int, end: int, until: int
    ) -> Judged | None:
        white, limit = self._measure(series, excluded, until)
        if white is None or limit is None:
            return None
        lead = max(0, first - LEAD)
        beyond, which = _beyond(
            self.statistic, white, limit, series.times_us[lead:end], series.values[lead:end]
        )
        skip = len(beyond) - (end - first)
        if skip < 0:
            return None
        of = white.reference.noise.average(1)
        levels = tuple(Level(_WIDTH, side, limit, of) for side in (1, -1))
        return Judged(first, beyond[skip:], which[skip:], white.reference.baseline, levels)


@dataclass(frozen=True)
class ChartCalm:
    """What a chart found normal, good for samples before `until_us`; `white` None: too little past."""

    until_us: int
    statistic: Statistic
    white: Whitened | None
    limit: float | None

    @property
    def lead(self) -> int:
        """How many earlier samples must stand before the new ones."""
        return LEAD

    def holds(self, times: Times, values: Values, first: int) -> bool:
        """Whether a full judgement would find nothing in the samples from index `first` on."""
        if not len(times) or int(times[-1]) >= self.until_us:
            return False
        if self.white is None or self.limit is None:
            return True
        innovations = self.white.innovations(times, values)
        skip = first - (len(times) - len(innovations))
        if skip < 0:
            return False
        safe = self.limit * (1 - 1e-9)
        return all(float(self.statistic(side * innovations)[skip:].max()) <= safe for side in (1, -1))


def _beyond(
    statistic: Statistic, white: Whitened, limit: float, times: Times, values: Values
) -> tuple[Values, NDArray[np.int64]]:
    """Return the statistic over its limit at each innovation, and on which side (0 up, 1 down).

    Where the last samples do not lean that way any more, or the statistic has come down by half its limit,
    the alarm is over, however much was added up.
    """
    innovations = white.innovations(times, values)
    sums = np.concatenate([np.zeros(_LATELY), np.cumsum(innovations)])
    lately = sums[_LATELY:] - sums[:-_LATELY]
    best, which = np.zeros(len(innovations)), np.zeros(len(innovations), np.int64)
    for at, side in enumerate((1, -1)):
        ratio = statistic(side * innovations) / limit
        goes_on = (side * lately > _LEAN * _LATELY) & (ratio >= trailing_max(ratio, _HIGH) - 0.5)
        ratio = np.where(goes_on, ratio, np.minimum(ratio, 1.0))
        greater = ratio > best
        best[greater], which[greater] = ratio[greater], at
    return best, which


def trailing_max(values: Values, width: int) -> Values:
    """Return the largest of the last `width` values at each, by doubling."""
    found, reach = values.copy(), 1
    while reach < width:
        step = min(reach, width - reach)
        found[step:] = np.maximum(found[step:], found[:-step].copy())
        reach += step
    return found


def _after(times: Times, episode: Episode, departed: Sequence[Span]) -> int:
    """Return the index where the departure before this one was over."""
    earlier = (end for _, end in departed if end < times[episode.first])
    return int(np.searchsorted(times, max(earlier, default=int(times[0]) - 1), side="right"))
