"""The first minutes of an incident by keyboard alone: declared, triaged, staffed, the first update sent."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.response import UpdateTold
from tocsin.operations import clocks, incidents, updates
from tocsin.operations.verification import verify
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.console import App

Opener = Callable[[Path], App]
Key, Mod = Qt.Key, Qt.KeyboardModifier
SLOW_MS = 30_000
MOST_STROKES = 25
_HELD = (Key.Key_Control, Key.Key_Shift, Key.Key_Alt, Key.Key_Meta)


class Strokes(QObject):
    """Counts the key events the application really gets, but for those of words that are typed."""

    def __init__(self) -> None:
        super().__init__()
        self.count, self.typing = 0, False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Count each press once, where it comes into the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched.isWindowType():
            self.count += event.key() not in _HELD and not self.typing
        return False


class Hands:
    """Ten fingers and no mouse: every key goes to the window, as from the system."""

    def __init__(self, qtbot: QtBot, app: App, strokes: Strokes) -> None:
        self.qtbot, self.app, self.strokes = qtbot, app, strokes

    def press(self, key: Key, modifier: Mod = Mod.NoModifier) -> None:
        self.qtbot.keyClick(self.app.window.windowHandle(), key, modifier)

    def letters(self, keys: str) -> None:
        """Keys that mean something each."""
        for key in keys:
            self.press(Key(ord(key.upper())))

    def words(self, text: str) -> None:
        """Words typed into a field; they are what is said, not how."""
        self.strokes.typing = True
        for letter in text:
            self.qtbot.keyClicks(QApplication.focusWidget(), letter)
        self.strokes.typing = False

    def until(self, holds: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(holds, timeout=SLOW_MS)


@pytest.fixture
def strokes(qapp: QApplication) -> Strokes:
    counting = Strokes()
    qapp.installEventFilter(counting)
    yield counting  # type: ignore[misc]
    qapp.removeEventFilter(counting)


def test_declared_triaged_staffed_and_told_within_25_strokes(
    qtbot: QtBot, opened: Opener, folder: Path, strokes: Strokes
) -> None:
    app = opened(folder)
    hands = Hands(qtbot, app, strokes)

    hands.press(Key.Key_D, Mod.ControlModifier)
    hands.until(app.sheets.declare.title.hasFocus)
    hands.words("Scorer declines the over-60s twice as often")
    hands.press(Key.Key_Return)
    hands.until(lambda: app.sheets.declare.system.hasFocus())
    hands.words("credit scorer")
    hands.press(Key.Key_Return)
    hands.until(lambda: bool(incidents.listed(app.store)))
    (known,) = incidents.listed(app.store)
    screen = app.window.stack.currentWidget

    def on_screen() -> bool:
        shown = screen()
        return isinstance(shown, CommandScreen) and shown.view is not None and shown.hasFocus()

    hands.until(on_screen)

    hands.press(Key.Key_T, Mod.ControlModifier)
    hands.until(lambda: bool(app.sheets.triage.rows))
    hands.letters("nnyyssn")  # harm, data, protected, legal, function, reach, growing
    hands.letters("3421")  # bias; against a protected group; a user reported it; in the model
    hands.words("Applicants over 60, all branches")
    hands.press(Key.Key_Return)
    hands.until(lambda: bool(incidents.get(app.store, known.id).conduct.triages))
    hands.until(on_screen)

    hands.letters("p")
    shown = screen()
    assert isinstance(shown, CommandScreen)
    hands.until(shown.ask.isVisible)
    for key, name in (
        (Key.Key_Tab, "Operator B"),
        (Key.Key_Tab, "Operator C"),
        (Key.Key_Return, "Operator D"),
    ):
        hands.words(name)
        hands.press(key)
    hands.until(lambda: "technical" in incidents.get(app.store, known.id).staff)
    hands.until(on_screen)

    hands.press(Key.Key_U, Mod.ControlModifier | Mod.ShiftModifier)
    hands.until(lambda: "onditions" in app.sheets.update.editor.toPlainText())
    hands.press(Key.Key_Return, Mod.ControlModifier)
    hands.until(lambda: bool(updates.listed(app.store, known.id)))

    assert 0 < strokes.count <= MOST_STROKES, f"{strokes.count} key strokes beyond the words typed"
    known = incidents.get(app.store, known.id)
    assert (known.severity, known.text("type"), known.text("channel")) == ("SEV-1", "bias", "user report")
    assert known.staff == {"commander": "Operator A", "deputy": "Operator B",
                           "communications": "Operator C", "technical": "Operator D"}  # fmt: skip
    (told,) = [one.body for one in updates.listed(app.store, known.id) if isinstance(one.body, UpdateTold)]
    assert "over-60s" in told.text
    met = {one.rule for one in clocks.listed(app.store, known.id) if one.state == "met"}
    assert {"respond", "triage"} <= met
    assert verify(app.store).ok
