"""The console as a whole: what no screen does alone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.incident import CLOSED
from tocsin.model.journal import ClockJumped
from tocsin.now import ManualClock
from tocsin.operations import incidents
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.console import App


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


def test_a_closed_incident_is_found_and_opened_again(qtbot: QtBot, app: App, store: Store) -> None:
    by = app.desk.author
    closed = incidents.declare(store, by, title="Answers in the wrong language", system="assistant")
    incidents.move(store, by, closed.id, CLOSED)
    incidents.declare(store, by, title="Slow answers", system="assistant")
    app.window.show_screen("wall")

    def found() -> list[str]:
        app.window.open_finder()
        app.window.finder.line.setText(closed.reference)
        rows = app.window.finder.list
        return [rows.item(row).text() for row in range(rows.count())]

    qtbot.waitUntil(lambda: any("wrong language" in text for text in found()), timeout=20_000)
    assert "wrong language" in found()[0], "what was typed in full comes first"
    qtbot.keyClick(app.window.finder.line, Qt.Key.Key_Return)
    assert app.desk.incident == closed.id
