"""The blast radius: counted off the interface thread, each figure with what it rests on."""

from functools import partial

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.blast_radius import Radius
from tocsin.model.incident import Incident
from tocsin.operations import blast_radius
from tocsin.operations.progress import Progress
from tocsin.ui.contain import words
from tocsin.ui.contain.options_panel import small
from tocsin.ui.contain.words import Figure
from tocsin.ui.desk import Desk
from tocsin.ui.jobs import Job
from tocsin.ui.palette import PAD, SMALL, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.text import Label
from tocsin.ui.theme import mono, sans

_HEIGHT, _WHAT_WIDTH = 42, 190


class FigurePainter(RowPainter):
    """Draws a line of the blast radius."""

    def height(self, fact: Figure, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Figure) -> None:
        left, right = rect.left() + PAD, rect.right() - PAD
        what = QRect(left, rect.top() + 4, _WHAT_WIDTH, 20)
        self.text(painter, what, fact.what, sans(), "muted" if fact.tone is None else fact.tone.value)
        beside = left + _WHAT_WIDTH + 8
        figure = QRect(beside, rect.top() + 4, right - beside, 20)
        known = fact.figure != "not known"
        font = mono() if (known and fact.figure[:1].isdigit()) or fact.figure[:1] == "+" else sans()
        self.text(painter, figure, fact.figure, font, "text" if known else "muted")
        rests = QRect(beside, rect.top() + 23, right - beside, 15)
        self.text(painter, rests, fact.rests, sans(SMALL), "muted")


class RadiusPanel(Panel):
    """Counts anew when what it rests on changed, or with B; `radius` is the newest."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Blast radius")
        self._desk = desk
        self._incident: Incident | None = None
        self._counted: object = None
        self._job: Job | None = None
        self.radius: Radius | None = None
        self.rows = Rows(FigurePainter(desk.theme), "Blast radius")
        self.rows.setObjectName("blast-radius")
        self.said = Label("", "muted", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.again = small("Count again", "B", "Count the blast radius again")
        self.again.clicked.connect(self.count)
        self.head.addWidget(self.again)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(PAD, PAD, PAD, PAD)
        column.addWidget(self.said)
        self._below = below
        self.room.addWidget(below)
        self.room.addWidget(self.rows, 1)

    def show_incident(self, known: Incident) -> None:
        """Count the blast radius of an incident, unless what it rests on is as it was."""
        if self._incident is not None and known.id != self._incident.id:
            self.radius, self._counted = None, None
            self.rows.show_rows([])
        self._incident = known
        rests = (
            known.id,
            known.start,
            known.moves,
            known.text("scope"),
            known.text("version"),
            len(known.alerts),
        )
        if rests != self._counted and self.isVisible():
            self._counted = rests
            self.count()

    def count(self) -> None:
        """Count now; what runs already is stopped."""
        known = self._incident
        if known is None:
            return
        if self._job is not None:
            self._job.cancel()
        self._say("Counting …")
        job = self._job = self._desk.jobs.bulk(partial(blast_radius.look, self._desk.store, known.id))
        job.progressed.connect(self._progress)
        job.succeeded.connect(self._show)
        job.refused.connect(self._refused)
        job.broke.connect(lambda _error: self._say("A fault of the program; it was logged."))
        job.ended.connect(partial(self._ended, job))
        job.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if self._incident is not None:
            self.show_incident(self._incident)

    def _progress(self, step: Progress) -> None:
        told = f"{step.done} of {step.total}" if step.total else ""
        self.remark.show_text(f"{step.note} {told}".strip())

    def _show(self, radius: Radius) -> None:
        if self._incident is None or radius.incident != self._incident.id:
            return
        self.radius = radius
        self._say("")
        self.remark.show_text(radius.rests["span"])
        self.remark.set_tone(None)
        self.rows.show_rows(
            (one.what, f"{one.what}: {one.figure}, {one.rests}", one) for one in words.figures(radius)
        )

    def _refused(self, error: UserError) -> None:
        self._say(str(error))
        self.remark.show_text("")

    def _ended(self, job: Job) -> None:
        if self._job is job:
            self._job = None

    def _say(self, text: str) -> None:
        self.said.show_text(text if self.radius is None or text != "Counting …" else "")
        self._below.setVisible(bool(self.said.text()))
        self.said.set_tone(Tone.ORANGE if text and text != "Counting …" else None)
