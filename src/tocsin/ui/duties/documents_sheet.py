"""Exporting documents: which kind, which paper, draft or as filed, for readers inside or outside."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.incident import Incident
from tocsin.model.journal import DocumentExported, Entry
from tocsin.model.operator import Author
from tocsin.operations import documents, incidents
from tocsin.store.folder import Store
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.lines import LinePainter, PlainLine
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.rows import Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, set_look

_WIDTH, _LIST_WIDTH, _HEIGHT = 860, 380, 340
_NOTICE, _WORKSHEET, _INSIDE = "notice", "worksheet", "notice inside"
_INSIDERS, _OUTSIDERS = "inside", "outside"
_BARE, _RECORD = "paper alone", "with the incident as JSON"
_TURNS = {Qt.Key.Key_P: "paper", Qt.Key.Key_S: "standing", Qt.Key.Key_R: "readers", Qt.Key.Key_J: "record"}


@dataclass(frozen=True, slots=True)
class _Offered:
    """A kind of document on offer; `outside` tells whether it may go to outsiders."""

    id: str
    title: str
    below: str
    outside: bool
    record: bool = True


class DocumentsSheet(Sheet):
    """Up and Down choose, Alt P S R J turn what is chosen at the right, Enter exports."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Export documents", width=_WIDTH)
        self._desk = desk
        self._duty = ""
        self._incident: Incident | None = None
        self._busy = False
        self.rows = Rows(LinePainter(desk.theme, margin=GAP), "Documents", keys_mean_cursor=True)
        self.paper, self.standing = Choices([paper.value for paper in Paper]), Choices(["DRAFT", "AS FILED"])
        self.readers, self.record = Choices([_INSIDERS, _OUTSIDERS]), Choices([_BARE, _RECORD])
        self.about, self.help = Label("", "muted", wrap=True), Label("", "small", wrap=True)
        self.note = Label("", wrap=True)
        self.export_button = QPushButton("Export   Enter")
        self.elsewhere_button = QPushButton("Export as …   Alt E")
        self._lay_out()
        self._wire()

    def open(self, duty: str = "") -> None:
        """Open on the notice of a duty of the incident in hand, else on the incident report."""
        self._duty, self._incident = duty, None
        self._say("")
        self.about.show_text("Reading …")
        self.present(self.rows)
        self._fill()
        if not self._desk.incident:
            self._offer()
            return
        call = partial(incidents.get, self._desk.store, self._desk.incident)
        job = self._desk.read(call, self._learn)
        job.refused.connect(lambda error: self._say(str(error)))

    def printing(self) -> Printing:
        """How it is printed, as chosen."""
        return Printing(
            Paper(self.paper.chosen),
            Standing.AS_FILED if self.standing.chosen == "AS FILED" else Standing.DRAFT,
            outside=self.readers.chosen == _OUTSIDERS,
            record=self.record.chosen == _RECORD,
        )

    def export(self, path: Path | None = None) -> None:
        """Make the chosen document and write it, beside the others of this store or to `path`."""
        one, desk = self._chosen, self._desk
        if one is None or self._busy or desk.store.read_only:
            return
        printing = self.printing()
        if printing.outside and not one.outside:
            self._say(f"“{one.title}” is for people inside only.")
            return
        self._busy = True
        self._say("Laying it out …", Tone.BLUE)
        incident = self._incident.reference if self._incident else ""
        call = partial(_export, desk.store, desk.author, incident, self._duty, one.id, printing, path)
        job = desk.jobs.bulk(call)
        job.succeeded.connect(self._exported)
        job.refused.connect(self._refused)
        job.broke.connect(
            lambda _error: self._say("A fault of the program; it was logged. Nothing was lost.")
        )
        job.ended.connect(self._ended)
        job.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key, alt = Qt.Key(event.key()), event.modifiers() == Qt.KeyboardModifier.AltModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.export()
        elif alt and key == Qt.Key.Key_E:
            self._elsewhere()
        elif alt and key in _TURNS:
            self._turn(getattr(self, _TURNS[key]))
        else:
            super().keyPressEvent(event)

    @property
    def _chosen(self) -> _Offered | None:
        line: PlainLine | None = self.rows.selected
        return line.fact if line is not None and isinstance(line.fact, _Offered) else None

    def _turn(self, choices: Choices) -> None:
        buttons = [one for one in choices.group.buttons() if one.isEnabled()]
        at = next((i for i, one in enumerate(buttons) if one.isChecked()), -1)
        if buttons:
            buttons[(at + 1) % len(buttons)].setChecked(True)
        self._say("")

    def _learn(self, incident: Incident) -> None:
        if incident.id != self._desk.incident:
            return  # another one was chosen meanwhile
        self._incident = incident
        self._offer()

    def _offer(self) -> None:
        known = self._incident
        about = (
            f"{known.reference}  {known.title}"
            if known
            else "No incident in hand: only what is of the store."
        )
        self.about.show_text(
            f"{about} · this store can only be read here" if self._desk.store.read_only else about
        )
        self._fill()
        if self.rows.facts:
            self.rows.select(self.rows.facts[0].key)

    def _fill(self) -> None:
        offered = _offered(self._duty) if self._incident else [one for one in _offered("") if _of_store(one)]
        self.rows.show_rows((one.id, one.title, PlainLine(one.id, one.title, "", one.below, icon="report",
                                                          fact=one)) for one in offered)  # fmt: skip
        self._show_chosen()

    def _show_chosen(self) -> None:
        one = self._chosen
        writable = one is not None and not self._desk.store.read_only
        for button in (self.export_button, self.elsewhere_button):
            button.setEnabled(writable)
        outside, record = one is None or one.outside, one is None or one.record
        self.readers.group.button(1).setEnabled(outside)
        self.record.group.button(1).setEnabled(record)
        if not outside:
            self.readers.choose(_INSIDERS)
        if not record:
            self.record.choose(_BARE)
        self.help.show_text(_help(outside))
        self._placed()

    def _elsewhere(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the document", "", "PDF (*.pdf)")
        if chosen:
            self.export(Path(chosen))

    def _exported(self, entry: Entry) -> None:
        path = entry.body.path if isinstance(entry.body, DocumentExported) else ""
        self._say(f"Exported to {path}", Tone.GREEN)
        self._desk.tell(f"Exported {path}")

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        self._busy = False

    def _say(self, text: str, tone: Tone | None = Tone.RED) -> None:
        self.note.show_text(text)
        self.note.set_tone(tone)
        self.note.setVisible(bool(text))
        QTimer.singleShot(0, self, self._placed)

    def _wire(self) -> None:
        self.rows.selectionModel().currentChanged.connect(lambda *_: self._show_chosen())
        self.rows.chosen.connect(lambda _one: self.export())
        self.export_button.clicked.connect(lambda: self.export())
        self.elsewhere_button.clicked.connect(self._elsewhere)

    def _lay_out(self) -> None:
        self.setObjectName("documents-sheet")
        self.rows.setObjectName("documents")
        self.rows.setFixedWidth(_LIST_WIDTH)
        self.rows.setMinimumHeight(_HEIGHT)
        set_look(self.export_button, role="main")
        form = QFormLayout()
        form.setHorizontalSpacing(GAP)
        for words, choices in (
            ("Paper   Alt P", self.paper), ("Standing   Alt S", self.standing),
            ("Readers   Alt R", self.readers), ("Record   Alt J", self.record),
        ):  # fmt: skip
            form.addRow(Label(words, "muted"), choices)
        right, columns, foot = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        right.setSpacing(GAP)
        right.addLayout(form)
        right.addWidget(self.help)
        right.addStretch(1)
        columns.setSpacing(2 * GAP)
        columns.addWidget(self.rows)
        columns.addLayout(right, 1)
        foot.addStretch(1)
        foot.addWidget(self.elsewhere_button)
        foot.addWidget(self.export_button)
        self.body.addWidget(self.about)
        self.body.addLayout(columns, 1)
        self.body.addWidget(self.note)
        self.body.addLayout(foot)


def _offered(duty: str) -> list[_Offered]:
    """Return what may be exported: the papers of a duty's notice first, then every kind there is."""
    own = [
        _Offered(_NOTICE, "Notice", "of the duty selected, for the authority", outside=True, record=False),
        _Offered(_WORKSHEET, "Portal worksheet", "field by field, in the portal's order", True, record=False),
        _Offered(_INSIDE, "Notice, copy kept inside", "with approvals, origins and evidence", False),
    ]
    kinds = [
        _Offered(one.id, one.title, "may go outside" if one.outside else "for people inside", one.outside)
        for one in documents.KINDS.values()
    ]
    return [*(own if duty else []), *kinds]


def _of_store(one: _Offered) -> bool:
    return one.id in documents.KINDS and documents.KINDS[one.id].of != "incident"


def _help(outside: bool) -> str:
    who = "For outsiders persons and what is marked personal are replaced." if outside else (
        "This one is for people inside only.")  # fmt: skip
    return (
        f"{who} AS FILED is for what was approved and went out. With the incident as JSON the file is "
        "PDF/A-3b, for copies that stay inside."
    )


def _export(
    store: Store, author: Author, incident: str, duty: str, kind: str, printing: Printing, path: Path | None
) -> Entry:
    """Make a document and write it; return the entry of its export."""
    from tocsin.operations import notice

    if kind not in (_NOTICE, _WORKSHEET, _INSIDE):
        made = documents.make(store, incident, kind, printing)
        return documents.file(store, author, made, path or documents.path_of(store, made))
    name = "-".join((incident, *duty.split("/"), kind.replace(" ", "-"), f"{store.now():%Y%m%dT%H%M%SZ}"))
    target = path or store.folder("exports") / f"{name}.pdf"
    return notice.export(
        store, author, incident, duty, target, printing=printing, worksheet=kind == _WORKSHEET,
        inside=kind == _INSIDE,
    )  # fmt: skip
