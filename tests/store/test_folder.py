"""A store folder: made once, opened by any number, refused when it is not what this program can write."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tocsin.errors import BadInput, StoreProblem
from tocsin.model.journal import TimelineAdded
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import stores
from tocsin.store import backup, journal
from tocsin.store.folder import Store, create_store, is_store, open_store
from tocsin.store.schema import JOURNAL_VERSION, SIGNALS_VERSION


def reopened(store: Store) -> Store:
    return open_store(store.path, clock=store.clock)


def test_a_new_store_has_its_parts(store: Store) -> None:
    names = {path.name for path in store.path.iterdir()}
    assert {"journal.db", "signals.db", "evidence", "imports", "exports", "backups"} <= names
    assert (store.code, store.zone) == ("WR", "Europe/Berlin")


def test_making_it_again_opens_what_is_there(store: Store, clock: ManualClock, author: Author) -> None:
    again = create_store(store.path, code="XX", zone="UTC", clock=clock, author=author)
    try:
        assert (again.site, again.code) == (store.site, "WR")
    finally:
        again.close()


def test_what_was_written_is_there_after_reopening(store: Store, author: Author) -> None:
    with store.write() as write:
        entry = write.add(author, TimelineAdded("noted", "still here"), incident="i")
    other = reopened(store)
    try:
        with other.journal.read() as connection:
            assert journal.entry(connection, entry.id) == entry
    finally:
        other.close()


def test_two_open_stores_write_one_chain(store: Store, author: Author) -> None:
    other = reopened(store)
    try:
        for number in range(10):
            with (store if number % 2 else other).write() as write:
                write.add(author, TimelineAdded("noted", str(number)), incident="i")
        with store.journal.read() as connection:
            assert journal.verify(connection) is None
            assert [e.seq for e in journal.entries(connection)] == list(range(1, 12))
    finally:
        other.close()


@pytest.mark.parametrize("file", ["journal.db", "signals.db"])
def test_a_newer_schema_is_refused_and_named(store: Store, file: str) -> None:
    database = store.journal if file == "journal.db" else store.signals
    known = JOURNAL_VERSION if file == "journal.db" else SIGNALS_VERSION
    with database.write() as connection:
        database.set_version(connection, known + 7)
    with pytest.raises(StoreProblem, match=rf"newer Tocsin \(schema {known + 7}") as refused:
        reopened(store)
    assert file in refused.value.where


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path, clock: ManualClock) -> None:
    folder = tmp_path / "odd.tocsin"
    folder.mkdir()
    (folder / "journal.db").write_bytes(b"this is no database, whatever its name says" * 99)
    with pytest.raises(StoreProblem, match="not a store"):
        open_store(folder, clock=clock)
    assert (folder / "journal.db").read_bytes().startswith(b"this is no database")


def test_a_missing_store_says_what_to_do(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(StoreProblem, match="tocsin init"):
        open_store(tmp_path / "none.tocsin", clock=clock)


def test_a_store_whose_journal_is_gone_is_not_made_anew(store: Store, author: Author) -> None:
    backup.make(store)
    store.close()
    (store.path / "journal.db").unlink()
    with pytest.raises(StoreProblem, match=r"backups are there.*tocsin restore"):
        open_store(store.path, clock=store.clock)
    with pytest.raises(StoreProblem, match="tocsin restore"):
        create_store(store.path, code="XX", zone="UTC", clock=store.clock, author=author)


def test_losing_the_signals_loses_nothing_decided(store: Store, author: Author) -> None:
    with store.write() as write:
        write.add(author, TimelineAdded("noted", "still here"), incident="i")
    store.close()
    (store.path / "signals.db").unlink()
    again = stores.open_or_create(store.path, clock=store.clock, create=False)
    try:
        assert again.signals.version() == SIGNALS_VERSION
        assert "signals.db was gone" in again.warnings[0]
        with again.journal.read() as connection:
            assert journal.count(connection) == 2
    finally:
        again.close()


def test_a_store_whose_making_was_killed_can_be_made(store: Store, author: Author) -> None:
    store.close()
    (store.path / "journal.db").write_bytes(b"")  # as SQLite leaves it until the first commit
    (store.path / "signals.db").unlink()
    assert not is_store(store.path)
    again = create_store(store.path, code="XX", zone="UTC", clock=store.clock, author=author)
    assert again.code == "XX"
    again.close()


def test_another_programs_database_is_refused(tmp_path: Path, clock: ManualClock) -> None:
    folder = tmp_path / "odd.tocsin"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "journal.db")) as foreign:
        foreign.executescript("CREATE TABLE notes (text); PRAGMA user_version = 1")
    with pytest.raises(StoreProblem, match="another program"):
        open_store(folder, clock=clock)


@pytest.mark.parametrize(
    ("name", "code", "zone"),
    [("a.tocsin", "wr", "UTC"), ("a.tocsin", "", "UTC"), ("a.tocsin", "TOOLONGCODE", "UTC"),
     ("a.tocsin", "WR", "Mars/Olympus"), ("a.tocsin", "WR", "../../etc/passwd"), ("a.txt", "WR", "UTC")],
)  # fmt: skip
def test_wrong_words_make_no_store(
    tmp_path: Path, clock: ManualClock, author: Author, name: str, code: str, zone: str
) -> None:
    with pytest.raises(BadInput):
        create_store(tmp_path / name, code=code, zone=zone, clock=clock, author=author)
    assert not (tmp_path / name / "journal.db").exists()


def test_the_safe_settings_are_read_back(store: Store) -> None:
    with store.journal.read() as connection:
        ask = connection.exec_driver_sql
        assert ask("PRAGMA journal_mode").scalar() == "truncate"
        assert ask("PRAGMA synchronous").scalar() == 2
        assert ask("PRAGMA secure_delete").scalar() == 1


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else False, reason="root may write anywhere")
def test_a_read_only_folder_opens_for_reading(store: Store, author: Author) -> None:
    store.close()
    store.path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        other = reopened(store)
        assert other.read_only
        with pytest.raises(StoreProblem, match="reading only"), other.write() as write:
            write.add(author, TimelineAdded("noted", "no"), incident="i")
        other.close()
    finally:
        store.path.chmod(stat.S_IRWXU)


def test_a_commit_that_failed_after_landing_is_not_called_unsaved(store: Store, author: Author) -> None:
    with store.write() as write:
        entry = write.add(author, TimelineAdded("noted", "landed"), incident="i")
        write.connection.commit()
        # As a disk error does that is reported when the data is down already.
        raise StoreProblem("disk I/O error")
    with store.journal.read() as connection:
        assert journal.has(connection, entry.id)
