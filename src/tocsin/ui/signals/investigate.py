"""One system looked into: its signals, the chart of what changed, when it started, what to do about it."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.operations import investigation
from tocsin.operations.coverage import Rhythms
from tocsin.operations.investigation import Investigation
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.signals.findings import Findings, Parts
from tocsin.ui.signals.head import Head
from tocsin.ui.signals.inquiry import Inquiry
from tocsin.ui.signals.judging import ACCEPTED, ADJUSTED, REJECTED, Judging
from tocsin.ui.signals.keys import key_row
from tocsin.ui.signals.lanes_panel import LanesPanel, next_range
from tocsin.ui.signals.list_panel import ListPanel
from tocsin.ui.signals.segments_panel import SegmentsPanel
from tocsin.ui.signals.side import Side
from tocsin.ui.text import ElidedLabel, Label

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE_MS = 4000  # between two readings, however often samples come; what a person did shows at once
_AGE = timedelta(seconds=30)  # a signal falls silent without any change in the store
_SHARES = (640, 300)  # pixels of the chart and the segments to begin with
_NONE = (
    "No system is watched yet.\nCtrl I imports a file of samples or decisions; a live source brings its own."
)
_KEYS = (("[ ]", "system"), ("↑ ↓", "signal"), ("E", "its alerts"), ("R", "range"), ("W", "windows"),
         ("A", "accept"), ("B", "brush"), ("X", "reject"), ("V", "review"), ("D", "declare"))  # fmt: skip


class InvestigatePart(QWidget):
    """Shows the system chosen; with none chosen the one with the gravest lasting alert.

    `declare_wanted(alerts, system, observation)` by id, `deployment_opened(id)`, `review_wanted(system id)`.
    """

    declare_wanted = Signal(object, str, str)
    deployment_opened = Signal(str)
    review_wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rhythms = Rhythms()
        self._system = ""
        self._dirty, self._reading = True, False
        self.view: Investigation | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._read)
        self.inquiry = Inquiry(desk)
        self.head = Head()
        self.list, self.lanes = ListPanel(desk), LanesPanel(desk)
        self.segments = SegmentsPanel(desk, self.inquiry.decided)
        self.side = Side(desk, self.inquiry)
        self.message = Label("Reading …", "muted", wrap=True)
        self.settings = ElidedLabel("", "small")
        self._lay_out()
        self.ask = Ask(self)
        self.judging = Judging(desk, self.ask, self.inquiry)
        parts = Parts(self.head, self.list, self.lanes, self.segments, self.side, self.inquiry)
        self.findings = Findings(parts, ZoneInfo(desk.store.zone))
        self._deeds = self._named_deeds()
        self._wire()

    def choose_system(self, id: str) -> None:
        """Look into another system, by its id."""
        if id and id != self._system:
            self._system = id
            self._hurry()

    def refresh(self) -> None:
        """Read again: at once, or as soon as it is shown and the last reading is some time ago."""
        self._dirty = True
        self._read()

    def judge(self, verdict: str) -> None:
        """Accept, adjust or reject the estimate of the start."""
        if self.view is None:
            return
        if verdict == ACCEPTED:
            self.judging.accept(self.view)
        elif verdict == REJECTED:
            self.judging.reject(self.view)
        else:
            self.lanes.charts.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._desk.tell("Drag over the chart where it began; or ← → to move, Shift ← → to select, Enter.")

    def show_evidence(self) -> None:
        """Show the newest alert of the signal under the cursor, with all that speaks for it."""
        line = self.list.line
        if line is None:
            return
        found = line.seen.alerts if line.seen is not None else filter(None, (line.told,))
        own = sorted(found, key=lambda one: one.ended is not None)
        if own:
            self.lanes.open_alert(own[0], own)
            self.lanes.card.setFocus()
        elif line.seen is None:
            self._desk.tell(f"Nobody watches {line.layer.layer}. Ctrl I imports a file.")
        else:
            self._desk.tell(f"No detector has found a departure of {line.seen.signal.name}.")

    def declare(self) -> None:
        """Ask to declare from the alert shown or the gravest, with those related; else about the system."""
        if self.view is None:
            return
        worst = self.view.worst
        alert = self.lanes.card.alert or (worst.alert if worst is not None else None)
        if alert is not None:
            self.declare_wanted.emit(investigation.declared_with(self.view, alert.id), "", "")
        else:
            self.declare_wanted.emit((), self.view.system.id, "")

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        if self.list.isVisible():
            self.list.rows.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        deed = self._deeds.get(event.text().upper())
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            deed = None
        if event.key() == Qt.Key.Key_Escape:
            self._escape()
        elif deed is not None and self.view is not None:
            deed()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._read()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.list.setFixedWidth(min(max(round(self.width() * 0.175), 236), 330))
        self.side.setFixedWidth(min(max(round(self.width() * 0.25), 360), 470))
        if self.ask.isVisible():
            self.ask.place()

    def _named_deeds(self) -> "dict[str, Callable[[], object]]":
        return {
            "[": lambda: self.choose_system(self.head.beside(-1)),
            "]": lambda: self.choose_system(self.head.beside(1)),
            "R": lambda: self.findings.choose_range(next_range(self.lanes.range)),
            "E": self.show_evidence,
            "A": partial(self.judge, ACCEPTED),
            "B": partial(self.judge, ADJUSTED),
            "X": partial(self.judge, REJECTED),
            "W": self.judging.ask_windows,
            "V": self._review,
            "D": self.declare,
            "/": self.head.systems.setFocus,
        }

    def _review(self) -> None:
        if self.view is not None and self.side.spot.button.isEnabled():
            self.review_wanted.emit(self.view.system.id)

    def _escape(self) -> None:
        if self.lanes.card.isVisible():
            self.lanes.card.dismiss()
        self.list.rows.setFocus()

    def _hurry(self) -> None:
        self._pause.stop()
        self.refresh()

    def _read(self) -> None:
        if not self._dirty or self._reading or self._pause.isActive() or not self.isVisible():
            return
        self._dirty, self._reading = False, True
        call = partial(investigation.look, self._desk.store, self._system, self._rhythms)
        job = self._desk.read(call, partial(self._show, self._system))
        job.refused.connect(self._refused)
        job.ended.connect(self._read_ended)

    def _read_ended(self) -> None:
        self._reading = False
        if self.view is not None and self._system and self.view.system.id != self._system:
            self._read()  # another system was chosen meanwhile
        else:
            self._pause.start()

    def _refused(self, error: UserError) -> None:
        if self.view is None:
            self._say(str(error))
        self._system = self.view.system.id if self.view is not None else ""

    def _show(self, asked: str, view: Investigation | None) -> None:
        if asked != self._system:
            self._dirty = True
            return
        if view is None:
            self._say(_NONE)
            return
        self.view, self._system = view, view.system.id
        first = self._pages.currentIndex() == 0
        self._pages.setCurrentIndex(1)
        if first and self.hasFocus():
            self.list.rows.setFocus()
        self.settings.show_text(view.settings)
        self.inquiry.consider(view)
        self.findings.show_view(view)

    def _say(self, words: str) -> None:
        self.message.show_text(words)
        self._pages.setCurrentIndex(0)

    def _tick(self, now: datetime) -> None:
        if self.isVisible() and self.view is not None and abs(now - self.view.now) >= _AGE:
            self.refresh()

    def _brushed(self, start: datetime, end: datetime) -> None:
        if self.view is not None:
            self.judging.adjust(self.view, start, end)

    def _wire(self) -> None:
        desk, card = self._desk, self.lanes.card
        desk.bell.journal_changed.connect(self._hurry)
        desk.bell.signals_changed.connect(self.refresh)
        desk.heartbeat.tick.connect(self._tick)
        self.head.system_wanted.connect(self.choose_system)
        self.head.declare_wanted.connect(self.declare)
        self.head.windows_wanted.connect(self.judging.ask_windows)
        self.list.chosen.connect(lambda _line: self.show_evidence())
        self.lanes.brushed.connect(self._brushed)
        self.lanes.deployment_opened.connect(self.deployment_opened)
        self.side.start.deployment_opened.connect(self.deployment_opened)
        self.side.start.judged.connect(self.judge)
        self.side.spot.review_wanted.connect(self._review)
        card.declare_wanted.connect(self.declare)
        card.closed.connect(self.list.rows.setFocus)
        self.ask.closed.connect(self.list.rows.setFocus)

    def _lay_out(self) -> None:
        waiting = QVBoxLayout(page := QWidget())
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting.addWidget(self.message)
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.addWidget(self.lanes)
        middle.addWidget(self.segments)
        middle.setSizes(_SHARES)
        middle.setStretchFactor(0, 2)
        middle.setStretchFactor(1, 1)
        middle.setChildrenCollapsible(False)
        middle.setHandleWidth(GAP)
        across = QHBoxLayout()
        across.setSpacing(GAP)
        across.addWidget(self.list)
        across.addWidget(middle, 1)
        across.addWidget(self.side)
        foot = QHBoxLayout()
        foot.addWidget(key_row(_KEYS))
        foot.addWidget(self.settings, 1)
        self.settings.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.settings.setContentsMargins(0, 0, 0, 7)
        down = QVBoxLayout(body := QWidget())
        down.setContentsMargins(GAP, 0, GAP, 0)
        down.setSpacing(7)
        down.addLayout(across, 1)
        down.addLayout(foot)
        # Laid into the part first: a stack without a parent shows its first page as a window of its own.
        self._pages = QStackedLayout(self)
        self._pages.addWidget(page)
        self._pages.addWidget(body)
