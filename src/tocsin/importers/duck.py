"""DuckDB, where importers stage what they read: a private database, statements that can be stopped."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import BadInput
from tocsin.importers.base import Step

if TYPE_CHECKING:
    import duckdb


def connect(scratch: Path) -> "duckdb.DuckDBPyConnection":
    """Return a private database in little memory, that reads no extension and knows no zone but UTC."""
    import duckdb

    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": "192MB",
            "threads": 1,  # with more, rows come in another order than in the file
            "temp_directory": str(scratch / "spill"),
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def run(
    connection: "duckdb.DuckDBPyConnection", sql: str, *, note: str, wrong: str, where: str
) -> Iterator[Step]:
    """Run one long statement in a thread of its own, yielding until it is done. Raises BadInput: `wrong`."""
    import duckdb

    failure: list[Exception] = []

    def work() -> None:
        try:
            connection.execute(sql)
        except duckdb.Error as error:
            failure.append(error)

    thread = threading.Thread(target=work, name="duckdb", daemon=True)
    thread.start()
    try:
        thread.join(0.05)
        while thread.is_alive():
            yield Step(0, None, note)
            thread.join(0.05)
    finally:
        if thread.is_alive():
            connection.interrupt()
            thread.join()
    if failure:
        raise BadInput(f"{wrong}: {str(failure[0]).splitlines()[0]}", where=where)
