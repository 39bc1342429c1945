"""The type case of a batch of letters: widths and codes of every character in it, worked out once.

Letters share most of their words, so a word's width is looked up, not added up. What the font of a style
draws by itself goes the short way; other scripts go through `runs`, as in every document.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tocsin.reports import bidi, fonts, joining, runs
from tocsin.reports.characters import code, is_plain, unseen
from tocsin.reports.letter_file import Glyphs, glyphs
from tocsin.reports.paragraph import UNSPACED

_MOST_WORDS = 100_000  # remembered widths, then they are forgotten and begun anew


class Characters:
    """The characters a batch needs, by the font that draws each; filled while the list is read."""

    def __init__(self) -> None:
        self.by_font: dict[str, set[str]] = {}

    def add(self, text: str, font: str) -> None:
        """Take up a text that a style sets in a font. Raises BadInput for what no font has."""
        known = self.by_font.get(font)
        if known is not None and known.issuperset(text) and is_plain(text, font):
            return
        if is_plain(text, font):
            self.by_font.setdefault(font, set()).update(text)
            return
        for word in text.split():
            self._add(runs.line(word, font))
            if bidi.has_rtl(word):
                for run in runs.line(word, font):
                    drawn = fonts.glyphs(run.font)
                    self.by_font[run.font].update(c for c in map(bidi.mirror, run.text) if c in drawn)
        self.by_font.setdefault(font, set()).add(" ")

    def _add(self, line: runs.Line) -> None:
        for run in line:
            self.by_font.setdefault(run.font, set()).update(run.text)

    def parts(self) -> tuple[tuple[str, Glyphs], ...]:
        """Return the fonts needed, by the names pages call them."""
        ordered = sorted(self.by_font.items())
        return tuple((f"F{number}", glyphs(font, found)) for number, (font, found) in enumerate(ordered, 1))


def undrawable(text: str) -> str:
    """Return what of a text cannot be printed in a letter, in words; empty when all of it can."""
    if is_plain(text.replace("\n", ""), fonts.SANS):
        return ""
    for character in joining.joined(text.replace("\n", " ")):
        if character in fonts.glyphs(fonts.SANS) and not unseen(character):
            continue
        if unseen(character) or not (fonts.other(character) or unicodedata.category(character) == "Zs"):
            name = unicodedata.name(character, "without a name")
            shown = "" if unseen(character) else f" “{character}”"
            return f"the character{shown} {code(character)} ({name}) cannot be printed"
    return ""


@dataclass(slots=True)
class Case:
    """Sets lines. `parts` are the fonts of the file by name."""

    parts: Sequence[tuple[str, Glyphs]]
    _fonts: dict[str, tuple[str, Glyphs]] = field(init=False)
    _words: dict[tuple[str, str], float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._fonts = {part.font: (name, part) for name, part in self.parts}

    def width(self, text: str, font: str) -> float:
        """Return the width of a word or a line in thousandths of the size."""
        key = (font, text)
        known = self._words.get(key)
        if known is None:
            if len(self._words) > _MOST_WORDS:
                self._words.clear()
            known = self._words[key] = self._measured(text, font)
        return known

    def _measured(self, text: str, font: str) -> float:
        widths = self._fonts[font][1].widths
        try:
            return sum(map(widths.__getitem__, text))
        except KeyError:
            line = runs.line(text, font)
            return sum(sum(map(self._fonts[run.font][1].widths.__getitem__, run.text)) for run in line)

    def line(self, text: str, font: str, size: float) -> str:
        """Return the operators that show a line where the pen is, in the font that is set."""
        if is_plain(text, font):
            return f"<{text.translate(self._fonts[font][1].hexes)}> Tj"
        shown = []
        for run in runs.line(text, font):
            name, part = self._fonts[run.font]
            shown.append(f"/{name} {size:g} Tf <{run.text.translate(part.hexes)}> Tj")
        return f"{' '.join(shown)} {self.set(font, size)}"

    def set(self, font: str, size: float) -> str:
        """Return the operator that chooses a font."""
        return f"/{self._fonts[font][0]} {size:g} Tf"

    def wrapped(self, text: str, font: str, room: float) -> list[str]:
        """Return a paragraph in lines at most `room` wide (thousandths of the size); nothing is left out."""
        try:
            if sum(map(self._fonts[font][1].widths.__getitem__, text)) <= room:
                return [text]
        except KeyError:  # another font draws some of it
            pass
        lines: list[str] = []
        blank = self.width(" ", font)
        line, used = "", 0.0
        for word, apart in self._pieces(text, font, room):
            wide = self.width(word, font)
            more = (blank if apart else 0.0) + wide
            if line and used + more > room:
                lines.append(line)
                line, used = word, wide
            elif line:
                line, used = f"{line} {word}" if apart else f"{line}{word}", used + more
            else:
                line, used = word, wide
        return [*lines, line]

    def _pieces(self, text: str, font: str, room: float) -> Iterator[tuple[str, bool]]:
        """Yield what may not be broken, and whether a blank is before it."""
        for word in text.split(" "):
            if not word.isascii() and UNSPACED.search(word):
                yield from ((c, number == 0) for number, c in enumerate(word))
            elif self.width(word, font) <= room:
                yield word, True
            else:
                yield from ((c, number == 0) for number, c in enumerate(self._broken(word, font, room)))

    def _broken(self, word: str, font: str, room: float) -> Iterable[str]:
        """Yield a word wider than the line in pieces that fit it."""
        piece = ""
        for character in word:
            if piece and self.width(piece + character, font) > room:
                yield piece
                piece = character
            else:
                piece += character
        yield piece
