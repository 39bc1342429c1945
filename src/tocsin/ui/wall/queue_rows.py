"""The rows of the review queue: a report, a candidate with its likely cause, one that sleeps, the fold."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from tocsin.model.candidate import Candidate
from tocsin.operations.observations import Reported
from tocsin.operations.queue import Snoozed, Waiting, lines_below
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, tone_of_rank
from tocsin.ui.rows import RowPainter
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp
from tocsin.ui.wall.words import brief

_HEAD, _LINE, _EDGE = 19, 17, 6
_FOLD_HEIGHT = 30


@dataclass(frozen=True, slots=True)
class Fold:
    """The row that stands for candidates that sleep; Enter unfolds them."""

    count: int
    unfolded: bool


Fact = Reported | Waiting | Snoozed | Fold


def in_words(one: Fact) -> str:
    """Return a row as a screen reader says it."""
    match one:
        case Reported():
            return f"{one.observation.channel} {one.system}: {one.observation.text}"
        case Waiting():
            known = one.candidate
            parts = [f"{known.severity} {one.system} {known.name}: {known.message}", *lines_below(one)]
            return ". ".join(parts)
        case Snoozed():
            return f"snoozed: {in_words(one.waiting)}. {one.reason}"
        case Fold():
            return f"{one.count} snoozed: Enter {'folds' if one.unfolded else 'unfolds'} them"


def why(known: Candidate) -> str:
    """Return what its detector says of it, without the name that stands above."""
    return known.message.removeprefix(f"{known.title} ")


class QueuePainter(RowPainter):
    """Shape, system and what, since when; below it why, and what most likely brought it about."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__(theme)
        self._zone = zone
        self.now: datetime | None = None

    def height(self, fact: Fact, width: int) -> int:
        if isinstance(fact, Fold):
            return _FOLD_HEIGHT
        return 2 * _EDGE + _HEAD + _LINE * len(self._lines(fact))

    def draw(self, painter: QPainter, rect: QRect, fact: Fact) -> None:
        if isinstance(fact, Fold):
            self._draw_fold(painter, rect, fact)
            return
        icon, colour = self._mark(fact)
        paint_icon(painter, icon, colour, QRectF(rect.left() + PAD, rect.top() + 10, 11, 11))
        left, right = rect.left() + PAD + 19, rect.right() - PAD
        when = self._when(fact)
        painter.setFont(sans(SMALL))
        width = painter.fontMetrics().horizontalAdvance(when) + 14
        top = rect.top() + _EDGE
        quiet = isinstance(fact, Snoozed) or (isinstance(fact, Waiting) and fact.candidate.ended is not None)
        head = QRect(left, top, right - left - width, _HEAD)
        self.text(painter, head, _head(fact), sans(), "muted" if quiet else "text")
        self.text(painter, QRect(right - width, top, width, _HEAD), when, sans(SMALL), "muted", right=True)
        for number, line in enumerate(self._lines(fact)):
            place = QRect(left, top + _HEAD + number * _LINE, right - left, _LINE)
            self.text(painter, place, line, sans(SMALL), "muted")

    def _draw_fold(self, painter: QPainter, rect: QRect, fact: Fold) -> None:
        mark = "−" if fact.unfolded else "+"
        place = QRect(rect.left() + PAD, rect.top(), rect.width() - 2 * PAD, rect.height())
        self.text(painter, place, f"{mark}   {fact.count} snoozed", sans(SMALL), "muted")

    def _mark(self, fact: Reported | Waiting | Snoozed) -> tuple[str, str]:
        if isinstance(fact, Reported):
            return "person", self.theme.palette.accent
        one = fact.waiting if isinstance(fact, Snoozed) else fact
        tone = tone_of_rank(one.tone)
        return SHAPES[tone], self.theme.palette.tone(tone)

    def _lines(self, fact: Reported | Waiting | Snoozed) -> list[str]:
        match fact:
            case Reported():
                return [fact.observation.text]
            case Snoozed():
                return [f"{fact.reason} ({fact.author})"]
            case Waiting():
                return [why(fact.candidate), *lines_below(fact)]

    def _when(self, fact: Reported | Waiting | Snoozed) -> str:
        if self.now is None:
            return ""
        match fact:
            case Reported():
                return self._learned(fact, self.now)
            case Snoozed():
                return f"until {short_stamp(fact.until, self._zone, self.now)}"
            case Waiting():
                return self._since(fact.candidate, self.now)

    def _since(self, known: Candidate, now: datetime) -> str:
        if known.ended is not None:
            return f"over, {short_stamp(known.start.at, self._zone, now)}"
        since = f"since {brief(now - known.start.at)}"
        return f"urgent, {since}" if known.urgent else since

    def _learned(self, one: Reported, now: datetime) -> str:
        """Return how long ago we learned of it, and when it happened where that was at another time."""
        seen = one.observation
        ago = f"{brief(now - seen.learned)} ago"
        if not seen.is_late:
            return ago
        return f"of {short_stamp(seen.happened.at, self._zone, now)}, learned {ago}"


def _head(fact: Reported | Waiting | Snoozed) -> str:
    match fact:
        case Reported():
            seen = fact.observation
            return f"{fact.system} · {seen.channel}{f', {seen.noticed_by}' if seen.noticed_by else ''}"
        case Snoozed():
            return _head(fact.waiting)
        case Waiting():
            return f"{fact.system} · {fact.candidate.name}"
