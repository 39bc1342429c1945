"""Surprise: a sample, a level or a deviation unlike all that the past weeks held (detectors.novelty).

Each view's chance is the conformal one, and for the largest tenth of distances that of their own tail, since
no rank is rarer than the past is long (detectors.excesses). How often noise alone would surprise as much
is read from the past too: surprises that come together count once (extremal index), and one more in size is e
times rarer, as of any -ln p. What was once seen is no surprise again: this detector tells that something is
new, others how long it lasts.

Measured in simulations of years, against the stated rate of false alarms: 0.9 times for a daily wave with
noise, 1.0 for Gaussian noise, 1.2 with autocorrelation 0.8 or tails like Student's t with 4 degrees of
freedom, 1.3 with autocorrelation 0.95.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import DAY, SECOND, Finding, OneSeries, Series, Times, Values
from tocsin.detectors.blocks import Past
from tocsin.detectors.episodes import quiet_of
from tocsin.detectors.excesses import Excesses, clustering, excesses
from tocsin.detectors.novelty import USUAL, chances, distances, merged
from tocsin.detectors.surprise_findings import Judged, describe

_LARGEST = 1e150  # squares of larger numbers overflow
_STRETCH = 60 * SECOND  # the cost grows faster than the samples of a window
_USUAL = 0.98  # share of the past's surprises; how the others cluster is how rarer ones do
# Chance of a merged surprise over exp(-surprise): a third if no two views agree, 1 if all do; between them.
_MERGED = 3**-0.5
_EARLY = 0.25  # share of the past whose distances are large for want of others before them


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    window_days: float = field(
        default=28.0, metadata={"unit": "days", "says": "past that is known", "least": 3, "most": 366}
    )
    learning_days: float = field(
        default=7.0, metadata={"unit": "days", "says": "past needed before judging", "least": 1, "most": 90}
    )
    least_samples: int = field(
        default=600,
        metadata={"unit": "samples", "says": "past needed before judging", "least": 600, "most": 100_000},
    )
    urgent_hours: float = field(
        default=6.0,
        metadata={"unit": "hours", "says": "what takes longer to show is for the daily review", "most": 720},
    )


class SurpriseDetector:
    """Conformal nearest-neighbour novelty of three views; off until a person prefers it."""

    name = "surprise"
    title = "Surprise"
    release = "1"
    order = 2
    default = False

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = wanted = parameters or Parameters()
        self._past = Past(wanted.window_days, wanted.learning_days, wanted.least_samples)

    @property
    def needs(self) -> OneSeries:
        window = int(self.parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 2 * self.parameters.least_samples, _STRETCH)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return what was new after `since_us`, or still coming then, oldest first."""
        times = series.times_us
        if len(times) <= self.parameters.least_samples:
            return []
        apart = _apart(times)
        begin = int(np.searchsorted(times, since_us - apart, side="right"))
        blocks = [
            block
            for asked in self._past.blocks(times, begin)
            if (block := self._block(times, *asked)) is not None
        ]
        ends = {block.start: block.end for block in blocks}  # the last of those that begin alike
        looked = {start: _look(series, start, end) for start, end in ends.items()}
        known = [_judge(series, block, *looked[block.start]) for block in blocks]
        going_on = int(times[-1]) - quiet_of(times).over_us
        return [
            describe(series, part, self.parameters.urgent_hours, lasting=int(times[part[-1][0]]) >= going_on)
            for part in _together(known, times, apart)
        ]

    def _block(self, times: Times, first: int, end: int, until: int) -> "_Block | None":
        """Return samples `first` to `end`, to be judged by those before `until`; None: too little past."""
        wanted = self.parameters
        past = int(np.searchsorted(times, until))
        if past < wanted.least_samples or until - int(times[0]) < wanted.learning_days * DAY:
            return None
        start = int(np.searchsorted(times, until - int(wanted.window_days * DAY)))
        return _Block(first, end, past, min(start, past - wanted.least_samples))


@dataclass(frozen=True, slots=True)
class _Block:
    """Samples `first` to `end`, to be judged by those from `start` to `past`."""

    first: int
    end: int
    past: int
    start: int


def _look(series: Series, start: int, end: int) -> tuple[list[Values], list[Values]]:
    """Return distances and surprises by view; of the first samples what they are whatever the end is."""
    part = slice(start, end)
    apart = distances(series.times_us[part], np.clip(series.values[part], -_LARGEST, _LARGEST))
    return apart, [-np.log(chances(one)) for one in apart]


def _judge(series: Series, block: _Block, apart: list[Values], ranks: list[Values]) -> Judged:
    """Return how surprising the samples of a block are, and how much noise alone would be."""
    known, length = block.past - block.start, block.end - block.start
    apart = [one[:length] for one in apart]
    ripe = slice(int(_EARLY * known), known)
    tails = [excesses(one[ripe]) for one in apart]
    views = [
        _beyond(one[:length], *of, known)
        for one, of in zip(ranks, zip(apart, tails, strict=True), strict=True)
    ]
    sizes = merged(views)
    step = max(int(np.median(np.diff(series.times_us[block.start : block.past]))), 1)
    level = _level(step, sizes[ripe], series.alarms_a_week)
    new = slice(block.first - block.start, None)
    return Judged(
        block.first,
        block.start,
        block.past,
        sizes[new],
        [one[new] for one in views],
        [one[new] for one in apart],
        tails,
        level,
    )


def _beyond(surprises: Values, apart: Values, tail: Excesses | None, past: int) -> Values:
    """Return surprises, from index `past` on those of distances beyond the tail's beginning by the tail."""
    if tail is None:
        return surprises
    found, new = surprises.copy(), apart[past:]
    found[past:] = np.where(new > tail.beyond, tail.surprise(new), found[past:])
    return found


def _level(step_us: int, sizes: Values, alarms_a_week: float) -> float:
    """Return the surprise that noise like that of the past begins to exceed so often."""
    beyond = np.flatnonzero(sizes > np.quantile(sizes, _USUAL))
    begun = _MERGED * clustering(beyond) if len(beyond) > 2 else 1.0
    return float(np.log(max(begun * 7 * DAY / step_us / alarms_a_week, 1.0)))


def _apart(times: Times) -> int:
    """Return how far apart (microseconds) two surprises are of their own: as long as a level."""
    quiet = quiet_of(times)
    return max(quiet.least_us, USUAL.level * quiet.step_us)


def _together(known: Sequence[Judged], times: Times, apart: int) -> list[list[tuple[int, Judged]]]:
    """Return the samples beyond their level, each with what judged it, those close to each other together."""
    found: list[list[tuple[int, Judged]]] = []
    for judged in known:
        for at in (np.flatnonzero(judged.sizes > judged.level) + judged.first).tolist():
            if found and times[at] - times[found[-1][-1][0]] <= apart:
                found[-1].append((at, judged))
            else:
                found.append([(at, judged)])
    return found
