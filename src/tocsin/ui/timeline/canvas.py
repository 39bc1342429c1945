"""The canvas the lanes are drawn on: what is in view, what is selected, what lies under the mouse."""

from dataclasses import replace
from datetime import datetime, timedelta

from PySide6.QtCore import QPointF, QSize, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tocsin.model.axis import Axis, folded
from tocsin.model.instant import When, to_us
from tocsin.model.lanes import Mark
from tocsin.model.timeline import LANES
from tocsin.operations.timeline_view import TimelineView
from tocsin.ui.desk import Desk
from tocsin.ui.text import visible
from tocsin.ui.theme import sans
from tocsin.ui.timeline import painting, words
from tocsin.ui.timeline.placing import Placed, Scale, Times, place, times_of

_LEAST_US = 600_000_000  # the whole shows ten minutes at least
_LEFT, _RIGHT = 0.03, 0.10  # air around the whole, as shares of it
_CLOSEST_US = 20_000_000  # nearest zoom: this much time on the whole width
_LANE_LEAST, _LANE_MOST = 20, 34


class Canvas(QWidget):
    """Draws the marks of a timeline. `selected(id)` tells which one is in hand, empty for none."""

    selected = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.marks: tuple[Mark, ...] = ()
        self.selection = ""
        self._times: Times = times_of(())
        self._moved: dict[str, When] = {}  # shown elsewhere than stored, while that is being written
        self._axis: Axis = folded(())
        self._scale = Scale(self._axis, 0.0, 1.0, 0.0, 1.0)
        self._whole = True  # everything is in view, and stays in view as time passes
        self._now = desk.store.now()
        self._now_x = 0
        self._placed: list[Placed] = []
        self.setMinimumHeight(len(LANES) * _LANE_LEAST + painting.AXIS)
        self.setMaximumHeight(len(LANES) * _LANE_MOST + painting.AXIS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        desk.theme.changed.connect(self.update)
        desk.heartbeat.tick.connect(self.show_time)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(900, len(LANES) * 24 + painting.AXIS)

    def show_view(self, view: TimelineView | None) -> None:
        """Show an incident's marks, or nothing. What was in view stays in view."""
        self.marks = view.marks if view else ()
        self._times = times_of(self.marks)
        if self.selection and self.mark(self.selection) is None:
            self.select("")
        self._refold()

    def show_time(self, now: datetime) -> None:
        """Move the now line; the axis jumps when it comes to the edge."""
        self._now = now
        x = round(self._scale.x(to_us(now)))
        if self._whole and x > self._scale.right - 0.3 * _RIGHT * self.width():
            self._refold()
        elif x != self._now_x:
            self.update()
        self._now_x = x

    def mark(self, id: str) -> Mark | None:
        """Return a mark as it is shown, by id."""
        return next((self._shown(mark) for mark in self.marks if mark.id == id), None)

    def placed(self, id: str) -> Placed | None:
        """Return where a mark is drawn; None when it is out of view."""
        return next((p for p in self._placed if any(mark.id == id for mark in p.marks)), None)

    def select(self, id: str) -> None:
        """Take a mark in hand and bring it into view."""
        if id != self.selection:
            self.selection = id
            mark = self.mark(id)
            self.setAccessibleDescription(visible(words.tip(mark, self.desk.store.zone)) if mark else "")
            self.selected.emit(id)
        if id:
            self._reveal(id)
        self.update()

    def fit(self) -> None:
        """Show everything again."""
        self._whole = True
        self._refold()

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Show `factor` times as much time around a pixel, or around the selected mark."""
        placed = self.placed(self.selection)
        at = x if x is not None else placed.x if placed else self._scale.right
        scale = self._scale.zoomed(factor, at)
        if scale.last - scale.first >= _CLOSEST_US:
            self._look_at(scale)

    def pan(self, by_px: float) -> None:
        """Move along the axis."""
        self._look_at(self._scale.panned(by_px))

    def at(self, point: QPointF) -> Placed | None:
        """Return what lies under a point: a dot or bar first, else a label."""
        lane = int(point.y() // self.lane_height)
        inside = [p for p in self._placed if p.lane == lane]
        near = [p for p in inside if p.left - 3 <= point.x() <= p.right + 3]
        if near:
            return min(near, key=lambda p: abs(p.x - point.x()))
        return next((p for p in inside if 0 <= point.x() - p.label_x <= p.label_width), None)

    def lane_at(self, y: float) -> str:
        """Return the lane at a pixel row, empty on the axis."""
        number = int(y // self.lane_height)
        return LANES[number] if 0 <= number < len(LANES) else ""

    @property
    def lane_height(self) -> float:
        """How high one lane is, in pixels."""
        room = (self.height() - painting.AXIS) / len(LANES)
        return min(max(room, _LANE_LEAST), _LANE_MOST)

    @property
    def scale(self) -> Scale:
        """The part of the axis in view."""
        return self._scale

    def show_moved(self, id: str, when: When | None) -> None:
        """Draw a mark at another time than its own; None puts it back."""
        if when is None:
            self._moved.pop(id, None)
        else:
            self._moved[id] = when
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._whole:
            self._refold()
        else:
            self._look_at(self._scale)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painting.paint(painter, self._scene())

    def _scene(self) -> painting.Scene:
        return painting.Scene(
            self.desk.theme.palette,
            self._scale,
            self._placed,
            self.lane_height,
            self.desk.store.zone,
            to_us(self._now),
            selected=self.selection,
            focused=self.hasFocus(),
            used=frozenset(placed.lane for placed in self._placed),
        )

    def _shown(self, mark: Mark) -> Mark:
        when = self._moved.get(mark.id)
        return mark if when is None else replace(mark, happened=when)

    def _refold(self) -> None:
        """Fold the axis anew around the marks and now, keeping the times in view unless all is shown."""
        first, last = self._scale.axis.time(self._scale.first), self._scale.axis.time(self._scale.last)
        now, times = to_us(self._now), self._times
        moments = {now, *times.low.tolist(), *times.at.tolist(), *times.high.tolist()}
        axis = folded(moments)
        if self._whole:
            low, high = axis.place(min(moments)), axis.place(max(moments))
            width = max(high - low, _LEAST_US)
            self._look_at(Scale(axis, low - _LEFT * width, high + _RIGHT * width, 0, 1), whole=True)
        else:
            self._look_at(Scale(axis, axis.place(first), axis.place(last), 0, 1))

    def _look_at(self, scale: Scale, *, whole: bool = False) -> None:
        self._whole = whole
        self._scale = replace(
            scale, left=float(painting.NAMES), right=float(max(self.width() - 10, painting.NAMES + 10))
        )
        self._lay_out()

    def _lay_out(self) -> None:
        marks, times = self.marks, self._times
        if self._moved:
            marks = tuple(self._shown(mark) for mark in marks)
            times = times_of(marks)
        zone, now, metrics = self.desk.store.zone, self._now, QFontMetricsF(sans())
        self._placed = place(
            marks,
            times,
            self._scale,
            measure=metrics.horizontalAdvance,
            label_of=lambda mark: words.label(mark, zone, now),
        )
        self.update()

    def _reveal(self, id: str) -> None:
        mark = self.mark(id)
        if mark is None:
            return
        x = self._scale.x(to_us(mark.happened.at))
        if not self._scale.left <= x <= self._scale.right:
            self.pan(x - (self._scale.left + self._scale.right) / 2)

    def pixel_time(self) -> timedelta:
        """Return how much unfolded time one pixel stands for."""
        return timedelta(microseconds=self._scale.pixel)
