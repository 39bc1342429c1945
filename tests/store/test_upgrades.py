"""Every schema version ever written can be opened: one step at a time, after a verified copy."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from tocsin.model.journal import StoreUpgraded
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations.verification import verify
from tocsin.store import alerts, backup, journal, projections, samples, series, upgrades
from tocsin.store.folder import Store, open_store
from tocsin.store.schema import JOURNAL_VERSION, SIGNALS_VERSION

EXAMPLES = Path(__file__).parents[1] / "data" / "stores"


def add_column(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE operator ADD COLUMN phone TEXT"))


def fail(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE half (made INTEGER) STRICT"))
    raise RuntimeError("the plug was pulled")


def test_every_version_has_a_step_and_an_example() -> None:
    assert set(upgrades.JOURNAL_STEPS) == set(range(1, JOURNAL_VERSION))
    assert set(upgrades.SIGNALS_STEPS) == set(range(1, SIGNALS_VERSION))
    versions = {path.name for path in EXAMPLES.glob("journal-*")}
    assert {f"journal-{v}.tocsin" for v in range(1, JOURNAL_VERSION + 1)} <= versions


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.tocsin")), ids=lambda path: path.name)
def test_a_stored_example_opens_verifies_and_keeps_its_words(
    example: Path, tmp_path: Path, clock: ManualClock, author: Author
) -> None:
    store = open_store(shutil.copytree(example, tmp_path / example.name), clock=clock)
    try:
        assert verify(store).ok  # before it is upgraded too
        upgrades.upgrade(store, author)
        with store.journal.read() as connection:
            assert journal.verify(connection) is None
            assert projections.differences(projections.stored(connection), journal.entries(connection)) == []
            assert journal.count(connection) > 10
        with store.signals.read() as connection:
            held = {
                signal.metric: len(samples.read(connection, number)[0])
                for number, signal in series.list_all(connection)
            }
        assert held["approval_rate"] == 576
    finally:
        store.close()


def test_an_upgraded_store_is_laid_out_like_a_new_one(
    tmp_path: Path, clock: ManualClock, author: Author, store: Store
) -> None:
    def layout(one: Store) -> dict[str, object]:
        found: dict[str, object] = {}
        for file in (one.journal, one.signals):
            with file.read() as connection:
                seen = inspect(connection)
                for table in seen.get_table_names():
                    columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(table)}
                    indexes = {str(i["name"]): i["column_names"] for i in seen.get_indexes(table)}
                    found[table] = columns, indexes
        return found

    old = open_store(shutil.copytree(EXAMPLES / "journal-1.tocsin", tmp_path / "old.tocsin"), clock=clock)
    try:
        upgrades.upgrade(old, author)
        assert layout(old) == layout(store)
    finally:
        old.close()


def test_a_step_is_taken_after_a_backup_and_recorded(store: Store, author: Author) -> None:
    steps = {JOURNAL_VERSION: add_column}
    upgrades.upgrade(store, author, journal_steps=steps, journal_version=JOURNAL_VERSION + 1)
    assert store.journal.version() == JOURNAL_VERSION + 1
    with store.journal.read() as connection:
        assert "phone" in {column["name"] for column in inspect(connection).get_columns("operator")}
        body = journal.entries(connection, kinds=["store.upgraded"])[0].body
    assert isinstance(body, StoreUpgraded)
    assert backup.check(store.path / "backups" / body.backup) == 1


def test_a_step_that_fails_leaves_the_old_version_whole(store: Store, author: Author) -> None:
    steps = {JOURNAL_VERSION: fail}
    with pytest.raises(RuntimeError):
        upgrades.upgrade(store, author, journal_steps=steps, journal_version=JOURNAL_VERSION + 1)
    assert store.journal.version() == JOURNAL_VERSION
    with store.journal.read() as connection:
        assert "half" not in inspect(connection).get_table_names()
        assert journal.verify(connection) is None


def test_the_signals_file_is_copied_before_its_step(store: Store, author: Author) -> None:
    steps = {SIGNALS_VERSION: lambda connection: connection.execute(text("DELETE FROM message"))}
    upgrades.upgrade(store, author, signals_steps=steps, signals_version=SIGNALS_VERSION + 1)
    assert store.signals.version() == SIGNALS_VERSION + 1
    assert (store.path / "backups" / f"signals-schema-{SIGNALS_VERSION}.db").is_file()


def test_nothing_happens_when_all_is_new(store: Store, author: Author) -> None:
    upgrades.upgrade(store, author)
    assert list(store.path.glob("backups/*")) == []


def test_alerts_that_ended_are_known_to_have_after_the_step(
    tmp_path: Path, clock: ManualClock, author: Author
) -> None:
    path = shutil.copytree(EXAMPLES / "journal-2.tocsin", tmp_path / "old.tocsin")
    ended = "2026-11-02T14:00:00Z"
    with closing(sqlite3.connect(path / "signals.db")) as raw, raw:
        raw.execute("CREATE TEMP TABLE one AS SELECT * FROM alert LIMIT 1")
        raw.execute("UPDATE one SET id = 'over', key = 'over'")
        raw.execute("UPDATE one SET body = CAST(json_set(body, '$.id', id, '$.ended', ?) AS BLOB)", (ended,))
        raw.execute("INSERT INTO alert SELECT * FROM one")
    store = open_store(path, clock=clock)
    try:
        upgrades.upgrade(store, author)
        with store.signals.read() as connection:
            over = alerts.get(connection, "over")
            assert over.ended is not None
            lasting = [one.id for one in alerts.list_all(connection, since=over.ended + timedelta(hours=1))]
            recent = [one.id for one in alerts.list_all(connection, since=over.ended)]
        assert "over" not in lasting
        assert set(recent) == {*lasting, "over"}
        assert lasting
    finally:
        store.close()
