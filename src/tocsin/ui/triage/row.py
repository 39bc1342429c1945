"""One question with its answers as buttons, each under a key."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.model.triage import UNKNOWN
from tocsin.ui.palette import Tone
from tocsin.ui.text import Label, button_text, set_look
from tocsin.ui.triage.asked import Asked, Option

_TEXT = 300  # pixels of the question
_ROOM = 596  # of its answers, which go on in a second line where they need it


class QuestionRow(QFrame):
    """A question. `answered(Option)` when one is clicked, `wanted()` when the row is."""

    answered = Signal(object)
    wanted = Signal()

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked = asked
        self.setObjectName(f"triage-{asked.id}")
        self.text = Label(asked.text, wrap=True)
        self.text.setFixedWidth(_TEXT)
        self.mark = Label("", "small")
        self.buttons = {one.id: self._button(one) for one in asked.options}
        self._lay_out()

    def show_state(self, given: str, *, current: bool, tips: bool) -> None:
        """Show which answer was given, whether this row has the keys, and whether it tipped the level."""
        suggested = "" if given else self.asked.suggested
        for id, button in self.buttons.items():
            button.setChecked(id == given)
            set_look(button, tone=Tone.BLUE.value if id == suggested else "")
        words = (
            "tips it"
            if tips
            else "suggested: Space"
            if suggested and current
            else "suggested"
            if suggested
            else ""
        )
        self.mark.show_text(words)
        self.mark.set_tone(Tone.ORANGE if tips else Tone.BLUE if suggested else None)
        set_look(self, role="asked" if current else "plain")
        set_look(self.text, role="" if current else "muted")
        said = next((one.words for one in self.asked.options if one.id == given), "not answered")
        self.setAccessibleName(f"{self.asked.text} {said}")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.wanted.emit()

    def _button(self, option: Option) -> QPushButton:
        button = QPushButton(button_text(f"{option.key.upper()}  {option.words}"))
        button.setCheckable(True)
        set_look(button, role="choice")
        button.setMinimumHeight(button.sizeHint().height())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys of the sheet give the answers
        button.setAccessibleName(f"{self.asked.text} {option.words}")
        button.setObjectName(f"answer-{option.id}" if option.id != UNKNOWN else "answer-unknown")
        button.clicked.connect(partial(self.answered.emit, option))
        return button

    def _lay_out(self) -> None:
        lines = QVBoxLayout()
        lines.setSpacing(3)
        line, room = _line(lines), _ROOM
        for button in self.buttons.values():
            width = button.sizeHint().width() + 4
            if width > room:
                line.addStretch(1)
                line, room = _line(lines), _ROOM
            line.addWidget(button)
            room -= width
        line.addStretch(1)
        answers = QWidget()
        answers.setFixedWidth(_ROOM)
        answers.setLayout(lines)
        lines.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(10)
        row.addWidget(self.text)
        row.addWidget(answers)
        row.addWidget(self.mark, 1)


def _line(lines: QVBoxLayout) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(4)
    lines.addLayout(line)
    return line
