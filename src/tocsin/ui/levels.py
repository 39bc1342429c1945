"""The levels of a severity scheme side by side, one of them taken, by its number or with the mouse."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.model.severity import Level
from tocsin.ui.icons import icon
from tocsin.ui.palette import SHAPES, tone_of_rank
from tocsin.ui.text import Label, set_look
from tocsin.ui.theme import Theme

_SHAPE = 12


class LevelRow(QWidget):
    """A button a level, gravest first, and below them what the level taken means and why it is.

    `taken(id)` when a person takes a level; never for what `show_levels` proposes.
    """

    taken = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._levels: Sequence[Level] = ()
        self._group = QButtonGroup(self)
        self._why = Label("", "small", wrap=True)
        self._buttons = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(self._buttons)
        layout.addWidget(self._why)
        self._group.idClicked.connect(lambda place: self.taken.emit(self._levels[place - 1].id))
        theme.changed.connect(self._redress)

    @property
    def level(self) -> str:
        """The id of the level taken, empty before there is one."""
        place = self._group.checkedId()
        return self._levels[place - 1].id if 0 < place <= len(self._levels) else ""

    def show_levels(self, levels: Sequence[Level], level: str, why: str) -> None:
        """Show the levels with one of them taken, and the reason in a few words."""
        self._levels = levels
        while len(self._group.buttons()) < len(levels):
            self._add(len(self._group.buttons()) + 1)
        for button in self._group.buttons():
            one = self._at(button)
            button.setVisible(one is not None)
            button.setChecked(one is not None and one.id == level)
            if one is not None:
                button.setText(f"{self._group.id(button)}  {one.id}")
                button.setAccessibleName(f"Severity {one.id}: {one.meaning}")
        meaning = next((one.meaning for one in levels if one.id == level), "")
        self._why.show_text(f"{meaning}  ({why})")
        self._redress()

    def take(self, place: int) -> None:
        """Take the level at a place, 1 for the gravest; nothing when there is none."""
        if 0 < place <= len(self._levels):
            self._group.button(place).click()

    def _add(self, place: int) -> None:
        button = QPushButton()
        button.setIconSize(QSize(_SHAPE, _SHAPE))
        button.setCheckable(True)
        button.setObjectName(f"level-{place}")
        self._group.addButton(button, place)
        self._buttons.addWidget(button)

    def _at(self, button: QWidget) -> Level | None:
        place = next((self._group.id(one) for one in self._group.buttons() if one is button), 0)
        return self._levels[place - 1] if 0 < place <= len(self._levels) else None

    def _redress(self) -> None:
        for button in self._group.buttons():
            tone = tone_of_rank(self._group.id(button) - 1)
            button.setIcon(icon(SHAPES[tone], self._theme.palette.tone(tone), _SHAPE))
            set_look(button, role="main" if button.isChecked() else "")
