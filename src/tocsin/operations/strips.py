"""Live charts of one incident: which signals, which stretch of time, the samples for the pixels there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from tocsin.detectors import baseline
from tocsin.detectors.baseline import Baseline
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.deployment import Deployment
from tocsin.model.incident import CLOSED, RESOLVED, Incident
from tocsin.model.instant import EPOCH, When, from_us, to_us
from tocsin.model.report import Band
from tocsin.model.signal import Layer, Signal
from tocsin.operations import deployments
from tocsin.operations.charts import Times, Values, with_gaps
from tocsin.store import incidents, samples, series
from tocsin.store.database import Connection
from tocsin.store.folder import Store

RANGES: dict[str, timedelta] = {
    "24 h": timedelta(hours=24),
    "1 week": timedelta(weeks=1),
    "6 weeks": timedelta(weeks=6),
    "all": timedelta(0),
}
_LEARNT_FROM = timedelta(days=28)
_LEAST, _MOST_SAMPLES = 100, 250_000
_BAND_STEPS = 600
_MARKS = 12
_JUMPS = 60
_LAYERS = tuple(Layer)
_GRAVEST = tuple(AlertSeverity)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time and how many columns of pixels it is drawn on."""

    start: datetime
    end: datetime
    pixels: int


@dataclass(frozen=True, slots=True)
class Curve:
    """One signal in a stretch: least and greatest value of each column, NaN in silences; what was usual.

    `alert` is the gravest alert of the incident about it. `newest_us` and `last` are its newest sample.
    """

    number: int
    signal: Signal
    alert: AlertSeverity | None
    times_us: Times
    low: Values
    high: Values
    last: float
    newest_us: int
    band: Band | None


@dataclass(frozen=True, slots=True)
class StripsView:
    """What the charts of an incident show: `curves` are those from place `first` on of all `count`."""

    incident: str
    range: str
    stretch: Stretch
    start: When | None
    end: datetime | None
    curves: tuple[Curve, ...]
    deployments: tuple[Deployment, ...]
    first: int
    count: int


@dataclass
class Learnt:
    """Baselines found before, by series and the instant they end at: they stand while the start stands."""

    baselines: dict[tuple[int, int], Baseline | None] = field(default_factory=dict)


def look(
    store: Store,
    incident: str,
    learnt: Learnt,
    *,
    pixels: int,
    range: str = "",
    first: int = 0,
    most: int = 24,
) -> StripsView | None:
    """Return what the charts show of an incident, named by id, in one of RANGES up to the newest sample.

    The signals of its alerts come before the others; `most` are shown, from place `first` on. Without a
    range it is the shortest that holds the incident and half as much before it. None without samples.
    """
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
    with store.signals.read() as connection:
        chosen = _signals(series.list_all(connection, known.system), known)
        newest = samples.latest(connection, [number for number, _ in chosen])
        if not newest:
            return None
        sampled = [one for one in chosen if one[0] in newest]
        first = max(0, min(first, len(sampled) - most))
        last = from_us(max(at for at, _ in newest.values()))
        name = range or _fitting(known, last)
        stretch = _stretch(connection, list(newest), name, last, pixels)
        until_us = to_us(began(known))
        curves = tuple(
            curve(connection, number, signal, known, stretch, newest[number], learnt, until_us)
            for number, signal in sampled[first : first + most]
        )
    ran = deployments.between(store, known.system, stretch.start, stretch.end, most=_MARKS)
    end = known.reached(RESOLVED) or known.reached(CLOSED)
    return StripsView(known.id, name, stretch, known.start, end, curves, tuple(ran), first, len(newest))


def began(incident: Incident) -> datetime:
    """Return the earliest an incident can have begun, as far as is known: what is usual ends there."""
    return incident.start.low if incident.start else incident.detected


def _signals(known: list[tuple[int, Signal]], incident: Incident) -> list[tuple[int, Signal]]:
    """The signals of its alerts in the order they came, then the others by layer."""
    alerted = list(dict.fromkeys(alert.signal for _, alert in incident.alerts))
    place = {id: at for at, id in enumerate(alerted)}
    return sorted(
        known,
        key=lambda one: (
            place.get(one[1].id, len(place)),
            _LAYERS.index(one[1].layer),
            one[1].metric,
            one[1].id,
        ),
    )


def _fitting(incident: Incident, last: datetime) -> str:
    start = incident.start.low if incident.start else incident.detected
    wanted = 1.5 * (last - start)
    return next((name for name, span in RANGES.items() if span >= wanted), "all")


def _stretch(
    connection: Connection, numbers: Sequence[int], name: str, last: datetime, pixels: int
) -> Stretch:
    span = RANGES[name]
    if span:
        # A live axis stands still until a part of it is full, then jumps on.
        part = span / _JUMPS
        end = EPOCH + (-((EPOCH - last) // part)) * part
        return Stretch(end - span, end, pixels)
    spans = [found for number in numbers if (found := samples.span(connection, number)) is not None]
    return Stretch(from_us(min(each.first_us for each in spans)), last, pixels)


def curve(
    connection: Connection,
    number: int,
    signal: Signal,
    incident: Incident,
    stretch: Stretch,
    newest: tuple[int, float],
    learnt: Learnt,
    until_us: int,
) -> Curve:
    """Return one signal in a stretch, with what was usual until `until_us`; `number` is its series'."""
    start_us, end_us = to_us(stretch.start), to_us(stretch.end)
    found = samples.minmax(connection, number, start_us, end_us, stretch.pixels)
    known = usual(connection, number, learnt, until_us)
    band = None
    if known is not None:
        at = np.linspace(start_us, end_us, min(stretch.pixels, _BAND_STEPS)).astype(np.int64)
        band = Band(at, *baseline.band(at, known))
    gravest = _gravest([alert for _, alert in incident.alerts if alert.signal == signal.id])
    times, low, high = with_gaps(*found)
    return Curve(number, signal, gravest, times, low, high, newest[1], newest[0], band)


def usual(connection: Connection, number: int, learnt: Learnt, until_us: int) -> Baseline | None:
    """Return what was usual of a series before an instant; None of too few samples."""
    key = number, until_us
    if key not in learnt.baselines:
        since_us = until_us - _LEARNT_FROM // timedelta(microseconds=1)
        times, values = samples.read(connection, number, since_us, until_us - 1)
        enough = len(times) >= _LEAST
        recent = slice(-_MOST_SAMPLES, None)
        learnt.baselines[key] = baseline.fit(times[recent], values[recent], until_us) if enough else None
    return learnt.baselines[key]


def _gravest(alerts: Sequence[Alert]) -> AlertSeverity | None:
    return min((alert.severity for alert in alerts), key=_GRAVEST.index, default=None)
