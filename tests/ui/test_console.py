"""The console as a whole: what no screen does alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.importers.base import Options
from tocsin.model.incident import CLOSED
from tocsin.model.journal import ClockJumped
from tocsin.now import ManualClock
from tocsin.operations import evidence, incidents, observations, spotcheck
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui import offered
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.console import App
from tocsin.ui.playbook.screen import PlaybookScreen


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
    incidents.move(store, by, closed.id, CLOSED, note="a test")
    incidents.declare(store, by, title="Slow answers", system="assistant")
    app.window.show_screen("wall")

    def found() -> list[str]:
        app.window.open_finder()
        app.window.finder.line.setText(closed.reference)
        rows = app.window.finder.list
        return [rows.item(row).text() for row in range(rows.count())]

    qtbot.waitUntil(lambda: any("wrong language" in text for text in found()))
    assert "wrong language" in found()[0], "what was typed in full comes first"
    qtbot.keyClick(app.window.finder.line, Qt.Key.Key_Return)
    assert app.desk.incident == closed.id


def test_an_observation_is_reported_from_anywhere_by_a_key_a_line_and_enter(
    qtbot: QtBot, app: App, store: Store, tmp_path: Path
) -> None:
    """A file let go over the window meanwhile is evidence, not something to import."""
    observations.report(store, app.desk.author, system="scorer", text="the first")
    (tmp_path / "scan.png").write_bytes(b"\x89PNG")
    app.window.show_screen("report")
    app.window.activateWindow()
    qtbot.keyClick(app.window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: app.sheets.observe.system.currentText() == "scorer")
    qtbot.keyClicks(app.sheets.observe.text, "letters look wrong")
    app.window.dropped.emit(str(tmp_path / "scan.png"))
    assert not app.sheets.importing.isVisible()
    with qtbot.waitSignal(app.sheets.observe.reported) as reported:
        qtbot.keyClick(app.sheets.observe.text, Qt.Key.Key_Return)
    assert [one.name for one in evidence.of(store, reported.args[0])] == ["scan.png"]
    assert observations.get(store, reported.args[0]).text == "letters look wrong"
    assert "attached" in app.window.footer.notice.text()


def test_a_spot_check_is_reviewed_from_anywhere_by_its_keys(
    qtbot: QtBot, app: App, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "log.csv").write_text(
        "id,time,answer\n" + "".join(f"d{n},2026-10-01T10:{n:02}:00Z,yes\n" for n in range(60))
    )
    options = Options(record="decisions")
    finish(ingest(store, app.desk.author, tmp_path / "log.csv", system="scorer", options=options))
    draw = spotcheck.draw(store, app.desk.author, "scorer", size=10, seed=1).id
    app.window.show_screen("report")
    app.window.activateWindow()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(app.window, Qt.Key.Key_K, both)
    qtbot.waitUntil(lambda: bool(app.sheets.spotcheck.view.decision))
    for key in (Qt.Key.Key_1, Qt.Key.Key_2):
        with qtbot.waitSignal(app.sheets.spotcheck.judged):
            qtbot.keyClick(app.sheets.spotcheck, key)
    told = spotcheck.report(store, draw)
    assert (told.right, told.wrong) == (1, 1)
    qtbot.keyClick(app.sheets.spotcheck, Qt.Key.Key_Escape)
    assert not app.sheets.spotcheck.isVisible()
    qtbot.keyClick(app.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: spotcheck.report(store, draw).wrong == 0)


def _choose(qtbot: QtBot, app: App, typed: str) -> None:
    app.window.open_finder()
    qtbot.keyClicks(app.window.finder.line, typed)
    qtbot.keyClick(app.window.finder.line, Qt.Key.Key_Return)


def test_what_the_keys_of_a_screen_do_is_found_from_any_other(qtbot: QtBot, app: App, store: Store) -> None:
    incidents.declare(store, app.desk.author, title="Scorer declines", system="scorer")
    _choose(qtbot, app, "Assign roles")
    screen = app.window.stack.currentWidget()
    assert isinstance(screen, CommandScreen)
    qtbot.waitUntil(lambda: screen.ask.isVisible())
    assert app.window.front == "command"


def test_the_buttons_in_sight_are_found_once_and_do_what_they_say(
    qtbot: QtBot, app: App, store: Store
) -> None:
    incidents.declare(store, app.desk.author, title="Scorer declines", system="scorer")
    screen = app.window.show_screen("playbook")
    assert isinstance(screen, PlaybookScreen)
    qtbot.waitUntil(lambda: screen.view is not None)
    found = [one.title for one in offered.here(app.window)]
    assert not any("nobody planned" in one for one in found), "the window's own list has it"
    mine = next(one for one in offered.here(app.window) if one.detail == "M")
    assert mine.title == "Mine: Show only my steps"
    mine.run()
    assert screen.steps.mine
