"""What stands around the text of a document: header, footer, watermark, and what the file says of itself."""

from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from tocsin.model.document import Paper, Standing
from tocsin.reports import fonts, runs
from tocsin.reports.styles import DRILL, INK, QUIET, RULE, WATERMARK

TOTAL = "total-pages"
TEXT_MM = 166.0  # on both papers, so that lines break alike
_TOP_MM, _BOTTOM_MM = 22.0, 20.0
_SIZES = {Paper.A4: A4, Paper.LETTER: LETTER}
_SIZE = 7.5
_HASH = 16  # digits of a hash that are printed


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


def size_pt(paper: Paper) -> tuple[float, float]:
    """Return width and height of a sheet in points."""
    width, height = _SIZES[paper]
    return float(width), float(height)


def width_pt() -> float:
    """Return the width of the text in points, on either paper."""
    return TEXT_MM * float(mm)


def height_pt(paper: Paper = Paper.A4) -> float:
    """Return the height of the text on a page in points."""
    return size_pt(paper)[1] - (_TOP_MM + _BOTTOM_MM) * float(mm)


def corner_pt(paper: Paper) -> tuple[float, float]:
    """Return where the lower left corner of the text is, in points."""
    return (size_pt(paper)[0] - width_pt()) / 2, _BOTTOM_MM * float(mm)


def draw(canvas: Canvas, furniture: Furniture) -> None:
    """Draw all of it on a page, before its text."""
    _, height = size_pt(furniture.paper)
    left, _ = corner_pt(furniture.paper)
    right = left + width_pt()
    if watermark := _watermark(furniture):
        _draw_watermark(canvas, watermark, furniture.paper)
    canvas.saveState()
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.5)
    canvas.line(left, height - 14 * mm - 5, right, height - 14 * mm - 5)
    canvas.line(left, 12 * mm + 10, right, 12 * mm + 10)
    _header(canvas, furniture, left, right, height - 14 * mm)
    _footer(canvas, furniture, left, right, 12 * mm)
    canvas.restoreState()


def draw_total(canvas: Canvas, pages: int) -> None:
    """Draw the number of pages, which is known when the last is done, as the form each page refers to."""
    canvas.beginForm(TOTAL, 0, -3, 40, 10)
    canvas.setFont(fonts.SANS, _SIZE)
    canvas.setFillColor(QUIET)
    canvas.drawString(0, 0, str(pages))
    canvas.endForm()


def _header(canvas: Canvas, furniture: Furniture, left: float, right: float, y: float) -> None:
    canvas.setFillColor(QUIET)
    name = runs.line(furniture.left or furniture.reference, fonts.MONO)
    runs.draw(canvas, left, y, name, _SIZE)
    x = left + runs.width(name, _SIZE) + (9 if name else 0)
    if furniture.standing is not None:
        canvas.setFillColor(INK)
        word = runs.line(furniture.standing.value, fonts.SANS_BOLD)
        runs.draw(canvas, x, y, word, _SIZE)
        x += runs.width(word, _SIZE) + 9
        canvas.setFillColor(QUIET)
    title = runs.cut(furniture.right, fonts.SANS, _SIZE, right - x)
    runs.draw(canvas, right - runs.width(title, _SIZE), y, title, _SIZE)
    if furniture.drill:
        canvas.setFillColor(DRILL)
        words = f"DRILL, NO REAL INCIDENT: {furniture.drill}"
        said = runs.cut(words, fonts.SANS_BOLD, _SIZE, right - left)
        runs.draw(canvas, (left + right - runs.width(said, _SIZE)) / 2, y + 6 * mm, said, _SIZE)


def _footer(canvas: Canvas, furniture: Furniture, left: float, right: float, y: float) -> None:
    canvas.setFillColor(QUIET)
    page = f"Page {canvas.getPageNumber()} of"
    room = right - 16 - fonts.width(page, fonts.SANS, _SIZE) - 9 - left
    runs.draw(canvas, left, y, runs.cut(furniture.foot, fonts.SANS, _SIZE, room), _SIZE)
    reference = furniture.reference if furniture.left and furniture.reference != furniture.left else ""
    head = furniture.head and f"journal head {furniture.head[:_HASH]}"
    below = " · ".join(filter(None, (reference, furniture.rules, head)))
    runs.draw(canvas, left, y - 9, runs.cut(below, fonts.SANS, _SIZE, right - left), _SIZE)
    canvas.setFont(fonts.SANS, _SIZE)
    canvas.drawRightString(right - 16, y, page)
    canvas.translate(right - 14, y)
    canvas.doForm(TOTAL)


def _watermark(furniture: Furniture) -> str:
    if furniture.drill:
        return "DRILL"
    return "DRAFT" if furniture.standing is Standing.DRAFT else ""


def _draw_watermark(canvas: Canvas, word: str, paper: Paper) -> None:
    width, height = size_pt(paper)
    canvas.saveState()
    canvas.setFillColor(WATERMARK)
    canvas.setFont(fonts.SANS_BOLD, 120)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -40, word)
    canvas.restoreState()
