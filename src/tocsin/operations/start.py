"""When did it start? The joint estimate over all series of a system, beside its deployments."""

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from tocsin.detectors import baseline, joint_start, stretches, usual
from tocsin.detectors import start as detector
from tocsin.detectors.base import DAY, Times, Values
from tocsin.errors import BadInput
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.instant import When, from_us, iso, to_us
from tocsin.model.signal import Signal
from tocsin.operations import decisions, deployments, incidents
from tocsin.operations.progress import Progress
from tocsin.operations.signals import system_id
from tocsin.operations.start_judgement import judge as judge
from tocsin.operations.start_judgement import judged as judged
from tocsin.operations.start_rows import estimate_of_rows
from tocsin.operations.start_view import Nearby as Nearby
from tocsin.operations.start_view import SeriesStart as SeriesStart
from tocsin.operations.start_view import StartView as StartView
from tocsin.operations.start_view import as_when, density, grid, nearest, words
from tocsin.store import alerts, samples, series
from tocsin.store.folder import Store

Work = Generator[Progress, None, StartView]

_BEFORE = timedelta(days=28)
_AFTER = timedelta(days=7)
_SAMPLES = 6000  # of one series searched; more are taken together
_HISTORY = 6


@dataclass(frozen=True, slots=True)
class _Window:
    """What is searched: `since_us` to `until_us`; the change was there `by_us`, None where nobody knows."""

    since_us: int
    until_us: int
    by_us: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """The samples of one series in the window."""

    number: int
    signal: Signal
    times_us: Times
    values: Values


def estimate(
    store: Store,
    system: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    signals: Collection[str] | None = None,
) -> Work:
    """Return when something changed in a system (name, alias or id). Raises NotFound.

    Searched are all its series, or those whose ids are in `signals`, from `since` (28 days before the end) to
    `until` (its newest sample); of a system without any, all its decisions. BadInput where they are reversed.
    """
    id = system_id(store, system)
    numbers = _numbers(store, id, signals)
    with store.signals.read() as connection:
        ends = samples.latest(connection, [number for number, _ in numbers])
        known = alerts.list_all(connection, id)
    newest, oldest = max((end for end, _ in ends.values()), default=None), None
    if newest is None:
        logs = decisions.logs(store, id)
        newest = max((log.last_us for log in logs), default=to_us(store.now()))
        oldest = min((log.first_us for log in logs), default=None)
    until_us = newest if until is None else min(to_us(until), newest)
    since_us = until_us - _BEFORE // timedelta(microseconds=1) if oldest is None else oldest
    since_us = since_us if since is None else to_us(since)
    _check(since, until)
    times = [one.time for one in known if since_us <= to_us(one.time) <= until_us]
    return (yield from _search(store, id, numbers, _Window(since_us, until_us), times))


def of_incident(
    store: Store, incident: str, *, since: datetime | None = None, until: datetime | None = None
) -> Work:
    """Return when what an incident is about began: by its first alert, or when it was detected.

    Searched are all series of its system from 28 days before until it was contained, a week at most, unless
    `since` and `until` say otherwise. Raises NotFound.
    """
    known = incidents.get(store, incident)
    _check(since, until)
    times = [alert.time for _, alert in known.alerts]
    by = min(times, default=known.detected)
    end = until or min(_over(known) or store.now(), by + _AFTER)
    window = _Window(to_us(since or by - _BEFORE), to_us(end if until else max(end, by)), to_us(by))
    numbers = _numbers(store, known.system, None)
    return (yield from _search(store, known.system, numbers, window, times))


def _check(since: datetime | None, until: datetime | None) -> None:
    if since is not None and until is not None and since >= until:
        raise BadInput("a search goes from earlier to later.", where=f"{iso(since)} to {iso(until)}")


def _over(incident: Incident) -> datetime | None:
    ends = [incident.reached(status) for status in (CONTAINED, RESOLVED, CLOSED)]
    return min((end for end in ends if end is not None), default=None)


def _numbers(store: Store, system: str, signals: Collection[str] | None) -> list[tuple[int, Signal]]:
    with store.signals.read() as connection:
        found = series.list_all(connection, system)
    return [one for one in found if signals is None or one[1].id in signals]


def _search(
    store: Store,
    system: str,
    numbers: Sequence[tuple[int, Signal]],
    window: _Window,
    alerted: Sequence[datetime],
) -> Work:
    read: list[_Read] = []
    for done, (number, signal) in enumerate(numbers):
        yield Progress(done, 2 * len(numbers), signal.name)
        with store.signals.read() as connection:
            times, values = samples.read(connection, number, window.since_us, window.until_us)
        if len(times) > _SAMPLES:
            stretch_us = (window.until_us - window.since_us) // _SAMPLES + 1
            times, values = stretches.evened(times, values, stretch_us)
        if len(times) >= detector.LEAST:
            read.append(_Read(number, signal, times, values))
    found = yield from _estimate(read, window, len(numbers))
    if found is None and (rows := (yield from _of_decisions(store, system, window))) is not None:
        near = nearest(deployments.of_system(store, system), rows.when) if rows.when else ()
        first = min((at for at in alerted if rows.when is None or at >= rows.when.low), default=None)
        return replace(rows, nearest=near, found=first)
    if found is None:
        return StartView(system, None, -np.inf, np.empty(0, np.int64), np.empty(0), evidence=words((), None))
    joint, parts = found
    when = as_when(joint)
    history = yield from _history(read, window, joint.at_us, alerted)
    first = min((at for at in alerted if when is None or at >= when.low), default=None)
    near = nearest(deployments.of_system(store, system), when) if when else ()
    edges = grid(joint)
    return StartView(
        system,
        when,
        joint.odds,
        edges[:-1] + np.diff(edges) // 2,
        density(joint.edges_us, joint.chances, edges),
        parts,
        near,
        history,
        first,
        words(parts, when),
    )


def _of_decisions(store: Store, system: str, window: _Window) -> Generator[Progress, None, StartView | None]:
    """Return what the decisions of a system without series tell; None where it has none."""
    until_us = window.until_us if window.by_us is None else window.by_us
    loaded = yield from decisions.load_system(store, system, window.since_us, until_us + 1)
    if len(loaded.table) < detector.LEAST:
        return None
    return (yield from estimate_of_rows(loaded.table, system=system)).view


def _without_cycle(times: Times, values: Values) -> Values:
    """Return values less their cycle, if they have one: that of samples about the mean of their own day."""
    day = (times - times[0]) // DAY
    held = np.maximum(np.bincount(day), 1)
    about = values - (np.bincount(day, weights=values) / held)[day]
    known = baseline.fit(times, about, int(times[-1]) + 1)
    if known.cycle is baseline.Cycle.NONE:
        return values
    without: Values = values - baseline.expected(times, known)[0]
    return without


def _estimate(
    read: Sequence[_Read], window: _Window, total: int
) -> Generator[Progress, None, tuple[joint_start.Joint, tuple[SeriesStart, ...]] | None]:
    """Return the joint estimate and each series' part in it; None without samples that tell."""
    searched = []
    for done, one in enumerate(read):
        yield Progress(total + done, 2 * total, one.signal.name)
        found = _searched(one, window)
        if found is not None:
            searched.append(found)
    joint = joint_start.combine(
        [joint_start.Evidence(one.times_us, found.factors, found.innovations) for one, found in searched]
    )
    if joint is None:
        return None
    parts = [
        _part(one, found, float(joint.changed[i]), float(joint.shares[i]), joint)
        for i, (one, found) in enumerate(searched)
    ]
    return joint, tuple(sorted(parts, key=lambda one: (-one.chance, -one.odds)))


def _searched(one: _Read, window: _Window) -> tuple[_Read, detector.Search] | None:
    """Return what a series says of its start, with the samples that say it."""
    by = None if window.by_us is None else int(np.searchsorted(one.times_us, window.by_us))
    values = _without_cycle(one.times_us, one.values)
    found = detector.search(values, by=by)
    if found is None or found.start.odds <= 0:
        return None if found is None else (one, found)
    part = usual.departure(values, by)
    if part.start == 0 and part.stop == len(values):
        return one, found
    within = None if by is None else max(by - part.start, 1)
    closer = detector.search(values[part], by=within)
    if closer is None:
        return one, found
    return _Read(one.number, one.signal, one.times_us[part], one.values[part]), closer


def _part(
    one: _Read, found: detector.Search, chance: float, share: float, joint: joint_start.Joint
) -> SeriesStart:
    start, times = found.start, one.times_us
    when = None
    if start.odds > 0:
        low = int(times[max(start.low - 1, 0)])
        when = When(from_us(int(times[start.index])), from_us(low), from_us(int(times[start.high])))
    factors = np.where(np.isfinite(found.factors), found.factors, -np.inf)
    weights = np.exp(factors - factors.max())[1:]
    ramp = int(times[min(start.index + start.ramp - 1, len(times) - 1)] - times[start.index])
    own = density(times, weights / weights.sum(), grid(joint))
    return SeriesStart(one.number, one.signal, when, start.odds, chance, share, ramp, own)


def _history(
    read: Sequence[_Read], window: _Window, at_us: int, alerted: Sequence[datetime]
) -> Generator[Progress, None, tuple[tuple[datetime, When | None], ...]]:
    """Return what the samples up to successive instants tell, from the first alert, or the start, on."""
    first = min((to_us(one) for one in alerted if to_us(one) >= at_us), default=at_us)
    length = window.until_us - first
    if length <= 0:
        return ()
    found: list[tuple[datetime, When | None]] = []
    for step in range(_HISTORY):
        upto = first + length // 2 ** (_HISTORY - 1 - step)
        cut = [
            _Read(one.number, one.signal, one.times_us[:end], one.values[:end])
            for one in read
            if (end := int(np.searchsorted(one.times_us, upto, side="right"))) >= detector.LEAST
        ]
        by = None if window.by_us is None else min(window.by_us, upto)
        part = yield from _estimate(cut, _Window(window.since_us, upto, by), len(read))
        found.append((from_us(upto), None if part is None else as_when(part[0])))
    return tuple(found)
