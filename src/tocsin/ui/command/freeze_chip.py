"""The chip that says whether a change freeze stands, and how much was deployed in it all the same."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton

from tocsin.operations.freeze import FreezeView
from tocsin.ui.icons import icon
from tocsin.ui.palette import ICON, Tone
from tocsin.ui.text import button_text, set_look, set_tip
from tocsin.ui.theme import Theme
from tocsin.ui.times import short_stamp


class FreezeChip(QPushButton):
    """A button of two lines; nobody sees it while there is nothing to say. A click asks for more."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self._tone = Tone.GREY
        set_look(self, role="chip")
        self.setObjectName("freeze-chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(ICON, ICON))
        theme.changed.connect(self._tint)
        self.hide()

    def show_freeze(self, view: FreezeView | None) -> None:
        """Show how the freeze of an incident stands; None shows nothing."""
        said = None if view is None else chip_words(view, self._zone)
        self.setVisible(said is not None)
        if said is None:
            return
        first, second, self._tone = said
        self.setText(button_text(f"{first}\n{second}"))
        self.setAccessibleName(f"{first}: {second}")
        set_look(self, tone="" if self._tone is Tone.GREY else self._tone.value)
        set_tip(self, f"{first}: {second}\nCtrl 9 shows it")
        self._tint()

    def _tint(self) -> None:
        self.setIcon(icon("freeze", self._theme.palette.tone(self._tone)))


def chip_words(view: FreezeView, zone: ZoneInfo) -> tuple[str, str, Tone] | None:
    """Return the two lines of the chip and their tone; None where there is nothing to say."""
    count = len(view.open)
    flagged = f"{count} deployment{'s' if count > 1 else ''} flagged"
    if view.standing is not None:
        since = f"since {short_stamp(view.standing.begin, zone, view.now)}"
        return "change freeze", flagged if count else since, Tone.ORANGE if count else Tone.BLUE
    if count:
        return "freeze over", flagged, Tone.ORANGE
    return ("no change freeze", "the level asks for one", Tone.YELLOW) if view.wanted else None
