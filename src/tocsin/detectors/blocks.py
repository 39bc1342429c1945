"""Stretches of time judged by one baseline each, and that baseline with its noise, found once for all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import baseline as baselines
from tocsin.detectors.base import DAY, Series, Span, Times
from tocsin.detectors.baseline import Baseline
from tocsin.detectors.noise import Noise, noise_of


@dataclass(frozen=True, slots=True)
class Past:
    """How much past is the baseline, and how much is needed before anything is judged."""

    window_days: float
    learning_days: float
    least_samples: int

    def blocks(self, times: Times, first: int) -> Iterator[tuple[int, int, int]]:
        """Yield (first, end, until_us): samples to be judged by the baseline of what came before `until_us`.

        A baseline is made anew each day until the window is full, then each week; at fixed instants, so that
        the answer is the same however many samples arrive at once.
        """
        while first < len(times):
            begin, until = self.block(times, int(times[first]))
            end = int(np.searchsorted(times, until))
            yield first, end, begin
            first = end

    def block(self, times: Times, at_us: int) -> tuple[int, int]:
        """Return from when until when (UTC microseconds) one baseline judges, around an instant."""
        window = int(self.window_days * DAY)
        day = at_us // DAY
        full = int(times[0]) <= (day - day % 7) * DAY - window
        begin, days = (day - day % 7, 7) if full else (day, 1)
        return begin * DAY, (begin + days) * DAY

    def reference(self, series: Series, excluded: Sequence[Span], until: int) -> "Reference | None":
        """Return what was normal before `until` (UTC microseconds), None while there is too little past.

        Found once for all detectors that ask the same of the same samples.
        """
        key = (self, tuple(excluded), until)
        if key not in series.memo:
            past = self._past(series.times_us, excluded, until)
            series.memo[key] = None if past is None else _reference(series, past, until)
        found: Reference | None = series.memo[key]
        return found

    def _past(self, times: Times, excluded: Sequence[Span], until: int) -> NDArray[np.int64] | None:
        """Return the indices of the samples of the baseline window, None while there is too little past."""
        end = int(np.searchsorted(times, until))
        if end < self.least_samples or until - int(times[0]) < self.learning_days * DAY:
            return None
        begin = int(np.searchsorted(times, until - int(self.window_days * DAY)))
        window = np.arange(min(begin, end - self.least_samples), end)
        past = window
        for since, ended in excluded:
            past = past[(times[past] < since) | (times[past] > ended)]
        return past if len(past) >= self.least_samples else window


@dataclass(frozen=True)
class Reference:
    """A baseline, and the noise around it."""

    baseline: Baseline

    @cached_property
    def noise(self) -> Noise:
        """The noise of the baseline's scores."""
        return noise_of(self.baseline.scores)


def _reference(series: Series, past: NDArray[np.int64], until: int) -> Reference:
    return Reference(baselines.fit(series.times_us[past], series.values[past], until))
