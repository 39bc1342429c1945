"""Hand a role over: prepare it with a briefing, then each side reads and confirms, at an effective time."""

from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from tocsin.errors import BadInput, UserError
from tocsin.model import handover as rules
from tocsin.model.handover import Handover
from tocsin.operations import briefing, documents, handover, operators
from tocsin.operations.briefing import Drafted
from tocsin.operations.documents import Made
from tocsin.operations.times import parse_near
from tocsin.ui.desk import Desk
from tocsin.ui.handover.pages import ConfirmPage, PreparePage
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, set_look
from tocsin.ui.window import Window

_NOTHING = "No incident is in hand. Ctrl K finds one, Ctrl D declares one."


class HandoverSheet(Sheet):
    """Ctrl Enter prepares or confirms, Escape closes and keeps what was typed."""

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "Hand a role over", width=1040)
        self._desk = desk
        self._id = self._entry = ""
        self._incident = ""
        self._found: Drafted | None = None
        self._waiting: Handover | None = None
        self._anew = self._saving = False
        zone = ZoneInfo(desk.store.zone)
        self.about, self.note = Label("", "muted", wrap=True), Label("", wrap=True)
        self.note.setObjectName("handover-note")
        self.note.set_tone(Tone.RED)
        self.preparing, self.confirming = PreparePage(zone), ConfirmPage(zone)
        self.pages = QStackedWidget()
        self._lay_out()
        self._wire()

    def open(self) -> None:
        """Open on the hand-over that waits, else on one to prepare, of the incident in hand."""
        if not self._desk.incident:
            self._desk.tell(_NOTHING, trouble=True)
            return
        self._anew = False
        self._read(first=True)

    def save(self) -> None:
        """Prepare the hand-over, or confirm it for whoever is at the desk."""
        if self._saving or self._desk.store.read_only or self._found is None:
            return
        if self.pages.currentWidget() is self.preparing:
            self._prepare()
        else:
            self._confirm()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control:
                self.save()
            else:
                self.focusNextPrevChild(True)
        else:
            super().keyPressEvent(event)

    def _read(self, *, first: bool = False) -> None:
        store, incident = self._desk.store, self._desk.incident
        job = self._desk.read(partial(briefing.draft, store, incident), partial(self._show, first=first))
        job.refused.connect(lambda error: self._say(str(error)))
        if first:
            names = partial(operators.names, store)
            self._desk.read(names, self.preparing.learn)

    def _show(self, found: Drafted, *, first: bool) -> None:
        if found.incident.id != self._incident:
            self._incident, self._id = found.incident.id, self._desk.store.new_id()
            self.preparing.begin_anew()
        self._found = found
        self._waiting = rules.standing(found.incident)
        if self._waiting is not None and not self._anew:
            page: QWidget = self.confirming
            self.confirming.show_handover(
                self._waiting, found, self._desk.author.name, self._desk.store.now()
            )
        else:
            page = self.preparing
            self.preparing.show_draft(found)
        self.pages.setCurrentWidget(page)
        self._show_about(found)
        self._enable()
        if first:
            self._say("")
            self.present(self.confirming.first() if page is self.confirming else self.preparing.person)
            if page is self.preparing:
                self._count()
        QTimer.singleShot(0, self, self._placed)

    def _show_about(self, found: Drafted) -> None:
        known = found.incident
        last = next((one for one in reversed(found.handovers) if one.state != rules.State.OPEN), None)
        told = f"{known.reference}  {known.title}"
        if self._desk.store.read_only:
            told += "\nThis store can only be read here."
        elif last is not None and self._waiting is None:
            told += f"\nThe last one, of {last.role} to {last.person}, is {last.state}."
        self.about.show_text(told)

    def _count(self) -> None:
        """Ask the decision logs who is affected: it takes its time, and joins the summary when it comes."""
        store, incident = self._desk.store, self._incident
        call = partial(briefing.readings, store, incident)
        self._desk.long_work(call, "Counting who is affected", partial(self._counted, incident))

    def _counted(self, incident: str, told: str) -> None:
        if incident == self._incident:
            self.preparing.tell_reach(told)

    def _prepare(self) -> None:
        store, author, page = self._desk.store, self._desk.author, self.preparing
        try:
            planned = self._time(page.planned.text())
        except BadInput as error:
            self._say(str(error))
            return
        call = partial(handover.prepare, store, author, self._incident, page.chosen, page.person.text(),
                       page.form.blocks(), planned=planned, id=self._id)  # fmt: skip
        self._write(call, self._prepared, "Hand-over prepared")

    def _prepared(self, _entry: object) -> None:
        self._id, self._anew = self._desk.store.new_id(), False
        self.preparing.begin_anew()
        self._read()

    def _confirm(self) -> None:
        waiting, page = self._waiting, self.confirming
        if waiting is None or page.side is None:
            return
        if page.side == rules.INCOMING and (field := page.view.first_unanswered()) is not None:
            self._say("Answer every open question first.")
            field.setFocus()
            page.view.ensureWidgetVisible(field)
            return
        try:
            effective = (self._time(page.effective.text()) or self._desk.store.now()) if page.stated else None
        except BadInput as error:
            self._say(str(error))
            return
        self._entry = self._entry or self._desk.store.new_id()
        call = partial(handover.confirm, self._desk.store, self._desk.author, self._incident, waiting.id,
                       answers=page.view.typed(), effective=effective, entry=self._entry)  # fmt: skip
        self._write(call, partial(self._confirmed, waiting), "Confirmed")

    def _confirmed(self, waiting: Handover, done: list[Any]) -> None:
        self._entry = ""
        if len(done) > 1:
            self._desk.tell(f"{waiting.person} has the role of {waiting.role} now.")
            self.dismiss()
        else:
            self._read()

    def cancel(self) -> None:
        """Cancel the hand-over that waits."""
        if self._waiting is not None and not self._saving:
            store, author = self._desk.store, self._desk.author
            call = partial(handover.cancel, store, author, self._incident, self._waiting.id)
            self._write(call, lambda _entry: self._read(), "Hand-over cancelled")

    def write_anew(self) -> None:
        """Go back to the briefing; preparing it again asks both sides anew."""
        if self._waiting is not None and self._found is not None:
            self._anew = True
            self._show(self._found, first=False)
            self.preparing.take(self._waiting)
            self.preparing.person.setFocus()

    def sit_down(self, name: str) -> None:
        """Let another person be at the desk, to confirm their side."""
        call = partial(operators.author, self._desk.store, name)
        self._desk.write(call, lambda person: self._desk.choose_operator(person.name),
                         said=f"{name} is at the desk")  # fmt: skip

    def print_out(self) -> None:
        """Write the briefing as PDF into the store's exports."""
        if self._waiting is not None:
            call = partial(
                documents.make, self._desk.store, self._incident, "handover", item=self._waiting.id
            )
            self._desk.read(call, self._file)

    def _file(self, made: Made) -> None:
        store = self._desk.store
        path = documents.path_of(store, made)
        call = partial(documents.file, store, self._desk.author, made, path)
        self._desk.write(call, said=f"Written to {path}")

    def _time(self, text: str) -> Any:
        """Return the time typed, None for now. Raises BadInput."""
        typed, store = text.strip(), self._desk.store
        return None if typed in ("", "now") else parse_near(typed, now=store.now(), zone=store.zone)

    def _write(self, call: Callable[[], Any], done: Callable[[Any], None], said: str) -> None:
        self._saving = True
        self._say("")
        job = self._desk.write(call, done, said=said)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        self._saving = False

    def _enable(self) -> None:
        writable = not self._desk.store.read_only
        for page in (self.preparing, self.confirming):
            page.setEnabled(writable)

    def _refresh(self) -> None:
        if self.isVisible() and not self._saving and self._desk.incident == self._incident:
            self._read()

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.setVisible(bool(text))
        self._placed()

    def _wire(self) -> None:
        self.preparing.save.clicked.connect(self.save)
        page = self.confirming
        page.confirm.clicked.connect(self.save)
        page.cancel.clicked.connect(self.cancel)
        page.anew.clicked.connect(self.write_anew)
        page.print.clicked.connect(self.print_out)
        page.sitting.connect(self.sit_down)
        self._desk.bell.journal_changed.connect(self._refresh)
        self._desk.operator_changed.connect(lambda _name: self._refresh())

    def _lay_out(self) -> None:
        self.setObjectName("handover-sheet")
        set_look(self.pages, role="plain")
        self.pages.addWidget(self.preparing)
        self.pages.addWidget(self.confirming)
        self.body.addWidget(self.about)
        self.body.addWidget(self.pages, 1)
        self.body.addWidget(self.note)
        self.note.hide()
