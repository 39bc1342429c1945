"""`tocsin alerts`: the review queue, snoozing and accepting, and where the store may be named."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from tocsin.cli import main
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import deployments, systems
from tocsin.store import alerts
from tocsin.store.folder import Store

CANDIDATE = {
    "id", "system", "system_id", "title", "message", "severity", "urgent", "start", "ended", "layers",
    "alerts", "cause", "incident",
}  # fmt: skip


@pytest.fixture
def two(store: Store, author: Author) -> list[str]:
    """Two alerts of one system that began three hours ago, an hour after a deployment; their ids."""
    now = SystemClock().now()  # commands read the machine's clock
    at = now - timedelta(hours=3)
    system = systems.ensure(store, author, "scorer")
    deployments.record(store, author, "scorer", "scorer", "v14", since=When(at - timedelta(hours=1)))
    made = [
        Alert(
            store.new_id(), system.id, "", metric, True, severity, "rule", "1", f"{metric} fell", 0.2, 0.4,
            at, start=When(at), source="alertmanager",
        )
        for metric, severity in (("accuracy", AlertSeverity.HIGH), ("nulls", AlertSeverity.MEDIUM))
    ]  # fmt: skip
    with store.signals.write() as connection:
        for one in made:
            alerts.add(connection, one, one.id)
    return [one.id for one in made]


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--json"]) == 0
    return msgspec.json.decode(capsys.readouterr().out)


def test_the_queue_in_json(store: Store, two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    view = asked(capsys, "alerts", "--queue", "--store", str(store.path))
    assert set(view) == {"now", "candidates", "snoozed", "history", "left_out"}
    [one] = view["candidates"]
    assert set(one) == CANDIDATE
    assert set(one["alerts"]) == set(two)
    assert one["title"] == "accuracy"
    assert set(one["layers"]) == {"output quality", "data pipeline"}
    assert one["cause"]["text"] == "scorer v14 (model) 1 h before"
    assert one["cause"]["before_s"] == 3600


def test_the_queue_in_words(store: Store, two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "--queue", "--store", str(store.path)]) == 0
    told = capsys.readouterr().out
    assert "scorer: accuracy and 1 more: accuracy fell" in told
    assert "likely scorer v14 (model) 1 h before" in told
    assert main(["alerts", "--queue", "--store", str(store.path), "--system", "nobody"]) == 1


def test_snoozed_woken_and_taken_back(
    store: Store, two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(store.path)
    [one] = asked(capsys, "alerts", "--queue", "--store", path)["candidates"]
    words = ["alerts", "--store", path, "snooze", one["id"], "--until", "4 h", "--reason", "retraining"]
    told = asked(capsys, *words, "--by", "Operator A")
    assert set(told["alerts"]) == set(two)
    view = asked(capsys, "alerts", "--queue", "--store", path)
    assert view["candidates"] == []
    assert [(s["reason"], s["by"]) for s in view["snoozed"]] == [("retraining", "Operator A")]
    states = [a["state"] for a in asked(capsys, "alerts", "--store", path)]
    assert states == ["snoozed"] * 2
    asked(capsys, "alerts", "wake", two[0], "--store", path)
    woken = asked(capsys, "alerts", "--queue", "--store", path)
    assert [c["alerts"] for c in woken["candidates"]] == [[two[0]]]
    assert main(["incident", "undo", str(told["id"]), "--store", path, "--by", "Operator A"]) == 0
    capsys.readouterr()
    assert asked(capsys, "alerts", "--queue", "--store", path)["snoozed"] == []


def test_accepted_with_a_reason(store: Store, two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path = str(store.path)
    told = asked(capsys, "alerts", "accept", *two, "--reason", "meant", "--store", path)
    assert set(told) == {"id", "alerts", "since", "signals", "reason"}
    assert datetime.fromisoformat(str(told["since"])).tzinfo is not None
    assert asked(capsys, "alerts", "--queue", "--store", path)["history"] == 2
    assert {a["state"] for a in asked(capsys, "alerts", "--store", path)} == {"accepted"}


def test_what_cannot_be_is_refused(store: Store, two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path = str(store.path)
    for words in (
        ["snooze", two[0], "--until", "yesterday", "--reason", "r"],
        ["snooze", "nothing", "--until", "4 h", "--reason", "r"],
        ["accept", two[0], "--reason", " "],
    ):
        assert main(["alerts", *words, "--store", path]) == 1
    assert "there is no such alert" in capsys.readouterr().err


def test_a_store_named_before_the_verb_is_the_one_meant(
    store: Store, two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["alerts", "--store", str(store.path), "--json", "accept", two[0], "--reason", "meant"]
    assert main(words) == 0
    assert msgspec.json.decode(capsys.readouterr().out)["alerts"] == [two[0]]


def test_an_incident_is_declared_from_a_candidate(
    store: Store, two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(store.path)
    [one] = asked(capsys, "alerts", "--queue", "--store", path)["candidates"]
    words = ["incident", "declare", "--title", "t", "--system", "scorer", "--alert", one["id"]]
    assert {a["id"] for a in asked(capsys, *words, "--store", path)["alerts"]} == set(two)
    assert asked(capsys, "alerts", "--queue", "--store", path)["candidates"] == []


def test_what_began_with_an_open_incident_is_likely_part_of_it(
    store: Store, two: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(store.path)
    words = ["incident", "declare", "--title", "t", "--system", "scorer", "--alert", two[0], "--store", path]
    reference = asked(capsys, *words)["reference"]
    [left] = asked(capsys, "alerts", "--queue", "--store", path)["candidates"]
    assert left["incident"] == reference
    assert main(["alerts", "--queue", "--store", path]) == 0
    assert f"likely part of {reference}, which is open" in capsys.readouterr().out
    joined = asked(capsys, "incident", "alert", reference, left["id"], "--store", path)
    assert {alert["id"] for alert in joined["alerts"]} == set(two)
    assert asked(capsys, "alerts", "--queue", "--store", path)["candidates"] == []
