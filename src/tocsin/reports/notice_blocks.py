"""The small blocks notices are made of: labelled values, rows of long cells, moments, hashes."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable

from tocsin.model.notice import ClockBlock
from tocsin.reports import page, tables, words
from tocsin.reports.page import LABEL, NOTE, SMALL
from tocsin.reports.paragraph import Paragraph
from tocsin.reports.tables import Row
from tocsin.reports.text import cells, markup, paragraphs

LABEL_PT = 118.0


def labelled(told: Sequence[tuple[str, str]]) -> Iterator[Flowable]:
    """Yield labels with their values as a table without a head."""
    rows: list[Row] = []
    for label, value in told:
        rows += split(cells(label, LABEL), cells(value, SMALL))
    yield tables.grid(rows, [LABEL_PT, page.width_pt() - LABEL_PT], header=0)


def split(*columns: Sequence[object]) -> Iterator[Row]:
    """Yield the rows that a row of long cells takes, the shorter ones empty below."""
    for number in range(max(len(one) for one in columns)):
        yield [one[number] if number < len(one) else "" for one in columns]


def hash_lines(sha256: str) -> list[Flowable]:
    """Return a hash on two lines."""
    return [*paragraphs(sha256[:32], page.MONO_SMALL), *paragraphs(sha256[32:], page.MONO_SMALL)]


def moment(at: datetime | None, zone: str) -> str:
    """Return an instant in both zones, empty where there is none."""
    return "" if at is None else words.both(at, zone)


def full(text: str, style: ParagraphStyle) -> list[Flowable]:
    """Return a text in full, a paragraph a line."""
    return list(paragraphs(text, style))


def note(text: str) -> Paragraph:
    """Return a remark."""
    return Paragraph(markup(text, NOTE.fontName), NOTE)


def clock_rows(clock: ClockBlock, zone: str) -> Iterator[Flowable]:
    """Yield the deadline: what it counts from, the rule, when it was filed, the reasons where it was late."""
    started = moment(clock.start, zone) or "Not stated yet"
    pairs = [("Counted from", f"{clock.trigger}: {started}")]
    if clock.set_by and clock.start is not None:
        pairs.append(("Stated by", clock.set_by))
    pairs += [("Counting rule", clock.rule), ("Standard", clock.standard)]
    ends = clock.zone or zone  # a limit in days ends at 23:59:59 where its days are counted
    if clock.due is not None:
        pairs.append(("Deadline", moment(clock.due, ends)))
        if clock.outer is not None and clock.outer != clock.due:
            pairs.append(("Latest the rule allows", moment(clock.outer, ends)))
    elif clock.target is not None:
        pairs.append(("House target, not the law's", moment(clock.target, ends)))
    pairs.append(("Filed", moment(clock.filed, zone) or "Not filed yet"))
    if clock.filed is not None and clock.late is not None and clock.due is not None:
        pairs.append(("In time", _in_time(clock.filed, clock.due, clock.outer or clock.due)))
    if clock.reasons:
        pairs.append(("Reasons for lateness", clock.reasons))
    yield from labelled([(label, value) for label, value in pairs if value])


def _in_time(filed: datetime, due: datetime, limit: datetime) -> str:
    if filed > limit:
        return f"No, late by {words.duration(filed - limit)}"
    if filed > due:
        return "Yes, by what the rule allows at the latest"
    return f"Yes, {words.duration(due - filed)} before the deadline"
