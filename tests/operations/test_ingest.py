"""Importing a file: what is counted, kept, refused and seen; what is the same for every source."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tocsin.errors import BadInput, StoreProblem
from tocsin.importers.base import Options
from tocsin.model.instant import from_us, to_us
from tocsin.model.journal import ImportCompleted, SystemAdded
from tocsin.model.operator import Author
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store import imports, journal, samples, series, watermarks
from tocsin.store.folder import Store

Import = Callable[..., ImportReport]
GOOD = "ts,value\n2026-11-02T10:00:00Z,1.5\n2026-11-02T10:00:01Z,2\n2026-11-02T10:00:02Z,4\n"


def stored(store: Store) -> dict[str, list[tuple[datetime, float]]]:
    with store.signals.read() as connection:
        found = {}
        for number, signal in series.list_all(connection):
            times, values = samples.read(connection, number)
            found[signal.name] = [(from_us(int(t)), float(v)) for t, v in zip(times, values, strict=True)]
    return found


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    assert report.read == report.stored + report.already + report.rejected + report.missing
    return report.read, report.stored, report.already, report.rejected


def left_in(store: Store) -> tuple[list[str], int, dict[str, list[tuple[datetime, float]]]]:
    with store.signals.read() as connection:
        rows = len(imports.pending(connection)) + len(list(imports.list_all(connection)))
    return sorted(os.listdir(store.path / "imports")), rows, stored(store)


def test_samples_of_a_file_are_read_back(store: Store, run: Import) -> None:
    report = run(GOOD)
    assert counts(report) == (3, 3, 0, 0)
    assert (report.first, report.last) == ("2026-11-02T10:00:00Z", "2026-11-02T10:00:02Z")
    start = datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert stored(store)["latency"][0] == (start, 1.5)
    assert [value for _, value in stored(store)["latency"]] == [1.5, 2.0, 4.0]


def test_the_journal_says_what_was_imported_and_the_original_is_kept(
    store: Store, author: Author, run: Import
) -> None:
    report = run(GOOD)
    with store.journal.read() as connection:
        entry = journal.entry(connection, report.id)
    assert isinstance(entry.body, ImportCompleted)
    assert (entry.author, entry.body.source, entry.body.stored) == (author, "latency.csv", 3)
    assert (store.path / "imports" / entry.body.sha256).read_text() == GOOD


def test_a_system_is_added_once_by_an_entry(store: Store, run: Import) -> None:
    run(GOOD)
    run(GOOD, name="errors.csv")
    with store.journal.read() as connection:
        added = [e for e in journal.entries(connection) if isinstance(e.body, SystemAdded)]
    assert [entry.body.name for entry in added if isinstance(entry.body, SystemAdded)] == ["shop"]
    assert set(stored(store)) == {"latency", "errors"}


def test_the_same_again_is_there_already(store: Store, run: Import) -> None:
    run(GOOD)
    before = stored(store)
    assert counts(run(GOOD)) == (3, 0, 3, 0)
    assert counts(run(GOOD + "2026-11-02T10:00:03Z,5\n")) == (4, 1, 3, 0)
    assert stored(store)["latency"][:3] == before["latency"]


def test_another_value_is_rejected_and_names_the_import_that_holds_the_first(
    store: Store, run: Import
) -> None:
    first = run(GOOD, name="monday.csv", mapping={"metric": "latency"})
    rows = "".join(f"2026-11-02T11:00:{n:02d}Z,1\n" for n in range(20))
    report = run(GOOD.replace(",2\n", ",7\n") + rows, mapping={"metric": "latency"})
    assert counts(report) == (23, 20, 2, 1)
    [reject] = report.rejects
    assert reject.line == 3
    for part in ("7 at 2026-11-02T10:00:01Z", "2 by the import of monday.csv", first.id):
        assert part in reject.reason
    assert stored(store)["latency"][1][1] == 2.0
    kept = store.path / "imports" / f"{report.id}.rejected.jsonl"
    assert json.loads(kept.read_text())["line"] == 3


def test_one_time_twice_in_a_file_counts_once(store: Store, run: Import) -> None:
    rows = "".join(f"2026-11-02T11:00:{n:02d}Z,1\n" for n in range(20))
    report = run(f"ts,value\n{rows}2026-11-02T11:00:05Z,1\n2026-11-02T11:00:06Z,9\n")
    assert counts(report) == (22, 20, 1, 1)
    assert report.rejects[0].line == 23
    assert "1 in line 8 of this file" in report.rejects[0].reason


def test_one_time_twice_counts_once_however_far_apart_it_is_read(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.importers.csv_blocks._BLOCK", 220)
    rows = "".join(f"2026-11-02T11:00:{n:02d}Z,1\n" for n in (*range(10), 9, *range(10, 40)))
    report = run(
        "ts,value\n" + rows.replace(":09Z,1\n2026-11-02T11:00:09Z,1", ":09Z,1\n2026-11-02T11:00:09Z,5")
    )
    assert counts(report) == (41, 40, 0, 1)
    assert report.rejects[0].line == 12
    assert "1 in an earlier line of this file" in report.rejects[0].reason


def test_rows_out_of_order_are_stored_in_order(store: Store, run: Import) -> None:
    order = np.random.default_rng(3).permutation(5_000)
    rows = "".join(
        f"{from_us(int(n) * 10**6 + to_us(datetime(2026, 1, 1, tzinfo=UTC))):%Y-%m-%dT%H:%M:%SZ},{n}\n"
        for n in order
    )
    assert counts(run("ts,value\n" + rows)) == (5_000, 5_000, 0, 0)
    assert [value for _, value in stored(store)["latency"]] == [float(n) for n in range(5_000)]


def test_missing_values_are_counted_and_not_stored(store: Store, run: Import) -> None:
    report = run(GOOD + "2026-11-02T10:00:03Z,NaN\n2026-11-02T10:00:04Z,\n")
    assert (report.read, report.stored, report.missing, report.rejected) == (5, 3, 2, 0)
    assert len(stored(store)["latency"]) == 3


def test_bad_rows_are_set_aside_and_the_good_ones_are_in(store: Store, run: Import) -> None:
    rows = "".join(f"2026-11-02T11:{n // 60:02d}:{n % 60:02d}Z,1\n" for n in range(100))
    bad = "2026-02-30T00:00:00Z,1\n2026-11-02T12:00:00Z,fast\n2026-11-02T12:00:01Z,inf\n"
    bad += "1971-01-01T00:00:00Z,1\n"
    report = run(f"ts,value\n{bad}{rows}")
    assert counts(report) == (104, 100, 0, 4)
    assert sorted((r.line, r.reason.split(":")[0]) for r in report.rejects) == [
        (2, "time"), (3, "value"), (4, "value"), (5, "the time is not between 2000 and 2100")
    ]  # fmt: skip
    assert len(stored(store)["latency"]) == 100


def test_more_than_a_tenth_rejected_refuses_the_file(store: Store, run: Import) -> None:
    untouched = left_in(store)
    rows = "".join(f"2026-11-02T11:00:{n:02d}Z,1\n" for n in range(8))
    with pytest.raises(BadInput, match=r"1 of 9 were rejected.*line 10: value: 'x'"):
        run(f"ts,value\n{rows}2026-11-02T12:00:00Z,x\n")
    assert left_in(store) == untouched


def test_a_file_of_another_kind_is_named(run: Import) -> None:
    with pytest.raises(BadInput, match="a web page") as refused:
        run("<!DOCTYPE html><p>Sign in")
    assert "csv" in refused.value.hint


def test_a_store_for_reading_only_takes_nothing(store: Store, run: Import) -> None:
    store.journal.read_only = True
    with pytest.raises(StoreProblem, match="for reading only"):
        run(GOOD)
    assert not (store.path / "import.lock").exists()
    assert run(GOOD, dry_run=True).stored == 3


def test_a_name_that_is_no_name_is_set_aside(store: Store, run: Import) -> None:
    rows = "".join(f"2026-11-02T10:00:{second:02d}Z,cpu,1\n" for second in range(30))
    report = run(f"ts,metric,value\n{rows}2026-11-02T10:00:00Z,{'m' * 100_000},1\n")
    assert counts(report) == (31, 30, 0, 1)
    assert "100,000 characters" in report.rejects[0].reason
    assert list(stored(store)) == ["cpu"]


def test_a_tenth_rejected_is_still_taken(run: Import) -> None:
    rows = "".join(f"2026-11-02T11:00:{n:02d}Z,1\n" for n in range(9))
    assert counts(run(f"ts,value\n{rows}2026-11-02T12:00:00Z,x\n")) == (10, 9, 0, 1)


def test_a_dry_run_tells_the_same_and_leaves_nothing(store: Store, run: Import) -> None:
    run(GOOD)
    untouched, entries = left_in(store), entry_count(store)
    text = GOOD + "2026-11-02T10:00:03Z,5\n"
    told = run(text, dry_run=True)
    assert (told.dry_run, told.id) == (True, "")
    assert left_in(store) == untouched
    assert entry_count(store) == entries
    assert counts(run(text)) == counts(told) == (4, 1, 3, 0)


def entry_count(store: Store) -> int:
    with store.journal.read() as connection:
        return journal.count(connection)


def test_a_refused_file_adds_no_system(store: Store, run: Import) -> None:
    entries = entry_count(store)
    with pytest.raises(BadInput):
        run("ts,value\nyesterday,1\n")
    assert entry_count(store) == entries


def test_late_samples_are_judged_again(store: Store, run: Import) -> None:
    run("ts,value\n2026-11-02T10:00:00Z,1\n2026-11-02T12:00:00Z,1\n")
    with store.signals.read() as connection:
        [(number, _)] = series.list_all(connection)
    noon = to_us(datetime(2026, 11, 2, 12, tzinfo=UTC))
    set_mark(store, number, noon)
    run("ts,value\n2026-11-02T11:00:00Z,1\n")
    with store.signals.read() as connection:
        assert watermarks.behind(connection, "departure", "1", None) == [number]


def set_mark(store: Store, number: int, upto_us: int) -> None:
    from sqlalchemy import insert

    from tocsin.store.schema import watermark

    with store.signals.write() as connection:
        connection.execute(
            insert(watermark).values(series=number, detector="departure", version="1", upto_us=upto_us)
        )
        assert watermarks.behind(connection, "departure", "1", None) == []


def test_a_system_needs_a_name(store: Store, author: Author, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a system's name"):
        finish(ingest(store, author, tmp_path / "none.csv", system=" \n", options=Options()))
