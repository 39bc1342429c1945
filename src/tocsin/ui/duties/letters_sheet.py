"""Letters to persons as a batch: which kind, from which list, how the first reads, which rows are refused."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import UserError
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.letters import LetterKind
from tocsin.operations import incidents
from tocsin.store.folder import Store
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.duties.letter_form import LetterForm
from tocsin.ui.duties.preview_panel import PreviewPanel
from tocsin.ui.jobs import Job
from tocsin.ui.lines import LinePainter, PlainLine
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.rows import Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, set_look, visible

if TYPE_CHECKING:  # they bring ReportLab along
    from tocsin.operations.letters import Asked, LettersReport

_WIDTH, _KINDS_WIDTH, _KINDS_HEIGHT, _FORM_HEIGHT, _TOLD_HEIGHT = 1240, 330, 190, 360, 150
_ONE, _MANY = "one PDF", "a file each"
_NO_INCIDENT = "No incident in hand. Ctrl K finds one: letters belong to an incident."
_MOST_TOLD = 200


class LettersSheet(Sheet):
    """Alt L chooses the list, Alt C checks it and shows the first letter, Ctrl Enter makes all of them."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Letters to persons", width=_WIDTH)
        self._desk = desk
        self._duty = self._reference = ""
        self._job: Job | None = None
        self.kinds = Rows(LinePainter(desk.theme, margin=GAP), "Kinds of letters", keys_mean_cursor=True)
        self.form, self.list = LetterForm(), QLineEdit()
        self.paper, self.out = Choices([paper.value for paper in Paper]), Choices([_ONE, _MANY])
        self.standing = Choices(["DRAFT", "AS FILED"])
        self.told, self.preview = QPlainTextEdit(), PreviewPanel(desk)
        self.about, self.note = Label("", "muted", wrap=True), Label("", wrap=True)
        self.bar = QProgressBar()
        self.list_button = QPushButton("Choose …   Alt L")
        self.check_button, self.make_button = QPushButton("Check   Alt C"), QPushButton("Make   Ctrl Enter")
        self.stop_button = QPushButton("Stop   Alt X")
        self._lay_out()
        self._wire()

    def open(self, duty: str = "") -> None:
        """Open on the kind of letter that serves a duty."""
        self._duty = duty
        self._say("")
        self.about.show_text("Reading …" if self._desk.incident else _NO_INCIDENT)
        self.present(self.kinds)
        job = self._desk.read(_kinds, self._learn)
        job.refused.connect(lambda error: self._say(str(error)))
        if self._desk.incident:
            call = partial(incidents.get, self._desk.store, self._desk.incident)
            self._desk.read(call, lambda known: self._show_about(known.reference, known.title))
        self._enable()

    def take(self, path: Path) -> None:
        """Take a list of persons."""
        self.list.setText(str(path))

    def check(self) -> None:
        """Tell what would become of the list, and show the first letter; nothing is written."""
        asked = self._asked()
        if asked is None:
            return
        from tocsin.operations import letters

        self.preview.clear("Alt C shows the first letter here.")
        call = partial(letters.check, self._desk.store, self._desk.incident, asked)
        self._run(call, "Checking the list of persons", partial(self._checked, asked))

    def make(self) -> None:
        """Make the letters of all rows that are right; progress stands below, and it can be stopped."""
        asked = self._asked()
        if asked is None or self._desk.store.read_only:
            return
        from tocsin.operations import letters

        store = self._desk.store
        name = f"{self._reference}-letters-{asked.kind}-{store.now():%Y%m%dT%H%M%SZ}"
        whole = self.out.chosen == _ONE
        target = store.folder("exports") / (f"{name}.pdf" if whole else name)
        call = partial(letters.make, store, self._desk.author, self._desk.incident, asked, target,
                       id=store.new_id())  # fmt: skip
        self._run(call, "Making letters", self._made)

    def stop(self) -> None:
        """Stop the batch; nothing of it stays."""
        if self._job is not None:
            self._job.cancel()
            self._say("Stopping …", Tone.BLUE)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        keys = {Qt.Key.Key_L: self._choose, Qt.Key.Key_C: self.check, Qt.Key.Key_X: self.stop}
        if alt and event.key() in keys:
            keys[Qt.Key(event.key())]()
        elif enter and control:
            self.make()
        elif enter and self.list.hasFocus():
            self.check()
        elif enter:
            self.focusNextPrevChild(True)
        else:
            super().keyPressEvent(event)

    @property
    def kind(self) -> LetterKind | None:
        """The kind of letter chosen."""
        line: PlainLine | None = self.kinds.selected
        return line.fact if line is not None and isinstance(line.fact, LetterKind) else None

    def _asked(self) -> "Asked | None":
        """Return what is asked for; what is missing is said."""
        from tocsin.operations.letters import Asked

        kind, path = self.kind, self.list.text().strip()
        if self._job is not None or kind is None:
            return None
        if not self._desk.incident:
            self._say(_NO_INCIDENT)
        elif not path:
            self._say("Choose the list of persons first: CSV or JSON lines, a person a row.")
            self.list.setFocus()
        else:
            standing = Standing.AS_FILED if self.standing.chosen == "AS FILED" else Standing.DRAFT
            printing = Printing(Paper(self.paper.chosen), standing, outside=True)
            return Asked(kind.id, Path(path), printing, self.form.given())
        return None

    def _run(self, call: Callable[[], object], title: str, done: Callable[["LettersReport"], None]) -> None:
        self._say(f"{title} …", Tone.BLUE)
        self.told.setPlainText("")
        job = self._desk.jobs.bulk(call)
        self._job = job
        job.progressed.connect(lambda at: self._progress(at.done, at.total))
        job.succeeded.connect(done)
        job.refused.connect(self._refused)
        job.broke.connect(
            lambda _error: self._say("A fault of the program; it was logged. Nothing was written.")
        )
        job.ended.connect(self._ended)
        self._desk.work_begun.emit(job, title)
        self._enable()
        job.start()

    def _progress(self, done: int, total: int | None) -> None:
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(round(1000 * done / total) if total else 0)

    def _checked(self, asked: "Asked", report: "LettersReport") -> None:
        self._tell(report)
        if report.letters:
            first = partial(_first, self._desk.store, self._desk.incident, asked)
            self.preview.ask(f"{asked}", "first letter", first)
        tone = Tone.ORANGE if report.refused else Tone.GREEN
        self._say(f"{report.letters:,} letters would be made, {report.refused:,} rows refused.", tone)

    def _made(self, report: "LettersReport") -> None:
        self._tell(report)
        tone = Tone.ORANGE if report.refused else Tone.GREEN
        self._say(
            f"{report.letters:,} letters, {report.refused:,} rows refused. Written to {report.path}", tone
        )
        self._desk.tell(f"{report.letters:,} letters written to {report.path}")

    def _tell(self, report: "LettersReport") -> None:
        lines = [*report.notes, *(one.said() for one in report.problems[:_MOST_TOLD])]
        lines += [f"unknown column: {one}" for one in report.unknown]
        if len(report.problems) > _MOST_TOLD:
            lines.append(f"and {len(report.problems) - _MOST_TOLD} more")
        self.told.setPlainText(visible("\n".join(lines) or "Every row gives a letter."))

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        stopped = self._job is not None and self.note.text() == "Stopping …"
        self._job = None
        if stopped:
            self._say("Stopped. Nothing was written.", Tone.YELLOW)
        self._enable()

    def _learn(self, kinds: Sequence[LetterKind]) -> None:
        self.kinds.show_rows((one.id, one.title, PlainLine(
            one.id, one.title, "", ", ".join(one.duties) or "for any incident", icon="log", fact=one,
        )) for one in kinds)  # fmt: skip
        wanted = next((one.id for one in kinds if self._duty and self._duty in one.duties), "")
        if wanted or not self.kinds.currentIndex().isValid():
            self.kinds.select(wanted or (kinds[0].id if kinds else ""))
        self._show_kind()
        QTimer.singleShot(0, self, self._placed)

    def _show_kind(self) -> None:
        if (kind := self.kind) is not None:
            self.form.show_kind(kind)

    def _show_about(self, reference: str, title: str) -> None:
        self._reference = reference
        only = " · this store can only be read here" if self._desk.store.read_only else ""
        self.about.show_text(f"{reference}  {title}{only}")

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "The list of persons", "", "Lists (*.csv *.tsv *.jsonl *.txt)"
        )
        if name:
            self.take(Path(name))

    def _enable(self) -> None:
        busy = self._job is not None
        for button in (self.check_button, self.make_button):
            button.setEnabled(not busy and bool(self._desk.incident))
        self.make_button.setEnabled(self.make_button.isEnabled() and not self._desk.store.read_only)
        self.bar.setVisible(busy)
        self.bar.setRange(0, 0)
        self.stop_button.setVisible(busy)

    def _say(self, text: str, tone: Tone | None = Tone.RED) -> None:
        self.note.show_text(text)
        self.note.set_tone(tone)
        self.note.setVisible(bool(text))
        self._placed()

    def _wire(self) -> None:
        self.kinds.selectionModel().currentChanged.connect(lambda *_: self._show_kind())
        self.list_button.clicked.connect(self._choose)
        self.check_button.clicked.connect(self.check)
        self.make_button.clicked.connect(self.make)
        self.stop_button.clicked.connect(self.stop)

    def _lay_out(self) -> None:
        self.setObjectName("letters-sheet")
        self.kinds.setObjectName("letter-kinds")
        self.kinds.setFixedSize(_KINDS_WIDTH, _KINDS_HEIGHT)
        self.list.setObjectName("letters-list")
        self.list.setPlaceholderText("the list of persons: a CSV file, a person a row")
        self.list.setAccessibleName("The list of persons")
        self.told.setReadOnly(True)
        self.told.setMinimumHeight(_TOLD_HEIGHT)
        self.told.setTabChangesFocus(True)
        self.told.setAccessibleName("What becomes of the rows")
        self.told.setPlaceholderText("Rows that are wrong are refused with the reason, the others are made.")
        self.form.setMinimumHeight(_FORM_HEIGHT)
        self.preview.clear("Alt C shows the first letter here.")
        set_look(self.make_button, role="main")
        left, middle, columns, foot = QVBoxLayout(), QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for part in (self.kinds, self.paper, self.out, self.standing, self.told):
            left.addWidget(part)
        line = QHBoxLayout()
        line.addWidget(self.list, 1)
        line.addWidget(self.list_button)
        middle.addLayout(line)
        middle.addWidget(Label("Said for everybody; a column of the same name goes before it", "heading"))
        middle.addWidget(self.form, 1)
        columns.setSpacing(GAP)
        columns.addLayout(left)
        columns.addLayout(middle, 5)
        columns.addWidget(self.preview, 5)
        foot.addWidget(self.bar, 1)
        foot.addStretch(1)
        for button in (self.stop_button, self.check_button, self.make_button):
            foot.addWidget(button)
        self.body.addWidget(self.about)
        self.body.addLayout(columns, 1)
        self.body.addWidget(self.note)
        self.body.addLayout(foot)


def _kinds() -> tuple[LetterKind, ...]:
    from tocsin.policy import letters

    return letters.shipped()


def _first(store: Store, incident: str, asked: "Asked") -> bytes:
    """Return the first letter as PDF."""
    from tocsin.operations import letters

    return letters.first(store, incident, asked)
