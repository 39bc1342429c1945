"""Triage over the window: one key an answer, the level and its reason always in sight, Enter confirms."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tocsin.model import clocks
from tocsin.model.incident import CLOSED
from tocsin.operations import clocks as open_clocks
from tocsin.operations import triage
from tocsin.operations.triage import TriageView
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.levels import LevelRow
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import ElidedLabel, Label, set_look
from tocsin.ui.times import countdown
from tocsin.ui.triage.asked import Asked, Draft, Option, asked, begun, renewed, told, verdict
from tocsin.ui.triage.row import QuestionRow

Key = Qt.Key
_WIDE = 1080
_ENTER = (Key.Key_Return, Key.Key_Enter)


class TriageSheet(Sheet):
    """Letters and digits answer, the arrows move, Space takes what is suggested, Alt 1 … gives another level.

    `recorded(incident id)` comes after the commit.
    """

    recorded = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, "Triage", width=_WIDE)
        self._desk = desk
        self._drafts: dict[str, Draft] = {}
        self._view: TriageView | None = None
        self._draft: Draft | None = None
        self._early: list[tuple[int, str]] = []  # keys pressed before the questions were read
        self._at = 0
        self._writing = False
        self.setObjectName("triage-sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.about, self.due = ElidedLabel("", "muted"), Label("", "mono")
        self.rows: list[QuestionRow] = []
        self._room = QVBoxLayout()
        self._room.setSpacing(1)
        self.help = ElidedLabel("", "small")
        self.scope, self.reason = QLineEdit(), QLineEdit()
        self.levels = LevelRow(desk.theme)
        self.because, self.tipped = Label("", "large", wrap=True), Label("", "small", wrap=True)
        self.note = Label("", "small", wrap=True)
        self.note.set_tone(Tone.RED)
        self.confirm_button = QPushButton("Confirm   Enter")
        self._lay_out()
        self._wire()

    def open(self, incident: str = "") -> None:
        """Open on an incident by its id, else the one in hand, else the most urgent one."""
        self._say("")
        if self._view is not None and self._view.incident.id != (incident or self._desk.incident):
            self._view, self._draft = None, None
            self._clear()
        if self._view is None:
            self.about.show_text("Reading the incident …")
            self.because.show_text("")
        self._early = []
        self.present(self)
        call = partial(_look, self._desk.store, incident or self._desk.incident)
        job = self._desk.read(call, self._begin)
        job.refused.connect(lambda error: self._say(str(error)))

    def confirm(self) -> None:
        """Record the triage as it stands; what is not answered counts as not known."""
        view, draft = self._view, self._draft
        if view is None or draft is None or self._writing or not self.confirm_button.isEnabled():
            return
        draft.scope, draft.override = self.scope.text(), self.reason.text()
        if draft.level and not draft.override.strip():
            self._say("Say why it is another level than the answers lead to.")
            self.reason.setFocus()
            return
        self._writing = True
        call = partial(
            triage.record,
            self._desk.store,
            self._desk.author,
            view.incident.id,
            dict(draft.answers),
            level=draft.level or None,
            override=draft.override,
            fields=draft.values,
            id=draft.id,
        )
        job = self._desk.write(call, lambda _entries: self._saved(view), said=f"Triaged as {self.level}")
        job.refused.connect(lambda error: self._say(str(error)))
        job.ended.connect(self._ended)

    @property
    def level(self) -> str:
        """The level that would be recorded now, empty before there is one."""
        if self._view is None or self._draft is None:
            return ""
        found = verdict(self._view, self._draft)
        return self._draft.level or (found.level if found else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if event.key() == Key.Key_Escape or not plain:
            super().keyPressEvent(event)
        elif self._view is None:
            self._early.append((event.key(), event.text()))
        elif not self._moved(event.key()):
            self._pressed(event.key(), event.text())

    def show_time(self, now: datetime) -> None:
        """Carry on how long classification may still take."""
        clock = self._view.clock if self._view else None
        if clock is None or clock.ended is not None or clock.due is None:
            self.due.show_text("")
            return
        self.due.show_text(f"classify in {countdown(clock.due - now)}")
        self.due.set_tone(Tone.RED if clocks.at(clock, now).late else None)

    def _begin(self, view: TriageView | None) -> None:
        if not self.isVisible():
            return
        if view is None:
            self.dismiss()
            self._desk.tell("No incident is open. Ctrl D declares one.", trouble=True)
            return
        fresh = self._view is None or self._view.incident.id != view.incident.id
        self._view = view
        kept = self._drafts.get(view.incident.id)
        known = renewed(kept, view) if kept else begun(view, self._desk.store.new_id())
        self._draft = self._drafts[view.incident.id] = known
        self._show_incident(view)
        if fresh:
            self._ask(list(asked(view)))
            self.reason.setText(known.override)
            self._at = next((i for i, row in enumerate(self.rows) if not known.given(row.asked)), 0)
        if self.scope.text() != known.scope:
            self.scope.setText(known.scope)
        self._show()
        early, self._early = self._early, []
        for key, text in early:
            if not self._moved(key):
                self._pressed(key, text)

    def _show_incident(self, view: TriageView) -> None:
        known = view.incident
        over = known.withdrawn or known.status == CLOSED
        writable = not self._desk.store.read_only and not over
        why = "" if writable else " · closed" if over else " · this store can only be read here"
        self.about.show_text(f"{known.reference}  {known.title}{why}")
        self.confirm_button.setEnabled(writable)
        self.show_time(self._desk.store.now())

    def _ask(self, questions: list[Asked]) -> None:
        self._clear()
        for place, one in enumerate(questions):
            row = QuestionRow(one)
            row.answered.connect(partial(self._answer, place))
            row.wanted.connect(partial(self._go, place))
            self.rows.append(row)
            self._room.addWidget(row)

    def _clear(self) -> None:
        for row in self.rows:
            self._room.removeWidget(row)
            row.deleteLater()
        self.rows = []

    def _moved(self, key: int) -> bool:
        """Whether a key moved to another question or ended the triage."""
        if key in _ENTER:
            self.confirm()
        elif key in (Key.Key_Up, Key.Key_Backspace):
            self._go(self._at - 1)
        elif key == Key.Key_Down:
            self._go(self._at + 1)
        else:
            return False
        return True

    def _pressed(self, key: int, text: str) -> None:
        """Take an answer by its key, or what is suggested by Space."""
        if not 0 <= self._at < len(self.rows):
            return
        row = self.rows[self._at]
        wanted = row.asked.suggested if key == Key.Key_Space else ""
        option = next((one for one in row.asked.options if one.id == wanted), None) or row.asked.option(text)
        if option is not None:
            self._answer(self._at, option)

    def _answer(self, place: int, option: Option) -> None:
        if self._draft is None:
            return
        self._draft.give(self.rows[place].asked, option.id)
        self._say("")
        later = [i for i in range(place + 1, len(self.rows)) if not self._draft.given(self.rows[i].asked)]
        self._go(later[0] if later else len(self.rows))

    def _go(self, place: int) -> None:
        """Go to a question; past the last one to the scope."""
        self._at = min(max(place, 0), len(self.rows))
        (self.scope if self._at == len(self.rows) else self).setFocus()
        self._show()

    def _level_taken(self, level: str) -> None:
        view, draft = self._view, self._draft
        if view is None or draft is None:
            return
        found = verdict(view, draft)
        draft.level = "" if found and found.level == level else level
        self._show()
        if draft.level:
            self.reason.setFocus()

    def _show(self) -> None:
        """Show the answers and what they lead to."""
        view, draft = self._view, self._draft
        if view is None or draft is None:
            return
        found = verdict(view, draft)
        tipped = () if found is None else found.unknown or found.tipped
        for place, row in enumerate(self.rows):
            given, tips = draft.given(row.asked), row.asked.id in tipped and not row.asked.is_field
            row.show_state(given, current=place == self._at, tips=tips)
        now = (
            self.rows[self._at].asked.help
            if 0 <= self._at < len(self.rows)
            else "In words: who and what it reaches"
        )
        self.help.show_text(now)
        level = self.level
        why = "by the answers" if found else "no questions in this pack"
        if draft.level:
            why = f"by hand; the answers lead to {found.level}" if found else "by hand"
        self.levels.show_levels(view.scheme.levels, level, why)
        self.because.show_text(
            found.because if found else "This pack has no questions: take a level with Alt 1 …"
        )
        self.tipped.show_text(_rests(view, draft))
        self.reason.setVisible(bool(draft.level))
        self._resize()

    def _saved(self, view: TriageView) -> None:
        self._drafts.pop(view.incident.id, None)
        self._view, self._draft = None, None
        self.dismiss()
        self.recorded.emit(view.incident.id)

    def _ended(self) -> None:
        self._writing = False

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.setVisible(bool(text))
        self._resize()

    def _resize(self) -> None:
        if self.isVisible():
            self.place()
            QTimer.singleShot(0, self, self.place)  # once more, when the words have their lines

    def _wire(self) -> None:
        self.levels.taken.connect(self._level_taken)
        self.confirm_button.clicked.connect(self.confirm)
        self._desk.heartbeat.tick.connect(lambda now: self.show_time(now) if self.isVisible() else None)
        self.scope.textEdited.connect(self._scope_typed)
        for place in range(1, 10):
            shortcut = QShortcut(QKeySequence(f"Alt+{place}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self.levels.take, place))

    def _scope_typed(self, text: str) -> None:
        if self._draft is not None:
            self._draft.scope = text

    def _lay_out(self) -> None:
        self.scope.setObjectName("triage-scope")
        self.scope.setPlaceholderText("users, inputs, segments, places")
        self.scope.setAccessibleName("Scope")
        self.reason.setObjectName("triage-reason")
        self.reason.setPlaceholderText("Why it is another level than the answers lead to")
        self.reason.setAccessibleName("Reason for another level")
        self.scope.setMaxLength(2000)
        self.reason.setMaxLength(2000)
        set_look(self.confirm_button, role="main")
        self.confirm_button.setObjectName("triage-confirm")
        top = QHBoxLayout()
        top.addWidget(self.about, 1)
        top.addWidget(self.due)
        foot = QHBoxLayout()
        for key, words in (("↑ ↓", "move"), ("U", "not known"), ("Space", "takes what is suggested"),
                           ("Alt 1 …", "another level"), ("Esc", "keeps the answers")):  # fmt: skip
            foot.addWidget(Label(key, "key"))
            foot.addWidget(Label(words, "small"))
        foot.addStretch(1)
        foot.addWidget(self.confirm_button)
        self.body.setSpacing(6)
        self.body.addLayout(top)
        self.body.addLayout(self._room)
        self.body.addWidget(self.help)  # of the question in hand: right below the questions
        reached = QHBoxLayout()
        reached.addWidget(Label("Scope"))
        reached.addWidget(self.scope, 1)
        self.body.addLayout(reached)
        for widget in (self.levels, self.because, self.tipped, self.reason, self.note):
            self.body.addWidget(widget)
        self.body.addLayout(foot)


def _look(store: Store, incident: str) -> TriageView | None:
    """Return the view of an incident, of the most urgent one when none is named; None when none is open."""
    if incident:
        return triage.look(store, incident)
    watched = open_clocks.wall(store)
    return triage.look(store, watched[0].incident.id) if watched else None


def _rests(view: TriageView, draft: Draft) -> str:
    found = verdict(view, draft)
    return told(view, found, draft) if found else ""
