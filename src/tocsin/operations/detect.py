"""Detecting: every detector over the samples it has not judged yet, a slice of one series a step."""

from collections import deque
from collections.abc import Container, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from tocsin.detectors.base import Detector, OneSeries, Series, Span, Times, Values, suits, version
from tocsin.detectors.stretches import complete, evened
from tocsin.errors import NotFound
from tocsin.model.alert import Alert
from tocsin.model.instant import to_us
from tocsin.operations import budget, normals
from tocsin.operations import detectors as settings
from tocsin.operations.alerts import Changes, merge, untold
from tocsin.operations.progress import Progress
from tocsin.operations.silences import by_the_clock
from tocsin.operations.vigil import Calm, Vigil, calm_of
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
    since: datetime | None = None,
    using: Sequence[Any] | None = None,
    vigil: Vigil | None = None,
) -> Generator[Progress, None, Detected]:
    """Judge what has arrived since the last run, of one system if named. Raises NotFound.

    What was never judged is judged from `since` on; what came before is only its past. Safe to run in several
    programs at once, and to stop at any step: what a step judged, its alerts and its watermarks are stored in
    one transaction. With a `vigil`, kept from run to run, series that stay calm are only glanced at.
    """
    system_id = None if system is None else _system_id(store, system)
    parts = settings.in_force(store) if using is None else list(using)
    ones = [part for part in parts if isinstance(part.needs, OneSeries)]
    run = _Run(store, Detected(), budget.shares(store, parts), *_normals(store), vigil, since)
    waiting = deque(_work(run, ones, system_id))
    total, numbers = len(waiting), {number for number, _ in waiting}
    while waiting:
        yield Progress(total - len(waiting), total, waiting[0][1].title)
        _step(run, waiting)
    run.done.series = len(numbers)
    for part in ones:
        if getattr(part, "watches_clock", False):
            run.done.raised += yield from by_the_clock(
                store, part, run.shares, system_id, vigil, run.accepted
            )
    yield from _logs(run, [part for part in parts if not isinstance(part.needs, OneSeries)], system_id)
    return run.done


def _logs(run: "_Run", parts: list[Any], system: str | None) -> Generator[Progress, None, None]:
    """Let the detectors of decision logs judge what is new there."""
    if not parts:
        return
    # Loaded only where there are such detectors: it knows how to read Parquet files.
    from tocsin.operations.detect_logs import detect_logs

    found = yield from detect_logs(run.store, parts, run.shares, system=system, since=run.since)
    run.done.raised += found.raised
    run.done.changed += found.changed
    run.done.problems += found.problems


_Pair = tuple[int, Detector]


@dataclass
class _Run:
    """What all steps of one run share; `shelf` is the slice read last, which the next detector may need."""

    store: Store
    done: Detected
    shares: budget.Shares
    normals: Mapping[str, int]
    accepted: Container[str]
    vigil: Vigil | None
    since: datetime | None
    shelf: "tuple[Any, _HandedOver | None, dict[Any, Any]] | None" = None
    counted: set[tuple[int, int]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One slice of one series, read at one instant and judged."""

    detector: Detector
    mark: watermarks.Mark
    upto_us: int
    count: int
    more: bool
    changes: Changes
    part: Series  # as it was judged, with what was found departed in it
    calm: Calm | None


@dataclass(frozen=True, slots=True)
class _HandedOver:
    """What a detector gets of a slice: `times` and `values` as its needs say; `new` samples are unjudged."""

    slice: slices.Slice
    new: int
    times: Times
    values: Values
    stretch_us: int


def _work(run: _Run, ones: Sequence[Detector], system: str | None) -> list[_Pair]:
    """Return which series each detector must judge in full: series by series, so that one reading serves all.

    A detector set anew goes on where its former version stopped.
    """
    pairs: list[tuple[int, int, Detector]] = []
    with run.store.signals.read() as connection:
        late = [one for one in ones if watermarks.lagging(connection, one.name, version(one))]
    if late:
        with run.store.signals.write() as connection:
            for one in late:
                watermarks.inherit(connection, one.name, version(one))
    with run.store.signals.read() as connection:
        signals = dict(series.list_all(connection, system))
        glance = None if run.vigil is None else run.vigil.glance(connection)
        for at, one in enumerate(ones):
            numbers = watermarks.behind(connection, one.name, version(one), system)
            numbers = [number for number in numbers if number in signals and suits(one, signals[number])]
            if run.vigil is not None and glance is not None:
                numbers = run.vigil.stirring(connection, one, numbers, glance)
            pairs += [(number, at, one) for number in numbers]
    return [(number, one) for number, _, one in sorted(pairs, key=lambda pair: pair[:2])]


def _step(run: _Run, waiting: deque[_Pair]) -> None:
    """Judge some series, or a slice of a long one, and store what was found in one short transaction.

    What is not finished goes back to the end of the queue; so does a series that somebody else judged
    meanwhile, or that got more samples.
    """
    judged: list[_Judged] = []
    samples_read = 0
    for _ in range(min(_SERIES_A_STEP, len(waiting))):
        one, read = _judge(run, *waiting.popleft(), judged)
        samples_read += read
        if one is not None:
            judged.append(one)
        if samples_read >= _SAMPLES_A_STEP:
            break
    if not judged:
        return
    with run.store.signals.write() as connection:
        kept = [one for one in judged if watermarks.advance(connection, one.mark, one.upto_us)]
        for one in kept:
            for alert in one.changes.raised:
                alerts.add(connection, alert, str(to_us(alert.time)), series=alert.signal)
            for alert in one.changes.changed:
                alerts.replace(connection, alert)
    waiting += [(one.mark.series, one.detector) for one in judged if one.more or one not in kept]
    for one in kept:
        _count(run, one)
    if run.vigil is not None:
        with run.store.signals.read() as connection:
            for one in kept:
                if not one.more:
                    run.vigil.keep(connection, one.detector, one.mark.series, one.part, one.upto_us, one.calm)


def _count(run: _Run, one: _Judged) -> None:
    if (one.mark.series, one.upto_us) not in run.counted:
        run.counted.add((one.mark.series, one.upto_us))
        run.done.judged += one.count
    run.done.raised += one.changes.raised
    run.done.changed += one.changes.changed


def _judge(
    run: _Run, number: int, detector: Detector, earlier: Sequence[_Judged]
) -> tuple[_Judged | None, int]:
    """Judge the next slice of a series; return it, if there is one, and how many samples were read for it.

    `earlier` was judged in the same step and is not stored yet.
    """
    with run.store.signals.read() as connection:
        mark = watermarks.mark(connection, number, detector.name, version(detector))
        signal = series.get(connection, number)
        upto_us = _upto(run, mark, signal.id)
        handed, memo, read = _shelved(run, connection, number, upto_us, detector.needs)
        known = alerts.of_series(connection, signal.id, detector.name)
        others = alerts.by_others(connection, signal.id, detector.name)
    # What people accepted is no departure: it is neither extended nor does it stand for another.
    known, others = ([a for a in some if a.id not in run.accepted] for some in (known, others))
    if handed is None or not len(handed.times):
        return None, 0
    others += [a for one in earlier if one.mark.series == number for a in one.changes.raised]
    since_us = handed.slice.t0 - 1 if upto_us is None else upto_us
    begin = int(np.searchsorted(handed.times, run.normals.get(signal.id, -(2**63))))
    past = others if getattr(detector, "order", 0) else []
    part = Series(
        signal,
        handed.times[begin:],
        handed.values[begin:],
        _spans([*known, *past], since_us),
        handed.stretch_us,
        run.shares.of_series(signal.system, detector),
        memo=memo,
    )
    try:
        found = detector.find(part, since_us) if len(part.times_us) else []
        changes = untold(merge(run.store, detector, signal, known, found, since_us), others)
        standing = {one.id: one for one in (*known, *past, *changes.raised, *changes.changed)}
        part = replace(part, departures=_spans(list(standing.values()), int(handed.times[-1])))
        calm = None if run.vigil is None or handed.slice.more else calm_of(detector, part)
    except Exception as error:  # noqa: BLE001 - a guest may raise anything at all
        problem = f"{detector.name} broke on {signal.name}: {type(error).__name__}: {error}"
        run.done.problems.append(problem)
        return None, read
    part = replace(part, memo={})
    new, more = handed.new, handed.slice.more
    return _Judged(detector, mark, handed.slice.t1, new, more, changes, part, calm), read


def _upto(run: _Run, mark: watermarks.Mark, signal: str) -> int | None:
    """Return up to when a series counts as judged: a new baseline and `since` begin no earlier."""
    first = [] if mark.upto_us is None else [mark.upto_us]
    if run.since is not None:
        first.append(to_us(run.since) - 1)
    return max(first, default=None)


def _shelved(
    run: _Run, connection: Connection, number: int, upto_us: int | None, needs: OneSeries
) -> tuple[_HandedOver | None, dict[Any, Any], int]:
    """Return the next slice, what was worked out of it, and how many samples were read for it."""
    key = (number, upto_us, needs)
    if run.shelf is not None and run.shelf[0] == key:
        return run.shelf[1], run.shelf[2], 0
    handed = _handed_over(connection, number, upto_us, needs)
    run.shelf = (key, handed, {})
    return handed, run.shelf[2], 0 if handed is None else handed.slice.samples


def _handed_over(
    connection: Connection, number: int, upto_us: int | None, needs: OneSeries
) -> _HandedOver | None:
    """Return the next slice of a series with the past a detector needs, None when there is nothing new."""
    back_us = needs.window_us
    while True:
        wanted = slices.following(connection, number, upto_us, back_us)
        if wanted is None:
            return None
        handed = _read(connection, wanted, upto_us, needs.stretch_us)
        if upto_us is None or back_us >= needs.longest_us:
            return handed
        if int(np.searchsorted(handed.times, upto_us, side="right")) >= needs.least:
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


def _normals(store: Store) -> tuple[Mapping[str, int], Container[str]]:
    """Return since when baselines count anew, and the ids of the alerts that people accepted."""
    with store.journal.read() as connection:
        return normals.new_normals(connection), normals.verdicts(connection).accepted


def _system_id(store: Store, name: str) -> str:
    with store.journal.read() as connection:
        system = systems.by_name(connection, name)
    if system is None:
        raise NotFound("there is no such system.", where=name, hint="Its first import names it.")
    return system.id
