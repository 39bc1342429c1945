"""The chart of an investigation: signals and rates of segments over one time axis, with what was normal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from tocsin.detectors import baseline
from tocsin.detectors.baseline import Baseline
from tocsin.model.alert import Alert
from tocsin.model.deployment import Deployment
from tocsin.model.instant import EPOCH, from_us, to_us
from tocsin.model.report import Band
from tocsin.model.signal import Signal
from tocsin.operations import deployments
from tocsin.operations.charts import Times, Values, with_gaps
from tocsin.store import alerts, samples, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

RANGES: dict[str, timedelta] = {
    "24 h": timedelta(hours=24),
    "1 week": timedelta(weeks=1),
    "6 weeks": timedelta(weeks=6),
    "12 weeks": timedelta(weeks=12),
    "all": timedelta(0),
}
_LEARNT_FROM = timedelta(days=28)
_LEAST, _MOST_SAMPLES = 100, 250_000
_BAND_STEPS = 600
_MARKS = 12
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class RateCurve:
    """A rate of decisions, or of a part of them, in each stretch of time.

    `band` is where the rate of so many rows would lie, 95 % of the time, had nothing changed; `last` the rate
    of the window that is compared, `worse` whether that is a finding, `where` the part: columns and values.
    """

    key: str
    title: str
    about: str
    times_us: Times
    rate: Values
    band: Band | None
    last: float
    worse: bool = False
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One curve: least and greatest value of each column, NaN in silences; what was normal; its alerts."""

    key: str
    title: str
    about: str
    times_us: Times
    low: Values
    high: Values
    last: float
    band: Band | None
    alerts: tuple[Alert, ...] = ()
    worse: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """The lanes over one stretch of time, with what was deployed in it."""

    range: str
    start: datetime
    end: datetime
    lanes: tuple[Lane, ...]
    deployments: tuple[Deployment, ...]


@dataclass
class Learnt:
    """Baselines found before, by series and the instant they end at."""

    baselines: dict[tuple[int, int], Baseline | None] = field(default_factory=dict)


def draw(
    store: Store,
    system: str,
    wanted: Sequence[int | RateCurve],
    learnt: Learnt,
    *,
    range: str,
    pixels: int,
    calm_until: datetime | None,
) -> Picture | None:
    """Return signals (by number) and rates in the order wanted, up to their newest sample; None of nothing.

    What was normal is learnt from the four weeks before `calm_until`, else before the range's own end.
    """
    with store.signals.read() as connection:
        numbers = [one for one in wanted if isinstance(one, int)]
        newest = samples.latest(connection, numbers)
        shown = [one for one in wanted if isinstance(one, RateCurve) or one in newest]
        if not shown:
            return None
        start, end = _stretch(connection, shown, newest, range)
        until_us = to_us(calm_until or EPOCH + (end - EPOCH) // _DAY * _DAY)  # not another one each sample
        found = alerts.list_all(connection, system)
        lanes = tuple(
            _of_rate(one, found)
            if isinstance(one, RateCurve)
            else _of_series(connection, one, start, end, pixels, newest[one][1], found, learnt, until_us)
            for one in shown
        )
    ran = deployments.between(store, system, start, end, most=_MARKS)
    return Picture(range, start, end, lanes, tuple(ran))


def fitting(start: datetime, end: datetime) -> str:
    """Return the shortest range, ending at `end`, that shows twice as much as has passed since `start`."""
    wanted = max(2 * (end - start), timedelta(weeks=1))
    return next((name for name, span in RANGES.items() if span >= wanted), "all")


def _stretch(
    connection: Connection,
    shown: Sequence[int | RateCurve],
    newest: dict[int, tuple[int, float]],
    range: str,
) -> tuple[datetime, datetime]:
    ends = [newest[one][0] if isinstance(one, int) else int(one.times_us[-1]) for one in shown]
    end = from_us(max(ends))
    if RANGES[range]:
        return end - RANGES[range], end
    spans = [samples.span(connection, one) for one in shown if isinstance(one, int)]
    firsts = [span.first_us for span in spans if span is not None]
    firsts += [int(one.times_us[0]) for one in shown if isinstance(one, RateCurve)]
    return min(from_us(min(firsts)), end - timedelta(seconds=1)), end


def _of_rate(one: RateCurve, found: Sequence[Alert]) -> Lane:
    last, worse, rate = one.last, one.worse, one.rate
    own = tuple(a for a in found if one.where and not a.signal and parted(a) == set(one.where))
    return Lane(one.key, one.title, one.about, one.times_us, rate, rate, last, one.band, own, worse)


def parted(alert: Alert) -> set[tuple[str, str]]:
    """Return the part of the decisions an alert is about, as column and value; empty for all of them."""
    return {pair for pair in alert.labels.items() if pair[0] != "layer"}


def _of_series(
    connection: Connection,
    number: int,
    start: datetime,
    end: datetime,
    pixels: int,
    last: float,
    found: Sequence[Alert],
    learnt: Learnt,
    until_us: int,
) -> Lane:
    signal = series.get(connection, number)
    start_us, end_us = to_us(start), to_us(end)
    times, low, high = with_gaps(*samples.minmax(connection, number, start_us, end_us, pixels))
    usual = _baseline(connection, number, learnt, until_us)
    band = None
    if usual is not None:
        at = np.linspace(start_us, end_us, min(pixels, _BAND_STEPS)).astype(np.int64)
        band = Band(at, *baseline.band(at, usual))
    own = tuple(alert for alert in found if alert.signal == signal.id)
    return Lane(str(number), signal.metric, _about(signal), times, low, high, last, band, own)


def _baseline(connection: Connection, number: int, learnt: Learnt, until_us: int) -> Baseline | None:
    key = number, until_us
    if key not in learnt.baselines:
        since_us = until_us - _LEARNT_FROM // timedelta(microseconds=1)
        times, values = samples.read(connection, number, since_us, until_us - 1)
        recent = slice(-_MOST_SAMPLES, None)
        enough = len(times) >= _LEAST
        learnt.baselines[key] = baseline.fit(times[recent], values[recent], until_us) if enough else None
    return learnt.baselines[key]


def _about(signal: Signal) -> str:
    labels = ", ".join(signal.labels.values())
    return " · ".join(filter(None, (signal.segment, signal.group, labels, signal.unit or signal.layer.value)))
