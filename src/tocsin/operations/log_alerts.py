"""Alerts of decision logs: about no signal but a topic, one for as long as looks go on finding it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from tocsin.detectors.base import Finding, Span
from tocsin.detectors.table import LogDetector
from tocsin.model.alert import Alert
from tocsin.model.instant import When, from_us, to_us
from tocsin.model.signal import Signal
from tocsin.operations.alerts import alert_of, closed
from tocsin.store.folder import Store

Topic = tuple[str, tuple[tuple[str, str], ...]]


def merged(
    store: Store,
    system: str,
    part: LogDetector,
    known: Sequence[Alert],
    found: Collection[Finding],
    window: Span,
) -> list[Alert]:
    """Return a detector's alerts after a look. A finding on the topic of one that lasts extends it.

    One that is not found any more has ended as the window began; it lasts on when it is found again within
    a window of that. One established after the window is not looked at, unless it is the same departure.
    """
    standing = list(known)
    seen: set[int] = set()
    near, until = from_us(window[0] - (window[1] - window[0])), from_us(window[1])
    for finding in found:
        signal = Signal(system, finding.about, labels=dict(finding.labels))
        fresh = replace(alert_of(store, part, signal, finding), signal="")
        at = next((i for i, one in enumerate(standing) if _same(one, finding, near, until)), None)
        if at is None:
            seen.add(len(standing))
            standing.append(fresh)
        else:
            seen.add(at)
            standing[at] = _gone_on(standing[at], fresh)
    return [
        one if i in seen or one.time > until else closed(one, window[0]) for i, one in enumerate(standing)
    ]


def _gone_on(known: Alert, fresh: Alert) -> Alert:
    """Return an alert as a later look leaves it: it lasts, and its start is the one known most narrowly."""
    worse = fresh if abs(fresh.effect or 0) >= abs(known.effect or 0) else known
    start = min((known.start, fresh.start), key=_width)
    gravest = min(known.severity, fresh.severity, key=list(type(known.severity)).index)
    return replace(
        worse, id=known.id, raised=known.raised, severity=gravest, urgent=known.urgent or fresh.urgent,
        time=min(known.time, fresh.time), start=start, ended=None,
    )  # fmt: skip


def _width(start: When | None) -> timedelta:
    return timedelta.max if start is None else start.high - start.low


def _same(alert: Alert, finding: Finding, near: datetime, until: datetime) -> bool:
    """Whether a finding is what an alert is about; of one that came later only if it can have begun then."""
    if alert.time > until and alert.start is not None and from_us(finding.latest_us) < alert.start.low:
        return False  # older decisions came late: an earlier departure of its own
    lasts = alert.ended is None or alert.ended >= near
    return lasts and topic(alert.metric, alert.labels) == about(finding)


def topic(about: str, labels: Mapping[str, str]) -> Topic:
    """Return what tells alerts of one detector and system apart: what they are about."""
    return about, tuple(sorted(labels.items()))


def about(finding: Finding) -> Topic:
    """Return the topic of a finding."""
    return topic(finding.about, finding.labels)


def key_of(alert: Alert) -> str:
    """Return what makes an alert the same when it is stored again."""
    parts = (alert.system, topic(alert.metric, alert.labels), to_us(alert.time))
    return sha256(msgspec.json.encode(parts)).hexdigest()[:32]
