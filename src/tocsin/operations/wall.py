"""The wall: open incidents, systems by layers, who is called at which level, what waits for a look."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tocsin.model import coverage, freeze
from tocsin.model.alert import Alert
from tocsin.model.coverage import Heard, State, layer_of
from tocsin.model.deployment import Deployment
from tocsin.model.instant import to_us
from tocsin.model.matrix import Matrix, Placed, matrix, placed
from tocsin.model.operator import System
from tocsin.model.severity import Scheme
from tocsin.model.signal import Layer, Signal
from tocsin.model.urgency import Watched
from tocsin.operations import clocks, deployments, queue
from tocsin.operations.coverage import Rhythms, silent
from tocsin.operations.observations import Reported, waiting_of
from tocsin.operations.queue import QueueView
from tocsin.store import alerts, incidents, observations, samples, series, systems
from tocsin.store.database import Connection
from tocsin.store.folder import Store

COLUMNS = 96  # points in time of a small curve; each has a least and a greatest value

Values = NDArray[np.float64]
_NO_CURVE: Values = np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One layer of one system, told by its most telling signal.

    `gone` of its `signals` have gone silent. `tone` is the rank of the level the alert stands for, None
    without an alert. `incident` is the id of the incident that holds the alert, empty when none does.
    `curve` holds equally spaced values from the beginning of the range to its end, NaN where there are none;
    `until` is the last sample. The curve of a silent signal ends with its last sample, not now.
    `marks` are the parts of the range, from 0 to 1, after which a version of the system began to serve.
    """

    layer: Layer
    state: State
    signals: int = 0
    gone: int = 0
    signal: Signal | None = None
    alert: Alert | None = None
    tone: int | None = None
    incident: str = ""
    silent: bool = False
    until_us: int | None = None
    last: float | None = None
    curve: Values = field(default_factory=lambda: _NO_CURVE)
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A system with a cell for each layer."""

    system: System
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WallView:
    """All the wall shows. `watched` most urgent first; `rows` by name, those nobody watches at all last.

    `reported` are observations that nobody has dealt with, the newest first; `flagged` how many deployments
    were seen in the change freeze of an incident, by its id, that nobody allowed.
    """

    now: datetime
    watched: tuple[Watched, ...]
    names: Mapping[str, str]
    rows: tuple[Row, ...]
    matrix: Matrix
    queue: QueueView
    reported: tuple[Reported, ...] = ()
    flagged: Mapping[str, int] = field(default_factory=dict)


def look(store: Store, back: timedelta = timedelta(hours=24), rhythms: Rhythms | None = None) -> WallView:
    """Return the wall as it stands now, its curves going back that far.

    Whoever looks again and again keeps the `rhythms`.
    """
    now, watched = store.now(), clocks.wall(store)
    ran = deployments.by_system(store)
    with store.journal.read() as connection:
        known = sorted(systems.list_all(connection), key=lambda one: one.name.casefold())
        said = queue.known_of(connection)
        scheme = said.scheme
        seen = waiting_of(observations.list_all(connection), incidents.list_all(connection))
    with store.signals.read() as connection:
        found = alerts.list_all(connection, since=now - queue.OVER)
        rhythms = rhythms or Rhythms()
        waiting = queue.arranged(connection, said, found, ran, now, rhythms=rhythms)
        found = [a for a in found if a.id not in said.verdicts.accepted and a.id not in waiting.old]
        heard, signals = _heard(connection, found, to_us(now), back, rhythms)
        draw = partial(_cell, connection, scheme, said.taken, to_us(now), back)
        rows = [
            Row(system, tuple(draw(layer, heard.get((system.id, layer), ()), began) for layer in Layer))
            for system in known
            for began in [[to_us(one.at) for one in ran.get(system.id, ())]]
        ]
    layers = {a.id: layer_of(a, signals.get(a.signal)) for one in watched for _, a in one.incident.alerts}
    names = said.names
    return WallView(
        now,
        tuple(watched),
        names,
        tuple(sorted(rows, key=lambda row: all(cell.state is State.BLIND for cell in row.cells))),
        matrix(scheme, [_placed(one, layers) for one in watched]),
        waiting,
        tuple(Reported(one, names.get(one.system, one.system)) for one in seen),
        _flagged(watched, ran),
    )


def _flagged(watched: Iterable[Watched], ran: Mapping[str, Sequence[Deployment]]) -> dict[str, int]:
    counts = {
        one.incident.id: len(freeze.unallowed(freeze.flagged(one.incident, ran.get(one.incident.system, ()))))
        for one in watched
    }
    return {id: count for id, count in counts.items() if count}


def _curve(connection: Connection, told: "_Told", now_us: int, back: timedelta) -> Values:
    """Return the curve of a signal up to now; of a silent one up to its last sample."""
    number, newest = told.heard.number, told.newest
    if number is None or newest is None:
        return _NO_CURVE
    start_us, end_us = _span(told, now_us, back)
    if newest.whole and not told.heard.silent:
        return curve(
            *samples.reduced(newest.times, newest.values, start_us, end_us, COLUMNS), start_us, end_us
        )
    return curve(*samples.minmax(connection, number, start_us, end_us, COLUMNS), start_us, end_us)


def _span(told: "_Told", now_us: int, back: timedelta) -> tuple[int, int]:
    """Return what time a curve covers: up to now, or up to the last sample of a silent signal."""
    end_us = int(told.newest.times[-1]) if told.heard.silent and told.newest is not None else now_us
    return end_us - back // timedelta(microseconds=1), end_us


def _marks(began: Sequence[int], span: tuple[int, int]) -> tuple[float, ...]:
    start_us, end_us = span
    return tuple((at - start_us) / (end_us - start_us) for at in began if start_us <= at <= end_us)


def curve(times: samples.Times, low: Values, high: Values, start_us: int, end_us: int) -> Values:
    """Return least and greatest value in turn at COLUMNS equally spaced times, of samples or their extremes.

    NaN before the first sample, after the last one and in silences; between samples the line is straight.
    """
    if len(times) < 2:
        return _NO_CURVE
    width = (end_us - start_us) / COLUMNS
    grid: Values = start_us + (np.arange(COLUMNS, dtype=np.float64) + 0.5) * width
    pair = np.empty(2 * COLUMNS)
    pair[0::2] = np.interp(grid, times, low)
    pair[1::2] = np.interp(grid, times, high)
    pair[np.repeat(_bare(grid, times, width), 2)] = np.nan
    return pair


def _bare(grid: Values, times: NDArray[np.int64], width: float) -> NDArray[np.bool_]:
    """Return which columns nothing was heard in: outside the samples, and in gaps far longer than usual."""
    steps = np.diff(times)
    longest = max(coverage.SILENT_AFTER * float(np.median(steps)), 2 * width)
    after = np.clip(np.searchsorted(times, grid), 1, len(times) - 1)
    outside = (grid < times[0] - width) | (grid > times[-1] + width)
    return np.asarray(outside | (steps[after - 1] > longest), np.bool_)


def _placed(one: Watched, layers: Mapping[str, Layer]) -> Placed:
    known = one.incident
    return placed(known, layers[known.alerts[0][1].id].value if known.alerts else "")


@dataclass(frozen=True, slots=True)
class _Told:
    """A signal with its newest samples; none of an alert that comes without samples."""

    heard: Heard
    newest: samples.Newest | None = None


_Heard = Mapping[tuple[str, Layer], Sequence[_Told]]


def _heard(
    connection: Connection, found: Iterable[Alert], now_us: int, back: timedelta, rhythms: Rhythms
) -> tuple[_Heard, dict[str, Signal]]:
    """Return what is heard by system and layer, and every signal by its id."""
    numbered = series.list_all(connection)
    since_us = now_us - back // timedelta(microseconds=1)
    newest = samples.newest(connection, [number for number, _ in numbered], since_us)
    signals = {signal.id: signal for _, signal in numbered}
    standing: defaultdict[str, list[Alert]] = defaultdict(list)
    heard: defaultdict[tuple[str, Layer], list[_Told]] = defaultdict(list)
    for alert in found:
        if alert.ended is None and alert.signal in signals:
            standing[alert.signal].append(alert)
        elif alert.ended is None:
            heard[alert.system, layer_of(alert, None)].append(_Told(Heard(None, alert=alert)))
    for number, signal in numbered:
        gone = silent(connection, number, newest[number].times, now_us, rhythms)
        one = Heard(signal, number, coverage.gravest(standing[signal.id]), gone)
        heard[signal.system, signal.layer].append(_Told(one, newest[number]))
    return heard, signals


def _cell(
    connection: Connection,
    scheme: Scheme,
    taken: Mapping[str, str],
    now_us: int,
    back: timedelta,
    layer: Layer,
    here: Sequence[_Told],
    began: Sequence[int],
) -> Cell:
    heard = [one.heard for one in here]
    if not here:
        return Cell(layer, State.BLIND)
    best = coverage.most_telling(heard)
    told = next(one for one in here if one.heard is best)
    return Cell(
        layer,
        coverage.state(heard),
        signals=sum(one.signal is not None for one in heard),
        gone=sum(one.silent for one in heard),
        signal=best.signal,
        alert=best.alert,
        tone=scheme.rank(scheme.level_for(best.alert.severity)) if best.alert else None,
        incident=taken.get(best.alert.id, "") if best.alert else "",
        silent=best.silent,
        until_us=int(told.newest.times[-1]) if told.newest else None,
        last=float(told.newest.values[-1]) if told.newest else None,
        curve=_curve(connection, told, now_us, back),
        marks=_marks(began, _span(told, now_us, back)),
    )
