"""Rosters as CSV: a shift a row (rota, person, begin, end), times with an offset or in a named zone."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from tocsin.errors import BadInput
from tocsin.importers import roster_rules as rules
from tocsin.importers.roster_rules import MOST_BYTES, Gathered
from tocsin.model.arrangement import Shift
from tocsin.model.roster import RosterFile

_NAMES: dict[str, tuple[str, ...]] = {
    "rota": ("rota", "schedule", "rotation", "team", "roster"),
    "person": ("person", "name", "user", "on call", "oncall", "on-call", "assignee", "who"),
    "begins": ("begins", "begin", "start", "starts", "from", "start time", "shift start"),
    "ends": ("ends", "end", "until", "to", "end time", "shift end"),
    "zone": ("zone", "time zone", "timezone", "tz"),
}
_HINT = "A header names rota, person, begins and ends; zone is optional."
Row = dict[str, str]


def read(content: bytes, *, zone: str, rota: str = "") -> RosterFile:
    """Return the shifts of a file. `zone` holds where a row names none, `rota` where there is no such column.

    Raises BadInput when it is no such file; single rows that are wrong are refused with line and reason.
    """
    gathered = Gathered()
    for line, row in _rows(_text(content)):
        try:
            _take(row, rota, zone, gathered)
        except (ValueError, OverflowError) as error:  # in UTC it may be of no year there is
            gathered.refuse(line, str(error))
    return gathered.done()


def _take(row: Row, rota: str, zone: str, gathered: Gathered) -> None:
    name = rules.name(row.get("rota") or rota, "the rota")
    person = rules.name(row.get("person", ""), "the person")
    stated = row.get("zone") or zone
    home = rules.zone(stated)
    begins = rules.instant(_moment(row.get("begins", ""), "begin"), home, gathered)
    ends = rules.instant(_moment(row.get("ends", ""), "end"), home, gathered)
    gathered.add(name, Shift(person, begins, ends), home.key)


def _moment(text: str, what: str) -> date | datetime:
    if not text:
        raise ValueError(f"the {what} is missing")
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-02") else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is not a time such as 2026-11-02 08:00") from None


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise BadInput(f"a roster has at most {MOST_BYTES // 1_000_000} MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"it is not UTF-8 at byte {error.start}.", hint="Save it as UTF-8.") from None


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    """Yield each row's fields by our names, with the line it begins at."""
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    try:
        columns = _columns(next(reader, []))
        before = reader.line_num
        for values in reader:
            line, before = before + 1, reader.line_num
            if any(value.strip() for value in values):
                yield line, {known: values[i].strip() for known, i in columns.items() if i < len(values)}
    except csv.Error as error:
        raise BadInput(f"line {reader.line_num}: it is no sound CSV ({error}).") from None


def _columns(header: list[str]) -> dict[str, int]:
    words = [" ".join(word.replace("_", " ").split()).casefold() for word in header]
    found = {
        known: next(i for i, word in enumerate(words) if word in names)
        for known, names in _NAMES.items()
        if any(word in names for word in words)
    }
    missing = [known for known in ("person", "begins", "ends") if known not in found]
    if missing:
        raise BadInput(f"the header has no column for {' and '.join(missing)}.", hint=_HINT)
    return found
