"""Untrusted text on paper: printed as it is, or with a visible mark; never read as markup, never dropped."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, groupby
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from tocsin.reports import fonts

# A paragraph's time to set grows with the square of its words; a word's with the square of its letters.
MAX_WORDS = 1000
MAX_WORD = 200
_PIECE = 80
_MAX_COMBINING = 4
# A table row must fit on a page whatever was typed, so a cell's text continues in further rows.
CELL_CHARACTERS = 900
CELL_LINES = 14

_MARK = '<font name="{font}" size="-1.2" color="#5b6470" backColor="#e8ebef">{text}</font>'
_BREAK = "↩"
_COST_OF_MARK = 9
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def paragraphs(text: str, style: ParagraphStyle) -> list[Paragraph]:
    """Return a text of any length as paragraphs, one a line, each short enough to set."""
    return [Paragraph(markup(piece, style.fontName), style) for piece in _pieces(text)]


def one_line(text: str, style: ParagraphStyle, most: int = 400) -> Paragraph:
    """Return a name or title as one paragraph, its line breaks as spaces, cut at about `most` letters."""
    line = " ".join(_normal(text).split())
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
    """Return a text as ReportLab's markup: escaped, with fallback glyphs and visible marks.

    What a font of ours cannot draw is printed as U+XXXX in a mark; so are control characters, characters
    without width, changes of direction and lone surrogates.
    """
    return "".join(_run(kind, "".join(run)) for kind, run in groupby(_normal(text), _Kind(font)))


def plain(text: str) -> str:
    """Return a text for the file's metadata and the page header: one line, marks as U+XXXX in brackets."""
    own = fonts.glyphs(fonts.SANS)
    line = " ".join(_normal(text).split())
    return "".join(c if c in own and not _unseen(c) else f"[{_code(c)}]" for c in line)


def _pieces(text: str, words: int = MAX_WORDS, characters: int = MAX_WORDS * 20) -> Iterator[str]:
    for line in _normal(text).replace("\r\n", "\n").replace("\t", "    ").split("\n"):
        split = [piece for word in line.split(" ") for piece in _split_word(word)]
        piece: list[str] = []
        length = 0
        for word in split:
            if len(piece) == words or (piece and length + _cost(word) > characters):
                yield " ".join(piece)
                piece, length = [], 0
            piece.append(word)
            length += _cost(word) + 1
        yield " ".join(piece)


def _split_word(word: str) -> list[str]:
    if len(word) <= MAX_WORD:
        return [word]
    parts = re.findall(f".{{1,{_PIECE}}}", word, re.DOTALL)
    return [f"{part}{_BREAK}" for part in parts[:-1]] + [parts[-1]]


def _normal(text: str) -> str:
    """Return the text composed (NFC); of a stack of combining marks the first few, and how many more."""
    if text.isascii():
        return text
    parts = []
    for combining, run in groupby(
        unicodedata.normalize("NFC", text), lambda c: c > "\u02ff" and unicodedata.combining(c) > 0
    ):
        piece = "".join(run)
        more = len(piece) - _MAX_COMBINING
        parts.append(f"{piece[:_MAX_COMBINING]}[+{more} marks]" if combining and more > 0 else piece)
    return "".join(parts)


class _Kind:
    """Which way a character is drawn: "own", "fallback", "mark" or "break"."""

    def __init__(self, font: str) -> None:
        self._own, self._fallback = fonts.glyphs(font), fonts.glyphs(fonts.FALLBACK)

    def __call__(self, character: str) -> str:
        if character == _BREAK:
            return "break"
        if _unseen(character):
            return "mark"
        if character in self._own:
            return "own"
        return "fallback" if character in self._fallback else "mark"


def _cost(text: str) -> int:
    """Return about how many letters wide a text is printed; a mark takes the room of several."""
    if fonts.glyphs(fonts.SANS).issuperset(text):
        return len(text)
    kind = _Kind(fonts.SANS)
    return sum(_COST_OF_MARK if kind(character) == "mark" else 1 for character in text)


@cache
def _unseen(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE


def _run(kind: str, run: str) -> str:
    match kind:
        case "own":
            return escape(run)
        case "fallback":
            return f'<font name="{fonts.FALLBACK}">{escape(run)}</font>'
        case "break":
            return _MARK.format(font=fonts.FALLBACK, text=run)
        case _:
            return _MARK.format(font=fonts.MONO, text=" ".join(map(_code, run)))


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
