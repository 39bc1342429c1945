"""PagerDuty: events of its webhooks (version 3), its incidents, and the log entries of its REST API.

An incident is one alert, whose last state counts. What people wrote (notes, status updates, answers of
responders) and log entries are messages. Deliveries may repeat: the ids are PagerDuty's own.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers import json_text
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Source, Step
from tocsin.importers.gathering import refuse_mapping
from tocsin.importers.json_values import follow, instant_at, shortened, text
from tocsin.importers.severities import UNSTATED, severity

_LABELS = {
    "number": "number",
    "incident_number": "number",
    "status": "status",
    "urgency": "urgency",
    "priority.summary": "priority",
    "service.summary": "service",
    "escalation_policy.summary": "escalation_policy",
    "html_url": "html_url",
}
_TEXTS = {"incident_note": "content", "incident_status_update": "message", "incident_responder": "message"}
_LONGEST = 9_900
_VALUES_A_STEP = 500


class PagerdutyImporter:
    """Webhook deliveries, one, an array or in lines; pages of incidents and of log entries."""

    name: ClassVar[str] = "pagerduty"
    records: ClassVar[tuple[str, ...]] = ("alerts", "messages")

    def knows(self, source: Source) -> bool:
        """Whether keys that only PagerDuty writes are in it."""
        seen = json_text.keys(source)
        if {"event_type", "occurred_at"} <= seen or {"incidents", "escalation_policy"} <= seen:
            return True
        return bool(seen) and '_log_entry"' in json_text.head(source)

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield messages as they come, and the last state of each incident. Raises BadInput."""
        refuse_mapping(source, options)
        latest: dict[str, tuple[dict[str, Any], int]] = {}
        told: Counter[str] = Counter()
        for line, value in json_text.values(source):
            for piece in _taken(value, options.at, line):
                if isinstance(piece, Assumed):
                    told[piece.what] += int(piece.value)
                elif not isinstance(piece, Rows):
                    yield piece
                elif options.record in ("", piece.record):
                    if piece.record == "messages":
                        yield piece
                    else:
                        _keep_latest(latest, piece)
            if line % _VALUES_A_STEP == 0:
                yield Step(line, None, "reading")
        if latest:
            yield Rows("alerts", [row for row, _ in latest.values()], [line for _, line in latest.values()])
        yield from (Assumed(what, f"{count:,}") for what, count in told.items())


def _taken(value: Any, at: datetime | None, line: int) -> list[Piece]:
    try:
        return [value] if isinstance(value, Rejected) else rows(value, at, line)
    except BadInput as error:
        return [Rejected(line, error.what)]


def _keep_latest(latest: dict[str, tuple[dict[str, Any], int]], piece: Rows) -> None:
    """Keep the newest state of each incident, and when it was first told to be over."""
    for row, line in zip(piece.rows, piece.lines, strict=True):
        held = latest.get(row["id"], (row, line))[0]
        newer, older = (row, held) if row["updated"] >= held["updated"] else (held, row)
        if "ended" in newer and "ended" in older:
            newer["ended"] = min(newer["ended"], older["ended"])
        if newer is row:
            latest[row["id"]] = row, line


def rows(payload: Any, at: datetime | None = None, line: int = 0) -> list[Piece]:
    """Return what a parsed delivery, or a page of the REST API, holds: Rows of alerts, Rows of messages.

    `at` is when it was received, for what tells no time; `line` that of the payload, 0 to number what is in
    it. What was Rejected follows, and Assumed, whose value is a count. Raises BadInput when it is neither.
    """
    alerts, messages = Rows("alerts", [], []), Rows("messages", [], [])
    others: list[Piece] = []
    told: Counter[str] = Counter()
    for index, one in enumerate(_parts(payload), 1):
        try:
            record, row = _row(one, at)
        except ValueError as error:
            others.append(Rejected(line or index, str(error)))
            continue
        if row is None:
            told[f"left out: {record}"] += 1
            continue
        told["severity: medium, where neither priority nor urgency is told"] += not row.get("severity", "-")
        told["texts that PagerDuty cut, as it says"] += "trimmed" in row.get("extra", {})
        into = alerts if record == "alerts" else messages
        into.rows.append(row | ({"severity": UNSTATED} if row.get("severity") == "" else {}))
        into.lines.append(line or index)
    told["left out: further pages"] = isinstance(payload, dict) and payload.get("more") is True
    return [
        *(piece for piece in (alerts, messages) if piece.rows),
        *others,
        *(Assumed(what, str(int(count))) for what, count in told.items() if count),
    ]


def _parts(payload: Any) -> list[Any]:
    """Return the events, incidents or log entries in a payload. Raises BadInput."""
    if isinstance(payload, list):
        return payload
    if isinstance(payload, dict):
        for key in ("log_entries", "incidents", "events"):
            if isinstance(payload.get(key), list):
                return list(payload[key])
        if isinstance(payload.get("event"), dict) or _is_entry(payload) or _is_incident(payload):
            return [payload]
        if "event_type" in payload:
            return [payload]
        if isinstance(payload.get("messages"), list):
            raise BadInput(
                "this is a webhook of version 2 or older.", hint="Take a webhook subscription (version 3)."
            )
    raise BadInput("this is no event, incident or log entry of PagerDuty.")


def _is_entry(one: dict[str, Any]) -> bool:
    return str(one.get("type", "")).removesuffix("_reference").endswith("_log_entry")


def _is_incident(one: dict[str, Any]) -> bool:
    return one.get("type") in ("incident", "incident_reference") and "created_at" in one


def _row(one: Any, at: datetime | None) -> tuple[str, dict[str, Any] | None]:
    """Return the record one thing is and its row; what it is and None where there is none for it."""
    if not isinstance(one, dict):
        raise ValueError("this is no object")
    if _is_entry(one):
        return "messages", _entry(one)
    if _is_incident(one):
        return "alerts", incident_row(one)
    event = one.get("event", one)
    if not isinstance(event, dict) or not isinstance(event.get("event_type"), str):
        raise ValueError("event_type: is missing")
    data = event.get("data")
    data = data if isinstance(data, dict) else {}
    kind, occurred = str(data.get("type")), instant_at(event, "occurred_at") or at
    if kind == "incident":
        return "alerts", incident_row(data, occurred)
    if kind in _TEXTS:
        return "messages", _message(event, data, kind, occurred)
    return shortened(event["event_type"], 60), None


def incident_row(incident: dict[str, Any], occurred: datetime | None = None) -> dict[str, Any]:
    """Return the alert of an incident, as it was when the event about it `occurred`; severity "" if untold.

    Raises ValueError with the reason when it is not as it should be.
    """
    created = instant_at(incident, "created_at") or occurred
    updated = (
        occurred
        or instant_at(incident, "updated_at")
        or instant_at(incident, "last_status_change_at")
        or created
    )
    if created is None or updated is None:
        raise ValueError("created_at: is missing")
    id = _text(incident, "id")
    if not id:
        raise ValueError("id: is missing")
    urgency = _text(incident, "urgency")
    row: dict[str, Any] = {
        "id": id,
        "time": created,
        "severity": severity(_text(incident, "priority.summary")) or severity(urgency),
        "message": shortened(_text(incident, "title") or _text(incident, "summary"), _LONGEST),
        "detector": "pagerduty",
        "labels": {name: told for path, name in _LABELS.items() if (told := _text(incident, path))},
        "updated": updated,
    }
    if incident.get("status") == "resolved":
        ended = (
            instant_at(incident, "resolved_at") or occurred or instant_at(incident, "last_status_change_at")
        )
        row["ended"] = max(ended or updated, created)
    return row


def _message(
    event: dict[str, Any], data: dict[str, Any], kind: str, occurred: datetime | None
) -> dict[str, Any]:
    """Return the message of a note, a status update or the answer of a responder."""
    said = _text(data, _TEXTS[kind])
    if kind == "incident_responder":
        who = _text(data, "user.summary") or _text(data, "escalation_policy.summary")
        said = f"Responder {who}: {_text(data, 'state')}. {said}".strip()
    extra = {"incident": _text(data, "incident.summary"), "event": _text(event, "event_type")}
    if data.get("trimmed") is True:
        said, extra["trimmed"] = f"{said}…", "yes"
    return _said(_text(event, "id"), occurred, said, _text(event, "agent.summary"), data, extra)


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the message of a log entry: its summary, and what was written or told besides."""
    summary = _text(entry, "summary")
    more = _text(entry, "channel.content") or _text(entry, "channel.summary") or _text(entry, "note")
    said = f"{summary}: {more}" if summary and more and more not in summary else summary or more
    extra = {"incident": _text(entry, "incident.summary"), "event": _text(entry, "type")}
    who = _text(entry, "agent.summary")
    return _said(_text(entry, "id"), instant_at(entry, "created_at"), said, who, entry, extra)


def _said(
    id: str, at: datetime | None, said: str, who: str, about: dict[str, Any], extra: dict[str, str]
) -> dict[str, Any]:
    if at is None:
        raise ValueError("its time: is missing")
    if not said:
        raise ValueError("its text: is missing")
    row = {
        "id": id,
        "time": at,
        "author": who,
        "text": shortened(said, _LONGEST),
        "channel": "PagerDuty",
        "thread": _text(about, "incident.id"),
    }
    kept = {name: value for name, value in extra.items() if value}
    return {key: value for key, value in row.items() if value} | ({"extra": kept} if kept else {})


def _text(found: dict[str, Any], path: str) -> str:
    """Return the text or whole number at a path, "" for null and what is not there."""
    value = follow(found, path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    try:
        return text(value, 1_000_000)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
