"""Departures as stretches of samples: exceedances with little quiet between them are one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, HOUR, Span, Times, Values
from tocsin.detectors.baseline import Baseline
from tocsin.detectors.levels import WIDTHS, Level

_NEW_NORMAL = 14 * DAY
_LATELY, _FEW = 28 * DAY, 2
_SHORTEST_QUIET = 6 * HOUR


@dataclass(frozen=True, slots=True)
class Judged:
    """Samples from `first` on, judged by one baseline: the excess of each (departed above 1), and whose."""

    first: int
    excess: Values
    which: NDArray[np.int64]
    baseline: Baseline
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Episode:
    """A departure, as indices of samples; `opened` judged its first sample and `worst` its peak."""

    first: int
    last: int
    beyond: int
    peak: int
    opened: Judged
    worst: Judged

    @property
    def excess(self) -> float:
        """The greatest ratio of an average to its level."""
        return float(self.worst.excess[self.peak - self.worst.first])

    @property
    def level(self) -> Level:
        """The level passed at the peak."""
        return self.worst.levels[int(self.worst.which[self.peak - self.worst.first])]


@dataclass(frozen=True, slots=True)
class Quiet:
    """How much quiet (microseconds) lies between two departures; with less they are one.

    6 hours or 12 samples, and for a level of longer averages as long as the average.
    """

    least_us: int
    step_us: int

    @property
    def longest_us(self) -> int:
        """The longest quiet that any level asks for."""
        return max(self.least_us, max(WIDTHS) * self.step_us)

    @property
    def over_us(self) -> int:
        """How long a series must behave before a departure is called over: 12 samples."""
        return 12 * self.step_us


def quiet_of(times_us: Times) -> Quiet:
    """Return the quiet that fits the usual time between samples lately."""
    step = int(np.median(np.diff(times_us[-1000:]))) if len(times_us) > 1 else 0
    return Quiet(max(_SHORTEST_QUIET, 12 * step), step)


def runs(times_us: Times, judged: Judged, quiet: Quiet) -> list[Episode]:
    """Return the departures within samples judged by one baseline."""
    beyond = np.flatnonzero(judged.excess > 1)
    if not len(beyond):
        return []
    widths = np.array([level.width for level in judged.levels])[judged.which[beyond]]
    asked = np.maximum(quiet.least_us, np.maximum(widths[1:], widths[:-1]) * quiet.step_us)
    cuts = np.flatnonzero(np.diff(times_us[judged.first + beyond]) > asked) + 1
    return [_episode(part, judged) for part in np.split(beyond, cuts)]


def join(found: Sequence[Episode], more: Sequence[Episode], times_us: Times, quiet: Quiet) -> list[Episode]:
    """Append later episodes; the first of them may continue the last one found."""
    if not found or not more:
        return [*found, *more]
    width = max(found[-1].level.width, more[0].level.width)
    if times_us[more[0].first] - times_us[found[-1].last] > max(quiet.least_us, width * quiet.step_us):
        return [*found, *more]
    return [*found[:-1], _one(found[-1], more[0]), *more[1:]]


def spans(found: Sequence[Episode], times_us: Times) -> list[Span]:
    """Return the first and last instant of each episode."""
    return [(int(times_us[episode.first]), int(times_us[episode.last])) for episode in found]


def no_example(departures: Sequence[Span], until_us: int, quiet: Quiet) -> list[Span]:
    """Return the spans that are no example of normal: long departures, and one going on at `until_us`.

    Two of at least 12 samples lately are none either; more are a habit of the series. Shorter ones stay in:
    the baseline is robust against them, and leaving out every peak would make the series look calmer than it
    is. After two weeks a departure is taken up as the new normal.
    """
    excluded = [
        (begin, min(end, begin + _NEW_NORMAL))
        for begin, end in departures
        if end - begin > DAY or end > until_us - _SHORTEST_QUIET
    ]
    short = [
        (begin, end)
        for begin, end in departures
        if quiet.over_us <= end - begin <= DAY and until_us - _LATELY <= end <= until_us - _SHORTEST_QUIET
    ]
    return excluded + short if len(short) <= _FEW else excluded


def _episode(part: NDArray[np.int64], judged: Judged) -> Episode:
    first, last, peak = int(part[0]), int(part[-1]), int(part[judged.excess[part].argmax()])
    at = judged.first
    return Episode(first + at, last + at, len(part), peak + at, judged, judged)


def _one(earlier: Episode, later: Episode) -> Episode:
    top = max(earlier, later, key=lambda episode: episode.excess)
    beyond = earlier.beyond + later.beyond
    return Episode(earlier.first, later.last, beyond, top.peak, earlier.opened, top.worst)
