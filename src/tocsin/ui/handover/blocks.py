"""The blocks of a briefing on the screen: as fields to edit, and as words to read."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from tocsin.model.briefing import BLOCKS, NUMBERS
from tocsin.model.handover import QUESTIONS, Handover
from tocsin.ui.palette import GAP
from tocsin.ui.text import Label, set_look, visible

_FEWEST, _MOST = 2, 8  # lines of a field
_AROUND = 24  # pixels of border, padding and margin of a field
_HINTS = {
    "objectives": "What is to be reached, in this order",
    "resources": "Who and what works on it, what was asked for",
    "constraints": "What must not be done, and until when",
    "potential": "Where it may go if it goes badly",
    QUESTIONS: "One a line; whoever takes over answers each",
}


def caption(block: str) -> str:
    """Return the heading of a block, with its number on the form ICS-201 where it has one."""
    number = NUMBERS.get(block)
    return f"{BLOCKS[block]}   ICS-201, {number}" if number else BLOCKS[block]


class Scroller(QScrollArea):
    """As high as what it holds, while there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.held = QWidget()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self.held)

    def sizeHint(self) -> QSize:  # noqa: N802
        return self.held.sizeHint() + QSize(GAP, 4)


class BriefingForm(Scroller):
    """A field a block, two beside each other. What somebody wrote stays; the rest follows the facts."""

    def __init__(self) -> None:
        super().__init__()
        self.fields = {block: QPlainTextEdit() for block in BLOCKS}
        self._offered: dict[str, str] = {}  # what the facts give
        self._before: dict[str, str] = {}  # what somebody wrote before
        grid = QGridLayout(self.held)
        grid.setContentsMargins(0, 0, GAP, 0)
        grid.setSpacing(GAP)
        for number, (block, field) in enumerate(self.fields.items()):
            field.setObjectName(f"briefing-{block}")
            field.setAccessibleName(BLOCKS[block])
            field.setTabChangesFocus(True)
            field.setPlaceholderText(_HINTS.get(block, ""))
            field.document().documentLayout().documentSizeChanged.connect(partial(_fit, field))
            cell = QVBoxLayout()
            cell.setSpacing(2)
            cell.addWidget(Label(caption(block), "small"))
            cell.addWidget(field)
            cell.addStretch(1)
            wide = block == QUESTIONS and number % 2 == 0
            grid.addLayout(cell, number // 2, number % 2, 1, 2 if wide else 1)
            _fit(field)

    def offer(self, blocks: Mapping[str, str], *, anew: bool = False) -> None:
        """Put what the facts give into the fields nobody wrote in; into all of them when begun `anew`."""
        for block, field in self.fields.items():
            if anew or not self.written(block):
                self._before.pop(block, None)
                self._offered[block] = blocks.get(block, "")
                field.setPlainText(visible(self._offered[block]))

    def write(self, blocks: Mapping[str, str]) -> None:
        """Put what somebody wrote before into the fields, to be changed."""
        self._before = dict(blocks)
        for block, field in self.fields.items():
            field.setPlainText(visible(blocks.get(block, "")))

    def written(self, block: str) -> bool:
        """Whether somebody changed what was offered for a block."""
        return self.fields[block].toPlainText() != visible(self._offered.get(block, ""))

    def blocks(self) -> dict[str, str]:
        """Return what stands in the fields; what was offered comes back without the marks it was shown by."""
        return {block: self._text(block) for block in self.fields}

    def _text(self, block: str) -> str:
        shown = self.fields[block].toPlainText()
        known = (self._offered.get(block, ""), self._before.get(block, ""))
        return next((text for text in known if shown == visible(text)), shown)


class BriefingView(Scroller):
    """A briefing to read; of its open questions, a field each for whoever takes over."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Briefing")
        self.answers: dict[str, QLineEdit] = {}
        self._shown: tuple[str, bool, tuple[tuple[str, str], ...]] = ("", False, ())
        self._grid = QGridLayout(self.held)
        self._grid.setContentsMargins(0, 0, GAP, 0)
        self._grid.setSpacing(GAP)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)

    def show_handover(self, one: Handover, *, answering: bool) -> None:
        """Show its briefing; what was typed as an answer stays while it is the same hand-over."""
        now = one.id, answering, tuple(one.answers.items())
        if now == self._shown:
            return  # whoever is just typing an answer is not disturbed
        typed = self.typed() if one.id == self._shown[0] else {}
        self._shown = now
        self._clear()
        told = [block for block in BLOCKS if block != QUESTIONS]
        for number, block in enumerate(told):
            self._grid.addWidget(_read(block, one.briefing.get(block, "")), number // 2, number % 2)
        row = len(told) // 2 + 1
        if one.questions:
            self._grid.addWidget(
                Label("Open questions, answered by whoever takes over", "heading"), row, 0, 1, 2
            )
        for number, question in enumerate(one.questions, start=1):
            self._grid.addWidget(Label(question, wrap=True), row + number, 0)
            self._grid.addWidget(self._answer(one, question, typed, answering=answering), row + number, 1)

    def typed(self) -> dict[str, str]:
        """Return the answers typed so far, by question."""
        return {question: field.text() for question, field in self.answers.items()}

    def first_unanswered(self) -> QLineEdit | None:
        """Return the field of the first question without an answer."""
        return next((field for field in self.answers.values() if not field.text().strip()), None)

    def _answer(self, one: Handover, question: str, typed: Mapping[str, str], *, answering: bool) -> QWidget:
        if not answering:
            said = one.answers.get(question, "")
            return Label(said or "not answered yet", "" if said else "muted", wrap=True)
        field = QLineEdit(typed.get(question, ""))
        field.setPlaceholderText("answer")
        field.setAccessibleName(visible(question))
        field.setObjectName(f"answer-{len(self.answers) + 1}")
        field.setMaxLength(4000)
        self.answers[question] = field
        return field

    def _clear(self) -> None:
        self.answers = {}
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()


def _read(block: str, text: str) -> QWidget:
    part = QWidget()
    layout = QVBoxLayout(part)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(Label(caption(block), "small"))
    words = Label(text or "Nothing is on record.", wrap=True)
    if not text:
        set_look(words, role="muted")
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    layout.addWidget(words)
    layout.addStretch(1)
    return part


def _fit(field: QPlainTextEdit, _size: object = None) -> None:
    """Let a field be as high as its lines, as they are wrapped, within bounds."""
    wrapped = int(field.document().size().height())  # of plain text Qt counts this in lines
    lines = min(max(wrapped, _FEWEST), _MOST)
    field.setFixedHeight(lines * field.fontMetrics().lineSpacing() + _AROUND)
