"""Alerts, deployments and messages in CSV: a row each, columns found by name or stated."""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers import csv_columns
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Step
from tocsin.importers.csv_columns import MISSING, Layout
from tocsin.importers.csv_stage import Stage
from tocsin.importers.times import NUMBER, form, parsed, unit_question

_ROWS_AT_ONCE = 1_000
_LONGEST = 10_000
_YES, _NO = ("true", "yes", "1", "y", "t"), ("false", "no", "0", "n", "f")

# Field: the names a column may have. The first field is the time.
_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "alerts": {
        "time": (),
        "severity": ("severity", "priority", "level"),
        "message": ("message", "summary", "description", "text", "title"),
        "metric": ("metric", "signal", "metric_name"),
        "value": ("value",),
        "threshold": ("threshold", "limit"),
        "detector": ("detector", "rule", "alertname"),
        "start": ("start", "started_at"),
        "ended": ("ended", "end", "ended_at", "resolved_at"),
        "id": ("id", "alert_id", "fingerprint"),
    },
    "deployments": {
        "time": (),
        "name": ("name", "model", "component"),
        "version": ("version", "tag"),
        "kind": ("kind", "type"),
        "vendor": ("vendor",),
        "pinned": ("pinned",),
        "until": ("until", "ended_at", "served_to"),
    },
    "messages": {
        "time": (),
        "author": ("author", "user", "from", "sender"),
        "text": ("text", "message", "body"),
    },
}
_REQUIRED = {"alerts": ("severity",), "deployments": ("name", "version"), "messages": ("text",)}
_TIMES, _NUMBERS, _TRUTHS = ("time", "start", "ended", "until"), ("value", "threshold"), ("vendor", "pinned")


@dataclass
class _Reader:
    """What turns the cells of one row into values."""

    source: str
    options: Options
    kind: str = ""  # the form of the first time; all others must agree

    def row(self, cells: dict[str, str], line: int) -> dict[str, Any]:
        """Return the values of a row. Raises ValueError with the reason when one is wrong."""
        found: dict[str, Any] = {}
        for field, text in cells.items():
            convert: Callable[[str, int], Any] = self._converter(field)
            try:
                found[field] = convert(text, line)
            except (ValueError, OverflowError) as error:
                raise ValueError(f"{field}: {text[:60]!r} {error}") from None
        return found

    def _converter(self, field: str) -> Callable[[str, int], Any]:
        if field in _TIMES:
            return self._time
        if field in _NUMBERS:
            return _number
        return _truth if field in _TRUTHS else _text

    def _time(self, text: str, line: int) -> Any:
        kind = form(text)
        if not kind:
            raise ValueError("is no time")
        if kind == "number" and not self.options.time_unit:
            raise unit_question(text, self.source, line)
        self.kind = self.kind or kind
        if kind != self.kind:
            raise BadInput(
                f"the time in line {line} is {_KINDS[kind]}, others are {_KINDS[self.kind]}.",
                where=self.source,
            )
        zone = ZoneInfo(self.options.zone) if self.options.zone else None
        return parsed(text, kind, zone, self.options.time_unit)


_KINDS = {"zoned": "with a zone", "naive": "without a zone", "number": "bare numbers"}


def records(stage: Stage, options: Options) -> Iterator[Piece]:
    """Yield the rows of the file. Raises BadInput."""
    columns = _columns(stage.layout, options, stage.source.name)
    for field, column in columns.items():
        yield Assumed(field, column)
    chosen = ", ".join(f"trim({stage.column(column)}) AS {field}_" for field, column in columns.items())
    yield from stage.load(f"SELECT {chosen} FROM {{file}}")
    reader = _Reader(stage.source.name, options)
    for start in range(0, stage.rows, _ROWS_AT_ONCE):
        yield from _window(stage, reader, list(columns), start)
        yield Step(start, stage.rows, "reading")
    if reader.kind == "naive":
        yield Assumed("zone", options.zone or "UTC")
    if reader.kind == "number":
        yield Assumed("time_unit", options.time_unit)


def _window(stage: Stage, reader: _Reader, fields: list[str], start: int) -> Iterator[Rows | Rejected]:
    sql = "SELECT * FROM staged WHERE rowid >= ? AND rowid < ?"
    rows = stage.connection.execute(sql, [start, start + _ROWS_AT_ONCE]).fetchall()
    lines = stage.lines(np.arange(start, start + len(rows))).tolist()
    good, places = [], []
    for row, line in zip(rows, lines, strict=True):
        cells = {f: cell for f, cell in zip(fields, row, strict=True) if cell and cell.lower() not in MISSING}
        lacking = [field for field in ("time", *_REQUIRED[reader.options.record]) if field not in cells]
        try:
            if lacking:
                raise ValueError(f"{lacking[0]} is empty")
            good.append(reader.row(cells, line))
            places.append(line)
        except ValueError as error:
            yield Rejected(line, str(error))
    yield Rows(good, places)


def _columns(layout: Layout, options: Options, source: str) -> dict[str, str]:
    """Return the column of each field that has one. Raises BadInput."""
    fields, stated = _FIELDS[options.record], options.mapping
    if unknown := set(stated) - set(fields):
        raise BadInput(
            f"--map knows no “{min(unknown)}” for {options.record}.",
            where=source,
            hint=f"It takes {', '.join(fields)}.",
        )
    columns = {"time": csv_columns.time_column(layout, options, source)}
    for field, names in fields.items():
        if field in stated:
            columns[field] = csv_columns.known(layout, [stated[field]], source)[0]
            continue
        taken = {column.lower(): column for column in layout.columns if column not in columns.values()}
        hits = [taken[name] for name in names if name in taken]
        if hits:
            columns[field] = hits[0]
    lacking = [field for field in _REQUIRED[options.record] if field not in columns]
    if lacking:
        raise BadInput(
            f"no column tells the {lacking[0]}; there are {', '.join(layout.columns[:20])}.",
            where=source,
            hint=f"Say --map {lacking[0]}=COLUMN.",
        )
    return columns


def _number(text: str, _line: int) -> float:
    if not re.fullmatch(NUMBER, text) or not math.isfinite(float(text)):
        raise ValueError("is no finite number")
    return float(text)


def _truth(text: str, _line: int) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError("is neither yes nor no")
    return text.lower() in _YES


def _text(text: str, _line: int) -> str:
    if len(text) > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST:,} characters")
    return text
