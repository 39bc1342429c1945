"""Is a commit heard, whoever made it, and only where it happened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from tocsin.errors import StoreProblem
from tocsin.now import ManualClock
from tocsin.store.database import Database
from tocsin.store.folder import Store, open_store
from tocsin.ui.bell import Bell


def touch(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS touched (at INTEGER)")
        connection.exec_driver_sql("INSERT INTO touched VALUES (1)")


@pytest.fixture
def bell(qtbot: QtBot, store: Store) -> Iterator[Bell]:
    """A bell that has rung for the beginning."""
    bell = Bell(store)
    with qtbot.waitSignals([bell.journal_changed, bell.signals_changed]):
        bell.start()
    yield bell
    bell.silence()


def test_a_commit_rings_for_its_file_only(qtbot: QtBot, store: Store, bell: Bell) -> None:
    with qtbot.waitSignal(bell.journal_changed), qtbot.assertNotEmitted(bell.signals_changed):
        touch(store.journal)
    with qtbot.waitSignal(bell.signals_changed), qtbot.assertNotEmitted(bell.journal_changed):
        touch(store.signals)


def test_a_commit_of_another_console_is_heard(
    qtbot: QtBot, store: Store, bell: Bell, clock: ManualClock
) -> None:
    other = open_store(store.path, clock=clock)
    with qtbot.waitSignal(bell.journal_changed):
        touch(other.journal)
    other.close()


def test_what_comes_while_the_screen_is_busy_rings_once(qtbot: QtBot, store: Store) -> None:
    bell, rings = Bell(store), list[int]()
    bell.journal_changed.connect(lambda: rings.append(1))
    for _ in range(5):
        bell._note({"journal"}, None)
    qtbot.waitUntil(lambda: bool(rings))
    QCoreApplication.processEvents()
    assert rings == [1]


def test_nothing_rings_after_silence(qtbot: QtBot, store: Store, bell: Bell) -> None:
    touch(store.journal)
    bell.silence()
    with qtbot.assertNotEmitted(bell.journal_changed, wait=50):
        touch(store.journal)


def test_a_store_that_cannot_be_read_is_told_once(qtbot: QtBot, tmp_path: Path) -> None:
    class Gone:
        journal = signals = Database(
            tmp_path / "no" / "journal.db", page_size=4096, cache_kib=64, read_only=True
        )

    bell, told = Bell(Gone()), list[object]()
    bell.failed.connect(told.append)
    bell.start()
    qtbot.waitUntil(lambda: bool(told))
    bell.silence()
    assert [type(each) for each in told] == [StoreProblem]
    Gone.journal.close()
