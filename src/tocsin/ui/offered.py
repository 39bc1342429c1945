"""What Ctrl K offers of the screens: what their keys do, from wherever one is, and the buttons in sight."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from tocsin.ui.finder import Choice
from tocsin.ui.window import Window

_WAIT_MS, _TRIES = 50, 60  # how often, and how many times, a screen is asked whether it has read
_KEYS = (
    ("Mark the selected clock as met", "command", "M", "check"),
    ("Waive the selected clock", "command", "W", "clock"),
    ("Let the selected clock stand still, or go on", "command", "H", "pause"),
    ("State a fact that clocks count from", "command", "F", "clock"),
    ("Assign roles", "command", "P", "person"),
    ("Change the severity", "command", "S", "check"),
    ("State when it started", "command", "T", "clock"),
    ("Mark the incident as contained", "command", "C", "contain"),
    ("Mark the incident as resolved", "command", "R", "check"),
    ("Close the incident", "command", "X", "check"),
    ("Carry on as it stands", "command", "K", "check"),
    ("Declare or lift the change freeze", "contain", "F", "contain"),
    ("Confirm that a pull worked, or that it did not", "contain", "C", "contain"),
    ("Put back what was pulled", "contain", "R", "contain"),
    ("Record a rehearsal of a way to contain", "contain", "H", "contain"),
    ("Count the blast radius again", "contain", "B", "contain"),
    ("Add a task that nobody planned for", "playbook", "N", "playbook"),
    ("Rule on the selected duty by hand", "duties", "J", "duties"),
    ("State the fact the selected duty counts from", "duties", "F", "clock"),
    ("Show every duty, or fewer", "duties", "V", "duties"),
    ("Import a roster", "people", "I", "person"),
    ("Add a contact", "people", "N", "person"),
    ("Edit the cell of the matrix", "matrix", "E", "matrix"),
    ("What the pack in force would change", "matrix", "P", "matrix"),
)


def offer(window: Window) -> None:
    """Put what the keys of the screens do into Ctrl K; a screen is loaded when one is chosen."""
    for words, screen, key, icon in _KEYS:
        window.add_action(f"{words} ({key})", partial(_go, window, screen, key), "", icon)
    window.add_finds(partial(here, window))


def here(window: Window) -> Iterator[Choice]:
    """Yield what the buttons in sight do that show a key beside their word."""
    taken = {(screen, key) for _words, screen, key, _icon in _KEYS}
    shown = window.stack.currentWidget()
    for button in shown.findChildren(QPushButton) if shown is not None else ():
        word, _, key = (part.strip() for part in button.text().rpartition("  "))
        if word and button.isVisible() and button.isEnabled() and (window.front, key) not in taken:
            yield Choice(_told(word, button.accessibleName()), button.click, detail=key)


def _told(word: str, name: str) -> str:
    name = name.partition("   ")[0]
    return name if name.lower().startswith(word.lower()) or not name else f"{word}: {name}"


def _go(window: Window, name: str, key: str) -> None:
    _press(window.show_screen(name), key, _TRIES)


def _press(screen: QWidget, key: str, tries: int) -> None:
    """Press a key of a screen once it has read what it shows."""
    if getattr(screen, "view", screen) is not None:
        code = ord(key)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(screen, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, key.lower()))
    elif tries and screen.isVisible():
        QTimer.singleShot(_WAIT_MS, screen, partial(_press, screen, key, tries - 1))
