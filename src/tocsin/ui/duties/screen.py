"""The screen "Duties": what the law asks for by when, the notice as a form, the page as it would go out."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from tocsin.errors import BadInput, UserError
from tocsin.model.duties import Verdict
from tocsin.model.filing import Filled
from tocsin.model.filings import ATTACHMENTS, State
from tocsin.operations import filings
from tocsin.operations.duties import DutiesView
from tocsin.operations.filings_view import FilingView
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.duties import reading, words
from tocsin.ui.duties.asked import counts
from tocsin.ui.duties.columns import columns
from tocsin.ui.duties.duty_deeds import DutyDeeds
from tocsin.ui.duties.field_row import with_origin
from tocsin.ui.duties.filing_deeds import FilingDeeds
from tocsin.ui.duties.law_words import rules_line
from tocsin.ui.duties.list_panel import DutiesPanel
from tocsin.ui.duties.notice_panel import NoticePanel
from tocsin.ui.duties.preview_panel import PreviewPanel
from tocsin.ui.duties.words import Row
from tocsin.ui.text import Label

_NOTHING = "No incident in hand.\nCtrl D declares one; Ctrl K finds those there are."
_REST_MS = 80  # while somebody goes through the list, only the duty they stay on is read
_STEPS = {"S": "edit"}
_ALT = {"R": "ask_review", "A": "approve", "B": "give_back", "F": "file", "N": "next", "O": "told"}
_KEYS = "QJFVCGDB"


class DutiesScreen(QWidget):
    """Q asks, J rules, F states a fact, V shows all, C calculates, G the regimes, D documents, B letters.

    Enter goes into the form, Escape back to the list. `questions_wanted(question)`,
    `calculator_wanted(duty)`, `regimes_wanted(regime)`, `documents_wanted(duty)`, `letters_wanted(duty)`,
    `choose_wanted(incident, field, label)` and `files_wanted(evidence, chosen)` ask for their sheets.
    """

    questions_wanted = Signal(str)
    calculator_wanted = Signal(str)
    regimes_wanted = Signal(str)
    documents_wanted = Signal(str)
    letters_wanted = Signal(str)
    choose_wanted = Signal(str, str, str)
    files_wanted = Signal(object, object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        zone = ZoneInfo(desk.store.zone)
        self._about = ""
        self._duty, self._filing = "", ""  # what the form shows, or is to show
        self._wanted = ""  # a duty to go to once the list is read
        self._reading = self._stale = False
        self._turn = 0  # of readings of a filing: an earlier one may come back after a later one
        self._lent = ""  # the duty a sheet chooses for
        self.view: DutiesView | None = None
        self.list, self.form = DutiesPanel(desk.theme, zone), NoticePanel(desk.store.zone)
        self.preview = PreviewPanel(desk)
        self.foot, self.said = Label("", "small"), Label(_NOTHING, "large", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.ask = Ask(self)
        self.deeds, self.steps = DutyDeeds(desk, self.ask), FilingDeeds(desk, self.ask, self.form)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REST_MS)
        self._soon.timeout.connect(self._read_filing)
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
            self._about, self._duty, self._filing = incident, "", ""
            self._say("Reading …")
        self._reading, self._stale = True, False
        job = self._desk.read(partial(reading.listed, self._desk.store, incident), self._show)
        job.refused.connect(lambda error: self._say(str(error)))
        job.broke.connect(
            lambda _error: self._say("A fault of the program; it was logged. Nothing was lost.")
        )
        job.ended.connect(self._ended)

    def do(self, key: str) -> None:
        """Do what a key stands for."""
        row = self.list.selected
        duty = row.id if row else ""
        match key:
            case "Q":
                self.questions_wanted.emit(row.view.duty.question if row else "")
            case "J":
                self.deeds.rule(row)
            case "F":
                self.deeds.state(row)
            case "V":
                self.list.turn()
            case "C":
                self.calculator_wanted.emit(duty)
            case "G":
                self.regimes_wanted.emit(duty.partition("/")[0])
            case "D":
                self.documents_wanted.emit(duty)
            case "B":
                self.letters_wanted.emit(duty)
            case "Enter":
                self._enter(row)

    def open_duty(self, duty: str) -> None:
        """Put the cursor on a duty, at once or when it was read."""
        self._wanted = duty
        if self.view is not None:
            self._go()

    def _go(self) -> None:
        duty, self._wanted = self._wanted, ""
        if duty and not self.list.select(duty):
            self.list.turn()
            self.list.select(duty)

    def export(self) -> None:
        """Export the notice in sight as PDF."""
        self.steps.export()

    def take(self, field: str, chosen: Filled) -> None:
        """Put chosen entries of the timeline into a field, below what stands there."""
        if self._lent != self._duty:
            self.form.say("Another duty came into sight meanwhile: choose again where it belongs.")
            return
        if field == ATTACHMENTS:
            self.steps.attach(chosen)
            return
        row = self.form.row(field)
        if row is None:
            return
        try:
            row.put(with_origin(row.filled(self._desk.store.now()), chosen))
        except BadInput as error:
            self.form.say(str(error))
        row.text.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        letter = chr(event.key()) if 0x20 < event.key() < 0x7F else ""
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.ask.dismiss() if self.ask.isVisible() else self.list.rows.setFocus()
        elif self._chord(held, letter):
            return
        elif not held and letter and letter in _KEYS and self.view is not None:
            self.do(letter)
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()
        self.list.rows.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.ask.isVisible():
            self.ask.place()

    def _chord(self, held: Qt.KeyboardModifier, letter: str) -> bool:
        """Whether a key with Ctrl or Alt is one of this screen's."""
        if held == Qt.KeyboardModifier.ControlModifier:
            return self._control(letter)
        return held == Qt.KeyboardModifier.AltModifier and self._alt(letter)

    def _control(self, letter: str) -> bool:
        if letter in _STEPS:
            self._step(_STEPS[letter])
        elif letter and letter in "+=-":
            self.preview.zoom(-1 if letter == "-" else 1)
        else:
            return False
        return True

    def _alt(self, letter: str) -> bool:
        row = self.form.current
        if letter in _ALT:
            self._step(_ALT[letter])
        elif row is not None and letter.isdigit() and 1 <= int(letter) <= 5:
            row.choose_state(int(letter))
        elif letter == "E":
            self._files()
        elif row is not None and letter == "T":
            self._choose(row.id)
        else:
            return False
        return True

    def _form_wants(self, step: str) -> None:
        if step == "export":
            self.export()
        elif step == "files":
            self._files()
        else:
            self._step(step)

    def _step(self, step: str) -> None:
        if step == "next":
            self._filing = ""  # what is begun comes into sight, whichever was looked at
        self.steps.do(step)

    def _files(self) -> None:
        view = self.form.view
        if view is not None and self.form.files_button.isEnabled():
            self._lent = self._duty
            self.files_wanted.emit(view.evidence, view.filing.attachments if view.filing else ())

    def _choose(self, field: str) -> None:
        row = self.form.row(field)
        if row is not None and self.view is not None and row.tools.isEnabled():
            self._lent = self._duty
            self.choose_wanted.emit(self.view.incident.id, field, row.view.field.label)

    def _enter(self, row: Row | None) -> None:
        if row is None:
            return
        if row.view.duty.verdict is Verdict.UNDECIDED:
            self.questions_wanted.emit(row.view.duty.question)
        elif row.view.duty.stage.document == words.LETTER and not self.form.rows:
            self.letters_wanted.emit(row.id)
        else:
            self.form.focus_first()

    def _show(self, read: reading.Listed) -> None:
        view = read.view
        if view.incident.id != self._desk.incident:
            return
        self.view = self.deeds.view = view
        first = self._pages.currentIndex() == 0
        self._pages.setCurrentIndex(1)
        told = counts(one.duty for one in view.rows)
        at = self.window().focusWidget()
        away = at is None or not self.isAncestorOf(at)  # in a sheet: nobody has chosen a duty here yet
        self.list.show_duties(read.rows, told, view.now, writable=self._writable, follow=away)
        self.foot.show_text(rules_line(view.rules))
        if first and self.window().focusWidget() in (None, self):
            self.list.rows.setFocus()
        self._go()
        self._pick(again=True)

    @property
    def _writable(self) -> bool:
        view = self.view
        return view is not None and not self._desk.store.read_only and not view.incident.withdrawn

    def _pick(self, *, again: bool = False) -> None:
        """Show the notice of the duty under the cursor; `again` when it was read anew."""
        row = self.list.selected
        duty = row.id if row is not None else ""
        if duty != self._duty:
            self._duty, self._filing = duty, ""
        elif not again:
            return
        said = words.no_form(row)
        if said:
            self.form.clear(said)
            self.preview.clear("")
        elif again and self.form.view is not None and self.form.view.duty == duty:
            self._read_filing()
        else:
            self._soon.start()

    def _read_filing(self) -> None:
        if not self._duty or not self._about:
            return
        call = partial(filings.look, self._desk.store, self._about, self._duty, self._filing)
        job = self._desk.jobs.read(call)
        self._turn += 1
        about = (self._turn, self._about, self._duty)
        job.succeeded.connect(partial(self._show_filing, about))
        job.refused.connect(partial(self._filing_refused, about))
        job.broke.connect(lambda _error: self.form.clear("A fault of the program; it was logged."))
        job.start()

    def _show_filing(self, about: tuple[int, str, str], view: FilingView) -> None:
        if about != (self._turn, self._about, self._duty) or view.incident.id != self._desk.incident:
            return
        self.form.show_filing(view, self._desk.store.now(), writable=self._writable)
        self._preview()

    def _filing_refused(self, about: tuple[int, str, str], error: UserError) -> None:
        if about == (self._turn, self._about, self._duty):
            self.form.clear(str(error))
            self.preview.clear("")

    def _show_another(self, filing: str) -> None:
        self._filing = filing
        self._read_filing()

    def _preview(self) -> None:
        """Lay out what is typed, as it would be filed."""
        view = self.form.view
        if view is None:
            return
        try:
            typed = self.form.written(self._desk.store.now())
        except BadInput as error:
            self.form.say(str(error))
            return
        filing = view.filing.id if view.filing else ""
        kept = view.filing is not None and view.filing.state in (State.APPROVED, State.FILED) and not typed
        call: Callable[[], bytes] = partial(
            reading.page, self._desk.store, view.incident.id, view.duty, filing, typed
        )
        about = f"{view.incident.id} {view.duty} {filing}"
        self.preview.ask(about, "AS FILED" if kept else "DRAFT", call)

    def _say(self, text: str) -> None:
        self.view = self.deeds.view = None
        self.form.clear("")  # nothing is done to what is out of sight; what was written comes back
        self.preview.clear("")
        self.said.show_text(text)
        self._pages.setCurrentIndex(0)

    def _ended(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh()

    def _tick(self, now: datetime) -> None:
        if self.isVisible() and self.view is not None:
            self.list.show_time(now)

    def _changed_hands(self) -> None:
        self.form.say("")
        self.refresh()

    def _wire(self) -> None:
        desk, form = self._desk, self.form
        desk.bell.journal_changed.connect(self.refresh)
        desk.incident_chosen.connect(lambda _id: self.refresh())
        desk.operator_changed.connect(lambda _name: self._changed_hands())
        desk.heartbeat.tick.connect(self._tick)
        self.list.wanted.connect(self.do)
        self.list.picked.connect(self._pick)
        form.wanted.connect(self._form_wants)
        form.edited.connect(self._preview)
        form.choose.connect(self._choose)
        form.filing_wanted.connect(self._show_another)
        self.ask.closed.connect(self.list.rows.setFocus)

    def _lay_out(self) -> None:
        empty = QWidget()
        QVBoxLayout(empty).addWidget(self.said)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(empty)
        self._pages.addWidget(columns((self.list, self.form, self.preview), self.foot))
