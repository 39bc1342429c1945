"""Silence by the clock: series that send nothing are judged although no new sample asks for it (D9)."""

import math
from collections.abc import Container, Generator
from typing import Any

import numpy as np

from tocsin.detectors.base import Series, suits
from tocsin.detectors.stretches import evened
from tocsin.model.alert import Alert
from tocsin.model.coverage import is_silent
from tocsin.model.instant import from_us, to_us
from tocsin.model.signal import Signal
from tocsin.operations import budget
from tocsin.operations.alerts import merge
from tocsin.operations.coverage import Rhythms
from tocsin.operations.progress import Progress
from tocsin.operations.vigil import Vigil
from tocsin.store import alerts, ends, samples, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_HISTORY_US = 28 * 86_400_000_000  # what was this old when it was imported is history, and never silent
_A_STEP = 16


def by_the_clock(
    store: Store,
    detector: Any,
    shares: budget.Shares,
    system: str | None,
    vigil: Vigil | None,
    accepted: Container[str] = (),
) -> Generator[Progress, None, list[Alert]]:
    """Judge the series that are late by their rhythm at `store.now()`; return the alerts raised.

    One that has a lasting alert already waits for its next sample; so does one whose silence people accepted,
    by the ids of the alerts, and after that it is watched again. A watch is kept of what came while it was
    news: a file of last year's samples is no series that has stopped.
    """
    now_us, waits = to_us(store.now()), {} if vigil is None else vigil.waits
    late = _late(store, detector, system, now_us, vigil, waits, accepted)
    raised: list[Alert] = []
    for begin in range(0, len(late), _A_STEP):
        yield Progress(begin, len(late), detector.title)
        for number, signal, end, brought_us in late[begin : begin + _A_STEP]:
            share = shares.of_series(signal.system, detector)
            raised += _judge(store, detector, number, signal, share, end, brought_us, now_us, waits, accepted)
    return raised


_Late = tuple[int, Signal, ends.End, int]


def _late(
    store: Store,
    detector: Any,
    system: str | None,
    now_us: int,
    vigil: Vigil | None,
    waits: dict[int, tuple[int, float]],
    accepted: Container[str],
) -> list[_Late]:
    """Return the series that are silent by their rhythm, without a lasting alert, and not known to wait."""
    rhythms = Rhythms() if vigil is None else vigil.rhythms
    with store.signals.read() as connection:
        known = {number: signal for number, signal in series.list_all(connection, system)}
        newest = {
            n: end
            for n, end in ends.read(connection, list(known)).items()
            if not _waits(waits, n, end, now_us)
        }
        lasting = alerts.lasting(connection, detector.name)
        told = {a.signal for a in lasting if a.id not in accepted}
        meant = {a.signal: to_us(a.time) for a in lasting if a.id in accepted}
        newest = {
            n: end
            for n, end in newest.items()
            if known[n].id not in told and meant.get(known[n].id, 0) <= end.t1 and suits(detector, known[n])
        }
        usual = rhythms.of(connection, newest)
        late = {n: end for n, end in newest.items() if is_silent(end.t1, usual[n], now_us)}
        brought = ends.brought(connection, [end.chunk for end in late.values()])
    return [(n, known[n], end, brought[end.chunk]) for n, end in late.items() if end.chunk in brought]


def _waits(waits: dict[int, tuple[int, float]], number: int, end: ends.End, now_us: int) -> bool:
    last_us, limit_us = waits.get(number, (-1, 0.0))
    return last_us == end.t1 and now_us - last_us <= limit_us


def _judge(
    store: Store,
    detector: Any,
    number: int,
    signal: Signal,
    share: float,
    end: ends.End,
    brought_us: int,
    now_us: int,
    waits: dict[int, tuple[int, float]],
    accepted: Container[str],
) -> list[Alert]:
    if brought_us - end.t1 > _HISTORY_US:
        waits[number] = end.t1, math.inf
        return []
    needs = detector.needs
    with store.signals.read() as connection:
        times, values = samples.read(connection, number, end.t1 - needs.window_us)
        known = _open(connection, signal, detector, accepted)
    times, values = evened(times, values, needs.stretch_us)
    limit_us = detector.limit_us(times, share)
    if limit_us is None or brought_us - end.t1 > limit_us:
        waits[number] = end.t1, math.inf
        return []
    waits[number] = end.t1, float(limit_us)
    part = Series(signal, times, np.asarray(values), (), needs.stretch_us, share, now_us)
    found = [one for one in detector.find(part, end.t1) if one.ended_us is None]
    raised = merge(store, detector, signal, known, found, end.t1).raised
    with store.signals.write() as connection:
        there = _open(connection, signal, detector, accepted)
        stands = ends.read(connection, [number]).get(number) == end
        kept = [alert for alert in raised if stands and not there and alert.time <= from_us(now_us)]
        for alert in kept:
            alerts.add(connection, alert, str(to_us(alert.time)), series=alert.signal)
    return kept


def _open(connection: Connection, signal: Signal, detector: Any, accepted: Container[str]) -> list[Alert]:
    known = alerts.of_series(connection, signal.id, detector.name)
    return [alert for alert in known if alert.ended is None and alert.id not in accepted]
