"""Incidents by urgency: a card each, as many as fit side by side, the others a key away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from tocsin.model.urgency import Watched
from tocsin.ui.palette import GAP
from tocsin.ui.text import Label
from tocsin.ui.theme import Theme
from tocsin.ui.wall.card import HEIGHT, MORE_WIDTH, NARROWEST, Card, More


class IncidentCards(QWidget):
    """Cards side by side, the most urgent first; Left and Right go along and bring up those beyond the edge.

    `chosen(id)` when somebody opens one.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._watched: Sequence[Watched] = ()
        self._names: Mapping[str, str] = {}
        self._flagged: Mapping[str, int] = {}
        self._now: datetime | None = None
        self._first = 0
        self.cards: list[Card] = []
        self.before, self.more = More(theme, self, "incidents-before"), More(theme, self, "incidents-more")
        self.before.clicked.connect(lambda: self._turn(-1))
        self.more.clicked.connect(lambda: self._turn(1))
        self.empty = Label("", "large", parent=self)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setObjectName("no-incident")
        self.setFixedHeight(HEIGHT)
        self.say("Reading the store …")

    def say(self, text: str) -> None:
        """Say something in place of cards while there are none."""
        self.empty.show_text(text)

    def show_incidents(
        self,
        watched: Sequence[Watched],
        names: Mapping[str, str],
        now: datetime,
        flagged: Mapping[str, int] | None = None,
    ) -> None:
        """Show incidents in the order given; `names` are those of the systems by id.

        `flagged` counts the deployments in the change freeze of an incident, by its id.
        """
        self._watched, self._names, self._now, self._flagged = watched, names, now, flagged or {}
        self.say("" if watched else "No open incident.  Ctrl D declares one.")
        self._arrange()

    def show_time(self, now: datetime) -> None:
        """Count down."""
        self._now = now
        for card in self.cards:
            if card.isVisible():
                card.show_time(now)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        here = next((i for i, card in enumerate(self.cards) if card.hasFocus()), None)
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if here is None or step is None:
            super().keyPressEvent(event)
            return
        wanted = min(max(self._first + here + step, 0), len(self._watched) - 1)
        room = self._room()
        self._first = min(max(self._first, wanted - room + 1), wanted)
        self._arrange()
        self.cards[wanted - self._first].setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._arrange()

    def _turn(self, pages: int) -> None:
        self._first += pages * self._room()
        self._arrange()

    def _room(self) -> int:
        """Return how many cards fit, leaving room for the edges when not all do."""
        whole = max((self.width() + GAP) // (NARROWEST + GAP), 1)
        if len(self._watched) <= whole:
            return max(len(self._watched), 1)
        return max((self.width() - 2 * MORE_WIDTH) // (NARROWEST + GAP), 1)

    def _arrange(self) -> None:
        """Place cards and edges, and let each card show its incident."""
        room = self._room()
        self._first = min(max(self._first, 0), max(len(self._watched) - room, 0))
        shown = self._watched[self._first : self._first + room]
        after = len(self._watched) - self._first - len(shown)
        self._edge(self.before, f"{self._first} before", self._first)
        self._edge(self.more, f"+{after} more", after)
        self.empty.setVisible(not shown)
        self.empty.setGeometry(self.rect())
        left = (MORE_WIDTH + GAP) if self._first else 0
        right = self.width() - ((MORE_WIDTH + GAP) if after else 0)
        width = min((right - left + GAP) / max(len(shown), 1) - GAP, 2.2 * NARROWEST)
        while len(self.cards) < len(shown):
            self._add_card()
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(shown))
            if number < len(shown):
                card.setGeometry(round(left + number * (width + GAP)), 0, round(width), HEIGHT)
                self._fill(card, shown[number])
        self.before.setGeometry(0, 0, MORE_WIDTH, HEIGHT)
        self.more.setGeometry(self.width() - MORE_WIDTH, 0, MORE_WIDTH, HEIGHT)

    def _fill(self, card: Card, one: Watched) -> None:
        assert self._now is not None
        flagged = self._flagged.get(one.incident.id, 0)
        card.show_incident(one, self._names.get(one.incident.system, ""), self._now, flagged)

    def _edge(self, button: More, text: str, count: int) -> None:
        button.setText(text)
        button.setAccessibleName(text)
        button.setVisible(count > 0)

    def _add_card(self) -> None:
        card = Card(self._theme, self)
        card.clicked.connect(lambda: self.chosen.emit(card.id))
        self.cards.append(card)
