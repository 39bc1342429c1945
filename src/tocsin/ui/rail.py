"""The rail at the left: one button a screen, an icon over a word."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from tocsin.ui.icons import icon
from tocsin.ui.palette import RAIL_ICON, RAIL_WIDTH
from tocsin.ui.text import button_text, set_look, set_tip
from tocsin.ui.theme import Theme


class Rail(QFrame):
    """Shows which screens there are and which is shown. `chosen(key)` when one is wanted."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._buttons: dict[str, tuple[QToolButton, str]] = {}
        self._group = QButtonGroup(self)
        set_look(self, role="rail")
        self.setFixedWidth(RAIL_WIDTH)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(3, 8, 4, 8)
        self._layout.setSpacing(4)
        self._layout.addStretch(1)
        theme.changed.connect(self._tint)

    def add(self, key: str, title: str, icon_name: str, shortcut: str) -> None:
        """Add a screen's button below the others."""
        button = QToolButton()
        button.setText(button_text(title))
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(RAIL_ICON, RAIL_ICON))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setAccessibleName(title)
        set_look(button, role="rail")
        set_tip(button, f"{title}   {shortcut}".rstrip())
        button.clicked.connect(partial(self.chosen.emit, key))
        self._group.addButton(button)
        self._buttons[key] = (button, icon_name)
        self._layout.insertWidget(self._layout.count() - 1, button)
        self._tint()

    def mark(self, key: str) -> None:
        """Show which screen is in front."""
        self._buttons[key][0].setChecked(True)
        self._tint()

    def _tint(self) -> None:
        palette = self._theme.palette
        for button, name in self._buttons.values():
            button.setIcon(icon(name, palette.text if button.isChecked() else palette.muted, RAIL_ICON))
