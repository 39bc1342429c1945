"""Any document that is made of numbered sections (`model/sheet.py`), laid out: headings, tables, charts."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from reportlab.platypus import Flowable, KeepTogether, Spacer

from tocsin.model.report import AsOf, Charts
from tocsin.model.sheet import (
    Block,
    Checks,
    Events,
    Facts,
    Graph,
    Note,
    Part,
    Points,
    Prose,
    Running,
    Section,
    Sheet,
    Table,
)
from tocsin.reports import badges, page, sheet_cells, tables, words
from tocsin.reports.charts import Legend, Marks, Strip
from tocsin.reports.page import (
    BODY,
    KICKER,
    MONO_SMALL,
    NOTE,
    QUIET_SMALL,
    SMALL,
    TITLE,
    Attachment,
    Furniture,
    Heading,
    style,
)
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.text import markup, one_line, paragraphs

_POINT = style("point of a list", leftIndent=12, firstLineIndent=-9, spaceAfter=3)
_BOTH = "Written by somebody else at the same time, not yet settled:"


def render(sheet: Sheet) -> bytes:
    """Return the sheet as PDF. The same sheet gives the same bytes, whenever and wherever it is made."""
    return page.build(story(sheet), furniture(sheet))


def furniture(sheet: Sheet) -> Furniture:
    """Return what stands around its text."""
    as_of, printing = sheet.as_of, sheet.printing
    name = " ".join(filter(None, (sheet.kind, sheet.reference)))
    return Furniture(
        title=f"{name}: {sheet.title}" if sheet.title else name,
        subject=sheet.about or sheet.kind,
        author=sheet.author,
        left=sheet.reference or sheet.kind,
        right=" · ".join(filter(None, (sheet.kind if sheet.reference else "", sheet.title))),
        foot=f"As of {words.both(as_of.at, sheet.zone)}",
        at=as_of.at,
        identity=f"{name} {as_of.sha256} {printing.paper} {printing.standing} {printing.outside}",
        drill=as_of.drill,
        paper=printing.paper,
        standing=printing.standing,
        reference=sheet.reference,
        rules=sheet.rules,
        head=as_of.sha256,
        attachments=carried(sheet.record),
    )


def carried(record: bytes) -> tuple[Attachment, ...]:
    """Return the incident as JSON as what a document carries; nothing where it does not go along."""
    return (Attachment("incident.json", record, about="The incident as JSON"),) if record else ()


def story(sheet: Sheet) -> Iterator[Flowable]:
    """Yield everything in its order: head, numbered sections, annexes, how to check it."""
    yield from head(sheet)
    for number, section in numbered(sheet.sections):
        yield Heading(f"{number}  {section.title}", f"section-{number}")
        yield from blocks(section.blocks, sheet.zone, f"section-{number}")
    if sheet.again:
        yield from verification(sheet.as_of, sheet.zone, sheet.again)


def blocks(own: Sequence[Block], zone: str, key: str) -> Iterator[Flowable]:
    """Yield the blocks of a section; `key` begins the names of its headings in the outline."""
    for place, block in enumerate(own):
        yield from laid_out(block, zone, f"{key}-{place}")


def numbered(sections: Sequence[Section]) -> Iterator[tuple[str, Section]]:
    """Yield each section with its number; annexes have letters."""
    count = letters = 0
    for section in sections:
        if section.annex:
            yield f"Annex {chr(ord('A') + letters)}", section
            letters += 1
        else:
            count += 1
            yield str(count), section


def head(sheet: Sheet) -> Iterator[Flowable]:
    """Yield what stands at the top of the first page."""
    if sheet.title:
        yield one_line(sheet.kind.upper(), KICKER)
    yield one_line(sheet.title or sheet.kind, TITLE)
    row: list[Flowable] = []
    if sheet.level is not None:
        look = badges.of_rank(sheet.level.rank)
        row.append(badges.Badge(sheet.level.id or "not graded", look, 12, framed=True))
    if sheet.status:
        row.append(badges.Badge(sheet.status, badges.of_state(sheet.status), 12, framed=True))
    taken = sum(one.width + 16 for one in row)
    widths = [*(one.width + 16 for one in row), page.width_pt() - taken]
    about = [one_line(sheet.about, SMALL, most=600)]
    if sheet.printing.outside:
        about.append(one_line("For readers outside: persons are numbered.", QUIET_SMALL))
    yield tables.grid([[*row, about]], widths, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), header=0)
    yield Spacer(0, 4)


def laid_out(block: Block, zone: str, key: str) -> Iterator[Flowable]:
    """Yield one block; `key` names it in the outline where it is a heading."""
    match block:
        case Prose():
            yield from prose(block)
        case Note():
            yield from paragraphs(block.text, NOTE)
        case Points():
            for text in block.texts:
                yield from paragraphs(f"• {text}", _POINT)
        case Checks():
            yield checklist(block)
        case Facts():
            yield facts(block, zone)
            yield Spacer(0, 5)
        case Table():
            yield from table(block, zone)
        case Events():
            yield from tables.timeline(block.lines, zone) if block.lines else paragraphs("None.", NOTE)
        case Running():
            yield tables.clocks(block.clocks, zone) if block.clocks else Paragraph("None runs.", NOTE)
        case Graph():
            yield from graph(block.charts, zone, block.most)
        case Part():
            yield Heading(block.title, key, level=1)


def prose(block: Prose) -> Iterator[Flowable]:
    """Yield a text whole, and beside it what somebody else wrote without knowing of it."""
    yield from paragraphs(block.text, BODY)
    for other in block.others:
        yield Paragraph(_BOTH, NOTE)
        yield from paragraphs(other, BODY)


def table(block: Table, zone: str) -> Iterator[Flowable]:
    """Yield a table whose rows go on in further rows where a text is long, its heads on every page."""
    if not block.rows:
        yield from paragraphs(block.empty, NOTE)
        return
    widths = _widths(block)
    made: list[tables.Row] = []
    for row in block.rows:
        made += sheet_cells.rows(row, widths, zone)
        if len(made) >= tables.BLOCK_ROWS:
            yield tables.grid([sheet_cells.heads(block.heads), *made], widths)
            made = []
    if made:
        yield tables.grid([sheet_cells.heads(block.heads), *made], widths)
    yield Spacer(0, 5)


def _widths(block: Table) -> list[float]:
    return [page.width_pt() * share / sum(block.shares) for share in block.shares]


def facts(block: Facts, zone: str) -> Flowable:
    """Return labels with their values: two pairs a row, or one where a value is long."""
    short = all(sheet_cells.is_short(cell) for _, cell in block.pairs)
    room = page.width_pt() / 2 - 78 if short else page.width_pt() - 98
    pairs = [(label, sheet_cells.chunks(cell, room, zone)) for label, cell in block.pairs]
    if short:
        return tables.facts([(label, found[0]) for label, found in pairs])
    rows: list[tables.Row] = []
    for label, found in pairs:
        rows.append([one_line(label, page.LABEL, 60), found[0]])
        rows += [["", more] for more in found[1:]]
    return tables.grid(rows, [98.0, room], header=0)


def checklist(block: Checks) -> Flowable:
    """Return a checklist with boxes, ticked where an item is done."""
    rows: list[tables.Row] = []
    width = page.width_pt() - 80
    for text, done in block.items:
        found = sheet_cells.chunks(text, width, "UTC")
        rows.append([sheet_cells.Box(done), found[0], one_line("done" if done else "open", QUIET_SMALL)])
        rows += [["", more, ""] for more in found[1:]]
    return tables.grid(rows, [18.0, width, 62.0], header=0)


def graph(charts: Charts | None, zone: str, most: int) -> Iterator[Flowable]:
    """Yield the charts of signals with their legend."""
    if charts is None or not charts.strips:
        yield Paragraph("No signal of this incident has samples in the time shown.", NOTE)
        return
    span = f"{words.local(charts.begin, zone)} to {words.local(charts.end, zone)}; times in {zone}."
    yield from paragraphs(span, QUIET_SMALL)
    width, shown = page.width_pt(), charts.strips[:most]
    strips = [Strip(one, charts, width, zone=zone, axis=one is shown[-1]) for one in shown]
    yield KeepTogether([Marks(charts, width), strips[0]])
    yield from strips[1:]
    yield Legend(charts, width)
    if left := len(charts.strips) - len(shown) + charts.left_out:
        yield Paragraph(f"Further signals, not drawn: {left}.", NOTE)


def verification(as_of: AsOf, zone: str, again: str) -> Iterator[Flowable]:
    """Yield how somebody inside checks this document against the journal, and makes it again."""
    said = (
        f"Made from the journal as of entry {as_of.entry} ({as_of.kind}, number {as_of.seq} of site "
        f"{as_of.site}), recorded {words.both(as_of.at, zone)}, SHA-256 {as_of.sha256}. Nothing later is in "
        f"it. tocsin verify checks the chain. Again, byte for byte: {again}"
    )
    yield KeepTogether([Spacer(0, 10), Paragraph(markup(said, MONO_SMALL.fontName), MONO_SMALL)])


def moment(at: datetime, zone: str) -> list[Flowable]:
    """Return an instant as two lines: in the zone, and in UTC where that is another."""
    beside = [] if words.is_utc(zone) else [one_line(words.utc(at, zone), QUIET_SMALL)]
    return [one_line(words.local(at, zone), SMALL), *beside]
