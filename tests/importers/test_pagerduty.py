"""PagerDuty: one alert for each incident, messages for what was written, repeats and cuts told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Rows, Source
from tocsin.importers.pagerduty import PagerdutyImporter, rows

Read = Callable[..., list[Piece]]
PD = PagerdutyImporter()
REFERENCE = {"id": "PINC7", "summary": "Approval rate fell", "type": "incident_reference"}


def incident(**said: Any) -> dict[str, Any]:
    base = {
        "id": "PINC7",
        "type": "incident",
        "number": 4711,
        "status": "triggered",
        "title": "Credit model approval rate fell 18 points",
        "incident_key": "model:credit-v12:approval_rate",
        "created_at": "2026-05-04T08:55:02Z",
        "urgency": "high",
        "priority": None,
        "service": {"id": "PSVC1", "summary": "Credit decision API"},
        "assignees": [],
        "conference_bridge": None,
    }
    return base | said


def event(kind: str, minute: int, data: dict[str, Any], **said: Any) -> dict[str, Any]:
    base = {
        "id": f"EV{minute}",
        "event_type": f"incident.{kind}",
        "resource_type": "incident",
        "occurred_at": f"2026-05-04T09:{minute:02}:31.004Z",
        "agent": {"id": "P1", "type": "user_reference", "summary": "Operator A"},
        "client": None,
        "data": data,
    }
    return {"event": base | said}


def found(pieces: list[Piece], record: str) -> list[dict[str, Any]]:
    return [
        row for piece in pieces if isinstance(piece, Rows) and piece.record == record for row in piece.rows
    ]


def told(pieces: list[Piece]) -> dict[str, str]:
    return {piece.what: piece.value for piece in pieces if isinstance(piece, Assumed)}


LIFE = [
    event("triggered", 0, incident()),
    event("acknowledged", 5, incident(status="acknowledged"), agent=None),
    event("resolved", 30, incident(status="resolved", resolve_reason=None)),
    event("priority_updated", 40, incident(status="resolved", priority={"id": "x", "summary": "P1"})),
]


@pytest.mark.parametrize("order", [LIFE, LIFE[::-1], [*LIFE, *LIFE]])
def test_an_incident_is_one_alert_in_its_last_state(
    read: Read, source: Callable[..., Source], order: list[dict[str, Any]]
) -> None:
    for text in (json.dumps(order), "\n".join(json.dumps(one) for one in order)):
        assert PD.knows(source(text))
        [row] = found(read(PD, text), "alerts")
        assert row["id"] == "PINC7"
        assert row["severity"] == "critical"
        assert row["time"] == datetime(2026, 5, 4, 8, 55, 2, tzinfo=UTC)
        assert row["ended"] == datetime(2026, 5, 4, 9, 30, 31, 4000, tzinfo=UTC)
        assert row["updated"].minute == 40
        assert row["labels"] == {
            "number": "4711",
            "status": "resolved",
            "urgency": "high",
            "priority": "P1",
            "service": "Credit decision API",
        }


def test_what_is_opened_again_is_not_over(read: Read) -> None:
    again = event("reopened", 50, incident())
    [row] = found(read(PD, json.dumps([*LIFE, again])), "alerts")
    assert "ended" not in row


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ({"priority": {"summary": "P3"}}, "medium"),
        ({"priority": {"summary": "Severe"}}, "high"),
        ({"priority": {"summary": "Colour"}}, "high"),
        ({"urgency": "low"}, "low"),
        ({"urgency": None}, "medium"),
    ],
)
def test_priority_or_urgency_tell_the_severity(said: dict[str, Any], severity: str) -> None:
    pieces = rows(event("triggered", 0, incident(**said)))
    assert found(pieces, "alerts")[0]["severity"] == severity
    assert any(what.startswith("severity") for what in told(pieces)) == (said == {"urgency": None})


def test_notes_and_status_updates_are_messages_and_a_cut_is_told(read: Read) -> None:
    note = {
        "incident": REFERENCE,
        "id": "N1",
        "content": "Rolled back",
        "trimmed": False,
        "type": "incident_note",
    }
    update = {
        "incident": REFERENCE,
        "id": "S1",
        "message": "A fix is",
        "trimmed": True,
        "type": "incident_status_update",
    }
    reply = {"incident": REFERENCE, "user": {"summary": "Operator B"}, "type": "incident_responder"}
    reply |= {"message": "On it", "state": "accepted"}
    events = [event("annotated", 1, note), event("status_update_published", 2, update, agent=None),
              event("responder.replied", 3, reply)]  # fmt: skip
    pieces = read(PD, json.dumps(events))
    first, second, third = found(pieces, "messages")
    assert (first["id"], first["author"], first["text"], first["thread"]) == (
        "EV1",
        "Operator A",
        "Rolled back",
        "PINC7",
    )
    assert (second["text"], "author" in second, second["extra"]["trimmed"]) == ("A fix is…", False, "yes")
    assert third["text"] == "Responder Operator B: accepted. On it"
    assert told(pieces) == {"texts that PagerDuty cut, as it says": "1"}
    assert not found(pieces, "alerts")


def test_only_what_was_asked_for_is_read(read: Read) -> None:
    note = event("annotated", 1, {"incident": REFERENCE, "content": "x", "type": "incident_note"})
    text = json.dumps([*LIFE, note])
    for record, other in (("alerts", "messages"), ("messages", "alerts")):
        pieces = read(PD, text, record=record)
        assert len(found(pieces, record)) == 1
        assert not found(pieces, other)


def test_log_entries_are_messages(read: Read, source: Callable[..., Source]) -> None:
    entry = {
        "id": "R1",
        "type": "annotate_log_entry",
        "summary": "Annotated by Operator A",
        "created_at": "2026-05-04T09:01:00Z",
        "agent": None,
        "channel": {"type": "note", "summary": "Holding at v11"},
        "incident": REFERENCE,
    }
    page = {"log_entries": [entry, entry | {"id": "R2", "created_at": "soon"}], "more": True}
    text = json.dumps(page)
    assert PD.knows(source(text))
    pieces = read(PD, text)
    [row] = found(pieces, "messages")
    assert row["text"] == "Annotated by Operator A: Holding at v11"
    assert row["extra"]["event"] == "annotate_log_entry"
    assert told(pieces) == {"left out: further pages": "1"}
    assert [piece.reason for piece in pieces if isinstance(piece, Rejected)] == [
        "created_at: 'soon' is no time"
    ]
    assert PD.knows(source(json.dumps(entry)))


def test_a_page_of_incidents_is_read() -> None:
    over = incident(status="resolved", resolved_at="2026-05-04T10:00:00Z", updated_at="2026-05-04T10:05:00Z")
    [row] = found(rows({"incidents": [over]}), "alerts")
    assert (row["ended"].hour, row["updated"].minute) == (10, 5)


def test_events_of_other_kinds_are_left_out_and_named() -> None:
    service = {"event": {"id": "1", "event_type": "service.updated", "occurred_at": "2026-05-04T09:00:00Z",
                         "data": {"id": "P", "type": "service"}}}  # fmt: skip
    ping = {"event": {"id": "2", "event_type": "pagey.ping", "occurred_at": "2026-05-04T09:00:00Z",
                      "data": {"message": "Hello", "type": "ping"}}}  # fmt: skip
    assert rows(service) == [Assumed("left out: service.updated", "1")]
    assert rows(ping) == [Assumed("left out: pagey.ping", "1")]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (event("triggered", 0, incident(created_at="4 May")), "created_at: '4 May' is no time"),
        (event("triggered", 0, incident(created_at=None), occurred_at=None), "created_at: is missing"),
        (event("triggered", 0, incident(id="")), "id: is missing"),
        (event("triggered", 0, incident(title=["x"])), "title: is an array, not a text"),
        (event("annotated", 0, {"type": "incident_note", "content": None}), "its text: is missing"),
        ({"event": {"id": "x"}}, "event_type: is missing"),
    ],
)
def test_a_wrong_event_is_set_aside(bad: dict[str, Any], reason: str) -> None:
    pieces = rows(bad)
    assert [piece.reason for piece in pieces if isinstance(piece, Rejected)] == [reason]
    assert not found(pieces, "alerts")


@pytest.mark.parametrize(
    "payload", [{}, "x", 5, None, {"event": 5}, {"messages": [{"event": "incident.trigger"}]}]
)
def test_what_is_no_event_is_refused(payload: Any) -> None:
    with pytest.raises(BadInput):
        rows(payload)
