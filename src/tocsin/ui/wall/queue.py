"""The review queue: what people reported and alerts that belong to no incident, and declaring from one."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.operations.observations import Reported
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
    """What waits for a look. `wanted(alert id, observation id)` when somebody declares, one of them empty.

    `opened(observation id)` when a report is to be read or corrected, `withdraw_wanted(observation id)` when
    it is to leave the queue.
    """

    wanted = Signal(str, str)
    opened = Signal(str)
    withdraw_wanted = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._painter = _QueuePainter(theme, zone)
        self.rows = Rows(self._painter, "Review queue: Enter or D declares from it, O opens a report")
        self.rows.setObjectName("review-queue")
        self.empty = Label("Nothing waits for a look.", "muted")
        self.empty.setContentsMargins(PAD, PAD, PAD, PAD)
        self.button, self.open_button = QPushButton("Declare from this"), QPushButton("Open the report")
        self.button.setObjectName("declare-from-this")
        self.open_button.setObjectName("open-report")
        set_look(self.button, role="main")
        self._open_key = Label("O", "key")
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(PAD, 9, PAD, 9)
        foot.setSpacing(8)
        foot.addWidget(self.button)
        foot.addWidget(Label("D", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addSpacing(8)
        foot.addWidget(self.open_button)
        foot.addWidget(self._open_key, 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.empty)
        layout.addWidget(self.rows, 1)
        layout.addStretch(0)
        layout.addWidget(self._foot)
        self.rows.chosen.connect(self._declare_from)
        self.button.clicked.connect(self.declare)
        self.open_button.clicked.connect(self.open)
        self.show_queue((), None)

    def show_queue(
        self, queue: Sequence[Queued], now: datetime | None, reported: Sequence[Reported] = ()
    ) -> None:
        """Show what people reported, then alerts, each in the order given."""
        self._painter.now = now
        rows = [(one.observation.id, _told(one), one) for one in reported]
        self.rows.show_rows([*rows, *((one.alert.id, _said(one), one) for one in queue)])
        some = bool(queue or reported)
        self.empty.setVisible(not some)
        self.rows.setVisible(some)
        self._foot.setVisible(some)
        for part in (self.open_button, self._open_key):
            part.setVisible(bool(reported))

    def declare(self) -> None:
        """Ask to declare from the selected row; from the first when none is."""
        if self.rows.selected is not None:
            self._declare_from(self.rows.selected)

    def open(self) -> None:
        """Ask to open the report selected; the first one when none is."""
        if (one := self._report()) is not None:
            self.opened.emit(one.observation.id)

    def withdraw(self) -> None:
        """Ask to take the report selected off the queue."""
        if isinstance(self.rows.selected, Reported):
            self.withdraw_wanted.emit(self.rows.selected.observation.id)

    def _declare_from(self, one: Queued | Reported) -> None:
        if isinstance(one, Reported):
            self.wanted.emit("", one.observation.id)
        else:
            self.wanted.emit(one.alert.id, "")

    def _report(self) -> Reported | None:
        reports = [one for one in self.rows.facts if isinstance(one, Reported)]
        selected = self.rows.selected
        return selected if isinstance(selected, Reported) else next(iter(reports), None)


def _said(one: Queued) -> str:
    return f"{one.alert.severity} {one.system} {one.alert.about}: {one.alert.message}"


def _told(one: Reported) -> str:
    return f"{one.observation.channel} {one.system}: {one.observation.text}"


class _QueuePainter(RowPainter):
    """Shape, system and metric or who reported it, since when; below it why or what, in one line."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: Queued | Reported, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Queued | Reported) -> None:
        if isinstance(fact, Reported):
            seen = fact.observation
            head = f"{fact.system} · {seen.channel}{f', {seen.noticed_by}' if seen.noticed_by else ''}"
            self._draw(
                painter, rect, ("person", self.theme.palette.accent), head, self._learned(fact), seen.text
            )
            return
        tone, over = tone_of_rank(fact.tone), fact.alert.ended is not None
        mark = SHAPES[tone], self.theme.palette.tone(tone)
        head, why = f"{fact.system} · {fact.alert.about}", fact.alert.message
        self._draw(painter, rect, mark, head, self._since(fact), why, quiet=over)

    def _draw(
        self,
        painter: QPainter,
        rect: QRect,
        mark: tuple[str, str],
        head: str,
        when: str,
        below: str,
        *,
        quiet: bool = False,
    ) -> None:
        paint_icon(painter, *mark, QRectF(rect.left() + PAD, rect.top() + 10, 11, 11))
        left = rect.left() + PAD + 19
        right = rect.right() - PAD
        painter.setFont(sans(SMALL))
        width = painter.fontMetrics().horizontalAdvance(when) + 14
        first = QRect(left, rect.top() + 6, right - left - width, 19)
        self.text(painter, first, head, sans(), "muted" if quiet else "text")
        self.text(
            painter, QRect(right - width, first.top(), width, 19), when, sans(SMALL), "muted", right=True
        )
        self.text(painter, QRect(left, rect.top() + 25, right - left, 17), below, sans(SMALL), "muted")

    def _since(self, one: Queued) -> str:
        if self.now is None:
            return ""
        start = one.alert.start.at if one.alert.start else one.alert.time
        if one.alert.ended is not None:
            return f"over, {short_stamp(start, self._zone, self.now)}"
        return f"since {brief(self.now - start)}"

    def _learned(self, one: Reported) -> str:
        """Return how long ago we learned of it, and when it happened where that was at another time."""
        if self.now is None:
            return ""
        seen = one.observation
        ago = f"{brief(self.now - seen.learned)} ago"
        if not seen.is_late:
            return ago
        return f"of {short_stamp(seen.happened.at, self._zone, self.now)}, learned {ago}"
