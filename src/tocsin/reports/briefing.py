"""The briefing of a hand-over on paper, in the structure of ICS-201, with who confirmed it and when."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from tocsin.model.briefing import NUMBERS, Briefing
from tocsin.model.handover import QUESTIONS, SIDES, Handover
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
from tocsin.reports.sheet import carried
from tocsin.reports.text import cells, markup, one_line, paragraphs

# "22:16  Escalate", "due 2026-11-22 01:46  Resolve", as drafts write them and people may.
_TIMED = re.compile(r"(?P<time>(?:due |overdue since )?(?:\d{4}-\d\d-\d\d )?\d\d:\d\d) {2,}(?P<rest>\S.*)$")
NOT_KNOWN = "Nothing is on record."
_STRIPS = 2  # signals drawn as the sketch; the incident report has them all


def render(briefing: Briefing) -> bytes:
    """Return the briefing as PDF. The same briefing gives the same bytes, whenever and wherever made."""
    return page.build(_story(briefing), _furniture(briefing))


def _furniture(briefing: Briefing) -> Furniture:
    as_of, passing = briefing.as_of, briefing.handover
    return Furniture(
        title=f"Briefing {briefing.reference}: {briefing.title}",
        subject=f"{briefing.level.id} · {briefing.status} · {briefing.system}",
        author=passing.by if passing else "",
        left=briefing.reference,
        right=f"Hand-over briefing · {briefing.title}" if passing else f"Briefing · {briefing.title}",
        foot=f"As of {words.both(as_of.at, briefing.zone)}",
        at=as_of.at,
        identity=f"briefing {briefing.reference} {passing.id if passing else ''} {as_of.sha256}"
        f" {briefing.printing.paper} {briefing.printing.standing}",
        drill=as_of.drill,
        paper=briefing.printing.paper,
        standing=briefing.printing.standing,
        reference=briefing.reference,
        rules=f"rules {briefing.level.scheme} {briefing.level.scheme_sha256[:8]}",
        head=as_of.sha256,
        attachments=carried(briefing.record),
    )


def _story(briefing: Briefing) -> Iterator[Flowable]:
    yield from _head(briefing)
    yield tables.facts(list(_facts(briefing)))
    for number, (block, title, text) in enumerate(_ordered(briefing)):
        yield CondPageBreak(70)
        label = NUMBERS.get(block, "")
        yield Heading(f"{label}  {title}" if label else title, f"block-{number}")
        yield from _block(text)
        if block == "situation":
            yield from _sketch(briefing)
    if briefing.handover is not None:
        yield CondPageBreak(150)
        yield Heading("Confirmed", "confirmed")
        yield from _confirmed(briefing.handover, briefing.zone)
    yield from _journal(briefing)


def _ordered(briefing: Briefing) -> Iterator[tuple[str, str, str]]:
    """Yield the blocks; the questions of a hand-over are told with their answers instead."""
    for block, title, text in briefing.blocks:
        if block != QUESTIONS or briefing.handover is None:
            yield block, title, text


def _head(briefing: Briefing) -> Iterator[Flowable]:
    passing = briefing.handover
    yield Paragraph("HAND-OVER BRIEFING" if passing else "BRIEFING, DRAFTED FROM THE JOURNAL", KICKER)
    yield one_line(briefing.title or "(no title)", TITLE)
    level = badges.Badge(
        briefing.level.id or "not graded", badges.of_rank(briefing.level.rank), 12, framed=True
    )
    state = badges.Badge(briefing.status, badges.of_state(briefing.status), 12, framed=True)
    who = [one_line("Of no hand-over: nobody has confirmed it.", SMALL_BOLD)]
    if passing is not None:
        who = [
            one_line(f"{passing.role.capitalize()}: {passing.outgoing} → {passing.person}", SMALL_BOLD),
            one_line(_standing(passing, briefing.zone), QUIET_SMALL),
        ]
    widths = [level.width + 12, state.width + 20, page.width_pt() - level.width - state.width - 32]
    yield tables.grid([[level, state, who]], widths, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), header=0)
    yield Spacer(0, 4)


def _standing(passing: Handover, zone: str) -> str:
    match str(passing.state):
        case "passed":
            return f"took effect {words.local(passing.effective, zone)}" if passing.effective else "passed"
        case "open":
            at = f", planned for {words.local(passing.effective, zone)}" if passing.effective else ""
            return f"not yet confirmed by both sides{at}"
        case state:
            reason = f": {passing.reason}" if passing.reason else ""
            return f"{state}{reason}"


def _facts(briefing: Briefing) -> Iterator[tuple[str, list[Flowable]]]:
    zone, passing = briefing.zone, briefing.handover
    yield "1  Incident", [one_line(briefing.title, SMALL, most=600)]
    yield "2  Number", [one_line(briefing.reference, SMALL)]
    yield "3  Initiated", _moment(briefing.declared, zone)
    yield "Detected", _moment(briefing.detected, zone)
    yield "System", [one_line(briefing.system, SMALL, most=600)]
    yield "6  Prepared by", [one_line(passing.by if passing else "drafted, by nobody", SMALL)]
    yield "Prepared", _moment(passing.prepared if passing else briefing.as_of.at, zone)
    yield "Times in the text", [one_line(zone, SMALL)]


def _moment(at: datetime, zone: str) -> list[Flowable]:
    beside = [] if words.is_utc(zone) else [one_line(words.utc(at, zone), QUIET_SMALL)]
    return [one_line(words.local(at, zone), SMALL), *beside]


def _block(text: str) -> Iterator[Flowable]:
    """Yield a block's text; of lines that begin with a time, the times stand in a column of their own."""
    if not text.strip():
        yield Paragraph(NOT_KNOWN, NOTE)
        return
    for timed, lines in groupby(text.splitlines(), lambda line: bool(_TIMED.match(line))):
        if timed:
            yield _rows(list(lines))
        else:
            yield from paragraphs("\n".join(lines), SMALL)


def _rows(lines: Sequence[str]) -> Flowable:
    rows: list[tables.Row] = []
    for line in lines:
        found = _TIMED.match(line)
        assert found is not None
        first, *more = cells(found["rest"], SMALL)
        rows.append([found["time"], first])
        rows += [["", content] for content in more]
    widths = [130.0, page.width_pt() - 130]
    return tables.grid(rows, widths, ("TEXTCOLOR", (0, 0), (0, -1), page.QUIET), header=0)


def _sketch(briefing: Briefing) -> Iterator[Flowable]:
    """Yield block 4: for a system that nobody can walk round, its signals."""
    charts = briefing.charts
    if charts is None or not charts.strips:
        return
    yield CondPageBreak(170)
    yield Heading("4  Sketch: the signals", "block-sketch")
    yield one_line(
        f"{words.local(charts.begin, briefing.zone)} to {words.local(charts.end, briefing.zone)}", QUIET_SMALL
    )
    width, shown = page.width_pt(), charts.strips[:_STRIPS]
    strips = [Strip(one, charts, width, zone=briefing.zone, axis=one is shown[-1]) for one in shown]
    yield KeepTogether([Marks(charts, width), strips[0]])
    yield from strips[1:]
    yield Legend(charts, width)
    if more := len(charts.strips) - len(shown) + charts.left_out:
        yield Paragraph(f"Further signals in the incident report: {more}.", NOTE)


def _confirmed(passing: Handover, zone: str) -> Iterator[Flowable]:
    rows: list[tables.Row] = [["Side", "Name", "Confirmed"]]
    for side in SIDES:
        at = passing.confirmed.get(side)
        said: list[Flowable] = _moment(at, zone) if at else [one_line("not yet", SMALL)]
        rows.append([side, one_line(passing.name(side), SMALL_BOLD), said])
    yield tables.grid(rows, [70, page.width_pt() - 70 - 190, 190])
    if passing.state == "passed" and passing.effective is not None:
        yield Spacer(0, 4)
        yield from paragraphs(f"Effective {words.both(passing.effective, zone)}", BODY)
    if passing.questions:
        yield Paragraph("Open questions, answered by whoever takes over", page.SUBHEADING)
        yield from _questions(passing)


def _questions(passing: Handover) -> Iterator[Flowable]:
    rows: list[tables.Row] = [["Question", "Answer"]]
    for question in passing.questions:
        left, right = cells(question, SMALL), cells(passing.answers.get(question, "") or "not yet", SMALL)
        for number in range(max(len(left), len(right))):
            rows.append([(side[number] if number < len(side) else "") for side in (left, right)])
    half = page.width_pt() / 2
    yield tables.grid(rows, [half, half])


def _journal(briefing: Briefing) -> Iterator[Flowable]:
    as_of, passing = briefing.as_of, briefing.handover
    which = f" --handover {passing.id}" if passing else ""
    again = f"tocsin briefing {briefing.reference}{which} --as-of {as_of.entry} -o FILE"
    said = f"Made from the journal as of entry {as_of.entry}, SHA-256 {as_of.sha256}. Again: {again}"
    yield Spacer(0, 10)
    yield KeepTogether([Paragraph(markup(said, MONO_SMALL.fontName), MONO_SMALL)])
