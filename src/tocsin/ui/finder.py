"""Ctrl K: find or do anything from the keyboard. A line, and the choices that fit what was typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from shiboken6 import isValid

from tocsin.ui.icons import icon
from tocsin.ui.text import set_look, visible
from tocsin.ui.theme import Theme

_WIDTH = 620
_ROW = 32
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. `detail` and `words` are searched too; `run` is called when it is chosen."""

    title: str
    run: Callable[[], object]
    detail: str = ""
    icon: str = ""
    words: str = ""


def score(typed: str, text: str) -> float:
    """Return how well letters typed fit a text.

    0 when they are not in it in this order; more where they start words or follow each other, most for words
    typed out.
    """
    low, total, at = text.lower(), 0.0, 0
    for letter in typed.lower().replace(" ", ""):
        found = low.find(letter, at)
        if found < 0:
            return 0.0
        total += 3.0 if _starts_word(low, found) else 1.0 if found == at else 0.5
        at = found + 1
    whole = low.find(typed.lower().strip())
    if whole >= 0:
        total += len(typed) * (4.0 if _starts_word(low, whole) else 2.0)
    return total / (1 + len(text) * 0.002)


def _starts_word(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def fitting(typed: str, choices: Sequence[Choice]) -> list[Choice]:
    """Return the choices that fit, best first; all of them, in their order, when nothing is typed."""
    if not typed.strip():
        return list(choices)
    marks = [
        (max(score(typed, c.title) * 1.5, score(typed, f"{c.title} {c.detail} {c.words}")), c)
        for c in choices
    ]
    return [choice for mark, choice in sorted(marks, key=lambda pair: -pair[0]) if mark > 0]


class Finder(QFrame):
    """Lies over the window while it is asked something; Escape or a click elsewhere closes it."""

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._over = theme, parent
        self._choices: list[Choice] = []
        self._shown: list[Choice] = []
        self._before: QWidget | None = None
        self._other: Callable[[str], Choice] | None = None
        set_look(self, role="panel")
        self.line, self.list = QLineEdit(), QListWidget()
        set_look(self.line, role="find")
        self.line.setMaxLength(200)
        self.list.setIconSize(QSize(16, 16))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 6)
        layout.setSpacing(4)
        layout.addWidget(self.line)
        layout.addWidget(self.list)
        self.line.textChanged.connect(self._fill)
        self.list.itemClicked.connect(lambda _item: self._choose())
        self.line.installEventFilter(self)
        self.hide()

    def ask(
        self, placeholder: str, choices: Sequence[Choice], other: Callable[[str], Choice] | None = None
    ) -> None:
        """Open. `other` turns what was typed into one more choice, put last."""
        self._choices, self._other = list(choices), other
        if not self.isVisible():
            self._before = self._over.window().focusWidget()
        self.line.setPlaceholderText(placeholder)
        self.line.setAccessibleName(placeholder)
        self.line.clear()
        self._fill("")
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Close without a choice."""
        if not self.isVisible():
            return
        had_focus = self.line.hasFocus()
        self.hide()
        if had_focus and self._before is not None and isValid(self._before):
            self._before.setFocus()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut and watched is self.line:
            self.dismiss()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if event.key() in steps:
            row = self.list.currentRow() + steps[Qt.Key(event.key())]
            self.list.setCurrentRow(min(max(row, 0), self.list.count() - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            return False
        return True

    def _choose(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._shown):
            choice = self._shown[row]
            self.dismiss()
            choice.run()

    def _fill(self, typed: str) -> None:
        self._shown = fitting(typed, self._choices)[:100]
        if self._other is not None and typed.strip():
            self._shown.append(self._other(typed.strip()))
        self.list.clear()
        for choice in self._shown:
            self.list.addItem(self._item(choice))
        self.list.setCurrentRow(0)
        self._place()

    def _item(self, choice: Choice) -> QListWidgetItem:
        words = f"{choice.title}   ·   {choice.detail}" if choice.detail else choice.title
        item = QListWidgetItem(visible(words))
        item.setSizeHint(QSize(0, _ROW))
        item.setIcon(icon(choice.icon or "circle", self._theme.palette.muted if choice.icon else "#00000000"))
        return item

    def _place(self) -> None:
        parent = self._over
        width = min(_WIDTH, parent.width() - 40)
        rows = min(max(self.list.count(), 1), _MOST_ROWS)
        height = self.line.sizeHint().height() + rows * _ROW + 16
        self.setGeometry((parent.width() - width) // 2, 56, width, min(height, parent.height() - 80))
