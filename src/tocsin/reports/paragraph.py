"""Paragraphs that also set scripts without blanks (Chinese) and from right to left (Arabic, Hebrew).

ReportLab breaks lines at blanks and leaves letters in the order they come in. Where a paragraph has other
scripts in it, its lines are broken here, in the order of reading, and then put in the order of writing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from reportlab import platypus
from reportlab.lib.textsplit import ALL_CANNOT_END, ALL_CANNOT_START
from reportlab.pdfbase.pdfmetrics import getAscentDescent
from reportlab.platypus.paragraph import FragLine, ParaLines

from tocsin.reports import bidi, fonts

# What is written without blanks: a line may end after any of them.
UNSPACED = re.compile("[\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_ALMOST = 1e-6


@dataclass(slots=True)
class _Letter:
    text: str
    frag: Any
    width: float
    level: int = 0


class Paragraph(platypus.Paragraph):  # type: ignore[misc]
    """ReportLab's paragraph, for every script; all text on paper goes through it or through `runs`."""

    direction: int | None = None  # of a part of a paragraph: that of the whole
    _ends: Sequence[int] = ()
    _broken: tuple[list[float], Any] | None = None

    def breakLines(self, width: Any) -> Any:  # noqa: N802
        """Return the broken lines, in ReportLab's own form; for the width last asked for, those of then."""
        widths = list(width) if isinstance(width, list | tuple) else [width]
        if self._broken is None or self._broken[0] != widths:
            self._broken = widths, self._break(widths)
        return self._broken[1]

    def _break(self, widths: list[float]) -> Any:
        self._ends = ()
        if not self._needs_us():
            return super().breakLines(widths)
        letters = self._letters
        self._ends = list(_ends(letters, widths))
        self._width_max = max(widths)
        lines, start = [], 0
        for number, end in enumerate(self._ends):
            room = widths[min(number, len(widths) - 1)]
            lines.append(_line(letters[start:end], room, self.direction or 0))
            start = end
        return ParaLines(kind=1, lines=lines)

    def split(self, width: float, height: float) -> list[platypus.Flowable]:
        """Return the paragraph as one that fits the height and one of the rest; empty where nothing fits."""
        if not self._ends:
            parts: list[platypus.Flowable] = super().split(width, height)
            return parts
        fits = int((height + _ALMOST) // self.style.leading)
        if fits >= len(self._ends):
            return [self]
        if fits < 2:
            return []
        end = self._ends[fits - 1]
        return [self._part(self._letters[:end]), self._part(self._letters[end:])]

    def _part(self, letters: Sequence[_Letter]) -> "Paragraph":
        frags = [frag.clone(text=text) for frag, text in _together(letters)]
        part = Paragraph("", self.style, frags=frags)
        part.direction = self.direction
        return part

    def _needs_us(self) -> bool:
        if self.direction is not None:
            return True
        frags = self.frags
        if any(not hasattr(frag, "text") or hasattr(frag, "cbDefn") for frag in frags):
            return False
        return any(_is_special(frag.text) for frag in frags)

    @cached_property
    def _letters(self) -> list[_Letter]:
        letters = [
            _Letter(character, frag, fonts.width(character, frag.fontName, frag.fontSize))
            for frag in self.frags
            for character in frag.text
        ]
        text = "".join(letter.text for letter in letters)
        if self.direction is None:
            self.direction = bidi.base(text)
        if self.direction or bidi.has_rtl(text):
            for letter, level in zip(letters, bidi.levels(text, self.direction), strict=True):
                letter.level = level
        return letters


def _is_special(text: str) -> bool:
    return not text.isascii() and (UNSPACED.search(text) is not None or bidi.has_rtl(text))


def _ends(letters: Sequence[_Letter], widths: Sequence[float]) -> Iterator[int]:
    """Yield where each line ends: after a blank, beside a character of a script without, else anywhere."""
    start, line = 0, 0
    while start < len(letters):
        room = widths[min(line, len(widths) - 1)] + _ALMOST
        end, used = start, 0.0
        while end < len(letters) and (used + letters[end].width <= room or letters[end].text == " "):
            used += letters[end].width
            end += 1
        if end < len(letters):
            # A single letter wider than the line still gets one of its own.
            anywhere = max(end, start + 1)
            end = next((place for place in range(end, start, -1) if _may_end(letters, place)), anywhere)
        yield end
        start, line = end, line + 1


def _may_end(letters: Sequence[_Letter], place: int) -> bool:
    before, after = letters[place - 1].text, letters[place].text
    if before == " ":
        return True
    unspaced = UNSPACED.match(before) or UNSPACED.match(after)
    return bool(unspaced) and after != " " and after not in ALL_CANNOT_START and before not in ALL_CANNOT_END


def _line(letters: Sequence[_Letter], room: float, direction: int) -> FragLine:
    text = "".join(letter.text for letter in letters)
    kept = letters[: len(text.rstrip(" "))] or letters[:1]
    placed = [letters[place] for place in bidi.order([letter.level for letter in kept])]
    words = [frag.clone(text=drawn) for frag, drawn in _together([_turned(letter) for letter in placed])]
    sizes = [getAscentDescent(word.fontName, word.fontSize) for word in words]
    return FragLine(
        extraSpace=room - sum(letter.width for letter in placed),
        wordCount=text.count(" ") + 1,
        lineBreak=False,
        words=words,
        fontSize=max(word.fontSize for word in words),
        ascent=max(ascent for ascent, _ in sizes),
        descent=min(descent for _, descent in sizes),
        maxWidth=room,
        sFW=0,
    )


def _turned(letter: _Letter) -> _Letter:
    turned = bidi.mirror(letter.text) if letter.level % 2 else letter.text
    if turned == letter.text or turned not in fonts.glyphs(letter.frag.fontName):
        return letter
    return _Letter(turned, letter.frag, letter.width, letter.level)


def _together(letters: Sequence[_Letter]) -> Iterator[tuple[Any, str]]:
    """Yield each stretch of letters of one fragment with its text."""
    for _, group in groupby(letters, key=lambda letter: id(letter.frag)):
        run = list(group)
        yield run[0].frag, "".join(letter.text for letter in run)
