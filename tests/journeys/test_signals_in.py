"""From a source and a person to an incident: a real Prometheus, asked by the open console, and a report."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests import peers
from tocsin.model.observation import USER
from tocsin.model.source import LiveSource
from tocsin.operations import evidence as attached
from tocsin.operations import incidents, observations, signals, sources, systems, timeline
from tocsin.operations.verification import verify
from tocsin.ui.console import App
from tocsin.ui.signals.screen import SignalsScreen
from tocsin.ui.text import not_plain

Opener = Callable[[Path], App]
CONTROL = Qt.KeyboardModifier.ControlModifier
NOTICED = "Applicants over sixty say they are declined"


def asked(app: App, url: str) -> LiveSource:
    """Add the server as a source, as the form of the sources does."""
    system = systems.ensure(app.store, app.desk.author, "credit scorer")
    settings = {"query": "up", "step": "1s", "back": "1m", "delay": "0s"}
    return sources.save(
        app.store, app.desk.author, LiveSource("war-room", "prometheus_api", url, system.id, 1.0, settings)
    )


def test_a_server_and_a_person_tell_what_is_wrong(
    qtbot: QtBot, opened: Opener, folder: Path, tmp_path: Path
) -> None:
    evidence = tmp_path / "call.txt"
    evidence.write_text("14 calls today, usually 3\n")
    with (
        peers.Exporter() as exporter,
        peers.serving(peers.prometheus(tmp_path, targets=[exporter.port])) as server,
    ):
        app = opened(folder)
        asked(app, server.url)
        screen = app.window.show_screen("signals")
        assert isinstance(screen, SignalsScreen)
        # Samples come, and the open screen shows them without being asked.
        screen.show_tab("Signals")
        shown = screen.listing
        qtbot.waitUntil(lambda: shown.view is not None and len(shown.view.rows) > 0)
        [placed] = [one.id for one in signals.look(app.store).rows if one.signal.metric == "up"][:1]
        signals.place(app.store, app.desk.author, [placed], layer="safety")
        qtbot.waitUntil(
            lambda: shown.view is not None and shown.view.rows[0].signal.layer.value == "safety",
        )
    incident = reported(qtbot, app, evidence)
    known = incidents.get(app.store, incident)
    assert (known.channel, known.title) == (USER, NOTICED)
    [line] = [one for one in timeline.listed(app.store, incident) if one.lane == "detected"]
    assert NOTICED in line.text
    assert not_plain(app.window) == []
    assert verify(app.store).ok


def reported(qtbot: QtBot, app: App, evidence: Path) -> str:
    """Ctrl+O, a line, a file, Enter; then declare from it. Return the incident's id."""
    qtbot.keyClick(app.window, Qt.Key.Key_O, CONTROL)
    sheet = app.sheets.observe
    qtbot.waitUntil(lambda: sheet.isVisible() and sheet.text.hasFocus())
    qtbot.keyClicks(sheet.text, NOTICED)
    sheet.system.setEditText("credit scorer")
    sheet.channel.choose(USER)
    sheet.choose([evidence])
    with qtbot.waitSignal(sheet.reported) as told:
        qtbot.keyClick(sheet.text, Qt.Key.Key_Return)
    [waiting] = observations.listed(app.store, waiting=True)
    assert told.args == [waiting.observation.id]
    qtbot.waitUntil(partial(_has_evidence, app, waiting.observation.id))
    app.sheets.declare.open_for("", waiting.observation.system, waiting.observation.id)
    qtbot.waitUntil(lambda: app.sheets.declare.title.text() == NOTICED)
    with qtbot.waitSignal(app.sheets.declare.declared):
        qtbot.keyClick(app.sheets.declare.title, Qt.Key.Key_Return)
    assert observations.listed(app.store, waiting=True) == []
    return app.desk.incident


def _has_evidence(app: App, observation: str) -> bool:
    return [one.name for one in attached.of(app.store, observation)] == ["call.txt"]
