"""Can a person be kept out of documents for outsiders with the keyboard alone."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.redaction import LEFT_OUT
from tocsin.operations import redaction, timeline
from tocsin.store import incidents
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.timeline.editor import TimelineScreen


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk, incident: Incident) -> Iterator[TimelineScreen]:
    shown = TimelineScreen(desk)
    qtbot.addWidget(shown)
    shown.resize(1302, 698)
    shown.show()
    qtbot.waitUntil(lambda: shown.lanes.isVisible() and bool(shown.lanes.marks))
    yield shown
    qtbot.waitUntil(lambda: not desk.jobs.busy())


def test_p_marks_a_passage_of_the_entry_in_hand(qtbot: QtBot, screen: TimelineScreen, store: Store) -> None:
    desk = screen.lanes.desk
    entry = timeline.add(store, desk.author, desk.incident, "The analyst was ill, so nobody looked.")
    qtbot.waitUntil(lambda: screen.table.entries.row_of(entry.id) >= 0)
    screen.select(entry.id)
    screen.table.setFocus()
    qtbot.keyClick(screen.table, Qt.Key.Key_P)
    form = screen.side.personal
    qtbot.waitUntil(form.isVisible)
    qtbot.keyClicks(form.passage, "was well")
    qtbot.keyClick(form.passage, Qt.Key.Key_Return)
    qtbot.waitUntil(form.trouble.isVisible)
    form.passage.clear()
    qtbot.keyClicks(form.passage, "was ill")
    qtbot.keyClicks(form.reason, "health")
    qtbot.keyClick(form.reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "was ill" in screen.side.details.state.text())
    with store.journal.read() as connection:
        redacted = redaction.of(connection, incidents.get(connection, desk.incident))
    assert redacted.text("The analyst was ill.") == f"The analyst {LEFT_OUT}."


def test_escape_marks_nothing(qtbot: QtBot, screen: TimelineScreen, store: Store) -> None:
    desk = screen.lanes.desk
    entry = timeline.add(store, desk.author, desk.incident, "Words")
    qtbot.waitUntil(lambda: screen.table.entries.row_of(entry.id) >= 0)
    screen.select(entry.id)
    screen.table.setFocus()
    qtbot.keyClick(screen.table, Qt.Key.Key_P)
    qtbot.waitUntil(screen.side.personal.isVisible)
    qtbot.keyClick(screen.side.personal.passage, Qt.Key.Key_Escape)
    qtbot.waitUntil(screen.side.details.isVisible)
    assert redaction.marks(store, desk.incident) == ()
