"""The import sheet: choose or drop a file, look at what would happen, import; progress is in the footer."""

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton

from tocsin.errors import BadInput, UserError
from tocsin.importers.base import RECORDS, Options, mapping
from tocsin.model.incident import Incident
from tocsin.model.operator import System
from tocsin.operations import ingest, systems, timeline_import
from tocsin.operations.ingest import ImportReport
from tocsin.operations.timeline_import import Taken
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.window import Window

_UNITS = ("none", "s", "ms", "us", "ns")
_SHOWN_REJECTS = 5
# What an importer asks for by the words of the command line stands in these fields here.
_FIELDS = {"--time-unit": "Unit of numeric times", "--tz": "Time zone", "--map": "Columns"}
_ADVICE = re.compile(rf"\b([Ss])ay ({'|'.join(_FIELDS)}) ([^.]+)\.")


class ImportSheet(Sheet):
    """Imports one file at a time; `imported(ImportReport)` when one is in.

    Enter in any field looks first, Ctrl Enter imports, Enter on a button presses it.
    """

    imported = Signal(object)

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "Import a file", width=640)
        self._desk, self._window = desk, window
        self.file, self.zone, self.columns = QLineEdit(), QLineEdit(), QLineEdit()
        self._incident = ""  # whose timeline takes the messages
        self._dropped = ""  # a path whose name may hold what is shown as marks
        self.system = SystemField(desk.theme, "The AI system these are about")
        self.record, self.unit = Choices(RECORDS), Choices(_UNITS)
        self.choose, self.preview = QPushButton("Choose …"), QPushButton("Look first")
        self.go = QPushButton("Import")
        self.outcome = Label("", "muted")
        self._lay_out()
        self.choose.clicked.connect(self._choose)
        self.preview.clicked.connect(self._look)
        self.go.clicked.connect(self._import)
        desk.operator_changed.connect(lambda _name: self.outcome.show_text(""))

    def open(self) -> None:
        """Show the sheet with the systems known now."""
        self._incident = ""
        self.go.setText("Import")
        self._desk.read(partial(systems.names, self._desk.store), self._fill_systems)
        self.outcome.show_text("Choose a CSV or OpenMetrics file, or drop it on the window.")
        self.present(self.file)

    def open_for_timeline(self, incident: Incident) -> None:
        """Show the sheet for messages that go to an incident's timeline."""
        self.open()
        self._incident = incident.id
        self.record.choose("messages")
        self.go.setText("Import to the timeline")
        self.outcome.show_text(
            "A Slack export, a timeline as CSV or JSON Lines, or a table of messages goes to the timeline of "
            f"{incident.reference}. It moves no clock."
        )
        self.place()

    def open_with(self, path: Path) -> None:
        """Show the sheet with a file that was dropped on the window."""
        self.open()
        self._put(str(path))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go.click()
        else:
            chosen = next((one for one in (self.choose, self.go) if one.hasFocus()), self.preview)
            chosen.click()

    def _fill_systems(self, known: list[System]) -> None:
        typed = self.system.currentText()
        self.system.show_systems(known, typed or (known[0].name if known else ""))

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import a file")
        if name:
            self._put(name)
            self._look()

    def _put(self, path: str) -> None:
        self._dropped = path
        self.file.setText(visible(path))

    def _path(self) -> Path:
        typed = self.file.text()
        return Path(self._dropped if typed == visible(self._dropped) else typed.strip())

    def _look(self) -> None:
        self._run(dry_run=True)

    def _import(self) -> None:
        self._run(dry_run=False)

    def _run(self, *, dry_run: bool) -> None:
        desk, path = self._desk, self._path()
        try:
            options = self._options()
        except BadInput as error:
            self._refused(error)
            return
        self.outcome.show_text("Reading …")
        self.outcome.set_tone(None)
        call = partial(
            ingest.ingest, desk.store, desk.author, path,
            system=self.system.currentText(), options=options, dry_run=dry_run,
        )  # fmt: skip
        job = desk.jobs.bulk(call)
        job.succeeded.connect(self._done)
        job.refused.connect(self._refused)
        job.broke.connect(lambda _error: self.outcome.show_text("A fault of the program; it was logged."))
        self._window.footer.follow(job, f"{'Looking at' if dry_run else 'Importing'} {path.name}")
        job.start()

    def _options(self) -> Options:
        unit = "" if self.unit.chosen == _UNITS[0] else self.unit.chosen
        return Options(self.record.chosen, self.zone.text().strip(), unit, mapping(self.columns.text()))

    def _done(self, report: ImportReport) -> None:
        self.outcome.show_text(in_words(report))
        self.place()
        if not report.dry_run:
            self._desk.tell(f"{report.source}: {report.stored:,} stored, {report.rejected:,} rejected")
            self.imported.emit(report)
            self.dismiss()
            if self._incident and report.messages:
                self._take(report)

    def _take(self, report: ImportReport) -> None:
        """Bring the messages of an import to the timeline, which the status bar follows."""
        desk = self._desk
        call = partial(
            timeline_import.take,
            desk.store,
            desk.author,
            self._incident,
            report.messages,
            source=report.source,
        )
        desk.long_work(call, f"Bringing {report.source} to the timeline", self._taken)

    def _taken(self, taken: Taken) -> None:
        left = f", {taken.ahead:,} in the future left out" if taken.ahead else ""
        self._desk.tell(f"{taken.added:,} added to the timeline, {taken.already:,} there already{left}")

    def _refused(self, error: UserError) -> None:
        place = f"{error.where}: " if error.where else ""
        self.outcome.show_text(f"{place}{_in_fields(error.what)} {_in_fields(error.hint)}".strip())
        self.outcome.set_tone(Tone.ORANGE)
        self.place()

    def _lay_out(self) -> None:
        self.file.setPlaceholderText("path of the file")
        self.zone.setPlaceholderText("UTC, where the times name none")
        self.columns.setPlaceholderText("time=ts,value=latency, where the header leaves it open")
        self.outcome.setWordWrap(True)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_look(self.go, role="main")
        self.go.setObjectName("import-go")
        self.go.setEnabled(not self._desk.store.read_only)
        row = QHBoxLayout()
        row.addWidget(self.file, 1)
        row.addWidget(self.choose)
        form = QFormLayout()
        form.addRow(Label("File"), row)
        for name, field in (("System", self.system), ("Holds", self.record), ("Time zone", self.zone),
                            ("Unit of numeric times", self.unit), ("Columns", self.columns)):  # fmt: skip
            field.setAccessibleName(name)
            form.addRow(Label(name), field)
        self.file.setAccessibleName("File")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for widget in (Label("Enter", "key"), self.preview, Label("Ctrl Enter", "key"), self.go):
            buttons.addWidget(widget)
        self.body.addLayout(form)
        self.body.addWidget(self.outcome)
        self.body.addLayout(buttons)


def _in_fields(words: str) -> str:
    """Return a refusal or its advice with the fields of this sheet for the options of the command line."""
    words = _ADVICE.sub(_advice, words)
    for option, field in _FIELDS.items():
        words = words.replace(option, f"“{field}”")
    return words


def _advice(said: re.Match[str]) -> str:
    initial, option, answer = said.groups()
    verb = "choose" if option == "--time-unit" else "write"
    first = verb[0].upper() if initial == "S" else verb[0]
    return f"{first}{verb[1:]} {answer.replace(f'{option} ', '')} under “{_FIELDS[option]}”."


def in_words(report: ImportReport) -> str:
    """Return what became, or would become, of a file, in a few lines."""
    verb = "would be stored" if report.dry_run else "stored"
    lines = [
        f"{report.read:,} read as {report.record} ({report.importer}): {report.stored:,} {verb}, "
        f"{report.already:,} there already, {report.rejected:,} rejected, {report.missing:,} without a value."
    ]
    if report.series:
        more = f" and {len(report.series) - 4} more" if len(report.series) > 4 else ""
        lines.append(f"Signals: {', '.join(report.series[:4])}{more}.")
    if report.first:
        lines.append(f"From {report.first} to {report.last}.")
    lines += [f"Assumed: {what} is {value}." for what, value in report.assumed.items()]
    lines += [f"Line {reject.line}: {reject.reason}" for reject in report.rejects[:_SHOWN_REJECTS]]
    return "\n".join(lines)
