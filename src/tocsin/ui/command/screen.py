"""The command screen: one incident at a glance, and every step of it under a key."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from threading import Event
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.incident import FOLLOWS
from tocsin.model.instant import When
from tocsin.model.lanes import Source
from tocsin.model.next_actions import Action
from tocsin.operations import operators, scribe
from tocsin.operations.command import CommandView, look
from tocsin.operations.strips import RANGES
from tocsin.ui.charts.view import View
from tocsin.ui.command.actions_panel import ActionsPanel
from tocsin.ui.command.ask import Ask
from tocsin.ui.command.clock_deeds import ClockDeeds
from tocsin.ui.command.clocks_panel import ClocksPanel
from tocsin.ui.command.corrections import Corrections
from tocsin.ui.command.deeds import Deeds
from tocsin.ui.command.header import MOVES, Header
from tocsin.ui.command.lanes_panel import LanesPanel
from tocsin.ui.command.log_panel import LogPanel, Pending
from tocsin.ui.command.more_menu import open_under
from tocsin.ui.command.signals_panel import SignalsPanel
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.text import Label
from tocsin.ui.timeline import words

_LOW = 800  # pixels: below this the lower row needs a larger share


class CommandScreen(QWidget):
    """Shows the incident in hand, or the most urgent one. Call `focus_log` when a line is to be typed.

    `deployment_wanted` when somebody wants to record one, `serving_wanted` to know what served,
    `triage_wanted(incident id)` to triage it, `update_wanted(audience)` to send a status update,
    `contain_wanted` to contain it, `call_wanted(incident id)` to see whom to call, `step_wanted(id)` to see a
    step of the playbook, `verify_wanted` to see whether the fix holds, `duty_wanted(id)` to see a duty of the
    law, `question_wanted(id)` to answer what decides one.
    """

    deployment_wanted = Signal()
    serving_wanted = Signal()
    update_wanted = Signal(str)
    handover_wanted = Signal()
    contain_wanted = Signal()
    triage_wanted = Signal(str)
    call_wanted = Signal(str)
    step_wanted = Signal(str)
    verify_wanted = Signal()
    duty_wanted = Signal(str)
    question_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("command")
        self.setAccessibleName("Command")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._desk = desk
        self._view: CommandView | None = None
        self._reading = self._stale = False
        self._arrived = Event()  # something came in that may be a deployment
        zone = ZoneInfo(desk.store.zone)
        self.header = Header(desk.theme, zone)
        self.clocks = ClocksPanel(desk.theme, zone)
        self.todo = ActionsPanel(desk.theme, zone)
        self.signals = SignalsPanel(desk)
        self.lanes = LanesPanel(desk)
        self.log = LogPanel(desk.theme, zone, desk.store.new_id)
        self.said = Label("Reading the journal …", "large", wrap=True)
        self.said.setObjectName("command-empty")
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.ask = Ask(self)
        self._deeds, self._clock_deeds = Deeds(desk, self.ask), ClockDeeds(desk, self.ask)
        self._corrections = Corrections(desk, self.ask)
        self._keys = self._letters()
        self._order_tabs()
        self._wire()
        self.log.set_writable(not desk.store.read_only, "This store can only be read here.")

    @property
    def view(self) -> CommandView | None:
        """What is shown, None when nothing is."""
        return self._view

    def refresh(self) -> None:
        """Read again; what comes meanwhile waits for one more reading."""
        if self._reading or not self.isVisible():
            self._stale = True
            return
        self._reading, self._stale = True, False
        job = self._desk.read(partial(look, self._desk.store, self._desk.incident), self._show)
        job.refused.connect(self._show_trouble)
        job.ended.connect(self._read)

    def focus_log(self, text: str = "") -> None:
        """Let the keys go to the field of the running log."""
        if self._view is not None:
            self.log.write(text)

    def step(self, by: int) -> None:
        """Take the next open incident in hand, or the one before."""
        if self._view is None or not self._view.open:
            return
        ids = [one.id for one in self._view.open]
        here = ids.index(self._view.incident.id) if self._view.incident.id in ids else -1
        self._desk.choose_incident(ids[(here + by) % len(ids)])

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()
        self._learn_people()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        low = self.height() < _LOW
        for row, share in ((1, 54 if low else 62), (2, 46 if low else 38)):
            self._grid.setRowStretch(row, share)
        if self.ask.isVisible():
            self.ask.place()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif not control and event.key() in self._keys and self._view is not None:
            self._keys[event.key()]()
        else:
            super().keyPressEvent(event)

    def _read(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh()

    def _show(self, view: CommandView | None) -> None:
        self._view = self._deeds.view = self._clock_deeds.view = view
        self._corrections.items = {item.id: item for item in view.items} if view else {}
        self._pages.setCurrentIndex(0 if view is None else 1)
        if view is None:
            self.said.setText("No incident is open.\nCtrl D declares one; Ctrl K finds closed ones.")
            return
        if not self._desk.incident:
            self._desk.choose_incident(view.incident.id)
        now = self._desk.store.now()
        self.header.show_view(view, not self._desk.store.read_only)
        self.clocks.show_clocks(view.clocks, now)
        self.todo.show_actions(view.actions, now, view.playbook)
        self.signals.show_incident(view.incident.id)
        self.log.show_lines(view.lines, now)

    def _show_trouble(self, error: UserError) -> None:
        self._view = self._deeds.view = self._clock_deeds.view = None
        self.said.setText(str(error))
        self._pages.setCurrentIndex(0)

    def _show_time(self, now: datetime) -> None:
        if self._view is not None and self.isVisible():
            self.header.show_time(now)
            self.clocks.show_time(now)
            self.todo.show_time(now)
            freeze = self._view.freeze
            if freeze is not None and freeze.standing is not None and self._arrived.is_set():
                self._arrived.clear()
                self.refresh()

    def _write_line(self, line: Pending) -> None:
        assert self._view is not None
        store, author, incident = self._desk.store, self._desk.author, self._view.incident.id
        call = partial(scribe.write, store, author, incident, line.text, id=line.id)
        job = self._desk.write(call, lambda _entry: self.log.saved(line))
        job.refused.connect(lambda error: self.log.refused(line, str(error)))
        job.broke.connect(lambda _error: self.log.refused(line, "a fault of the program"))

    def _go(self, action: Action) -> None:
        """Go to where an action is done."""
        kind, _, what = action.place.partition(":")
        deeds, incident = self._deeds, self._view.incident.id if self._view is not None else ""
        places: dict[str, Callable[[], object]] = {
            "clock": partial(self.clocks.select, what), "role": partial(deeds.roles, what),
            "move": partial(deeds.move, what), "update": partial(self.update_wanted.emit, what),
            "handover": self.handover_wanted.emit,
            "contain": self.contain_wanted.emit, "step": partial(self.step_wanted.emit, what),
            "duty": partial(self.duty_wanted.emit, what), "fact": partial(self._clock_deeds.fact, what),
            "question": partial(self.question_wanted.emit, what),
            "verify": self.verify_wanted.emit, "call": partial(self.call_wanted.emit, incident),
            "tell": partial(self.focus_log, f"/tell {what}: "),
            "triage": partial(self.triage_wanted.emit, incident),
            "field": {"severity": deeds.severity, "start": deeds.start}.get(what, partial(deeds.text, what)),
            "report": partial(self._desk.tell, "Ctrl P shows and exports the report."),
        }  # fmt: skip
        if kind in places:
            places[kind]()

    def _propose_start(self, low: datetime, high: datetime) -> None:
        if high - low > timedelta(minutes=2):
            low, high = low.replace(second=0), high.replace(second=0)
        low, high = low.replace(microsecond=0), high.replace(microsecond=0)
        between = When(low + (high - low) / 2, low, high)
        self._deeds.start(words.typed(between, self._desk.store.zone))

    def _correct(self, id: str) -> None:
        mark = self.lanes.view.mark(id)
        if mark is not None and mark.source is Source.START:
            self._deeds.start(words.typed(mark.happened, self._desk.store.zone))
        else:
            self._corrections.correct(id)

    def _begin_line(self, lane: str, at: When) -> None:
        moment = at.at.astimezone(ZoneInfo(self._desk.store.zone)).replace(tzinfo=None)
        self.focus_log(f"/{lane} @{moment.isoformat(timespec='seconds')} ")

    def _letters(self) -> dict[int, Callable[[], object]]:
        deeds = self._deeds
        keys: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_L: self.focus_log, Qt.Key.Key_E: deeds.title, Qt.Key.Key_S: deeds.severity,
            Qt.Key.Key_T: deeds.start, Qt.Key.Key_P: deeds.roles, Qt.Key.Key_M: self.clocks.want_met,
            Qt.Key.Key_W: self.clocks.want_waiver, Qt.Key.Key_H: self.clocks.want_pause,
            Qt.Key.Key_F: self.clocks.fact_wanted.emit, Qt.Key.Key_A: deeds.alert,
            Qt.Key.Key_D: self.deployment_wanted.emit, Qt.Key.Key_V: self.serving_wanted.emit,
            Qt.Key.Key_U: partial(self.update_wanted.emit, ""), Qt.Key.Key_K: deeds.carry_on,
        }  # fmt: skip
        for number, name in enumerate(RANGES):
            keys[Qt.Key(Qt.Key.Key_1 + number)] = partial(self.signals.choose, name)
        for status, (_, letter) in MOVES.items():
            keys[Qt.Key[f"Key_{letter}"]] = partial(deeds.move, status)
        return {int(key): call for key, call in keys.items()}

    def _open_menu(self) -> None:
        view = self._view
        if view is None:
            return
        deeds, moves = self._deeds, FOLLOWS[view.incident.status][1:]
        open_under(self.header.more, (
            [("\t".join(MOVES[status]), partial(deeds.move, status)) for status in moves],
            (("Change the title\tE", deeds.title), ("Confirm or change the severity\tS", deeds.severity),
             ("Estimate the start\tT", deeds.start), ("Who does what\tP", deeds.roles),
             ("Hand a role over\tCtrl+Shift+H", self.handover_wanted.emit)),
            (("Let the clock stand still, or go on\tH", self.clocks.want_pause),
             ("State a fact clocks count from\tF", lambda: self._clock_deeds.fact())),
            (("What was serving when it began\tV", self.serving_wanted.emit),
             ("Record a deployment\tD", self.deployment_wanted.emit)),
            (("Add an alert\tA", deeds.alert), ("Link to another incident", deeds.link),
             ("Withdraw", deeds.withdraw), ("Withdraw an exported report", deeds.withdraw_export)),
        ))  # fmt: skip

    def _learn_people(self) -> None:
        self._desk.read(partial(operators.names, self._desk.store), self._keep_people)

    def _keep_people(self, names: list[str]) -> None:
        self._deeds.people = tuple(names)

    def _wire(self) -> None:
        desk, header, deeds = self._desk, self.header, self._deeds
        desk.bell.journal_changed.connect(self.refresh)
        desk.bell.journal_changed.connect(self._learn_people)
        desk.incident_chosen.connect(lambda _id: self.refresh())
        desk.heartbeat.tick.connect(self._show_time)
        header.title_wanted.connect(deeds.title)
        header.severity_wanted.connect(deeds.severity)
        header.move_wanted.connect(deeds.move)
        header.other_wanted.connect(self.step)
        header.more_wanted.connect(self._open_menu)
        header.freeze.clicked.connect(self.contain_wanted)
        desk.bell.signals_changed.connect(self._arrived.set)
        header.people_wanted.connect(lambda: deeds.roles())
        header.missing.repeated.connect(desk.tell)
        header.callout.carried_on.connect(deeds.carry_on)
        self.clocks.met_wanted.connect(deeds.met)
        self.clocks.waiver_wanted.connect(deeds.waive)
        self.clocks.pause_wanted.connect(self._clock_deeds.pause)
        self.clocks.fact_wanted.connect(lambda: self._clock_deeds.fact())
        self.todo.chosen.connect(self._go)
        self.signals.start_brushed.connect(self._propose_start)
        self.log.line_written.connect(self._write_line)
        self.log.left.connect(self.setFocus)
        self.ask.closed.connect(self.setFocus)
        self.lanes.view.edit_wanted.connect(self._correct)
        self.lanes.view.retract_wanted.connect(self._corrections.retract)
        self.lanes.view.history_wanted.connect(self._corrections.point_to_history)
        self.lanes.view.add_wanted.connect(self._begin_line)

    def _order_tabs(self) -> None:
        order: list[QWidget] = [*self.header.findChildren(QPushButton)]
        order += [*self.clocks.parts, *self.signals.ranges.values()]
        order += [*self.signals.charts.findChildren(View), self.todo.rows, self.lanes.view]
        order += [self.log.rows, self.log.input]
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)

    def _lay_out(self) -> None:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(GAP, GAP, GAP, GAP)
        grid.setSpacing(GAP)
        grid.addWidget(self.header, 0, 0, 1, 3)
        grid.addWidget(self.clocks, 1, 0)
        grid.addWidget(self.todo, 1, 2)
        grid.addWidget(self.signals, 1, 1)
        grid.addWidget(self.lanes, 2, 0, 1, 2)
        grid.addWidget(self.log, 2, 2)
        for column, share in enumerate((23, 50, 24)):
            grid.setColumnStretch(column, share)
        self._grid = grid
        empty = QWidget()
        QVBoxLayout(empty).addWidget(self.said)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(empty)
        self._pages.addWidget(body)
