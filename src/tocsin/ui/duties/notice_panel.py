"""The notice of a duty as a form: fields in the order of the law, how far it is, what may be done next."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tocsin.model.filing import Filled
from tocsin.model.filings import PHASES, Filing, State
from tocsin.operations.filings_view import FilingView
from tocsin.ui.duties.field_row import FieldRow
from tocsin.ui.palette import GAP, PAD, Tone
from tocsin.ui.panel import Panel, rule
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip
from tocsin.ui.times import short_stamp

# The steps of a notice: key of the operation, word, key on the keyboard.
STEPS = (
    ("edit", "Save draft", "Ctrl S"),
    ("ask_review", "Ask for review", "Alt R"),
    ("approve", "Approve (second person)", "Alt A"),
    ("give_back", "Return", "Alt B"),
    ("file", "Mark as filed", "Alt F"),
    ("next", "Next filing", "Alt N"),
    ("told", "Told without a form", "Alt O"),
)


class NoticePanel(Panel):
    """Rows stay while the same filing is shown, so that nobody who types is disturbed.

    `wanted(step)` by the buttons, `edited()` while somebody writes, `choose(field)` for timeline entries,
    `filing_wanted(id)` when another filing of the duty is to be shown.
    """

    wanted = Signal(str)
    edited = Signal()
    choose = Signal(str)
    filing_wanted = Signal(str)

    def __init__(self, zone: str) -> None:
        super().__init__("Notice")
        self._zone = zone
        self._about: tuple[str, str, str] = ("", "", "")  # incident, duty and filing the rows are of
        self._kept: dict[tuple[str, str, str], dict[str, Filled]] = {}  # unsaved edits of other filings
        self.view: FilingView | None = None
        self._writable = False
        self.rows: list[FieldRow] = []
        self.count = Label("", "small")
        self.filings = QComboBox()
        self.state, self.note = ElidedLabel("", "small"), Label("", wrap=True)
        self.said = Label("", "muted", wrap=True)
        self.buttons = {step: _button(step, word, key) for step, word, key in STEPS}
        self.export_button = QPushButton("Export PDF   Ctrl P")
        self.files_button = QPushButton("Files   Alt E")
        self._scroll, self._held = QScrollArea(), QWidget()
        self._column = QVBoxLayout(self._held)
        self._lay_out()

    def show_filing(self, view: FilingView, now: datetime, *, writable: bool) -> None:
        """Show a filing, or what a new one would say; unsaved edits of this one come back."""
        about = (view.incident.id, view.duty, view.filing.id if view.filing else "")
        if self._about == (*about[:2], ""):
            self._about = about  # begun meanwhile, here or elsewhere: what is being written goes on
        anew = about != self._about or [row.id for row in self.rows] != [one.field.id for one in view.fields]
        if anew:
            self._keep(now)
            self._about = about
            self._make(view)
        begun = self.view is not None and self.view.filing is None  # here: a refusal may stand below it
        if self.view is None or anew or (not begun and _stand(self.view) != _stand(view)):
            self.say("")  # what was said was about how it stood before
        self.view, self._writable = view, writable
        filed = view.filing is not None and view.filing.state is State.FILED
        for row, one in zip(self.rows, view.fields, strict=True):
            row.show_field(one, writable=writable and not filed)
        if anew:
            # What was written before somebody began it belongs to it, too.
            kept = self._kept.pop((*about[:2], ""), {}) | self._kept.pop(about, {})
            for id, filled in kept.items():
                if (known := self.row(id)) is not None:
                    known.put(filled)
        self._show_head(view, now)
        self._show_steps(view)
        self.said.hide()
        self._scroll.show()
        self._counted()

    def clear(self, said: str) -> None:
        """Show words in place of a form."""
        self.view = None
        self.said.show_text(said)
        self.said.show()
        self._scroll.hide()
        for part in (*self.buttons.values(), self.export_button, self.files_button, self.filings):
            part.hide()
        for label in (self.remark, self.count, self.state):
            label.show_text("")
        self.say("")

    def row(self, field: str) -> FieldRow | None:
        """Return the row of a field."""
        return next((row for row in self.rows if row.id == field), None)

    @property
    def current(self) -> FieldRow | None:
        """The row the keyboard is in."""
        return next((row for row in self.rows if row.isAncestorOf(row.window().focusWidget() or row)
                     and row.window().focusWidget() is not None), None)  # fmt: skip

    def written(self, now: datetime) -> dict[str, Filled]:
        """Return the fields that were edited and not saved. Raises BadInput for a time that is none."""
        return {row.id: row.filled(now) for row in self.rows if row.dirty}

    def dirty(self) -> bool:
        """Whether there is anything to save."""
        return any(row.dirty for row in self.rows)

    def saved(
        self, about: tuple[str, str, str], filing: str, fields: Mapping[str, Filled], now: datetime
    ) -> None:
        """Take note of what was kept: of the filing in sight, or of one that went out of sight meanwhile.

        What was written for a duty without a notice belongs to the one just begun.
        """
        if self._about not in (about, (*about[:2], filing)):
            kept = self._kept.get(about, {})
            self._kept[about] = {id: one for id, one in kept.items() if one != fields.get(id)}
            return
        self._about = (*about[:2], filing)
        for row in self.rows:
            if row.id in fields:
                row.saved(fields[row.id], now)

    def say(self, text: str, tone: Tone | None = Tone.RED) -> None:
        """Say something below the form, or nothing."""
        self.note.show_text(text)
        self.note.set_tone(tone)
        self.note.setVisible(bool(text))

    def focus_first(self) -> None:
        """Put the keyboard into the first empty field, else the first."""
        row = next((row for row in self.rows if row.blank), self.rows[0] if self.rows else None)
        if row is not None:
            row.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _keep(self, now: datetime) -> None:
        """Keep what was written and not saved of the filing that goes out of sight; a wrong time is lost."""
        kept = {row.id: row.filled(now) for row in self.rows if row.dirty and not row.check_time(now)}
        if kept:
            self._kept[self._about] = kept

    def _make(self, view: FilingView) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [FieldRow(one, self._zone) for one in view.fields]
        for place, row in enumerate(self.rows):
            row.changed.connect(self._changed)
            row.choose.connect(self.choose)
            row.entered.connect(lambda row=row: self._entered(row))
            self._column.insertWidget(place, row)

    def _entered(self, entered: FieldRow) -> None:
        for row in self.rows:
            row.show_current(current=row is entered)
        self._scroll.ensureWidgetVisible(entered, 0, 30)

    def _changed(self) -> None:
        self._counted()
        if self.view is not None:
            self._show_steps(self.view)
        self.edited.emit()

    def _counted(self) -> None:
        empty = sum(row.blank for row in self.rows)
        self.count.show_text(f"{empty} of {len(self.rows)} still empty" if self.rows else "")
        self.count.set_tone(Tone.ORANGE if empty else None)

    def _show_head(self, view: FilingView, now: datetime) -> None:
        phase = PHASES.get(view.filing.phase, view.filing.phase) if view.filing else "not begun"
        self.remark.show_text(f"{view.regime.title} {view.stage.citation} · {phase}")
        zone = ZoneInfo(self._zone)
        self.filings.blockSignals(True)
        self.filings.clear()
        own = [one for one in view.filings if one.duty == view.duty]
        for one in own:
            self.filings.addItem(_filing_words(one, zone, now), one.id)
        self.filings.setCurrentIndex(max(self.filings.findData(self._about[2]), 0))
        self.filings.blockSignals(False)
        self.filings.setVisible(len(own) > 1)
        self.state.show_text(_state(view, zone, now))

    def _show_steps(self, view: FilingView) -> None:
        state = view.filing.state if view.filing else None
        shown = {
            "edit": state in (None, State.DRAFT) or (state is not State.FILED and self.dirty()),
            "ask_review": state in (None, State.DRAFT),
            "approve": state is State.IN_REVIEW and not self.dirty(),
            "give_back": state in (State.IN_REVIEW, State.APPROVED),
            "file": state is State.APPROVED and not self.dirty(),
            "next": state is State.FILED,
            "told": state is None and not view.may.get("told", "no"),
        }
        main = {None: "edit", State.DRAFT: "ask_review", State.IN_REVIEW: "approve", State.APPROVED: "file",
                State.FILED: "next"}[state]  # fmt: skip
        for step, button in self.buttons.items():
            button.setVisible(shown[step])
            button.setEnabled(self._writable)
            set_look(button, role="main" if step == main else "")
            why = view.may.get(step, "")
            set_tip(button, why or button.accessibleName())
        self.export_button.show()
        count = len(view.filing.attachments) if view.filing else 0
        self.files_button.setText(f"Files {count}   Alt E" if count else "Files   Alt E")
        self.files_button.setVisible(state is not State.FILED or bool(count))
        self.files_button.setEnabled(self._writable and state is not State.FILED)

    def _lay_out(self) -> None:
        self.head.addWidget(self.filings)
        self.head.addWidget(self.count)
        self.filings.setAccessibleName("Which filing of this duty")
        self.filings.setObjectName("filings")
        self.filings.setMaximumWidth(190)
        self.filings.activated.connect(lambda _row: self.filing_wanted.emit(str(self.filings.currentData())))
        self._column.setContentsMargins(0, 4, 0, 4)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self._scroll.setWidget(self._held)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.said.setMargin(3 * PAD)
        self.note.setObjectName("notice-note")
        self.note.hide()
        foot = QVBoxLayout()
        foot.setContentsMargins(PAD, 6, PAD, 8)
        foot.setSpacing(6)
        foot.addWidget(self.note)
        line, steps = QHBoxLayout(), QHBoxLayout()
        line.addWidget(self.state, 1)
        line.addWidget(self.files_button)
        line.addWidget(self.export_button)
        steps.setSpacing(GAP - 4)
        for step, button in self.buttons.items():
            steps.addWidget(button)
            button.clicked.connect(lambda _checked=False, step=step: self.wanted.emit(step))
        steps.addStretch(1)
        set_tip(self.files_button, "Files of the evidence that go along")
        self.files_button.setAccessibleName("Files that go along")
        self.files_button.clicked.connect(lambda: self.wanted.emit("files"))
        self.export_button.clicked.connect(lambda: self.wanted.emit("export"))
        foot.addLayout(line)
        foot.addLayout(steps)
        self.room.addWidget(self.said, 1)
        self.room.addWidget(self._scroll, 1)
        self.room.addWidget(rule())
        self.room.addLayout(foot)
        self.clear("Reading …")


def _button(step: str, word: str, key: str) -> QPushButton:
    button = QPushButton(f"{word}   {key}")
    button.setObjectName(f"step-{step}")
    button.setAccessibleName(word)
    return button


def _filing_words(one: Filing, zone: ZoneInfo, now: datetime) -> str:
    at = f" {short_stamp(one.filed.at, zone, now)}" if one.filed else ""
    return f"{PHASES.get(one.phase, one.phase)}, {one.state}{at}"


def _stand(view: FilingView) -> tuple[str, str]:
    return (view.filing.id, view.filing.state) if view.filing else ("", "")


def _state(view: FilingView, zone: ZoneInfo, now: datetime) -> str:
    """Return who did what with it last."""
    one = view.filing
    if one is None:
        return "Nothing is written yet; what stands here comes from the record."
    if one.filed is not None:
        body = one.filed.body
        receipt = f", receipt {body.receipt}" if body.receipt else ""
        late = f" · late: {body.late}" if body.late else ""
        return f"Filed by {one.filed.by}, {short_stamp(one.filed.at, zone, now)}, {body.how}{receipt}{late}"
    if one.approved is not None:
        at = short_stamp(one.approved.at, zone, now)
        return f"Approved by {one.approved.by}, {at}; a change makes it a draft again"
    if one.asked is not None:
        at = short_stamp(one.asked.at, zone, now)
        return f"{one.asked.by} asked for a review, {at}; a change makes it a draft again"
    if one.returned is not None:
        return f"Returned by {one.returned.by}: {one.returned.body.reason}"
    late = " · the deadline has passed: reasons will be asked" if view.late else ""
    return f"Draft of {one.opened_by}{late}"
