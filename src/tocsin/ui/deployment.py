"""Record what began to serve, in which version, since when; the same sheet corrects what was recorded."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import BadInput, UserError
from tocsin.model.deployment import KINDS, Recorded
from tocsin.model.journal import Entry
from tocsin.model.operator import System
from tocsin.operations import deployments, systems
from tocsin.operations.times import parse_instant, parse_when
from tocsin.ui.choices import Choices
from tocsin.ui.deployment_words import PINNED, RUN_BY, UNSAID, Offer, offer, read_time, recorded, said
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.timeline import words
from tocsin.ui.times import stamp
from tocsin.ui.window import Window

_SINCE, _UNTIL = "now, or 14:20, or 13:00..14:00", "open, until the next one; or 14:20"


class DeploymentSheet(Sheet):
    """Enter in a line saves, Escape closes and keeps what was typed.

    `recorded(id)` comes after the commit, with its id, also of one corrected or withdrawn.
    """

    recorded = Signal(str)

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "Record a deployment", width=660)
        self._desk = desk
        self._id = ""
        self._saving = False
        self._known: Recorded | None = None
        self._offered: dict[str, str] = {}
        self._frozen: Mapping[str, str] = {}
        self._kept: dict[str, str] = {}  # what was typed of a new one while another is corrected
        self.system = SystemField(desk.theme, "Which system it serves")
        self.name, self.version, self.slot = QLineEdit(), QLineEdit(), QLineEdit()
        self.since, self.until = QLineEdit(), QLineEdit()
        self.kind, self.run_by, self.pinned = Choices(KINDS), Choices([*RUN_BY]), Choices([*PINNED])
        self.since_read, self.until_read = Label("", "small"), Label("", "small")
        self._form = QFormLayout()
        self.about, self.note = Label("", "muted", wrap=True), Label("", "small", wrap=True)
        self.reason, self.warning = QLineEdit(), Label("", wrap=True)
        self.save_button, self.withdraw_button = QPushButton("Save   Enter"), QPushButton("Withdraw")
        self._lay_out()
        self._wire()

    def open(self) -> None:
        """Open on what was typed, or on nothing. The id is made now, so that saving twice records once."""
        if self._known is not None:
            self._known = None
            self._fill(self._kept)
        self._id = self._id or self._desk.store.new_id()
        self._show("")
        self._desk.read(partial(offer, self._desk.store, self._desk.incident), self._offer)

    def open_recorded(self, id: str) -> None:
        """Open on one that a person recorded, to correct or withdraw it."""
        self._desk.read(partial(recorded, self._desk.store, id), self._open_known)

    def withdraw(self) -> None:
        """Withdraw what was recorded; the first time, ask why."""
        if self._known is None or self._saving:
            return
        if self.reason.isHidden():
            self.reason.show()
            self._placed()
            self.reason.setFocus()
        elif not self.reason.text().strip():
            self._say("Say why it is withdrawn; it stays readable with the reason.")
        else:
            store, author = self._desk.store, self._desk.author
            call = partial(deployments.withdraw, store, author, self._known.id, self.reason.text())
            self._write(call, "Withdrawn")

    def save(self) -> None:
        """Record what was typed, or what was changed of it."""
        if self._saving or self._desk.store.read_only:
            return
        try:
            values = self._values()
        except BadInput as error:
            self._say(str(error))
            return
        store, author = self._desk.store, self._desk.author
        if self._known is None:
            self._write(partial(deployments.record, store, author, id=self._id, **values), "Recorded")
        elif values:
            self._write(partial(deployments.correct, store, author, self._known.id, **values), "Corrected")
        else:
            self.dismiss()

    def _write(self, call: Callable[[], Entry], said: str) -> None:
        self._saving = True
        job = self._desk.write(call, self._saved, said=said)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def _open_known(self, found: tuple[Recorded | None, str, str]) -> None:
        known, system, flags = found
        if known is None:
            told = "It came by import: it is changed where it came from."
            self._desk.tell(f"{flags}. {told}" if flags else told, trouble=bool(flags))
            return
        if self._known is None:
            self._kept = self._typed()
        self._known = known
        one, zone = known.deployment, self._desk.store.zone
        self._fill(
            {
                "name": visible(one.name),
                "version": visible(one.version),
                "slot": visible(one.slot),
                "at": words.typed(known.began, zone),
                "until": words.typed_instant(one.until, zone) if one.until else "",
                "kind": one.kind,
                "vendor": said(RUN_BY, one.vendor),
                "pinned": said(PINNED, one.pinned),
            }
        )
        self.system.show_systems((System(known.system, system),), system)
        self._offered = self._typed()
        edits = f"; {known.edits} × corrected" if known.edits else ""
        withdrawn = f"\nWithdrawn: {known.withdrawn}" if known.withdrawn else ""
        at = stamp(known.recorded_at, ZoneInfo(zone))
        flagged = f"\n{flags}" if flags else ""
        self._show(f"Recorded by {known.author}, {at}{edits}{withdrawn}{flagged}")

    def _show(self, about: str) -> None:
        writable = not self._desk.store.read_only
        self.about.show_text(about if writable else "This store can only be read here.")
        self.about.setVisible(bool(self.about.text()))
        standing = self._known is not None and not self._known.withdrawn
        if (line := self.system.lineEdit()) is not None:
            line.setReadOnly(self._known is not None)
        self.withdraw_button.setVisible(standing and writable)
        self.save_button.setEnabled(writable and (self._known is None or standing))
        self.reason.clear()
        self.reason.hide()
        self._say("")
        self.present(self.name)
        QTimer.singleShot(0, self, self.place)

    def _typed(self) -> dict[str, str]:
        lines = {name: field.text().strip() for name, field in self._lines().items()}
        chosen = {name: row.chosen for name, row in self._choices().items()}
        return {**lines, **chosen}

    def _fill(self, said: dict[str, str]) -> None:
        for name, field in self._lines().items():
            field.setText(said.get(name, ""))
        for name, row in self._choices().items():
            row.choose(said.get(name) or (KINDS[0] if name == "kind" else UNSAID))

    def _lines(self) -> dict[str, QLineEdit]:
        return {
            "name": self.name, "version": self.version, "slot": self.slot, "at": self.since,
            "until": self.until,
        }  # fmt: skip

    def _choices(self) -> dict[str, Choices]:
        return {"kind": self.kind, "vendor": self.run_by, "pinned": self.pinned}

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.reason.hasFocus() or self.withdraw_button.hasFocus():
            self.withdraw()
        else:
            self._entered()

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

    def _offer(self, known: Offer) -> None:
        if self._known is None:
            self.system.show_systems(known.systems, self.system.currentText() or known.system)
        self._frozen = known.frozen
        self._warn()
        completer = QCompleter([visible(name) for name in known.names], self.name)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.name.setCompleter(completer)

    def _warn(self) -> None:
        """Say before a deployment is recorded that its system's change freeze stands."""
        told = self._frozen.get(self.system.currentText().strip(), "") if self._known is None else ""
        self.warning.show_text(told)
        self.warning.setVisible(bool(told))
        self._placed()

    def _values(self) -> dict[str, Any]:
        """Return what to write: all of a new one, of another what was changed. Raises BadInput."""
        typed, now, zone = self._typed(), self._desk.store.now(), self._desk.store.zone
        values: dict[str, Any] = {
            **typed,
            "at": parse_when(typed["at"], now=now, zone=zone) if typed["at"] else None,
            "until": parse_instant(typed["until"], now=now, zone=zone) if typed["until"] else None,
            "vendor": RUN_BY[typed["vendor"]],
            "pinned": PINNED[typed["pinned"]],
        }
        if self._known is None:
            system = systems.checked_name(self.system.currentText())
            values["since"] = values.pop("at")
            return {**values, "system": system}
        if values["at"] is None:
            raise BadInput("a time cannot be taken back, only corrected.", where="Since")
        return {name: said for name, said in values.items() if typed[name] != self._offered[name]}

    def _saved(self, entry: Entry) -> None:
        if self._known is None:
            self._id = ""
            for field in (self.version, self.since, self.until):
                field.clear()
        self._say("")
        self.dismiss()
        self.recorded.emit(entry.subject)

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
        self._form.setRowVisible(reading, bool(told))
        QTimer.singleShot(0, self, self._placed)

    def _wire(self) -> None:
        self.save_button.clicked.connect(self.save)
        self.withdraw_button.clicked.connect(self.withdraw)
        self.system.entered.connect(self._entered)
        self.system.currentTextChanged.connect(lambda _text: self._warn())
        self.since.textChanged.connect(lambda: self._show_reading(self.since, self.since_read))
        self.until.textChanged.connect(lambda: self._show_reading(self.until, self.until_read))

    def _lay_out(self) -> None:
        self.setObjectName("deployment-sheet")
        form = self._form
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
        for reading in (self.since_read, self.until_read):
            form.setRowVisible(reading, False)
        set_look(self.save_button, role="main")
        self.save_button.setObjectName("deployment-save")
        buttons = QHBoxLayout()
        buttons.addWidget(Label("Pinned: whether this very version was asked for, not the newest", "small"))
        buttons.addStretch()
        buttons.addWidget(self.withdraw_button)
        buttons.addWidget(self.save_button)
        self.reason.setPlaceholderText("why it is withdrawn")
        self.reason.setAccessibleName("Reason")
        self.body.addWidget(self.about)
        self.body.addLayout(form)
        self.warning.set_tone(Tone.ORANGE)
        self.warning.hide()
        self.warning.setObjectName("deployment-freeze")
        for part in (self.warning, self.reason, self.note):
            self.body.addWidget(part)
        self.body.addLayout(buttons)
