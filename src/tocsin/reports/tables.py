"""The tables of a report: timeline, clocks, alerts. Rows are of bounded height, so each fits on a page."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from reportlab.platypus import Flowable, LongTable, TableStyle

from tocsin.model.alert import Alert
from tocsin.model.report import ClockLine, Line
from tocsin.reports import badges, fonts, words
from tocsin.reports.page import INK, LABEL, QUIET, QUIET_SMALL, RULE, SMALL, SMALL_BOLD, TINT, width_pt
from tocsin.reports.text import cells, one_line

# Splitting one table over pages costs more the longer it is; blocks keep that bounded.
BLOCK_ROWS = 500
_REASON = 250  # letters of a reason in a row of the narrow column of states

_BASE = (
    ("FONT", (0, 0), (-1, -1), fonts.SANS, 8, 11),
    ("TEXTCOLOR", (0, 0), (-1, -1), INK),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
)
_HEADER = (
    ("FONT", (0, 0), (-1, 0), fonts.SANS, 7.5, 10),
    ("TEXTCOLOR", (0, 0), (-1, 0), QUIET),
    ("LINEBELOW", (0, 0), (-1, 0), 0.6, RULE),
)

Row = list[object]


def grid(
    rows: Sequence[Row], widths: Sequence[float], *more: tuple[object, ...], header: int = 1
) -> LongTable:
    """Return a table with thin rules and a header repeated on each page. Strings in it are our own words."""
    rules = [("LINEBELOW", (0, header), (-1, -1), 0.3, RULE)] if len(rows) > header else []
    table = LongTable(rows, colWidths=widths, repeatRows=header, hAlign="LEFT")
    table.setStyle(TableStyle([*_BASE, *(_HEADER if header else ()), *rules, *more]))
    return table


def timeline(lines: Sequence[Line], zone: str) -> Iterator[Flowable]:
    """Yield the timeline as tables, under a heading row for each day and offset."""
    rows: list[Row] = []
    days: list[int] = []
    for (day, offset), group in groupby(lines, lambda line: _day(line, zone)):
        rows, days = [*rows, [f"{day} · {offset}", "", "", "", ""]], [*days, len(rows)]
        for line in group:
            rows += _line_rows(line, zone)
            if len(rows) >= BLOCK_ROWS:
                yield _timeline_block(rows, days, zone)
                rows, days = [], []
    if rows:
        yield _timeline_block(rows, days, zone)


def _timeline_block(rows: list[Row], days: list[int], zone: str) -> LongTable:
    # In a store whose home zone is UTC the second column would say the first again.
    times = ["Time", ""] if words.is_utc(zone) else ["Local time", "UTC"]
    utc = 4 if words.is_utc(zone) else 52
    widths = [48, utc, 50, width_pt() - 48 - utc - 50 - 74, 74]
    looks: list[tuple[object, ...]] = [
        ("FONT", (0, 1), (1, -1), fonts.MONO, 7.5, 10),
        ("TEXTCOLOR", (1, 1), (2, -1), QUIET),
    ]
    for day in days:
        looks += _day_look(day + 1, len(rows))
    return grid([[*times, "Lane", "Entry", "By"], *rows], widths, *looks)


def _day_look(row: int, last: int) -> Iterator[tuple[object, ...]]:
    """Yield how a day's heading looks; it stays with the row after it."""
    place = (0, row), (-1, row)
    yield "SPAN", *place
    yield "FONT", *place, fonts.SANS_BOLD, 8, 11
    yield "TEXTCOLOR", *place, INK
    yield "BACKGROUND", *place, TINT
    yield "LEFTPADDING", *place, 4
    yield "NOSPLIT", (0, row), (0, min(row + 1, last))


def _day(line: Line, zone: str) -> tuple[str, str]:
    return words.day(line.happened.at, zone), words.offset(line.happened.at, zone)


def _line_rows(line: Line, zone: str) -> Iterator[Row]:
    """Yield the row of an entry, and further rows where its text is long."""
    contents = cells(line.text, SMALL)
    for note in _notes(line, zone):
        first, *more = cells(note, QUIET_SMALL)
        contents[-1] = [*contents[-1], *first]
        contents += more
    at = line.happened.at
    *date, clock = words.utc(at, zone).removesuffix(" UTC").rsplit(" ", 1)
    yield [
        words.time(at, zone),
        "" if words.is_utc(zone) else "\n".join([clock, *date]),
        line.lane,
        contents[0],
        one_line(line.author, SMALL, most=120),
    ]
    for content in contents[1:]:
        yield ["", "", "", content, ""]


def _notes(line: Line, zone: str) -> Iterator[str]:
    if line.happened.is_range:
        yield f"happened {words.bounds(line.happened, zone)}"
    if line.learned is not None:
        yield f"learned {words.local(line.learned, zone)}"
    if line.written is not None:
        yield f"written down {words.local(line.written, zone)}"
    if line.edits:
        yield f"corrected {line.edits}×; earlier wording in the journal"
    if line.conflict:
        yield "corrected by two people without knowing of each other; not yet settled"
    if line.withdrawn:
        yield f"withdrawn: {line.withdrawn}"


def clocks(lines: Sequence[ClockLine], zone: str) -> LongTable:
    """Return the table of clocks: what ran from when, until when, and what became of it."""
    rows: list[Row] = [["Clock", "Due", "Met", "State"]]
    rows += [row for line in lines for row in _clock_rows(line, zone)]
    rest = width_pt() - 2 * 108
    return grid(rows, [rest * 0.56, 108, 108, rest * 0.44])


def _clock_name(line: ClockLine) -> list[Flowable]:
    return [one_line(line.name, SMALL_BOLD), one_line(line.basis, QUIET_SMALL)]


def _clock_rows(line: ClockLine, zone: str) -> Iterator[Row]:
    """Yield the row of a clock, and further rows where its reason is long."""
    first, *more = cells(line.reason, QUIET_SMALL, _REASON) if line.reason else [[]]
    state = [*_clock_state(line), *first]
    yield [_clock_name(line), _moment(line.due, zone), _moment(line.met, zone), state]
    for piece in more:
        yield ["", "", "", piece]


def _clock_state(line: ClockLine) -> list[Flowable]:
    word = "met late" if line.state == "met" and line.late_by else line.state
    said: list[Flowable] = [badges.Badge(word, badges.of_state(word))]
    if line.late_by:
        said.append(one_line(f"late by {words.duration(line.late_by)}", QUIET_SMALL))
    if line.by:
        said.append(one_line(f"by {line.by}", QUIET_SMALL, most=120))
    return said


def _moment(instant: datetime | None, zone: str) -> list[Flowable] | str:
    if instant is None:
        return "—"
    here = f"{words.date(instant, zone)}, {words.time(instant, zone)}"
    offset = f"{words.offset(instant, zone)} · {words.utc(instant, zone)}"
    return [one_line(here, SMALL), one_line("UTC" if words.is_utc(zone) else offset, QUIET_SMALL)]


def alerts(found: Sequence[Alert], zone: str) -> LongTable:
    """Return the table of the incident's alerts, with what each detector measured."""
    rows: list[Row] = [["Established", "Severity", "Signal and message", "Value", "Threshold"]]
    rows += [row for alert in found for row in _alert_rows(alert, zone)]
    rest = width_pt() - 108 - 62 - 2 * 54
    return grid(rows, [108, 62, rest, 54, 54])


def _alert_rows(alert: Alert, zone: str) -> Iterator[Row]:
    contents = cells(alert.message, SMALL)
    contents[0] = [one_line(alert.about, SMALL_BOLD), *contents[0]]
    contents[-1] = [*contents[-1], one_line(f"{alert.detector} {alert.version}", QUIET_SMALL)]
    if alert.start is not None:
        contents[-1].append(one_line(f"began about {words.local(alert.start.at, zone)}", QUIET_SMALL))
        if alert.start.is_range:
            contents[-1].append(one_line(words.bounds(alert.start, zone), QUIET_SMALL))
    yield [
        _moment(alert.time, zone),
        badges.Badge(str(alert.severity), badges.of_state(str(alert.severity))),
        contents[0],
        words.number(alert.value),
        words.number(alert.threshold),
    ]
    for content in contents[1:]:
        yield ["", "", content, "", ""]


def facts(pairs: Sequence[tuple[str, list[Flowable]]]) -> LongTable:
    """Return labels with their values, two pairs a row, read down the left column first."""
    half = (len(pairs) + 1) // 2
    rows: list[Row] = []
    for number in range(half):
        right = pairs[number + half : number + half + 1]
        left_label, left_value = pairs[number]
        label, value = right[0] if right else ("", [])
        rows.append([one_line(left_label, LABEL, 60), left_value, one_line(label, LABEL, 60), value])
    room = width_pt() / 2 - 78
    return grid(rows, [78, room, 78, room], header=0)
