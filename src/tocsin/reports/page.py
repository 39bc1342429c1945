"""The sheet every document is printed on: size, margins, styles, header, footer; the same bytes each time."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from threading import Lock

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from tocsin.model.document import Paper, Standing
from tocsin.reports import fonts
from tocsin.reports.text import markup, plain

INK, QUIET, RULE, TINT = HexColor("#14181d"), HexColor("#5b6470"), HexColor("#c9cfd6"), HexColor("#f3f5f7")
DRILL = HexColor("#8a5a00")
MARGIN_MM = 22.0
_TOTAL = "total-pages"

# ReportLab's paragraph parser is one object for the whole process.
_one_at_a_time = Lock()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file carried inside the document: its name, its bytes and their media type."""

    name: str
    content: bytes
    media_type: str = "application/json"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands around the text of a document, on its pages and in the file's properties.

    `left` and `right` are the header, `foot` the footer beside the page number; `at` is the file's date;
    `identity` tells two documents apart in the file's own id. `drill` is the title of the drill it is of:
    then every page says that it is no real incident.

    `standing` says DRAFT or AS FILED on every page; None says neither. `reference` is the incident's (or the
    filing's), `rules` which rules of which date count, `head` the SHA-256 of the journal's entry it is as of:
    all three stand in the footer. `language` is a BCP 47 tag. `attachments` make the file PDF/A-3b.
    """

    title: str
    subject: str
    author: str
    left: str
    right: str
    foot: str
    at: datetime
    identity: str
    drill: str = ""
    paper: Paper = Paper.A4
    standing: Standing | None = None
    reference: str = ""
    rules: str = ""
    head: str = ""
    language: str = "en"
    attachments: tuple[Attachment, ...] = ()


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


class Heading(Paragraph):  # type: ignore[misc]
    """A heading of a section that also stands in the reader's outline."""

    def __init__(self, text: str, key: str) -> None:
        super().__init__(markup(text, HEADING.fontName), HEADING)
        self._entry, self._key = plain(text), key

    def draw(self) -> None:
        self.canv.bookmarkPage(self._key)
        self.canv.addOutlineEntry(self._entry, self._key, level=0)
        super().draw()


def width_pt() -> float:
    """Return the width of the text in points."""
    return float(A4[0] - 2 * MARGIN_MM * mm)


def build(story: Iterable[Flowable], furniture: Furniture) -> bytes:
    """Lay the story out and return the PDF: the same story and furniture give the same bytes.

    `story` is drawn from only when its turn has come, so hand in a generator that makes its paragraphs then.
    Conditions for that across machines are the same versions of ReportLab, zlib and the fonts.
    """
    fonts.register()
    target = BytesIO()
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        title=plain(furniture.title),
        author=plain(furniture.author),
        subject=plain(furniture.subject),
        creator="Tocsin",
        lang="en",
        initialFontName=fonts.SANS,
        pageCompression=1,
        invariant=1,
    )
    document.addPageTemplates(_template(furniture))
    with _one_at_a_time:
        document.build(list(story), canvasmaker=lambda *a, **k: _canvas(furniture, *a, **k))
    return target.getvalue()


def _canvas(furniture: Furniture, *arguments: object, **options: object) -> "_NumberedCanvas":
    canvas = _NumberedCanvas(*arguments, **options)
    # Without this the file would be dated 1 January 2000: the price of a file without the moment of printing.
    canvas.setDateFormatter(lambda *_: furniture.at.strftime("D:%Y%m%d%H%M%S+00'00'"))
    # ReportLab starts the file's id from the environment's SOURCE_DATE_EPOCH; start it from the content.
    document = canvas._doc  # noqa: SLF001
    document.signature = hashlib.md5(furniture.identity.encode(), usedforsecurity=False)
    return canvas


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that knows the number of pages on every page: as a form that is filled in at the end."""

    def save(self) -> None:
        self.beginForm(_TOTAL, 0, -3, 40, 10)
        self.setFont(fonts.SANS, 7.5)
        self.setFillColor(QUIET)
        self.drawString(0, 0, str(self.getPageNumber() - 1))
        self.endForm()
        super().save()


def _template(furniture: Furniture) -> PageTemplate:
    width, height = A4
    side = MARGIN_MM * mm
    frame = Frame(
        side, 20 * mm, width - 2 * side, height - 42 * mm,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    return PageTemplate("page", [frame], onPage=lambda canvas, _: _draw_furniture(canvas, furniture))


def _draw_furniture(canvas: Canvas, furniture: Furniture) -> None:
    width, height = A4
    left, right = MARGIN_MM * mm, width - MARGIN_MM * mm
    top, bottom = height - 14 * mm, 12 * mm
    if furniture.drill:
        _draw_drill(canvas, furniture.drill)
    canvas.saveState()
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(left, top - 5, right, top - 5)
    canvas.line(left, bottom + 10, right, bottom + 10)
    canvas.setFillColor(QUIET)
    room = right - left - fonts.width(furniture.left, fonts.MONO, 7.5) - 12
    canvas.setFont(fonts.MONO, 7.5)
    canvas.drawString(left, top, furniture.left)
    canvas.setFont(fonts.SANS, 7.5)
    canvas.drawRightString(right, top, _cut(plain(furniture.right), room))
    canvas.drawString(left, bottom, furniture.foot)
    canvas.drawRightString(right - 16, bottom, f"Page {canvas.getPageNumber()} of")
    canvas.translate(right - 14, bottom)
    canvas.doForm(_TOTAL)
    canvas.restoreState()


def _draw_drill(canvas: Canvas, drill: str) -> None:
    """Draw the mark of a drill under the text, and say it in words in the margin."""
    width, height = A4
    canvas.saveState()
    canvas.setFillColor(TINT)
    canvas.setFont(fonts.SANS_BOLD, 120)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -40, "DRILL")
    canvas.restoreState()
    canvas.saveState()
    canvas.setFillColor(DRILL)
    canvas.setFont(fonts.SANS_BOLD, 7.5)
    words = f"DRILL, NO REAL INCIDENT: {plain(drill)}"
    canvas.drawCentredString(width / 2, height - 8 * mm, _cut(words, width - 2 * MARGIN_MM * mm))
    canvas.restoreState()


def _cut(text: str, room_pt: float) -> str:
    """Return the text, or as much of it as fits the room with an ellipsis."""
    if fonts.width(text, fonts.SANS, 7.5) <= room_pt:
        return text
    short = text[:300]
    while short and fonts.width(f"{short}…", fonts.SANS, 7.5) > room_pt:
        short = short[:-1]
    return f"{short.rstrip()}…"
