"""The portal worksheet: what to type into the authority's form, field by field in the form's own order."""

from collections.abc import Iterator

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from tocsin.model.document import Printing
from tocsin.model.notice import Entry, Notice, Says, portal_order
from tocsin.reports import fonts, page, tables, words
from tocsin.reports.notice import furniture, head
from tocsin.reports.page import NOTE, QUIET_SMALL, SMALL, SMALL_BOLD, Heading
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.tables import Row
from tocsin.reports.text import cells, markup, paragraphs

_HEAD = page.style("column", fonts.SANS, 6.5, page.QUIET, leading=8)
_CENTRED = page.style("due", fonts.SANS_BOLD, 7, alignment=1)
_NAME_PT, _DUE_PT = 128.0, 46.0
_CODE_PT, _CITATION_PT = 30.0, 72.0  # the form's own number, or the paragraph where it numbers nothing
_PART = {"1": "General information", "2": "Initial report", "3": "Intermediate report", "4": "Final report"}
_DUE, _NOT = "due", "–"


def render(notice: Notice, printing: Printing) -> bytes:
    """Return the worksheet of a notice as PDF; the same notice gives the same bytes."""
    return page.build(_story(notice), furniture(notice, printing, what="Worksheet"))


def _story(notice: Notice) -> Iterator[Flowable]:
    yield from head(notice)
    told = "Worksheet for the authority's form: copy field by field. This paper is not the filing."
    yield Paragraph(markup(told, NOTE.fontName), NOTE)
    if notice.format:
        yield from paragraphs(notice.format, SMALL)
    if notice.clock is not None and notice.clock.due is not None:
        yield from paragraphs(f"Deadline: {words.both(notice.clock.due, notice.zone)}", SMALL)
    yield Spacer(0, 4)
    if notice.columns:
        yield from paragraphs(
            f"Columns: in which report a field is due. This one is: {notice.column}.", QUIET_SMALL
        )
    for number, (title, entries) in enumerate(_parts(notice), 1):
        yield CondPageBreak(90)
        yield Heading(f"{number}  {title}", f"part-{number}")
        yield _table(notice, entries)


def _parts(notice: Notice) -> Iterator[tuple[str, list[Entry]]]:
    """The fields by the part of the form they stand in, where it numbers its fields; else all of them."""
    entries = list(portal_order(notice))
    if not all(one.code for one in entries) or len(entries) < 12:
        yield "Fields", entries
        return
    for part in dict.fromkeys(one.code.split(".")[0] for one in entries):
        own = [one for one in entries if one.code.split(".")[0] == part]
        yield f"{_PART.get(part, 'Part')} ({own[0].code} to {own[-1].code})", own


def _table(notice: Notice, entries: list[Entry]) -> Flowable:
    due = [paragraphs(name, _HEAD) for name in notice.columns]
    rows: list[Row] = [["No.", "Field", *due, "Copy this"]]
    shaded: list[tuple[object, ...]] = []
    for entry in entries:
        begin = len(rows)
        rows += _rows(notice, entry)
        if entry.says in (Says.UNKNOWN, Says.BLANK) and (entry.needed or entry.says is Says.UNKNOWN):
            shaded.append(("BACKGROUND", (-1, begin), (-1, len(rows) - 1), page.TINT))
    first = _CODE_PT if all(one.code for one in entries) else _CITATION_PT
    fixed = first + _NAME_PT + _DUE_PT * len(due)
    widths = [first, _NAME_PT, *[_DUE_PT] * len(due), page.width_pt() - fixed]
    return tables.grid(rows, widths, *shaded)


def _rows(notice: Notice, entry: Entry) -> Iterator[Row]:
    nothing = entry.says in (
        Says.UNKNOWN,
        Says.BLANK,
        Says.NOT_APPLICABLE,
        Says.NOT_DUE,
    )  # and so nothing to copy
    values = cells(entry.text, QUIET_SMALL if nothing else SMALL)
    sure = "" if entry.says is Says.VALUE or nothing else f"({entry.says.value})"
    if sure:
        values[-1] = [*values[-1], *paragraphs(sure, QUIET_SMALL)]
    code = paragraphs(entry.code or entry.citation, QUIET_SMALL)
    name = [
        *paragraphs(entry.label, SMALL_BOLD),
        *(paragraphs(entry.help, QUIET_SMALL) if entry.help else []),
    ]
    due = [paragraphs(_DUE if one in entry.stages else _NOT, _CENTRED) for one in notice.columns]
    yield [code, name, *due, values[0]]
    for value in values[1:]:
        yield ["", "", *[""] * len(due), value]
