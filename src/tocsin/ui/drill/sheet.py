"""What a drill tells its people: the brief and the messages, and at the end how it went."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tocsin.model.drill import Mark, Scenario, Score
from tocsin.model.response import InjectGiven
from tocsin.operations import drill
from tocsin.ui.desk import Desk
from tocsin.ui.icons import Icon
from tocsin.ui.palette import GAP, SHAPES, Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label
from tocsin.ui.window import Window

_LEAST_HEIGHT = 360
_TONES = {True: Tone.GREEN, False: Tone.RED, None: Tone.GREY}
_WORDS = {True: "reached", False: "missed", None: "not judged"}


class DrillSheet(Sheet):
    """Shows the messages, or the score. Escape closes it and the drill goes on."""

    def __init__(self, desk: Desk, window: Window, told: Scenario) -> None:
        super().__init__(window, f"Drill: {told.title}", width=820)
        self._desk, self._told = desk, told
        self.score: Score | None = None
        self.brief = Label(told.brief, wrap=True)
        self._page = QWidget()
        self._lines = QVBoxLayout(self._page)
        self._lines.setContentsMargins(0, 0, GAP, 0)
        self._lines.setSpacing(GAP)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setMinimumHeight(_LEAST_HEIGHT)
        self._scroll.setWidget(self._page)
        self.save = QPushButton("Save the score sheet as PDF …")
        self.shut = QPushButton("Close   Esc")
        self.body.addWidget(self.brief)
        self.body.addWidget(self._scroll, 1)
        deeds = QHBoxLayout()
        deeds.addWidget(self.save)
        deeds.addStretch(1)
        deeds.addWidget(self.shut)
        self.body.addLayout(deeds)
        self.save.clicked.connect(self._ask_file)
        self.shut.clicked.connect(self.dismiss)
        self.save.hide()

    def show_messages(self, given: Iterable[InjectGiven]) -> None:
        """Show what was brought in so far, the newest first."""
        self.save.hide()
        lines = [self._message(one) for one in reversed(list(given))]
        self._fill(lines or [Label("Nothing was brought in yet. Watch the wall.", "muted", wrap=True)])
        self.present(self.shut)

    def show_score(self, found: Score) -> None:
        """Show how it went."""
        self.score = found
        head = Label(f"{found.passed} of {found.judged} reached", "large")
        missed = [Label(f"Deadline missed: {line}", wrap=True) for line in found.missed]
        lesson = [Label(found.scenario.lesson, "muted", wrap=True)] if found.scenario.lesson else []
        self._fill([head, self._marks(found.marks), *missed, *lesson])
        self.save.show()
        self.present(self.shut)

    def _message(self, one: InjectGiven) -> QWidget:
        to = f"for {one.role}" if one.role else "on the wall"
        return Label(f"{to}: {one.text}", wrap=True)

    def _marks(self, marks: Iterable[Mark]) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GAP)
        grid.setColumnStretch(4, 1)
        for row, one in enumerate(marks):
            tone = _TONES[one.passed]
            grid.addWidget(Icon(self._desk.theme, SHAPES[tone], tone.value, 13), row, 0)
            grid.addWidget(Label(_WORDS[one.passed]), row, 1)
            grid.addWidget(Label(one.title), row, 2)
            grid.addWidget(Label(_took(one), "mono"), row, 3)
            grid.addWidget(Label(one.said, "muted", wrap=True), row, 4)
        return table

    def _fill(self, widgets: Iterable[QWidget]) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for widget in widgets:
            self._lines.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        self._lines.addStretch(1)

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the score sheet", f"{self._told.id}-score.pdf", "PDF (*.pdf)"
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, file: Path) -> None:
        """Write the score shown as a PDF."""
        if self.score is not None:
            call = partial(drill.write_sheet, self._desk.store, self.score, file)
            self._desk.read(call, lambda _none: self._desk.tell(f"Saved {file}"))


def _took(one: Mark) -> str:
    if one.target is None:
        return ""
    target = f"{one.target.total_seconds() / 60:.0f} min"
    return f"- / {target}" if one.took is None else f"{one.took.total_seconds() / 60:.0f} / {target}"
