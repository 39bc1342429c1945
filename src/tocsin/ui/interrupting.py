"""The bar that says an urgent finding is new, on whatever screen. It takes no key and goes when told to."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from tocsin.operations import queue
from tocsin.operations.coverage import Rhythms
from tocsin.operations.queue import QueueView, Waiting, lines_below
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.icons import Icon
from tocsin.ui.palette import BAR_HEIGHT, GAP, SHAPES, Tone, tone_of_rank
from tocsin.ui.text import ElidedLabel, Label
from tocsin.ui.wall.queue_rows import why

_PAUSE_MS = 700  # what is committed in one go interrupts once


class Interruption(QFrame):
    """Shows the gravest urgent candidate nobody has been told of. What waited at the start is no news.

    `look_wanted` when somebody wants to see it on the wall, `declare_wanted(alert ids)` to declare from it.
    """

    look_wanted = Signal()
    declare_wanted = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rhythms = Rhythms()
        self._mark: tuple[int, ...] | None = None
        self._told: set[str] | None = None  # ids of urgent alerts that were shown; None before the first look
        self._new: list[Waiting] = []
        self._wakes: datetime | None = None
        self._reading = self._again = self._anew = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self._look)
        self.setObjectName("interruption")
        self.setFixedHeight(BAR_HEIGHT)
        self.icon = Icon(desk.theme, SHAPES[Tone.RED], "red", 16)
        self.head, self.words = Label("", "large"), ElidedLabel("")
        self.show_button, self.declare_button = QPushButton("Look   Ctrl U"), QPushButton("Declare")
        self.later_button = QPushButton("Later")
        self._lay_out()
        self._wire()
        self.hide()

    def watch(self) -> None:
        """Look for the first time, and from then on whenever an alert or the journal is another."""
        self._desk.bell.signals_changed.connect(self._changed)
        self._desk.bell.journal_changed.connect(self._decided)
        self._desk.heartbeat.tick.connect(self._tick)
        self._look()

    def later(self) -> None:
        """Go away; it waits in the queue like all the others."""
        self._told = (self._told or set()) | {id for one in self._new for id in one.candidate.ids}
        self._show(None)

    def see(self) -> None:
        """Go away and show it on the wall."""
        self.later()
        self.look_wanted.emit()

    def declare(self) -> None:
        """Go away and declare from what is shown."""
        if self._new:
            ids = self._new[0].candidate.ids
            self.later()
            self.declare_wanted.emit(ids)

    def _changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _decided(self) -> None:
        self._anew = True  # something may have been declared from, snoozed, accepted or taken back
        self._changed()

    def _tick(self, now: datetime) -> None:
        if self._wakes is not None and now >= self._wakes:
            self._wakes = None
            self._decided()

    def _look(self) -> None:
        self._again = self._reading
        if self._reading:
            return
        self._reading = True
        mark, self._anew = None if self._anew else self._mark, False
        job = self._desk.jobs.read(partial(_look, self._desk.store, mark, self._rhythms))
        job.succeeded.connect(self._looked)
        job.ended.connect(self._ended)
        job.start()

    def _ended(self) -> None:
        self._reading = False
        if self._again:
            self._changed()

    def _looked(self, found: tuple[tuple[int, ...], QueueView | None]) -> None:
        self._mark, view = found
        if view is None:
            return
        self._wakes = min((one.until for one in view.snoozed), default=None)
        waiting = {id for one in view.urgent for id in one.candidate.ids}
        # What sleeps or was declared from is forgotten: it is news again when it comes back.
        self._told = waiting if self._told is None else self._told & waiting
        self._new = [one for one in view.urgent if not self._told.issuperset(one.candidate.ids)]
        self._show(view)

    def _show(self, view: QueueView | None) -> None:
        if view is None or not self._new:
            self._new = []
            self.hide()
            return
        one = self._new[0]
        more = f" and {len(self._new) - 1} more" if len(self._new) > 1 else ""
        self._dress(tone_of_rank(one.tone))
        self.head.show_text(f"Urgent{more}: {one.system} · {one.candidate.name}")
        self.words.show_text(". ".join((why(one.candidate).rstrip("."), *lines_below(one))))
        self.setAccessibleName(f"{self.head.text()}. {self.words.text()}")
        self.show()

    def _dress(self, tone: Tone) -> None:
        self.icon.show_tone(tone)
        palette = self._desk.theme.palette
        self.setStyleSheet(
            f"QFrame#interruption {{ background: {palette.fill(tone)}; border: 0; "
            f"border-bottom: 1px solid {palette.tone(tone)}; }}"
        )

    def _dress_anew(self) -> None:
        if self._new:
            self._dress(tone_of_rank(self._new[0].tone))

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP + 6, 0, GAP + 6, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.icon)
        layout.addWidget(self.head)
        layout.addWidget(self.words, 1)
        for button in (self.show_button, self.declare_button, self.later_button):
            # A click must not take the keys along: somebody is typing in another place.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAutoDefault(False)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _wire(self) -> None:
        self.show_button.clicked.connect(self.see)
        self.declare_button.clicked.connect(self.declare)
        self.later_button.clicked.connect(self.later)
        self._desk.theme.changed.connect(self._dress_anew)


def _look(
    store: Store, mark: tuple[int, ...] | None, rhythms: Rhythms
) -> tuple[tuple[int, ...], QueueView | None]:
    """Return the queue, None when nothing was raised or ended since `mark`."""
    now = queue.alerts_mark(store)
    return now, None if now == mark else queue.look(store, rhythms=rhythms)
