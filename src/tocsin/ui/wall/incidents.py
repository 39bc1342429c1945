"""Incidents by urgency: a card each with the clock that runs out first, as many as fit side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from tocsin.model.clocks import State, at
from tocsin.model.incident import OPEN, REOPENED
from tocsin.model.urgency import Watched
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import FIGURE, GAP, LARGE, NORMAL, RADIUS, SHAPES, SMALL, Tone, tone_of_rank
from tocsin.ui.text import Label
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import countdown

HEIGHT = 116
_NARROWEST = 286
_MORE_WIDTH = 76
_STRIPE = 6
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Nearest:
    """The words for the clock that runs out first: what, how long, and the tone of it."""

    what: str
    left: str = ""
    tone: Tone | None = None


def nearest(one: Watched, now: datetime) -> Nearest:
    """Say how the nearest clock of an incident stands at this instant."""
    if one.nearest is None or one.nearest.due is None:
        return Nearest("no clock runs")
    clock = at(one.nearest, now)
    left = one.nearest.due - now
    if left < timedelta(0):
        return Nearest(f"{clock.name} overdue", countdown(left), Tone.RED)
    return Nearest(
        f"{clock.name} in", countdown(left), Tone.ORANGE if clock.state is State.DUE_SOON else None
    )


class Card(QAbstractButton):
    """One incident. Clicked with the mouse, Enter or Space."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._one: Watched | None = None
        self._system = ""
        self._words = Nearest("")
        self.setObjectName("incident-card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    @property
    def id(self) -> str:
        """The id of the incident shown, empty before there is one."""
        return self._one.incident.id if self._one else ""

    @property
    def words(self) -> Nearest:
        """What the card says of the clock that runs out first."""
        return self._words

    def show_incident(self, one: Watched, system: str, now: datetime) -> None:
        """Show an incident as it stands now."""
        self._one, self._system = one, system
        self._words = nearest(one, now)
        known = one.incident
        self.setAccessibleName(
            f"{known.severity} {known.reference}, {known.status}: {known.title}, {system}. "
            f"{self._words.what} {self._words.left}"
        )
        self.update()

    def show_time(self, now: datetime) -> None:
        """Count down; paint only when a figure changed."""
        if self._one is not None and (words := nearest(self._one, now)) != self._words:
            self._words = words
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()  # Left and Right belong to the row of cards

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(_NARROWEST, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self._one is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        calm = self._one.incident.status not in (OPEN, REOPENED)
        tone = Tone.GREEN if calm else tone_of_rank(self._one.rank)
        self._paint_ground(painter, tone)
        left, width = _STRIPE + 14.0, self.width() - _STRIPE - 28.0
        self._paint_head(painter, QRectF(left, 12, width, 18), tone, calm)
        self._paint_line(painter, QRectF(left, 38, width, 22), self._one.incident.title, sans(LARGE), "text")
        who = " · ".join(filter(None, (self._system, self._one.incident.commander)))
        figure = self._paint_clock(painter, QRectF(left, 66, width, 38))
        room = QRectF(left, 86, width - figure - 10, 16)
        self._paint_line(painter, room, who, sans(SMALL), "muted")

    def _paint_ground(self, painter: QPainter, tone: Tone) -> None:
        colour = self._theme.colour
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colour("accent"), 2) if self.hasFocus() else QPen(colour("line"), 1))
        painter.setBrush(colour("hover" if self.underMouse() else "panel"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(tone.value))
        painter.drawRoundedRect(QRectF(0, 0, _STRIPE, self.height()), RADIUS / 2, RADIUS / 2)

    def _paint_head(self, painter: QPainter, room: QRectF, tone: Tone, calm: bool) -> None:
        """Severity with its shape; a calm incident says its status first."""
        assert self._one is not None
        known = self._one.incident
        x = room.left()
        if calm:
            x = self._paint_badge(painter, x, room, tone, known.status, bold=True)
        grade = Tone.GREY if calm else tone
        shape = SHAPES[tone_of_rank(self._one.rank)]
        x = self._paint_badge(painter, x, room, grade, known.severity, bold=not calm, shape=shape)
        reference = QRectF(x, room.top(), room.right() - x, room.height())
        self._paint_line(painter, reference, known.reference, mono(SMALL + 1), "muted")

    def _paint_badge(
        self, painter: QPainter, x: float, room: QRectF, tone: Tone, word: str, *, bold: bool, shape: str = ""
    ) -> float:
        """Paint shape and word; return where the next one goes."""
        paint_icon(
            painter, shape or SHAPES[tone], self._theme.palette.tone(tone), QRectF(x, room.top() + 3, 12, 12)
        )
        font = sans(NORMAL + 1, bold=bold)
        width = QFontMetricsF(font).horizontalAdvance(word)
        self._paint_line(
            painter, QRectF(x + 17, room.top(), width + 2, room.height()), word, font, tone.value
        )
        return x + 17 + width + 10

    def _paint_clock(self, painter: QPainter, room: QRectF) -> float:
        """Paint what runs out and how long is left; return the figure's width."""
        words, font = self._words, mono(FIGURE + 2)
        painter.setFont(font)
        painter.setPen(self._theme.colour(words.tone.value if words.tone else "text"))
        painter.drawText(room, int(_RIGHT), words.left)
        width = QFontMetricsF(font).horizontalAdvance(words.left)
        what = QRectF(room.left(), room.top(), room.width() - width - 10, 18)
        colour = words.tone.value if words.tone else "muted"
        self._paint_line(painter, what, words.what, sans(NORMAL), colour)
        return width

    def _paint_line(self, painter: QPainter, room: QRectF, text: str, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.colour(colour))
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(_LEFT), shown)


class More(QAbstractButton):
    """How many incidents there are beyond the edge; a click goes there."""

    def __init__(self, theme: Theme, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(_MORE_WIDTH, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(self._theme.colour("hover" if self.underMouse() else "ground"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(self._theme.colour("muted"))
        painter.setFont(sans(NORMAL))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())


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

    def show_incidents(self, watched: Sequence[Watched], names: Mapping[str, str], now: datetime) -> None:
        """Show incidents in the order given; `names` are those of the systems by id."""
        self._watched, self._names, self._now = watched, names, now
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
        whole = max((self.width() + GAP) // (_NARROWEST + GAP), 1)
        if len(self._watched) <= whole:
            return max(len(self._watched), 1)
        return max((self.width() - 2 * _MORE_WIDTH) // (_NARROWEST + GAP), 1)

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
        left = (_MORE_WIDTH + GAP) if self._first else 0
        right = self.width() - ((_MORE_WIDTH + GAP) if after else 0)
        width = min((right - left + GAP) / max(len(shown), 1) - GAP, 2.2 * _NARROWEST)
        while len(self.cards) < len(shown):
            self._add_card()
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(shown))
            if number < len(shown):
                card.setGeometry(round(left + number * (width + GAP)), 0, round(width), HEIGHT)
                self._fill(card, shown[number])
        self.before.setGeometry(0, 0, _MORE_WIDTH, HEIGHT)
        self.more.setGeometry(self.width() - _MORE_WIDTH, 0, _MORE_WIDTH, HEIGHT)

    def _fill(self, card: Card, one: Watched) -> None:
        assert self._now is not None
        card.show_incident(one, self._names.get(one.incident.system, ""), self._now)

    def _edge(self, button: More, text: str, count: int) -> None:
        button.setText(text)
        button.setAccessibleName(text)
        button.setVisible(count > 0)

    def _add_card(self) -> None:
        card = Card(self._theme, self)
        card.clicked.connect(lambda: self.chosen.emit(card.id))
        self.cards.append(card)
