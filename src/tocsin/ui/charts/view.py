"""The picture of a stack of strips: what stands still is painted once and kept, curves lie over it."""

from zoneinfo import ZoneInfo

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent

from tocsin.ui.charts.painting import paint_cursor, paint_ground
from tocsin.ui.charts.scene import Scene
from tocsin.ui.charts.strip import Strip
from tocsin.ui.theme import Theme

_SHORTEST_BRUSH = 4  # pixels; anything less is a click
_NEAR = 6  # pixels beside a click that it still means


class View(pg.GraphicsView):  # type: ignore[misc]
    """Paints a scene; `brushed(start, end)` is the stretch of time drawn by mouse, or Shift and arrows.

    `clicked(earliest, latest, lane)` is a place: the moments a few pixels beside it, the number of its lane.
    """

    brushed = Signal(object, object)
    clicked = Signal(object, object, int)
    resized = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, scene: Scene) -> None:
        super().__init__(background=None)
        self._theme, self._zone, self._scene = theme, zone, scene
        self._cursor: float | None = None
        self._anchor: float | None = None
        self._y = 0.0
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False, invertY=True, defaultPadding=0.0)
        self._box.disableAutoRange()
        self._box.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
        self.setCentralItem(self._box)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Charts: arrows move the cursor, Shift with arrows selects, Enter takes it")

    def add(self, strip: Strip) -> None:
        """Show a strip's curve."""
        self._box.addItem(strip.curve, ignoreBounds=True)

    def remove(self, strip: Strip) -> None:
        """Take a strip's curve away."""
        self._box.removeItem(strip.curve)

    def repaint_ground(self) -> None:
        """Paint anew what stands still."""
        self.resetCachedContent()
        self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802
        painter.save()
        painter.resetTransform()
        paint_ground(painter, self._scene, self._theme)
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802
        if self._cursor is not None:
            painter.save()
            painter.resetTransform()
            paint_cursor(painter, self._scene, self._theme, self._zone, self._cursor, self._anchor)
            painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if hasattr(self, "_scene"):  # the base class resizes itself while it is being built
            self._scene.width, self._scene.height = max(self.width(), 1), max(self.height(), 1)
            self.resized.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        event.ignore()  # the panel around it scrolls

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._anchor, self._y = event.position().x(), event.position().y()
            self._move(self._anchor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._move(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            self._take()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._forget()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self._step(step, event.modifiers())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self._take()
        elif event.key() == Qt.Key.Key_Escape and self._cursor is not None:
            self._forget()
        else:
            event.ignore()

    def _step(self, step: int, modifiers: Qt.KeyboardModifier) -> None:
        before = self.width() / 2 if self._cursor is None else self._cursor
        if not modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = None
        elif self._anchor is None:
            self._anchor = before
        self._move(before + step * (25 if modifiers & Qt.KeyboardModifier.ControlModifier else 2))

    def _move(self, x: float) -> None:
        self._cursor = min(max(x, 0.0), float(self.width()))
        self.viewport().update()

    def _forget(self) -> None:
        self._cursor = self._anchor = None
        self.viewport().update()

    def _take(self) -> None:
        anchor, cursor, self._anchor = self._anchor, self._cursor, None
        self.viewport().update()
        if cursor is None:
            return
        if anchor is not None and abs(cursor - anchor) >= _SHORTEST_BRUSH:
            low, high = sorted((anchor, cursor))
            self.brushed.emit(self._scene.time(low), self._scene.time(high))
        else:
            near = self._scene.time(cursor - _NEAR), self._scene.time(cursor + _NEAR)
            self.clicked.emit(*near, self._scene.lane_at(self._y))
