"""The list of sources: a shape and a word for how each goes, and its figures in columns."""

from datetime import datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import PAD, SHAPES, SMALL, Tone
from tocsin.ui.rows import RowPainter
from tocsin.ui.sources import words
from tocsin.ui.sources.words import Shown
from tocsin.ui.theme import Theme, mono, sans

COLUMNS = (("Last success", 118), ("Lag", 100), ("Rows", 92), ("Next try", 104))
_HEIGHT = 54
_WORD_WIDTH = 104


class SourcePainter(RowPainter):
    """Draws a source; `now` is the second shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.now: datetime | None = None

    def height(self, fact: Shown, width: int) -> int:
        return _HEIGHT

    def draw(self, painter: QPainter, rect: QRect, fact: Shown) -> None:
        if self.now is None:
            return
        word, tone = words.status(fact, self.now)
        shape = QRectF(rect.left() + PAD, rect.top() + 10, 14, 14)
        paint_icon(painter, SHAPES[tone], self.theme.palette.tone(tone), shape)
        left, right = rect.left() + PAD + 26, rect.right() - PAD
        columns = _columns(rect)
        end = columns[0].left() - 8
        colour = "text" if tone is Tone.GREEN else tone.value if tone is not Tone.GREY else "muted"
        first = QRect(left, rect.top() + 7, end - left, 20)
        self.text(painter, first.adjusted(0, 0, -_WORD_WIDTH, 0), fact.source.name, sans(), "text")
        said = QRect(end - _WORD_WIDTH, first.top(), _WORD_WIDTH, 20)
        self.text(painter, said, word, sans(), colour, right=True)
        second = QRect(left, rect.top() + 29, right - left, 16)
        self._second(painter, second, fact)
        figures = (
            words.ago(fact.state.last_success, self.now),
            words.lag(fact.state, self.now),
            words.rows(fact.state),
            words.next_try(fact, self.now),
        )
        for cell, figure in zip(columns, figures, strict=True):
            self.text(painter, cell, figure, mono(SMALL + 1), "text", right=True)

    def _second(self, painter: QPainter, rect: QRect, fact: Shown) -> None:
        """Draw what the source is, and after it what is wrong or may be overheard."""
        plain = f"{words.kind(fact.source.importer)} · {fact.source.place} · {fact.system}"
        after, colour = "", "muted"
        if words.openly(fact.source):
            after, colour = "not encrypted", "yellow"
        if fact.state.error:
            after, colour = words.trouble(fact.state).removeprefix(f"{fact.source.place}: "), "orange"
        font = sans(SMALL)
        width = QFontMetrics(font).horizontalAdvance(plain)
        shown = min(width, rect.width() * 3 // 5 if after else rect.width())
        self.text(painter, QRect(rect.left(), rect.top(), shown + 2, rect.height()), plain, font, "muted")
        if after:
            rest = rect.adjusted(shown + 12, 0, 0, 0)
            self.text(painter, rest, after, font, colour)


class Heads(QWidget):
    """The words above the columns of figures."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(24)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, 24)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setFont(sans(SMALL))
        painter.setPen(self._theme.colour("muted"))
        first = QRect(PAD + 26, 0, 200, self.height())
        painter.drawText(first, int(Qt.AlignmentFlag.AlignVCenter), "Source")
        for cell, (name, _) in zip(_columns(self.rect()), COLUMNS, strict=True):
            place = QRect(cell.left(), 0, cell.width(), self.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), name)
        painter.setPen(self._theme.colour("line"))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())


def _columns(rect: QRect) -> list[QRect]:
    """Return where the figures of a row stand, left to right."""
    right, found = rect.right() - PAD, []
    for _, width in reversed(COLUMNS):
        found.append(QRect(right - width, rect.top() + 7, width, 20))
        right -= width
    return found[::-1]
