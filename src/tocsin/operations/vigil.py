"""Series known to be calm: a program that stays open looks at their new samples cheaply.

Judging a series in full reads weeks of its past, some 40 ms of computing for samples every 15 seconds; a
thousand series polled that often would keep a core busy for good. So what a full judgement found normal is
kept in memory, and new samples that hold to it are let pass. The watermark stays where the full judgement put
it: what stirs, and after a restart everything, is judged from there, with the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from tocsin.detectors.base import Detector, Series, Times, Values, version
from tocsin.detectors.calm import Calm
from tocsin.detectors.stretches import complete, evened
from tocsin.store import samples, slices, watermarks
from tocsin.store.database import Connection

_Key = tuple[str, str, int]


@runtime_checkable
class CalmDetector(Protocol):
    """A detector that can say what later samples are measured by."""

    def calm(self, series: Series) -> Calm | None: ...


@dataclass(slots=True)
class _Known:
    """One calm series: its last samples as they came, and what of it was looked at.

    `upto_us` is its watermark, `judged_us` the newest mean that was measured, `seen_us` the newest sample;
    `count` how many samples the store had of it then.
    """

    calm: Calm
    upto_us: int
    judged_us: int
    seen_us: int
    count: int
    times: Times
    values: Values


@dataclass
class Vigil:
    """What is known of calm series between two runs of `operations.detect`. One for each open console."""

    _known: dict[_Key, _Known] = field(default_factory=dict)

    def stirring(self, connection: Connection, detector: Detector, behind: Sequence[int]) -> list[int]:
        """Return those of the series with new samples that must be judged in full."""
        by, release = detector.name, version(detector)
        known = {n: one for n in behind if (one := self._known.get((by, release, n))) is not None}
        if not known:
            return list(behind)
        reached = watermarks.reached(connection, by, release)
        extents = slices.extents(connection)
        later = {n: one.seen_us for n, one in known.items() if extents[n][1] > one.seen_us}
        fresh = slices.fresh(connection, later)
        stirring = []
        for number in behind:
            one = known.get(number)
            same = one is not None and reached.get(number) == one.upto_us
            if one is None or not same or not _passes(one, extents[number][0], fresh.get(number), detector):
                self._known.pop((by, release, number), None)
                stirring.append(number)
        return stirring

    def keep(
        self, connection: Connection, detector: Detector, number: int, judged: Series, upto_us: int
    ) -> None:
        """Remember a series that was just judged in full up to its end, if it is calm."""
        found = detector.calm(judged) if isinstance(detector, CalmDetector) else None
        if found is None or not len(judged.times_us):
            return
        stretch = max(detector.needs.stretch_us, 1)
        begin = int(judged.times_us[-min(found.lead, len(judged.times_us))])
        times, values = samples.read(connection, number, begin - begin % stretch)
        count, newest = slices.extents(connection, number)[number]
        if newest == upto_us:
            one = _Known(found, upto_us, int(judged.times_us[-1]), upto_us, count, times, values)
            self._known[detector.name, version(detector), number] = one


def _passes(one: _Known, count: int, fresh: tuple[Times, Values] | None, detector: Detector) -> bool:
    """Whether what is new of a series holds to what is known of it; it is then part of that."""
    added = 0 if fresh is None else len(fresh[0])
    if count != one.count + added:
        return False  # samples came late, or went
    if fresh is None:
        return True
    stretch = detector.needs.stretch_us
    times, values = np.concatenate([one.times, fresh[0]]), np.concatenate([one.values, fresh[1]])
    means_at, means = _means(times, values, stretch)
    first = int(np.searchsorted(means_at, one.judged_us, side="right"))
    if first < len(means_at):
        if not one.calm.holds(means_at, means, first):
            return False
        one.judged_us = int(means_at[-1])
        begin = int(means_at[-min(one.calm.lead, len(means_at))])
        cut = int(np.searchsorted(times, begin - begin % max(stretch, 1)))
        times, values = times[cut:], values[cut:]
    one.times, one.values = times, values
    one.count, one.seen_us = count, int(times[-1])
    return True


def _means(times: Times, values: Values, stretch: int) -> tuple[Times, Values]:
    """Return what a full judgement would judge: means of the stretches that are over."""
    if bool((times[1:] - times[:-1] >= stretch).all()):
        return times, values  # a slow series: no two in one stretch
    whole = complete(times, stretch)
    return evened(times[:whole], values[:whole], stretch)
