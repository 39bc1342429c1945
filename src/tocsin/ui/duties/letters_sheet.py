"""Letters to persons as a batch: which kind, from which list, how the first reads, which rows are refused."""

from PySide6.QtWidgets import QWidget

from tocsin.ui.desk import Desk
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label


class LettersSheet(Sheet):
    """The way to letters; until a list is chosen it says how."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Letters to persons", width=860)
        self._desk = desk
        self.about = Label("`tocsin letters` makes them from a list of persons.", "muted", wrap=True)
        self.body.addWidget(self.about)

    def open(self, duty: str = "") -> None:
        """Open for a duty."""
        self.present(self)
