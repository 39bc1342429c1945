"""The review queue: alerts that belong to no incident, and declaring from one of them."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.operations.wall import Queued
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, tone_of_rank
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import Label, set_look
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp
from tocsin.ui.wall.words import brief

_HEIGHT = 48


class QueueView(QWidget):
    """What waits for a look. `wanted(alert id)` when somebody declares from an alert."""

    wanted = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._painter = _QueuePainter(theme, zone)
        self.rows = Rows(self._painter, "Review queue: Enter or D declares from the alert")
        self.rows.setObjectName("review-queue")
        self.empty = Label("Nothing waits for a look.", "muted")
        self.empty.setContentsMargins(PAD, PAD, PAD, PAD)
        self.button = QPushButton("Declare from this")
        self.button.setObjectName("declare-from-this")
        set_look(self.button, role="main")
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(PAD, 9, PAD, 9)
        foot.setSpacing(8)
        foot.addWidget(self.button)
        foot.addWidget(Label("D", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.empty)
        layout.addWidget(self.rows, 1)
        layout.addStretch(0)
        layout.addWidget(self._foot)
        self.rows.chosen.connect(lambda one: self.wanted.emit(one.alert.id))
        self.button.clicked.connect(self.declare)
        self.show_queue((), None)

    def show_queue(self, queue: Sequence[Queued], now: datetime | None) -> None:
        """Show alerts in the order given."""
        self._painter.now = now
        self.rows.show_rows((one.alert.id, _said(one), one) for one in queue)
        self.empty.setVisible(not queue)
        self.rows.setVisible(bool(queue))
        self._foot.setVisible(bool(queue))

    def declare(self) -> None:
        """Ask to declare from the selected alert; from the first when none is."""
        if self.rows.selected is not None:
            self.wanted.emit(self.rows.selected.alert.id)


def _said(one: Queued) -> str:
    return f"{one.alert.severity} {one.system} {one.alert.metric}: {one.alert.message}"


class _QueuePainter(RowPainter):
    """Shape, system and metric, since when; below it why, in one line."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: Queued, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Queued) -> None:
        tone, over = tone_of_rank(fact.tone), fact.alert.ended is not None
        mark = QRectF(rect.left() + PAD, rect.top() + 10, 11, 11)
        paint_icon(painter, SHAPES[tone], self.theme.palette.tone(tone), mark)
        left = rect.left() + PAD + 19
        right = rect.right() - PAD
        since = self._since(fact)
        width = painter.fontMetrics().horizontalAdvance(since) + 14
        first = QRect(left, rect.top() + 6, right - left - width, 19)
        self.text(painter, first, f"{fact.system} · {fact.alert.metric}", sans(), "muted" if over else "text")
        self.text(
            painter, QRect(right - width, first.top(), width, 19), since, sans(SMALL), "muted", right=True
        )
        second = QRect(left, rect.top() + 25, right - left, 17)
        self.text(painter, second, fact.alert.message, sans(SMALL), "muted")

    def _since(self, one: Queued) -> str:
        if self.now is None:
            return ""
        start = one.alert.start.at if one.alert.start else one.alert.time
        if one.alert.ended is not None:
            return f"over, {short_stamp(start, self._zone, self.now)}"
        return f"since {brief(self.now - start)}"
