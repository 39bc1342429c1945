"""Record a deployment: what began to serve, in which version, since when; Enter in a line saves."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import BadInput, UserError
from tocsin.model.deployment import KINDS
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.operator import System
from tocsin.operations import deployments, incidents, systems
from tocsin.operations.times import parse_instant, parse_when
from tocsin.store.folder import Store
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.times import stamp
from tocsin.ui.window import Window

_SINCE, _UNTIL = "now, or 14:20, or 13:00..14:00", "open, until the next one; or 14:20"
_UNSAID = "not said"
_RUN_BY: dict[str, bool | None] = {_UNSAID: None, "us": False, "a vendor": True}
_PINNED: dict[str, bool | None] = {_UNSAID: None, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the sheet offers: the systems, the name of the one in hand, and names that served before."""

    systems: tuple[System, ...]
    system: str
    names: tuple[str, ...]


class DeploymentSheet(Sheet):
    """Enter in a line saves, Escape closes and keeps what was typed. `recorded(id)` after the commit."""

    recorded = Signal(str)

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "Record a deployment", width=660)
        self._desk = desk
        self._id = ""
        self._saving = False
        self.system = SystemField(desk.theme, "Which system it serves")
        self.name, self.version, self.slot = QLineEdit(), QLineEdit(), QLineEdit()
        self.since, self.until = QLineEdit(), QLineEdit()
        self.kind, self.run_by, self.pinned = Choices(KINDS), Choices([*_RUN_BY]), Choices([*_PINNED])
        self.since_read, self.until_read = Label("", "small"), Label("", "small")
        self.since_read.hide()
        self.until_read.hide()
        self.note = Label("", "small", wrap=True)
        self.save_button = QPushButton("Record   Enter")
        self._lay_out()
        self._wire()

    def open(self) -> None:
        """Open on what was typed, or on nothing. The id is made now, so that saving twice records once."""
        self._id = self._id or self._desk.store.new_id()
        writable = not self._desk.store.read_only
        self._say("" if writable else "This store can only be read here.")
        self.save_button.setEnabled(writable)
        self.present(self.name)
        QTimer.singleShot(0, self, self.place)
        self._desk.read(partial(_known, self._desk.store, self._desk.incident), self._offer)

    def save(self) -> None:
        """Record what was typed."""
        if self._saving or self._desk.store.read_only:
            return
        try:
            values = self._values()
        except BadInput as error:
            self._say(str(error))
            return
        self._saving = True
        call = partial(deployments.record, self._desk.store, self._desk.author, id=self._id, **values)
        job = self._desk.write(call, self._saved, said="Recorded")
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._entered()
        else:
            super().keyPressEvent(event)

    def _entered(self) -> None:
        """Go to the field that is still empty, else save."""
        for field in (self.name, self.version):
            if not field.text().strip():
                field.setFocus()
                return
        if self.system.currentText().strip():
            self.save()
        else:
            self.system.setFocus()

    def _offer(self, known: _Known) -> None:
        self.system.show_systems(known.systems, self.system.currentText() or known.system)
        completer = QCompleter([visible(name) for name in known.names], self.name)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.name.setCompleter(completer)

    def _values(self) -> dict[str, Any]:
        """Return what to write. Raises BadInput."""
        now, zone = self._desk.store.now(), self._desk.store.zone
        since, until = self.since.text().strip(), self.until.text().strip()
        return {
            "system": systems.checked_name(self.system.currentText()),
            "name": self.name.text(),
            "version": self.version.text(),
            "kind": self.kind.chosen,
            "slot": self.slot.text(),
            "since": parse_when(since, now=now, zone=zone) if since else None,
            "until": parse_instant(until, now=now, zone=zone) if until else None,
            "vendor": _RUN_BY[self.run_by.chosen],
            "pinned": _PINNED[self.pinned.chosen],
        }

    def _saved(self, entry: Entry) -> None:
        self._id = ""
        for field in (self.version, self.since, self.until):
            field.clear()
        self._say("")
        self.dismiss()
        self.recorded.emit(entry.id)

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        self._saving = False

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.set_tone(Tone.RED if text else None)
        self.note.setVisible(bool(text))
        self._placed()

    def _show_reading(self, field: QLineEdit, reading: Label) -> None:
        """Say below a time how it is understood, while it is being typed."""
        told = read_time(field.text(), self._desk)
        reading.show_text(told)
        reading.setVisible(bool(told))
        QTimer.singleShot(0, self, self._placed)

    def _placed(self) -> None:
        if self.isVisible():
            self.place()

    def _wire(self) -> None:
        self.save_button.clicked.connect(self.save)
        self.system.entered.connect(self._entered)
        self.since.textChanged.connect(lambda: self._show_reading(self.since, self.since_read))
        self.until.textChanged.connect(lambda: self._show_reading(self.until, self.until_read))

    def _lay_out(self) -> None:
        self.setObjectName("deployment-sheet")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("Name", self.name, "what it is called, such as the model's name"),
            ("Version", self.version, "the version that began to serve"),
            ("Kind", self.kind, ""),
            ("System", self.system, ""),
            ("Slot", self.slot, "only where several serve side by side: @champion, a region"),
            ("Since", self.since, _SINCE),
            ("", self.since_read, ""),
            ("Until", self.until, _UNTIL),
            ("", self.until_read, ""),
            ("Run by", self.run_by, ""),
            ("Pinned", self.pinned, ""),
        )
        for label, row, hint in rows:
            if isinstance(row, QLineEdit):
                row.setPlaceholderText(hint)
                row.setMaxLength(200)
                row.setObjectName(f"deployment-{label.lower()}")
            if label:
                row.setAccessibleName(label)
            form.addRow(Label(label), row)
        set_look(self.save_button, role="main")
        self.save_button.setObjectName("deployment-save")
        buttons = QHBoxLayout()
        buttons.addWidget(Label("Pinned: whether this very version was asked for, not the newest", "small"))
        buttons.addStretch()
        buttons.addWidget(self.save_button)
        self.body.addLayout(form)
        self.body.addWidget(self.note)
        self.body.addLayout(buttons)


def read_time(typed: str, desk: Desk, *, empty: str = "") -> str:
    """Return how a time that is being typed is understood, in words."""
    zone = ZoneInfo(desk.store.zone)
    try:
        when = parse_when(typed, now=desk.store.now(), zone=desk.store.zone) if typed.strip() else None
    except BadInput as error:
        return error.what
    if when is None:
        return empty
    return between(when, zone) if when.is_range else stamp(when.at, zone)


def between(when: When, zone: ZoneInfo) -> str:
    """Return the bounds of a range: between Wed 28 Oct 2026, 03:10 CET and 05:20 CET."""
    low, high = stamp(when.low, zone), stamp(when.high, zone)
    of_day, _, time = high.rpartition(", ")
    return f"between {low} and {time if low.startswith(of_day) else high}"


def _known(store: Store, incident: str) -> _Known:
    known = tuple(systems.names(store))
    about = incidents.get(store, incident).system if incident else known[0].id if len(known) == 1 else ""
    name = next((one.name for one in known if one.id == about), "")
    served = deployments.of_system(store, about) if about else []
    return _Known(known, name, tuple(dict.fromkeys(one.name for one in reversed(served))))
