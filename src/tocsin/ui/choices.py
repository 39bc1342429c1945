"""One of a few words: all of them in sight, chosen with the mouse or the arrow keys."""

from collections.abc import Sequence

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from tocsin.ui.text import set_look


class Choices(QWidget):
    """A row of buttons of which exactly one is chosen, the first to begin with."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for number, word in enumerate(words):
            button = QPushButton(word)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(word)
            set_look(button, role="choice")
            self.group.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        self.group.button(0).setChecked(True)
        self.setFocusProxy(self.group.button(0))

    @property
    def chosen(self) -> str:
        """The word chosen."""
        return next(button.text() for button in self.group.buttons() if button.isChecked())

    def choose(self, word: str) -> None:
        """Choose a word."""
        next(button for button in self.group.buttons() if button.text() == word).setChecked(True)
