"""One question large: its words and help, the answers under their keys, who answered it, what hangs on it."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tocsin.model.regime import Answers
from tocsin.ui.duties.asked import Asked, Option
from tocsin.ui.duties.law_words import SCOPES
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, button_text, set_look, set_tip, visible
from tocsin.ui.times import short_stamp

_ROOM = 560  # pixels of a line of answers
_LONGEST = 400


class QuestionPage(QWidget):
    """`given(id)` when an answer is clicked; what is typed is read off `line` and `note`."""

    given = Signal(str)

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self.asked: Asked | None = None
        self.chosen: list[str] = []  # of a question that takes several answers
        self.scope, self.hangs = Label("", "heading"), Label("", "small", wrap=True)
        self.text, self.citation = Label("", "title", wrap=True), Label("", "small", wrap=True)
        self.help = Label("", "muted", wrap=True)
        self.line, self.note, self.keys = QLineEdit(), QLineEdit(), Label("", "small", wrap=True)
        self.by = Label("", "small", wrap=True)
        self.buttons: dict[str, QPushButton] = {}
        self._answers = QWidget()
        self._lines = QVBoxLayout(self._answers)
        self._lay_out()

    def show_question(self, asked: Asked, now: datetime, writable: bool) -> None:
        """Show a question; what is being typed into the one shown already stays."""
        other = self.asked is None or self.asked.question.id != asked.question.id
        before, self.asked = self.asked, asked
        question = asked.question
        self.scope.show_text(SCOPES[question.scope].upper())
        self.text.show_text(question.text)
        self.citation.show_text(question.citation)
        self.citation.setVisible(bool(question.citation))
        self.help.show_text(question.help)
        self.hangs.show_text(asked.hangs)
        self.by.show_text(_by(asked, self._zone, now))
        if other or before is None or before.answer != asked.answer:
            self._fill(asked, anew=other or before is None, before=list(_values(before)))
        if other:
            self._make_buttons(asked)
        self.line.setVisible(asked.typed)
        self._answers.setVisible(not asked.typed)
        self.keys.show_text(_keys(asked))
        for part in (self.line, self.note, *self.buttons.values()):
            part.setEnabled(writable)
        self.mark()

    def _fill(self, asked: Asked, *, anew: bool, before: list[str]) -> None:
        """Fill in an answer; what somebody has begun to write or choose stays when others answer."""
        values = list(_values(asked))
        if anew or self.chosen == before:
            self.chosen = values
        if anew or not self.note.isModified():
            self.note.setText(visible(asked.answer.note) if asked.answer else "")
        if anew or not self.line.isModified():
            self.line.setText(visible(", ".join(values)) if asked.typed else "")

    def mark(self) -> None:
        """Show which answers are chosen."""
        for id, button in self.buttons.items():
            button.setChecked(id in self.chosen)

    def _make_buttons(self, asked: Asked) -> None:
        # A fresh widget for each question: layouts within layouts are not taken apart under a click.
        old, self._answers = self._answers, QWidget()
        self._lines = QVBoxLayout(self._answers)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(4)
        self._column.replaceWidget(old, self._answers)
        old.hide()
        old.deleteLater()
        self.buttons = {one.id: self._button(one) for one in asked.options}
        line, room = self._line(), _ROOM
        for button in self.buttons.values():
            width = min(button.sizeHint().width() + 4, _ROOM)
            if width > room:
                line, room = self._line(), _ROOM
            line.insertWidget(line.count() - 1, button)
            room -= width

    def _line(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addStretch(1)
        self._lines.addLayout(line)
        return line

    def _button(self, option: Option) -> QPushButton:
        words = f"{option.key.upper()}  {option.words}" if option.key else option.words
        button = QPushButton(button_text(words))
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys of the sheet give the answers
        button.setObjectName(f"answer-{option.id}")
        button.setAccessibleName(option.words)
        button.setMaximumWidth(_ROOM)
        set_look(button, role="choice")
        set_tip(button, option.words)
        button.clicked.connect(partial(self._clicked, option.id))
        return button

    def _clicked(self, id: str) -> None:
        self.mark()  # what counts is what was written, not that a button is down
        self.given.emit(id)

    def _lay_out(self) -> None:
        self.by.set_tone(Tone.BLUE)
        self.line.setObjectName("question-line")
        self.line.setMaxLength(_LONGEST)
        self.line.setAccessibleName("The answer")
        self.note.setObjectName("question-note")
        self.note.setMaxLength(2000)
        self.note.setPlaceholderText("F3: what it rests on, if that should be kept")
        self.note.setAccessibleName("What the answer rests on")
        scroll, held = QScrollArea(), QWidget()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = self._column = QVBoxLayout(held)
        column.setContentsMargins(0, 0, GAP, 0)
        column.setSpacing(GAP)
        for part in (self.scope, self.text, self.citation, self.hangs, self._answers, self.line, self.keys,
                     self.note, self.by, self.help):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        scroll.setWidget(held)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)


def _values(asked: Asked | None) -> tuple[str, ...]:
    return asked.answer.values if asked is not None and asked.answer is not None else ()


def _by(asked: Asked, zone: ZoneInfo, now: datetime) -> str:
    answer = asked.answer
    if answer is None:
        return ""
    at = f", {short_stamp(answer.at, zone, now)}" if answer.at is not None else ""
    return f"{asked.said} · {answer.by}{at} · Del takes it back"


def _keys(asked: Asked) -> str:
    kind = asked.question.answers
    if kind is Answers.MANY:
        return "A key chooses or lets go, Enter saves; 0 says none of them."
    if kind is Answers.NUMBER:
        return "A whole number, Enter saves."
    return "Enter saves." if kind is Answers.TEXT else ""
