"""The report screen: what would be exported now, as of which entry, and the key that exports it."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.report import IncidentReport
from tocsin.operations import documents
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.report.pages import Document, Pages, opened
from tocsin.ui.text import Label, set_look
from tocsin.ui.times import stamp


@dataclass(frozen=True, slots=True)
class _Preview:
    """A report with its bytes and where an export of it goes by itself."""

    incident: str
    report: IncidentReport
    document: Document
    path: Path


def _preview(store: Store, incident: str) -> _Preview:
    report = documents.build(store, incident)
    return _Preview(incident, report, opened(documents.render(report)), documents.default_path(store, report))


class ReportScreen(QWidget):
    """Previews the report of the incident in hand; the preview is the bytes an export would write."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._preview: _Preview | None = None
        self._reading = self._stale = False
        self.title, self.as_of = Label("INCIDENT REPORT", "heading"), Label("", "small")
        self.export_button = QPushButton("Export PDF   Ctrl P")
        self.elsewhere_button = QPushButton("Export as …")
        self.pages = Pages(desk)
        self.empty = Label("", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self._lay_out()
        for button in (self.export_button, self.elsewhere_button):
            button.setEnabled(not desk.store.read_only)
        self.export_button.clicked.connect(self.export)
        self.elsewhere_button.clicked.connect(self._choose)
        desk.incident_chosen.connect(lambda _id: self.refresh())
        desk.bell.journal_changed.connect(self.refresh)
        self._show_state("Loading …" if desk.incident else "No incident in hand. Choose one with Ctrl K.")

    def refresh(self) -> None:
        """Lay the report out anew, if anybody is looking."""
        self._stale = True
        if self._reading or not self.isVisible():
            return
        if not self._desk.incident:
            self._show_state("No incident in hand. Choose one with Ctrl K.")
            return
        self._stale, self._reading = False, True
        call = partial(_preview, self._desk.store, self._desk.incident)
        job = self._desk.read(call, self._show)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def export(self, path: Path | None = None) -> None:
        """Write the report beside the others of this store, or to `path`, and record it."""
        desk, incident = self._desk, self._desk.incident
        if not incident:
            desk.tell("There is no incident in hand to report on.", trouble=True)
            return
        author, store = desk.author, desk.store

        def file(made: documents.Made) -> None:
            # Only the file and its entry go over the lane of short commands; making takes longer.
            target = path or documents.default_path(store, made.report)
            desk.write(
                partial(documents.file, store, author, made, target),
                lambda entry: desk.tell(f"Exported {entry.body.path}"),
                said="Exported",
            )

        desk.read(partial(documents.make, store, incident), file)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.refresh()

    def _choose(self) -> None:
        name = str(self._preview.path) if self._preview else ""
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the report", name, "PDF (*.pdf)")
        if chosen:
            self.export(Path(chosen))

    def _show(self, preview: _Preview) -> None:
        if preview.incident != self._desk.incident:
            return
        same = self._preview is not None and self._preview.document.content == preview.document.content
        self._preview = preview
        mark, zone = preview.report.as_of, ZoneInfo(self._desk.store.zone)
        self.as_of.show_text(f"as of {stamp(mark.at, zone)} · entry {mark.sha256[:12]}")
        self.title.show_text(f"INCIDENT REPORT  {preview.report.reference}")
        if not same:
            self.pages.show_document(preview.document)
        self.stack.setCurrentWidget(self.pages)

    def _refused(self, error: UserError) -> None:
        self._show_state(str(error))

    def _ended(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh()

    def _show_state(self, words: str) -> None:
        self.empty.show_text(words)
        self.stack.setCurrentWidget(self.empty)

    def _lay_out(self) -> None:
        set_look(self.export_button, role="main")
        self.export_button.setObjectName("export-pdf")
        bar = QHBoxLayout()
        bar.addWidget(self.title)
        bar.addSpacing(GAP)
        bar.addWidget(self.as_of)
        bar.addStretch(1)
        bar.addWidget(self.elsewhere_button)
        bar.addWidget(self.export_button)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addLayout(bar)
        layout.addWidget(self.stack, 1)
