"""Whom to call now, with the number large, one key for what came of it, and the ladder of steps beside it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import UserError
from tocsin.model.journal import Entry
from tocsin.model.ladder import Call, Standing, State
from tocsin.operations import escalation
from tocsin.operations.escalation import EscalationView
from tocsin.store.folder import Store
from tocsin.ui import calling_words as words
from tocsin.ui.calling_card import OUTCOMES, CallCard
from tocsin.ui.desk import Desk
from tocsin.ui.lines import LinePainter, PlainLine
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.rows import Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import ElidedLabel, Label
from tocsin.ui.window import Window

_READ_ONLY = "This store can only be read here: call all the same, and write it down elsewhere."
_LIST = 164  # pixels of a list
_NO_INCIDENT = "No incident is open: there is nobody to call."


class CallingSheet(Sheet):
    """C, A and N record a call of whom is shown, K who took over; the arrow keys choose somebody else.

    `send_wanted(incident)` when the messages of the step are to go out once more, `people_wanted` when
    somebody wants to add a number.
    """

    send_wanted = Signal(str)
    people_wanted = Signal()

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "Whom to call", width=980)
        self._desk, self._zone = desk, ZoneInfo(desk.store.zone)
        self._view: EscalationView | None = None
        self._standing: Standing | None = None
        self._wanted = ""
        self._saving = False
        self.about, self.state = ElidedLabel("", "muted"), Label("", wrap=True)
        self.card = CallCard()
        self.calls, self.steps, self.tried = (
            Rows(LinePainter(desk.theme, margin=8), name, keys_mean_cursor=keys)
            for name, keys in (("Those to call", True), ("Steps", False), ("What was tried", False))
        )
        self.person, self.confirm = QLineEdit(), QPushButton("Took over   Enter")
        self.trouble = Label("", wrap=True)
        self.trouble.set_tone(Tone.RED)
        self._asked, self._titles = QWidget(), list[Label]()
        self._lay_out()
        self._wire()

    def open(self, incident: str = "") -> None:
        """Open on an incident; without one on that in hand, else on whichever calls soonest."""
        self._wanted = incident or self._desk.incident
        self._view = self._standing = None
        self._asked.hide()
        self._say("")
        self._show()
        self.present(self.calls)
        self._read()

    def record(self, outcome: str) -> None:
        """Record what came of the call of whom is shown."""
        call = self._chosen
        if call is None or not self._may_write():
            return
        callee, store, view = call.callee, self._desk.store, self._known()
        deed = partial(
            escalation.record_call, store, self._desk.author, view.incident.id, outcome,
            target=callee.target, person=callee.person, id=store.new_id(),
        )  # fmt: skip
        self._write(deed, f"{callee.person or callee.target}: {outcome}")

    def ask_who(self) -> None:
        """Ask who took over, proposing who answered."""
        if self._standing is None or not self._standing.stands or not self._may_write():
            return
        proposed = next(iter(self._standing.answered), "") or (
            self._chosen.callee.person if self._chosen is not None else ""
        )
        self.person.setText(proposed or self._desk.operator)
        self._asked.show()
        self.place()
        self.person.setFocus()
        self.person.selectAll()

    def acknowledge(self) -> None:
        """Record who took over."""
        if not self._may_write():  # Enter twice
            return
        store, view = self._desk.store, self._known()
        person = " ".join(self.person.text().split())
        deed = partial(
            escalation.acknowledge, store, self._desk.author, view.incident.id,
            person=person, id=store.new_id(),
        )  # fmt: skip
        self._write(deed, f"{person or self._desk.author.name} took over")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, plain = event.text().upper(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        deeds: dict[str, Callable[[], None]] = {
            letter: partial(self.record, outcome) for letter, _, outcome in OUTCOMES
        }
        deeds |= {"K": self.ask_who, "S": self._send_again, "P": self._add_number}
        if event.key() == Qt.Key.Key_Escape and self._asked.isVisible():
            self._asked.hide()
            self.calls.setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._asked.isVisible():
                self.acknowledge()
        elif plain and key in deeds and not self.person.hasFocus():
            deeds[key]()
        else:
            super().keyPressEvent(event)

    @property
    def _chosen(self) -> Call | None:
        """Whom the keys are about: the one under the cursor."""
        line: PlainLine | None = self.calls.selected
        return line.fact if line is not None and isinstance(line.fact, Call) else None

    def _known(self) -> EscalationView:
        assert self._view is not None
        return self._view

    def _may_write(self) -> bool:
        return not self._desk.store.read_only and not self._saving and self._view is not None

    def _write(self, deed: Callable[[], Entry], said: str) -> None:
        self._saving = True
        self._say("")
        job = self._desk.write(deed, self._saved, said=said)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        self._saving = False

    def _saved(self, _entry: object) -> None:
        self._asked.hide()
        self.calls.setFocus()
        self.calls.clearSelection()
        self.calls.setCurrentIndex(self.calls.rootIndex())  # the next one to call is chosen anew
        self._read()

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _say(self, trouble: str) -> None:
        self.trouble.show_text(trouble)
        self.trouble.setVisible(bool(trouble))
        if self.isVisible():
            self.place()

    def _send_again(self) -> None:
        if self.card.again.isVisible() and self._view is not None:
            self.send_wanted.emit(self._view.incident.id)

    def _add_number(self) -> None:
        self.dismiss()
        self.people_wanted.emit()

    def _read(self) -> None:
        self._desk.read(partial(_look, self._desk.store, self._wanted), self._take)

    def _take(self, view: EscalationView | None) -> None:
        self._view = view
        self._standing = view.at(self._desk.store.now()) if view is not None else None
        self._show()
        if self.isVisible():
            self.place()

    def _changed(self) -> None:
        if self.isVisible():
            self._read()

    def _tick(self, now: datetime) -> None:
        if not self.isVisible() or self._view is None or self._standing is None:
            return
        standing = self._standing
        ended = standing.next_at or (standing.rungs[-1].ends if standing.rungs else None)
        if standing.state is State.RUNNING and ended is not None and now >= ended:
            self._standing = self._view.at(now)
            self._show()
        self._show_left(now)

    def _show(self) -> None:
        view, standing, now = self._view, self._standing, self._desk.store.now()
        known = view is not None and standing is not None
        for widget in (self.card, self._lists):
            widget.setVisible(known)
        if view is None or standing is None:
            self.about.show_text("")
            self.state.show_text(_NO_INCIDENT if self._wanted == "" else "Reading …")
            self.state.set_tone(None)
            return
        incident = view.incident
        self.about.show_text(f"{incident.reference} · {incident.severity} · {incident.title}")
        told, tone = words.state(view, standing, self._zone)
        self.state.show_text(f"{told} {_READ_ONLY}" if self._desk.store.read_only else told)
        self.state.set_tone(tone if tone in (Tone.ORANGE, Tone.RED) else None)
        for rows, lines in (
            (self.calls, list(words.calls(standing, self._zone, now))),
            (self.steps, list(words.steps(standing, self._zone, now))),
            (self.tried, words.tried(standing, self._zone, now)),
        ):
            rows.show_rows((line.key, line.words, line) for line in lines)
        self._titles[0].show_text("STILL TO BE TOLD" if standing.owed else "THIS STEP")
        self._choose(standing)
        self._show_chosen()
        self._show_left(now)

    def _choose(self, standing: Standing) -> None:
        """Put the cursor on whom to call now, unless somebody was chosen by hand."""
        if not self.calls.currentIndex().isValid() and standing.now is not None:
            callee = standing.now.callee
            self.calls.select(f"{callee.target}|{callee.person}")

    def _show_chosen(self) -> None:
        standing, call = self._standing, self._chosen
        if standing is None:
            return
        nobody = not (standing.calls or standing.owed)
        name, number, why = words.who(None if nobody else call, self._desk.store.now())
        waiting = standing.now is None and standing.answered and call is not None
        if waiting:
            why = f"{', '.join(standing.answered)} answered: K when somebody takes over"
        dialled = call is not None and bool(call.callee.number)
        self.card.show_who(name, number, why, dialled=dialled)
        self.card.setVisible(not nobody)
        self._lists.setVisible(not nobody or bool(standing.rungs))
        writable = not self._desk.store.read_only
        for button in self.card.buttons.values():
            button.setEnabled(writable and call is not None)
        self.card.take.setEnabled(writable and standing.stands)
        self.card.again.setVisible(writable and standing.stands and bool(standing.notices))
        self.card.people.setVisible(writable and not dialled)

    def _show_left(self, now: datetime) -> None:
        if self._standing is None:
            return
        count, then, near = words.left(self._standing, now)
        self.card.show_left(count, then, near=near)

    def _wire(self) -> None:
        desk = self._desk
        for outcome, button in self.card.buttons.items():
            button.clicked.connect(partial(self.record, outcome))
        self.card.take.clicked.connect(self.ask_who)
        self.confirm.clicked.connect(self.acknowledge)
        self.card.again.clicked.connect(self._send_again)
        self.card.people.clicked.connect(self._add_number)
        self.calls.selectionModel().currentChanged.connect(lambda *_: self._show_chosen())
        desk.bell.journal_changed.connect(self._changed)
        desk.heartbeat.tick.connect(self._tick)

    def _lay_out(self) -> None:
        self.setObjectName("calling-sheet")
        self.state.setObjectName("calling-state")
        self.person.setPlaceholderText("who took over")
        self.person.setAccessibleName("Who took over")
        self.person.setMaxLength(80)
        self.confirm.setAutoDefault(False)
        self._lists = self._list_grid()
        asked = QHBoxLayout(self._asked)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.addWidget(Label("Who took over?"))
        asked.addWidget(self.person, 1)
        asked.addWidget(self.confirm)
        above: tuple[QWidget, ...] = (self.about, self.state, self.card)
        for part in (*above, self._asked, self.trouble, self._lists):
            self.body.addWidget(part)

    def _list_grid(self) -> QWidget:
        lists = QWidget()
        grid = QGridLayout(lists)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GAP)
        named = (("THIS STEP", self.calls), ("STEPS", self.steps), ("TRIED", self.tried))
        for column, (title, rows) in enumerate(named):
            grid.setColumnStretch(column, 1)
            self._titles.append(Label(title, "heading"))
            grid.addWidget(self._titles[-1], 0, column)
            rows.setFixedHeight(_LIST)
            grid.addWidget(rows, 1, column)
        return lists


def _look(store: Store, incident: str) -> EscalationView | None:
    if incident:
        return escalation.look(store, incident)
    return next(iter(escalation.open_ones(store)), None)
