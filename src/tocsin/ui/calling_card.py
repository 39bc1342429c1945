"""The card of whom to call now: the name, the number large, what time is left, and a button for each key."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from tocsin.model.ladder import ANSWERED, CALLED, NO_ANSWER
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.text import ElidedLabel, Label, set_look, set_tip

# Key, words on the button, what it records.
OUTCOMES = (("C", "Calling", CALLED), ("A", "Answered", ANSWERED), ("N", "No answer", NO_ANSWER))


class CallCard(QFrame):
    """Shows whom to call; its buttons are wired by the sheet it is in."""

    def __init__(self) -> None:
        super().__init__()
        set_look(self, role="cell")
        self.name, self.number, self.why = (
            ElidedLabel("", "title"),
            Label("", "huge"),
            ElidedLabel("", "small"),
        )
        self.left, self.then = Label("", "figure"), Label("", "small")
        self.buttons = {outcome: QPushButton(f"{text}   {key}") for key, text, outcome in OUTCOMES}
        self.take, self.again = QPushButton("Took over   K"), QPushButton("Send again   S")
        self.people = QPushButton("Add a number   P")
        self.number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.number.setObjectName("calling-number")
        set_look(self.buttons[ANSWERED], role="main")
        set_look(self.people, role="quiet")
        set_tip(self.again, "Send the messages of this step once more")
        self._lay_out()

    def show_who(self, name: str, number: str, why: str, *, dialled: bool) -> None:
        """Show whom to call; a number that cannot be dialled stands out."""
        for label, text in ((self.name, name), (self.number, number), (self.why, why)):
            label.show_text(text)
        self.number.set_tone(None if dialled else Tone.ORANGE)

    def show_left(self, count: str, then: str, *, near: bool) -> None:
        """Show what time is left, and what comes then."""
        self.left.show_text(count)
        self.then.show_text(then)
        self.left.set_tone(Tone.RED if near else None)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(PAD, PAD, PAD, PAD)
        grid.setColumnStretch(0, 1)
        for row, widget in enumerate((self.name, self.number, self.why)):
            grid.addWidget(widget, row, 0)
        side = QVBoxLayout()
        for label in (self.left, self.then):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            side.addWidget(label)
        side.addStretch(1)
        grid.addLayout(side, 0, 1, 3, 1)
        keys = QHBoxLayout()
        for button in (*self.buttons.values(), self.take, self.again, self.people):
            button.setAutoDefault(False)
            keys.addWidget(button)
        keys.addStretch(1)
        grid.addLayout(keys, 3, 0, 1, 2)
