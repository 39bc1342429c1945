"""The deputy's call-out at a ten-minute mark: raise the level, more people, or carry on?"""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from tocsin.model import callouts
from tocsin.model.incident import Incident
from tocsin.model.severity import Scheme
from tocsin.ui.icons import Icon
from tocsin.ui.palette import SMALL, Tone
from tocsin.ui.text import ElidedLabel, set_look
from tocsin.ui.theme import Theme
from tocsin.ui.times import short_stamp, span


class CallOutCard(QFrame):
    """Stands below the header from a mark on until somebody saw to it."""

    level_wanted = Signal()
    people_wanted = Signal()
    carried_on = Signal()

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self._about: tuple[Incident, Scheme] | None = None
        self._writable = False
        self.setObjectName("callout")
        set_look(self, role="asked")
        self.words = ElidedLabel("")
        self.words.setObjectName("callout-words")
        self.level, self.people, self.on = (
            QPushButton(words) for words in ("Raise the level?   S", "More people?   P", "Carry on   K")
        )
        for button in (self.level, self.people, self.on):
            set_look(button, role="quiet")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.level.clicked.connect(self.level_wanted)
        self.people.clicked.connect(self.people_wanted)
        self.on.clicked.connect(self.carried_on)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.addWidget(Icon(theme, "clock", Tone.BLUE.value, SMALL))
        layout.addWidget(self.words, 1)
        for button in (self.level, self.people, self.on):
            layout.addWidget(button)
        self.hide()

    def show_incident(self, known: Incident, scheme: Scheme, now: datetime, *, writable: bool) -> None:
        """Look at another incident, or at what changed in it."""
        self._about, self._writable = (known, scheme), writable
        self.show_time(now)

    def show_time(self, now: datetime) -> None:
        """Show the mark that was reached, if one waits."""
        found = callouts.due(*self._about, now) if self._about is not None and self._writable else None
        self.setVisible(found is not None)
        if found is not None and self._about is not None:
            known, scheme = self._about
            self.level.setVisible(scheme.rank(known.severity) > 0)
            people = "1 person" if found.people == 1 else f"{found.people} people"
            self.words.show_text(
                f"{span(now - known.declared)} in, not contained · "
                f"{found.level} since {short_stamp(found.graded, self._zone, now)} · {people}"
            )
