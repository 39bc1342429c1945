"""A stack of live charts over one time axis: names and newest values at the left, times below."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QWidget

from tocsin.model.instant import EPOCH, When, to_us
from tocsin.ui.charts.scale import live_range, ticks
from tocsin.ui.charts.scene import Note, Scene
from tocsin.ui.charts.strip import Frame, Strip
from tocsin.ui.charts.view import View
from tocsin.ui.palette import LARGE, NORMAL, SMALL
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import number

_LABELS_WIDTH = 148
_AXIS_HEIGHT = 22
_TICK_EVERY_PX = 84


class Strips(QWidget):
    """Charts of arrays handed in; reads nothing itself.

    `brushed(start, end)`: a person selected a stretch of time, as aware datetimes. `clicked(earliest, latest,
    lane)`: a place, as the moments a few pixels beside it and the number of the lane. `outdated()`: the time
    range or the width changed, so finer or coarser data may be wanted; ask `range()` and `pixels()`.
    """

    brushed = Signal(object, object)
    clicked = Signal(object, object, int)
    outdated = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo, *, bare: bool = False) -> None:
        """With `bare` there are curves only: no names at the left, no times below."""
        super().__init__()
        self._theme = theme
        self._scene = Scene(Frame(0, 1))
        self._strips: dict[str, Strip] = {}
        self._view = View(theme, zone, self._scene)
        self._labels, self._axis = _Labels(theme, self._scene), _Axis(theme, zone, self._scene)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._view, 0, 1)
        if not bare:
            layout.addWidget(self._labels, 0, 0)
            layout.addWidget(self._axis, 1, 1)
        self.setFocusProxy(self._view)
        self._view.brushed.connect(self.brushed)
        self._view.clicked.connect(self.clicked)
        self._view.resized.connect(self._resized)
        theme.changed.connect(self._redraw)

    def add(self, key: str, title: str, subtitle: str = "") -> Strip:
        """Add a strip below the others and return it."""
        strip = Strip(title, subtitle, self._changed)
        self._strips[key] = strip
        self._scene.strips.append(strip)
        self._view.add(strip)
        self._redraw()
        return strip

    def strip(self, key: str) -> Strip | None:
        """Return a strip added before."""
        return self._strips.get(key)

    def clear(self) -> None:
        """Take every strip away; range, window and marks stay."""
        for strip in self._strips.values():
            self._view.remove(strip)
        self._strips.clear()
        self._scene.strips.clear()
        self._redraw()

    def set_range(self, start: datetime, end: datetime) -> bool:
        """Show [start, end]; return whether that is another range than before."""
        frame = Frame(to_us(start), max(to_us(end), to_us(start) + 1))
        if frame == self._scene.frame:
            return False
        self._scene.frame = frame
        self._redraw()
        self.outdated.emit()
        return True

    def follow(self, latest: datetime, span: timedelta) -> bool:
        """Show about the last `span` up to `latest`. The axis stands still, then jumps: see `live_range`."""
        return self.set_range(*live_range(latest, span))

    def set_window(self, start: When | None, end: datetime | None = None) -> None:
        """Shade the incident from its start, with the bounds that may have, to `end` or the right edge."""
        if (start, end) != (self._scene.start, self._scene.end):
            self._scene.start, self._scene.end = start, end
            self._view.repaint_ground()

    def set_marks(self, marks: Sequence[tuple[When, str]]) -> None:
        """Mark deployments by a dashed line with a name; a bar leads to it from where it may have begun."""
        if list(marks) != self._scene.marks:
            self._scene.marks = list(marks)
            self._redraw()

    def set_notes(self, notes: Sequence[Note]) -> None:
        """Draw upright lines with words at their foot."""
        if list(notes) != self._scene.notes:
            self._scene.notes = list(notes)
            self._view.repaint_ground()

    def range(self) -> tuple[datetime, datetime]:
        """Return the first and last moment shown."""
        frame = self._scene.frame
        return EPOCH + timedelta(microseconds=frame.start_us), EPOCH + timedelta(microseconds=frame.end_us)

    def pixels(self) -> int:
        """Return how many columns of pixels the curves have: more samples than that cannot be told apart."""
        return max(round(self._scene.width * self.devicePixelRatioF()), 1)

    def _changed(self, strip: Strip, ground: bool) -> None:
        other = self._draw(self._scene.strips.index(strip), strip)
        if ground or other:
            self._view.repaint_ground()
        self._labels.update()

    def _redraw(self) -> None:
        for place, strip in enumerate(self._scene.strips):
            self._draw(place, strip)
        self._view.repaint_ground()
        self._labels.update()
        self._axis.update()

    def _draw(self, place: int, strip: Strip) -> bool:
        other = strip.fit(self._scene.frame)
        strip.draw(self._scene.frame, self._scene.lane(place), self._scene.width)
        self._ink(strip)
        return other

    def _ink(self, strip: Strip) -> None:
        colour = _colour(self._theme, strip, "curve")
        if strip.ink != colour.name():
            strip.ink = colour.name()
            pen = QPen(colour, 1)
            pen.setCosmetic(True)  # one pixel, although the view's units are its whole width and height
            strip.curve.setPen(pen)

    def _resized(self) -> None:
        self._redraw()
        self.outdated.emit()


class _Labels(QWidget):
    """Name, what it is of, and newest value of each strip."""

    def __init__(self, theme: Theme, scene: Scene) -> None:
        super().__init__()
        self._theme, self._scene = theme, scene
        self.setFixedWidth(_LABELS_WIDTH)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        for place, strip in enumerate(self._scene.strips):
            top, height = self._scene.lane_px(place)
            self._paint(painter, strip, QRectF(0, top, self.width() - 10, height))

    def _paint(self, painter: QPainter, strip: Strip, lane: QRectF) -> None:
        lines = [(visible(strip.title), sans(NORMAL), self._theme.colour("text"), 19)]
        if strip.subtitle and lane.height() >= 62:
            lines.append((visible(strip.subtitle), sans(SMALL), self._theme.colour("muted"), 17))
        value = (
            "–" if strip.silent else number(strip.last),
            mono(LARGE),
            _colour(self._theme, strip, "text"),
            24,
        )
        if lane.height() >= 40:
            lines.append(value)
        y = lane.top() + max((lane.height() - sum(height for *_, height in lines)) / 2, 0)
        for text, font, colour, height in lines:
            painter.setFont(font)
            painter.setPen(colour)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(lane.width()))
            painter.drawText(QRectF(0, y, lane.width(), height), Qt.AlignmentFlag.AlignVCenter, shown)
            y += height


class _Axis(QWidget):
    """Round times of the home zone below the strips."""

    def __init__(self, theme: Theme, zone: ZoneInfo, scene: Scene) -> None:
        super().__init__()
        self._theme, self._zone, self._scene = theme, zone, scene
        self.setFixedHeight(_AXIS_HEIGHT)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, _AXIS_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setFont(sans(SMALL))
        metrics, free = painter.fontMetrics(), 0.0
        start, end = self._scene.time(0), self._scene.time(self._scene.width)
        for tick in ticks(start, end, self._zone, max(self.width() // _TICK_EVERY_PX, 1)):
            x, width = self._scene.x(tick.at), metrics.horizontalAdvance(tick.label)
            painter.setPen(self._theme.colour("line"))
            painter.drawLine(round(x), 0, round(x), 4)
            left = min(max(x - width / 2, 0.0), self.width() - width)
            if left >= free:
                painter.setPen(self._theme.colour("muted"))
                painter.drawText(QRectF(left, 5, width + 1, 16), Qt.AlignmentFlag.AlignLeft, tick.label)
                free = left + width + 12


def _colour(theme: Theme, strip: Strip, usual: str) -> QColor:
    return theme.colour(strip.tone.value if strip.tone else usual)
