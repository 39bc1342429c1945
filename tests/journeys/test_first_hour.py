"""The first minutes of an incident by keyboard alone: declared, triaged, staffed, the first update sent."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.response import UpdateTold
from tocsin.operations import clocks, incidents, updates
from tocsin.operations.verification import verify
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.console import App

Opener = Callable[[Path], App]
Key, Mod = Qt.Key, Qt.KeyboardModifier
MOST_STROKES = 25


class Hands:
    """Ten fingers and no mouse: every key goes to the window, as from the system.

    `strokes` counts them, a key with those held down as one, but for the words typed.
    """

    def __init__(self, qtbot: QtBot, app: App) -> None:
        self.qtbot, self.app = qtbot, app
        self.strokes = 0

    def press(self, key: Key, modifier: Mod = Mod.NoModifier) -> None:
        self.strokes += 1
        self.qtbot.keyClick(self.app.window.windowHandle(), key, modifier)

    def letters(self, keys: str) -> None:
        """Keys that mean something each."""
        for key in keys:
            self.press(Key(ord(key.upper())))

    def words(self, text: str) -> None:
        """Words typed into a field; they are what is said, not how."""
        for letter in text:
            self.qtbot.keyClicks(QApplication.focusWidget(), letter)

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds)

    def until_on_screen(self) -> None:
        """Wait until the command screen has the keys."""
        self.until(lambda: bool(self.screen) and self.screen.view is not None and self.screen.hasFocus())

    @property
    def screen(self) -> CommandScreen:
        shown = self.app.window.stack.currentWidget()
        return cast(CommandScreen, shown if isinstance(shown, CommandScreen) else None)


def declare(hands: Hands) -> str:
    """Ctrl D, a title, a system; return the incident's id."""
    sheet = hands.app.sheets.declare
    hands.press(Key.Key_D, Mod.ControlModifier)
    hands.until(sheet.title.hasFocus)
    hands.words("Scorer declines the over-60s twice as often")
    hands.press(Key.Key_Return)
    hands.until(sheet.system.hasFocus)
    hands.words("credit scorer")
    hands.press(Key.Key_Return)
    hands.until(lambda: bool(incidents.listed(hands.app.store)))
    hands.until_on_screen()
    return incidents.listed(hands.app.store)[0].id


def triage(hands: Hands, incident: str) -> None:
    """Ctrl T, a key an answer, the scope in words."""
    hands.press(Key.Key_T, Mod.ControlModifier)
    hands.until(lambda: bool(hands.app.sheets.triage.rows))
    hands.letters("nnyyssn")  # harm, data, protected, legal, function, reach, growing
    hands.letters("3421")  # bias; against a protected group; a user reported it; in the model
    hands.words("Applicants over 60, all branches")
    hands.press(Key.Key_Return)
    hands.until(lambda: bool(incidents.get(hands.app.store, incident).conduct.triages))
    hands.until_on_screen()


def staff(hands: Hands, incident: str) -> None:
    """P, and the names in the order in which the roles are asked for."""
    hands.letters("p")
    hands.until(hands.screen.ask.isVisible)
    keys = (Key.Key_Tab, Key.Key_Tab, Key.Key_Return)
    for key, name in zip(keys, ("Operator B", "Operator C", "Operator D"), strict=True):
        hands.words(name)
        hands.press(key)
    hands.until(lambda: "technical" in incidents.get(hands.app.store, incident).staff)
    hands.until_on_screen()


def tell(hands: Hands, incident: str) -> None:
    """Ctrl Shift U, and the draft goes out as it is."""
    hands.press(Key.Key_U, Mod.ControlModifier | Mod.ShiftModifier)
    hands.until(lambda: "onditions" in hands.app.sheets.update.editor.toPlainText())
    hands.press(Key.Key_Return, Mod.ControlModifier)
    hands.until(lambda: bool(updates.listed(hands.app.store, incident)))


def test_declared_triaged_staffed_and_told_within_25_strokes(
    qtbot: QtBot, opened: Opener, folder: Path
) -> None:
    app = opened(folder)
    hands = Hands(qtbot, app)
    incident = declare(hands)
    for deed in (triage, staff, tell):
        deed(hands, incident)

    assert hands.strokes <= MOST_STROKES, "key strokes beyond the words typed"
    known = incidents.get(app.store, incident)
    assert (known.severity, known.text("type"), known.text("channel")) == ("SEV-1", "bias", "user report")
    assert known.staff == {"commander": "Operator A", "deputy": "Operator B",
                           "communications": "Operator C", "technical": "Operator D"}  # fmt: skip
    (told,) = [one.body for one in updates.listed(app.store, known.id) if isinstance(one.body, UpdateTold)]
    assert "over-60s" in told.text
    met = {one.rule for one in clocks.listed(app.store, known.id) if one.state == "met"}
    assert {"respond", "triage"} <= met
    assert verify(app.store).ok
