"""What stands in the cells of a sheet's tables, in pieces of bounded height, so that each row fits a page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import zip_longest

from reportlab.platypus import Flowable

from tocsin.model.instant import When
from tocsin.model.sheet import Blank, Cell, Cells, Digest, Quiet, State, Strong
from tocsin.reports import badges, fonts, words
from tocsin.reports.page import INK, LABEL, MONO_SMALL, QUIET, QUIET_SMALL, RULE, SMALL, SMALL_BOLD
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.tables import Row
from tocsin.reports.text import cells, markup, one_line

_SHORT = 90  # letters of a value that stands beside another
_LETTER_PT = 4.4  # about, at 8 points
_LINES = 14
_NONE = "—"
Piece = list[Flowable]


def heads(titles: Sequence[str]) -> Row:
    """Return the heads of a table."""
    return [one_line(title, LABEL) for title in titles]


def rows(row: Sequence[Cells], widths: Sequence[float], zone: str) -> list[Row]:
    """Return a row of a table as one row or, where a text is long, several below each other."""
    columns = [chunks(cell, width - 6, zone) for cell, width in zip(row, widths, strict=True)]
    return [list(each) for each in zip_longest(*columns, fillvalue="")]


def is_short(cell: Cells) -> bool:
    """Whether a cell takes a line or two."""
    if isinstance(cell, tuple):
        return len(cell) <= 3 and all(is_short(one) for one in cell)
    text = cell.text if isinstance(cell, Quiet | Strong | Digest) else cell if isinstance(cell, str) else ""
    return len(text) <= _SHORT and "\n" not in text


def chunks(cell: Cells, width: float, zone: str) -> list[Piece]:
    """Return a cell as pieces below each other, each of at most about a quarter of a page."""
    pieces: list[Piece] = [[]]
    for one in cell if isinstance(cell, tuple) else (cell,):
        first, *more = _pieces(one, width, zone)
        if len(pieces[-1]) + len(first) > _LINES // 2 and pieces[-1]:
            pieces.append([])
        pieces[-1] += first
        pieces += more
    return pieces


def _pieces(cell: Cell, width: float, zone: str) -> list[Piece]:
    most = max(int(width / _LETTER_PT * _LINES * 0.8), 60)
    match cell:
        case None:
            return [[Paragraph(_NONE, QUIET_SMALL)]]
        case Strong(text=text):
            return _text(text, SMALL_BOLD, most)
        case Quiet(text=text):
            return _text(text, QUIET_SMALL, most)
        case State(word=word):
            return [[badges.Badge(word, badges.of_state(word))]]
        case Digest(text=text):
            return [[Paragraph(markup(text or _NONE, MONO_SMALL.fontName), MONO_SMALL)]]
        case Blank(lines=lines):
            return [[Lines(lines, width)]]
        case datetime():
            return [_moment(cell, zone)]
        case timedelta():
            return [[one_line(words.duration(cell), SMALL)]]
        case When():
            between = [one_line(words.bounds(cell, zone), QUIET_SMALL)] if cell.is_range else []
            return [[*_moment(cell.at, zone), *between]]
    return _text(cell, SMALL, most) if cell.strip() else [[Paragraph(_NONE, QUIET_SMALL)]]


def _text(text: str, look: object, most: int) -> list[Piece]:
    return [list(piece) for piece in cells(text, look, most)]


def _moment(at: datetime, zone: str) -> Piece:
    here = f"{words.date(at, zone)}, {words.time(at, zone)}"
    beside = "UTC" if words.is_utc(zone) else f"{words.offset(at, zone)} · {words.utc(at, zone)}"
    return [one_line(here, SMALL), one_line(beside, QUIET_SMALL)]


class Lines(Flowable):  # type: ignore[misc]
    """Lines to write on by hand."""

    def __init__(self, lines: int, width: float) -> None:
        super().__init__()
        self.lines, self.width, self.height = lines, width, 17.0 * lines

    def draw(self) -> None:
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.4)
        for number in range(self.lines):
            self.canv.line(0, 17.0 * number + 1, self.width, 17.0 * number + 1)


class Box(Flowable):  # type: ignore[misc]
    """A box to tick, ticked where it is done."""

    def __init__(self, done: bool) -> None:
        super().__init__()
        self.done, self.width, self.height = done, 10.0, 10.0

    def draw(self) -> None:
        self.canv.setStrokeColor(QUIET)
        self.canv.setLineWidth(0.7)
        self.canv.rect(0.5, 0.5, 8, 8, stroke=1, fill=0)
        if self.done:
            self.canv.setFillColor(INK)
            self.canv.setFont(fonts.FALLBACK, 8)
            self.canv.drawString(1.3, 1.8, "✓")
