"""A small table drawn row by row: heads, columns as wide as their words, one that takes what is left."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, QRectF, QSize, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import NORMAL, PAD, SHAPES, SMALL, Tone
from tocsin.ui.rows import Index, RowPainter, Rows
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, mono, sans

_ROW, _HEAD, _APART, _SHAPE = 25, 24, 14, 10


@dataclass(frozen=True, slots=True)
class Column:
    """A head. The `wide` one takes what room is left, `least` is what it needs at all.

    `drop` is how soon a column goes where room ends: 1 first, 0 never.
    """

    head: str
    right: bool = False
    figures: bool = False
    wide: bool = False
    least: int = 90
    drop: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """Words in a colour of the theme, with the shape of a tone before them if any."""

    text: str
    colour: str = "text"
    bold: bool = False
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: its key, its cells, what it stands for, and the tone of its ground."""

    key: Hashable
    cells: tuple[Cell, ...]
    fact: Any
    ground: Tone | None = None


class PointedRows(Rows):
    """Rows that say which one the cursor is on: `pointed(fact)`; `resized()` when they have another width."""

    pointed = Signal(object)
    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.resized.emit()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(120, 2 * _ROW)  # what there is beyond comes by stretch, not by asking

    def currentChanged(self, current: Index, previous: Index) -> None:  # noqa: N802
        super().currentChanged(current, previous)
        if current.isValid():
            self.pointed.emit(self.selected)


class Ledger(QWidget):
    """`pointed(fact)` as the cursor moves, `chosen(fact)` with Enter or a double click."""

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, theme: Theme, columns: Sequence[Column], name: str) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._painter = _EntryPainter(theme, self.columns)
        self.rows = PointedRows(self._painter, name, keys_mean_cursor=True)
        self._heads = _Heads(theme, self.columns, self._painter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._heads)
        layout.addWidget(self.rows, 1)
        self.setFocusProxy(self.rows)
        self.rows.pointed.connect(lambda one: self.pointed.emit(one.fact))
        self.rows.chosen.connect(lambda one: self.chosen.emit(one.fact))
        self.rows.resized.connect(self._share_out)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show rows; the cursor stays on its key."""
        self._painter.measure(entries)
        self.rows.show_rows((one.key, ", ".join(_read(self.columns, one)), one) for one in entries)
        self._share_out()

    @property
    def selected(self) -> Any:
        """What the row under the cursor stands for, None before anybody moved it."""
        index = self.rows.currentIndex()
        return self.rows.selected.fact if index.isValid() and self.rows.selected is not None else None

    def height_of(self, rows: int) -> int:
        """Return how many pixels so many rows need, heads included."""
        return _HEAD + rows * _ROW + 2

    def _share_out(self) -> None:
        self._painter.share_out(self.rows.viewport().width())
        self.rows.repaint_rows()
        self._heads.update()


class _EntryPainter(RowPainter):
    def __init__(self, theme: Theme, columns: tuple[Column, ...]) -> None:
        super().__init__(theme)
        self._columns = columns
        self._needed = [0] * len(columns)
        self.places: list[tuple[int, int] | None] = [None] * len(columns)

    def measure(self, entries: Sequence[Entry]) -> None:
        """Find how wide the words of each column are."""
        for place, column in enumerate(self._columns):
            widths = [QFontMetrics(sans(SMALL)).horizontalAdvance(column.head) + 4]
            for one in entries:
                cell = one.cells[place]
                extra = _SHAPE + 6 if cell.tone is not None else 0
                widths.append(
                    QFontMetrics(_font(column, cell)).horizontalAdvance(visible(cell.text)) + extra + 2
                )
            self._needed[place] = max(widths)

    def share_out(self, width: int) -> None:
        """Place the columns; where they have no room, those that may go first do."""
        kept = list(range(len(self._columns)))
        for rank in sorted({one.drop for one in self._columns if one.drop}):
            if self._left(kept, width) >= 0:
                break
            kept = [at for at in kept if self._columns[at].drop != rank]
        left, x = max(self._left(kept, width), 0), PAD
        self.places = [None] * len(self._columns)
        for at in kept:
            column = self._columns[at]
            wide = self._least(at) + (left if column.wide else 0)
            self.places[at] = x, wide
            x += wide + _APART

    def _left(self, kept: Sequence[int], width: int) -> int:
        spent = sum(self._least(at) for at in kept)
        return width - 2 * PAD - spent - _APART * (len(kept) - 1)

    def _least(self, at: int) -> int:
        wide, needed = self._columns[at].wide, self._needed[at]
        return min(needed, self._columns[at].least) if wide else needed

    def height(self, fact: Entry, width: int) -> int:
        return _ROW

    def draw(self, painter: QPainter, rect: QRect, fact: Entry) -> None:
        if fact.ground is not None:
            painter.fillRect(rect.adjusted(3, 0, 0, -1), self.theme.palette.fill(fact.ground))
        for column, cell, place in zip(self._columns, fact.cells, self.places, strict=True):
            if place is None:
                continue
            room = QRect(rect.left() + place[0], rect.top(), place[1], rect.height() - 1)
            if cell.tone is not None:
                room = self._shape(painter, room, cell, column)
            self.text(painter, room, cell.text, _font(column, cell), cell.colour, right=column.right)

    def _shape(self, painter: QPainter, room: QRect, cell: Cell, column: Column) -> QRect:
        assert cell.tone is not None
        ink = self.theme.colour(cell.tone.value).name()
        box = QRectF(room.left(), room.top() + (room.height() - _SHAPE) / 2, _SHAPE, _SHAPE)
        paint_icon(painter, SHAPES[cell.tone], ink, box)
        return room.adjusted(_SHAPE + 6, 0, 0, 0)


class _Heads(QWidget):
    def __init__(self, theme: Theme, columns: tuple[Column, ...], painter: _EntryPainter) -> None:
        super().__init__()
        self._theme, self._columns, self._painter = theme, columns, painter
        self.setFixedHeight(_HEAD)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(100, _HEAD)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(self._theme.colour("line"))
        painter.drawLine(PAD, _HEAD - 1, self.width() - PAD, _HEAD - 1)
        for column, place in zip(self._columns, self._painter.places, strict=True):
            if place is not None:
                room = QRect(place[0], 0, place[1], _HEAD - 2)
                self._painter.text(painter, room, column.head, sans(SMALL), "muted", right=column.right)


def _font(column: Column, cell: Cell) -> QFont:
    return mono(NORMAL, bold=cell.bold) if column.figures else sans(NORMAL, bold=cell.bold)


def _read(columns: Sequence[Column], one: Entry) -> list[str]:
    """Return a row as a screen reader says it."""
    pairs = zip(columns, one.cells, strict=True)
    return [f"{column.head} {cell.text}".strip() for column, cell in pairs if cell.text]
