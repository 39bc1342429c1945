"""A list of facts drawn row by row: it keeps its cursor when they are read again and takes no letter keys."""

from collections.abc import Hashable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tocsin.ui.palette import PAD
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, sans

Index = QModelIndex | QPersistentModelIndex
_ONE_LINE = 30
_FACT = int(Qt.ItemDataRole.UserRole)


class RowsModel(QAbstractListModel):
    """Facts with a key each; the same keys in the same order only repaint, anything else is a new list."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Any] = []
        self._keys: list[Hashable] = []
        self._words: list[str] = []

    def show(self, rows: Iterable[tuple[Hashable, str, Any]]) -> bool:
        """Take (key, words for a screen reader, fact) of each row; return whether the list is another one."""
        taken = list(rows)
        keys = [key for key, _, _ in taken]
        other = keys != self._keys
        if other:
            self.beginResetModel()
        self._keys, self._words = keys, [visible(words) for _, words, _ in taken]
        self.facts = [fact for _, _, fact in taken]
        if other:
            self.endResetModel()
        elif keys:
            self.repaint()
        return other

    def repaint(self) -> None:
        """Let every row be drawn again."""
        if self.facts:
            self.dataChanged.emit(self.index(0), self.index(len(self.facts) - 1))

    def row_of(self, key: Hashable) -> int:
        """Return the row with a key, -1 when there is none."""
        return self._keys.index(key) if key in self._keys else -1

    def key_of(self, row: int) -> Hashable:
        """Return the key of a row, None when there is no such row."""
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.facts)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        if role == _FACT:
            return self.facts[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words[index.row()]
        return None


class RowPainter(QStyledItemDelegate):
    """Draws a row: the ground by the stylesheet, and the fact as one line unless a child class knows more."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def height(self, fact: Any, width: int) -> int:
        """Return a row's height in pixels."""
        return _ONE_LINE

    def draw(self, painter: QPainter, rect: QRect, fact: Any) -> None:
        """Draw a fact."""
        self.text(painter, rect.adjusted(PAD, 0, -PAD, 0), str(fact), sans(), "text")

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, rect = option.widget, option.rect
        painter.save()
        painter.setClipRect(rect)
        if isinstance(view, Rows) and (view.hasFocus() or option.state & QStyle.StateFlag.State_MouseOver):
            view.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, view)
        self.draw(painter, rect, index.data(_FACT))
        if isinstance(view, Rows) and view.keys_mean_cursor and index.row() == view.currentIndex().row():
            painter.fillRect(
                QRect(rect.left(), rect.top(), 3, rect.height() - 1), self.theme.colour("accent")
            )
        painter.setPen(self.theme.colour("line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        width = option.widget.viewport().width() if isinstance(option.widget, Rows) else option.rect.width()
        return QSize(0, self.height(index.data(_FACT), width))

    def text(
        self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: str, *, right: bool = False
    ) -> None:
        """Draw one line of plain text, with an ellipsis where room ends."""
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.setFont(font)
        painter.setPen(self.theme.colour(colour))
        line = QFontMetrics(font).elidedText(
            visible(text).replace("\n", " "), Qt.TextElideMode.ElideRight, rect.width()
        )
        painter.drawText(rect, int(side | Qt.AlignmentFlag.AlignVCenter), line)


class Rows(QListView):
    """A quiet list. `chosen(fact)` comes with Enter or a double click."""

    chosen = Signal(object)

    def __init__(self, painter: RowPainter, name: str, *, keys_mean_cursor: bool = False) -> None:
        """With `keys_mean_cursor` keys of the screen act on the row under the cursor, so it always shows."""
        super().__init__()
        self.keys_mean_cursor = keys_mean_cursor
        self.exposed = QRegion()  # of the viewport, what is being drawn: a painter may leave out the rest
        self._model = RowsModel()
        self._painter = painter
        self.setModel(self._model)
        self.setItemDelegate(painter)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(lambda index: self.chosen.emit(index.data(_FACT)))
        painter.theme.changed.connect(self.repaint_rows)

    @property
    def facts(self) -> list[Any]:
        """What is shown, top to bottom."""
        return self._model.facts

    @property
    def selected(self) -> Any:
        """The fact under the cursor, else the first; None in an empty list."""
        row = self.currentIndex().row()
        facts = self._model.facts
        return facts[row] if 0 <= row < len(facts) else facts[0] if facts else None

    def show_rows(self, rows: Iterable[tuple[Hashable, str, Any]]) -> None:
        """Show (key, words, fact) of each row; the cursor stays on the key it was on."""
        key = self._model.key_of(self.currentIndex().row())
        if self._model.show(rows) and key is not None:
            self.select(key)
        self.doItemsLayout()

    def repaint_rows(self) -> None:
        """Draw the rows again: the second or the scheme is another one."""
        self._model.repaint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self.exposed = event.region()
        super().paintEvent(event)

    def rects(self) -> list[tuple[Any, QRect]]:
        """Return the facts that are in sight, each with its rectangle in the viewport."""
        height, found = self.viewport().height(), list[tuple[Any, QRect]]()
        for row, fact in enumerate(self._model.facts):
            rect = self.visualRect(self._model.index(row))
            if rect.top() > height:
                break
            if rect.bottom() >= 0:
                found.append((fact, rect))
        return found

    def select(self, key: Hashable) -> None:
        """Put the cursor on a row, if it is there."""
        row = self._model.row_of(key)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.selected is not None:
                self.chosen.emit(self.selected)
        elif event.text().isprintable() and event.text():
            event.ignore()  # a letter is a key of the screen, not a search in the list
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:  # noqa: N802
        if not self.currentIndex().isValid() and self._model.facts:
            self.setCurrentIndex(self._model.index(0))
        super().focusInEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
