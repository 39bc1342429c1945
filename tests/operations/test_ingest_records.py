"""Importing alerts, deployments, messages and decision logs: each is stored once, as the file says it."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tocsin.importers.base import Options
from tocsin.model.alert import AlertSeverity
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.operations import systems
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store import alerts, decisions, deployments, messages
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
ALL = to_us(datetime(2000, 1, 1, tzinfo=UTC)), to_us(datetime(2090, 1, 1, tzinfo=UTC))


@pytest.fixture
def run(store: Store, author: Author, tmp_path: Path) -> Import:
    """Write a text into a file and import it as some record."""

    def imported(text: str, record: str, *, dry_run: bool = False) -> ImportReport:
        file = tmp_path / "file.csv"
        file.write_text(text)
        work = ingest(store, author, file, system="shop", options=Options(record=record), dry_run=dry_run)
        return finish(work)

    return imported


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    assert report.read == report.stored + report.already + report.rejected
    return report.read, report.stored, report.already, report.rejected


def system_id(store: Store) -> str:
    found = systems.find(store, "shop")
    assert found is not None
    return found.id


ALERTS = (
    "time,severity,message,metric,value,threshold\n"
    "2026-01-01T00:00:00Z,critical,too slow,latency,5,3\n"
    "2026-01-01T00:00:01Z,warning,slow,latency,4,3\n"
)


def test_alerts_are_stored_once(store: Store, run: Import) -> None:
    assert counts(run(ALERTS, "alerts")) == (2, 2, 0, 0)
    assert counts(run(ALERTS, "alerts")) == (2, 0, 2, 0)
    with store.signals.read() as connection:
        found = alerts.list_all(connection, system_id(store))
    assert [(a.severity, a.message, a.value, a.threshold, a.urgent) for a in found] == [
        (AlertSeverity.MEDIUM, "slow", 4.0, 3.0, False),
        (AlertSeverity.CRITICAL, "too slow", 5.0, 3.0, False),  # history interrupts nobody
    ]
    assert {a.source for a in found} == {"import"}


def test_an_alert_of_a_known_id_that_says_something_else_is_rejected(store: Store, run: Import) -> None:
    rows = "".join(f"{n},2026-01-01T00:00:{n:02d}Z,low,m{n}\n" for n in range(10, 30))
    run(f"id,time,severity,message\n{rows}", "alerts")
    report = run(f"id,time,severity,message\n{rows.replace('m17', 'other')}", "alerts")
    assert counts(report) == (20, 0, 19, 1)
    assert report.rejects[0].line == 9
    assert "the import of file.csv" in report.rejects[0].reason


def test_an_alert_that_ended_since_takes_the_place_of_its_former_state(store: Store, run: Import) -> None:
    head = "id,time,severity,message,value,ended\n"
    run(head + "a,2026-01-01T00:00:00Z,high,slow,4,\n", "alerts")
    ended = head + "a,2026-01-01T00:00:00Z,high,slow,5,2026-01-01T01:00:00Z\n"
    assert counts(run(ended, "alerts")) == (1, 1, 0, 0)
    assert counts(run(ended, "alerts")) == (1, 0, 1, 0)
    with store.signals.read() as connection:
        [found] = alerts.list_all(connection, system_id(store))
    assert (found.value, found.ended) == (5.0, datetime(2026, 1, 1, 1, tzinfo=UTC))


def test_what_was_delivered_late_changes_nothing(store: Store, run: Import) -> None:
    text = (
        '[{"event": {"id": "E2", "event_type": "incident.resolved", "resource_type": "incident",'
        ' "occurred_at": "2026-05-04T10:00:00Z", "data": {"id": "P7", "type": "incident", "title": "slow",'
        ' "created_at": "2026-05-04T09:00:00Z", "urgency": "high", "status": "resolved"}}}]'
    )
    early = text.replace("E2", "E1").replace("resolved", "acknowledged").replace("10:00:00Z", "09:30:00Z")
    assert counts(run(text, "alerts")) == (1, 1, 0, 0)
    assert counts(run(early, "alerts")) == (1, 0, 1, 0)
    with store.signals.read() as connection:
        [found] = alerts.list_all(connection, system_id(store))
    assert found.ended is not None


def test_a_severity_nobody_knows_is_set_aside(run: Import) -> None:
    rows = "".join(f"2026-01-01T00:00:{n:02d}Z,low\n" for n in range(10))
    report = run(f"time,severity\n{rows}2026-01-01T00:01:00Z,purple\n", "alerts")
    assert counts(report) == (11, 10, 0, 1)
    assert "“purple”" in report.rejects[0].reason


def test_deployments_are_stored_once_and_keep_what_the_file_says(store: Store, run: Import) -> None:
    text = (
        "time,name,version,kind,until,pinned,vendor\n"
        "2026-01-01T00:00:00Z,ranker,v1,model,2026-02-01T00:00:00Z,yes,no\n"
        "2026-02-01T00:00:00Z,ranker,v2,model,,,\n"
    )
    assert counts(run(text, "deployments")) == (2, 2, 0, 0)
    assert counts(run(text, "deployments")) == (2, 0, 2, 0)
    with store.signals.read() as connection:
        first, second = deployments.of_system(connection, system_id(store))
    assert (first.version, first.until, first.pinned, first.vendor) == (
        "v1", datetime(2026, 2, 1, tzinfo=UTC), True, False
    )  # fmt: skip
    assert (second.version, second.until, second.pinned) == ("v2", None, None)


def test_messages_are_stored_once_as_they_are(store: Store, run: Import) -> None:
    text = 'time,author,text\n2026-01-01T00:00:00Z,Operator A,"two\nlines"\n2026-01-01T00:00:00Z,bot,=1+1\n'
    assert counts(run(text, "messages")) == (2, 2, 0, 0)
    assert counts(run(text, "messages")) == (2, 0, 2, 0)
    with store.signals.read() as connection:
        found = messages.between(connection, system_id(store), *ALL, most=9)
    assert {(m.author, m.text) for m in found} == {("Operator A", "two\nlines"), ("bot", "=1+1")}


DECISIONS = """id,time,outcome,score,code
1,2026-01-01 00:00:00,approve,0.5,007
2,2026-01-01 00:00:01,decline,0.25,008
"""


def test_decisions_are_counted_by_their_id(store: Store, run: Import) -> None:
    assert counts(run(DECISIONS, "decisions")) == (2, 2, 0, 0)
    assert counts(run(DECISIONS, "decisions")) == (2, 0, 2, 0)
    assert counts(run(DECISIONS + "3,2026-01-01 00:00:02,approve,,009\n", "decisions")) == (3, 1, 2, 0)
    with store.signals.read() as connection:
        logs = decisions.list_all(connection, system_id(store))
    assert [(log.rows, log.columns) for log in logs] == [
        (rows, ("id", "time", "outcome", "score", "code")) for rows in (2, 1)
    ]
    assert content(store, logs[0]) == [("1", "approve", 0.5, "007"), ("2", "decline", 0.25, "008")]


def content(store: Store, log: decisions.DecisionLog) -> list[tuple[object, ...]]:
    import duckdb

    path = store.path / "imports" / log.file
    return duckdb.sql(f"SELECT id, outcome, score, code FROM '{path}' ORDER BY time").fetchall()


def test_another_decision_under_a_known_id_is_rejected(run: Import) -> None:
    rows = "".join(f"{n},2026-01-01T00:00:{n:02d}Z,approve\n" for n in range(10, 30))
    run(f"id,time,outcome\n{rows}", "decisions")
    report = run(f"id,time,outcome\n{rows.replace('17Z,approve', '17Z,decline')}", "decisions")
    assert counts(report) == (20, 0, 19, 1)
    assert "decision 17 is another one" in report.rejects[0].reason


@pytest.mark.parametrize("dry_run", [False, True])
def test_logs_packed_together_are_one(store: Store, author: Author, tmp_path: Path, dry_run: bool) -> None:
    file = tmp_path / "logs.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.csv", DECISIONS)
        archive.writestr("b.csv", "id,time,outcome\n2,2026-01-01 00:00:09,approve\n3,2026-01-02,approve\n")
        archive.writestr("c.csv", DECISIONS.replace("\n1,", "\n4,").replace("\n2,", "\n5,"))
        rows = "".join(f"{n},2026-01-01,approve\n" for n in range(10, 20))
        archive.writestr("d.csv", f"id,time,outcome\n{rows}")
    work = ingest(store, author, file, system="shop", options=Options(record="decisions"), dry_run=dry_run)
    report = finish(work)
    assert counts(report) == (16, 15, 0, 1)
    assert "decision 2 is another one" in report.rejects[0].reason
    if dry_run:
        assert list((store.path / "imports").iterdir()) == []
        return
    with store.signals.read() as connection:
        [log] = decisions.list_all(connection, system_id(store))
    assert (log.rows, log.columns) == (15, ("id", "time", "outcome", "score", "code"))
    found = content(store, log)
    assert sorted(int(str(row[0])) for row in found) == [1, 2, 3, 4, 5, *range(10, 20)]
    assert found.count(("3", "approve", None, None)) == 1


@pytest.mark.parametrize(("text", "record"), [(ALERTS, "alerts"), (DECISIONS, "decisions")])
def test_a_dry_run_tells_the_same_and_stores_nothing(
    store: Store, run: Import, text: str, record: str
) -> None:
    assert counts(run(text, record, dry_run=True)) == (2, 2, 0, 0)
    assert list((store.path / "imports").iterdir()) == []
    assert counts(run(text, record)) == (2, 2, 0, 0)
    assert counts(run(text, record, dry_run=True)) == (2, 0, 2, 0)
