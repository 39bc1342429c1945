"""Detecting: every detector over the samples it has not judged yet, a slice of one series a step."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tocsin import plugins
from tocsin.detectors.base import Detector, Series, Span, version
from tocsin.errors import NotFound
from tocsin.model.alert import Alert
from tocsin.model.instant import to_us
from tocsin.operations.alerts import Changes, merge
from tocsin.operations.progress import Progress
from tocsin.store import alerts, samples, series, systems, watermarks
from tocsin.store.folder import Store

_SLICE = 50_000  # new samples judged in one step, so that a step stays short
_TRIES = 5


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
    store: Store, *, system: str | None = None, using: Sequence[Detector] | None = None
) -> Generator[Progress, None, Detected]:
    """Judge what has arrived since the last run, of one system if named. Raises NotFound.

    Safe to run in several programs at once, and to stop at any step: each step judges a slice and stores its
    alerts and its watermark in one transaction.
    """
    system_id = None if system is None else _system_id(store, system)
    done = Detected()
    for detector in plugins.detectors() if using is None else using:
        with store.signals.read() as connection:
            numbers = watermarks.behind(connection, detector.name, version(detector), system_id)
        for at, number in enumerate(numbers):
            yield Progress(at, len(numbers), detector.title)
            done.series += 1
            while _step(store, detector, number, done):
                yield Progress(at, len(numbers), detector.title)
    return done


@dataclass(frozen=True, slots=True)
class _Reading:
    """Everything one step reads, seen at one instant."""

    mark: watermarks.Mark
    series: Series
    since_us: int
    more: bool
    known: list[Alert]


def _step(store: Store, detector: Detector, number: int, done: Detected) -> bool:
    """Judge one slice of one series; return whether there is more."""
    for _ in range(_TRIES):
        reading = _read(store, detector, number)
        if reading is None:
            return False
        try:
            found = detector.find(reading.series, reading.since_us)
        except Exception as error:  # noqa: BLE001 - a guest may raise anything at all
            name = reading.series.signal.name
            done.problems.append(f"{detector.name} broke on {name}: {type(error).__name__}: {error}")
            return False
        changes = merge(store, detector, reading.series.signal, reading.known, found, reading.since_us)
        if _write(store, reading, changes):
            times = reading.series.times_us
            done.judged += len(times) - int(np.searchsorted(times, reading.since_us, side="right"))
            done.raised += changes.raised
            done.changed += changes.changed
            return reading.more
    return False  # somebody else is busy with this series; what is left is judged by the next run


def _read(store: Store, detector: Detector, number: int) -> _Reading | None:
    with store.signals.read() as connection:
        mark = watermarks.mark(connection, number, detector.name, version(detector))
        span = samples.span(connection, number)
        if span is None or (mark.upto_us is not None and mark.upto_us >= span.last_us):
            return None
        since_us = span.first_us - 1 if mark.upto_us is None else mark.upto_us
        signal = series.get(connection, number)
        needs = detector.needs
        times, values = watermarks.unjudged(
            connection,
            number,
            since_us,
            back_us=needs.window_us,
            longest_us=needs.longest_us,
            least=needs.least,
        )
        known = alerts.of_series(connection, signal.id, detector.name, version(detector))
    end = int(np.searchsorted(times, since_us, side="right")) + _SLICE
    cut = Series(signal, times[:end], values[:end], _spans(known, since_us))
    return _Reading(mark, cut, since_us, end < len(times), known)


def _write(store: Store, reading: _Reading, changes: Changes) -> bool:
    with store.signals.write() as connection:
        if not watermarks.advance(connection, reading.mark, int(reading.series.times_us[-1])):
            return False
        for alert in changes.raised:
            alerts.add(connection, alert, str(to_us(alert.time)), series=alert.signal)
        for alert in changes.changed:
            alerts.replace(connection, alert)
    return True


def _spans(known: Sequence[Alert], since_us: int) -> tuple[Span, ...]:
    return tuple((to_us(a.time), to_us(a.ended) if a.ended else max(since_us, to_us(a.time))) for a in known)


def _system_id(store: Store, name: str) -> str:
    with store.journal.read() as connection:
        system = systems.by_name(connection, name)
    if system is None:
        raise NotFound("there is no such system.", where=name, hint="Its first import names it.")
    return system.id
