"""Report an observation: one line and Enter; who, when and files if known. The same sheet corrects one."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import BadInput
from tocsin.model.incident import Incident
from tocsin.model.journal import Entry
from tocsin.model.observation import CHANNELS, INTERNAL, Observation
from tocsin.operations import observations, systems
from tocsin.operations.observing import Preparation, prepare
from tocsin.operations.timeline import checked_text
from tocsin.operations.times import parse_instant, parse_when
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.evidence import EvidenceList, attach, local_files
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.timeline import words
from tocsin.ui.window import Window

_HINTS = ("What was noticed, in a line", "who noticed it, if known",
          "when we learned of it, or 14:20, or 13:00..14:00", "now, or 14:20")  # fmt: skip
_WAITS = "Starts no clock: it waits in the review queue until somebody declares or withdraws it."


class ObserveSheet(Sheet):
    """Enter in a line saves, Escape closes and keeps what was typed. `reported(id)` after the commit."""

    reported = Signal(str)

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "Report an observation", width=660)
        self._desk = desk
        self._id = ""
        self._begun: tuple[str, dict[str, str]] = ("", {})  # a report somebody began before reading another
        self._report: Observation | None = None
        self._incident: Incident | None = None  # which may take the report in
        self._offered: dict[str, str] = {}
        self._saving = False
        self.text, self.who, self.happened, self.learned = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.reason = QLineEdit()
        self.system, self.channel = SystemField(desk.theme, "Which system it is about"), Choices(CHANNELS)
        self.about, self.note = Label("", "muted", wrap=True), Label("", "small", wrap=True)
        self.happened_read, self.learned_read = Label("", "small"), Label("", "small")
        self.note.set_tone(Tone.RED)
        self.files = EvidenceList(desk)
        self._form = QFormLayout()
        self.attach_button, self.save_button = QPushButton("Attach …"), QPushButton("Save   Enter")
        self.withdraw_button, self.join_button = QPushButton("Withdraw"), QPushButton()
        self._lay_out()
        self._wire()
        self._offer(None)
        for field, reading in ((self.happened, self.happened_read), (self.learned, self.learned_read)):
            self._show_reading(field, reading)

    def open(self) -> None:
        """Open on a new report, or on what was typed of one."""
        if self._report is not None or not self._id:
            self._begin_new()
        self._show(self.text)
        self._desk.read(partial(prepare, self._desk.store, self._desk.incident), self._fill_systems)

    def open_report(self, id: str, withdraw: bool = False) -> None:
        """Open on a report that is there, to be read, corrected or withdrawn."""
        call = partial(prepare, self._desk.store, self._desk.incident, id)
        self._desk.read(call, partial(self._open_known, withdraw=withdraw))

    def choose(self, paths: Sequence[Path]) -> None:
        """Take files that were dropped or chosen; they are attached when the report is saved."""
        self.files.choose(paths)

    def save(self) -> None:
        """Save the report, or what was changed of it; then attach what was chosen."""
        if self._saving or self._desk.store.read_only:
            return
        try:
            values = self._values()
        except BadInput as error:
            self._say(str(error))
            return
        store, author, report = self._desk.store, self._desk.author, self._report
        if report is None:
            self._write(partial(observations.report, store, author, id=self._id, **values), "Reported")
        elif values:
            self._write(partial(observations.correct, store, author, report.id, **values), "Corrected")
        else:
            self._saved(report)

    def withdraw(self) -> None:
        """Take the report off the queue; the first time, ask why."""
        if self._report is None or self._saving:
            return
        if self.reason.isHidden():
            self.reason.show()
            self.place()
            self.reason.setFocus()
            return
        reason = self.reason.text()
        if not reason.strip():
            self._say("Say why it is withdrawn; it stays readable with the reason.")
            return
        store, author = self._desk.store, self._desk.author
        self._write(partial(observations.withdraw, store, author, self._report.id, reason), "Withdrawn")

    def join(self) -> None:
        """Take the report into the incident in hand."""
        if self._report is not None and self._incident is not None and not self._saving:
            store, author = self._desk.store, self._desk.author
            call = partial(observations.join, store, author, self._incident.id, self._report.id)
            self._write(call, f"On the timeline of {self._incident.reference}")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.reason.hasFocus() or self.withdraw_button.hasFocus():
            self.withdraw()
        elif pressed := next((one for one in (self.attach_button, self.join_button) if one.hasFocus()), None):
            pressed.click()
        else:
            self._entered()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if local_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        self.choose(local_files(event.mimeData()))
        event.acceptProposedAction()

    def _entered(self) -> None:
        if self.text.hasFocus() and self.text.text().strip() and not self.system.currentText().strip():
            self.system.setFocus()
        else:
            self.save()

    def _begin_new(self) -> None:
        (begun, typed), self._begun = self._begun, ("", {})
        self._id, self._report = begun or self._desk.store.new_id(), None
        self._offer(None)
        for name, text in typed.items():
            self._lines()[name].setText(text)

    def _offer(self, report: Observation | None) -> None:
        """Put a report's words into the fields, or nothing."""
        zone = self._desk.store.zone
        self._offered = {} if report is None else {
            "text": visible(report.text),
            "who": visible(report.noticed_by),
            "channel": report.channel,
            "happened": words.typed(report.happened, zone) if report.is_late else "",
            "learned": words.typed_instant(report.learned, zone) if report.is_stated("learned") else "",
        }  # fmt: skip
        for name, field in self._lines().items():
            field.setText(self._offered.get(name, ""))
            field.setCursorPosition(0)
        self.channel.choose(self._offered.get("channel") or INTERNAL)
        self.reason.clear()
        self.reason.hide()
        self.files.clear()
        self._say("")

    def _open_known(self, known: Preparation, *, withdraw: bool) -> None:
        report = known.report
        assert report is not None
        if self._report is None and self.text.text().strip():
            self._begun = self._id, {name: field.text() for name, field in self._lines().items()}
        self._id, self._report = report.id, report
        self._offer(report)
        self.system.show_systems(known.systems, known.system)
        self._offered["system"] = self.system.currentText()
        self.files.show_attached(known.files)
        self._show(self.text, known.incident)
        if withdraw:
            self.withdraw()

    def _fill_systems(self, known: Preparation) -> None:
        if self._report is None:
            only = known.systems[0].name if len(known.systems) == 1 else ""
            self.system.show_systems(known.systems, self.system.currentText() or known.system or only)

    def _show(self, first: QWidget, incident: Incident | None = None) -> None:
        report, zone = self._report, self._desk.store.zone
        writable = not self._desk.store.read_only
        about = _WAITS
        if report is not None:
            at = words.full(report.recorded_at, zone)
            about = f"Reported by {report.author}, {at}" + (
                f"; {report.edits} × corrected" if report.edits else ""
            )
            about += f"\nWithdrawn: {report.withdrawn}" if report.withdrawn else ""
        self.about.show_text(about if writable else "This store can only be read here.")
        self._incident = incident
        self.join_button.setText(f"Take into {incident.reference}" if incident else "")
        self.join_button.setVisible(incident is not None and writable)
        self.withdraw_button.setVisible(report is not None and writable and not report.withdrawn)
        for button in (self.save_button, self.attach_button):
            button.setEnabled(writable)
        self.present(first)
        if report is not None:
            self.text.setCursorPosition(0)  # read from its beginning
        QTimer.singleShot(0, self, self.place)

    def _lines(self) -> dict[str, QLineEdit]:
        return {"text": self.text, "who": self.who, "happened": self.happened, "learned": self.learned}

    def _values(self) -> dict[str, Any]:
        """Return what to write: all of a new report, of another what was changed. Raises BadInput."""
        typed = {name: field.text().strip() for name, field in self._lines().items()}
        typed |= {"system": self.system.currentText().strip(), "channel": self.channel.chosen}
        if self._report is not None:
            typed = {name: said for name, said in typed.items() if said != self._offered.get(name, "")}
        now, zone = self._desk.store.now(), self._desk.store.zone
        values: dict[str, Any] = {name: typed[name] for name in ("system", "channel") if name in typed}
        if "text" in typed:
            values["text"] = checked_text(typed["text"])
        if "who" in typed:
            values["noticed_by"] = typed["who"]
        for name, read in (("happened", parse_when), ("learned", parse_instant)):
            if typed.get(name):
                values[name] = read(typed[name], now=now, zone=zone)
            elif name in typed and self._report is not None:
                raise BadInput("a time cannot be taken back, only corrected.", where=name)
        if "system" in values:
            systems.checked_name(values["system"])
        return values

    def _write(self, call: Callable[[], Observation | Entry], said: str) -> None:
        self._saving = True
        job = self._desk.write(call, self._saved, said=said)
        job.refused.connect(lambda error: self._say(str(error)))
        job.ended.connect(self._ended)

    def _saved(self, result: Observation | Entry) -> None:
        subject = result.subject if isinstance(result, Entry) else result.id
        paths = list(self.files.pending)
        self._id, self._report = "", None
        self._offer(None)
        self.dismiss()
        if paths:
            attach(self._desk, subject, paths, lambda: self.reported.emit(subject))
        else:
            self.reported.emit(subject)

    def _ended(self) -> None:
        self._saving = False

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.setVisible(bool(text))
        self._placed()

    def _show_reading(self, field: QLineEdit, reading: Label) -> None:
        """Say beside a time how it is understood, while it is being typed."""
        typed, now, zone = field.text().strip(), self._desk.store.now(), self._desk.store.zone
        try:
            told = words.when(parse_when(typed, now=now, zone=zone), zone, now) if typed else ""
        except BadInput as error:
            told = error.what
        reading.show_text(told)
        self._form.setRowVisible(reading, bool(told))
        self._placed()

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Attach files")
        self.choose([Path(name) for name in names])

    def _wire(self) -> None:
        self.attach_button.clicked.connect(self._choose_files)
        self.save_button.clicked.connect(self.save)
        self.withdraw_button.clicked.connect(self.withdraw)
        self.join_button.clicked.connect(self.join)
        self.system.entered.connect(self._entered)
        self.files.changed.connect(lambda: QTimer.singleShot(0, self, self._placed))
        self.happened.textChanged.connect(lambda: self._show_reading(self.happened, self.happened_read))
        self.learned.textChanged.connect(lambda: self._show_reading(self.learned, self.learned_read))

    def _lay_out(self) -> None:
        self.setObjectName("observe-sheet")
        self.setAcceptDrops(not self._desk.store.read_only)
        self.text.setMaxLength(20_000)
        for (name, field), hint in zip(self._lines().items(), _HINTS, strict=True):
            field.setPlaceholderText(hint)
            field.setObjectName(f"observe-{name}")
        self.reason.setPlaceholderText("why it is withdrawn")
        form = self._form
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, row in (("What", self.text), ("System", self.system), ("Channel", self.channel),
                          ("Noticed by", self.who), ("Happened", self.happened), ("", self.happened_read),
                          ("Learned", self.learned), ("", self.learned_read)):  # fmt: skip
            if name:
                row.setAccessibleName(name)
            form.addRow(Label(name), row)
        for part in (*self._lines().values(), self.system, self.reason):
            part.setAcceptDrops(False)  # a file let go over a field is evidence, not the words of its path
        set_look(self.save_button, role="main")
        self.save_button.setObjectName("observe-save")
        buttons = QHBoxLayout()
        buttons.addWidget(self.attach_button)
        buttons.addWidget(Label("or drop files here", "small"))
        buttons.addStretch()
        buttons.addWidget(self.join_button)
        buttons.addWidget(self.withdraw_button)
        buttons.addWidget(self.save_button)
        self.body.addWidget(self.about)
        self.body.addLayout(form)
        for widget in (self.files, self.reason, self.note):
            self.body.addWidget(widget)
        self.body.addLayout(buttons)
