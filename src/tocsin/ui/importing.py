"""The import sheet: choose or drop a file, see its columns and what would happen, import.

Progress is in the footer.
"""

from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import BadInput, UserError
from tocsin.importers.base import RECORDS, Options, mapping
from tocsin.model.incident import Incident
from tocsin.model.operator import System
from tocsin.operations import ingest, survey, systems, timeline_import
from tocsin.operations.ingest import ImportReport
from tocsin.operations.survey import Survey
from tocsin.operations.timeline_import import Taken
from tocsin.operations.times import parse_when
from tocsin.ui import roles
from tocsin.ui.choices import Choices
from tocsin.ui.columns import ColumnsPart
from tocsin.ui.desk import Desk
from tocsin.ui.import_words import in_fields, in_words, refused, surveyed
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.window import Window

_UNITS = ("none", "s", "ms", "us", "ns")
_ANY = "whatever is in it"
_READING = "Reading …"
_REST_MS = 250  # a path that is being typed is looked at when the typing rests
_HINT = "Choose a file, or drop one, a folder or an archive on the window."
_FORMATS = "CSV, Parquet, JSON, OpenMetrics, and what the monitoring tools export."


class ImportSheet(Sheet):
    """Imports one file, folder or archive at a time; `imported(ImportReport)` when one is in.

    A first look at the file fills in what was said of the last one like it, and shows the columns of a table.
    Enter in any field looks first, Ctrl Enter imports, Enter on a button presses it.
    """

    imported = Signal(object)

    def __init__(self, desk: Desk, window: Window) -> None:
        super().__init__(window, "Import a file", width=800)
        self._desk, self._window = desk, window
        self.file, self.zone, self.at, self.columns = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self._incident = ""  # whose timeline takes the messages
        self._dropped = ""  # a path whose name may hold what is shown as marks
        self.system = SystemField(desk.theme, "The AI system these are about")
        self.record, self.unit = Choices((_ANY, *RECORDS)), Choices(_UNITS)
        self.table = ColumnsPart(desk.theme)
        self._stated: dict[str, str] = {}  # what the columns were said to be, and how the field shows it
        self._surveyed: tuple[Path, str, Options] | None = None
        self._surveying = self._again = self._told = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._survey)
        self.choose, self.folder = QPushButton("Choose …"), QPushButton("Folder …")
        self.preview = QPushButton("Look first")
        self.go = QPushButton("Import")
        self.outcome = Label("", "muted")
        self._lay_out()
        self.choose.clicked.connect(self._choose)
        self.folder.clicked.connect(self._choose_folder)
        self.file.textChanged.connect(self._other_file)
        for changed in (self.zone.textEdited, self.columns.textEdited, self.record.group.idClicked,
                        self.unit.group.idClicked, self.at.textEdited):  # fmt: skip
            changed.connect(self._rest.start)
        self.table.said.connect(self._say_columns)
        self.preview.clicked.connect(lambda: self._run(dry_run=True))
        self.go.clicked.connect(lambda: self._run(dry_run=False))
        desk.operator_changed.connect(lambda _name: self.outcome.show_text(""))

    def open(self) -> None:
        """Show the sheet with the systems known now."""
        self._incident = ""
        self.go.setText("Import")
        self._desk.read(partial(systems.names, self._desk.store), self._fill_systems)
        self.outcome.show_text(f"{_HINT} {_FORMATS}")
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

    def _other_file(self) -> None:
        """Begin anew: what the columns of one file were said to be tells nothing of another's."""
        self._told = False
        if self._stated and self.columns.text() == visible(roles.in_words(self._stated)):
            self._put_options(Options())
        self._rest.start()

    def _survey(self) -> None:
        """Look at the beginning of the file, one look at a time."""
        try:
            asked = (self._path(), self.system.currentText(), self._options())
        except BadInput as error:
            self._show_missing(refused(error))
            return
        if self._surveying:
            self._again = True
        elif self.file.text().strip() and self.isVisible() and asked != self._surveyed:
            self._surveying, self._surveyed = True, asked
            job = self._desk.jobs.bulk(partial(survey.survey, self._desk.store, *asked))
            job.succeeded.connect(partial(self._show_survey, asked[0]))
            job.refused.connect(self._not_surveyed)
            job.ended.connect(self._survey_ended)
            job.start()

    def _show_survey(self, path: Path, found: Survey) -> None:
        if path != self._path():
            return
        if found.as_last and self._options() == Options():
            self._put_options(found.options)
        proposal = found.proposal
        missing = in_fields(proposal.missing) if proposal else ""
        self.table.show_proposal(proposal, "" if missing == self.outcome.text() else missing)
        self._surveyed = (path, self.system.currentText(), self._options())
        if not self._incident and not self._told:
            self.outcome.set_tone(None)
            self.outcome.show_text(surveyed(found))
        self.place()

    def _not_surveyed(self, _error: UserError) -> None:
        """Say nothing: a path may not be typed to its end, and reading the file says all there is to say."""
        self.table.show_proposal(None, "")
        self.place()

    def _survey_ended(self) -> None:
        self._surveying = False
        if self._again:
            self._again = False
            self._rest.start()

    def _show_missing(self, words: str) -> None:
        self.table.missing.setText(words)
        self.table.missing.setVisible(bool(words))
        self.place()

    def _say_columns(self, said: dict[str, str]) -> None:
        """Take what the columns were said to be into the field, and look whether it can be read so."""
        self._stated, self._told = said, False
        self.columns.setText(visible(roles.in_words(said)))
        self._rest.start()

    def _mapping(self) -> dict[str, str]:
        """Return what is said of the columns: as chosen in the table, or as typed."""
        typed = self.columns.text()
        return dict(self._stated) if typed == visible(roles.in_words(self._stated)) else mapping(typed)

    def _put_options(self, said: Options) -> None:
        """Fill in what was said of the last file like this one."""
        self.record.choose(said.record or _ANY)
        self.unit.choose(said.time_unit or _UNITS[0])
        self.zone.setText(said.zone)
        self._stated = dict(said.mapping)
        self.columns.setText(visible(roles.in_words(said.mapping)))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go.click()
        else:
            adds = self.table.words.hasFocus() and self.table.words.text().strip()
            buttons = (self.choose, self.folder, self.go, self.table.add)
            pressed = next((one for one in buttons if one.hasFocus()), self.preview)
            (self.table.add if adds else pressed).click()

    def _fill_systems(self, known: list[System]) -> None:
        typed = self.system.currentText()
        self.system.show_systems(known, typed or (known[0].name if known else ""))

    def _choose(self) -> None:
        if name := QFileDialog.getOpenFileName(self, "Import a file")[0]:
            self._put(name)

    def _choose_folder(self) -> None:
        if name := QFileDialog.getExistingDirectory(self, "Import a folder"):
            self._put(name)

    def _put(self, path: str) -> None:
        self._dropped = path
        self.file.setText(visible(path))

    def _path(self) -> Path:
        typed = self.file.text()
        return Path(self._dropped if typed == visible(self._dropped) else typed.strip())

    def _run(self, *, dry_run: bool) -> None:
        desk, path = self._desk, self._path()
        try:
            options = self._options()
        except BadInput as error:
            self._refused(error)
            return
        self._told = True
        self.outcome.show_text(_READING)
        self.outcome.set_tone(None)
        self.place()
        call = partial(
            ingest.ingest, desk.store, desk.author, path,
            system=self.system.currentText(), options=options, dry_run=dry_run,
        )  # fmt: skip
        job = desk.jobs.bulk(call)
        job.succeeded.connect(partial(self._done, self._incident))
        job.refused.connect(self._refused)
        job.broke.connect(lambda _error: self.outcome.show_text("A fault of the program; it was logged."))
        job.ended.connect(self._ended)
        self._window.footer.follow(job, f"{'Looking at' if dry_run else 'Importing'} {path.name}")
        job.start()

    def _ended(self) -> None:
        """Say so when it was stopped: whatever else ends it has said its own words by now."""
        if self.outcome.text() == _READING:
            self.outcome.show_text("Stopped; nothing was stored.")

    def _options(self) -> Options:
        unit = "" if self.unit.chosen == _UNITS[0] else self.unit.chosen
        record = "" if self.record.chosen == _ANY else self.record.chosen
        store, typed = self._desk.store, self.at.text().strip()
        at = parse_when(typed, now=store.now(), zone=store.zone).at if typed else None
        return Options(record, self.zone.text().strip(), unit, self._mapping(), at)

    def _done(self, incident: str, report: ImportReport) -> None:
        """Tell of an import; `incident` is the one it was begun for, whatever the sheet is open for now."""
        store = self._desk.store
        self.outcome.set_tone(None)
        self.outcome.show_text(in_words(report, ZoneInfo(store.zone), store.now()))
        self.place()
        if not report.dry_run:
            self._desk.tell(f"{report.source}: {report.stored:,} stored, {report.rejected:,} rejected")
            self.imported.emit(report)
            self.dismiss()
            if incident and report.messages:
                self._take(incident, report)

    def _take(self, incident: str, report: ImportReport) -> None:
        """Bring the messages of an import to the timeline, which the status bar follows."""
        desk = self._desk
        call = partial(
            timeline_import.take, desk.store, desk.author, incident, report.messages,
            source=report.source,
        )  # fmt: skip
        desk.long_work(call, f"Bringing {report.source} to the timeline", self._taken)

    def _taken(self, taken: Taken) -> None:
        left = f", {taken.ahead:,} in the future left out" if taken.ahead else ""
        self._desk.tell(f"{taken.added:,} added to the timeline, {taken.already:,} there already{left}")

    def _refused(self, error: UserError) -> None:
        self.outcome.show_text(refused(error))
        if self.table.missing.text() == self.outcome.text():
            self._show_missing("")
        self.outcome.set_tone(Tone.ORANGE)
        self.place()

    def _lay_out(self) -> None:
        self.file.setPlaceholderText("path of a file, an archive or a folder")
        self.zone.setPlaceholderText("UTC, where the times name none")
        self.at.setPlaceholderText("14:20, if it states none")
        self.columns.setPlaceholderText("as the header says; else time=ts,value=latency")
        self.outcome.setWordWrap(True)
        self.outcome.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_look(self.go, role="main")
        self.go.setObjectName("import-go")
        self.go.setEnabled(not self._desk.store.read_only)
        self.body.addLayout(self._form())
        self.body.addWidget(self.table)
        self.body.addWidget(self.outcome)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for widget in (Label("Enter", "key"), self.preview, Label("Ctrl Enter", "key"), self.go):
            buttons.addWidget(widget)
        self.body.addLayout(buttons)

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.addRow(Label("File"), _row(self.file, self.choose, self.folder))
        form.addRow(Label("System"), self.system)
        form.addRow(Label("Holds"), self.record)
        form.addRow(Label("Time zone"), _row(self.zone, Label("Time of the file"), self.at))
        form.addRow(Label("Unit of numeric times"), self.unit)
        form.addRow(Label("Columns"), self.columns)
        named = {"File": self.file, "System": self.system, "Holds": self.record, "Time zone": self.zone,
                 "Time of the file": self.at, "Unit of numeric times": self.unit,
                 "Columns": self.columns}  # fmt: skip
        for name, field in named.items():
            field.setAccessibleName(name)
        return form


def _row(*widgets: QWidget) -> QHBoxLayout:
    """Return widgets side by side, the fields among them as wide as there is room."""
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    return row
