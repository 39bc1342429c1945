"""The wall screen: incidents by urgency, systems by layers, who is called when, what waits for a look."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.coverage import State
from tocsin.operations import wall
from tocsin.operations.coverage import Rhythms
from tocsin.operations.wall import Cell, Row, WallView
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, PAD
from tocsin.ui.panel import Panel
from tocsin.ui.text import ElidedLabel, Label, set_look
from tocsin.ui.wall.grid import Grid
from tocsin.ui.wall.incidents import IncidentCards
from tocsin.ui.wall.matrix import MatrixView
from tocsin.ui.wall.queue import ReviewQueue
from tocsin.ui.wall.settling import Settling

RANGES = {
    "24 h": timedelta(hours=24),
    "7 d": timedelta(days=7),
    "6 w": timedelta(weeks=6),
}
_PAUSE_MS = 500  # between two readings, however often the store changes
_LOW = 820  # pixels of height below which the queue gets the room of the matrix's words
_AGE = timedelta(seconds=30)  # a signal falls silent without any change in the store


class WallScreen(QWidget):
    """The wall. `opened(incident)`, `declare_wanted(alerts, system, observation)` name what is wanted by id.

    `report_opened(observation id, whether to withdraw it)` when one is to be read.
    """

    opened = Signal(str)
    declare_wanted = Signal(object, str, str)
    report_opened = Signal(str, bool)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.view: WallView | None = None
        self._range = "7 d"
        self._rhythms = Rhythms()
        self._dirty, self._reading = True, False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._read)
        zone = ZoneInfo(desk.store.zone)
        self.cards = IncidentCards(desk.theme)
        self.grid = Grid(desk.theme, zone)
        self.matrix = MatrixView(desk.theme)
        self.queue = ReviewQueue(desk.theme, zone)
        self._ask = Ask(self)
        self._settling = Settling(desk, self._ask)
        self._lay_out()
        self._wire()

    def refresh(self) -> None:
        """Read the wall again: at once, or as soon as it is shown and the last reading is some time ago."""
        self._dirty = True
        self._read()

    def _refresh_soon(self) -> None:
        """Read again with what else is committed in the next moment: a live source commits more than once."""
        self._dirty = True
        if not self._pause.isActive():
            self._pause.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        run = self._keys.get(Qt.Key(event.key()))
        if run is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            run()
        else:
            super().keyPressEvent(event)

    def _next_range(self) -> None:
        names = list(RANGES)
        self.choose_range(names[(names.index(self._range) + 1) % len(names)])

    def choose_range(self, name: str) -> None:
        """Let the small curves go back by one of RANGES."""
        self._range = name
        for button in self._ranges:
            button.setChecked(button.text() == name)
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._read()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._side.setFixedWidth(min(max(round(self.width() * 0.33), 480), 600))
        self.matrix.set_brief(self.height() < _LOW)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        layout.addWidget(self.cards)
        body = QHBoxLayout()
        body.setSpacing(GAP)
        body.addWidget(self._grid_panel(), 1)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(GAP)
        self._matrix_panel = Panel("Severity × escalation")
        self._matrix_panel.room.addWidget(self.matrix)
        self._queue_panel = Panel("Review queue")
        self._queue_panel.room.addWidget(self.queue)
        side.addWidget(self._matrix_panel)
        side.addWidget(self._queue_panel, 1)
        body.addWidget(self._side)
        layout.addLayout(body, 1)

    def _grid_panel(self) -> QWidget:
        panel = Panel("Systems × layers")
        self._watching = panel.remark
        self._ranges = [QPushButton(name) for name in RANGES]
        for button in self._ranges:
            button.setAccessibleName(f"Curves of the last {button.text()}")
            button.clicked.connect(partial(self.choose_range, button.text()))
            button.setCheckable(True)
            button.setChecked(button.text() == self._range)
            set_look(button, role="choice")
            panel.head.addWidget(button)
        panel.head.addWidget(Label("R", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        self._nothing = Label("", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pointed = ElidedLabel("", "small")
        self._pointed.setObjectName("cell-told")
        panel.room.setContentsMargins(PAD, 6, 8, 7)
        panel.room.setSpacing(4)
        panel.room.addWidget(self._nothing, 1)
        panel.room.addWidget(self.grid, 1)
        panel.room.addWidget(self._pointed)
        self._nothing.hide()
        return panel

    def _wire(self) -> None:
        desk = self._desk
        desk.bell.journal_changed.connect(self.refresh)
        desk.bell.signals_changed.connect(self._refresh_soon)
        desk.heartbeat.tick.connect(self._tick)
        desk.theme.changed.connect(self.matrix.repaint_all)
        self.cards.chosen.connect(self._open)
        self.matrix.chosen.connect(self._open)
        self._keys: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_D: self.queue.declare,
            Qt.Key.Key_J: self.queue.join,
            Qt.Key.Key_S: self.queue.snooze,
            Qt.Key.Key_A: self.queue.accept,
            Qt.Key.Key_O: self.queue.open,
            Qt.Key.Key_Delete: self.queue.withdraw,
            Qt.Key.Key_R: self._next_range,
        }
        self.queue.wanted.connect(lambda alerts, seen: self.declare_wanted.emit(alerts, "", seen))
        self.queue.join_wanted.connect(self._settling.join)
        self.queue.snooze_wanted.connect(self._settling.snooze)
        self.queue.accept_wanted.connect(self._settling.accept)
        self.queue.wake_wanted.connect(self._settling.wake)
        self._ask.closed.connect(self.queue.rows.setFocus)
        self.queue.opened.connect(lambda seen: self.report_opened.emit(seen, False))
        self.queue.withdraw_wanted.connect(lambda seen: self.report_opened.emit(seen, True))
        self.grid.chosen.connect(self._chosen)
        self.grid.pointed.connect(self._pointed.show_text)

    def _read(self) -> None:
        if not self._dirty or self._reading or self._pause.isActive() or not self.isVisible():
            return
        self._dirty, self._reading = False, True
        job = self._desk.read(
            partial(wall.look, self._desk.store, RANGES[self._range], self._rhythms), self._show
        )
        job.refused.connect(self._refused)
        job.ended.connect(self._read_ended)

    def _read_ended(self) -> None:
        self._reading = False
        self._pause.start()

    def _show(self, view: WallView) -> None:
        self.view = view
        self.cards.show_incidents(view.watched, view.names, view.now, view.flagged)
        self.grid.show_rows(view.rows, view.now)
        self.grid.setVisible(bool(view.rows))
        self._watching.show_text(_watched(view))
        self._nothing.setVisible(not view.rows)
        self._nothing.show_text("Nothing is watched yet.\nCtrl I imports a file of samples.")
        self._matrix_panel.remark.show_text(f"scheme {view.matrix.title}")
        self.matrix.show_matrix(view.matrix)
        self._queue_panel.remark.show_text(_queued(view))
        self.queue.show_queue(view.queue, view.reported)

    def _refused(self, error: UserError) -> None:
        if self.view is None:
            self.cards.say(str(error))
        self.queue.say(str(error))

    def _tick(self, now: datetime) -> None:
        if not self.isVisible():
            return
        self.cards.show_time(now)
        if self.view is not None and abs(now - self.view.now) >= _AGE:
            self.refresh()

    def _open(self, incident: str) -> None:
        self._desk.choose_incident(incident)
        self.opened.emit(incident)

    def _chosen(self, cell: Cell, row: Row) -> None:
        """Open the incident that holds the cell's alert; else declare from the alert, or about the system."""
        if cell.incident:
            self._open(cell.incident)
        elif cell.alert is not None:
            self.declare_wanted.emit(self._with(cell.alert.id), "", "")
        else:
            self.declare_wanted.emit((), row.system.id, "")

    def _with(self, alert: str) -> tuple[str, ...]:
        """Return an alert with those that wait as one with it."""
        waiting = self.view.queue.candidates if self.view else ()
        return next((one.candidate.ids for one in waiting if alert in one.candidate.ids), (alert,))


def _watched(view: WallView) -> str:
    """Say in how many layers nobody watches, and in how many something has gone silent."""
    cells = [cell for row in view.rows for cell in row.cells]
    blind = sum(cell.state is State.BLIND for cell in cells)
    gone = sum(bool(cell.gone) for cell in cells)
    parts = [f"hatched: nobody watches {blind} of {len(cells)} layers"] if blind else []
    return " · ".join([*parts, f"something is silent in {gone}"] if gone else parts)


def _queued(view: WallView) -> str:
    """Say how much waits, sleeps and is over."""
    waiting = view.queue.candidates
    over = sum(one.candidate.ended is not None for one in waiting)
    counts = (
        (len(view.queue.urgent), "urgent"),
        (len(waiting) - over - len(view.queue.urgent), "to review"),
        (over, "over"),
        (len(view.reported), "reported"),
        (view.queue.left_out, "more"),
        (view.queue.history, "history"),
    )
    return " · ".join(f"{count} {word}" for count, word in counts if count)
