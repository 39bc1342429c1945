"""A status update on paper: its words as they stand, and for those inside to whom it went and when."""

import hashlib
from collections.abc import Iterator

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from tocsin.model.document import Paper, Standing
from tocsin.model.updates import HEADING, POINT, TITLE, Block, UpdateSheet, blocks, title_of
from tocsin.reports import page, tables, words
from tocsin.reports.page import BODY, KICKER, SMALL, SUBHEADING, Furniture, style
from tocsin.reports.page import TITLE as TITLE_STYLE
from tocsin.reports.text import one_line, paragraphs

_DRAFT = "DRAFT, NOT TOLD"
_POINT = style("point", leftIndent=11, firstLineIndent=-8, spaceAfter=3)
_ROOM = 60  # points a heading wants below it


def render(sheet: UpdateSheet, paper: Paper = Paper.A4) -> bytes:
    """Return the update as PDF; the same sheet gives the same bytes."""
    return page.build(_story(sheet), _furniture(sheet, paper))


def _furniture(sheet: UpdateSheet, paper: Paper) -> Furniture:
    title = title_of(sheet.text)
    when = words.both(sheet.at, sheet.zone)
    digest = hashlib.sha256(sheet.text.encode("utf-8", "surrogatepass")).hexdigest()
    return Furniture(
        title=title,
        subject=f"Status update, {sheet.reference}",
        author="" if sheet.outside else sheet.by,
        left=sheet.reference,
        right=_DRAFT if sheet.told is None else "Status update",
        foot=f"{'Drafted' if sheet.told is None else 'As of'} {when}",
        at=sheet.at,
        identity=f"update {sheet.reference} {sheet.audience} {sheet.told} {digest} {paper}",
        drill=sheet.drill,
        paper=paper,
        standing=Standing.DRAFT if sheet.told is None else None,
    )


def _story(sheet: UpdateSheet) -> Iterator[Flowable]:
    kicker = "STATUS UPDATE" if sheet.outside else f"STATUS UPDATE TO {sheet.audience.upper()}"
    yield one_line(f"{_DRAFT} · {kicker}" if sheet.told is None else kicker, KICKER)
    title = title_of(sheet.text)
    yield one_line(title or "(no title)", TITLE_STYLE)
    if not sheet.outside:
        yield from _facts(sheet)
    found = blocks(sheet.text)
    titled = next((number for number, block in enumerate(found) if block.kind == TITLE), None)
    for number, block in enumerate(found):
        if number != titled and not (titled is None and number == 0):
            yield from _block(block)


def _facts(sheet: UpdateSheet) -> Iterator[Flowable]:
    yield tables.facts(
        [
            ("Incident", [one_line(sheet.reference, SMALL)]),
            ("System", [one_line(sheet.system, SMALL)]),
            ("Told", [one_line(words.both(sheet.told, sheet.zone) if sheet.told else "not told", SMALL)]),
            ("To", [one_line(" by ".join(filter(None, (sheet.to, sheet.way))) or "—", SMALL, most=600)]),
            ("By", [one_line(sheet.by or "—", SMALL)]),
        ]
    )
    yield Spacer(0, 6)


def _block(block: Block) -> Iterator[Flowable]:
    if block.kind in (TITLE, HEADING):
        yield CondPageBreak(_ROOM)
        yield one_line(block.text, SUBHEADING)
    elif block.kind == POINT:
        yield from paragraphs(f"• {block.text}", _POINT)
    else:
        yield from paragraphs(block.text, BODY)
