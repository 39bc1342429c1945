"""The fonts of every document: IBM Plex, and DejaVu where Plex has no glyph. Always embedded."""

from functools import cache
from itertools import product

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tocsin.paths import resource

SANS, SANS_BOLD, SANS_ITALIC = "IBMPlexSans-Regular", "IBMPlexSans-SemiBold", "IBMPlexSans-Italic"
MONO, MONO_BOLD = "IBMPlexMono-Regular", "IBMPlexMono-Medium"
FALLBACK = "DejaVuSans"


@cache
def register() -> None:
    """Make the fonts known to ReportLab."""
    for name in (SANS, SANS_BOLD, SANS_ITALIC, MONO, MONO_BOLD, FALLBACK):
        pdfmetrics.registerFont(TTFont(name, str(resource(f"fonts/{name}.ttf"))))
        # Each is a family of its own: bold and italic are chosen by style, never by markup.
        for bold, italic in product((0, 1), repeat=2):
            addMapping(name, bold, italic, name)


@cache
def glyphs(font: str) -> frozenset[str]:
    """Return the characters a font can draw."""
    register()
    return frozenset(map(chr, pdfmetrics.getFont(font).face.charToGlyph))


def width(text: str, font: str, size: float) -> float:
    """Return the width of a text in points."""
    register()
    return float(pdfmetrics.stringWidth(text, font, size))
