"""The rows of the list of alarms: shape and word of its state, what it is, since when, who said what."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from tocsin.model.alarms import SOUNDING, Standing, State
from tocsin.ui.alarms.bar import TONES
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, Tone
from tocsin.ui.rows import RowPainter
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp

_HEAD, _LINE, _EDGE = 19, 17, 6


def in_words(one: Standing) -> str:
    """Return a row as a screen reader says it."""
    return f"{one.alarm.priority.name.lower()}, {one.state}: {one.alarm.title}. {one.alarm.detail}"


class AlarmPainter(RowPainter):
    """Three lines an alarm: its title and since when, what it is about, how it stands."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: Standing, width: int) -> int:
        return 2 * (_EDGE + _LINE) + _HEAD

    def draw(self, painter: QPainter, rect: QRect, fact: Standing) -> None:
        tone = TONES[fact.alarm.priority] if fact.state in SOUNDING else Tone.GREY
        shape = SHAPES[TONES[fact.alarm.priority]]
        spot = QRectF(rect.left() + PAD, rect.top() + 10, 11, 11)
        paint_icon(painter, shape, self.theme.palette.tone(tone), spot)
        left, right, top = rect.left() + PAD + 19, rect.right() - PAD, rect.top() + _EDGE
        when = f"since {self._at(fact.alarm.since)}"
        painter.setFont(sans(SMALL))
        width = painter.fontMetrics().horizontalAdvance(when) + 14
        colour = "text" if fact.state in SOUNDING else "muted"
        self.text(painter, QRect(left, top, right - left - width, _HEAD), fact.alarm.title, sans(), colour)
        self.text(painter, QRect(right - width, top, width, _HEAD), when, sans(SMALL), "muted", right=True)
        for number, line in enumerate((fact.alarm.detail, self._said(fact))):
            place = QRect(left, top + _HEAD + number * _LINE, right - left, _LINE)
            self.text(painter, place, line, sans(SMALL), "muted")

    def _said(self, fact: Standing) -> str:
        by = f" by {fact.by}" if fact.by else ""
        said = f": {fact.said}" if fact.said else ""
        if fact.state is State.ACKNOWLEDGED:
            return f"acknowledged{by}{said} · sounds again {self._at(fact.until)} if it still stands"
        if fact.state is State.SHELVED:
            return f"shelved{by} until {self._at(fact.until)}{said}"
        if fact.state is State.RETURNED:
            return f"over since {self._at(fact.until)}, acknowledged by nobody"
        return "sounds again: it stands since it was acknowledged" if fact.by else str(fact.state)

    def _at(self, moment: datetime | None) -> str:
        return "" if moment is None or self.now is None else short_stamp(moment, self._zone, self.now)
