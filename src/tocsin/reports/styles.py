"""The colours and styles of paper."""

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle

from tocsin.reports import fonts

INK, QUIET, RULE, TINT = HexColor("#14181d"), HexColor("#5b6470"), HexColor("#c9cfd6"), HexColor("#f3f5f7")
DRILL, WATERMARK = HexColor("#8a5a00"), HexColor("#e9ecef")


def style(
    name: str, font: str = fonts.SANS, size: float = 9.5, colour: Color = INK, **more: object
) -> ParagraphStyle:
    """Return a paragraph style; `size` in points, the leading follows it unless given."""
    more.setdefault("leading", size * 1.4)
    return ParagraphStyle(
        name, fontName=font, fontSize=size, textColor=colour, bulletFontName=font, splitLongWords=1, **more
    )


BODY = style("body", spaceAfter=4)
SMALL = style("small", size=8)
SMALL_BOLD = style("small bold", fonts.SANS_BOLD, 8)
QUIET_SMALL = style("quiet small", size=7.5, colour=QUIET)
NOTE = style("note", fonts.SANS_ITALIC, 9, QUIET, spaceAfter=4)
MONO_SMALL = style("mono small", fonts.MONO, 7.5)
LABEL = style("label", size=7.5, colour=QUIET)
KICKER = style("kicker", fonts.SANS_BOLD, 8, QUIET)
TITLE = style("title", fonts.SANS_BOLD, 19, leading=24, spaceBefore=2, spaceAfter=8)
HEADING = style("heading", fonts.SANS_BOLD, 12.5, spaceBefore=14, spaceAfter=5)
SUBHEADING = style("subheading", fonts.SANS_BOLD, 9.5, spaceBefore=7, spaceAfter=2, keepWithNext=1)
