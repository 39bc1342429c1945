"""The screen "Contain": what can be done at once, what was done and whether it helps, what may not change."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.operations import containment_view
from tocsin.operations.containment_view import ContainView, Offered
from tocsin.operations.strips import Learnt
from tocsin.ui.command.ask import Ask
from tocsin.ui.contain.deeds import ContainDeeds
from tocsin.ui.contain.freeze_panel import FreezePanel
from tocsin.ui.contain.options_panel import OptionsPanel
from tocsin.ui.contain.pulls_panel import PullsPanel
from tocsin.ui.contain.radius_panel import RadiusPanel
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.text import Label

_REST_MS = 500
_NOTHING = "No incident in hand.\nCtrl D declares one; Ctrl K finds those there are."


class ContainScreen(QWidget):
    """P pulls, C confirms, R puts back, M marks contained, F freezes, A allows, N E H: options, B counts.

    `pull_wanted(option id)` and `option_wanted(option id)` ask for their sheets; a new option has no id yet.
    """

    pull_wanted = Signal(str)
    option_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, zone = desk, ZoneInfo(desk.store.zone)
        self._learnt = Learnt()
        self._about = ""
        self._reading = self._stale = False
        self.view: ContainView | None = None
        self.options, self.pulls = OptionsPanel(desk.theme), PullsPanel(desk.theme, zone)
        self.freeze, self.radius = FreezePanel(desk.theme, zone), RadiusPanel(desk)
        self.said = Label(_NOTHING, "large", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.ask = Ask(self)
        self._deeds = ContainDeeds(desk, self.ask)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REST_MS)
        self._soon.timeout.connect(self.refresh)
        self._wire()

    def refresh(self) -> None:
        """Read again; what comes meanwhile waits for one more reading."""
        if self._reading or not self.isVisible():
            self._stale = True
            return
        incident = self._desk.incident
        if not incident:
            self._say(_NOTHING)
            return
        if incident != self._about:
            self._about, self._learnt = incident, Learnt()
            self._say("Reading …")
        self._reading, self._stale = True, False
        pixels = max(self.pulls.chart.pixels(), 200)
        call = partial(
            containment_view.look, self._desk.store, incident, self._desk.author.name, self._learnt, pixels
        )
        job = self._desk.read(call, self._show)
        job.refused.connect(self._refused)
        job.ended.connect(self._read)

    def do(self, key: str) -> None:
        """Do what a key stands for."""
        if self.view is None:
            return
        option: Offered | None = self.options.rows.selected
        deeds = self._deeds
        match key:
            case "P":
                self.pull_wanted.emit(option.option.id if option else "")
            case "N" | "E":
                self.option_wanted.emit(option.option.id if option and key == "E" else "")
            case "H":
                deeds.rehearse(option.option if option else None)
            case "C":
                deeds.confirm(self.pulls.rows.selected)
            case "R":
                deeds.release(self.pulls.rows.selected)
            case "M":
                deeds.contained()
            case "F":
                deeds.turn_freeze()
            case "A":
                deeds.allow(self.freeze.rows.selected)
            case "B":
                self.radius.count()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        letter = event.text().upper()
        if event.key() == Qt.Key.Key_Escape and self.ask.isVisible():
            self.ask.dismiss()
        elif letter and letter in "PNEHCRMFAB" and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            self.do(letter)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()
        self.options.rows.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.ask.isVisible():
            self.ask.place()
        self._later()

    def _show(self, view: ContainView) -> None:
        if view.incident.id != self._desk.incident:
            return
        self.view = self._deeds.view = view
        writable = not self._desk.store.read_only and not view.incident.withdrawn
        self.options.show_options(view.options, view.system, view.now, not self._desk.store.read_only)
        self.pulls.show_pulls(view.pulled, view.now, view.contained_at, writable)
        self.freeze.show_freeze(view.freeze, writable)
        self._pages.setCurrentIndex(1)
        self.radius.show_incident(view.incident)

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _say(self, text: str) -> None:
        self.view = self._deeds.view = None
        self.said.show_text(text)
        self._pages.setCurrentIndex(0)

    def _read(self) -> None:
        self._reading = False
        if self._stale:
            self._later()

    def _later(self) -> None:
        """Read soon. While samples keep coming in, what is waiting to be read is not put off."""
        if not self._soon.isActive():
            self._soon.start()

    def _tick(self, now: datetime) -> None:
        if self.isVisible() and self.view is not None:
            self.pulls.show_time(now)

    def _wire(self) -> None:
        desk = self._desk
        desk.bell.journal_changed.connect(self.refresh)
        desk.bell.signals_changed.connect(self._later)
        desk.incident_chosen.connect(lambda _id: self.refresh())
        desk.operator_changed.connect(lambda _name: self.refresh())
        desk.heartbeat.tick.connect(self._tick)
        for panel in (self.options, self.pulls, self.freeze):
            panel.wanted.connect(self.do)
        self.ask.closed.connect(self.options.rows.setFocus)

    def _lay_out(self) -> None:
        empty, body = QWidget(), QWidget()
        QVBoxLayout(empty).addWidget(self.said)
        columns = QHBoxLayout(body)
        columns.setContentsMargins(GAP, GAP, GAP, GAP)
        columns.setSpacing(GAP)
        for share, parts in (
            (9, ((self.options, 9), (self.freeze, 4))),
            (11, ((self.pulls, 1), (self.radius, 1))),
        ):
            column = QVBoxLayout()
            column.setSpacing(GAP)
            for panel, height in parts:
                column.addWidget(panel, height)
            columns.addLayout(column, share)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(empty)
        self._pages.addWidget(body)
