"""The chart of one signal: its samples for the pixels there are, and what was deployed meanwhile."""

from dataclasses import dataclass
from datetime import timedelta

from tocsin.model.alert import AlertSeverity
from tocsin.model.coverage import gravest
from tocsin.model.deployment import Deployment
from tocsin.model.instant import from_us
from tocsin.model.signal import Signal
from tocsin.operations import deployments
from tocsin.operations.charts import Times, Values, with_gaps
from tocsin.operations.strips import RANGES, Stretch
from tocsin.store import alerts, samples, series
from tocsin.store.folder import Store

_MARKS = 12


@dataclass(frozen=True, slots=True, eq=False)
class SignalChart:
    """One signal up to its newest sample: least and greatest value of each column, NaN in silences.

    `alert` is the gravest that lasts.
    """

    number: int
    signal: Signal
    stretch: Stretch
    times_us: Times
    low: Values
    high: Values
    last: float
    alert: AlertSeverity | None
    deployments: tuple[Deployment, ...]


def look(store: Store, number: int, *, pixels: int, range: str) -> SignalChart | None:
    """Return the chart of a series, named by number, over one of RANGES; None when it has no samples."""
    with store.signals.read() as connection:
        signal = series.get(connection, number)
        there = samples.span(connection, number)
        if there is None:
            return None
        stretch = _stretch(there, RANGES[range], pixels)
        start_us = max(there.first_us, there.last_us - _us(stretch.end - stretch.start))
        found = samples.minmax(connection, number, start_us, there.last_us, pixels)
        _, last = samples.latest(connection, [number])[number]
        lasting = [
            one
            for one in alerts.list_all(connection, signal.system)
            if one.signal == signal.id and one.ended is None
        ]
    grave = gravest(lasting)
    ran = deployments.between(store, signal.system, stretch.start, stretch.end, most=_MARKS)
    severity = grave.severity if grave else None
    return SignalChart(number, signal, stretch, *with_gaps(*found), last, severity, tuple(ran))


def _stretch(there: samples.Span, back: timedelta, pixels: int) -> Stretch:
    end = from_us(there.last_us)
    start = end - back if back else from_us(there.first_us)
    return Stretch(min(start, end - timedelta(seconds=1)), end, pixels)


def _us(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
