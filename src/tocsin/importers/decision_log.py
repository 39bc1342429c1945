"""Decision logs from rows that were staged as JSON Lines: each id once, in the order of time, as Parquet."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.importers import duck
from tocsin.importers.base import Piece, Rejected, Source, Step, Table

if TYPE_CHECKING:
    import duckdb

_SHOWN = 1_000


def logged(source: Source, staged: Path, columns: Mapping[str, str]) -> Iterator[Piece]:
    """Yield the Table that the rows make, and a Rejected for each id that was there before.

    A row is an object of `line`, `us` (UTC microseconds), `id` and c0, c1 ..., which are the `columns` in
    their order: the name of each, and its type in SQL. Raises BadInput.
    """
    with closing(duck.connect(source.scratch)) as connection:
        kinds = {f"c{index}": kind for index, kind in enumerate(columns.values())}
        told = {"line": "BIGINT", "us": "BIGINT", "id": "VARCHAR", **kinds}
        types = ", ".join(f"{name}: '{kind}'" for name, kind in told.items())
        yield from _run(
            connection,
            "CREATE TABLE staged AS SELECT *, row_number() OVER (PARTITION BY id ORDER BY line) > 1 AS again "
            f"FROM read_json('{_quoted(staged)}', columns={{{types}}}, format='newline_delimited', "
            "maximum_object_size=67108864)",
            source.name,
        )
        yield from _again(connection)
        named = "".join(f', c{index} AS "{_doubled(name)}"' for index, name in enumerate(columns))
        path = source.scratch / "decisions.parquet"
        yield from _run(
            connection,
            f"COPY (SELECT id, make_timestamptz(us) AS time{named} FROM staged WHERE NOT again "
            f"ORDER BY us, line) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)",
            source.name,
        )
        summary = "SELECT count(*), min(us), max(us) FROM staged WHERE NOT again"
        count, first, last = connection.execute(summary).fetchall()[0]
        if count:
            yield Table(path, count, ("id", "time", *columns), first, last)


def _again(connection: "duckdb.DuckDBPyConnection") -> Iterator[Rejected]:
    lines = connection.execute("SELECT line FROM staged WHERE again ORDER BY line").fetchmany(_SHOWN)
    for (line,) in lines:
        yield Rejected(line, "its id was there before")
    total = connection.execute("SELECT count(*) FROM staged WHERE again").fetchall()[0][0]
    if total > len(lines):
        yield Rejected(lines[-1][0] + 1, "more of the same from here on", total - len(lines))


def _run(connection: "duckdb.DuckDBPyConnection", sql: str, name: str) -> Iterator[Step]:
    note, wrong = "writing the decision log", "the decisions cannot be kept"
    return duck.run(connection, sql, note=note, wrong=wrong, where=name)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _doubled(name: str) -> str:
    return name.replace('"', '""')
