"""Untrusted text on paper: printed as it is, or with a visible mark; never read as markup, never dropped."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, groupby
from operator import itemgetter
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from tocsin.reports import bidi, fonts
from tocsin.reports import characters as letters
from tocsin.reports.characters import BREAK, MARK, is_plain, named, normal, placed, shown, unseen
from tocsin.reports.paragraph import UNSPACED, Paragraph

# A paragraph's time to set grows with the square of its words; a word's with the square of its letters.
MAX_WORDS = 1000
MAX_WORD = 200
_PIECE = 80
# A table row must fit on a page whatever was typed, so a cell's text continues in further rows.
CELL_CHARACTERS = 900
CELL_LINES = 14

_MARK = '<font name="{font}" size="-1.2" color="#5b6470" backColor="#e8ebef">{text}</font>'
_COST_OF_MARK = 9
_COST_OF_WIDE = 2
_LONG = re.compile(f"[^ {UNSPACED.pattern[1:-1]}]{{{MAX_WORD + 1},}}")


def paragraphs(text: str, style: ParagraphStyle) -> list[Paragraph]:
    """Return a text of any length as paragraphs, one a line, each short enough to set.

    One that begins in Arabic or Hebrew stands at the right margin.
    """
    return [Paragraph(markup(piece, style.fontName), _beside(style, piece)) for piece in _pieces(text)]


def one_line(text: str, style: ParagraphStyle, most: int = 400) -> Paragraph:
    """Return a name or title as one paragraph, its line breaks as spaces, cut at about `most` letters."""
    line = letters.one_line(text)
    costs = accumulate(_cost(character) for character in line[: most + 1])
    kept = sum(cost <= most for cost in costs)
    return Paragraph(markup(line if kept == len(line) else f"{line[:kept]}…", style.fontName), style)


def cells(text: str, style: ParagraphStyle, most: int = CELL_CHARACTERS) -> list[list[Paragraph]]:
    """Return a text as the contents of one or more table cells below each other, each of bounded height.

    `most` is about how many letters go into one: fewer for a narrow column.
    """
    found: list[list[Paragraph]] = [[]]
    room, lines = most, CELL_LINES
    for piece in _pieces(text, words=120, characters=most):
        if found[-1] and (_cost(piece) > room or lines == 0):
            found.append([])
            room, lines = most, CELL_LINES
        found[-1].append(Paragraph(markup(piece, style.fontName), style))
        room, lines = room - _cost(piece), lines - 1
    return found


def markup(text: str, font: str) -> str:
    """Return a text as ReportLab's markup: escaped, each character in a font that has it.

    Control characters, characters without width, changes of direction and lone surrogates are printed as
    U+XXXX in a mark. Raises BadInput naming a character that no font has.
    """
    text = normal(text)
    if is_plain(text, font):
        return escape(text)
    fonts.register()
    return "".join(
        _run(used, "".join(character for character, _ in run), font)
        for used, run in groupby(placed(text, font), key=itemgetter(1))
    )


def plain(text: str) -> str:
    """Return a text for the file's metadata and outline: one line, what is unseen as [U+XXXX]."""
    return shown(text)


def _run(used: str, run: str, font: str) -> str:
    if used == MARK:
        other = fonts.FALLBACK if BREAK in run else fonts.MONO
        return _MARK.format(font=other, text=named(run))
    return escape(run) if used == font else f'<font name="{used}">{escape(run)}</font>'


def _beside(style: ParagraphStyle, text: str) -> ParagraphStyle:
    leftwards = bidi.has_rtl(text) and bidi.base(text) == 1
    return _at_the_right(style) if leftwards and style.alignment not in {TA_CENTER, TA_RIGHT} else style


@cache
def _at_the_right(style: ParagraphStyle) -> ParagraphStyle:
    return style.clone(f"{style.name} at the right", alignment=TA_RIGHT)


def _pieces(text: str, words: int = MAX_WORDS, characters: int = MAX_WORDS * 20) -> Iterator[str]:
    for line in normal(text).replace("\r\n", "\n").replace("\t", "    ").split("\n"):
        piece: list[str] = []
        length = 0
        for word in _LONG.sub(_broken, line).split(" "):
            for part in _parts(word, characters):
                if len(piece) == words or (piece and length + _cost(part) > characters):
                    yield " ".join(piece)
                    piece, length = [], 0
                piece.append(part)
                length += _cost(part) + 1
        yield " ".join(piece)


def _broken(word: re.Match[str]) -> str:
    """Return a word too long to set in parts, each but the last with a sign that it goes on."""
    parts = re.findall(f".{{1,{_PIECE}}}", word[0], re.DOTALL)
    return f"{BREAK} ".join(parts)


def _parts(word: str, characters: int) -> Iterator[str]:
    """Yield a word; of a text without blanks that would fill more than a piece, parts that are pieces."""
    most = max(characters // _COST_OF_WIDE, 1)
    for start in range(0, len(word) or 1, most):
        yield word[start : start + most]


def _cost(text: str) -> int:
    """Return about how many letters wide a text is printed; a mark takes the room of several."""
    if is_plain(text, fonts.SANS):
        return len(text)
    return sum(map(_cost_of, text))


@cache
def _cost_of(character: str) -> int:
    if unseen(character):
        return _COST_OF_MARK
    return _COST_OF_WIDE if UNSPACED.match(character) else 1
