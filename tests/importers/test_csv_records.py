"""Alerts, deployments, decisions and messages in CSV: which column is which field."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Rejected, Rows, Table
from tocsin.importers.csv_file import CsvImporter
from tocsin.model.instant import from_us, iso

Read = Callable[..., list[Piece]]
CSV = CsvImporter()


def rejected(pieces: list[Piece]) -> list[tuple[int, str]]:
    return [(p.line, p.reason) for p in pieces if isinstance(p, Rejected)]


def test_alerts_become_rows(read: Read) -> None:
    text = "time,severity,summary,value\n2026-01-01T00:00:00Z,high,<b>slow</b>,5\nsoon,low,x,1\n"
    pieces = read(CSV, text, record="alerts", mapping={"time": "time"})
    [rows] = [p for p in pieces if isinstance(p, Rows)]
    assert rows.lines == [2]
    assert rows.rows[0]["message"] == "<b>slow</b>"
    assert (rows.rows[0]["value"], iso(rows.rows[0]["time"])) == (5.0, "2026-01-01T00:00:00Z")
    assert rejected(pieces) == [(3, "time: 'soon' is no time")]


def test_records_without_what_they_need_are_refused(read: Read) -> None:
    with pytest.raises(BadInput, match="no column tells the severity"):
        read(CSV, "time,x\n2026-01-01T00:00:00Z,1\n", record="alerts")
    with pytest.raises(BadInput, match="no column tells decisions apart"):
        read(CSV, "time,x\n2026-01-01T00:00:00Z,1\n", record="decisions")


def test_a_field_that_is_wrong_sets_its_row_aside(read: Read) -> None:
    text = (
        "time,name,version,pinned,until\n2026-01-01,a,1,maybe,\n2026-01-01,,1,,\n2026-01-01,a,1,yes,2026-13-01\n"
        "2026-01-01,a,1,yes,2026-02-01\n"
    )
    pieces = read(CSV, text, record="deployments")
    assert [line for line, _ in rejected(pieces)] == [2, 3, 4]
    assert "neither yes nor no" in rejected(pieces)[0][1]
    [rows] = [p for p in pieces if isinstance(p, Rows)]
    assert rows.rows[0]["pinned"] is True
    assert iso(rows.rows[0]["until"]) == "2026-02-01T00:00:00Z"


def test_times_of_two_kinds_or_no_unit_are_refused(read: Read) -> None:
    with pytest.raises(BadInput, match="the time in line 3 is without a zone, others are with a zone"):
        read(CSV, "time,text\n2026-01-01T00:00:00Z,a\n2026-01-01T00:00:00,b\n", record="messages")
    with pytest.raises(BadInput, match="their unit is not stated"):
        read(CSV, "time,text\n1767268800,a\n", record="messages")


def test_times_in_a_zone_come_to_utc(read: Read) -> None:
    text = "time,text\n2026-07-01 12:00:00,a\n2026-10-25 02:30:00,b\n"
    pieces = read(CSV, text, record="messages", zone="Europe/Berlin")
    [rows] = [p for p in pieces if isinstance(p, Rows)]
    assert iso(rows.rows[0]["time"]) == "2026-07-01T10:00:00Z"
    assert "shown twice by the clocks of Europe/Berlin" in rejected(pieces)[0][1]


def test_decisions_are_written_with_id_and_time_first(read: Read) -> None:
    text = "when,case,score\n2026-07-01 12:00:00,b,1\n2026-07-01 11:00:00,a,2\n2026-07-01 13:00:00,a,3\n"
    text += "2026-07-01 11:30:00,d,5\nx,c,4\n"
    pieces = read(CSV, text, record="decisions", zone="Europe/Berlin", mapping={"time": "when", "id": "case"})
    [table] = [p for p in pieces if isinstance(p, Table)]
    assert (table.rows, table.columns) == (3, ("id", "time", "score"))
    assert [iso(from_us(us)) for us in (table.first_us, table.last_us)] == [
        "2026-07-01T09:00:00Z", "2026-07-01T10:00:00Z"
    ]  # fmt: skip
    assert rejected(pieces) == [(4, "its id was there before"), (6, "its time is none")]


def test_records_are_made_of_columns_constants_and_templates(read: Read) -> None:
    text = "when,host,what,room,kind\n2026-01-01T00:00:00Z,web-1,slow,ops,a\n"
    said = {
        "text": "{host}: {what}", "channel": "room", "thread": "'t1'", "tags": "kind", "system": "'shop'",
        "extra.from": "host",
    }  # fmt: skip
    [rows] = [p for p in read(CSV, text, record="messages", mapping=said) if isinstance(p, Rows)]
    assert rows.record == "messages"
    row = rows.rows[0]
    assert (row["text"], row["channel"], row["thread"], row["system"]) == ("web-1: slow", "ops", "t1", "shop")
    assert (row["tags"], row["extra"]) == (["a"], {"from": "web-1"})


def test_deployments_have_slots_bounds_and_labels_of_alerts_are_kept(read: Read) -> None:
    text = "time,model,version,alias,earliest\n2026-01-02,ranker,7,@champion,2026-01-01\n"
    [rows] = [p for p in read(CSV, text, record="deployments") if isinstance(p, Rows)]
    row = rows.rows[0]
    assert (row["name"], row["version"], row["slot"]) == ("ranker", "7", "@champion")
    assert iso(row["earliest"]) == "2026-01-01T00:00:00Z"
    text = "time,severity,job\n2026-01-01,low,etl\n"
    [rows] = [
        p for p in read(CSV, text, record="alerts", mapping={"label.job": "job"}) if isinstance(p, Rows)
    ]
    assert rows.rows[0]["labels"] == {"job": "etl"}
    assert "value" not in rows.rows[0]


def test_rows_without_times_take_the_one_that_is_said(read: Read) -> None:
    text = "name,version\nranker,7\n"
    with pytest.raises(BadInput, match="no column holds times"):
        read(CSV, text, record="deployments")
    pieces = read(CSV, text, record="deployments", at=datetime(2026, 1, 1, tzinfo=UTC))
    [rows] = [p for p in pieces if isinstance(p, Rows)]
    assert iso(rows.rows[0]["time"]) == "2026-01-01T00:00:00Z"


def test_columns_of_decisions_are_renamed_and_combined(read: Read) -> None:
    text = "case,when,verdict,a,b\n1,2026-01-01T00:00:00Z,approve,x,y\n"
    said = {"id": "{a}-{case}", "column.outcome": "verdict", "column.both": "{a}/{b}"}
    [table] = [p for p in read(CSV, text, record="decisions", mapping=said) if isinstance(p, Table)]
    assert table.columns == ("id", "time", "case", "a", "b", "outcome", "both")
    import duckdb

    row = duckdb.connect().execute(f'SELECT id, outcome, "both" FROM "{table.path}"').fetchall()
    assert row == [("x-1", "approve", "x/y")]
    with pytest.raises(BadInput, match="two columns of the log would be called a"):
        read(CSV, text, record="decisions", mapping={"id": "case", "column.a": "verdict"})
