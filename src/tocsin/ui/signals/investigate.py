"""One system looked into: its signals, the chart of what changed, when it started, what to do about it."""

from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.operations import investigation
from tocsin.operations.coverage import Rhythms
from tocsin.operations.investigation import Investigation
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.signals.head import Head
from tocsin.ui.signals.keys import key_row
from tocsin.ui.signals.lanes_panel import LanesPanel, Wanted, next_range
from tocsin.ui.signals.list_panel import Line, ListPanel
from tocsin.ui.text import Label

_PAUSE_MS = 4000  # between two readings, however often samples come; what a person did shows at once
_AGE = timedelta(seconds=30)  # a signal falls silent without any change in the store
_NONE = (
    "No system is watched yet.\nCtrl I imports a file of samples or decisions; a live source brings its own."
)
_KEYS = (("[  ]", "system"), ("↑ ↓", "signal"), ("Enter", "its evidence"), ("R", "range"), ("E", "alert"),
         ("A", "accept the start"), ("B", "adjust it"), ("X", "no evidence"), ("D", "declare"))  # fmt: skip


class InvestigatePart(QWidget):
    """Shows the system chosen; with none chosen the one with the gravest lasting alert.

    `declare_wanted(alert, system, observation)` by id, `deployment_opened(id)`, `review_wanted(system id)`.
    """

    declare_wanted = Signal(str, str, str)
    deployment_opened = Signal(str)
    review_wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rhythms = Rhythms()
        self._system = ""
        self._dirty, self._reading = True, False
        self._range_chosen = False
        self.view: Investigation | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._read)
        self.head = Head()
        self.list, self.lanes = ListPanel(desk), LanesPanel(desk)
        self.message = Label("Reading …", "muted", wrap=True)
        self._lay_out()
        self.ask = Ask(self)
        self._wire()

    def choose_system(self, id: str) -> None:
        """Look into another system, by its id."""
        if id and id != self._system:
            self._system, self._range_chosen = id, False
            self._hurry()

    def refresh(self) -> None:
        """Read again: at once, or as soon as it is shown and the last reading is some time ago."""
        self._dirty = True
        self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        deeds = {
            "[": lambda: self.choose_system(self.head.beside(-1)),
            "]": lambda: self.choose_system(self.head.beside(1)),
            "R": lambda: self.choose_range(next_range(self.lanes.range)),
            "E": self.show_evidence,
            "D": self.declare,
            "/": self.head.systems.setFocus,
        }
        deed = deeds.get(event.text().upper())
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
        if self.ask.isVisible():
            self.ask.place()

    def choose_range(self, name: str) -> None:
        """Show one of the ranges."""
        self._range_chosen = True
        self.head.show_range(name)
        self.lanes.choose(name)

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
        """Ask to declare from the alert shown, else the gravest lasting one, else about the system."""
        if self.view is None:
            return
        worst = self.view.worst
        alert = self.lanes.card.alert or (worst.alert if worst is not None else None)
        self.declare_wanted.emit(alert.id if alert else "", "" if alert else self.view.system.id, "")

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
        self._system = ""

    def _show(self, asked: str, view: Investigation | None) -> None:
        if asked != self._system:
            self._dirty = True
            return
        if view is None:
            self._say(_NONE)
            return
        other = self.view is None or self.view.system.id != view.system.id
        self.view, self._system = view, view.system.id
        self._pages.setCurrentIndex(1)
        self.head.show_systems(view.systems, view.system.id)
        self.head.show_range(self.lanes.range)
        self.list.show_signals(view)
        if other:
            self._show_worst()
        self._draw()

    def _show_worst(self) -> None:
        """Put the cursor on the signal that speaks most."""
        assert self.view is not None
        first = self.view.worst or next(iter(self.view.signals), None)
        if first is not None:
            self.list.select(first.number)

    def _draw(self) -> None:
        """Draw the signal under the cursor, below the whole that it is a part of."""
        view, line = self.view, self.list.line
        if view is None:
            return
        wanted: list[Wanted] = []
        if line is not None and line.seen is not None:
            whole = investigation.beside(view, line.seen.number)
            wanted = [one for one in (whole, line.seen.number) if one is not None]
        self.lanes.show_lanes(view.system.id, wanted, None)

    def _say(self, words: str) -> None:
        self.message.show_text(words)
        self._pages.setCurrentIndex(0)

    def _tick(self, now: datetime) -> None:
        if self.isVisible() and self.view is not None and abs(now - self.view.now) >= _AGE:
            self.refresh()

    def _pointed(self, _line: Line) -> None:
        self._draw()

    def _wire(self) -> None:
        desk = self._desk
        desk.bell.journal_changed.connect(self._hurry)
        desk.bell.signals_changed.connect(self.refresh)
        desk.heartbeat.tick.connect(self._tick)
        self.head.system_wanted.connect(self.choose_system)
        self.head.range_wanted.connect(self.choose_range)
        self.head.declare_wanted.connect(self.declare)
        self.list.pointed.connect(self._pointed)
        self.list.chosen.connect(lambda _line: self.show_evidence())
        self.lanes.deployment_opened.connect(self.deployment_opened)
        self.lanes.card.declare_wanted.connect(lambda alert: self.declare_wanted.emit(alert, "", ""))
        self.lanes.card.closed.connect(self.list.rows.setFocus)
        self.ask.closed.connect(self.list.rows.setFocus)

    def _lay_out(self) -> None:
        waiting = QVBoxLayout(page := QWidget())
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting.addWidget(self.message)
        body = QWidget()
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GAP)
        self.middle = QSplitter(Qt.Orientation.Vertical)
        self.middle.setChildrenCollapsible(False)
        self.middle.setHandleWidth(GAP)
        self.middle.addWidget(self.lanes)
        across.addWidget(self.list)
        across.addWidget(self.middle, 1)
        down = QVBoxLayout(body)
        down.setContentsMargins(GAP, 0, GAP, 0)
        down.setSpacing(7)
        down.addLayout(across, 1)
        down.addWidget(key_row(_KEYS))
        # Laid into the part first: a stack without a parent shows its first page as a window of its own.
        self._pages = QStackedLayout(self)
        self._pages.addWidget(page)
        self._pages.addWidget(body)
        self.setFocusProxy(self.list.rows)
