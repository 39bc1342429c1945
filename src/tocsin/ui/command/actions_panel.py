"""What is to do next, derived from the facts: open ones first, done ones ticked."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from tocsin.model.next_actions import Action
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SMALL
from tocsin.ui.panel import Panel
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp


class ActionPainter(RowPainter):
    """Draws a box, ticked or not, the action, and why or by when."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None
        self.first = ""

    def height(self, fact: Action, width: int) -> int:
        return 44

    def draw(self, painter: QPainter, rect: QRect, fact: Action) -> None:
        self._box(painter, QRectF(rect.left() + PAD + 0.5, rect.top() + 9.5, 13, 13), fact)
        left = rect.left() + PAD + 26
        line = QRect(left, rect.top() + 5, rect.right() - PAD - left, 19)
        self.text(painter, line, fact.text, sans(), self._colour(fact))
        self.text(painter, line.translated(0, 17), self.said(fact), sans(SMALL), "muted")

    def said(self, action: Action) -> str:
        """Return the second line: when it was done or is due, and why."""
        if self.now is None:
            return action.reason
        moment = action.at if action.done else action.due
        if moment is None:
            return action.reason
        when = short_stamp(moment, self._zone, self.now)
        return f"{when if action.done else f'due {when}'} · {action.reason}"

    def _colour(self, action: Action) -> str:
        if action.done:
            return "muted"
        if action.due is not None and self.now is not None and action.due < self.now:
            return "red"
        return "orange" if action.id == self.first else "text"

    def _box(self, painter: QPainter, rect: QRectF, action: Action) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.theme.colour(self._colour(action)))
        painter.drawRoundedRect(rect, 2, 2)
        if action.done:
            paint_icon(painter, "check", self.theme.palette.green, rect.adjusted(1, 1, -1, -1))


class ActionsPanel(Panel):
    """The next actions. `chosen(Action)`: go to where it is done."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__("Next actions")
        self._painter = ActionPainter(theme, zone)
        self.rows = Rows(self._painter, "Next actions")
        self.rows.setObjectName("actions")
        self.rows.chosen.connect(self.chosen)
        self.room.addWidget(self.rows)

    def show_actions(self, actions: tuple[Action, ...], now: datetime, playbook: str = "") -> None:
        """Show what is to do, the first open one standing out, and how far the `playbook` is."""
        self._painter.now = now
        self._painter.first = next((action.id for action in actions if not action.done), "")
        done = sum(action.done for action in actions)
        self.remark.show_text(playbook or (f"{done} of {len(actions)} done" if actions else ""))
        self.rows.show_rows((a.id, self._words(a), a) for a in actions)

    def show_time(self, now: datetime) -> None:
        """Let what fell due turn red."""
        before, self._painter.now = self._painter.now, now
        fell = any(
            a.due is not None and before is not None and before <= a.due < now for a in self.rows.facts
        )
        if fell:
            self.rows.repaint_rows()

    def _words(self, action: Action) -> str:
        return f"{'Done: ' if action.done else ''}{action.text}, {self._painter.said(action)}"
