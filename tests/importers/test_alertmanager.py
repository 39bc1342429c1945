"""Alertmanager and Grafana: one alert has one id however it comes; zero times, states and cuts are told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tocsin.errors import BadInput
from tocsin.importers.alertmanager import AlertmanagerImporter, alert_row, fingerprint, rows
from tocsin.importers.base import Assumed, Piece, Rejected, Rows, Source
from tocsin.importers.severities import severity

Read = Callable[..., list[Piece]]
AM = AlertmanagerImporter()
ZERO = "0001-01-01T00:00:00Z"
START = "2026-05-04T06:01:00.123456789Z"


def alert(**said: Any) -> dict[str, Any]:
    base = {
        "status": "firing",
        "labels": {"alertname": "ModelLatency", "severity": "page", "model": "ner-7"},
        "annotations": {"summary": "p95 4.2 s"},
        "startsAt": START,
        "endsAt": ZERO,
        "generatorURL": "http://prom.example/g",
        "fingerprint": "a1b2c3d4e5f60718",
    }
    return base | said


def webhook(*alerts: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {
        "receiver": "desk",
        "status": "firing",
        "alerts": list(alerts),
        "version": "4",
        "groupKey": "{}",
    } | said


def found(pieces: list[Piece]) -> list[dict[str, Any]]:
    return [row for piece in pieces if isinstance(piece, Rows) for row in piece.rows]


def told(pieces: list[Piece]) -> dict[str, str]:
    return {piece.what: piece.value for piece in pieces if isinstance(piece, Assumed)}


def test_a_group_may_hold_what_fires_and_what_is_over(read: Read, source: Callable[..., Source]) -> None:
    over = alert(status="resolved", endsAt="2026-05-04T08:31:00+02:00", fingerprint="b")
    text = json.dumps(webhook(alert(), over))
    assert AM.knows(source(text))
    fires, ended = found(read(AM, text))
    assert "ended" not in fires
    assert ended["ended"] == datetime(2026, 5, 4, 6, 31, tzinfo=UTC)
    assert fires["time"] == datetime(2026, 5, 4, 6, 1, 0, 123456, tzinfo=UTC)
    assert (fires["severity"], fires["detector"], fires["message"]) == (
        "critical",
        "ModelLatency",
        "p95 4.2 s",
    )
    assert fires["labels"] == alert()["labels"]


def test_the_webhook_and_the_api_name_an_alert_alike() -> None:
    # The API cuts times to milliseconds and tells an end in the future while an alert fires.
    by_api = alert(
        status={"state": "active", "silencedBy": [], "inhibitedBy": []},
        startsAt="2026-05-04T06:01:00.123Z",
        endsAt="2026-05-04T06:09:00.000Z",
        updatedAt="2026-05-04T06:05:00.000Z",
    )
    row = alert_row(by_api)
    assert row["id"] == alert_row(alert())["id"] == "a1b2c3d4e5f60718 2026-05-04T06:01:00.123+00:00"
    assert "ended" not in row
    assert row["updated"] == datetime(2026, 5, 4, 6, 5, tzinfo=UTC)
    assert alert_row(by_api | {"endsAt": "2026-05-04T06:04:59Z"})["ended"].minute == 4


def test_what_fires_is_not_over_whatever_end_it_tells() -> None:
    assert "ended" not in alert_row(alert(endsAt="2026-05-04T06:02:00Z", updatedAt="2026-05-04T06:05:00Z"))


def test_what_is_silenced_or_inhibited_is_said() -> None:
    status = {"state": "suppressed", "silencedBy": ["id"], "inhibitedBy": ["other"]}
    assert alert_row(alert(status=status))["message"] == "p95 4.2 s (silenced, inhibited)"


def test_labels_without_fingerprint_get_one() -> None:
    assert fingerprint({}) == "cbf29ce484222325"
    labels = alert()["labels"]
    assert alert_row(alert(fingerprint=""))["id"].startswith(fingerprint(labels))
    assert fingerprint(dict(reversed(labels.items()))) == fingerprint(labels) != fingerprint({"a": "b"})


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"values": {"B": 44.25, "C": 1}}, 44.25),
        ({"values": {"A": 3, "B": 44.25, "C": 1}}, None),
        ({"values": {"A": 1}}, 1.0),
        ({"valueString": "[ var='B' labels={x=y} value=44.25 ], [ var='C' labels={x=y} value=1 ]"}, 44.25),
        ({"values": None, "valueString": "[ metric='' labels={} value=14.5 ]"}, 14.5),
        ({"annotations": {"summary": "x", "value": "0.31"}}, 0.31),
        ({"annotations": {"summary": "x", "value": "31 %"}}, None),
        ({"values": {"B": True}}, None),
    ],
)
def test_the_value_of_grafana_is_taken_where_it_is_one(said: dict[str, Any], value: float | None) -> None:
    assert alert_row(alert(**said)).get("value") == value


def test_alerts_that_are_cut_off_and_severities_that_are_not_stated_are_told() -> None:
    plain, odd = alert(labels={"alertname": "A"}), alert(labels={"alertname": "B", "severity": "purple"})
    pieces = rows(webhook(plain, odd, truncatedAlerts=3))
    assert [row["severity"] for row in found(pieces)] == ["medium", "medium"]
    assert told(pieces)["left out"].startswith("3 more")
    said = [piece.value for piece in pieces if isinstance(piece, Assumed) and piece.what == "severity"]
    assert said == ["medium for alerts that state none or say “purple”"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"startsAt": ZERO}, "startsAt: is missing"),
        ({"startsAt": "yesterday"}, "startsAt: 'yesterday' is no time"),
        ({"startsAt": "2026-05-04T06:01:00"}, "has no zone"),
        ({"startsAt": 1777874460}, "not a time"),
        ({"endsAt": "9999-12-31T00:00:00Z", "status": "resolved"}, "endsAt: is not between"),
        ({"labels": ["a"]}, "labels: are no object"),
        ({"labels": {"severity": 3}}, "labels: one is the number 3"),
        ({"labels": {str(n): "x" for n in range(101)}}, "labels: are more than 100"),
        ({"annotations": {"summary": "x" * 10_001}}, "annotations: one is longer"),
        ({"fingerprint": 5}, "is the number 5"),
    ],
)
def test_a_wrong_alert_is_set_aside_alone(bad: dict[str, Any], reason: str) -> None:
    pieces = rows(webhook(alert(), alert(**bad), alert(fingerprint="c")))
    assert len(found(pieces)) == 2
    [rejected] = [piece for piece in pieces if isinstance(piece, Rejected)]
    assert rejected.line == 2
    assert reason in rejected.reason


@pytest.mark.parametrize("payload", [{}, {"alerts": {}}, "x", 5, None, {"data": None}])
def test_what_is_no_payload_is_refused(payload: Any) -> None:
    with pytest.raises(BadInput, match="no array of alerts"):
        rows(payload)


def test_an_answer_that_tells_of_an_error_is_refused_with_its_words(read: Read) -> None:
    with pytest.raises(BadInput, match=r"file.csv: .*bad matcher"):
        read(AM, '{"status": "error", "error": "bad matcher"}')


def test_of_many_deliveries_the_last_state_of_each_alert_counts(read: Read) -> None:
    changed = alert(annotations={"summary": "p95 5.0 s"})
    over = alert(status="resolved", endsAt="2026-05-04T07:00:00Z")
    other = alert(fingerprint="other")
    text = (
        "\n".join(json.dumps(webhook(one)) for one in (alert(), changed, other, over))
        + '\n{"alerts": 1}\n{"al'
    )
    pieces = read(AM, text)
    assert [(row["id"][:5], "ended" in row) for row in found(pieces)] == [("a1b2c", True), ("other", False)]
    assert [piece.lines for piece in pieces if isinstance(piece, Rows)] == [[4, 3]]
    assert [piece.line for piece in pieces if isinstance(piece, Rejected)] == [5, 6]


def test_a_label_may_tell_the_system(read: Read) -> None:
    text = json.dumps(webhook(alert(), alert(fingerprint="b", labels={"alertname": "B"})))
    assert [row["system"] for row in found(read(AM, text, mapping={"system": "model"}))] == ["ner-7", ""]
    with pytest.raises(BadInput, match="knows no “value”"):
        read(AM, text, mapping={"value": "x"})


def test_groups_of_the_api_and_its_first_version_are_read() -> None:
    group = {"labels": {"a": "b"}, "receiver": {"name": "desk"}, "alerts": [alert(), alert(fingerprint="c")]}
    assert len(found(rows([group, {**group, "alerts": [alert(fingerprint="d")]}]))) == 3
    assert len(found(rows({"status": "success", "data": [alert()]}))) == 1
    assert found(rows([])) == []


def test_the_time_of_delivery_tells_a_later_state() -> None:
    at = datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert found(rows(webhook(alert()), at))[0]["updated"] == at


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("P1", "critical"),
        ("sev-2", "high"),
        ("SEV 3", "medium"),
        ("Warning", "medium"),
        ("p5", "low"),
        ("P9", ""),
    ],
)
def test_words_of_other_tools_mean_one_of_four(word: str, level: str) -> None:
    assert severity(word) == level


@pytest.mark.parametrize("name", ["alertmanager_v2_alerts.json", "alertmanager_webhook_v4.json"])
def test_samples_by_the_schema_are_read(
    read: Read, source: Callable[..., Source], shared_data: Path, name: str
) -> None:
    content = (shared_data / "formats/prometheus" / name).read_bytes()
    assert AM.knows(source(content))
    [row] = found(read(AM, content))
    assert row["id"] == "1a30ba71cca2921f 2026-01-02T13:30:00.000+00:00"
    assert row["severity"] == "medium"
    assert "ended" not in row
