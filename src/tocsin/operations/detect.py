"""Detecting: every detector over the samples it has not judged yet, a slice of one series a step."""

from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin import plugins
from tocsin.detectors.base import Detector, OneSeries, Series, Span, Times, Values, version
from tocsin.detectors.stretches import complete, evened
from tocsin.errors import NotFound
from tocsin.model.alert import Alert
from tocsin.model.instant import to_us
from tocsin.operations.alerts import Changes, merge
from tocsin.operations.progress import Progress
from tocsin.operations.vigil import Vigil
from tocsin.store import alerts, series, slices, systems, watermarks
from tocsin.store.database import Connection
from tocsin.store.folder import Store

# A step stays short, and short series share a commit.
_SERIES_A_STEP = 32
_SAMPLES_A_STEP = 150_000


@dataclass
class Detected:
    """What a run did: series looked at, samples judged, alerts raised, alerts that went on or ended.

    `problems` names detectors that broke, and on which series; the others went on.
    """

    series: int = 0
    judged: int = 0
    raised: list[Alert] = field(default_factory=list)
    changed: list[Alert] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def detect(
    store: Store,
    *,
    system: str | None = None,
    using: Sequence[Detector] | None = None,
    vigil: Vigil | None = None,
) -> Generator[Progress, None, Detected]:
    """Judge what has arrived since the last run, of one system if named. Raises NotFound.

    Safe to run in several programs at once, and to stop at any step: what a step judged, its alerts and its
    watermarks are stored in one transaction. With a `vigil`, kept from run to run, series that stay calm are
    only glanced at.
    """
    system_id = None if system is None else _system_id(store, system)
    done = Detected()
    for detector in plugins.detectors() if using is None else using:
        with store.signals.read() as connection:
            numbers = watermarks.behind(connection, detector.name, version(detector), system_id)
            if vigil is not None:
                numbers = vigil.stirring(connection, detector, numbers)
        waiting = deque(numbers)
        while waiting:
            yield Progress(len(numbers) - len(waiting), len(numbers), detector.title)
            _step(store, detector, waiting, done, vigil)
        done.series += len(numbers)
    return done


@dataclass(frozen=True, slots=True)
class _Judged:
    """One slice of one series, read at one instant and judged."""

    mark: watermarks.Mark
    upto_us: int
    count: int
    more: bool
    changes: Changes
    part: Series  # as it was judged, with what was found departed in it


@dataclass(frozen=True, slots=True)
class _HandedOver:
    """What a detector gets of a slice: `times` and `values` as its needs say; `new` samples are unjudged."""

    slice: slices.Slice
    new: int
    times: Times
    values: Values
    stretch_us: int


def _step(store: Store, detector: Detector, waiting: deque[int], done: Detected, vigil: Vigil | None) -> None:
    """Judge some series, or a slice of a long one, and store what was found in one short transaction.

    What is not finished goes back to the end of the queue; so does a series that somebody else judged
    meanwhile, or that got more samples.
    """
    judged: list[_Judged] = []
    samples_read = 0
    for _ in range(min(_SERIES_A_STEP, len(waiting))):
        one, read = _judge(store, detector, waiting.popleft(), done)
        samples_read += read
        if one is not None:
            judged.append(one)
        if samples_read >= _SAMPLES_A_STEP:
            break
    if not judged:
        return
    with store.signals.write() as connection:
        kept = [one for one in judged if watermarks.advance(connection, one.mark, one.upto_us)]
        for one in kept:
            for alert in one.changes.raised:
                alerts.add(connection, alert, str(to_us(alert.time)), series=alert.signal)
            for alert in one.changes.changed:
                alerts.replace(connection, alert)
    waiting += [one.mark.series for one in judged if one.more or one not in kept]
    for one in kept:
        done.judged += one.count
        done.raised += one.changes.raised
        done.changed += one.changes.changed
    if vigil is not None:
        with store.signals.read() as connection:
            for one in kept:
                if not one.more:
                    vigil.keep(connection, detector, one.mark.series, one.part, one.upto_us)


def _judge(store: Store, detector: Detector, number: int, done: Detected) -> tuple[_Judged | None, int]:
    """Judge the next slice of a series; return it, if there is one, and how many samples were read for it."""
    with store.signals.read() as connection:
        mark = watermarks.mark(connection, number, detector.name, version(detector))
        handed = _handed_over(connection, mark, detector.needs)
        signal = series.get(connection, number)
        known = alerts.of_series(connection, signal.id, detector.name, version(detector))
    if handed is None or not len(handed.times):
        return None, 0
    read = handed.slice.samples
    since_us = handed.slice.t0 - 1 if mark.upto_us is None else mark.upto_us
    part = Series(signal, handed.times, handed.values, _spans(known, since_us), handed.stretch_us)
    try:
        found = detector.find(part, since_us)
    except Exception as error:  # noqa: BLE001 - a guest may raise anything at all
        done.problems.append(f"{detector.name} broke on {signal.name}: {type(error).__name__}: {error}")
        return None, read
    changes = merge(store, detector, signal, known, found, since_us)
    standing = {one.id: one for one in (*known, *changes.raised, *changes.changed)}
    part = replace(part, departures=_spans(list(standing.values()), int(handed.times[-1])))
    return _Judged(mark, handed.slice.t1, handed.new, handed.slice.more, changes, part), read


def _handed_over(connection: Connection, mark: watermarks.Mark, needs: OneSeries) -> _HandedOver | None:
    """Return the next slice of a series with the past a detector needs, None when there is nothing new."""
    back_us = needs.window_us
    while True:
        wanted = slices.following(connection, mark.series, mark.upto_us, back_us)
        if wanted is None:
            return None
        handed = _read(connection, wanted, mark.upto_us, needs.stretch_us)
        if mark.upto_us is None or back_us >= needs.longest_us:
            return handed
        if int(np.searchsorted(handed.times, mark.upto_us, side="right")) >= needs.least:
            return handed
        back_us = min(2 * back_us, needs.longest_us)


def _read(connection: Connection, wanted: slices.Slice, upto_us: int | None, stretch_us: int) -> _HandedOver:
    """Return a slice evened piece by piece, so that a fast series is never held whole."""
    read, new, parts = 0, 0, []
    for times, values in slices.pieces(connection, wanted, stretch_us):
        read += len(times)
        new += len(times) if upto_us is None else int((times > upto_us).sum())
        ends = len(times) > 0 and int(times[-1]) == wanted.t1
        whole = complete(times, stretch_us) if ends else len(times)
        parts.append(evened(times[:whole], values[:whole], stretch_us))
    times, values = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    # Two samples that happen to lie close do not make a slow series one of means.
    evened_us = stretch_us if 2 * len(times) <= read else 0
    return _HandedOver(wanted, new, times, values, evened_us)


def _spans(known: Sequence[Alert], since_us: int) -> tuple[Span, ...]:
    return tuple((to_us(a.time), to_us(a.ended) if a.ended else max(since_us, to_us(a.time))) for a in known)


def _system_id(store: Store, name: str) -> str:
    with store.journal.read() as connection:
        system = systems.by_name(connection, name)
    if system is None:
        raise NotFound("there is no such system.", where=name, hint="Its first import names it.")
    return system.id
