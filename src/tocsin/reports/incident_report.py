"""The incident report (domain.md M5) on paper: what happened, what it did, what was done, how to check it."""

from collections.abc import Iterator
from datetime import datetime

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from tocsin.model.incident_fields import FIELDS
from tocsin.model.instant import When
from tocsin.model.law_tables import duty_table, filing_table, open_law
from tocsin.model.report import Charts, IncidentReport, Text
from tocsin.model.sheet import Checks
from tocsin.reports import badges, page, tables, words
from tocsin.reports.charts import Legend, Marks, Strip
from tocsin.reports.page import (
    BODY,
    KICKER,
    MONO_SMALL,
    NOTE,
    QUIET_SMALL,
    SMALL,
    SMALL_BOLD,
    TITLE,
    Furniture,
    Heading,
)
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.sheet import blocks, carried, checklist
from tocsin.reports.text import markup, one_line, paragraphs

NOT_YET = "Not yet recorded."
_LONG = 300  # letters of a version: a longer one stands below the facts

# How much of a page, in points, a section wants to begin on it: the first chart, the whole of the last page.
_ROOM = {"Signals": 170, "Journal and verification": 300}


def render(report: IncidentReport) -> bytes:
    """Return the report as PDF. The same report gives the same bytes, whenever and wherever it is made."""
    return page.build(_story(report), _furniture(report))


def _furniture(report: IncidentReport) -> Furniture:
    as_of = report.as_of
    return Furniture(
        title=f"Incident report {report.reference}: {report.title}",
        subject=f"{report.level.id} · {report.status} · {report.system}",
        author=report.declared_by,
        left=f"{report.reference}",
        right=f"Incident report · {report.title}",
        foot=f"As of {words.both(as_of.at, report.zone)}",
        at=as_of.at,
        identity=f"incident report {report.reference} {as_of.sha256}"
        f" {report.printing.paper} {report.printing.standing}",
        drill=as_of.drill,
        paper=report.printing.paper,
        standing=report.printing.standing,
        reference=report.reference,
        rules=f"rules {report.level.scheme} {report.level.scheme_sha256[:8]}"
        + report.law.rules.replace("rules", ", law", 1),
        head=as_of.sha256,
        attachments=carried(report.record),
    )


def _story(report: IncidentReport) -> Iterator[Flowable]:
    yield from _head(report)
    sections: list[tuple[str, Iterator[Flowable]]] = [("Overview", _overview(report))]
    sections += [(text.title, _narrative(report, text)) for text in report.narrative]
    sections += [
        ("Signals", _signals(report)),
        ("Clocks", _clocks(report)),
        ("Duties and filings", _duties(report)),
        ("Timeline", _timeline(report)),
        ("Alerts", _alerts(report)),
        ("Related incidents", _related(report)),
        ("Journal and verification", _journal(report)),
    ]
    for number, (title, content) in enumerate(sections, start=1):
        # A heading never stands alone at the foot of a page.
        yield CondPageBreak(_ROOM.get(title, 90))
        yield Heading(f"{number}  {title}", f"section-{number}")
        yield from content


def _head(report: IncidentReport) -> Iterator[Flowable]:
    yield Paragraph("INCIDENT REPORT", KICKER)
    yield one_line(report.title or "(no title)", TITLE)
    status = "withdrawn" if report.withdrawn else report.status
    level = badges.Badge(report.level.id or "not graded", badges.of_rank(report.level.rank), 12, framed=True)
    state = badges.Badge(status, badges.of_state(status), 12, framed=True)
    ended = "until resolved" if report.ended else "and not yet resolved"
    span = f"{words.duration(report.duration)} {ended}"
    blocks = [[one_line(span, SMALL_BOLD), one_line("counted from detection", QUIET_SMALL)]]
    if report.undetected is not None:
        gap = words.duration(report.undetected)
        blocks += [
            [one_line(f"{gap} undetected", SMALL_BOLD), one_line("from the estimated start", QUIET_SMALL)]
        ]
    room = (page.width_pt() - level.width - state.width - 32) / len(blocks)
    widths = [level.width + 12, state.width + 20, *([room] * len(blocks))]
    yield tables.grid([[level, state, *blocks]], widths, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), header=0)
    yield Spacer(0, 4)
    if report.withdrawn:
        yield from paragraphs(f"Withdrawn: {report.withdrawn}", BODY)


def _overview(report: IncidentReport) -> Iterator[Flowable]:
    yield tables.facts(list(_facts(report)))
    if report.level.meaning:
        yield Spacer(0, 4)
        yield from paragraphs(f"{report.level.id} means: {report.level.meaning}", NOTE)
    if len(report.version) > _LONG:
        yield Heading("Affected version", "part-version", level=1)
        yield from paragraphs(report.version, BODY)
    for conflict in report.conflicts:
        yield from paragraphs(f"Two people set this without knowing of each other: {conflict}", NOTE)


def _facts(report: IncidentReport) -> Iterator[tuple[str, list[Flowable]]]:
    """Yield the facts of the head, those about people and things first."""
    yield "Reference", _text(report.reference)
    yield "Affected system", _text(report.system)
    whole = len(report.version) <= _LONG
    yield "Affected version", _text(report.version if whole else "see below")
    yield "Found by", _text(report.channel)
    for role, person in report.roles or (("commander", ""),):
        yield role.capitalize(), _text(person)
    yield "Declared by", _text(report.declared_by)
    yield "Estimated start", _start(report.start, report.zone)
    yield "Detected", _moment(report.detected, report.zone)
    yield "Declared", _moment(report.declared, report.zone)
    yield "Contained", _moment(report.contained, report.zone)
    yield "Resolved", _moment(report.resolved, report.zone)
    yield "Closed", _moment(report.closed, report.zone)


def _text(text: str) -> list[Flowable]:
    return [one_line(text, SMALL, most=600)] if text.strip() else _nothing()


def _nothing() -> list[Flowable]:
    return [Paragraph(NOT_YET, QUIET_SMALL)]


def _moment(at: datetime | None, zone: str) -> list[Flowable]:
    if at is None:
        return _nothing()
    beside = [] if words.is_utc(zone) else [one_line(words.utc(at, zone), QUIET_SMALL)]
    return [one_line(words.local(at, zone), SMALL), *beside]


def _start(start: When | None, zone: str) -> list[Flowable]:
    between = (
        [] if start is None or not start.is_range else [one_line(words.bounds(start, zone), QUIET_SMALL)]
    )
    return [*_moment(start.at if start else None, zone), *between]


def _narrative(report: IncidentReport, text: Text) -> Iterator[Flowable]:
    if text.title == FIELDS["prevention"] and report.checklist:
        yield checklist(Checks(report.checklist))
    else:
        yield from paragraphs(text.text, BODY) if text.text.strip() else [Paragraph(NOT_YET, NOTE)]
    for other in text.others:
        yield Paragraph("Written by somebody else at the same time, not yet settled:", NOTE)
        yield from paragraphs(other, BODY)
    own = {FIELDS["impact"]: report.impact, FIELDS["remediation"]: report.remediation}
    for part in own.get(text.title, ()):
        yield Heading(part.title, f"part-{part.title}", level=1)
        yield from _narrative(report, part)


def _duties(report: IncidentReport) -> Iterator[Flowable]:
    yield from blocks((duty_table(report.law), *open_law(report.law)), report.zone, "duties")
    if report.law.filings:
        yield from blocks((filing_table(report.law),), report.zone, "filings")


def _signals(report: IncidentReport) -> Iterator[Flowable]:
    charts = report.charts
    if charts is None or not charts.strips:
        yield Paragraph("No signal of this incident has samples in the time shown.", NOTE)
        return
    yield from paragraphs(_caption(charts, report.zone), QUIET_SMALL)
    width = page.width_pt()
    strips: list[Flowable] = [
        Strip(chart, charts, width, zone=report.zone, axis=chart is charts.strips[-1])
        for chart in charts.strips
    ]
    yield KeepTogether([Marks(charts, width), strips[0]])
    yield from strips[1:]
    yield Legend(charts, width)
    if charts.left_out:
        yield Paragraph(f"Further signals of this incident, not drawn: {charts.left_out}.", NOTE)


def _caption(charts: Charts, zone: str) -> str:
    samples = sum(chart.samples for chart in charts.strips)
    return (
        f"{words.local(charts.begin, zone)} to {words.local(charts.end, zone)}; times in {zone}. "
        f"{words.number(samples)} samples, drawn as the lowest and highest value of each stretch of time. "
        "Only samples that were in the store when the entry this report is made as of was written."
    )


def _clocks(report: IncidentReport) -> Iterator[Flowable]:
    if not report.clocks:
        yield Paragraph("No clock runs for this incident.", NOTE)
        return
    yield tables.clocks(report.clocks, report.zone)


def _timeline(report: IncidentReport) -> Iterator[Flowable]:
    if not report.timeline:
        yield Paragraph(NOT_YET, NOTE)
        return
    yield from tables.timeline(report.timeline, report.zone)


def _alerts(report: IncidentReport) -> Iterator[Flowable]:
    if not report.alerts:
        yield Paragraph("Declared without an alert; none was added since.", NOTE)
        return
    yield tables.alerts(report.alerts, report.zone)


def _related(report: IncidentReport) -> Iterator[Flowable]:
    if not report.related:
        yield Paragraph("None recorded.", NOTE)
    for other in report.related:
        title = f", {other.title}" if other.title else ""
        yield one_line(f"{other.relation}: {other.reference}{title}", BODY)


def _journal(report: IncidentReport) -> Iterator[Flowable]:
    as_of = report.as_of
    yield from paragraphs(
        "This report is made from the journal of the store, an append-only chain of entries in which each "
        "entry's hash covers the one before it. It shows what the journal held up to and including the entry "
        "named here; nothing later is in it, and no time in it is that of printing.",
        BODY,
    )
    pairs = [
        ("Recorded", _moment(as_of.at, report.zone)),
        ("Kind of entry", [one_line(as_of.kind, SMALL)]),
        ("Number in its site", [one_line(str(as_of.seq), SMALL)]),
        ("Entries of this incident", [one_line(str(report.entries), SMALL)]),
    ]
    yield tables.facts(pairs)
    yield from _identities(
        ("As of entry", as_of.entry),
        ("SHA-256 of that entry", as_of.sha256),
        ("Site", as_of.site),
        (f"SHA-256 of the rules, {report.level.scheme}", report.level.scheme_sha256),
    )
    yield from _verify(report)


def _identities(*pairs: tuple[str, str]) -> Iterator[Flowable]:
    for label, value in pairs:
        said = Paragraph(markup(value or "—", MONO_SMALL.fontName), MONO_SMALL)
        yield KeepTogether([Spacer(0, 4), one_line(label, QUIET_SMALL), said])


def _verify(report: IncidentReport) -> Iterator[Flowable]:
    yield Paragraph("How to verify", page.SUBHEADING)
    which = f"--as-of {report.as_of.entry}{report.printing.options} -o FILE"
    again = f"tocsin document {report.reference} report {which}"
    for step in (
        f"1. tocsin verify checks the whole chain, entry {report.as_of.seq} of this site included.",
        "2. Compare the hash printed above with that entry's hash in the store.",
        f"3. {again} makes this file again: with the same version of Tocsin, and the samples still in the "
        "store, byte for byte. The hash of the file is in the journal's entry of its export.",
    ):
        yield from paragraphs(step, SMALL)
