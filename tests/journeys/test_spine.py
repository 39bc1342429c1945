"""From a monitoring export to an incident report, through the window, on real data."""

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tocsin.operations import alerts, clocks, documents, incidents, timeline
from tocsin.operations.verification import verify
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.console import App
from tocsin.ui.text import not_plain

Opener = Callable[[Path], App]
EXPORT = "data/realKnownCause/ec2_request_latency_system_failure.csv"
LINE = "Restarted the node that answered slowly"


def imported(qtbot: QtBot, app: App, file: Path) -> None:
    """Ctrl+I, the path, the system, the button."""
    qtbot.keyClick(app.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    app.sheets.importing.file.setText(str(file))
    app.sheets.importing.system.setEditText("request router")
    with qtbot.waitSignal(app.sheets.importing.imported):
        qtbot.mouseClick(app.sheets.importing.go, Qt.MouseButton.LeftButton)


def declared(qtbot: QtBot, app: App) -> str:
    """Declare from the alert the detectors raised; return the incident's id."""
    qtbot.waitUntil(lambda: bool(alerts.list_all(app.store)))
    alert = alerts.list_all(app.store)[0]
    app.sheets.declare.open_for(alert.id, alert.system)
    qtbot.waitUntil(lambda: app.sheets.declare.system.currentText() == "request router")
    app.sheets.declare.title.setText("Requests answered ten times slower")
    with qtbot.waitSignal(app.sheets.declare.declared):
        qtbot.keyClick(app.sheets.declare.title, Qt.Key.Key_Return)
    return app.desk.incident


def logged(qtbot: QtBot, app: App, incident: str, words: str) -> None:
    """L, the words, Enter."""
    screen = app.window.show_screen("command")
    assert isinstance(screen, CommandScreen)
    qtbot.waitUntil(lambda: screen.view is not None and screen.view.incident.id == incident)
    qtbot.keyClick(screen, Qt.Key.Key_L)
    qtbot.waitUntil(screen.log.input.hasFocus)
    qtbot.keyClicks(screen.log.input, words)
    qtbot.keyClick(screen.log.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(item.text == words for item in timeline.listed(app.store, incident)))


def test_from_an_export_to_a_report_across_a_restart(
    qtbot: QtBot, opened: Opener, folder: Path, shared_data: Path
) -> None:
    app = opened(folder)
    imported(qtbot, app, shared_data / "nab" / EXPORT)
    incident = declared(qtbot, app)
    logged(qtbot, app, incident, LINE)
    due = {clock.id: clock.due for clock in clocks.listed(app.store, incident)}
    assert not_plain(app.window) == []
    app.window.close()

    again = opened(folder)
    qtbot.waitUntil(lambda: again.desk.incident == incident)
    assert {clock.id: clock.due for clock in clocks.listed(again.store, incident)} == due
    (item,) = [one for one in timeline.listed(again.store, incident) if one.text == LINE]
    timeline.correct(again.store, again.desk.author, item.id, lane="done")
    qtbot.keyClick(again.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    exports = again.store.path / "exports"
    qtbot.waitUntil(lambda: bool(incidents.get(again.store, incident).exports))
    (report,) = exports.glob("*.pdf")
    words = " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(report.read_bytes())).pages).split()
    )
    assert LINE in words
    assert "Requests answered ten times slower" in words
    assert documents.render(documents.build(again.store, incident)) == report.read_bytes()
    assert verify(again.store).ok


def test_what_another_process_imports_appears_in_the_open_window(
    qtbot: QtBot, opened: Opener, folder: Path, shared_data: Path
) -> None:
    app = opened(folder)
    incident = incidents.declare(app.store, app.desk.author, title="t", system="request router")
    app.desk.choose_incident(incident.id)
    screen = app.window.show_screen("command")
    assert isinstance(screen, CommandScreen)
    file = shared_data / "nab" / EXPORT
    command = [sys.executable, "-m", "tocsin", "import", str(file), "--system", "request router"]
    subprocess.run([*command, "--store", str(folder), "--json"], check=True, capture_output=True)
    qtbot.waitUntil(lambda: bool(screen.signals.shown))


def test_two_consoles_see_each_others_entries_and_raise_no_alert_twice(
    qtbot: QtBot, opened: Opener, folder: Path, shared_data: Path
) -> None:
    one, other = opened(folder), opened(folder)
    imported(qtbot, one, shared_data / "nab" / EXPORT)
    qtbot.waitUntil(lambda: bool(alerts.list_all(other.store)))
    qtbot.waitUntil(lambda: not one.jobs.busy() and not other.jobs.busy())
    found = alerts.list_all(other.store)
    keys = [(alert.signal, alert.detector, alert.version, alert.start) for alert in found]
    assert len(keys) == len({str(key) for key in keys})
    with qtbot.waitSignal(other.bell.journal_changed):
        incidents.declare(one.store, one.desk.author, title="seen by both", system="request router")
    assert [known.title for known in incidents.listed(other.store)] == ["seen by both"]


def test_a_store_without_anything_shows_calm_screens_in_one_window(
    qtbot: QtBot, qapp: QApplication, opened: Opener, folder: Path
) -> None:
    app = opened(folder)
    strays: list[QObject] = []
    watch = _WindowWatch(app.window, strays)
    qapp.installEventFilter(watch)
    for key in ("wall", "command", "timeline", "report"):
        screen = app.window.show_screen(key)
        qtbot.waitUntil(lambda: not app.jobs.busy())
        assert screen.isVisible()
    qapp.removeEventFilter(watch)
    assert strays == []
    assert not_plain(app.window) == []


class _WindowWatch(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self, window: QWidget, strays: list[QObject]) -> None:
        super().__init__()
        self._window, self._strays = window, strays

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        shown = event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow()
        if shown and watched is not self._window:
            self._strays.append(watched)
        return False
