"""A notice on paper: who files what to whom, by when, every field in the law's order with its paragraph."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from tocsin.model.document import Printing
from tocsin.model.notice import Entry, InternalNotice, Notice, Says
from tocsin.model.report import Charts
from tocsin.reports import fonts, page, tables, words
from tocsin.reports.charts import Legend, Marks, Strip
from tocsin.reports.notice_blocks import LABEL_PT, clock_rows, full, hash_lines, labelled, note, split
from tocsin.reports.notice_inside import inside_sections
from tocsin.reports.page import (
    BODY,
    KICKER,
    NOTE,
    QUIET,
    QUIET_SMALL,
    SMALL,
    SMALL_BOLD,
    TITLE,
    Furniture,
    Heading,
)
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.sheet import carried
from tocsin.reports.tables import Row
from tocsin.reports.text import cells, markup, paragraphs

_SHADE, _GREY = HexColor("#fdf1d6"), HexColor("#f3f5f7")
_FIELD = page.style("field", fonts.SANS_BOLD, 9.5, spaceBefore=0)
_CITATION = page.style("citation", size=7.5, colour=QUIET, alignment=2)
_SURE = page.style("how sure", fonts.SANS_BOLD, 7.5, QUIET)
_VALUE = page.style("value", spaceAfter=2, leftIndent=4, rightIndent=4)
_BOX: dict[str, Any] = {"borderPadding": (2, 3, 2, 4), "leftIndent": 4, "rightIndent": 4,
                        "spaceAfter": 3, "spaceBefore": 2}  # fmt: skip
_OPEN = page.style("open", backColor=_SHADE, **_BOX)
_NONE = page.style("none", colour=QUIET, backColor=_GREY, **_BOX)
_CITATION_PT = 205.0
_STRIPS = 3  # a notice is no signal report
_LANGUAGES = {"pt": "Portuguese", "ja": "Japanese", "ko": "Korean", "zh": "Chinese", "fr": "French",
              "de": "German", "es": "Spanish", "it": "Italian"}  # fmt: skip
_SURENESS = {Says.ESTIMATE: "Estimate", Says.OPINION: "Opinion, not established"}

Section = tuple[str, Iterable[Flowable]]


def render(made: Notice | InternalNotice, printing: Printing) -> bytes:
    """Return a notice as PDF, with what stays inside behind it where it is the internal copy.

    The same notice gives the same bytes.
    """
    notice = made.notice if isinstance(made, InternalNotice) else made
    sections = list(_sections(notice))
    if isinstance(made, InternalNotice):
        sections += list(inside_sections(made))
    around = furniture(notice, printing, inside=made is not notice)
    if isinstance(made, InternalNotice):
        around = replace(around, attachments=carried(made.record))
    return page.build(_story(notice, sections), around)


def furniture(notice: Notice, printing: Printing, *, inside: bool = False, what: str = "") -> Furniture:
    """Return what stands around the text of a notice, or of `what` is made of it."""
    kind = what or notice.kind
    copy = "internal copy" if inside else "confidential" if notice.confidential else ""
    return Furniture(
        title=f"{notice.title}, {notice.reference}",
        subject=f"{notice.law} · {notice.citation} · {kind}",
        author=notice.sender.name or "Not stated",
        left=notice.reference,
        right=" · ".join(part for part in (notice.title, kind, copy) if part),
        foot=f"Version {notice.version} · {words.both(notice.issued, notice.zone)}",
        at=notice.as_of.at,
        identity=f"{notice.identity} {what} {inside}",
        drill=notice.as_of.drill,
        paper=printing.paper,
        standing=notice.standing,
        reference=notice.reference,
        rules=f"Rules as of {notice.rules_as_of.isoformat()}",
        head=notice.as_of.sha256,
    )


def _story(notice: Notice, sections: Sequence[Section]) -> Iterator[Flowable]:
    yield from head(notice)
    for number, (title, content) in enumerate(sections, start=1):
        yield CondPageBreak(110)  # a heading never stands alone at the foot of a page
        yield Heading(f"{number}  {title}", f"section-{number}")
        for one in content:
            yield from _numbered(one, number)


def _numbered(one: object, number: int) -> Iterator[Flowable]:
    """A field of the section with its number, or what it is."""
    if isinstance(one, _Field):
        yield from one.flowables(number)
    else:
        assert isinstance(one, Flowable)
        yield one


class _Field(Flowable):  # type: ignore[misc]
    """A place for one field: what it becomes depends on the number of its section."""

    def __init__(self, entry: Entry, place: int) -> None:
        super().__init__()
        self._entry, self._place = entry, place

    def flowables(self, section: int) -> Iterator[Flowable]:
        """Yield the field's heading with its citation, and what it says."""
        entry = self._entry
        label = f"{section}.{self._place}  {entry.label}"
        width = page.width_pt()
        yield CondPageBreak(62)
        heading = tables.grid(
            [[full(label, _FIELD), full(entry.citation, _CITATION)]],
            [width - _CITATION_PT, _CITATION_PT],
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, page.RULE),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            header=0,
        )
        yield heading
        yield Spacer(0, 2)
        yield from said(entry)


def said(entry: Entry) -> Iterator[Flowable]:
    """Yield what a field says: shaded with the words where there is nothing yet, and how sure it is."""
    if entry.says in _SURENESS:
        yield Paragraph(markup(_SURENESS[entry.says], _SURE.fontName), _SURE)
    style = {Says.UNKNOWN: _OPEN, Says.BLANK: _OPEN if entry.needed else _NONE}.get(entry.says, _VALUE)
    yield from paragraphs(entry.text, _NONE if entry.says is Says.NOT_APPLICABLE else style)


def head(notice: Notice) -> Iterator[Flowable]:
    """Yield the title of a notice, and to whom it goes."""
    yield from paragraphs(f"{notice.law} · {notice.citation}", KICKER)
    yield from paragraphs(notice.title, TITLE)
    line = f"To the {notice.recipient}" if notice.recipient[:1].islower() else f"To: {notice.recipient}"
    yield from paragraphs(f"{line} · {notice.authority}" if notice.authority else line, NOTE)


def _sections(notice: Notice) -> Iterator[Section]:
    yield "Sender and reference", _reference(notice)
    if notice.clock is not None:
        yield "Deadline", [*clock_rows(notice.clock, notice.zone), *_statement(notice)]
    yield "Contents of the notice", [_Field(one, place) for place, one in enumerate(notice.entries, 1)]
    if notice.before:
        yield "Changes since the notice before", _changes(notice)
    yield "Contacts", labelled(notice.contacts) if notice.contacts else [note("No contact is recorded yet.")]
    if notice.charts is not None and notice.charts.strips:
        yield "Figures", _figures(notice.charts, notice.zone)
    yield "Attachments", _attachments(notice)


def _reference(notice: Notice) -> Iterator[Flowable]:
    pairs = [
        ("Sender", notice.sender.name or "Not stated yet"),
        *notice.sender.lines,
        ("Our reference", notice.reference),
        *([("Authority's reference", notice.authority_reference or "None yet")] if notice.authority else []),
        ("Kind of notice", f"{notice.kind}, version {notice.version}"),
        ("Issued", words.both(notice.issued, notice.zone)),
    ]
    if language := _LANGUAGES.get(notice.language.split("-")[0]):
        pairs.append(("Language", f"To be filed in {language}; this text is in English."))
    if notice.before:
        pairs.append(("Follows", notice.before))
    if notice.how:
        receipt = f", receipt {notice.receipt}" if notice.receipt else ""
        pairs.append(("Filed by", f"{notice.how}{receipt}"))
    yield from labelled(pairs)


def _statement(notice: Notice) -> Iterator[Flowable]:
    for one in notice.statement:
        yield Spacer(0, 3)
        yield from paragraphs(one, BODY)


def _changes(notice: Notice) -> Iterator[Flowable]:
    if not notice.changes:
        yield note("Nothing reads otherwise than in the notice before.")
        return
    rows: list[Row] = [["Field", "Before", "Now"]]
    for one in notice.changes:
        name = [*paragraphs(one.label, SMALL_BOLD), *paragraphs(one.citation, QUIET_SMALL)]
        rows += split([name], cells(one.before, SMALL), cells(one.after, SMALL))
    rest = (page.width_pt() - LABEL_PT) / 2
    yield tables.grid(rows, [LABEL_PT, rest, rest])


def _figures(charts: Charts, zone: str) -> Iterator[Flowable]:
    width = page.width_pt()
    shown = charts.strips[:_STRIPS]
    strips = [Strip(one, charts, width, zone=zone, axis=one is shown[-1]) for one in shown]
    yield KeepTogether([Marks(charts, width), *strips, Legend(charts, width)])
    yield Spacer(0, 3)
    bounds = words.bounds(charts.start, zone)
    shaded = (
        f"Shaded: the incident from its estimated start, {bounds}." if bounds else "Shaded: the incident."
    )
    names = "; ".join(one.name for one in shown)
    yield from paragraphs(
        f"{names}. {words.local(charts.begin, zone)} to {words.local(charts.end, zone)}. {shaded}",
        QUIET_SMALL,
    )


def _attachments(notice: Notice) -> Iterator[Flowable]:
    if not notice.attachments:
        yield note("None.")
        return
    rows: list[Row] = [["File", "Bytes", "SHA-256"]]
    for one in notice.attachments:
        rows += split(cells(one.name, SMALL), [full(str(one.size), SMALL)], [hash_lines(one.sha256)])
    width = page.width_pt()
    yield tables.grid(rows, [width - 60 - 215, 60, 215])
