"""An import that is stopped, crashes or has company: nothing is seen before all of it, nothing is left."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from tocsin.errors import StoreProblem
from tocsin.importers.base import Options
from tocsin.model.instant import from_us, to_us
from tocsin.model.journal import ImportCompleted
from tocsin.model.operator import Author
from tocsin.operations import ingest as operation
from tocsin.operations.imports import append_missing_entries
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.store import imports, journal, samples, series
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


def left_in(store: Store) -> tuple[list[str], int, dict[str, list[tuple[datetime, float]]]]:
    with store.signals.read() as connection:
        rows = len(imports.pending(connection)) + len(list(imports.list_all(connection)))
    return sorted(os.listdir(store.path / "imports")), rows, stored(store)


def entry_count(store: Store) -> int:
    with store.journal.read() as connection:
        return journal.count(connection)


@pytest.mark.parametrize("steps", range(1, 12))
def test_stopped_at_any_step_it_leaves_nothing(
    store: Store, author: Author, tmp_path: Path, steps: int
) -> None:
    file = tmp_path / "latency.csv"
    file.write_text(GOOD)
    untouched, entries = left_in(store), entry_count(store)
    work = ingest(store, author, file, system="shop", options=Options())
    for _ in range(steps):
        if next(work, None) is None:
            return
    work.close()
    assert left_in(store) == untouched
    assert entry_count(store) == entries
    with FileLock(store.path / "import.lock", timeout=0):
        pass


def test_nothing_of_an_import_is_seen_before_all_of_it(
    store: Store, author: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.importers.csv_samples._WINDOW", 100)
    monkeypatch.setattr("tocsin.operations.writing._SAMPLES_AT_ONCE", 100)
    file = tmp_path / "latency.csv"
    file.write_text(
        "ts,value\n" + "".join(f"2026-11-02T11:{n // 60:02d}:{n % 60:02d}Z,1\n" for n in range(1_000))
    )
    seen = set()
    work = ingest(store, author, file, system="shop", options=Options())
    for _ in work:
        seen.add(len(stored(store).get("latency", [])))
    assert seen == {0}
    assert len(stored(store)["latency"]) == 1_000


def test_a_crash_is_swept_by_the_next_import(
    store: Store, author: Author, run: Import, tmp_path: Path
) -> None:
    with store.signals.write() as connection:
        number = imports.begin(
            connection, id=store.new_id(), source="x", sha256="", importer="csv", record="samples",
            system="gone", author=author, started=store.now(),
        )  # fmt: skip
        times = np.arange(10_000, dtype=np.int64) + to_us(store.now())
        samples.append(connection, 77, times, np.ones(10_000), number)
    (store.path / "imports" / "work").mkdir()
    (store.path / "imports" / "work" / "original").write_text("half of it")
    run(GOOD)
    with store.signals.read() as connection:
        assert imports.pending(connection) == []
        assert samples.span(connection, 77) is None
    assert not (store.path / "imports" / "work").exists()


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """A function that lets no file grow beyond so many bytes from now on: the next best to a full disk."""
    resource = pytest.importorskip("resource", reason="no limits on the size of files on this system")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("rows", [200, 20_000])
def test_a_full_disk_is_told_in_words_and_nothing_is_left(
    store: Store, author: Author, run: Import, small_disk: Callable[[int], None], tmp_path: Path, rows: int
) -> None:
    run(GOOD)
    before = left_in(store)
    file = tmp_path / "long.csv"
    file.write_text("ts,value\n" + "2026-11-02T10:00:00Z,1\n" * rows)
    small_disk(2_048)
    with pytest.raises(StoreProblem, match=r"long\.csv.*Nothing of it was stored"):
        finish(ingest(store, author, file, system="shop", options=Options()))
    small_disk(1 << 30)
    assert left_in(store) == before


def test_what_cannot_be_made_visible_leaves_no_files(
    store: Store, run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object) -> None:
        raise StoreProblem("the disk is full.")

    rows = "".join(f"2026-11-02T10:00:{n:02d}Z,{n}\n" for n in range(20))
    with monkeypatch.context() as patched, pytest.raises(StoreProblem):
        patched.setattr(imports, "complete", fails)
        run(f"ts,value\n{rows}2026-11-02T10:01:00Z,x\n")
    assert left_in(store) == ([], 0, {})


def test_an_entry_that_a_crash_lost_is_appended_at_the_start(
    store: Store, run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(operation.imported, "append_entry", dies)
        with pytest.raises(KeyboardInterrupt):
            run(GOOD)
    assert len(stored(store)["latency"]) == 3
    entries = entry_count(store)
    assert append_missing_entries(store) == 1
    assert append_missing_entries(store) == 0
    assert entry_count(store) == entries + 1
    with store.signals.read() as connection, store.journal.read() as other:
        [done] = imports.list_all(connection)
        assert isinstance(journal.entry(other, done.id).body, ImportCompleted)


def test_two_imports_take_turns(store: Store, author: Author, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(GOOD)
    first = ingest(store, author, tmp_path / "a.csv", system="shop", options=Options())
    second = ingest(store, author, tmp_path / "b.csv", system="shop", options=Options())
    next(first)
    assert next(second).note == "waiting for another import to finish"
    assert finish(first).stored == 3
    assert finish(second).stored == 3
