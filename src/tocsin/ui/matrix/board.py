"""The matrix drawn: a cursor over its cells, and marks of incidents that can be dragged to another level."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from tocsin.model.clocks import State
from tocsin.model.matrix import Placed
from tocsin.ui.icons import paint_icon
from tocsin.ui.matrix.layout import INSET, Layout, laid_out, least, reference_font, text_rect
from tocsin.ui.matrix.table import Cell, Line, Table
from tocsin.ui.palette import SHAPES, SMALL, Tone, tone_of_rank
from tocsin.ui.text import set_tip, visible
from tocsin.ui.theme import Theme, sans

Key = Qt.Key
Place = tuple[int, int]
_WRAP = int(Qt.TextFlag.TextWordWrap)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_MOVES = {Key.Key_Left: (0, -1), Key.Key_Right: (0, 1), Key.Key_Up: (-1, 0), Key.Key_Down: (1, 0)}
_TONES = {State.OVERDUE: Tone.RED, State.DUE_SOON: Tone.YELLOW}


class Board(QWidget):
    """Draws a table. `moved` when another cell or mark is under the cursor, `entered` on Enter.

    `opened(id)` for a double click on a mark, `grade_wanted(incident, level)` when one was dragged or moved,
    `laid(height)` when its words need another height.
    """

    moved = Signal()
    entered = Signal()
    opened = Signal(str)
    grade_wanted = Signal(str, str)
    laid = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.table = Table((), ())
        self.place: Place = (0, 0)
        self.mark = ""
        self._states: Mapping[str, State | None] = {}
        self._changed: frozenset[Place] = frozenset()
        self._layout: Layout = laid_out(self.table, 100)
        self._pressed: QPoint | None = None
        self._dragged: QPoint | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Severity by escalation")
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    @property
    def line(self) -> Line | None:
        """The level under the cursor."""
        return self.table.lines[self.place[0]] if self.table.lines else None

    @property
    def cell(self) -> Cell | None:
        """The cell under the cursor."""
        return self.line.cells[self.place[1]] if self.line else None

    def show_table(
        self, table: Table, states: Mapping[str, State | None], changed: frozenset[Place] = frozenset()
    ) -> None:
        """Show a table; `states` say how incidents' nearest clocks stand, `changed` what a draft changes."""
        self.table, self._states, self._changed = table, states, changed
        rows = len(table.lines)
        self.place = (min(self.place[0], max(rows - 1, 0)), self.place[1])
        self._settle_mark()
        self._lay()

    def go(self, place: Place, mark: str = "") -> None:
        """Put the cursor on a cell, and on one of its marks, the first when none is named."""
        if not self.table.lines:
            return
        line = min(max(place[0], 0), len(self.table.lines) - 1)
        column = min(max(place[1], 0), len(self.table.lines[line].cells) - 1)
        self.place, self.mark = (line, column), mark
        self._settle_mark()
        self.setAccessibleDescription(self._words())
        self.update()
        self.moved.emit()

    def rect_of(self, id: str) -> QRect:
        """Return where an incident's mark lies."""
        return self._layout.marks[id]

    def cell_rect(self, place: Place) -> QRect:
        """Return where a cell lies."""
        return self._layout.cells[place]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = _MOVES.get(Key(event.key()))
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if step is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if shift and step[0]:
                self._regrade(step[0])
            else:
                self.go((self.place[0] + step[0], self.place[1] + step[1]))
        elif event.key() == Key.Key_Space:
            self._next_mark()
        elif event.key() in (Key.Key_Return, Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Key.Key_Escape and self._dragged is not None:
            self._pressed = self._dragged = None
            self.update()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = self._layout.cell_at(event.position().toPoint())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()
            self.setFocus()
            self.go(at, self._layout.mark_at(self._pressed))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        point = event.position().toPoint()
        if self._pressed is not None and self._layout.mark_at(self._pressed):
            far = (point - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            if far or self._dragged is not None:
                self._dragged = point
                self.update()
        elif self._pressed is None:
            found = self._placed(self._layout.mark_at(point))
            set_tip(self, f"{found.reference}  {found.title}\nDrag it to another level" if found else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        dragged, self._dragged, self._pressed = self._dragged, None, None
        if dragged is not None:
            at = self._layout.cell_at(event.position().toPoint())
            if at is not None and at[0] != self.place[0]:
                self._want(self.table.lines[at[0]].level)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        mark = self._layout.mark_at(event.position().toPoint())
        if mark:
            self.opened.emit(mark)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(600, self._layout.height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        target = self._target()
        for column, head in enumerate(self.table.heads):
            self._paint_head(painter, self._layout.cells.get((-1, column), QRect()), head)
        for number, line in enumerate(self.table.lines):
            self._paint_level(painter, self._layout.cells[number, -1], line)
            for column, cell in enumerate(line.cells):
                self._paint_cell(painter, (number, column), cell, target=number == target)
        for line in self.table.lines:
            for cell in line.cells:
                for one in cell.marks:
                    self._paint_mark(painter, self._layout.marks[one.id], one, line.rank)
        if self._dragged is not None and (found := self._placed(self.mark)):
            ghost = QRect(self._layout.marks[self.mark])
            ghost.moveCenter(self._dragged)
            painter.setOpacity(0.75)
            self._paint_mark(painter, ghost, found, self.table.lines[self.place[0]].rank)

    def _paint_head(self, painter: QPainter, rect: QRect, head: tuple[str, str]) -> None:
        room = rect.adjusted(INSET, 2, -INSET, 0)
        painter.setPen(self._theme.colour("text"))
        painter.setFont(sans(bold=True))
        used = painter.boundingRect(room, _WRAP, visible(head[0]))
        painter.drawText(room, _WRAP, visible(head[0]))
        painter.setPen(self._theme.colour("muted"))
        painter.setFont(sans(SMALL))
        painter.drawText(room.adjusted(0, used.height() + 2, 0, 8), _WRAP, visible(head[1]))

    def _paint_level(self, painter: QPainter, rect: QRect, line: Line) -> None:
        tone = tone_of_rank(line.rank) if line.level else Tone.GREY
        icon = QRectF(rect.left() + 4, rect.top() + 9, 13, 13)
        paint_icon(painter, SHAPES[tone], self._theme.palette.tone(tone), icon)
        painter.setPen(self._theme.colour(tone.value))
        painter.setFont(sans(bold=True))
        painter.drawText(rect.adjusted(22, INSET, -2, 0), _WRAP, visible(line.level or "other pack"))

    def _paint_cell(self, painter: QPainter, place: Place, cell: Cell, *, target: bool) -> None:
        rect, here = self._layout.cells[place], place == self.place
        edge = "accent" if here or target else "orange" if place in self._changed else "line"
        painter.fillRect(rect, self._theme.colour("hover" if target else "raised"))
        painter.setPen(self._theme.colour(edge))
        painter.drawRect(rect.adjusted(0, 0, -1, -1))
        if here and self.hasFocus():
            painter.drawRect(rect.adjusted(1, 1, -2, -2))
        words, below = text_rect(cell, rect)
        painter.setFont(sans())
        painter.setPen(self._theme.colour("muted" if cell.route else "text"))
        painter.drawText(words, _WRAP, visible(cell.text))
        painter.setFont(sans(SMALL))
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(below, _WRAP, visible(cell.small))

    def _paint_mark(self, painter: QPainter, rect: QRect, one: Placed, rank: int) -> None:
        palette = self._theme.palette
        tone = tone_of_rank(rank) if self._known(one) else Tone.GREY
        painter.fillRect(rect, self._theme.colour("raised"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._theme.colour("accent" if one.id == self.mark else tone.value))
        painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 4, 4)
        paint_icon(painter, SHAPES[tone], palette.tone(tone), QRectF(rect.left() + 5, rect.top() + 5, 11, 11))
        painter.setFont(reference_font())
        painter.setPen(self._theme.colour("text"))
        painter.drawText(rect.adjusted(20, 1, -2, -rect.height() // 2), _LEFT, _short(one.reference))
        state = self._states.get(one.id)
        told = state.value if state else "no clock runs"
        painter.setFont(sans(SMALL))
        painter.setPen(self._theme.colour(_TONES[state].value if state in _TONES else "muted"))
        said = told if self._known(one) else f"{one.level} · {told}"
        painter.drawText(rect.adjusted(20, rect.height() // 2 - 1, -2, 0), _LEFT, visible(said))

    def _known(self, one: Placed) -> bool:
        return any(line.level == one.level for line in self.table.lines)

    def _placed(self, id: str) -> Placed | None:
        marks = (one for line in self.table.lines for cell in line.cells for one in cell.marks)
        return next((one for one in marks if one.id == id), None)

    def _target(self) -> int:
        """The level a mark is being dragged over, -1 when none is."""
        at = self._layout.cell_at(self._dragged) if self._dragged is not None else None
        return -1 if at is None or at[0] == self.place[0] else at[0]

    def _settle_mark(self) -> None:
        ids = [one.id for one in self.cell.marks] if self.cell else []
        self.mark = self.mark if self.mark in ids else ids[0] if ids else ""

    def _words(self) -> str:
        """The cell under the cursor for those who hear it."""
        line, cell = self.line, self.cell
        if line is None or cell is None:
            return ""
        head = self.table.heads[self.place[1]][0]
        marks = ", ".join(one.reference for one in cell.marks)
        parts = [line.level or "other pack", head, cell.text, cell.small, marks]
        return visible("; ".join(part for part in parts if part))

    def _next_mark(self) -> None:
        ids = [one.id for one in self.cell.marks] if self.cell else []
        if ids:
            self.go(self.place, ids[(ids.index(self.mark) + 1) % len(ids)])

    def _regrade(self, by: int) -> None:
        line = self.place[0] + by
        if self.mark and 0 <= line < len(self.table.lines):
            self._want(self.table.lines[line].level)

    def _want(self, level: str) -> None:
        if self.mark and level:
            self.grade_wanted.emit(self.mark, level)

    def _lay(self) -> None:
        self._layout = laid_out(self.table, self.width())
        self.setMinimumHeight(self._layout.height)
        self.setMinimumWidth(least(self.table))
        self.updateGeometry()
        self.update()
        self.laid.emit(self._layout.height)


def _short(reference: str) -> str:
    """Return a reference as its mark shows it: the year is the same for nearly all of them."""
    return visible(reference.removeprefix("INC-"))
