"""One line of untrusted text in runs of one font each, from left to right, for drawing without paragraphs."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from reportlab.pdfgen.canvas import Canvas

from tocsin.reports import bidi, fonts
from tocsin.reports.characters import MARK, is_plain, named, one_line, placed

_MOST = 600  # letters of a line that are looked at when it is cut


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one font, in the order it is drawn."""

    font: str
    text: str


Line = tuple[Run, ...]


def line(text: str, font: str) -> Line:
    """Return a text as one line of runs from left to right; `font` is used wherever it has the glyph.

    Control characters, changes of direction and the like are named in brackets: [U+202E]. Raises BadInput
    naming a character that no font has.
    """
    text = one_line(text)
    if is_plain(text, font):
        return (Run(font, text),) if text else ()
    pieces = list(placed(text, font))
    if bidi.has_rtl(text):
        pieces = list(_ordered(pieces))
    found = []
    for used, group in groupby(pieces, key=itemgetter(1)):
        letters = "".join(character for character, _ in group)
        found.append(Run(fonts.FALLBACK, f"[{named(letters)}]") if used == MARK else Run(used, letters))
    return tuple(found)


def _ordered(pieces: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    text = "".join(character for character, _ in pieces)
    direction = bidi.base(text)
    levels = bidi.levels(text, direction)
    for place in bidi.order(levels):
        character, used = pieces[place]
        turned = bidi.mirror(character) if levels[place] % 2 else character
        yield (turned, used) if turned in fonts.glyphs(used) or used == MARK else pieces[place]


def width(line: Line, size: float) -> float:
    """Return the width of a line in points."""
    return sum(fonts.width(run.text, run.font, size) for run in line)


def draw(canvas: Canvas, x: float, y: float, line: Line, size: float) -> None:
    """Draw a line from x on. Where it shall end or be centred, its width is asked before."""
    for run in line:
        canvas.setFont(run.font, size)
        canvas.drawString(x, y, run.text)
        x += fonts.width(run.text, run.font, size)


def cut(text: str, font: str, size: float, room_pt: float) -> Line:
    """Return a text as a line, or as much of its beginning as fits the room and an ellipsis."""
    text = one_line(text)
    if len(text) <= _MOST and width(whole := line(text, font), size) <= room_pt:
        return whole
    fits, over = 0, min(len(text), _MOST)
    while over - fits > 1:
        middle = (fits + over) // 2
        if width(line(f"{text[:middle].rstrip()}…", font), size) <= room_pt:
            fits = middle
        else:
            over = middle
    return line(f"{text[:fits].rstrip()}…", font)
