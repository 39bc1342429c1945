"""The lanes under the hands of a person: select, zoom, pan, and move an entry to the time it really was."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from tocsin.model.instant import When, from_us
from tocsin.model.lanes import Grip, Mark
from tocsin.model.timeline import LANES
from tocsin.operations.timeline_view import TimelineView
from tocsin.ui.desk import Desk
from tocsin.ui.text import tip
from tocsin.ui.timeline import painting, words
from tocsin.ui.timeline.canvas import Canvas
from tocsin.ui.timeline.moving import Mover
from tocsin.ui.timeline.placing import Placed

_STARTS_AFTER_PX = 4  # a press that moves less is a click
_END_PX, _WIDE_PX = 6, 28  # how near to the end of how wide a bar takes hold of that end
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_CLOSER = 0.7


class LanesView(Canvas):
    """The lanes. Moving a mark writes its new time; everything else it asks of whoever holds it.

    `edit_wanted(id)`, `retract_wanted(id)`, `history_wanted(id)` name a mark; `add_wanted(lane, When)` comes
    from a double click on an empty place.
    """

    edit_wanted = Signal(str)
    retract_wanted = Signal(str)
    history_wanted = Signal(str)
    add_wanted = Signal(str, object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.setObjectName("lanes")
        self.setAccessibleName("Timeline lanes")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._mover = Mover(desk, self)
        self._mover.ended.connect(self._catch_up)
        self._pressed: QPointF | None = None
        self._panned_x: float | None = None
        self._again = False  # the press was on what is selected already
        self._waiting: TimelineView | None = None  # came while something was being moved

    def show_view(self, view: TimelineView | None) -> None:
        incident = view.incident.id if view else ""
        if self._mover.moving and incident == self._mover.incident:
            self._waiting = view
            return
        self._mover.drop()
        if incident != self._mover.incident:
            self._mover.incident = incident
            self._moved.clear()
            self._whole = True
        for id in [id for id in self._moved if self._mover.is_settled(id)]:
            del self._moved[id]
        super().show_view(view)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._mover.let_go()
        self._pressed = event.position()
        placed = self.at(event.position())
        if placed is None:
            self._panned_x = event.position().x()
        elif all(mark.id != self.selection for mark in placed.marks):
            self._again = False
            self.select(placed.mark.id)
        else:
            self._again = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        point = event.position()
        if self._mover.dragging:
            self._mover.drag_to(self.scale.us(point.x()))
        elif self._panned_x is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(self._panned_x - point.x())
            self._panned_x = point.x()
        elif self._pressed is None:
            self._show_cursor(point)
        elif abs(point.x() - self._pressed.x()) >= _STARTS_AFTER_PX:
            self._take_hold(self._pressed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pressed == event.position():
            self._clicked(self.at(event.position()))
        self._pressed, self._panned_x = None, None
        self._mover.let_go()
        self._show_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        point = event.position()
        placed, lane = self.at(point), self.lane_at(point.y())
        if placed is not None and len(placed.marks) > 1:
            self.zoom(0.1, placed.x)
        elif placed is not None:
            self.edit_wanted.emit(placed.mark.id)
        elif lane and self._mover.incident and point.x() > painting.NAMES:
            at = min(from_us(self._mover.rounded(self.scale.us(point.x()))), self.desk.store.now())
            self.add_wanted.emit(lane, When(at, zone=self.desk.store.zone))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turn = event.angleDelta()
        if turn.x():
            self.pan(-turn.x())
        if turn.y() and not self._mover.dragging:
            self.zoom(0.8 ** (turn.y() / 120), event.position().x())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.unsetCursor()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            placed, zone = self.at(QPointF(event.pos())), self.desk.store.zone
            lines = "\n\n".join(words.tip(mark, zone) for mark in placed.marks[:5]) if placed else ""
            QToolTip.showText(event.globalPos(), tip(lines), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        deed = self._deed(event)
        if deed is None:
            super().keyPressEvent(event)
        else:
            deed()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._mover.let_go()
        super().focusOutEvent(event)
        self.update()

    def _deed(self, event: QKeyEvent) -> Callable[[], object] | None:
        held, key = event.modifiers(), event.key()
        shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
        sideways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key))
        if sideways is None:
            return self._deeds().get(Qt.Key(key))
        if held & Qt.KeyboardModifier.AltModifier:
            return partial(self._nudge, sideways * (_HOUR if shift else _MINUTE))
        if shift:
            return partial(self.pan, sideways * 0.15 * self.width())
        return partial(self._step, sideways)

    def _deeds(self) -> dict[Qt.Key, Callable[[], object]]:
        return {
            Qt.Key.Key_Up: partial(self._change_lane, -1),
            Qt.Key.Key_Down: partial(self._change_lane, 1),
            Qt.Key.Key_Plus: partial(self.zoom, _CLOSER),
            Qt.Key.Key_Equal: partial(self.zoom, _CLOSER),
            Qt.Key.Key_Minus: partial(self.zoom, 1 / _CLOSER),
            Qt.Key.Key_Home: self.fit,
            Qt.Key.Key_Return: self._enter,
            Qt.Key.Key_Enter: self._enter,
            Qt.Key.Key_Delete: self._retract,
            Qt.Key.Key_H: self._history,
            Qt.Key.Key_Escape: self._escape,
        }

    def _step(self, by: int) -> None:
        """Select the next mark of the same lane."""
        mark = self.mark(self.selection)
        if mark is None:
            self._select_nearest(self.marks)
            return
        row = [m.id for m in self.marks if m.lane == mark.lane]
        number = row.index(mark.id) + by
        if 0 <= number < len(row):
            self.select(row[number])

    def _change_lane(self, by: int) -> None:
        """Select the mark nearest in time in the next lane that has any."""
        mark = self.mark(self.selection)
        if mark is None:
            self._select_nearest(self.marks)
            return
        number = LANES.index(mark.lane) + by
        while 0 <= number < len(LANES):
            row = [m for m in self.marks if m.lane == LANES[number]]
            if row:
                self._select_nearest(row, mark)
                return
            number += by

    def _select_nearest(self, row: Sequence[Mark], to: Mark | None = None) -> None:
        at = to.happened.at if to else self.desk.store.now()
        if row:
            self.select(min(row, key=lambda m: abs(m.happened.at - at)).id)

    def _enter(self) -> None:
        if self._mover.moving:
            self._mover.let_go()
        elif self.selection:
            self.edit_wanted.emit(self.selection)

    def _retract(self) -> None:
        if self.selection:
            self._mover.drop()
            self.retract_wanted.emit(self.selection)

    def _history(self) -> None:
        if self.selection:
            self.history_wanted.emit(self.selection)

    def _escape(self) -> None:
        if self._mover.moving:
            self._pressed = None
            self._mover.drop()
        else:
            self.select("")

    def _nudge(self, by: timedelta) -> None:
        mark = self.mark(self.selection)
        if mark is None:
            return
        if self._mover.may_move(mark):
            self._mover.nudge(mark, by)
            self._reveal(mark.id)
        elif self.desk.store.read_only:
            self.desk.tell("This store can only be read.")
        else:
            self.desk.tell("This cannot be moved: it was told to others, or follows from another fact.")

    def _grip_at(self, placed: Placed, x: float) -> Grip:
        wide = placed.right - placed.left >= _WIDE_PX
        if wide and abs(x - placed.left) <= _END_PX:
            return Grip.EARLIEST
        if wide and abs(x - placed.right) <= _END_PX:
            return Grip.LATEST
        return Grip.ALL

    def _take_hold(self, point: QPointF) -> None:
        mark, placed = self.mark(self.selection), self.placed(self.selection)
        if mark is not None and placed is not None and self._mover.may_move(mark):
            self._mover.take_hold(mark, self._grip_at(placed, point.x()), self.scale.us(point.x()))
        else:
            self.setCursor(Qt.CursorShape.ForbiddenCursor)

    def _catch_up(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.show_view(waiting)

    def _clicked(self, placed: Placed | None) -> None:
        """Take nothing in hand, or go through a pile of marks one by one."""
        if placed is None:
            self.select("")
        elif self._again:
            ids = [mark.id for mark in placed.marks]
            self.select(ids[(ids.index(self.selection) + 1) % len(ids)] if self.selection in ids else ids[0])

    def _show_cursor(self, point: QPointF) -> None:
        placed = self.at(point)
        if placed is None:
            self.unsetCursor()
        elif not self._mover.may_move(placed.mark):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif self._grip_at(placed, point.x()) is Grip.ALL:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(Qt.CursorShape.SizeHorCursor)

    def _scene(self) -> painting.Scene:
        return replace(super()._scene(), bubble=self.placed(self._mover.moving), note=self._mover.note)
