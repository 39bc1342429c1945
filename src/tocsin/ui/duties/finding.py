"""A line to type into and, below it, the lines of a list that fit what was typed, best first."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QVBoxLayout, QWidget

from tocsin.ui.finder import score
from tocsin.ui.lines import LinePainter, PlainLine
from tocsin.ui.palette import GAP
from tocsin.ui.rows import Rows
from tocsin.ui.text import Label
from tocsin.ui.theme import Theme

_LONGEST = 120
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


def fitting(typed: str, lines: Sequence[PlainLine]) -> list[PlainLine]:
    """Return the lines that hold every word typed, those whose first line holds them best first."""
    words = typed.lower().split()
    held = [one for one in lines if all(word in one.words.lower() for word in words)]
    if not words:
        return held
    found = held or [one for one in lines if score(typed, one.text)]
    return sorted(found, key=lambda one: -max(score(typed, one.text) * 1.5, score(typed, one.below)))


class FindList(QWidget):
    """The arrow keys move in the list while the keyboard stays in the line; `picked()` when they did."""

    picked = Signal()

    def __init__(self, theme: Theme, hint: str, name: str) -> None:
        super().__init__()
        self._lines: Sequence[PlainLine] = ()
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(hint)
        self.line.setMaxLength(_LONGEST)
        self.line.setObjectName(f"{name}-find")
        self.line.installEventFilter(self)
        self.rows = Rows(LinePainter(theme, margin=GAP), name, keys_mean_cursor=True)
        self.rows.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows.setObjectName(f"{name}-rows")
        self.none = Label("Nothing is called that.", "muted")
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.line)
        column.addWidget(self.rows, 1)
        column.addWidget(self.none, 1)
        self.none.hide()
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(lambda _text: self._fill())
        self.rows.selectionModel().currentChanged.connect(lambda *_: self.picked.emit())

    @property
    def chosen(self) -> PlainLine | None:
        """The line under the cursor."""
        found: PlainLine | None = self.rows.selected
        return found

    def show_lines(self, lines: Sequence[PlainLine]) -> None:
        """Show what there is to be found; the cursor stays where it was."""
        self._lines = lines
        self._fill(keep=True)

    def select(self, key: str) -> None:
        """Put the cursor on a line, whatever was typed before."""
        self.line.clear()
        self.rows.select(key)
        self.rows.scrollTo(self.rows.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            by = _MOVES.get(Qt.Key(event.key()))
            if by is not None and self.rows.facts:
                row = max(self.rows.currentIndex().row(), 0) + by
                row = min(max(row, 0), len(self.rows.facts) - 1)
                self.rows.setCurrentIndex(self.rows.model().index(row, 0))
                return True
        return False

    def _fill(self, *, keep: bool = False) -> None:
        found = fitting(self.line.text(), self._lines)
        kept = self.chosen.key if keep and self.chosen else ""
        self.rows.show_rows((one.key, one.words, one) for one in found)
        self.rows.setVisible(bool(found))
        self.none.setVisible(not found)
        if found:
            self.rows.select(kept if any(one.key == kept for one in found) else found[0].key)
        self.picked.emit()
