"""Where the cells of the matrix lie: columns by share, rows as high as their words need at this width."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics

from tocsin.ui.matrix.table import ESCALATE, MEANING, RESPOND, Cell, Table
from tocsin.ui.palette import SMALL
from tocsin.ui.text import visible
from tocsin.ui.theme import mono, sans

NAME = 96  # pixels of the column with the levels
INSET = 7
MARK = 36  # height of an incident's mark
_BETWEEN = 3
_SHARES = {MEANING: 23, RESPOND: 12, ESCALATE: 18}
_ROUTE = 14
_LEAST = 120  # pixels of a column: a reference has room in it


@dataclass(frozen=True, slots=True)
class Layout:
    """The rectangles, by (line, column): line -1 are the heads, column -1 the names of the levels."""

    cells: dict[tuple[int, int], QRect]
    marks: dict[str, QRect]
    width: int
    height: int

    def cell_at(self, point: QPoint) -> tuple[int, int] | None:
        """Return the cell of a level under a point, its name counting as its first cell."""
        at = next((place for place, rect in self.cells.items() if rect.contains(point)), None)
        return None if at is None or at[0] < 0 else (at[0], max(at[1], 0))

    def mark_at(self, point: QPoint) -> str:
        """Return the incident whose mark is under a point, empty when none is."""
        return next((id for id, rect in self.marks.items() if rect.contains(point)), "")


def laid_out(table: Table, width: int) -> Layout:
    """Return where everything lies; wider than `width` where the columns need it."""
    kinds = [cell.kind for cell in table.lines[0].cells] if table.lines else []
    widths = _widths(kinds, width - NAME)
    lefts = [NAME + sum(widths[:i]) + i * _BETWEEN for i in range(len(widths))]
    cells: dict[tuple[int, int], QRect] = {}
    marks: dict[str, QRect] = {}
    top = max((_head(head, room) for head, room in zip(table.heads, widths, strict=False)), default=0)
    for column, (left, room) in enumerate(zip(lefts, widths, strict=True)):
        cells[-1, column] = QRect(left, 0, room, top)
    for number, line in enumerate(table.lines):
        top += _BETWEEN
        high = max(_height(cell, room) for cell, room in zip(line.cells, widths, strict=True))
        cells[number, -1] = QRect(0, top, NAME - _BETWEEN, high)
        for column, cell in enumerate(line.cells):
            rect = cells[number, column] = QRect(lefts[column], top, widths[column], high)
            marks |= _marks(cell, rect)
        top += high
    return Layout(cells, marks, (lefts[-1] + widths[-1]) if widths else width, top)


def least(table: Table) -> int:
    """Return the least width at which every reference has room."""
    kinds = [cell.kind for cell in table.lines[0].cells] if table.lines else []
    return NAME + sum(_narrowest(kind) for kind in kinds) + _BETWEEN * max(len(kinds) - 1, 0)


def text_rect(cell: Cell, rect: QRect) -> tuple[QRect, QRect]:
    """Return where the words of a cell and the small ones beneath them lie."""
    room = rect.adjusted(INSET, INSET - 2, -INSET, 0)
    high = _wrapped(cell.text, sans(), room.width())
    words = QRect(room.left(), room.top(), room.width(), high)
    below = QRect(
        room.left(), words.bottom() + 2, room.width(), _wrapped(cell.small, sans(SMALL), room.width())
    )
    return words, below


def _widths(kinds: list[str], width: int) -> list[int]:
    room = width - _BETWEEN * max(len(kinds) - 1, 0)
    shares = [_SHARES.get(kind, _ROUTE) for kind in kinds]
    whole = sum(shares)
    return [max(room * share // whole, _narrowest(kind)) for kind, share in zip(kinds, shares, strict=True)]


def _narrowest(kind: str) -> int:
    return 80 if kind == RESPOND else _LEAST


def _head(head: tuple[str, str], width: int) -> int:
    room = width - 2 * INSET
    return _wrapped(head[0], sans(bold=True), room) + _wrapped(head[1], sans(SMALL), room) + 8


def _height(cell: Cell, width: int) -> int:
    words, below = text_rect(cell, QRect(0, 0, width, 0))
    text = (below if cell.small else words).bottom() + 1 if cell.text or cell.small else INSET
    return text + len(cell.marks) * (MARK + _BETWEEN) + INSET


def _marks(cell: Cell, rect: QRect) -> dict[str, QRect]:
    """The marks of a cell, one below the other at its foot."""
    first = rect.bottom() + 1 - INSET + _BETWEEN - len(cell.marks) * (MARK + _BETWEEN)
    return {
        one.id: QRect(rect.left() + 4, first + i * (MARK + _BETWEEN), rect.width() - 8, MARK)
        for i, one in enumerate(cell.marks)
    }


def _wrapped(text: str, font: QFont, width: int) -> int:
    if not text:
        return 0
    flags = int(Qt.TextFlag.TextWordWrap)
    return QFontMetrics(font).boundingRect(QRect(0, 0, width, 10_000), flags, visible(text)).height()


def reference_font() -> QFont:
    """Return the font of references in marks."""
    return mono(SMALL)
