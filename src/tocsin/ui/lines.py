"""A list of plain lines with a mark before and a remark at the right, for whoever needs no more than that."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QFontMetrics, QPainter

from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, Tone
from tocsin.ui.rows import RowPainter
from tocsin.ui.theme import Theme, mono, sans

_MARK = 13


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A line: its words, what stands at the right, and a second, quieter line beneath if there is one.

    `icon` stands before it in the colour of `tone`; `quiet` draws all of it muted.
    """

    key: str
    text: str
    right: str = ""
    below: str = ""
    tone: Tone = Tone.GREY
    icon: str = ""
    quiet: bool = False
    fact: object = None

    @property
    def words(self) -> str:
        """All of it, for a screen reader."""
        return ", ".join(part for part in (self.text, self.right, self.below) if part)


class LinePainter(RowPainter):
    """Draws plain lines."""

    def __init__(self, theme: Theme, *, margin: int = PAD) -> None:
        super().__init__(theme)
        self._margin = margin

    def height(self, fact: PlainLine, width: int) -> int:
        return 44 if fact.below else 28

    def draw(self, painter: QPainter, rect: QRect, fact: PlainLine) -> None:
        left = rect.left() + self._margin
        line = QRect(left, rect.top() + (5 if fact.below else 4), rect.right() - self._margin - left, 19)
        mark = QRectF(left, line.center().y() - _MARK / 2 + 1, _MARK, _MARK)
        paint_icon(painter, fact.icon or SHAPES[fact.tone], self.theme.palette.tone(fact.tone), mark)
        line.setLeft(left + _MARK + 10)
        font = mono(SMALL + 1)
        room = min(QFontMetrics(font).horizontalAdvance(fact.right) + 12, line.width() // 2)
        words = line.adjusted(0, 0, -room, 0)
        self.text(painter, words, fact.text, sans(), "muted" if fact.quiet else "text")
        if fact.right:
            at = QRect(line.right() - room, line.top(), room, line.height())
            self.text(painter, at, fact.right, font, "muted" if fact.quiet else "text", right=True)
        if fact.below:
            self.text(painter, line.translated(0, 17), fact.below, sans(SMALL), "muted")
