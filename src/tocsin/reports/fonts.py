"""The fonts of every document: IBM Plex, and others for what Plex has no glyph for. Always embedded."""

import re
from functools import cache
from itertools import product

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tocsin.paths import resource

SANS, SANS_BOLD, SANS_ITALIC = "IBMPlexSans-Regular", "IBMPlexSans-SemiBold", "IBMPlexSans-Italic"
MONO, MONO_BOLD = "IBMPlexMono-Regular", "IBMPlexMono-Medium"
FALLBACK = "DejaVuSans"
ARABIC, HEBREW = "NotoSansArabic-Regular", "NotoSansHebrew-Regular"
CHINESE, KOREAN, EMOJI = "DroidSansFallback", "NanumGothicCoding", "NotoEmoji-Regular"

_REMEMBERED = 20_000  # words a font knows the width of

# Which fonts are asked for which characters, in order; a font is read when a text first needs it.
_ASKED = (
    (re.compile("[\u0590-\u05ff\ufb1d-\ufb4f]"), (HEBREW, FALLBACK)),
    (re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]"), (ARABIC, FALLBACK)),
    (re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]"), (KOREAN, CHINESE)),
    (re.compile("[\u2e80-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"), (CHINESE, KOREAN)),
    (re.compile("[\u2000-\u2bff]"), (FALLBACK, EMOJI, CHINESE)),
    (re.compile("[\U0001f000-\U0001faff]"), (FALLBACK, EMOJI)),
)


class _Measured(TTFont):  # type: ignore[misc]
    """A font that remembers how wide words are: a document says the same ones over and over."""

    def __init__(self, name: str, file: str) -> None:
        super().__init__(name, file)
        self._widths: dict[str, float] = {}

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802
        """Return the width of a text in points."""
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) >= _REMEMBERED:
                self._widths.clear()
            width = self._widths[text] = super().stringWidth(text, 1000, encoding)
        return width * size / 1000


@cache
def loaded(font: str) -> TTFont:
    """Return a font, made known to ReportLab."""
    known = _Measured(font, str(resource(f"fonts/{font}.ttf")))
    pdfmetrics.registerFont(known)
    # Each is a family of its own: bold and italic are chosen by style, never by markup.
    for bold, italic in product((0, 1), repeat=2):
        addMapping(font, bold, italic, font)
    return known


@cache
def register() -> None:
    """Make the fonts known to ReportLab that styles name."""
    for font in (SANS, SANS_BOLD, SANS_ITALIC, MONO, MONO_BOLD, FALLBACK):
        loaded(font)


@cache
def glyphs(font: str) -> frozenset[str]:
    """Return the characters a font can draw."""
    return frozenset(map(chr, loaded(font).face.charToGlyph))


@cache
def other(character: str) -> str:
    """Return the font that draws a character where the style's own does not; empty where there is none."""
    asked = next((fonts for range, fonts in _ASKED if range.match(character)), (FALLBACK,))
    return next((font for font in asked if character in glyphs(font)), "")


def width(text: str, font: str, size: float) -> float:
    """Return the width of a text in points, all of it in one font."""
    return float(loaded(font).stringWidth(text, size))
