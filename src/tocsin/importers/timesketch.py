"""Timesketch: CSV and JSON Lines with message, datetime and timestamp_desc; its own columns are kept."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from tocsin.errors import BadInput
from tocsin.importers import json_text
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Source, Step
from tocsin.importers.text import checked, foreign
from tocsin.importers.times import form, parsed

_ASKED = ("message", "datetime", "timestamp_desc")
_KEYS = (*_ASKED, "timestamp", "tag")
# A file with these besides was written by this program, and is read back as it was.
_OWN = frozenset({"lane", "incident", "id"})
_OWN_TIMES = ("earliest", "latest", "learned")
# As exchange.cells guards them.
_GUARDED = re.compile(r"'+(?:\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
_AT_ONCE = 500
_LONGEST = 20_000
_APART = timedelta(seconds=1)  # a datetime in whole seconds beside a timestamp in microseconds


@dataclass
class _Reading:
    """What turns one record into a message. `columns` says what each key is taken from."""

    options: Options
    columns: Mapping[str, tuple[str, ...]]
    constant: str = ""
    zones_missing: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def take(self, line: int, record: Mapping[str, Any]) -> Iterator[Rows | Rejected]:
        """Yield a batch when one is full, or why the record is wrong."""
        try:
            self.rows.append(self._message(record))
            self.lines.append(line)
        except (ValueError, OverflowError) as error:
            yield Rejected(line, str(error))
        if len(self.rows) >= _AT_ONCE:
            yield from self.rest()

    def rest(self) -> Iterator[Rows]:
        """Yield what has come together."""
        if self.rows:
            yield Rows("messages", self.rows, self.lines)
            self.rows, self.lines = [], []

    def _message(self, record: Mapping[str, Any]) -> dict[str, Any]:
        own = record.keys() >= _OWN
        text = self._text(record, "message")
        if not text.strip():
            raise ValueError("message is empty")
        if len(text) > _LONGEST:
            raise ValueError(f"message is longer than {_LONGEST:,} characters")
        used = {name for names in self.columns.values() for name in names} | (
            {"id", "author"} if own else set()
        )
        extra = {name: _plain(value) for name, value in record.items() if name and name not in used}
        extra = {name: value for name, value in extra.items() if value}
        row = {
            "time": self._time(record),
            "text": text,
            "channel": self.constant or self._text(record, "timestamp_desc"),
            "tags": _tags(self._value(record, "tag")),
            "extra": extra,
        }
        if not own:
            return row
        for name in _OWN_TIMES:
            if name in extra:
                extra[name] = _own_time(name, extra[name])
        return {**row, "id": _plain(record["id"]), "author": _plain(record.get("author"))}

    def _value(self, record: Mapping[str, Any], key: str) -> Any:
        found = [record[name] for name in self.columns[key] if record.get(name) not in (None, "")]
        if len(found) < 2:
            return found[0] if found else None
        return ", ".join(_plain(value) for value in found)

    def _text(self, record: Mapping[str, Any], key: str) -> str:
        return _plain(self._value(record, key))

    def _time(self, record: Mapping[str, Any]) -> datetime:
        """Return when it was: the datetime, to the microsecond where the timestamp tells more of the same."""
        stated, stamp = self._text(record, "datetime").strip(), self._text(record, "timestamp").strip()
        exact = None
        if stamp:
            if not re.fullmatch(r"[0-9]{1,18}", stamp):
                raise ValueError(f"timestamp: {stamp[:40]!r} is no count of microseconds")
            exact = parsed(stamp, "number", None, "us")
        if not stated:
            if exact is None:
                raise ValueError("datetime is empty")
            return exact
        at = self._instant(stated)
        if exact is None or abs(at - exact) >= _APART:
            if exact is not None:
                raise ValueError(f"timestamp says {exact.isoformat()}, datetime says {stated[:40]}")
            return at
        return exact

    def _instant(self, text: str) -> datetime:
        kind = form(text)
        if kind not in ("zoned", "naive"):
            raise ValueError(f"datetime: {text[:40]!r} is no time in ISO 8601")
        if kind == "naive":
            self.zones_missing += 1
        return parsed(text, kind, ZoneInfo(self.options.zone) if self.options.zone else None, "")


class TimesketchImporter:
    """What Timesketch exports and takes, ours included. --map renames, as in message=COLUMN[,COLUMN...]."""

    name: ClassVar[str] = "timesketch"
    records: ClassVar[tuple[str, ...]] = ("messages",)

    def knows(self, source: Source) -> bool:
        """Whether the header, or the first object, has the three columns that Timesketch asks for."""
        if source.members:
            return False
        return json_text.looks_like(source, *_ASKED, top=True) or set(_ASKED) <= set(_header(source))

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the messages. Raises BadInput for a broken header, quote or encoding."""
        is_json = bool(json_text.shape(source))
        names = None if is_json else _header(source)
        reading = _reading(source, options, names)
        records = _objects(source) if is_json else _cells(source)
        for piece in records:
            if isinstance(piece, tuple):
                yield from reading.take(*piece)
            else:
                yield piece
        yield from reading.rest()
        if reading.zones_missing:
            yield Assumed("zone", options.zone or "UTC")


def _reading(source: Source, options: Options, names: list[str] | None) -> _Reading:
    """Return how to read, as --map says. Raises BadInput for a column that is not there."""
    columns: dict[str, tuple[str, ...]] = {key: (key,) for key in _KEYS}
    constant = ""
    for key, said in options.mapping.items():
        if key not in _KEYS:
            raise BadInput(
                f"--map knows no “{key}” for Timesketch.",
                where=source.name,
                hint=f"It takes {', '.join(_KEYS)}.",
            )
        wanted = tuple(name.strip() for name in said.split(",") if name.strip())
        if key == "timestamp_desc" and names is not None and not set(wanted) <= set(names):
            constant = said.strip()
        elif names is not None and (lacking := [name for name in wanted if name not in names]):
            raise BadInput(f"there is no column “{lacking[0]}”.", where=source.name)
        else:
            columns[key] = wanted
    return _Reading(options, columns, constant)


def _header(source: Source) -> list[str]:
    """Return the names in the first line; none when it is no CSV. Raises nothing."""
    if foreign(source.head()):
        return []
    first = json_text.head(source).partition("\n")[0].rstrip("\r")
    try:
        return next(csv.reader(io.StringIO(first), strict=True), [])
    except csv.Error:
        return []


def _objects(source: Source) -> Iterator[tuple[int, Mapping[str, Any]] | Rejected | Step]:
    found = json_text.lines(source)
    values = found if json_text.shape(source) == "lines" else json_text.values(source)
    for count, (number, value) in enumerate(values, 1):
        if isinstance(value, Rejected):
            yield value
        elif isinstance(value, dict):
            yield number, value
        else:
            yield Rejected(number, "this is no object")
        if count % _AT_ONCE == 0:
            yield found.step()


def _cells(source: Source) -> Iterator[tuple[int, Mapping[str, str]] | Rejected | Step]:
    """Yield the rows under their column names. A line end inside a cell stays what it was."""
    text = yield from checked(source)
    path = text.path if text.path.name.startswith("utf-16") else source.path
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            if twice := [name for name in header if header.count(name) > 1]:
                raise BadInput(f"the column “{twice[0]}” is there twice.", where=source.name)
            own = set(header) >= _OWN
            for count, cells in enumerate(reader, 1):
                if any(cells):
                    yield _named(header, cells, reader.line_num, own=own)
                if count % _AT_ONCE == 0:
                    yield Step(reader.line_num, text.lines, "reading")
        except csv.Error as error:
            raise BadInput(f"line {reader.line_num} is no CSV: {error}.", where=source.name) from None


def _named(
    header: list[str], cells: list[str], line: int, *, own: bool
) -> tuple[int, Mapping[str, str]] | Rejected:
    if len(cells) != len(header):
        return Rejected(line, f"it has {len(cells)} cells, the header {len(header)}")
    if own:
        cells = [cell[1:] if _GUARDED.match(cell) else cell for cell in cells]
    return line, dict(zip(header, cells, strict=True))


def _tags(value: Any) -> list[str]:
    """Return tags of a list, or of a text such as ['a', 'b'] or a,b."""
    if isinstance(value, list):
        return [_plain(one) for one in value if _plain(one)]
    parts = re.sub(r"^\[|\]$", "", _plain(value).strip()).split(",")
    found = [part.strip().strip("'\"").strip() for part in parts]
    return [tag for tag in found if tag and tag != "-"]


def _own_time(name: str, text: str) -> str:
    if form(text) != "zoned":
        raise ValueError(f"{name}: {text[:40]!r} is no time with a zone")
    return parsed(text, "zoned", None, "").isoformat()


def _plain(value: Any) -> str:
    """Return a value as text: text as it is, nothing as nothing, all else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
