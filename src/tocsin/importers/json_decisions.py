"""Decision logs in JSON: every field kept, text and numbers told apart as JSON does, written as Parquet."""

import threading
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.errors import BadInput
from tocsin.importers.base import Options, Piece, Rejected, Step, Table
from tocsin.importers.csv_stage import connect
from tocsin.importers.decision_mapping import DecisionsMapping, decisions_mapping
from tocsin.importers.fields import RowReader, text
from tocsin.importers.json_records import MOST_COLUMNS, Records, as_text
from tocsin.importers.mapping import Head, Pattern, is_missing
from tocsin.model.instant import to_us

if TYPE_CHECKING:
    import duckdb

_EXACT = 2**53  # integers up to here are the same as a DOUBLE
_SHOWN = 1_000
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
    connection = connect(found.source.scratch)
    try:
        yield from _written(connection, found, mapping, types, staged)
    finally:
        connection.close()


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
    moment, id = mapping.time.fill(cells), mapping.id.fill(cells)
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


def _written(
    connection: "duckdb.DuckDBPyConnection",
    found: Records,
    mapping: DecisionsMapping,
    types: Mapping[str, str],
    staged: Path,
) -> Iterator[Piece]:
    kinds = {f"c{index}": _sql_type(made, types) for index, made in enumerate(mapping.others.values())}
    columns = {"line": "BIGINT", "us": "BIGINT", "id": "VARCHAR", **kinds}
    told = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
    yield from _run(
        connection,
        "CREATE TABLE staged AS SELECT *, row_number() OVER (PARTITION BY id ORDER BY line) > 1 AS again "
        f"FROM read_json('{_quoted(staged)}', columns={{{told}}}, format='newline_delimited', "
        "maximum_object_size=67108864)",
        found.source.name,
    )
    yield from _again(connection)
    named = "".join(f', c{n} AS "{_doubled(name)}"' for n, name in enumerate(mapping.others))
    path = found.source.scratch / "decisions.parquet"
    yield from _run(
        connection,
        f"COPY (SELECT id, make_timestamptz(us) AS time{named} FROM staged WHERE NOT again "
        f"ORDER BY us, line) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)",
        found.source.name,
    )
    count, first, last = connection.execute(
        "SELECT count(*), min(us), max(us) FROM staged WHERE NOT again"
    ).fetchall()[0]
    if count:
        yield Table(path, count, ("id", "time", *mapping.others), first, last)


def _again(connection: "duckdb.DuckDBPyConnection") -> Iterator[Rejected]:
    lines = connection.execute("SELECT line FROM staged WHERE again ORDER BY line").fetchmany(_SHOWN)
    for (line,) in lines:
        yield Rejected(line, "its id was there before")
    total = connection.execute("SELECT count(*) FROM staged WHERE again").fetchall()[0][0]
    if total > len(lines):
        yield Rejected(lines[-1][0] + 1, "more of the same from here on", total - len(lines))


def _run(connection: "duckdb.DuckDBPyConnection", sql: str, name: str) -> Generator[Step, None, None]:
    """Run one long statement in a thread of its own, yielding until it is done."""
    import duckdb

    failure: list[Exception] = []

    def work() -> None:
        try:
            connection.execute(sql)
        except duckdb.Error as error:
            failure.append(error)

    thread = threading.Thread(target=work, name="decisions", daemon=True)
    thread.start()
    try:
        thread.join(0.05)
        while thread.is_alive():
            yield Step(0, None, "writing the decision log")
            thread.join(0.05)
    finally:
        if thread.is_alive():
            connection.interrupt()
            thread.join()
    if failure:
        raise BadInput(f"the decisions cannot be kept: {str(failure[0]).splitlines()[0]}", where=name)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _doubled(name: str) -> str:
    return name.replace('"', '""')
