"""Surprise: a sample, a level or a deviation unlike all that the past weeks held (detectors.novelty).

Each view's chance is the conformal one, and for the largest tenth of distances that of their own tail, since
no rank is rarer than the past is long (detectors.excesses). How often noise alone would surprise as much
is read from the past too: surprises that come together count once (extremal index), and one more in size is e
times rarer, as of any -ln p. What was once seen is no surprise again: this detector tells that something is
new, others how long it lasts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import DAY, SECOND, Finding, OneSeries, Series, Times, Values
from tocsin.detectors.blocks import Past
from tocsin.detectors.episodes import quiet_of
from tocsin.detectors.excesses import Excesses, clustering, excesses
from tocsin.detectors.novelty import USUAL, chances, distances, merged
from tocsin.detectors.stretches import LARGEST
from tocsin.detectors.surprise_findings import Judged, describe

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
        self._parameters = wanted = parameters or Parameters()
        self._past = Past(wanted.window_days, wanted.learning_days, wanted.least_samples)

    @property
    def parameters(self) -> Parameters:
        return self._parameters

    @property
    def needs(self) -> OneSeries:
        window = int(self._parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 2 * self._parameters.least_samples, _STRETCH)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return what was new after `since_us`, or still coming then, oldest first."""
        times = series.times_us
        if len(times) <= self._parameters.least_samples:
            return []
        apart = _apart(times)
        begin = int(np.searchsorted(times, since_us - apart, side="right"))
        judged = (self._judge(series, *block) for block in self._past.blocks(times, begin))
        known = [one for one in judged if one is not None]
        going_on = int(times[-1]) - quiet_of(times).over_us
        return [
            describe(series, part, self._parameters.urgent_hours, lasting=int(times[part[-1][0]]) >= going_on)
            for part in _together(known, times, apart)
        ]

    def _judge(self, series: Series, first: int, end: int, until: int) -> Judged | None:
        """Return what samples `first` to `end` are, by what came before `until`; None: too little past."""
        times, wanted = series.times_us, self._parameters
        past = int(np.searchsorted(times, until))
        if past < wanted.least_samples or until - int(times[0]) < wanted.learning_days * DAY:
            return None
        start = int(np.searchsorted(times, until - int(wanted.window_days * DAY)))
        start = min(start, past - wanted.least_samples)
        part = slice(start, end)
        values = np.clip(series.values[part], -LARGEST, LARGEST)
        apart = distances(times[part], values)
        ranks = [-np.log(chances(one)) for one in apart]
        ripe = slice(int(_EARLY * (past - start)), past - start)
        seen = [excesses(one[ripe]) for one in apart]
        views = [_beyond(*one, past - start) for one in zip(ranks, apart, seen, strict=True)]
        sizes = merged(views)
        step = max(int(np.median(np.diff(times[start:past]))), 1)
        level = _level(step, sizes[ripe], series.alarms_a_week)
        skip = first - start
        return Judged(
            first,
            start,
            past,
            sizes[skip:],
            [one[skip:] for one in views],
            [one[skip:] for one in apart],
            seen,
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
