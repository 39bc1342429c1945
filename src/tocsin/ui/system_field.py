"""A field for the name of a system: a known one from the list, or a new one by typing it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit

from tocsin.model.operator import System
from tocsin.ui.icons import icon
from tocsin.ui.text import set_look, visible
from tocsin.ui.theme import Theme

_LONGEST = 120


class SystemField(QComboBox):
    """Offers the systems that contain what is typed. `entered` comes with Enter."""

    entered = Signal()

    def __init__(self, theme: Theme, placeholder: str) -> None:
        super().__init__()
        self._theme = theme
        self._known: Sequence[System] = ()
        self._unfold = QAction(self)
        self._unfold.setToolTip("The systems there are")
        self._unfold.triggered.connect(self.showPopup)
        set_look(self, role="typed")
        self.setAccessibleName("System")
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        if (completer := self.completer()) is not None:
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
        if (line := self.lineEdit()) is not None:
            line.setMaxLength(_LONGEST)
            line.setPlaceholderText(placeholder)
            line.returnPressed.connect(self.entered)
            line.addAction(self._unfold, QLineEdit.ActionPosition.TrailingPosition)
        theme.changed.connect(self._redress)
        self._redress()

    @property
    def is_new(self) -> bool:
        """Whether a name is typed that no known system bears."""
        typed = " ".join(self.currentText().split())
        return bool(typed) and all(typed not in (one.name, *one.aliases) for one in self._known)

    def show_systems(self, known: Sequence[System], name: str) -> None:
        """Offer the systems there are, with one name in the field."""
        self._known = known
        self.clear()
        self.addItems([visible(one.name) for one in known])
        self.setCurrentText(visible(name))

    def _redress(self) -> None:
        self._unfold.setIcon(icon("down", self._theme.palette.muted))
