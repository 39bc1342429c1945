"""The screen "Contain" and its sheets by their keys, on a real store with live samples."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.conftest import AddSamples
from tocsin.importers.base import Options
from tocsin.model import containment
from tocsin.model.containment import PullState
from tocsin.model.deployment import Deployment
from tocsin.model.incident import CONTAINED, Incident
from tocsin.model.instant import When, to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import containment as pulling
from tocsin.operations import containment_options as registry
from tocsin.operations import freeze, incidents, systems
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import deployments as stored
from tocsin.store import imports
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.console import App
from tocsin.ui.contain.option_sheet import OptionSheet
from tocsin.ui.contain.pull_sheet import PullSheet
from tocsin.ui.contain.screen import ContainScreen
from tocsin.ui.desk import Desk
from tocsin.ui.text import not_plain
from tocsin.ui.wall.screen import WallScreen
from tocsin.ui.window import Window

Key = Qt.Key
A = Author("Operator A")
MINUTE = 60_000_000


@pytest.fixture
def declared(store: Store, desk: Desk, clock: ManualClock) -> Incident:
    """An incident in hand whose level asks for a change freeze, a minute ago."""
    known = incidents.declare(store, A, title="Scorer declines", system="scorer", severity="SEV-1")
    desk.choose_incident(known.id)
    clock.advance(minutes=1)
    return known


@pytest.fixture
def signal(store: Store, declared: Incident, add_samples: AddSamples) -> str:
    """A signal a minute apart for four days, that left its usual band three hours ago."""
    now = to_us(store.now())
    times = np.arange(now - 4 * 1440 * MINUTE, now, MINUTE)
    values = np.random.default_rng(5).normal(0.58, 0.01, len(times))
    values[times >= now - 180 * MINUTE] -= 0.3
    known = Signal(system=declared.system, metric="approval_rate")
    add_samples(known, times, values)
    start = When(store.now() - timedelta(hours=3))
    incidents.set_fields(store, A, declared.id, {"start": start})
    return known.id


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


Show = Callable[[], ContainScreen]


@pytest.fixture
def show(qtbot: QtBot, desk: Desk, window: Window) -> Show:
    """How the screen is made and shown in the window, with its two sheets."""

    def made() -> ContainScreen:
        screen = ContainScreen(desk)
        pull, option = PullSheet(desk, window), OptionSheet(desk, window)
        screen.pull_wanted.connect(pull.open)
        screen.option_wanted.connect(option.open)
        window.add_screen("contain", "Contain", "contain", screen, "Ctrl+9")
        window.show_screen("contain")
        qtbot.waitUntil(lambda: screen.view is not None)
        qtbot.waitUntil(lambda: screen.radius.radius is not None)
        return screen

    return made


def register(store: Store, name: str, **said: object) -> str:
    values: dict[str, object] = {
        "kind": "fallback",
        "who": ["anybody"],
        "how": "Flag off.",
        "minutes": 5,
    } | said
    return registry.register(store, A, "scorer", name, **values).subject  # type: ignore[arg-type]


def seen(store: Store, one: Deployment) -> None:
    """Bring a deployment as a live source does: without an entry in the journal."""
    with store.signals.write() as connection:
        number = imports.begin(connection, id=store.new_id(), source="mlflow", sha256="", importer="mlflow",
                               record="deployments", system=one.system, author=A,
                               started=store.now())  # fmt: skip
        imports.complete(connection, number, imports.Counts(), {}, store.now())
        stored.add(connection, one, one.id, number)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def pulls(store: Store, incident: Incident) -> tuple[containment.Pull, ...]:
    return containment.pulls(incidents.get(store, incident.id))


def test_no_option_says_so_and_registers_one(
    qtbot: QtBot, show: Show, store: Store, declared: Incident, window: Window
) -> None:
    screen = show()
    assert screen.options.add_first.isVisible()
    assert "is registered" in screen.options.empty.text()
    qtbot.keyClick(focused(), Key.Key_N)
    sheet = window.findChild(OptionSheet)
    qtbot.waitUntil(lambda: sheet.system.currentText() == "scorer")
    for field, text in ((sheet.name, "Fall back to the rules"), (sheet.who, "commander, Operator B"),
                        (sheet.minutes, "x")):  # fmt: skip
        qtbot.keyClicks(field, text)
    qtbot.keyClicks(sheet.how, "Set the flag")
    qtbot.keyClick(sheet.how, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "minutes" in sheet.note.text()
    sheet.minutes.selectAll()
    qtbot.keyClicks(sheet.minutes, "7")
    with qtbot.waitSignal(sheet.saved):
        qtbot.keyClick(sheet.minutes, Key.Key_Return)
    [option] = registry.of_system(store, "scorer")
    assert (option.name, option.who, option.minutes) == (
        "Fall back to the rules", ("commander", "Operator B"), 7
    )  # fmt: skip
    qtbot.waitUntil(lambda: len(screen.options.rows.facts) == 1)
    assert not screen.options.add_first.isVisible()
    assert not not_plain(screen)


def test_p_pulls_c_confirms_on_the_live_signal_and_m_contains(
    qtbot: QtBot, show: Show, store: Store, clock: ManualClock, declared: Incident, signal: str,
    add_samples: AddSamples, desk: Desk, window: Window,
) -> None:  # fmt: skip
    register(store, "Fall back to the rules", signal=signal)
    screen = show()
    qtbot.keyClick(focused(), Key.Key_P)
    sheet = window.findChild(PullSheet)
    qtbot.waitUntil(lambda: bool(sheet.rows.facts))
    assert "Flag off." in sheet.how.toPlainText()
    with qtbot.waitSignal(sheet.pulled):
        qtbot.keyClick(focused(), Key.Key_Return)
    qtbot.waitUntil(lambda: len(screen.pulls.rows.facts) == 1)
    assert "No sample since the pull" in screen.pulls.said.text()
    begun = to_us(store.now())
    clock.advance(minutes=40)
    times = begun + MINUTE * np.arange(1, 40)
    values = np.random.default_rng(6).normal(0.58, 0.01, len(times))
    add_samples(Signal(system=declared.system, metric="approval_rate"), times, values)
    qtbot.waitUntil(lambda: "Back to usual since" in screen.pulls.said.text())
    assert screen.pulls.chart.strip("signal") is not None
    screen.pulls.show_time(store.now())
    assert screen.pulls.remark.text() == "1 over time"
    qtbot.keyClick(screen, Key.Key_C)
    seen = screen.ask.findChild(QLineEdit, "ask-seen")
    assert seen is not None
    qtbot.keyClick(seen, Key.Key_Return)
    qtbot.waitUntil(lambda: screen.pulls.contained.isVisible())
    assert screen.pulls.contained.text().startswith("Contained since 14:39")
    [pull] = pulls(store, declared)
    assert pull.state(store.now()) is PullState.WORKED
    qtbot.keyClick(screen, Key.Key_M)
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).status == CONTAINED)
    at = incidents.get(store, declared.id).reached(CONTAINED)
    assert at == pull.at + timedelta(minutes=1)
    qtbot.waitUntil(lambda: not screen.pulls.contained.isVisible())
    qtbot.keyClick(screen, Key.Key_R)
    note = screen.ask.findChild(QLineEdit, "ask-note")
    assert note is not None
    qtbot.keyClick(note, Key.Key_Return)
    qtbot.waitUntil(lambda: pulls(store, declared)[0].released is not None)


def test_the_sheet_asks_why_where_a_rule_stands_against_the_pull(
    qtbot: QtBot, store: Store, declared: Incident, desk: Desk, window: Window
) -> None:
    register(store, "Switch the scorer off", who=["VP Engineering"], kind="kill_switch", takes_offline=True)
    sheet = PullSheet(desk, window)
    sheet.open()
    qtbot.waitUntil(lambda: sheet.why_now.isVisible() and sheet.why_you.isVisible())
    assert "may be pulled by VP Engineering" in sheet.who.text()
    qtbot.keyClick(sheet.rows, Key.Key_Return)
    assert sheet.why_now.hasFocus()
    qtbot.keyClicks(sheet.why_now, "people are refused now")
    qtbot.keyClick(sheet.why_now, Key.Key_Return)
    assert sheet.why_you.hasFocus()
    qtbot.keyClicks(sheet.why_you, "nobody of them answers")
    with qtbot.waitSignal(sheet.pulled):
        qtbot.keyClick(sheet.why_you, Key.Key_Return)
    [pull] = pulls(store, declared)
    assert (pull.body.override, pull.body.exception) == ("people are refused now", "nobody of them answers")


def test_a_pull_without_an_incident_or_an_option_says_what_is_missing(
    qtbot: QtBot, store: Store, desk: Desk, window: Window
) -> None:
    sheet = PullSheet(desk, window)
    sheet.open()
    assert "No incident in hand" in sheet.about.text()
    QTest.keyClick(sheet, Key.Key_Return)
    known = incidents.declare(store, A, title="Declines", system="scorer")
    desk.choose_incident(known.id)
    sheet.open()
    qtbot.waitUntil(lambda: sheet.register_button.isVisible())
    with qtbot.waitSignal(sheet.register_wanted):
        qtbot.keyClick(focused(), Key.Key_Return)


def test_a_deployment_that_comes_in_is_flagged_everywhere_and_a_allows_it(
    qtbot: QtBot, show: Show, store: Store, clock: ManualClock, declared: Incident, desk: Desk,
) -> None:  # fmt: skip
    command, wall = CommandScreen(desk), WallScreen(desk)
    for other in (command, wall):
        qtbot.addWidget(other)
        other.resize(1302, 698)
        other.show()
    screen = show()
    chip = command.header.freeze
    qtbot.waitUntil(lambda: chip.text().startswith("change freeze\nsince"))
    seen(
        store,
        Deployment("d", declared.system, store.now(), "index", "rebuild", kind="index", source="mlflow"),
    )
    qtbot.waitUntil(lambda: command._arrived.is_set())
    desk.heartbeat.tick.emit(store.now())
    qtbot.waitUntil(lambda: chip.text() == "change freeze\n1 deployment flagged")
    qtbot.waitUntil(lambda: len(screen.freeze.rows.facts) == 1)
    assert screen.freeze.remark.text() == "1 deployment flagged"
    qtbot.waitUntil(lambda: wall.view is not None and wall.view.flagged == {declared.id: 1})
    assert "1 deployment flagged" in wall.cards.cards[0].accessibleName()
    with qtbot.waitSignal(command.contain_wanted):
        qtbot.keyClick(chip, Key.Key_Space)
    qtbot.keyClick(screen, Key.Key_A)
    reason = screen.ask.findChild(QLineEdit, "ask-reason")
    assert reason is not None
    qtbot.keyClicks(reason, "ordered by the commander")
    qtbot.keyClick(reason, Key.Key_Return)
    qtbot.waitUntil(lambda: chip.text().startswith("change freeze\nsince"))
    assert freeze.look(store, declared.id).open == ()
    clock.advance(minutes=1)
    qtbot.keyClick(screen, Key.Key_F)
    reason = screen.ask.findChild(QLineEdit, "ask-reason")
    assert reason is not None
    qtbot.keyClicks(reason, "the fix is out")
    qtbot.keyClick(reason, Key.Key_Return)
    qtbot.waitUntil(lambda: chip.isHidden())
    qtbot.waitUntil(lambda: "the fix is out" in screen.freeze.said.text())
    clock.advance(minutes=1)
    qtbot.keyClick(screen, Key.Key_F)
    reason = screen.ask.findChild(QLineEdit, "ask-reason")
    assert reason is not None
    qtbot.keyClick(reason, Key.Key_Return)
    qtbot.waitUntil(lambda: freeze.look(store, declared.id).standing is not None)


def test_h_records_a_rehearsal_and_e_changes_an_option(
    qtbot: QtBot, show: Show, store: Store, declared: Incident, window: Window
) -> None:
    id = register(store, "Fall back to the rules")
    screen = show()
    assert "not rehearsed lately" in screen.options.remark.text()
    qtbot.keyClick(focused(), Key.Key_H)
    minutes = screen.ask.findChild(QLineEdit, "ask-minutes")
    assert minutes is not None
    qtbot.keyClicks(minutes, "soon")
    qtbot.keyClick(minutes, Key.Key_Return)
    qtbot.waitUntil(lambda: "no number" in screen.ask.trouble.text())
    minutes.selectAll()
    qtbot.keyClicks(minutes, "4.5")
    qtbot.keyClick(minutes, Key.Key_Return)
    qtbot.waitUntil(lambda: screen.options.remark.text() == "scorer")
    qtbot.keyClick(screen, Key.Key_E)
    sheet = window.findChild(OptionSheet)
    qtbot.waitUntil(lambda: sheet.name.text() == "Fall back to the rules")
    sheet.minutes.selectAll()
    qtbot.keyClicks(sheet.minutes, "9")
    with qtbot.waitSignal(sheet.saved):
        qtbot.keyClick(sheet.minutes, Key.Key_Return)
    known = registry.get(store, id)
    assert (known.minutes, len(known.rehearsals)) == (9, 1)
    qtbot.keyClick(screen, Key.Key_E)
    qtbot.waitUntil(lambda: sheet.name.text() == "Fall back to the rules")
    sheet.remove()
    qtbot.keyClicks(sheet.reason, "the flag is gone")
    with qtbot.waitSignal(sheet.saved):
        qtbot.keyClick(sheet.reason, Key.Key_Return)
    assert registry.of_system(store, "scorer") == []


def test_the_blast_radius_is_counted_and_says_what_it_rests_on(
    qtbot: QtBot, show: Show, store: Store, declared: Incident, tmp_path: Path
) -> None:
    rows = "".join(
        f"D{n},{(store.now() - timedelta(minutes=n)):%Y-%m-%dT%H:%M:%SZ},yes\n" for n in range(500, 0, -1)
    )
    file = tmp_path / "log.csv"
    file.write_text(f"id,time,decision\n{rows}", "utf-8")
    finish(ingest(store, A, file, system="scorer", options=Options(record="decisions")))
    incidents.set_fields(store, A, declared.id, {"start": When(store.now() - timedelta(hours=2))})
    screen = show()
    said = {one.what: (one.figure, one.rests) for one in screen.radius.rows.facts}
    assert said["Decisions since the start"][0] == "120"
    assert said["People"] == ("not known", "no column of the log is said to be whom a decision is about")
    qtbot.keyClick(screen, Key.Key_B)
    assert screen.radius.radius is not None


def test_a_store_that_can_only_be_read_offers_no_deed(
    qtbot: QtBot, show: Show, store: Store, declared: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = register(store, "Fall back to the rules")
    pulling.pull(store, A, declared.id, id)
    monkeypatch.setattr(type(store), "read_only", True)
    screen = show()
    assert not screen.pulls.confirm.isVisible()
    assert not screen.freeze.turn.isVisible()
    assert not screen.options.buttons["P"].isEnabled()
    qtbot.keyClick(screen, Key.Key_C)
    assert not screen.ask.isVisible()


def test_another_incident_brings_its_own(
    qtbot: QtBot, show: Show, store: Store, declared: Incident, desk: Desk
) -> None:
    register(store, "Fall back to the rules")
    screen = show()
    other = incidents.declare(store, A, title="Slow", system="search")
    desk.choose_incident(other.id)
    qtbot.waitUntil(lambda: screen.view is not None and screen.view.incident.id == other.id)
    assert screen.options.rows.facts == []
    assert systems.name_of(store, other.system) in screen.options.remark.text()
    desk.choose_incident("")
    qtbot.waitUntil(lambda: screen.view is None)
    assert "No incident in hand" in screen.said.text()


def test_its_keys_work_from_anywhere_in_the_console(
    qtbot: QtBot, qapp: QApplication, store: Store, clock: ManualClock
) -> None:
    known = incidents.declare(store, A, title="Declines", system="scorer", severity="SEV-1")
    register(store, "Fall back to the rules")
    app = App(qapp, store, theme="dark")
    app.desk.choose_operator("Operator A")
    app.start()
    app.window.finder.dismiss()
    app.desk.choose_incident(known.id)
    with qtbot.waitActive(app.window):
        app.window.activateWindow()
    shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(app.window, Key.Key_P, shift)
    qtbot.waitUntil(lambda: len(app.sheets.pull.rows.facts) == 1)
    with qtbot.waitSignal(app.sheets.pull.pulled):
        qtbot.keyClick(focused(), Key.Key_Return)
    command = app.window.show_screen("command")
    assert isinstance(command, CommandScreen)
    qtbot.waitUntil(lambda: command.header.freeze.isVisible())
    qtbot.keyClick(command.header.freeze, Key.Key_Space)
    screen = app.window.stack.currentWidget()
    assert isinstance(screen, ContainScreen)
    qtbot.waitUntil(lambda: len(screen.pulls.rows.facts) == 1)
    app.window.show_screen("wall")
    qtbot.keyClick(app.window, Key.Key_9, Qt.KeyboardModifier.ControlModifier)
    assert app.window.stack.currentWidget() is screen
    qtbot.keyClick(screen, Key.Key_P)
    qtbot.waitUntil(app.sheets.pull.isVisible)
    app.window.close()
    app.close()
