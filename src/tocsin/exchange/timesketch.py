"""A timeline as Timesketch reads it: CSV or JSON Lines, with all it takes to read it back unchanged."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from tocsin.exchange.cells import guarded
from tocsin.model.instant import to_us
from tocsin.model.lanes import learned_apart
from tocsin.model.timeline import Item

FORMATS = ("timesketch-csv", "timesketch-jsonl")
# The first four are what Timesketch asks for; it keeps the others as they are, and so do we.
COLUMNS = ("message", "datetime", "timestamp", "timestamp_desc", "lane", "author", "earliest", "latest",
           "zone", "learned", "recorded", "retracted", "incident", "id")  # fmt: skip


def written(items: Iterable[Item], incident: str, form: str) -> Iterator[bytes]:
    """Yield the file, part by part: the entries of a timeline in order; `incident` is its reference.

    `datetime` is ISO 8601 in UTC, `timestamp` microseconds since 1970. In CSV a text that a spreadsheet would
    run as a formula stands behind a quotation mark, and NUL, which CSV cannot hold, as its picture.
    """
    found = (row(item, incident) for item in items)
    if form == FORMATS[0]:
        yield _line(COLUMNS)
        yield from (_line([_cell(one[name]) for name in COLUMNS]) for one in found)
        return
    for one in found:
        yield msgspec.json.encode({name: value for name, value in one.items() if value != ""}) + b"\n"


def row(item: Item, incident: str) -> dict[str, Any]:
    """Return one entry under COLUMNS: text, but the timestamp, a number; empty where there is nothing."""
    when, learned = item.happened, learned_apart(item)
    return {
        "message": item.text,
        "datetime": when.at.isoformat(),
        "timestamp": to_us(when.at),
        "timestamp_desc": item.lane.capitalize(),
        "lane": item.lane,
        "author": item.author,
        "earliest": _iso(when.earliest),
        "latest": _iso(when.latest),
        "zone": when.zone,
        "learned": _iso(learned),
        "recorded": item.recorded_at.isoformat(),
        "retracted": item.withdrawn,
        "incident": incident,
        "id": item.id,
    }


def _iso(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()


def _cell(value: Any) -> str:
    return guarded(value.replace("\0", "\u2400")) if isinstance(value, str) else str(value)


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode("utf-8")
