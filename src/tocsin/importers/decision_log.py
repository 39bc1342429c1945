"""Decision logs from rows that were staged as JSON Lines: each id once, in the order of time, as Parquet."""

import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Rejected, Source, Step, Table
from tocsin.importers.csv_stage import connect

if TYPE_CHECKING:
    import duckdb

_SHOWN = 1_000


def logged(source: Source, staged: Path, columns: Mapping[str, str]) -> Iterator[Piece]:
    """Yield the Table that the rows make, and a Rejected for each id that was there before.

    A row is an object of `line`, `us` (UTC microseconds), `id` and c0, c1 ..., which are the `columns` in
    their order: the name of each, and its type in SQL. Raises BadInput.
    """
    with closing(connect(source.scratch)) as connection:
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
