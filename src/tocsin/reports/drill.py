"""The score sheet of a drill as a PDF: what was reached after how long, and which deadlines were missed."""

from collections.abc import Iterator
from datetime import timedelta

from reportlab.platypus import Flowable, Spacer

from tocsin.model.classification import TYPES
from tocsin.model.document import Paper
from tocsin.model.drill import Mark, Score
from tocsin.reports import page, tables, words
from tocsin.reports.page import BODY, KICKER, NOTE, SMALL, SMALL_BOLD, TITLE, Furniture, Heading
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.text import one_line, paragraphs

_WORDS = {True: "reached", False: "missed", None: "not judged"}
_WIDTHS = (70.0, 92.0, 66.0, 66.0)


def render(score: Score, zone: str, paper: Paper = Paper.A4) -> bytes:
    """Return the sheet as PDF; the same score gives the same bytes. `zone` is the store's home zone."""
    furniture = Furniture(
        title=f"Score sheet: {score.scenario.title}",
        subject=f"{TYPES[score.scenario.type]} · {score.scenario.system}",
        author="",
        left=score.scenario.id,
        right="Score sheet of a drill",
        foot=f"Began {words.both(score.began, zone)} · scored {words.both(score.at, zone)}",
        at=score.at,
        identity=f"drill {score.scenario.id} {score.began.isoformat()} {score.at.isoformat()} {paper}",
        drill=score.scenario.title,
        paper=paper,
    )
    return page.build(_story(score), furniture)


def _story(score: Score) -> Iterator[Flowable]:
    yield Paragraph("SCORE SHEET OF A DRILL", KICKER)
    yield one_line(score.scenario.title, TITLE)
    yield one_line(f"{score.passed} of {score.judged} reached", SMALL_BOLD)
    yield Spacer(0, 6)
    yield from paragraphs(score.scenario.brief, BODY)
    yield Heading("1  What was reached", "reached")
    room = page.width_pt() - sum(_WIDTHS)
    yield tables.grid([["", "What", "After", "Target", "Said"], *map(_row, score.marks)], [*_WIDTHS, room])
    yield Heading("2  Deadlines missed", "missed")
    if not score.missed:
        yield from paragraphs("None.", NOTE)
    for line in score.missed:
        yield from paragraphs(line, BODY)
    if score.scenario.lesson:
        yield Heading("3  What there was to find", "lesson")
        yield from paragraphs(score.scenario.lesson, BODY)


def _row(mark: Mark) -> tables.Row:
    return [
        [one_line(_WORDS[mark.passed], SMALL_BOLD)],
        [one_line(mark.title, SMALL)],
        [one_line(_span(mark.took), SMALL)],
        [one_line(_span(mark.target), SMALL)],
        paragraphs(mark.said, SMALL),
    ]


def _span(span: timedelta | None) -> str:
    if span is None:
        return "-"
    return f"{span.total_seconds() / 60:.0f} min"
