"""A status update: chosen for an audience, drafted, checked while it is written, recorded as told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from tocsin.errors import BadInput
from tocsin.model import wording
from tocsin.model.journal import Entry
from tocsin.model.response import UpdateTold
from tocsin.model.update_copies import HTML, MARKDOWN, TEXT
from tocsin.model.wording import Breach
from tocsin.operations import update_paper, updates
from tocsin.operations.times import parse_until
from tocsin.operations.updates import Draft, Told
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.text import visible
from tocsin.ui.times import short_stamp
from tocsin.ui.update import copying
from tocsin.ui.update.form import ANYWAY, ASKS, CORRECT, SNOOZE, WITHDRAW, UpdateForm
from tocsin.ui.update.typed import Typed, due_words

T = TypeVar("T")
_STALE = timedelta(minutes=1)


class UpdateSheet(UpdateForm):
    """Ctrl Enter records the update as told, Escape keeps what was written. `told(id)` after the commit."""

    told = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(desk, parent)
        self._desk, self._zone = desk, ZoneInfo(desk.store.zone)
        self._kept: dict[tuple[str, str], Typed] = {}
        self._draft: Draft | None = None
        self._wanted = ("", "")  # incident and audience that are being read
        self._breaches: tuple[Breach, ...] = ()
        self._writing = False
        self._read_at = desk.store.now()
        self._wire()

    def open(self, audience: str = "") -> None:
        """Open on the incident in hand, for an audience or the one chosen last."""
        if not self._desk.incident:
            self._desk.tell("No incident is in hand. Ctrl K finds one, Ctrl D declares one.", trouble=True)
            return
        before = self._draft
        if before is not None and before.incident.id != self._desk.incident:
            self._draft, before = None, None
            self.editor.show_text("")
        self.say("")
        self.ask("")
        self.present(self.editor)
        self._read(audience or (before.audience if before else ""))

    def dismiss(self) -> None:
        """Close and keep what was written."""
        self._keep()
        super().dismiss()

    def choose(self, number: int) -> None:
        """Take the audience of a number, from 1."""
        known = self._draft.audiences if self._draft else ()
        if 1 <= number <= len(known):
            self._keep()
            self.ask("")
            self.say("")
            self._read(known[number - 1].audience)

    def tell(self) -> None:
        """Record the update as told; where a rule of wording is broken, first ask why."""
        draft = self._ready()
        if draft is None:
            return
        self._judge(self.editor.toPlainText())
        typed = self._keep()
        why = self.why.text().strip()
        if (self._breaches or typed.corrects) and not (why and self.asked in (ANYWAY, CORRECT)):
            self.ask(CORRECT if typed.corrects else ANYWAY)
            return
        call = partial(
            updates.tell, self._desk.store, self._desk.author, draft.incident.id, draft.audience, typed.text,
            to=typed.to, by=typed.way, reasons={one.rule: why for one in self._breaches},
            corrects=typed.corrects, reason=why if typed.corrects else "", id=typed.id,
        )  # fmt: skip
        key = draft.incident.id, draft.audience
        self._write(call, partial(self._told, key), f"Update to {draft.template.title} recorded as told")

    def copy(self, form: str) -> None:
        """Put what is written on the clipboard."""
        copying.put(self.editor.toPlainText(), form)
        self.say(f"Copied as {copying.TITLES[form]}. It is not recorded as told yet.", Tone.GREEN)

    def save_pdf(self) -> None:
        """Write what is written as PDF into the store's exports; it says that it is a draft."""
        draft = self._ready()
        if draft is not None:
            store, author, text = self._desk.store, self._desk.author, self.editor.toPlainText()
            call = partial(update_paper.save_draft, store, author, draft, text)
            self._write(
                call, lambda path: self.say(f"Written to exports/{path.name}", Tone.GREEN), "PDF written"
            )

    def snooze(self) -> None:
        """Put the next update off; the first time, ask until when and why."""
        draft = self._ready()
        if draft is None:
            return
        if self.asked != SNOOZE:
            self.ask(SNOOZE)
            return
        now, zone = self._desk.store.now(), self._desk.store.zone
        try:
            until = parse_until(self.until.text(), now=now, zone=zone)
        except BadInput as error:
            self.say(str(error))
            return
        call = partial(
            updates.snooze, self._desk.store, self._desk.author, draft.incident.id, until, self.why.text()
        )
        self._write(
            call,
            lambda _entry: self.ask(""),
            f"Next update put off until {short_stamp(until, self._zone, now)}",
        )

    def correct(self, told: Told) -> None:
        """Begin a correction of an update that was told: its words, to be set right and told anew."""
        draft = self._ready()
        if draft is None or not isinstance(told.body, UpdateTold) or told.withdrawn:
            return
        body, text = told.body, visible(told.body.text)
        self._keep()
        typed = Typed(self._desk.store.new_id(), text + "\n", text, body.to, body.by, told.entry)
        self._kept[draft.incident.id, body.audience] = typed
        if body.audience == draft.audience:
            self._show(draft)
        self._read(body.audience)

    def withdraw(self, told: Told) -> None:
        """Take the record of an update back; asks why."""
        if self._ready() is not None and isinstance(told.body, UpdateTold) and not told.withdrawn:
            self.ask(WITHDRAW, told.entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        pressed = next((one for one in self.findChildren(QPushButton) if one.hasFocus()), None)
        if entered and pressed is not None:
            pressed.click()
        elif entered and (self.why.hasFocus() or self.until.hasFocus()):
            self._answered()
        elif event.key() == Qt.Key.Key_Escape and self.asked:
            self.ask("")
            self.editor.setFocus()
        else:
            super().keyPressEvent(event)

    def _answered(self) -> None:
        if self.until.hasFocus():
            self.why.setFocus()
        elif not self.why.text().strip():
            self.say(f"{ASKS[self.asked]}: a few words, which are kept.")
        elif self.asked == SNOOZE:
            self.snooze()
        elif self.asked == WITHDRAW:
            call = partial(
                updates.withdraw, self._desk.store, self._desk.author, self.asked_about, self.why.text()
            )
            self._write(call, lambda _entry: self.ask(""), "Withdrawn; it stays readable")
        else:
            self.tell()

    def _read(self, audience: str) -> None:
        self._wanted = self._desk.incident, audience
        self._read_at = self._desk.store.now()
        call = partial(updates.draft, self._desk.store, self._desk.incident, audience)
        job = self._desk.read(call, partial(self._arrived, self._wanted))
        job.refused.connect(lambda error: self.say(str(error)))

    def _arrived(self, wanted: tuple[str, str], draft: Draft) -> None:
        if wanted == self._wanted:
            self._keep()  # what was written while it was being read
            self._show(draft)

    def _show(self, draft: Draft) -> None:
        self._draft = draft
        known = draft.incident
        self._offer_audiences(draft)
        self.about.setText(f"{known.reference}  {known.title}")
        typed = self._typed(draft)
        if self.editor.toPlainText() != typed.text:
            self.editor.show_text(typed.text)
        for field, value in ((self.to, typed.to), (self.way, typed.way)):
            field.setText(value)
            field.setCursorPosition(0)
        self.fresh.setVisible(typed.text != visible(draft.text))
        self.side.show_draft(draft)
        self._judge(typed.text)
        self._show_time(self._desk.store.now())
        self._enable(not self._desk.store.read_only and not known.withdrawn)
        if typed.corrects and self.asked != CORRECT:
            self.ask(CORRECT)
            self.editor.setFocus()

    def _typed(self, draft: Draft) -> Typed:
        """What was written to this audience; while nobody changed the draft, the draft as it is now."""
        key, text = (draft.incident.id, draft.audience), visible(draft.text)
        typed = self._kept.get(key)
        if typed is None or typed.text == typed.offered:
            id = typed.id if typed else self._desk.store.new_id()
            to = typed.to if typed else visible(draft.to)
            typed = self._kept[key] = Typed(id, text, text, to, typed.way if typed else "")
        return typed

    def _keep(self) -> Typed:
        """Keep what stands in the fields."""
        draft = self._draft
        if draft is None:
            return Typed("")
        typed = self._kept[draft.incident.id, draft.audience]
        typed.text, typed.to, typed.way = self.editor.toPlainText(), self.to.text(), self.way.text()
        return typed

    def _take_fresh(self) -> None:
        """Take the draft as it is now in place of what was written."""
        if self._draft is not None:
            key = self._draft.incident.id, self._draft.audience
            self._kept[key] = Typed(self._desk.store.new_id(), to=self.to.text(), way=self.way.text())
            self.ask("")
            self._show(self._draft)

    def _judge(self, text: str) -> None:
        draft = self._draft
        if draft is not None:
            outside = draft.template.outside
            self._breaches = wording.breaches(text, outside=outside, vendors=draft.vendors)
            self.editor.show_breaches(self._breaches)
            self.side.breaches.show_breaches(self._breaches, text)
            self.fresh.setVisible(text != visible(draft.text))

    def _told(self, key: tuple[str, str], entry: Entry) -> None:
        self._kept.pop(key, None)
        self._draft = None
        self.editor.show_text("")
        super().dismiss()
        self.told.emit(entry.id)

    def _write(self, call: Callable[[], T], done: Callable[[T], None], said: str) -> None:
        if self._writing:
            return
        self._writing = True
        job = self._desk.write(call, done, said=said)
        job.refused.connect(lambda error: self.say(str(error)))
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        self._writing = False

    def _ready(self) -> Draft | None:
        if self._desk.store.read_only:
            self.say("This store can only be read here.")
            return None
        return self._draft

    def _show_time(self, now: datetime) -> None:
        if self._draft is not None and self.isVisible():
            words, tone = due_words(self._draft, now, self._zone)
            self.due.show_text(words)
            self.due.set_tone(tone)
            if now - self._read_at >= _STALE:
                self._reread()  # a draft says what time it is, and what is overdue by now

    def _offer_audiences(self, draft: Draft) -> None:
        titles = tuple(f"{n}  {visible(one.title)}" for n, one in enumerate(draft.audiences, start=1))
        place = next(n for n, one in enumerate(draft.audiences) if one.audience == draft.audience)
        if self.offer_audiences(titles, place):
            self.audiences.group.idClicked.connect(lambda number: self.choose(number + 1))

    def _enable(self, writable: bool) -> None:
        for part in (self.send, self.buttons["pdf"], self.buttons["snooze"]):
            part.setEnabled(writable)
        if self._desk.store.read_only:
            self.say("This store can only be read here. Copies can be taken.")

    def _wire(self) -> None:
        desk = self._desk
        self.editor.settled.connect(self._judge)
        self.send.clicked.connect(self.tell)
        self.fresh.clicked.connect(self._take_fresh)
        self.side.history.chosen.connect(self.correct)
        self.side.history.withdrawal_wanted.connect(self.withdraw)
        desk.bell.journal_changed.connect(self._reread)
        desk.heartbeat.tick.connect(self._show_time)
        deeds: dict[str, Callable[[], None]] = {
            form: partial(self.copy, form) for form in (TEXT, MARKDOWN, HTML)
        }
        deeds |= {"pdf": self.save_pdf, "snooze": self.snooze}
        for name, key in ((TEXT, "T"), (MARKDOWN, "M"), (HTML, "H"), ("pdf", "P"), ("snooze", "S")):
            self.buttons[name].clicked.connect(lambda _=False, run=deeds[name]: run())
            self.shortcut(f"Alt+{key}", deeds[name])
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            self.shortcut(key, self.tell)
        self.shortcut("Alt+F", self._take_fresh)
        self.shortcut("F8", self.editor.go_to_next)
        for number in range(1, 10):
            self.shortcut(f"Alt+{number}", partial(self.choose, number))

    def _reread(self) -> None:
        if self.isVisible() and self._draft is not None:
            self._keep()
            self._read(self._wanted[1])  # which somebody may have chosen just now
