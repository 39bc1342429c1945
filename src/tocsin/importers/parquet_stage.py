"""A Parquet file in DuckDB: its columns, flattened, as text and as what they are."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.importers.base import Rejected, Source, Step
from tocsin.importers.csv_columns import MOST_COLUMNS, Layout
from tocsin.importers.csv_sql import quoted
from tocsin.importers.csv_stage import Quick, Stage
from tocsin.importers.duck import connect
from tocsin.importers.mapping import Head, Pattern
from tocsin.importers.text import Text

if TYPE_CHECKING:
    import duckdb

_SAMPLE_ROWS = 200
_MOST_ROWS = 10_000_000_000
_LARGEST_PART = 1 << 30  # bytes of one column in one group of rows, unpacked
_LARGEST_FOOTER = 1 << 26
_INTEGERS = ("tinyint", "smallint", "integer", "bigint", "hugeint")
_NUMBERS = {*_INTEGERS, *(f"u{name}" for name in _INTEGERS), "float", "double", "decimal"}
_TEXTS = {"varchar", "boolean", "uuid", "enum", "time", "interval"}
_NESTED = {"list": "list", "array": "list", "map": "map", "union": "union"}


@dataclass(frozen=True, slots=True)
class Column:
    """One flat column: its name (`a.b` where b was inside a), its SQL, and the kind of what is in it.

    `kind` is number, text, naive, zoned (times), or what it is if it cannot be read; `fine`: in nanoseconds.
    """

    name: str
    sql: str
    kind: str
    fine: bool = False


@dataclass
class ParquetStage(Stage):
    """The stage of a Parquet file. `{file}` has each column as text (c0 ...) and as it is (r0 ...)."""

    flat: tuple[Column, ...] = field(default=())
    kind: ClassVar[str] = "Parquet"

    def time(self, pattern: Pattern, form: str, unit: str) -> str:
        """Return SQL for the microseconds of a time in `{file}`."""
        found = self._found(pattern.column)
        if found is None or found.kind not in ("naive", "zoned"):
            return super().time(pattern, form, unit)
        return f"CASE WHEN isfinite(r{self.flat.index(found)}) THEN epoch_us(r{self.flat.index(found)}) END"

    def value(self, name: str, decimal_comma: bool) -> str:
        """Return SQL for the number in a column of `{file}`."""
        found = self._found(name)
        if found is None or found.kind != "number":
            return super().value(name, decimal_comma)
        return f"coalesce(r{self.flat.index(found)}::DOUBLE, 'nan'::DOUBLE)"

    def load(self, select: str, quick: Quick | None = None) -> Generator[Step | Rejected, None, None]:
        """Make the table `staged` of what `select` says of `{file}`."""
        del quick  # there is no quicker way than the one
        self.forget()
        yield from self.run(f"CREATE TABLE staged AS {select}".replace("{file}", self.reader({}, "")))
        self.rows = self.connection.execute("SELECT count(*) FROM staged").fetchall()[0][0]

    def reader(self, types: dict[str, str], more: str) -> str:
        """Return the SQL of the file as a table."""
        del types, more
        return _table(self.source, self.flat)

    def lines(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of rows, from 1."""
        return rows + 1

    def _found(self, name: str) -> Column | None:
        return next((one for one in self.flat if one.name == name), None)


def staged(source: Source) -> tuple[ParquetStage, list[Column]]:
    """Return the stage of a file, whose connection is to be closed, and what columns cannot be read."""
    import duckdb

    _check_ends(source)
    connection = connect(source.scratch)
    try:
        _check_footer(connection, source)
        found = list(_columns(connection, source))
        flat = tuple(one for one in found if one.kind in ("number", "text", "naive", "zoned"))
        head = _head(connection, source, flat)
        empty = Text(source.path, 0, np.empty(0, np.int64), underscore=True)
        stage = ParquetStage(source, empty, Layout(",", 0, head), connection, flat=flat)
        return stage, [one for one in found if one not in flat]
    except BadInput:
        connection.close()
        raise
    except (duckdb.Error, UnicodeDecodeError, OverflowError, MemoryError) as error:
        connection.close()
        first = (str(error).splitlines() or [""])[0][:300]
        raise BadInput(f"the file cannot be read as Parquet: {first}", where=source.name) from error


def _check_ends(source: Source) -> None:
    """Refuse what is encrypted or cut, by its first and last bytes."""
    size = source.path.stat().st_size
    with source.path.open("rb") as file:
        start = file.read(4)
        file.seek(max(0, size - 8))
        end = file.read(8)
    if b"PARE" in (start, end[4:]):
        raise BadInput("it is encrypted.", where=source.name, hint="Save it without encryption.")
    if size < 12 or end[4:] != b"PAR1":
        raise BadInput("it is cut: the end, which says what is in it, is missing.", where=source.name)
    length = int.from_bytes(end[:4], "little")
    if length + 12 > size or length > _LARGEST_FOOTER:
        raise BadInput("its end, which says what is in it, is damaged.", where=source.name)


def _check_footer(connection: "duckdb.DuckDBPyConnection", source: Source) -> None:
    """Refuse what the footer claims before anything is read."""
    path = quoted(str(source.path))
    told = f"SELECT num_rows, encryption_algorithm FROM parquet_file_metadata({path})"
    rows, encrypted = connection.execute(told).fetchall()[0]
    if encrypted:
        raise BadInput("it is encrypted.", where=source.name, hint="Save it without encryption.")
    if rows > _MOST_ROWS:
        raise BadInput(f"it claims {rows:,} rows; {_MOST_ROWS:,} is the limit.", where=source.name)
    parts = (
        "SELECT row_group_id, any_value(row_group_num_rows) AS n, max(total_uncompressed_size) AS size, "
        f"min(total_uncompressed_size) AS least FROM parquet_metadata({path}) GROUP BY row_group_id"
    )
    found = connection.execute(f"SELECT sum(n), min(n), max(size), min(least) FROM ({parts})").fetchall()[0]
    total, fewest, largest, least = (int(one or 0) for one in found)
    if rows < 0 or fewest < 0 or least < 0 or total != rows:
        raise BadInput("its end says one number of rows here and another there: damaged.", where=source.name)
    if largest > _LARGEST_PART:
        raise BadInput(
            f"one part of a column unpacks to {largest:,} bytes; {_LARGEST_PART:,} is the limit.",
            where=source.name,
            hint="Write it with smaller row groups.",
        )


def _columns(connection: "duckdb.DuckDBPyConnection", source: Source) -> Iterator[Column]:
    _check_names(connection, source)
    relation = connection.sql(f"SELECT * FROM read_parquet({quoted(str(source.path))})")
    found = [
        one
        for name, type in zip(relation.columns, relation.types, strict=True)
        for one in _flattened(name, _name(name), type)
    ]
    if len(found) > MOST_COLUMNS:
        raise BadInput(f"it has {len(found):,} columns; {MOST_COLUMNS} is the limit.", where=source.name)
    names = [one.name.lower() for one in found]
    twice = sorted({one.name for one in found if names.count(one.name.lower()) > 1})
    if twice:
        raise BadInput(f"it has a column twice: {', '.join(twice[:20])}.", where=source.name)
    yield from found


def _check_names(connection: "duckdb.DuckDBPyConnection", source: Source) -> None:
    """Refuse columns of one name, which DuckDB would tell apart by numbers."""
    sql = f"SELECT name, num_children FROM parquet_schema({quoted(str(source.path))})"
    tree = connection.execute(sql).fetchall()
    names, skip = [], 0
    for name, children in tree[1:]:
        if skip:
            skip += (children or 0) - 1
            continue
        names.append(name.lower())
        skip = children or 0
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"it has a column twice: {', '.join(twice[:20])}.", where=source.name)


def _flattened(name: str, sql: str, type: Any) -> Iterator[Column]:
    """Give the flat columns of one: what is inside a struct by its own name, `a.b`."""
    id = str(type.id)
    if id == "struct":
        for child, inner in type.children:
            yield from _flattened(f"{name}.{child}", f"struct_extract({sql}, {quoted(child)})", inner)
        return
    if id in _NUMBERS:
        yield Column(name, sql, "number")
    elif id in _TEXTS:
        yield Column(name, sql, "text")
    elif id.startswith("timestamp") or id == "date":
        yield _time(name, sql, str(type).upper())
    else:
        yield Column(name, sql, _NESTED.get(id, id))


def _time(name: str, sql: str, type: str) -> Column:
    zoned = "TZ" in type or "TIME ZONE" in type
    fine = type.endswith("_NS")
    moment = f"make_timestamp(epoch_ns(CAST({sql} AS TIMESTAMP_NS)) // 1000)" if fine else sql
    moment = f"CAST({moment} AS {'TIMESTAMPTZ' if zoned else 'TIMESTAMP'})"
    return Column(name, moment, "zoned" if zoned else "naive", fine)


def _head(connection: "duckdb.DuckDBPyConnection", source: Source, flat: tuple[Column, ...]) -> Head:
    if not flat:
        raise BadInput("no column of it can be read.", where=source.name)
    cells = ", ".join(f"c{index}" for index in range(len(flat)))
    sql = f"SELECT {cells} FROM {_table(source, flat)} LIMIT {_SAMPLE_ROWS}"
    rows = tuple(tuple(cell or "" for cell in row) for row in connection.execute(sql).fetchall())
    if not rows:
        raise BadInput("there is no row in it.", where=source.name)
    return Head(
        source.name,
        tuple(one.name for one in flat),
        rows,
        forms={one.name: one.kind for one in flat if one.kind in ("naive", "zoned")},
        numeric=frozenset(one.name for one in flat if one.kind == "number"),
    )


def _table(source: Source, flat: tuple[Column, ...]) -> str:
    cells = [
        f"CAST({one.sql} AS VARCHAR) AS c{index}, {one.sql} AS r{index}" for index, one in enumerate(flat)
    ]
    return f"(SELECT {', '.join(cells)} FROM read_parquet({quoted(str(source.path))}))"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
