"""Series known to be calm: a program that stays open looks at their new samples cheaply.

Judging a series in full reads weeks of its past, some 40 ms of computing for samples every 15 seconds; a
thousand series polled that often would keep a core busy for good. So what a full judgement found normal is
kept in memory, and new samples that hold to it are let pass. The watermark stays where the full judgement put
it: what stirs, and after a restart everything, is judged from there, with the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from tocsin.detectors.base import Detector, Series, Times, Values, version
from tocsin.detectors.stretches import complete, evened
from tocsin.operations.coverage import Rhythms
from tocsin.store import samples, slices, watermarks
from tocsin.store.database import Connection

_Key = tuple[str, str, int]


class Calm(Protocol):
    """What a full judgement found normal (detectors.calm), good for samples before `until_us`."""

    @property
    def until_us(self) -> int: ...

    @property
    def lead(self) -> int: ...

    def holds(self, times: Times, values: Values, first: int) -> bool: ...


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
    rhythms: Rhythms = field(default_factory=Rhythms)
    # Of series that are late: their newest sample, and how long after it nothing is to be said (us).
    waits: dict[int, tuple[int, float]] = field(default_factory=dict)

    def glance(self, connection: Connection) -> "Glance":
        """Return what is new of all that is known, read once for every detector."""
        extents = slices.extents(connection)
        seen: dict[int, int] = {}
        for (_, _, number), one in self._known.items():
            if number in extents and extents[number][1] > one.seen_us:
                seen[number] = min(one.seen_us, seen.get(number, one.seen_us))
        return Glance(extents, slices.fresh(connection, seen))

    def stirring(
        self, connection: Connection, detector: Detector, behind: Sequence[int], glance: "Glance"
    ) -> list[int]:
        """Return those of the series with new samples that must be judged in full."""
        by, release = detector.name, version(detector)
        known = {n: one for n in behind if (one := self._known.get((by, release, n))) is not None}
        if not known:
            return list(behind)
        reached = watermarks.reached(connection, by, release)
        stirring = []
        for number in behind:
            one = known.get(number)
            same = one is not None and reached.get(number) == one.upto_us
            if one is None or not same or not _passes(one, *glance.of(number, one.seen_us), detector):
                self._known.pop((by, release, number), None)
                stirring.append(number)
        return stirring

    def keep(
        self,
        connection: Connection,
        detector: Detector,
        number: int,
        judged: Series,
        upto_us: int,
        found: Calm | None,
    ) -> None:
        """Remember a series that was just judged in full up to its end, if it was found calm."""
        if found is None or not len(judged.times_us):
            return
        stretch = max(detector.needs.stretch_us, 1)
        begin = int(judged.times_us[-min(max(found.lead, 1), len(judged.times_us))])
        times, values = samples.read(connection, number, begin - begin % stretch)
        count, newest = slices.extents(connection, number)[number]
        if newest == upto_us:
            one = _Known(found, upto_us, int(judged.times_us[-1]), upto_us, count, times, values)
            self._known[detector.name, version(detector), number] = one

    def of(self, detector: Detector, number: int) -> Calm | None:
        """Return what is known of a series, None when it is not known calm."""
        one = self._known.get((detector.name, version(detector), number))
        return None if one is None else one.calm


@dataclass(frozen=True, slots=True)
class Glance:
    """How many samples each series has and when the newest was, and the samples that are new of some."""

    extents: Mapping[int, tuple[int, int]]
    fresh: Mapping[int, tuple[Times, Values]]

    def of(self, number: int, seen_us: int) -> tuple[int, tuple[Times, Values] | None]:
        """Return how many samples a series has, and those after an instant."""
        count, found = self.extents[number][0], self.fresh.get(number)
        if found is None:
            return count, None
        first = int(np.searchsorted(found[0], seen_us, side="right"))
        return count, (found[0][first:], found[1][first:]) if first < len(found[0]) else None


def calm_of(detector: Detector, judged: Series) -> Calm | None:
    """Return what later samples of a series just judged are measured by, None when it is not calm."""
    if not isinstance(detector, CalmDetector) or not len(judged.times_us):
        return None
    return detector.calm(judged)


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
        begin = int(means_at[-min(max(one.calm.lead, 1), len(means_at))])
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
