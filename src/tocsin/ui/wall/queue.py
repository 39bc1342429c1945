"""The review queue: what people reported and the candidates that wait, with the keys that act on each."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.operations.observations import Reported
from tocsin.operations.queue import QueueView, Snoozed, Waiting
from tocsin.ui.palette import PAD
from tocsin.ui.rows import Rows
from tocsin.ui.text import Label, set_look
from tocsin.ui.theme import Theme
from tocsin.ui.wall.queue_rows import Fact, Fold, QueuePainter, in_words

_KEYS = "Enter or D declares, J joins, S snoozes, A accepts as the new normal, O opens a report"


class ReviewQueue(QWidget):
    """What waits for a look.

    `wanted(alert ids, observation id)` when somebody declares, one of them empty. `join_wanted`,
    `snooze_wanted`, `wake_wanted` and `accept_wanted` come with a candidate. `opened(observation id)` when a
    report is to be read or corrected, `withdraw_wanted(observation id)` when it is to leave the queue.
    """

    wanted = Signal(object, str)
    join_wanted = Signal(object)
    snooze_wanted = Signal(object)
    wake_wanted = Signal(object)
    accept_wanted = Signal(object)
    opened = Signal(str)
    withdraw_wanted = Signal(str)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._painter = QueuePainter(theme, zone)
        self._view: QueueView | None = None
        self._reported: Sequence[Reported] = ()
        self._unfolded = False
        self.rows = Rows(self._painter, f"Review queue: {_KEYS}", keys_mean_cursor=True)
        self.rows.setObjectName("review-queue")
        self.empty = Label("Reading …", "muted")
        self.empty.setContentsMargins(PAD, PAD, PAD, PAD)
        self.accept_button = _button("Accept change", "accept-change")
        self.snooze_button = _button("Snooze", "snooze")
        self.open_button = _button("Open the report", "open-report")
        self.join_button = _button("Join incident", "join-incident")
        self.button = _button("Declare from this", "declare-from-this")
        set_look(self.button, role="main")
        self._foot = QWidget()
        self._keys: dict[QPushButton, Label] = {}
        self._lay_out()
        self._wire()
        self._act()

    def show_queue(self, view: QueueView, reported: Sequence[Reported] = ()) -> None:
        """Show what people reported, then candidates in the order given, then those that sleep."""
        self._view, self._reported = view, reported
        self._painter.now = view.now
        facts: list[Fact] = [*reported, *view.candidates]
        if view.snoozed:
            facts.append(Fold(len(view.snoozed), self._unfolded))
            facts += view.snoozed if self._unfolded else ()
        self.rows.show_rows([(_key(one), in_words(one), one) for one in facts])
        if facts and not self.rows.currentIndex().isValid():
            self.rows.select(_key(facts[0]))
        self.empty.show_text(_nothing(view))
        self.empty.setVisible(not facts)
        self.rows.setVisible(bool(facts))
        self._act()

    def say(self, text: str) -> None:
        """Say why there is nothing to show."""
        if self._view is None:
            self.empty.show_text(text)

    def declare(self) -> None:
        """Ask to declare from the selected row; from the first when none is."""
        if self.rows.selected is not None:
            self._declare_from(self.rows.selected)

    def join(self) -> None:
        """Ask to take the selected candidate into the open incident it is likely part of."""
        if (one := candidate_of(self.rows.selected)) is not None and one.incident is not None:
            self.join_wanted.emit(one)

    def snooze(self) -> None:
        """Ask to let the selected candidate sleep; wake it when it does."""
        match self.rows.selected:
            case Waiting() as one:
                self.snooze_wanted.emit(one)
            case Snoozed() as one:
                self.wake_wanted.emit(one.waiting)

    def accept(self) -> None:
        """Ask to accept what the selected candidate found as the new normal."""
        if (one := candidate_of(self.rows.selected)) is not None:
            self.accept_wanted.emit(one)

    def open(self) -> None:
        """Ask to open the report selected; the first one when none is."""
        if (one := self._report()) is not None:
            self.opened.emit(one.observation.id)

    def withdraw(self) -> None:
        """Ask to take the report selected off the queue."""
        if isinstance(self.rows.selected, Reported):
            self.withdraw_wanted.emit(self.rows.selected.observation.id)

    def unfold(self) -> None:
        """Show those that sleep, or fold them away again."""
        self._unfolded = not self._unfolded
        if self._view is not None:
            self.show_queue(self._view, self._reported)

    def _declare_from(self, one: Fact) -> None:
        match one:
            case Fold():
                self.unfold()
            case Reported():
                self.wanted.emit((), one.observation.id)
            case Waiting() | Snoozed():
                found = candidate_of(one)
                self.wanted.emit(found.candidate.ids if found else (), "")

    def _act(self) -> None:
        """Show what can be done about the row under the cursor."""
        one = self.rows.selected if self.rows.isVisibleTo(self) else None
        known = candidate_of(one)
        joins = known is not None and known.incident is not None
        shown = {
            self.button: isinstance(one, Waiting | Snoozed | Reported),
            self.snooze_button: isinstance(one, Waiting | Snoozed),
            self.accept_button: isinstance(one, Waiting | Snoozed),
            self.open_button: isinstance(one, Reported),
            self.join_button: joins,
        }
        self.accept_button.setText("Accept" if joins else "Accept change")
        self.button.setText("Declare" if joins else "Declare from this")
        self.snooze_button.setText("Wake" if isinstance(one, Snoozed) else "Snooze")
        for button, able in shown.items():
            button.setVisible(able)
            self._keys[button].setVisible(able)
        self._foot.setVisible(any(shown.values()))

    def _report(self) -> Reported | None:
        reports = [one for one in self.rows.facts if isinstance(one, Reported)]
        selected = self.rows.selected
        return selected if isinstance(selected, Reported) else next(iter(reports), None)

    def _lay_out(self) -> None:
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(PAD, 9, PAD, 9)
        foot.setSpacing(6)
        for button, key in (
            (self.accept_button, "A"),
            (self.snooze_button, "S"),
            (self.open_button, "O"),
            (self.join_button, "J"),
            (self.button, "D"),
        ):
            self._keys[button] = Label(key, "key")
            foot.addWidget(button)
            foot.addWidget(self._keys[button], 0, Qt.AlignmentFlag.AlignVCenter)
            foot.addSpacing(4)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.empty)
        layout.addWidget(self.rows, 1)
        layout.addStretch(0)
        layout.addWidget(self._foot)
        self.rows.hide()

    def _wire(self) -> None:
        self.rows.chosen.connect(self._declare_from)
        self.rows.selectionModel().currentChanged.connect(lambda _now, _before: self._act())
        self.button.clicked.connect(self.declare)
        self.open_button.clicked.connect(self.open)
        self.join_button.clicked.connect(self.join)
        self.snooze_button.clicked.connect(self.snooze)
        self.accept_button.clicked.connect(self.accept)


def candidate_of(one: Fact | None) -> Waiting | None:
    """Return the candidate a row stands for, None where it stands for none."""
    match one:
        case Waiting():
            return one
        case Snoozed():
            return one.waiting
        case _:
            return None


def _key(one: Fact) -> str:
    match one:
        case Reported():
            return one.observation.id
        case Waiting():
            return one.candidate.id
        case Snoozed():
            return one.waiting.candidate.id
        case Fold():
            return "fold"


def _nothing(view: QueueView) -> str:
    many = "1 alert is" if view.history == 1 else f"{view.history} alerts are"
    return f"Nothing waits for a look.{f' {many} history.' if view.history else ''}"


def _button(text: str, name: str) -> QPushButton:
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAutoDefault(False)
    return made
