"""One incident as a card: how grave, what it is, who has it, and the clock that runs out first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from tocsin.model.clocks import State, at
from tocsin.model.incident import OPEN, REOPENED
from tocsin.model.urgency import Watched
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import FIGURE, LARGE, NORMAL, RADIUS, SHAPES, SMALL, Tone, tone_of_rank
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import countdown

HEIGHT = 116
NARROWEST = 286
MORE_WIDTH = 76
_STRIPE = 6
_CLOCK_TOP = 62  # below it is what a second changes
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
        still = next((clock for clock in one.clocks if clock.paused is not None), None)
        return Nearest(f"{still.name} paused", tone=Tone.YELLOW) if still else Nearest("no clock runs")
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
        self._system, self._flagged = "", ""
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

    def show_incident(self, one: Watched, system: str, now: datetime, flagged: int = 0) -> None:
        """Show an incident as it stands now; `flagged` counts deployments in its change freeze."""
        self._one, self._system = one, system
        self._flagged = f"{flagged} deployment{'s' * (flagged > 1)} flagged" if flagged else ""
        self._words = nearest(one, now)
        known = one.incident
        self.setAccessibleName(
            visible(
                f"{known.severity} {known.reference}, {known.status}: {known.title}, {system}. "
                f"{self._words.what} {self._words.left} {self._flagged}".rstrip()
            )
        )
        self.update()

    def show_time(self, now: datetime) -> None:
        """Count down; paint only when a figure changed."""
        if self._one is not None and (words := nearest(self._one, now)) != self._words:
            self._words = words
            self.update(0, _CLOCK_TOP, self.width(), self.height() - _CLOCK_TOP)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()  # Left and Right belong to the row of cards

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(NARROWEST, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self._one is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        calm = self._one.incident.status not in (OPEN, REOPENED)
        tone = Tone.GREEN if calm else tone_of_rank(self._one.rank)
        self._paint_ground(painter, tone)
        left, width = _STRIPE + 14.0, self.width() - _STRIPE - 28.0
        if event.rect().top() < _CLOCK_TOP:
            self._paint_head(painter, QRectF(left, 12, width, 18), tone, calm)
            title = QRectF(left, 38, width, 22)
            self._paint_line(painter, title, self._one.incident.title, sans(LARGE), "text")
        who = " · ".join(filter(None, (self._system, self._one.incident.commander)))
        figure = self._paint_clock(painter, QRectF(left, 66, width, 38))
        room = QRectF(left, 86, width - figure - 10, 16)
        if self._flagged:
            self._paint_line(painter, room, self._flagged, sans(SMALL), "orange")
            room.setLeft(room.left() + QFontMetricsF(sans(SMALL)).horizontalAdvance(f"{self._flagged}  "))
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
        shown = QFontMetricsF(font).elidedText(visible(text), Qt.TextElideMode.ElideRight, room.width())
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
        return QSize(MORE_WIDTH, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(self._theme.colour("hover" if self.underMouse() else "ground"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(self._theme.colour("muted"))
        painter.setFont(sans(NORMAL))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())
