"""The console as a whole: what no screen does alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.app import App
from tocsin.model.journal import ClockJumped
from tocsin.now import ManualClock
from tocsin.store import journal
from tocsin.store.folder import Store


@pytest.fixture
def app(qapp: QApplication, store: Store) -> Iterator[App]:
    """The console on a store, Operator A at the desk."""
    made = App(qapp, store, theme="dark")
    made.desk.choose_operator("Operator A")
    made.start()
    yield made
    made.window.close()
    made.close()


def jumps(store: Store) -> list[float]:
    with store.journal.read() as connection:
        entries = journal.entries(connection, kinds=["clock.jumped"])
    return [entry.body.seconds for entry in entries if isinstance(entry.body, ClockJumped)]


def test_a_clock_that_somebody_set_is_told_and_recorded(
    qtbot: QtBot, app: App, store: Store, clock: ManualClock
) -> None:
    clock.advance(minutes=5)  # as a suspend does: both clocks move, and nothing is wrong
    app.heartbeat.beat()
    clock.set_wall(clock.now() - timedelta(hours=2))
    app.heartbeat.beat()
    qtbot.waitUntil(lambda: jumps(store) == [-7200.0])
    assert "set back" in app.window.footer.notice.text()
