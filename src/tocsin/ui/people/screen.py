"""The screen "On call": who is on duty now and next, how people are reached, by what messages go out."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.arrangement import ContactSet
from tocsin.operations import people
from tocsin.operations.channels import Channel
from tocsin.operations.people import PeopleView, RotaNow
from tocsin.ui.command.ask import Ask
from tocsin.ui.desk import Desk
from tocsin.ui.lines import LinePainter, PlainLine
from tocsin.ui.palette import GAP, PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.people import words
from tocsin.ui.people.deeds import PeopleDeeds
from tocsin.ui.people.roster_sheet import RosterSheet
from tocsin.ui.rows import Rows
from tocsin.ui.sources.sheets import UnlockSheet
from tocsin.ui.sources.strongbox import Locked, Strongbox
from tocsin.ui.text import Label, button_text, set_look, set_tip

_NO_ROTA = (
    "No rota yet.\n\nI takes a roster from a CSV or iCalendar file: a shift a row, or a shift an event."
)
_NO_CONTACT = "No contact yet.\n\nN adds a person, or says who stands behind a title such as CISO."
_NO_CHANNEL = (
    "No channel yet: nothing goes out by itself, and the console says whom to call.\n\n"
    "W adds a webhook, M a mail server."
)
_READ_ONLY = "This store can only be read here."


class PeopleScreen(QWidget):
    """I takes a roster, N adds a contact, W and M a channel; E, Del and T act on what is under the cursor."""

    def __init__(
        self, desk: Desk, strongbox: Strongbox, over: QWidget, parent: QWidget | None = None
    ) -> None:
        """`over` is the window that sheets lie over."""
        super().__init__(parent)
        self._desk, self._zone = desk, ZoneInfo(desk.store.zone)
        self._view: PeopleView | None = None
        self._stale = True
        self.rotas, self.contacts, self.channels = (
            Rows(LinePainter(desk.theme), name, keys_mean_cursor=True)
            for name in ("Rotas", "Contacts", "Channels")
        )
        self.gaps = Label("", "small", wrap=True)
        self._panels: dict[str, tuple[Panel, QStackedLayout, Label]] = {}
        self._lay_out()
        self.ask = Ask(self)
        self.deeds = PeopleDeeds(desk, self.ask, strongbox)
        self.roster, self.unlock = RosterSheet(desk, over), UnlockSheet(desk, strongbox, over)
        self._after_unlock: Callable[[], None] | None = None
        self._wire()
        self._read()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        deeds: dict[str, Callable[[], None]] = {
            "I": self.choose_roster, "N": self.add_contact, "W": partial(self.add_channel, "webhook"),
            "M": partial(self.add_channel, "smtp"), "E": self.edit, "T": self.test,
        }  # fmt: skip
        if plain and event.text().upper() in deeds:
            deeds[event.text().upper()]()
        elif plain and event.key() == Qt.Key.Key_Delete:
            self.remove()
        elif event.key() == Qt.Key.Key_Escape and self.ask.isVisible():
            self.ask.dismiss()
        else:
            super().keyPressEvent(event)

    def choose_roster(self) -> None:
        """Ask for a roster file."""
        if self._may_write():
            name, _ = QFileDialog.getOpenFileName(
                self, "Roster", "", "Rosters (*.csv *.ics *.ical);;All files (*)"
            )
            if name:
                self.roster.open_with(Path(name))

    def add_contact(self) -> None:
        """Ask for a contact."""
        if self._may_write():
            self.deeds.contact(None)

    def add_channel(self, kind: str) -> None:
        """Ask for a channel of a kind."""
        if self._may_write():
            self.deeds.channel(kind, None)

    def edit(self) -> None:
        """Set what is under the cursor anew."""
        fact = self._fact
        if fact is None or not self._may_write():
            return
        if isinstance(fact, Channel):
            self.deeds.channel(fact.kind, fact)
        elif isinstance(fact, RotaNow):
            self.choose_roster()
        else:
            self.deeds.contact(fact)

    def remove(self) -> None:
        """Ask whether what is under the cursor goes."""
        fact = self._fact
        if isinstance(fact, ContactSet | Channel | RotaNow) and self._may_write():
            self.deeds.remove(fact)

    def test(self) -> None:
        """Send a test message by the channel under the cursor."""
        fact = self._fact
        if isinstance(fact, Channel) and self._may_write():
            self.deeds.test(fact)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._stale:
            self._read()
        self.rotas.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self.ask.isVisible():
            self.ask.place()

    @property
    def _fact(self) -> object:
        rows = next((one for one in (self.contacts, self.channels, self.rotas) if one.hasFocus()), self.rotas)
        line: PlainLine | None = rows.selected
        return line.fact if line is not None else None

    def _may_write(self) -> bool:
        if self._desk.store.read_only:
            self._desk.tell(_READ_ONLY, trouble=True)
        return not self._desk.store.read_only

    def _read(self) -> None:
        self._stale = False
        self._desk.read(partial(people.look, self._desk.store), self._show)

    def _changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self._read()

    def _tick(self, now: datetime) -> None:
        """Read again when somebody hands over."""
        if self._view is None or not self.isVisible():
            return
        if any(at is not None and at <= now for at in map(_turns, self._view.rotas)):
            self._read()

    def _show(self, view: PeopleView) -> None:
        self._view = view
        found = (
            ("rotas", self.rotas, list(words.rotas(view, self._zone)), _NO_ROTA),
            ("contacts", self.contacts, list(words.contacts(view)), _NO_CONTACT),
            ("channels", self.channels, list(words.channels(view, self._zone)), _NO_CHANNEL),
        )
        for key, rows, lines, nothing in found:
            rows.show_rows((line.key, line.words, line) for line in lines)
            panel, stack, message = self._panels[key]
            message.show_text(nothing)
            stack.setCurrentIndex(1 if lines else 0)
            panel.remark.show_text(str(len(lines)) if lines else "")
        self.gaps.show_text(words.gaps(view, self._zone))
        self.gaps.setVisible(bool(view.rotas))
        self.gaps.set_tone(Tone.ORANGE if any(one.gaps for one in view.rotas) else None)
        count = len(view.unnamed)
        if count:
            self._panels["contacts"][0].remark.show_text(f"nobody is named for {count} that the rules call")
        self._panels["contacts"][0].remark.set_tone(Tone.ORANGE if count else None)

    def _locked(self, error: UserError, again: Callable[[], None]) -> None:
        if isinstance(error, Locked):
            self._after_unlock = again
            self.unlock.ask(new=error.new)

    def _unlocked(self) -> None:
        again, self._after_unlock = self._after_unlock, None
        if again is not None:
            again()

    def _wire(self) -> None:
        desk = self._desk
        desk.bell.journal_changed.connect(self._changed)
        desk.heartbeat.tick.connect(self._tick)
        for rows in (self.rotas, self.contacts, self.channels):
            rows.chosen.connect(lambda _line: self.edit())
        self.roster.taken.connect(self._read)
        self.deeds.locked.connect(self._locked)
        self.unlock.unlocked.connect(self._unlocked)
        self.ask.closed.connect(self._give_back)

    def _give_back(self) -> None:
        self.contacts.setFocus()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(GAP, GAP, GAP, GAP)
        row.setSpacing(GAP)
        parts = (
            ("rotas", "On duty", self.rotas, (("Roster   I", self.choose_roster, "Take a roster file"),)),
            ("contacts", "Contacts", self.contacts, (("Add   N", self.add_contact, "A person or a title"),)),
            ("channels", "Messages go out by", self.channels,
             (("Webhook   W", partial(self.add_channel, "webhook"), "Add a webhook"),
              ("Mail   M", partial(self.add_channel, "smtp"), "Add a mail server"),
              ("Test   T", self.test, "Send a test message by the channel under the cursor"))),
        )  # fmt: skip
        for key, title, rows, buttons in parts:
            row.addWidget(self._panel(key, title, rows, buttons), 1)
        self.gaps.setContentsMargins(PAD, GAP, PAD, GAP)
        self._panels["rotas"][0].room.addWidget(self.gaps)

    def _panel(
        self, key: str, title: str, rows: Rows, buttons: tuple[tuple[str, Callable[[], None], str], ...]
    ) -> Panel:
        panel = Panel(title)
        for text, run, tip in buttons:
            button = QPushButton(button_text(text))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            set_look(button, role="quiet")
            set_tip(button, tip)
            button.clicked.connect(lambda _checked=False, run=run: run())
            panel.head.addWidget(button)
        message = Label("Reading …", "muted", wrap=True)
        message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        message.setContentsMargins(2 * PAD, PAD, 2 * PAD, PAD)
        inside = QWidget()
        stack = QStackedLayout(inside)
        stack.addWidget(message)
        stack.addWidget(rows)
        panel.room.addWidget(inside, 1)
        self._panels[key] = panel, stack, message
        return panel


def _turns(one: RotaNow) -> datetime | None:
    """Return when a rota is another: as the present ones hand over, or as the first shift begins."""
    if one.now is not None:
        return one.now.ends
    return one.after.begins if one.after is not None else None
