"""From the command screen to the sheet of status updates: by key and by the next action."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tocsin.model.next_actions import Action
from tocsin.ui.command.screen import CommandScreen


def test_u_asks_for_a_status_update(qtbot: QtBot, screen: CommandScreen) -> None:
    with qtbot.waitSignal(screen.update_wanted) as wanted:
        qtbot.keyClick(screen, Qt.Key.Key_U)
    assert wanted.args == [""]


def test_the_next_action_names_whom_to_tell(qtbot: QtBot, screen: CommandScreen) -> None:
    [update] = [one for one in screen.todo.rows.facts if one.place.startswith("update")]
    assert isinstance(update, Action)
    screen.todo.rows.select(update.id)
    with qtbot.waitSignal(screen.update_wanted) as wanted:
        qtbot.keyClick(screen.todo.rows, Qt.Key.Key_Return)
    assert wanted.args == ["leadership"]
