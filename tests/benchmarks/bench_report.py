"""The incident report against its bar: 20 pages, 5 charts, 300 entries, under 3 times bare ReportLab.

Run: python tests/benchmarks/bench_report.py [--quick]. Bare ReportLab comes in two ways: platypus, which lays
the same words out and draws the same curves with neither escaping nor other scripts, archive or check; and a
canvas that is told where each piece of text of our own pages stands and only draws it. Processor seconds,
medians of turns taken one after the other, so that a busy machine disturbs all sides alike.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from pypdf import PdfReader
from reportlab.lib.fonts import addMapping
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer

from tocsin.model.instant import When, to_us
from tocsin.model.report import AsOf, Band, Chart, Charts, IncidentReport, Level, Line, Text
from tocsin.paths import resource
from tocsin.reports import archive, fonts, incident_report, words
from tocsin.reports.page import BODY, HEADING, SMALL, width_pt

NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"
POINTS = 400
BARE = f"bare {fonts.SANS}"
SAID = "the reviewers saw the rate of approvals fall and asked the vendor to say since when "


def chart(number: int) -> Chart:
    """Return a signal of as many points as a strip has room for, with its baseline."""
    times = np.array([to_us(NOW - timedelta(minutes=10 * n)) for n in range(POINTS, 0, -1)])
    normal = 0.6 + 0.05 * np.sin(np.arange(POINTS) / (9 + number))
    band = Band(times, normal, normal - 0.1, normal + 0.1)
    low, high = normal - 0.02, normal + 0.02
    return Chart(f"rate {number}", "ratio", "", POINTS, times, low, high, 0.6, band, (0.5,), (NOW,))


def report(entries: int) -> IncidentReport:
    """Return a report of so many entries, five charts and its narrative."""
    begin = NOW - timedelta(days=2)
    lines = [
        Line(When(begin + timedelta(minutes=8 * n)), "noted", f"Entry {n}: {SAID * 2}", "Operator A")
        for n in range(entries)
    ]
    charts = Charts(begin, NOW, When(begin), NOW, tuple(map(chart, range(5))))
    return IncidentReport(
        reference="INC-2026-WR-0007", title="Scorer declines", system="credit-scorer", version="v14",
        level=Level("SEV-1", 1, "Harm, now.", "SEV-1–4, version 1", "ab" * 32), status="contained", zone=ZONE,
        as_of=AsOf("entry-1", "timeline.added", "site-1", 128, 131, NOW, "3f9a" * 16), entries=entries,
        declared=NOW, detected=NOW, start=When(begin), declared_by="Operator A", channel="monitoring",
        narrative=(Text("Impact", SAID * 30), Text("Root cause", SAID * 30)), timeline=tuple(lines),
        charts=charts,
    )  # fmt: skip


class Curve(Flowable):  # type: ignore[misc]
    """A strip drawn the barest way: its band, its line, its ends."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.chart, self.width, self.height = chart, width_pt(), 62.0

    def draw(self) -> None:
        xs = np.linspace(110, self.width, POINTS)
        for values in (self.chart.low, self.chart.high, self.chart.band.centre):  # type: ignore[union-attr]
            path = self.canv.beginPath()
            path.moveTo(xs[0], 60 * values[0])
            for x, value in zip(xs[1:], values[1:], strict=True):
                path.lineTo(x, 60 * value)
            self.canv.drawPath(path)


@cache
def bare(style: ParagraphStyle) -> ParagraphStyle:
    """Return a style in a font as ReportLab has it, that remembers no widths."""
    return style.clone(f"bare {style.name}", fontName=f"bare {style.fontName}")


def platypus(made: IncidentReport) -> bytes:
    """Lay the same words out with what ReportLab has."""
    target = BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=62, rightMargin=62, topMargin=62, bottomMargin=57
    )
    story: list[Flowable] = [Paragraph(escape(made.title), bare(HEADING))]
    for text in made.narrative:
        story += [Paragraph(text.title, bare(HEADING)), Paragraph(escape(text.text), bare(BODY))]
    assert made.charts is not None
    story += [Curve(one) for one in made.charts.strips]
    rows: list[list[Any]] = [["Local time", "UTC", "Lane", "Entry", "By"]]
    for line in made.timeline:
        at = line.happened.at
        said = [Paragraph(escape(text), bare(SMALL)) for text in (line.text, line.author)]
        rows.append([words.time(at, ZONE), words.time(at, "UTC"), line.lane, *said])
    widths = [48, 52, 50, width_pt() - 224, 74]
    look = [("FONT", (0, 0), (-1, -1), BARE, 8, 11), ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, "grey"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]  # fmt: skip
    story += [Spacer(0, 9), LongTable(rows, colWidths=widths, repeatRows=1, style=look)]

    def furniture(canvas: Canvas, _: object) -> None:
        canvas.setFont(BARE, 7.5)
        canvas.drawString(62, 800, made.reference)
        canvas.drawString(62, 34, f"Page {canvas.getPageNumber()}")

    document.build(story, onFirstPage=furniture, onLaterPages=furniture)
    return target.getvalue()


Piece = tuple[str, str, float, float, float]


def pieces(pdf: bytes) -> list[list[Piece]]:
    """Return each page's texts with font, size and place, for the canvas to draw again."""
    names = {"IBMPlexSans": fonts.SANS, "IBMPlexMono": fonts.MONO, "IBMPlexSans-SmBld": fonts.SANS_BOLD}
    found: list[list[Piece]] = []
    for page in PdfReader(BytesIO(pdf)).pages:
        here: list[Piece] = []

        def visit(text: str, _: Any, matrix: Any, font: Any, size: float, here: list[Piece] = here) -> None:
            if text.strip():
                name = str(font["/BaseFont"]).split("+")[-1] if font else ""
                here.append(
                    (text.strip("\n"), f"bare {names.get(name, fonts.SANS)}", size, matrix[4], matrix[5])
                )

        page.extract_text(visitor_text=visit)
        found.append(here)
    return found


def canvas_only(pages: list[list[Piece]], made: IncidentReport) -> bytes:
    """Draw what stands on our pages where it stands: nothing is laid out."""
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, pageCompression=1)
    assert made.charts is not None
    for number, page in enumerate(pages):
        for text, font, size, x, y in page:
            canvas.setFont(font, size)
            for line in text.splitlines():
                canvas.drawString(x, y, line)
        if number == 1:
            for one in made.charts.strips:
                Curve(one).drawOn(canvas, 62, 400)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def seconds(work: Callable[[], object]) -> float:
    """Return the processor seconds of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    """Measure in turns and print the table."""
    quick = "--quick" in sys.argv
    made = report(30 if quick else 300)
    fonts.register()
    for name in (fonts.SANS, fonts.SANS_BOLD, fonts.MONO):  # as they come, for the bare sides
        pdfmetrics.registerFont(TTFont(f"bare {name}", str(resource(f"fonts/{name}.ttf"))))
        for bold, italic in ((0, 0), (0, 1), (1, 0), (1, 1)):
            addMapping(f"bare {name}", bold, italic, f"bare {name}")
    ours = incident_report.render(made)
    pages = pieces(ours)
    about = archive.About("T", "A", "S", "en", NOW)
    sides: dict[str, Callable[[], bytes]] = {
        "report of Tocsin": lambda: incident_report.render(made),
        "bare platypus": lambda: platypus(made),
        "bare canvas, nothing laid out": lambda: canvas_only(pages, made),
        "the check and sealing alone": lambda: archive.sealed(ours, about),
    }
    turns = [{name: seconds(work) for name, work in sides.items()} for _ in range(1 if quick else 7)]
    middle = {name: statistics.median(turn[name] for turn in turns) for name in sides}
    other = len(PdfReader(BytesIO(platypus(made))).pages)
    print(
        f"{len(pages)} pages (platypus {other}), {len(made.timeline)} entries, 5 charts, {len(turns)} turns"
    )
    for name, spent in middle.items():
        print(f"| {name:<30} | {spent:6.3f} s | {middle['report of Tocsin'] / spent:5.2f} x |")


if __name__ == "__main__":
    main()
