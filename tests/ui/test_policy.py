"""The policy sheet by its keys, on a real store: choose, use, apply, take along, and what is refused."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from tocsin.model.calendar import Offset, Unit
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.operations import incidents, policies, roles
from tocsin.policy.edit import with_offset
from tocsin.policy.load import load, load_shipped
from tocsin.policy.write import write
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.policy import PolicySheet
from tocsin.ui.text import not_plain

Key = Qt.Key
A = Author("Operator A")


@pytest.fixture
def declared(store: Store) -> Incident:
    return incidents.declare(store, A, title="Scores <b>fell</b>", system="scorer", severity="SEV-2")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QMainWindow()
    made.setCentralWidget(QWidget())
    qtbot.addWidget(made)
    made.resize(1366, 768)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, window: QWidget, declared: Incident) -> PolicySheet:
    desk.choose_incident(declared.id)
    made = PolicySheet(desk, window)
    made.open()
    qtbot.waitUntil(lambda: bool(made.packs.facts))
    return made


def press(
    qtbot: QtBot, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget(), key, modifier)


def go_to(qtbot: QtBot, sheet: PolicySheet, id: str) -> None:
    """Go down to a pack, and wait until what it would change is worked out."""
    ids = [line.fact.scheme.id for line in sheet.packs.facts]
    for _ in range(ids.index(id)):
        press(qtbot, Key.Key_Down)
    assert sheet.packs.selected.fact.scheme.id == id
    qtbot.waitUntil(lambda: "it would change" in sheet.head.text())


def test_enter_uses_a_pack_for_new_incidents_and_leaves_the_open_one(
    qtbot: QtBot, sheet: PolicySheet, store: Store, declared: Incident
) -> None:
    go_to(qtbot, sheet, "p0-p2")
    assert sheet.head.text().startswith("Applied, it would change")
    press(qtbot, Key.Key_Return)
    assert sheet.reason.hasFocus()
    qtbot.keyClicks(sheet.reason, "to speak like the regulator")
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: policies.current(store)[0].id == "p0-p2")
    qtbot.waitUntil(lambda: sheet.packs.facts[0].fact.scheme.id == "p0-p2")
    assert sheet.packs.facts[0].fact.reason == "to speak like the regulator"
    assert incidents.get(store, declared.id).policy == declared.policy


def test_what_would_change_is_shown_before_and_after(
    qtbot: QtBot, sheet: PolicySheet, store: Store, desk: Desk
) -> None:
    policies.choose(store, A, with_offset(load_shipped(), "contain", "SEV-2", Offset(45, Unit.MINUTES)))
    qtbot.waitUntil(lambda: sheet.packs.facts[0].fact.scheme.version == "1+1")
    press(qtbot, Key.Key_Up)  # the cursor stayed on the pack it was on
    qtbot.waitUntil(lambda: "1 clock of 1 open incident" in sheet.head.text())
    (line,) = sheet.rows.facts
    assert (line.text, line.right) == ("INC-2026-WR-0001 · Contain", "15:37 → 15:22")
    assert line.below.startswith("moves · SEV-2 · Scores <b>fell</b>")
    assert not_plain(sheet) == []


def test_ctrl_enter_applies_the_pack_with_a_reason_and_a_level_where_it_has_others(
    qtbot: QtBot, sheet: PolicySheet, store: Store, declared: Incident
) -> None:
    go_to(qtbot, sheet, "p1-p4")
    assert sheet.level.isVisible()
    assert sheet.level.currentText() == "P2"
    press(qtbot, Key.Key_Return, modifier=Qt.KeyboardModifier.ControlModifier)
    assert sheet.note.text().startswith("Say why")
    qtbot.keyClicks(QApplication.focusWidget(), "one scheme for all")
    press(qtbot, Key.Key_Return, modifier=Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: incidents.get(store, declared.id).severity == "P2")
    qtbot.waitUntil(lambda: "is ruled by P1–P4 version 1" in sheet.ruling.text())
    assert policies.current(store)[0].id == "sev-1-4"


def test_who_does_not_command_is_told_so(
    qtbot: QtBot, sheet: PolicySheet, store: Store, declared: Incident
) -> None:
    roles.assume_role(store, A, declared.id, "commander", "Operator B")
    go_to(qtbot, sheet, "severity-1-3")
    sheet.reason.setText("because")
    press(qtbot, Key.Key_Return, modifier=Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "only Operator B commands" in sheet.note.text())
    assert incidents.get(store, declared.id).policy == declared.policy


def test_a_folder_with_mistakes_names_them_and_a_good_one_can_be_used(
    qtbot: QtBot, sheet: PolicySheet, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "pack.toml").write_text("id = 1")
    sheet.take_folder(tmp_path / "bad")
    qtbot.waitUntil(lambda: "bad cannot be used" in sheet.about.text())
    assert [(line.text, line.below) for line in sheet.rows.facts] == [
        ("pack.toml · id", "Expected `str`, got `int`")
    ]
    write(with_offset(load_shipped(), "contain", "SEV-1", Offset(20, Unit.MINUTES)), tmp_path / "mine")
    sheet.take_folder(tmp_path / "mine")
    qtbot.waitUntil(lambda: sheet.packs.selected.fact.scheme.version == "1+1")
    press(qtbot, Key.Key_Return, Key.Key_Return)
    qtbot.waitUntil(lambda: policies.current(store)[0].version == "1+1")


def test_the_pack_is_taken_along_into_a_new_folder(qtbot: QtBot, sheet: PolicySheet, tmp_path: Path) -> None:
    sheet.take_along(tmp_path / "my-team")
    qtbot.waitUntil(lambda: "my-team" in sheet.note.text())
    assert load(tmp_path / "my-team").id == "my-team"
    sheet.take_along(tmp_path / "my-team")
    qtbot.waitUntil(lambda: "something here already" in sheet.note.text())


def test_without_an_incident_nothing_can_be_applied(qtbot: QtBot, desk: Desk, window: QWidget) -> None:
    sheet = PolicySheet(desk, window)
    sheet.open()
    qtbot.waitUntil(lambda: "No incident in hand" in sheet.ruling.text())
    qtbot.waitUntil(lambda: "is in force" in sheet.head.text())
    assert not sheet.apply_button.isVisible()
    assert not sheet.use_button.isEnabled()
    press(qtbot, Key.Key_Return, modifier=Qt.KeyboardModifier.ControlModifier)
    assert "Choose an incident" in sheet.note.text()
    press(qtbot, Key.Key_Escape)
    assert not sheet.isVisible()
