"""One decision as a person reviews it: what was asked and answered first, then every other column."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from tocsin.operations.spotcheck import Case
from tocsin.ui.palette import GAP, PAD
from tocsin.ui.spotcheck.words import bounded, is_long
from tocsin.ui.text import Label, set_look
from tocsin.ui.timeline.words import full

_ACROSS = 2  # short columns side by side
_GONE = "Its decision log is gone; import it again to review this decision."


class CaseView(QScrollArea):
    """Shows one decision; `turn` moves within a long one. Everything in it is text from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("spotcheck-case")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Decision")
        set_look(self, role="cell")
        self.decision = ""

    def show_case(self, case: Case, first: Sequence[str], zone: str) -> None:
        """Show a decision, the columns `first` before the others, its time in `zone`, from its beginning."""
        self.decision = case.decision
        place = {name: at for at, name in enumerate(first)}
        told = [(name, _told(name, text, zone)) for name, text in case.cells if text and name != "id"]
        told.sort(key=lambda cell: place.get(cell[0], len(place)))
        long = [cell for cell in told if is_long(cell[1])]
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(PAD, GAP, PAD, GAP)
        layout.setSpacing(4)
        for name, text in long:
            layout.addWidget(_heading(name))
            layout.addWidget(_value(text))
            layout.addSpacing(GAP)
        layout.addLayout(_grid([cell for cell in told if cell not in long]))
        if not case.cells:
            layout.addWidget(Label(_GONE, "muted", wrap=True))
        layout.addStretch(1)
        self.setWidget(page)
        self.verticalScrollBar().setValue(0)

    def clear(self) -> None:
        """Show nothing."""
        self.decision = ""
        self.setWidget(QWidget())

    def turn(self, steps: float) -> None:
        """Move by so many pages, down when positive."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + round(steps * bar.pageStep()))


def _grid(cells: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(PAD)
    grid.setVerticalSpacing(6)
    height = -(-len(cells) // _ACROSS)
    for number, (name, text) in enumerate(cells):
        across, down = divmod(number, max(height, 1))
        head = Label(name, "muted", wrap=True)
        head.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid.addWidget(head, down, 2 * across)
        grid.addWidget(_value(text), down, 2 * across + 1)
    for across in range(_ACROSS):
        grid.setColumnStretch(2 * across, 1)
        grid.setColumnStretch(2 * across + 1, 2)
    return grid


def _told(name: str, text: str, zone: str) -> str:
    """Return a cell in words; the log's own time, which is in UTC, as screens show times."""
    return full(datetime.fromisoformat(text), zone) if name == "time" else text


def _heading(name: str) -> Label:
    return Label(name, "heading")


def _value(text: str) -> Label:
    label = Label(bounded(text), wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label
