"""The sheet that declares: two fields and Enter; refusals at the field; what is typed is kept."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tocsin.operations import incidents, systems
from tocsin.store.folder import Store
from tocsin.ui.declare import DeclareSheet
from tocsin.ui.desk import Desk
from tocsin.ui.window import Window

Key, Modifier = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, desk: Desk, window: Window) -> DeclareSheet:
    """The sheet, opened with Ctrl D."""
    made = DeclareSheet(desk, window)
    window.declare_wanted.connect(made.open)
    qtbot.keyClick(window, Key.Key_D, Modifier.ControlModifier)
    qtbot.waitUntil(lambda: made.levels.level == "SEV-1")
    return made


def focused(qtbot: QtBot, key: Key, modifier: Modifier = Modifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key, modifier)


def said(sheet: DeclareSheet) -> str:
    return " | ".join(label.text() for label in sheet.findChildren(QLabel) if label.isVisible())


def test_title_tab_system_enter_declares(qtbot: QtBot, sheet: DeclareSheet, store: Store, desk: Desk) -> None:
    qtbot.keyClicks(sheet.title, "Scorer declines over-60s")
    focused(qtbot, Key.Key_Tab)
    assert sheet.system.hasFocus()
    qtbot.keyClicks(sheet.system, "credit scorer")
    with qtbot.waitSignal(sheet.declared) as declared:
        focused(qtbot, Key.Key_Return)
    [known] = incidents.listed(store)
    assert declared.args == [known.id]
    assert desk.incident == known.id
    assert (known.title, known.severity, known.commander) == (
        "Scorer declines over-60s",
        "SEV-1",
        "Operator A",
    )
    assert [one.name for one in systems.names(store)] == ["credit scorer"]
    assert not sheet.isVisible()


def test_the_sheet_is_there_before_the_store_has_answered(
    qtbot: QtBot, desk: Desk, store: Store, window: Window
) -> None:
    systems.ensure(store, desk.author, "credit scorer")
    sheet = DeclareSheet(desk, window)
    sheet.open()
    assert sheet.title.hasFocus()
    qtbot.keyClicks(sheet.title, "typed at once")
    sheet.system.setCurrentText("credit")
    qtbot.waitUntil(lambda: sheet.levels.level == "SEV-1")
    assert (sheet.title.text(), sheet.system.currentText()) == ("typed at once", "credit")
    assert sheet.system.count() == 1


def test_asking_twice_declares_once(qtbot: QtBot, sheet: DeclareSheet, store: Store, desk: Desk) -> None:
    sheet.title.setText("t")
    sheet.system.setCurrentText("s")
    told: list[str] = []
    sheet.declared.connect(told.append)
    sheet.declare()
    sheet.declare()
    qtbot.waitUntil(lambda: bool(told) and not desk.jobs.busy())
    assert told == [one.id for one in incidents.listed(store)]


def test_an_empty_field_says_so_and_gets_the_focus(qtbot: QtBot, sheet: DeclareSheet, store: Store) -> None:
    qtbot.keyClick(sheet.title, Key.Key_Return, Modifier.ControlModifier)
    assert "Say what is wrong" in said(sheet)
    assert "Name the system" in said(sheet)
    qtbot.keyClicks(sheet.title, "t")
    focused(qtbot, Key.Key_Return, Modifier.ControlModifier)
    assert "Say what is wrong" not in said(sheet)
    assert sheet.system.hasFocus()
    assert incidents.listed(store) == []


def test_escape_keeps_what_is_typed(qtbot: QtBot, sheet: DeclareSheet, window: Window) -> None:
    qtbot.keyClicks(sheet.title, "half a thou")
    sheet.levels.take(3)
    focused(qtbot, Key.Key_Escape)
    assert not sheet.isVisible()
    window.declare_wanted.emit()
    qtbot.waitUntil(sheet.isVisible)
    assert sheet.title.text() == "half a thou"
    assert sheet.levels.level == "SEV-3"


def test_a_level_is_chosen_by_its_number(qtbot: QtBot, sheet: DeclareSheet, store: Store) -> None:
    assert "the gravest while unsure" in said(sheet)
    sheet.title.setText("level 4")
    sheet.system.setCurrentText("s")
    button = sheet.findChild(QPushButton, "level-1")
    assert isinstance(button, QPushButton)
    button.setFocus()
    qtbot.keyClick(button, Key.Key_3)
    assert "your choice" in said(sheet)
    qtbot.keyClick(sheet.title, Key.Key_2, Modifier.AltModifier)
    assert sheet.title.text() == "level 4"
    with qtbot.waitSignal(sheet.declared):
        qtbot.mouseClick(sheet.button, Qt.MouseButton.LeftButton)
    assert incidents.listed(store)[0].severity == "SEV-2"


def test_a_new_system_is_announced_and_a_known_one_is_not(
    qtbot: QtBot, store: Store, desk: Desk, window: Window
) -> None:
    systems.ensure(store, desk.author, "credit scorer")
    sheet = DeclareSheet(desk, window)
    sheet.open()
    qtbot.waitUntil(lambda: sheet.system.count() == 1)
    qtbot.keyClicks(sheet.system, "credit")
    assert "A new system" in said(sheet)
    qtbot.keyClicks(sheet.system, " scorer")
    assert "A new system" not in said(sheet)


def test_without_an_operator_nothing_is_declared(
    qtbot: QtBot, sheet: DeclareSheet, store: Store, desk: Desk
) -> None:
    desk.choose_operator("")
    sheet.title.setText("t")
    sheet.system.setCurrentText("s")
    sheet.declare()
    assert "F2" in said(sheet)
    assert incidents.listed(store) == []


def test_a_known_system_is_chosen_from_those_offered(
    qtbot: QtBot, store: Store, desk: Desk, window: Window
) -> None:
    for name in ("credit scorer", "credit limits"):
        systems.ensure(store, desk.author, name)
    sheet = DeclareSheet(desk, window)
    sheet.open()
    qtbot.waitUntil(lambda: sheet.system.count() == 2)
    qtbot.keyClicks(sheet.title, "t")
    focused(qtbot, Key.Key_Return)
    assert sheet.system.hasFocus()
    qtbot.keyClicks(sheet.system, "credit")
    popup = sheet.system.completer()
    assert popup is not None
    qtbot.waitUntil(lambda: popup.popup().isVisible())
    assert popup.completionCount() == 2
    qtbot.keyClick(popup.popup(), Key.Key_Down)
    qtbot.keyClick(popup.popup(), Key.Key_Return)
    qtbot.waitUntil(lambda: sheet.system.currentText() == "credit limits")
    with qtbot.waitSignal(sheet.declared):
        focused(qtbot, Key.Key_Return, Modifier.ControlModifier)
    [declared] = incidents.listed(store)
    assert [one.name for one in systems.names(store) if one.id == declared.system] == ["credit limits"]
