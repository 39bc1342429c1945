"""The charts of a report: which signals, which stretch of time, what was normal; all as of one entry."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import baseline
from tocsin.model.alert import Alert
from tocsin.model.deployment import Deployment, settled
from tocsin.model.incident import CLOSED, RESOLVED, Incident
from tocsin.model.instant import When, from_us, to_us
from tocsin.model.report import Band, Chart, Charts, DeploymentMark
from tocsin.model.signal import Placement, Signal, placed
from tocsin.operations import deployments
from tocsin.store import past, series
from tocsin.store.folder import Store

MOST = 8
_COLUMNS = 600
_FINE = 24
_MARKS = 40
_BASELINE = timedelta(days=28)
_LEAST_SAMPLES = 100
_AFTERMATH, _SHORTEST, _LONGEST = timedelta(hours=12), timedelta(days=2), timedelta(days=28)
# A silence this many times longer than usual is drawn as a gap, not bridged by a line.
_GAP = 5

Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Window:
    """What is drawn: `begin` to `end`; the incident's own part is `start` to `until`."""

    begin: datetime
    end: datetime
    start: When
    until: datetime


def build(
    store: Store,
    incident: Incident,
    imports: Collection[str],
    now: datetime,
    by_hand: Collection[Deployment],
    placements: Mapping[str, Placement],
) -> Charts | None:
    """Return the charts of an incident from the imports named by id, up to `now`; None without samples.

    `by_hand` are the deployments of its system that people recorded, `placements` where they had placed
    signals, by id.

    Drawn are the signals of its alerts; of an incident declared without one, the signals of its system.
    """
    alerts = tuple(alert for _, alert in incident.alerts)
    with store.signals.read() as connection:
        limits = past.limits(connection, imports, now)
        known = [(number, placed(one, placements.get(one.id))) for number, one in series.list_all(connection)]
        signals = _signals([one for one in known if one[1].system == incident.system], alerts)
        found = [(number, past.last_us(connection, number, to_us(now), limits)) for number, _ in signals]
        newest = max((last for _, last in found if last is not None), default=None)
        if newest is None:
            return None
        window = _window(incident, alerts, from_us(newest), now)
        span = to_us(window.begin), to_us(window.end)
        measured = [(one, last) for one, (_, last) in zip(signals, found, strict=True) if last is not None]
        measured.sort(key=lambda one: one[1] < span[0])  # those that had ended before come last
        drawn = [one for one, _ in measured]
        brought = past.deployments(connection, incident.system, limits, now)
    strips = tuple(
        _chart(signal, *_read(store, number, _since(signal, window, alerts), span[1], limits), window, alerts)
        for number, signal in drawn[:MOST]
    )
    deployed = deployments.within(settled([*brought, *by_hand]), window.begin, window.end, _MARKS)
    marks = tuple(DeploymentMark(one.began, one.title) for one in deployed)
    left_out = len(drawn) - len(strips)
    return Charts(window.begin, window.end, window.start, window.until, strips, marks, left_out)


def _read(
    store: Store, number: int, since_us: int, until_us: int, limits: past.Limits
) -> tuple[Times, Values]:
    # A transaction for each series: a long read keeps writers waiting; the imports chosen hold all together.
    with store.signals.read() as connection:
        return past.read(connection, number, since_us, until_us, limits)


def thinned(times_us: Times, values: Values, columns: int = _COLUMNS) -> tuple[Times, Values, Values]:
    """Return (times, lowest, highest), one item a column of time; the samples if they are fewer.

    NaN stands in a silence, so that no line bridges it.
    """
    if len(times_us) <= columns:
        return with_gaps(times_us, values, values)
    width = (int(times_us[-1]) - int(times_us[0])) // columns + 1
    column = (times_us - times_us[0]) // width
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    lowest, highest = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    middles = times_us[0] + column[starts] * width + width // 2
    return with_gaps(middles, lowest, highest)


def with_gaps(times_us: Times, lowest: Values, highest: Values) -> tuple[Times, Values, Values]:
    """Return the same with NaN in each silence, so that no line bridges it."""
    steps = np.diff(times_us)
    if not len(steps):
        return times_us, lowest, highest
    after = np.flatnonzero(steps > _GAP * np.median(steps)) + 1
    between = times_us[after] - steps[after - 1] // 2
    return (
        np.insert(times_us, after, between),
        np.insert(lowest, after, np.nan),
        np.insert(highest, after, np.nan),
    )


def _signals(known: list[tuple[int, Signal]], alerts: tuple[Alert, ...]) -> list[tuple[int, Signal]]:
    wanted = list(dict.fromkeys(alert.signal for alert in alerts if alert.signal))
    ours = {signal.id: (number, signal) for number, signal in known}
    chosen = [ours[id] for id in wanted if id in ours]
    return chosen or sorted(known, key=lambda one: (one[1].layer, one[1].metric, one[1].id))


def _window(incident: Incident, alerts: tuple[Alert, ...], newest: datetime, now: datetime) -> _Window:
    """Choose what to draw: the incident, as much time before it, and no further than there are samples."""
    start = incident.start or next((a.start for a in alerts if a.start is not None), None)
    start = start or When(min([incident.detected, *(alert.time for alert in alerts)]))
    resolved = incident.reached(RESOLVED) or incident.reached(CLOSED)
    until = max(min(resolved or now, now), start.high)
    seen = max([start.high, *(alert.ended or alert.time for alert in alerts)])
    aftermath = max(_AFTERMATH, (max(seen, resolved or seen) - start.low) / 2)
    # An open incident is drawn up to now; one in samples of long ago only as far as it can be seen.
    shown = until if now - start.low <= _LONGEST or resolved else seen
    end = min(max(seen, shown) + aftermath, newest, now)
    if end <= start.low:
        # The samples end before the incident began: show what there is.
        return _Window(newest - _SHORTEST, newest, start, until)
    before = min(max(end - start.low, _SHORTEST), _LONGEST)
    return _Window(start.low - before, end, start, until)


def _chart(
    signal: Signal, times_us: Times, values: Values, window: _Window, alerts: tuple[Alert, ...]
) -> Chart:
    own = [alert for alert in alerts if alert.signal == signal.id]
    inside = times_us >= to_us(window.begin)
    shown, drawn = times_us[inside], values[inside]
    times, low, high = thinned(shown, drawn)
    labels = ", ".join(f"{name}={value}" for name, value in sorted(signal.labels.items()))
    return Chart(
        name=signal.metric,
        unit=signal.unit,
        segment=", ".join(filter(None, (signal.segment, labels))),
        samples=len(shown),
        times_us=times,
        low=low,
        high=high,
        last=float(drawn[-1]) if len(drawn) else None,
        band=_band(times_us, values, window, _calm_until(signal, window, alerts)),
        thresholds=tuple(sorted(_thresholds(own, drawn))),
        alerts=tuple(alert.time for alert in own if window.begin <= alert.time <= window.end),
    )


def _thresholds(alerts: list[Alert], values: Values) -> Iterator[float]:
    """Yield the thresholds in the signal's unit; one far from every value is on a statistic's scale."""
    if not len(values):
        return
    low, high = float(values.min()), float(values.max())
    room = (high - low) or abs(high) or 1.0
    for threshold in {alert.threshold for alert in alerts}:
        if threshold is not None and low - room <= threshold <= high + room:
            yield threshold


def _calm_until(signal: Signal, window: _Window, alerts: tuple[Alert, ...]) -> datetime:
    """Return when a signal's normal time ended: its own first departure, else the incident's start."""
    starts = [(alert.start or When(alert.time)).low for alert in alerts if alert.signal == signal.id]
    return min(starts, default=window.start.low)


def _since(signal: Signal, window: _Window, alerts: tuple[Alert, ...]) -> int:
    return to_us(min(window.begin, _calm_until(signal, window, alerts) - _BASELINE))


def _band(times_us: Times, values: Values, window: _Window, until: datetime) -> Band | None:
    """Return what was normal in the weeks before `until`, None when too little is known of them."""
    begins, ends = np.searchsorted(times_us, (to_us(until - _BASELINE), to_us(until)))
    if ends - begins < _LEAST_SAMPLES:
        return None
    known = baseline.fit(times_us[begins:ends], values[begins:ends], to_us(until))
    begin, end = max(to_us(window.begin), int(times_us[0])), int(times_us[-1])
    if end <= begin:
        return None
    # Finer than is drawn and then taken together, because a chart of months would else hit a daily cycle at
    # odd hours only.
    at = np.linspace(begin, end, _FINE * _COLUMNS).astype(np.int64)
    centre, low, high = (part.reshape(_COLUMNS, _FINE) for part in baseline.band(at, known))
    return Band(at[_FINE // 2 :: _FINE], centre.mean(axis=1), low.min(axis=1), high.max(axis=1))
