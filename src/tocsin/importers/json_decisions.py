"""Decision logs in JSON: every field kept, text and numbers told apart as JSON does, written as Parquet."""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Rejected, Step
from tocsin.importers.decision_log import logged
from tocsin.importers.decision_mapping import DecisionsMapping, decisions_mapping
from tocsin.importers.fields import RowReader, text
from tocsin.importers.json_records import MOST_COLUMNS, Records, as_text
from tocsin.importers.mapping import Head, Pattern, is_missing
from tocsin.model.instant import to_us

_EXACT = 2**53  # integers up to here are the same as a DOUBLE
_ROWS_A_STEP = 500


def decisions(found: Records, options: Options) -> Iterator[Piece]:
    """Yield one Table, whose columns `id` and `time` come first. Raises BadInput."""
    types = yield from _types(found)
    head = found.head()
    # A field that only later records have is kept as well.
    head = Head(head.source, tuple(types), _widened(head, types), head.line, numeric=head.numeric)
    mapping = decisions_mapping(head, options)
    yield from mapping.assumed()
    reader = RowReader(found.source.name, options, {"time": mapping.time}, typed=True)
    staged = found.source.scratch / "decisions.jsonl"
    yield from _staged(found, mapping, types, reader, staged)
    yield from reader.assumed()
    yield from logged(
        found.source, staged, {name: _sql_type(made, types) for name, made in mapping.others.items()}
    )


def _types(found: Records) -> Generator[Step, None, dict[str, str]]:
    """Return the type of each field in all records: DOUBLE, BOOLEAN, or VARCHAR where it is mixed."""
    types: dict[str, str] = {}
    for count, (_, cells) in enumerate(found):
        if isinstance(cells, Rejected):
            continue
        for name, value in cells.items():
            kind = _type(value)
            held = types.setdefault(name, kind)
            if kind and held != kind:
                types[name] = "VARCHAR" if held else kind
        if len(types) > MOST_COLUMNS:
            raise BadInput(f"its records have more than {MOST_COLUMNS:,} fields.", where=found.source.name)
        if count % _ROWS_A_STEP == 0:
            yield found.step()
    return {name: kind or "VARCHAR" for name, kind in types.items()}


def _type(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "BOOLEAN"
    return (
        "DOUBLE"
        if isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT)
        else "VARCHAR"
    )


def _widened(head: Head, types: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    places = {name: index for index, name in enumerate(head.columns)}
    return tuple(tuple(row[places[n]] if n in places else "" for n in types) for row in head.rows)


def _staged(
    found: Records, mapping: DecisionsMapping, types: Mapping[str, str], reader: RowReader, path: Path
) -> Iterator[Rejected | Step]:
    """Write what is sound as JSON Lines of plain columns, for DuckDB to read."""
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        for count, (number, cells) in enumerate(found):
            try:
                if isinstance(cells, Rejected):
                    raise ValueError(cells.reason)
                file.write(encode(_row(cells, number, mapping, types, reader)) + b"\n")
            except (ValueError, OverflowError) as error:
                yield Rejected(number, str(error))
            if count % _ROWS_A_STEP == 0:
                yield found.step()


def _row(
    cells: Mapping[str, Any],
    number: int,
    mapping: DecisionsMapping,
    types: Mapping[str, str],
    reader: RowReader,
) -> dict[str, Any]:
    moment = mapping.time.fill(cells)
    id = f"{reader.source}:{number}" if mapping.numbered else mapping.id.fill(cells)
    if is_missing(moment):
        raise ValueError("it has no time")
    if is_missing(id):
        raise ValueError("it has no id")
    try:
        us = to_us(reader.time(moment, number, agree=bool(mapping.time.columns)))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"time: {str(moment)[:60]!r} {error}") from None
    row: dict[str, Any] = {"line": number, "us": us, "id": text(as_text(id))}
    for index, made in enumerate(mapping.others.values()):
        value = made.fill(cells)
        row[f"c{index}"] = value if _sql_type(made, types) != "VARCHAR" or value is None else as_text(value)
    return row


def _sql_type(made: Pattern, types: Mapping[str, str]) -> str:
    return types[made.column] if made.column else "VARCHAR"
