"""Alerts: from findings to alerts, one for each departure however often it is looked at; listing them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tocsin.detectors.base import Detector, Finding, version
from tocsin.errors import NotFound
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.coverage import layer_of
from tocsin.model.incident import Incident
from tocsin.model.instant import When, from_us
from tocsin.model.signal import Layer, Signal
from tocsin.store import alerts, series, systems
from tocsin.store.folder import Store

_GRAVEST = tuple(AlertSeverity)
_MOST_JOINABLE = 100
_HISTORY = timedelta(days=1)
_TOLD = timedelta(days=2)  # what lasts longer than an alert that told it is told by itself


@dataclass(frozen=True, slots=True)
class Changes:
    """Alerts to store: new ones, and known ones that went on, ended or were seen better."""

    raised: list[Alert]
    changed: list[Alert]


def list_all(store: Store, *, system: str | None = None, since: datetime | None = None) -> list[Alert]:
    """Return alerts newest first, of one system if named; of departures that lasted until `since`."""
    system_id = None
    if system is not None:
        with store.journal.read() as connection:
            known = systems.by_name(connection, system)
        if known is None:
            raise NotFound("there is no such system.", where=system, hint="Its first import names it.")
        system_id = known.id
    with store.signals.read() as connection:
        return alerts.list_all(connection, system_id, since)


def get(store: Store, id: str) -> Alert:
    """Return one alert. Raises NotFound."""
    with store.signals.read() as connection:
        return alerts.get(connection, id)


def joinable(store: Store, incident: Incident) -> list[Alert]:
    """Return the newest alerts that an incident does not hold yet, those of its own system first."""
    held = {alert.id for _, alert in incident.alerts}
    with store.signals.read() as connection:
        found = alerts.list_all(connection, limit=_MOST_JOINABLE + len(held))
        own = alerts.list_all(connection, incident.system, limit=_MOST_JOINABLE + len(held))
    free = {alert.id: alert for alert in (*own, *found) if alert.id not in held}
    return list(free.values())[:_MOST_JOINABLE]


def layers(store: Store, found: Sequence[Alert]) -> dict[str, Layer]:
    """Return the layer each alert speaks of, by the alert's id: that of its signal, where that is known."""
    with store.signals.read() as connection:
        known = series.of_ids(connection, {alert.signal for alert in found})
    return {
        alert.id: layer_of(alert, known[alert.signal][1] if alert.signal in known else None)
        for alert in found
    }


def merge(
    store: Store,
    detector: Detector,
    signal: Signal,
    known: Sequence[Alert],
    found: Sequence[Finding],
    since_us: int,
) -> Changes:
    """Return what the findings change. One that overlaps a known alert is the same departure and extends it.

    A known alert that was open and is not seen any more (the baseline has taken it up as normal) has ended.
    """
    standing = list(known)
    raised = set()
    if not any(finding.time_us <= since_us for finding in found):
        standing = [closed(a, since_us) if a.time <= from_us(since_us) else a for a in standing]
    for finding in found:
        fresh = alert_of(store, detector, signal, finding)
        at = next((i for i, a in enumerate(standing) if _overlap(a, fresh)), None)
        if at is None:
            standing.append(fresh)
            raised.add(fresh.id)
        else:
            standing[at] = _extended(standing[at], fresh)
    if all(finding.ended_us is not None for finding in found):
        standing = [closed(a, since_us) for a in standing]
    changed = [after for before, after in zip(known, standing, strict=False) if after != before]
    return Changes([a for a in standing if a.id in raised], changed)


def untold(changes: Changes, others: Sequence[Alert]) -> Changes:
    """Return the changes without new alerts of what other detectors have told of the same signal.

    Told is what begins while an alert stands that is less grave by one step at most, unless it goes on long
    after that has ended.
    """
    return Changes([a for a in changes.raised if not any(_tells(o, a) for o in others)], changes.changed)


def _tells(standing: Alert, alert: Alert) -> bool:
    if _GRAVEST.index(standing.severity) > _GRAVEST.index(alert.severity) + 1:
        return False
    if standing.time > alert.time or (standing.ended is not None and standing.ended < alert.time):
        return False
    over = standing.ended
    return over is None or (alert.ended is not None and alert.ended - over <= _TOLD)


def closed(alert: Alert, at_us: int) -> Alert:
    """Return an alert that has ended; one that had stays as it was."""
    return replace(alert, ended=max(from_us(at_us), alert.time)) if alert.ended is None else alert


def alert_of(store: Store, detector: Any, signal: Signal, finding: Finding) -> Alert:
    """Return the new alert of a finding about a signal."""
    return Alert(
        id=store.new_id(),
        system=signal.system,
        signal=signal.id,
        metric=signal.metric,
        detected=True,
        severity=finding.severity,
        detector=detector.name,
        version=version(detector),
        message=finding.message,
        value=finding.value,
        threshold=finding.threshold,
        time=from_us(finding.time_us),
        start=When(from_us(finding.start_us), from_us(finding.earliest_us), from_us(finding.latest_us)),
        ended=None if finding.ended_us is None else from_us(finding.ended_us),
        urgent=finding.urgent and not _is_history(finding, store.now()),
        labels=signal.labels,
        baseline=finding.baseline,
        effect=finding.effect,
        p_value=finding.p_value,
        windows=finding.windows,
        raised=store.now(),
    )


def _is_history(finding: Finding, now: datetime) -> bool:
    """Whether what shows a departure was measured so long ago that it can interrupt nobody any more."""
    last = max((window.until for window in finding.windows), default=from_us(finding.time_us))
    return now - last > _HISTORY


def _overlap(one: Alert, other: Alert) -> bool:
    """Whether two departures share an instant; one without an end goes on."""
    begins_in = other.ended is None or one.time <= other.ended
    return begins_in and (one.ended is None or other.time <= one.ended)


def _extended(known: Alert, fresh: Alert) -> Alert:
    """Return the known alert as the fresh look at the same departure leaves it.

    Its id and key stay. The worse of the two gives severity and figures; the start is taken from a fresh look
    only when that saw the departure from its first sample on.
    """
    worse = fresh if abs(fresh.effect or 0) >= abs(known.effect or 0) else known
    whole = fresh.time <= known.time
    return replace(
        worse,
        id=known.id,
        raised=known.raised,
        severity=min(known.severity, fresh.severity, key=_GRAVEST.index),
        urgent=known.urgent or fresh.urgent,
        time=min(known.time, fresh.time),
        start=fresh.start if whole else known.start,
        ended=fresh.ended if fresh.ended is None or known.ended is None else max(known.ended, fresh.ended),
    )
