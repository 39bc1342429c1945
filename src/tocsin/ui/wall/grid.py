"""Systems by layers: every cell in one painted widget, found with mouse and arrows."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip

from tocsin.model.signal import Layer
from tocsin.operations.wall import Cell, Row
from tocsin.ui.charts.sparkline import Sparkline, paint_marks, paint_sparkline, sparkline
from tocsin.ui.palette import SMALL
from tocsin.ui.text import tip
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.wall.cells import (
    curve_box,
    has_curve,
    looks,
    middle,
    paint_box,
    paint_middle,
    paint_name,
    paint_value,
    told,
    tone,
)

_HEAD = 26
_GAP = 6
_FAINT = 110  # of 255: the curve of a silent signal
_LOWEST, _HIGHEST = 56, 112
_LAYERS = tuple(Layer)
_NO_CURVE = np.empty(0)
_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class Grid(QAbstractScrollArea):
    """The grid. `chosen(cell, row)` with Enter or a double click; `pointed(text)` tells of the cell."""

    chosen = Signal(object, object)
    pointed = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self._now: datetime | None = None
        self._rows: Sequence[Row] = ()
        self._boxes: list[list[QRectF]] = []
        self._curves: list[list[Sparkline]] = []
        self._ground: QPixmap | None = None
        self._painted: dict[tuple[int, int], object] = {}
        self._inks: dict[tuple[str, bool], QColor] = {}
        self.cursor_at = (0, 0)
        self.setObjectName("wall-grid")
        self.setAccessibleName("Systems by layers: arrows move, Enter opens or declares")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.repaint_all)
        self.verticalScrollBar().valueChanged.connect(self.repaint_moved)

    def show_rows(self, rows: Sequence[Row], now: datetime) -> None:
        """Show the systems as they stood at `now`."""
        same = [row.system for row in rows] == [row.system for row in self._rows]
        self._rows, self._now = rows, now
        row, column = self.cursor_at
        self.cursor_at = (min(row, max(len(rows) - 1, 0)), column)
        if not same:
            self._lay_out()
        self._draw_curves()
        if self.hasFocus():
            self._tell()

    def repaint_moved(self) -> None:
        """Paint everything anew in another place."""
        self._boxes = self._all_boxes()
        self.repaint_all()

    def repaint_all(self) -> None:
        """Paint everything anew: the scheme, the size or the place is another one."""
        self._ground = None
        self._inks.clear()
        self.viewport().update()

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return row and column under a point of the viewport."""
        for row in range(len(self._rows)):
            for column in range(len(_LAYERS)):
                if point.y() > _HEAD and self.box(row, column).contains(point):
                    return row, column
        return None

    def box(self, row: int, column: int) -> QRectF:
        """Return where a cell stands in the viewport, in pixels."""
        width = (self.viewport().width() - self._names_width()) / len(_LAYERS)
        top = _HEAD + row * self._row_height() - self.verticalScrollBar().value()
        return QRectF(
            round(self._names_width() + column * width), top, round(width - _GAP), self._row_height() - _GAP
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self._now is None:
            return
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._painted_ground())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(0, _HEAD - 4, self.viewport().width(), self.viewport().height()))
        self._paint_values(painter, self._now)
        self._paint_curves(painter)
        if self.hasFocus() and self._rows:
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRoundedRect(self.box(*self.cursor_at).adjusted(-2, -2, 2, 2), 4, 4)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._lay_out()
        self._draw_curves()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        move = _MOVES.get(Qt.Key(event.key()))
        if move is not None and self._rows:
            row, column = self.cursor_at
            self._go(row + move[0], column + move[1])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._rows:
            self._choose()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        found = self.cell_at(event.position())
        if found is not None:
            self._go(*found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        found = self.cell_at(event.position())
        if found is not None:
            self._go(*found)
            self._choose()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self._tell()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QHelpEvent):
            found = self.cell_at(QPointF(event.pos()))
            text = "\n".join(self._told(*found)) if found else ""
            QToolTip.showText(event.globalPos(), tip(text), self.viewport())
            return True
        return bool(super().viewportEvent(event))

    def _lay_out(self) -> None:
        """Place the cells in the size there is."""
        overflow = _HEAD + len(self._rows) * self._row_height() - _GAP - self.viewport().height()
        self.verticalScrollBar().setRange(0, max(int(overflow), 0))
        self.verticalScrollBar().setSingleStep(20)
        self.verticalScrollBar().setPageStep(self.viewport().height() - _HEAD)
        self.repaint_moved()

    def _all_boxes(self) -> list[list[QRectF]]:
        return [[self.box(row, column) for column in range(len(_LAYERS))] for row in range(len(self._rows))]

    def _draw_curves(self) -> None:
        """Make the curves anew for the samples there are."""
        room = curve_box(self.box(0, 0)).size()
        self._curves = [
            [
                sparkline(cell.curve if has_curve(cell) else _NO_CURVE, room.width(), room.height())
                for cell in row.cells
            ]
            for row in self._rows
        ]
        self.viewport().update()

    def _paint_values(self, painter: QPainter, now: datetime) -> None:
        painter.setFont(mono(SMALL))
        for row, boxes, curves in zip(self._rows, self._boxes, self._curves, strict=True):
            for cell, box, curve in zip(row.cells, boxes, curves, strict=True):
                painter.setPen(self._ink("muted" if cell.alert is None else tone(cell).value))
                if curve.lines or cell.silent:
                    paint_value(painter, box, cell, now)
                if not curve.lines:
                    paint_middle(painter, box, middle(cell, now))

    def _paint_curves(self, painter: QPainter) -> None:
        for row, boxes, curves in zip(self._rows, self._boxes, self._curves, strict=True):
            for cell, box, curve in zip(row.cells, boxes, curves, strict=True):
                if curve.lines:
                    paint_marks(painter, cell.marks, curve_box(box), self._ink("mark", faint=cell.silent))
                    name = "curve" if cell.alert is None else tone(cell).value
                    paint_sparkline(
                        painter, curve, curve_box(box).topLeft(), self._ink(name, faint=cell.silent)
                    )

    def _ink(self, name: str, *, faint: bool = False) -> QColor:
        if (name, faint) not in self._inks:
            colour = self._theme.colour(name)
            colour.setAlpha(_FAINT if faint else 255)
            self._inks[name, faint] = colour
        return self._inks[name, faint]

    def _names_width(self) -> float:
        return min(max(self.viewport().width() * 0.15, 104), 190)

    def _row_height(self) -> float:
        room = (self.viewport().height() - _HEAD) / max(len(self._rows), 1)
        return min(max(room, _LOWEST), _HIGHEST)

    def _painted_ground(self) -> QPixmap:
        """Return all that stands still while samples come; only cells that look another way are painted."""
        fresh = self._ground is None
        ground = self._ground = self._ground or self._blank()
        if fresh:
            self._painted.clear()
        wanted = {
            (row, column): looks(cell)
            for row, one in enumerate(self._rows)
            for column, cell in enumerate(one.cells)
            if self._in_sight(self._boxes[row][column])
        }
        changed = [at for at, shown in wanted.items() if self._painted.get(at) != shown]
        self._painted.update(wanted)
        if changed or fresh:
            self._paint_ground(ground, changed)
        return ground

    def _paint_ground(self, ground: QPixmap, cells: Sequence[tuple[int, int]]) -> None:
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, row in enumerate(self._rows):
            box = self._boxes[number][0]
            if self._in_sight(box):
                room = QRectF(0, box.top(), self._names_width() - 10, box.height())
                paint_name(painter, self._theme, room, row.system.name)
        for row_at, column in cells:
            box = self._boxes[row_at][column]
            painter.fillRect(box.adjusted(-1, -1, 1, 1), self._theme.colour("panel"))
            paint_box(painter, self._theme, box, self._rows[row_at].cells[column])
        self._paint_head(painter)
        painter.end()

    def _blank(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        ground = QPixmap(self.viewport().size() * ratio)
        ground.setDevicePixelRatio(ratio)
        ground.fill(self._theme.colour("panel"))
        return ground

    def _in_sight(self, box: QRectF) -> bool:
        return -box.height() < box.top() < self.viewport().height()

    def _paint_head(self, painter: QPainter) -> None:
        painter.fillRect(QRectF(0, 0, self.viewport().width(), _HEAD), self._theme.colour("panel"))
        painter.setFont(sans(SMALL))
        painter.setPen(self._theme.colour("muted"))
        for column, layer in enumerate(_LAYERS):
            box = self.box(0, column)
            room = QRectF(box.left() - _GAP / 2, 0, box.width() + _GAP, _HEAD - 4)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), layer.value)

    def _go(self, row: int, column: int) -> None:
        row = min(max(row, 0), len(self._rows) - 1)
        self.cursor_at = (row, min(max(column, 0), len(_LAYERS) - 1))
        box, bar = self.box(*self.cursor_at), self.verticalScrollBar()
        if box.top() < _HEAD:
            bar.setValue(int(bar.value() + box.top() - _HEAD))
        elif box.bottom() > self.viewport().height():
            bar.setValue(int(bar.value() + box.bottom() - self.viewport().height() + _GAP))
        self._tell()
        self.viewport().update()

    def _choose(self) -> None:
        row, column = self.cursor_at
        self.chosen.emit(self._rows[row].cells[column], self._rows[row])

    def _told(self, row: int, column: int) -> list[str]:
        assert self._now is not None
        cell: Cell = self._rows[row].cells[column]
        return told(cell, self._rows[row].system.name, self._now, self._zone)

    def _tell(self) -> None:
        if self._rows and self._now is not None:
            text = ".  ".join(line.rstrip(".") for line in self._told(*self.cursor_at))
            self.setAccessibleDescription(text)
            self.pointed.emit(text)
