"""A row of choices: one is always chosen, by mouse or arrow keys."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.ui.choices import Choices
from tocsin.ui.theme import Theme


def test_one_is_always_chosen(qtbot: QtBot, theme: Theme) -> None:
    row = Choices(["none", "s", "ms"])
    qtbot.addWidget(row)
    row.show()
    assert row.chosen == "none"
    qtbot.mouseClick(row.group.button(2), Qt.MouseButton.LeftButton)
    assert row.chosen == "ms"
    qtbot.mouseClick(row.group.button(2), Qt.MouseButton.LeftButton)
    assert row.chosen == "ms", "a second click takes nothing away"
    row.activateWindow()
    row.group.button(2).setFocus()
    qtbot.waitUntil(row.group.button(2).hasFocus)
    qtbot.keyClick(row.group.button(2), Qt.Key.Key_Left)
    assert row.chosen == "s"
    row.choose("none")
    assert row.chosen == "none"
