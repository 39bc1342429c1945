"""Alertmanager: notifications of its webhook (version 4), Grafana's variant, and answers of its API v2.

The same alert has the same id whichever way it came: its fingerprint, and since when it fires.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers import json_text
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Source, Step
from tocsin.importers.gathering import refuse_mapping
from tocsin.importers.json_values import instant_at, number, shortened, text
from tocsin.importers.severities import UNSTATED, severity

_SEVERITY_LABELS = ("severity", "priority", "level")
_METRIC_LABELS = ("metric", "metric_name", "__name__", "signal")
_SUPPRESSED = {"silencedBy": "silenced", "inhibitedBy": "inhibited", "mutedBy": "muted"}
_VALUE = re.compile(r"\bvalue=([^\s\]]+)")
_MOST_LABELS, _LONGEST_LABEL = 100, 2_000
_VALUES_A_STEP = 200


class AlertmanagerImporter:
    """What Alertmanager or Grafana sent to a webhook, or answers to GET /api/v2/alerts.

    `--map system=LABEL` names the label that tells the system.
    """

    name: ClassVar[str] = "alertmanager"
    records: ClassVar[tuple[str, ...]] = ("alerts",)

    def knows(self, source: Source) -> bool:
        """Whether alerts with Alertmanager's own keys are in it."""
        return json_text.looks_like(source, "startsAt", "endsAt", "labels")

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the last state of each alert. Raises BadInput when there is one payload, and it is none."""
        refuse_mapping(source, options, "system")
        label = options.mapping.get("system", "")
        latest: dict[str, tuple[dict[str, Any], int]] = {}
        told: dict[Assumed, None] = {}
        for line, piece in _pieces(source, options.at):
            if isinstance(piece, Rows):
                latest |= {row["id"]: (row, at) for row, at in zip(piece.rows, piece.lines, strict=True)}
            elif isinstance(piece, Assumed):
                told[piece] = None
            else:
                yield piece
            if line % _VALUES_A_STEP == 0:
                yield Step(line, None, "reading")
        found = [row | {"system": row["labels"].get(label, "")} for row, _ in latest.values()]
        yield Rows("alerts", found, [at for _, at in latest.values()])
        yield from told


def _pieces(source: Source, at: datetime | None) -> Iterator[tuple[int, Piece]]:
    """Yield what is in a file: one payload, or one in each line."""
    if json_text.shape(source) != "lines":
        try:
            yield from ((1, piece) for piece in rows(json_text.document(source), at))
        except BadInput as error:
            raise BadInput(error.what, where=source.name, hint=error.hint) from None
        return
    for line, payload in json_text.lines(source):
        try:
            found = [payload] if isinstance(payload, Rejected) else rows(payload, at, line)
        except BadInput as error:
            found = [Rejected(line, error.what)]
        yield from ((line, piece) for piece in found)


def rows(payload: Any, at: datetime | None = None, line: int = 0) -> list[Piece]:
    """Return what a parsed notification or answer holds: one Rows, then what was rejected and assumed.

    `at` is when it was received, so that a later state can be told from a former one; `line` that of the
    payload, 0 to number the alerts in it. Raises BadInput when it is no such payload.
    """
    found, places, others = [], [], list[Piece]()
    unstated: dict[str, None] = {}
    for index, alert in enumerate(_alerts(payload), 1):
        try:
            row = alert_row(alert, at)
        except ValueError as error:
            others.append(Rejected(line or index, str(error)))
            continue
        if not row["severity"]:
            row["severity"] = UNSTATED
            unstated[_said_severity(row["labels"])] = None
        found.append(row)
        places.append(line or index)
    if unstated:
        words = [f"say “{word[:40]}”" if word else "state none" for word in list(unstated)[:5]]
        others.append(Assumed("severity", f"{UNSTATED} for alerts that {' or '.join(words)}"))
    cut = payload.get("truncatedAlerts") if isinstance(payload, dict) else 0
    if isinstance(cut, int) and cut > 0:
        others.append(
            Assumed("left out", f"{cut:,} more alerts, which Alertmanager cut from the notification")
        )
    return [Rows("alerts", found, places), *others]


def _alerts(payload: Any) -> list[Any]:
    """Return the alerts in a notification, an answer, or groups of them. Raises BadInput."""
    if isinstance(payload, dict) and payload.get("status") == "error":
        raise BadInput(
            f"it is an answer that tells of an error: {shortened(str(payload.get('error')), 200)}."
        )
    inner = payload.get("alerts", payload.get("data")) if isinstance(payload, dict) else payload
    if not isinstance(inner, list):
        raise BadInput("it holds no array of alerts.", hint="Take a webhook's body, or GET /api/v2/alerts.")
    found: list[Any] = []
    for one in inner:
        group = one.get("alerts") if isinstance(one, dict) and "startsAt" not in one else None
        found += group if isinstance(group, list) else [one]
    return found


def alert_row(alert: Any, at: datetime | None = None) -> dict[str, Any]:
    """Return the row of one alert of a webhook or of the API, its severity "" when it states none known.

    Raises ValueError with the reason when it is not as it should be.
    """
    if not isinstance(alert, dict):
        raise ValueError("this is not an alert")
    labels, notes = _texts(alert, "labels"), _texts(alert, "annotations")
    started = instant_at(alert, "startsAt")
    if started is None:
        raise ValueError("startsAt: is missing")
    row: dict[str, Any] = {
        "id": identity(text(alert.get("fingerprint")) or fingerprint(labels), started),
        "time": started,
        "severity": severity(_said_severity(labels)),
        "message": _message(labels, notes) + _suppressed(alert),
        "detector": labels.get("alertname") or "alertmanager",
        "metric": next((labels[name] for name in _METRIC_LABELS if labels.get(name)), ""),
        "value": _value(alert, notes),
        "labels": labels,
        "ended": _ended(alert, started),
        "updated": at or instant_at(alert, "updatedAt"),
    }
    return {
        key: value for key, value in row.items() if value not in (None, "") or key in ("severity", "labels")
    }


def identity(fingerprint: str, started: datetime) -> str:
    """Return the id of an alert: the API cuts times to milliseconds, the webhook does not."""
    return f"{fingerprint} {started.astimezone(UTC).isoformat(timespec='milliseconds')}"


def fingerprint(labels: Mapping[str, str]) -> str:
    """Return the fingerprint of labels: FNV-1a, 64 bits, over sorted names and values, each ended by 0xff."""
    value = 14695981039346656037
    for name in sorted(labels):
        for byte in (*name.encode(), 255, *labels[name].encode(), 255):
            value = (value ^ byte) * 1099511628211 % 2**64
    return f"{value:016x}"


def _texts(alert: dict[str, Any], key: str) -> dict[str, str]:
    found = alert.get(key) or {}
    if not isinstance(found, dict):
        raise ValueError(f"{key}: are no object of texts")
    if len(found) > _MOST_LABELS:
        raise ValueError(f"{key}: are more than {_MOST_LABELS}")
    try:
        longest = _LONGEST_LABEL if key == "labels" else 10_000
        return {name: text(value, longest) for name, value in found.items()}
    except ValueError as error:
        raise ValueError(f"{key}: one {error}") from None


def _said_severity(labels: Mapping[str, str]) -> str:
    return next((labels[name] for name in _SEVERITY_LABELS if labels.get(name)), "")


def _message(labels: Mapping[str, str], notes: Mapping[str, str]) -> str:
    summary = notes.get("summary") or notes.get("title") or ""
    more = notes.get("description") or notes.get("message") or ""
    both = f"{summary}: {more}" if summary and more and summary != more else summary or more
    return shortened(both or labels.get("alertname", ""), 9_900)


def _suppressed(alert: dict[str, Any]) -> str:
    """Return " (silenced)" and the like for what the API says keeps an alert from notifying."""
    status = alert.get("status")
    why = [word for key, word in _SUPPRESSED.items() if isinstance(status, dict) and status.get(key)]
    return f" ({', '.join(why)})" if why else ""


def _ended(alert: dict[str, Any], started: datetime) -> datetime | None:
    """Return when an alert was over; None while it fires.

    A notification says so itself. In the API the end of an alert that fires lies after its last update: it is
    when it would be taken for over if nothing more were heard of it.
    """
    status, ends = alert.get("status"), instant_at(alert, "endsAt")
    if status == "firing" or ends is None:
        return None
    if status != "resolved":
        updated = instant_at(alert, "updatedAt")
        if updated is None or ends - updated > timedelta(0):
            return None
    return max(ends, started)


def _value(alert: dict[str, Any], notes: Mapping[str, str]) -> float | None:
    """Return the value Grafana tells, unless it tells several; else an annotation named value."""
    values = alert.get("values")
    told: list[Any] = list(values.values()) if isinstance(values, dict) else []
    if not told and isinstance(alert.get("valueString"), str):
        told = _VALUE.findall(alert["valueString"])
    told = told or [notes.get("value")]
    found = [value for value in map(_number, told) if value is not None]
    # A condition counts among them, and says 0 or 1.
    measured = [value for value in found if value not in (0, 1)] if len(found) > 1 else found
    return measured[0] if len(measured) == 1 else None


def _number(value: Any) -> float | None:
    try:
        found = number(value, text=True)
    except ValueError:
        return None
    return found if found == found else None
