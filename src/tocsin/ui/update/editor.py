"""Where an update is written: words that break a rule are underlined while it is typed."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from tocsin.model.wording import LONGEST, Breach
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme

_PAUSE_MS = 80  # after the last key, so that a fast typist is not judged at each letter


class UpdateEditor(QPlainTextEdit):
    """A text without looks of its own. `settled(text)` comes when nobody types for a moment."""

    settled = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._breaches: Sequence[Breach] = ()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.settled.emit(self.toPlainText()))
        self.setTabChangesFocus(True)
        self.setAccessibleName("Text of the update")
        self.setPlaceholderText("Drafting …")
        self.textChanged.connect(self._pause.start)
        theme.changed.connect(self._dress)

    def show_text(self, text: str) -> None:
        """Show a text, one of the same title where it was being read; what hides letters as marks."""
        shown = visible(text)[:LONGEST]
        same = shown.partition("\n")[0] == self.toPlainText().partition("\n")[0]
        at = self.verticalScrollBar().value() if same else 0
        self.setPlainText(shown)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(at)

    def show_breaches(self, found: Sequence[Breach]) -> None:
        """Underline where rules are broken; what is missing has no place."""
        self._breaches = found
        text = self.toPlainText()
        looks = []
        for one in found:
            if one.is_missing or one.end > len(text):
                continue
            look = QTextEdit.ExtraSelection()
            look.cursor = self._cursor(text, one)
            look.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            look.format.setUnderlineColor(self._theme.colour("orange"))
            look.format.setBackground(self._theme.colour("orange_fill"))
            looks.append(look)
        self.setExtraSelections(looks)

    def go_to_next(self) -> None:
        """Select the next place that breaks a rule, the first after the last."""
        text = self.toPlainText()
        places = [one for one in self._breaches if not one.is_missing and one.end <= len(text)]
        if places:
            here = self.textCursor().selectionStart()
            cursors = [self._cursor(text, one) for one in places]
            following = (cursor for cursor in cursors if cursor.selectionStart() > here)
            self.setTextCursor(next(following, cursors[0]))
            self.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.ensureCursorVisible()

    def _dress(self) -> None:
        self.show_breaches(self._breaches)

    def _cursor(self, text: str, one: Breach) -> QTextCursor:
        """A cursor over the words; Qt counts in halves of letters outside the basic plane."""
        cursor = self.textCursor()
        cursor.setPosition(_units(text[: one.start]))
        cursor.setPosition(_units(text[: one.end]), QTextCursor.MoveMode.KeepAnchor)
        return cursor


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
