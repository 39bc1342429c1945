"""The playbook by its keys, on a real store."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.model.steps import StepState
from tocsin.now import ManualClock
from tocsin.operations import diagnosis, examples, incidents, playbook
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.playbook.screen import PlaybookScreen
from tocsin.ui.text import not_plain

Key = Qt.Key
KEEP, PULL, ASK = "keep-served", "suspend-group", "ask-threshold"


def state(store: Store, incident: Incident, id: str) -> StepState:
    return next(one for one in playbook.look(store, incident.id).steps if one.step.id == id)


def press(qtbot: QtBot, screen: PlaybookScreen, key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    qtbot.keyClick(focused if focused is not None and screen.isAncestorOf(focused) else screen, key)


def field(screen: PlaybookScreen, name: str) -> QWidget:
    found = screen.ask.findChild(QWidget, f"ask-{name}")
    assert isinstance(found, QWidget)
    return found


def answer(qtbot: QtBot, screen: PlaybookScreen, **said: str) -> None:
    """Fill in what is asked and press Enter; wait until it was taken."""
    assert screen.ask.isVisible()
    for name, text in said.items():
        line = field(screen, name)
        assert isinstance(line, QLineEdit)
        line.clear()
        qtbot.keyClicks(line, text)
        line.completer().popup().hide() if line.completer() else None
    qtbot.keyClick(field(screen, list(said)[-1]), Key.Key_Return)
    qtbot.waitUntil(lambda: not screen.ask.isVisible())


@pytest.fixture
def on(screen: PlaybookScreen) -> Callable[[str], None]:
    def go(id: str) -> None:
        screen.open_step(id)
        assert screen.steps.phases.current is not None
        assert screen.steps.phases.current.step.id == id

    return go


def test_assign_acknowledge_done(
    qtbot: QtBot, screen: PlaybookScreen, on: Callable[[str], None], store: Store, incident: Incident,
    clock: ManualClock, desk: Desk,
) -> None:  # fmt: skip
    on(KEEP)
    press(qtbot, screen, Key.Key_A)
    answer(qtbot, screen, person="Operator B")
    qtbot.waitUntil(lambda: state(store, incident, KEEP).person == "Operator B")
    qtbot.waitUntil(lambda: screen.steps.phases.current.state == "assigned")  # type: ignore[union-attr]
    press(qtbot, screen, Key.Key_K)
    qtbot.waitUntil(lambda: screen.steps.phases.current.state == "acknowledged")  # type: ignore[union-attr]
    assert state(store, incident, KEEP).person == "Operator B"
    clock.advance(minutes=7)
    desk.heartbeat.tick.emit(clock.now())
    assert screen.steps.phases.panels["containment"].remark.text() == "1 over time"
    press(qtbot, screen, Key.Key_D)
    answer(qtbot, screen, evidence="scorer v14")
    qtbot.waitUntil(lambda: state(store, incident, KEEP).state == "done")
    assert state(store, incident, KEEP).late
    qtbot.waitUntil(lambda: screen.head.progress.text() == "bias playbook 2 / 33")
    desk.undo()
    qtbot.waitUntil(lambda: state(store, incident, KEEP).state == "acknowledged")


def test_skip_needs_a_reason_and_r_opens_again(
    qtbot: QtBot, screen: PlaybookScreen, on: Callable[[str], None], store: Store, incident: Incident
) -> None:
    on("watched-layers")
    press(qtbot, screen, Key.Key_S)
    qtbot.keyClick(field(screen, "reason"), Key.Key_Return)
    qtbot.waitUntil(lambda: "say why" in screen.ask.trouble.text())
    answer(qtbot, screen, reason="all are watched")
    qtbot.waitUntil(lambda: state(store, incident, "watched-layers").note == "all are watched")
    qtbot.waitUntil(lambda: screen.steps.phases.current.state == "skipped")  # type: ignore[union-attr]
    press(qtbot, screen, Key.Key_R)
    qtbot.waitUntil(lambda: state(store, incident, "watched-layers").state == "open")


def test_taking_offline_asks_why_before_evidence_is_preserved(
    qtbot: QtBot, screen: PlaybookScreen, on: Callable[[str], None], store: Store, incident: Incident
) -> None:
    on(PULL)
    press(qtbot, screen, Key.Key_D)
    answer(qtbot, screen, note="people are refused now")
    qtbot.waitUntil(lambda: state(store, incident, PULL).state == "done")


def test_a_question_ends_in_a_finding_that_the_layer_shows(
    qtbot: QtBot, screen: PlaybookScreen, on: Callable[[str], None], store: Store, incident: Incident
) -> None:
    on(ASK)
    press(qtbot, screen, Key.Key_F)
    assert field(screen, "finding").currentText() == "suspected"  # type: ignore[attr-defined]
    qtbot.keyClick(field(screen, "finding"), Key.Key_Down)
    answer(qtbot, screen, evidence="moved on Monday")
    cell = screen.steps.layers.cells["deployment"]
    qtbot.waitUntil(lambda: cell.accessibleName() == "Deployment change: confirmed")
    press(qtbot, screen, Key.Key_2)
    qtbot.keyClick(field(screen, "finding"), Key.Key_Up)
    answer(qtbot, screen, evidence="PSI low")
    qtbot.waitUntil(lambda: playbook.look(store, incident.id).layers[1].finding == "cleared")


def test_a_task_is_added_and_mine_shows_it_alone(
    qtbot: QtBot, screen: PlaybookScreen, store: Store, incident: Incident
) -> None:
    press(qtbot, screen, Key.Key_N)
    qtbot.keyClicks(field(screen, "minutes"), "soon")
    qtbot.keyClick(field(screen, "minutes"), Key.Key_Return)
    assert "number of minutes" in screen.ask.trouble.text()
    answer(qtbot, screen, text="call <i>them</i>", person="Operator A", minutes="5")
    lists = screen.steps.phases.lists
    qtbot.waitUntil(lambda: any(one.task for one in lists["containment"].facts))
    assert lists["containment"].facts[0].step.minutes == 5
    commander = {one.step.id for each in lists.values() for one in each.facts if one.step.role == "commander"}
    press(qtbot, screen, Key.Key_M)
    shown = [one for each in lists.values() for one in each.facts]
    assert {one.step.id for one in shown if not one.task} == commander
    assert any(one.task for one in shown)
    assert not_plain(screen) == []


def test_arrows_go_between_phases_and_enter_takes_up(
    qtbot: QtBot, screen: PlaybookScreen, store: Store, incident: Incident
) -> None:
    press(qtbot, screen, Key.Key_Right)
    press(qtbot, screen, Key.Key_Down)
    one = screen.steps.phases.current
    assert one is not None
    assert one.step.phase == "containment"
    press(qtbot, screen, Key.Key_Return)
    qtbot.waitUntil(lambda: state(store, incident, one.step.id).state == "acknowledged")


def test_a_file_dropped_is_evidence(
    qtbot: QtBot, screen: PlaybookScreen, on: Callable[[str], None], store: Store, incident: Incident,
    tmp_path: Path,
) -> None:  # fmt: skip
    on("keep-cases")
    (tmp_path / "cases.jsonl").write_text("{}")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "cases.jsonl"))])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    screen.steps.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none))
    qtbot.waitUntil(lambda: bool(state(store, incident, "keep-cases").files))
    qtbot.waitUntil(lambda: bool(screen.steps.phases.current.files))  # type: ignore[union-attr]
    press(qtbot, screen, Key.Key_D)  # nothing is missing, so nothing is asked
    qtbot.waitUntil(lambda: state(store, incident, "keep-cases").state == "done")


def test_examples_results_and_the_fix(
    qtbot: QtBot, screen: PlaybookScreen, store: Store, incident: Incident, author: Author, clock: ManualClock
) -> None:
    press(qtbot, screen, Key.Key_X)
    qtbot.waitUntil(lambda: "Not verified" in screen.examples.fix.state.text())
    press(qtbot, screen, Key.Key_N)
    field(screen, "input").setPlainText("case <b>one</b>")  # type: ignore[attr-defined]
    answer(qtbot, screen, name="a")
    qtbot.waitUntil(lambda: len(screen.examples.table.shown.table.examples) == 1)
    for version, failed in (("v14", "a"), ("v15", "")):
        press(qtbot, screen, Key.Key_R)
        answer(qtbot, screen, version=version, failed=failed)
        qtbot.waitUntil(lambda v=version: screen.examples.table.shown.table.column(v) is not None)  # type: ignore[misc]
    assert "fixed by v15" in screen.examples._panel.remark.text()
    clock.advance(hours=30)
    press(qtbot, screen, Key.Key_V)
    answer(qtbot, screen, since="2026-11-02T14:00Z", stated="read 200 cases")
    qtbot.waitUntil(lambda: screen.examples.fix.state.text() == "Version v15 is verified")
    press(qtbot, screen, Key.Key_F)  # the cursor stands on the newest version, where it now fails once
    qtbot.waitUntil(lambda: examples.look(store, incident.id).first_passing is None)


def test_without_a_type_it_asks_for_triage_and_shows_what_all_share(
    qtbot: QtBot, screen: PlaybookScreen, store: Store, author: Author, desk: Desk
) -> None:
    assert not screen.untyped.isVisible()
    other = incidents.declare(store, author, title="o", system="s")
    desk.choose_incident(other.id)
    qtbot.waitUntil(screen.untyped.isVisible)
    with qtbot.waitSignal(screen.triage_wanted) as asked:
        screen.untyped.click()
    assert asked.args == [other.id]
    assert screen.steps.phases.lists["containment"].facts


def test_another_console_changes_it(
    qtbot: QtBot, screen: PlaybookScreen, store: Store, incident: Incident
) -> None:
    diagnosis.judge(store, Author("Operator B"), incident.id, "vendor", "suspected", evidence="status page")
    cell = screen.steps.layers.cells["vendor"]
    qtbot.waitUntil(lambda: "suspected" in cell.accessibleName())


def test_nothing_open_says_how_to_declare(qtbot: QtBot, desk: Desk) -> None:
    screen = PlaybookScreen(desk)
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: "Ctrl D" in screen.said.text())
    for key in (Key.Key_K, Key.Key_N, Key.Key_X, Key.Key_1):
        qtbot.keyClick(screen, key)
    assert not screen.ask.isVisible()
