"""Draws a clock: name, figure, what it says of itself, and a bar of the time used up."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from tocsin.model.clocks import ClockState, at, state_at
from tocsin.ui.command import clock_words as words
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import LARGE, PAD, SHAPES, SMALL, Tone
from tocsin.ui.rows import RowPainter, Rows
from tocsin.ui.theme import Theme, mono, sans

_FIGURE_WIDTH = 118
_PAUSED_SHAPE = "pause"


class ClockPainter(RowPainter):
    """Draws the clocks as of `now`, the second shown."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None
        self.rows: Rows | None = None
        self._drawn: dict[str, tuple[object, str]] = {}  # of the clocks in sight, what their pixels depend on

    def height(self, fact: ClockState, width: int) -> int:
        return 64 if _has_bar(fact) else 48

    def draw(self, painter: QPainter, rect: QRect, fact: ClockState) -> None:
        if self.now is None:
            return
        clock = at(fact, self.now)
        tone = words.tone_of(clock)
        colour = self.theme.palette.tone(tone)
        left, right = rect.left() + PAD + 26, rect.right() - PAD
        if self.exposed(QRect(rect.left(), rect.top(), right - _FIGURE_WIDTH - rect.left() - 5, 48)):
            shape = QRectF(rect.left() + PAD, rect.top() + 11, 14, 14)
            paint_icon(painter, _PAUSED_SHAPE if clock.paused else SHAPES[tone], colour, shape)
            name = QRect(left, rect.top() + 7, right - left - _FIGURE_WIDTH - 6, 20)
            self.text(painter, name, clock.name, sans(), "text" if clock.ticking else "muted")
            below = QRect(left, rect.top() + 29, right - left, 16)
            self.text(painter, below, self.said(clock), sans(SMALL), "muted")
        self._figure(painter, _figure_rect(rect), clock, tone)
        if _has_bar(clock):
            self._bar(painter, _bar_rect(rect), clock, colour)

    def exposed(self, rect: QRect) -> bool:
        """Whether a part of the list is being drawn: of a second that passes only figures and bars are."""
        return self.rows is None or self.rows.exposed.intersects(rect)

    def pass_time(self, now: datetime) -> None:
        """Draw what another second changes: figures and bars, and all of a clock whose state is another."""
        self.now = now
        if self.rows is None:
            return
        view, drawn = self.rows.viewport(), self._drawn
        day = now.astimezone(self._zone).date()
        self._drawn = {}
        for clock, rect in self.rows.rects():
            told = (state_at(clock, now), clock.past_target(now), day)
            figure = words.figure(clock, now)
            before = drawn.get(clock.id)
            self._drawn[clock.id] = told, figure
            if before is None or before[0] != told:
                view.update(rect)
            elif before[1] != figure:
                view.update(_figure_rect(rect))
                if _has_bar(clock):
                    view.update(_bar_rect(rect))

    def said(self, clock: ClockState) -> str:
        """Return the second line as of now."""
        assert self.now is not None
        return words.said(clock, self._zone, self.now)

    def tip(self, clock: ClockState) -> str:
        """Return all there is to say of a clock."""
        assert self.now is not None
        return words.tip(at(clock, self.now), self._zone, self.now)

    def _figure(self, painter: QPainter, rect: QRect, clock: ClockState, tone: Tone) -> None:
        assert self.now is not None
        text = words.figure(clock, self.now)
        if text[:1].isalpha():
            self.text(painter, rect, text, sans(), tone.value, right=True)
            return
        colour = "text" if tone in (Tone.BLUE, Tone.GREY) else tone.value
        self.text(painter, rect, text, mono(LARGE + 3), colour, right=True)

    def _bar(self, painter: QPainter, rect: QRect, clock: ClockState, colour: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.colour("raised"))
        painter.drawRoundedRect(rect, 2, 2)
        painter.setBrush(self.theme.colour(words.tone_of(clock).value))
        used = max(4.0, rect.width() * self._share(clock))
        painter.drawRoundedRect(QRectF(rect.x(), rect.y(), used, rect.height()), 2, 2)

    def _share(self, clock: ClockState) -> float:
        """How much of the time is used up, 0 to 1."""
        assert self.now is not None
        left, used = clock.left(self.now), clock.elapsed(self.now)
        if left is None or used is None or used + left <= timedelta():
            return 1.0
        return min(1.0, max(0.0, used / (used + left)))


def _figure_rect(rect: QRect) -> QRect:
    return QRect(rect.right() - PAD - _FIGURE_WIDTH, rect.top() + 5, _FIGURE_WIDTH, 24)


def _bar_rect(rect: QRect) -> QRect:
    left = rect.left() + PAD + 26
    return QRect(left, rect.bottom() - 11, rect.right() - PAD - left, 4)


def _has_bar(clock: ClockState) -> bool:
    """Whether time is used up: while it counts down, and while it stands still over that."""
    return (clock.ticking and clock.due is not None) or clock.remaining is not None
