"""Decision logs: Parquet files in the store's imports folder, and what each covers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from tocsin.errors import BadInput, StoreProblem
from tocsin.model.decoding import decoded
from tocsin.store.schema import decision_log, import_

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """One log. `file` is its name in imports/; times of the first and last decision in UTC microseconds."""

    number: int
    system: str
    file: str
    rows: int
    first_us: int
    last_us: int
    columns: tuple[str, ...]

    @property
    def joins(self) -> bool:
        """Whether it tells of decisions in other logs what turned out later; it is joined by id."""
        return self.columns[:1] == ("id",) and "time" not in self.columns


@dataclass(frozen=True, slots=True)
class Compared:
    """What is new in a log, what is there already, and ids that stand for another decision there."""

    new: int
    already: int
    differing: tuple[tuple[str, str], ...]  # id, and the file that holds it
    first_us: int
    last_us: int


def put(connection: Connection, log: DecisionLog) -> None:
    """Store what the log of an import covers; it takes the place of what was said of it before."""
    row = {
        "import": log.number,
        "system": log.system,
        "file": log.file,
        "rows": log.rows,
        "t0": log.first_us,
        "t1": log.last_us,
        "columns": msgspec.json.encode(log.columns).decode(),
    }
    query = insert(decision_log).values(row)
    connection.execute(query.on_conflict_do_update(index_elements=["import"], set_=row))


def list_all(connection: Connection, system: str) -> list[DecisionLog]:
    """Return the logs of a system that complete imports brought, the oldest first."""
    return [log for log in _all(connection, system) if not log.joins]


def later(connection: Connection, system: str) -> list[DecisionLog]:
    """Return what complete imports brought of a system's decisions later (`DecisionLog.joins`)."""
    return [log for log in _all(connection, system) if log.joins]


def _all(connection: Connection, system: str) -> list[DecisionLog]:
    query = (
        select(decision_log)
        .join(import_, import_.c.number == decision_log.c["import"])
        .where(decision_log.c.system == system, import_.c.complete == 1)
        .order_by(decision_log.c.t0)
    )
    return [
        DecisionLog(
            number=row[0],
            system=row.system,
            file=row.file,
            rows=row.rows,
            first_us=row.t0,
            last_us=row.t1,
            columns=decoded(row.columns, tuple[str, ...]),
        )
        for row in connection.execute(query)
    ]


def newest(connection: Connection) -> dict[str, int]:
    """Return the time of the newest decision of each system that has any, in UTC microseconds."""
    query = (
        select(decision_log.c.system, func.max(decision_log.c.t1))
        .join(import_, import_.c.number == decision_log.c["import"])
        .where(import_.c.complete == 1)
        .group_by(decision_log.c.system)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def compare(candidate: Path, known: Sequence[Path], target: Path) -> Compared:
    """Write the decisions of `candidate` whose id no file of `known` has to `target`; count the others."""
    with scratch_database(target.parent) as connection:
        connection.execute(f"CREATE VIEW candidate AS SELECT * FROM read_parquet({quoted_path(candidate)})")
        connection.execute("CREATE TABLE there (id VARCHAR, content VARCHAR, file VARCHAR)")
        for file in known:
            connection.execute(
                f"INSERT INTO there SELECT k.id, to_json(k)::VARCHAR, {quoted_path(Path(file.name))} "
                f"FROM read_parquet({quoted_path(file)}) k WHERE k.id IN (SELECT id FROM candidate)"
            )
        connection.execute(
            f"COPY (SELECT * FROM candidate WHERE id NOT IN (SELECT id FROM there) ORDER BY time) "
            f"TO {quoted_path(target)} (FORMAT parquet, COMPRESSION zstd)"
        )
        differing = connection.execute(
            "SELECT c.id, there.file FROM candidate c JOIN there USING (id) "
            "WHERE to_json(c)::VARCHAR <> content"
        ).fetchall()
        met = connection.execute("SELECT count(*) FROM there").fetchall()[0][0]
        span = "count(*), epoch_us(min(time)), epoch_us(max(time))"
        written = f"SELECT {span} FROM read_parquet({quoted_path(target)})"
        new, first, last = connection.execute(written).fetchall()[0]
    return Compared(new, met - len(differing), tuple(differing), first or 0, last or 0)


def count(files: Sequence[Path], since_us: int, until_us: int, places: Sequence[tuple[str, str]] = ()) -> int:
    """Return how many decisions there are from `since_us` until before `until_us`, of all the files together.

    `places` are columns with the value they have; one of the files has to have the column. It reads times
    and these columns only. Raises StoreProblem for a file gone or damaged.
    """
    import duckdb

    listed = ", ".join(quoted_path(file) for file in files)
    where = ["epoch_us(time) >= ?", "epoch_us(time) < ?"]
    where += [f"CAST({quoted_name(name)} AS VARCHAR) = ?" for name, _ in places]
    query = f"SELECT count(*) FROM read_parquet([{listed}], union_by_name = true) WHERE {' AND '.join(where)}"
    values = [since_us, until_us, *(value for _, value in places)]
    try:
        with scratch_database(files[0].parent) as connection:
            return int(connection.execute(query, values).fetchall()[0][0])
    except duckdb.Error as error:
        told = (str(error).splitlines() or [""])[0][:300]
        raise StoreProblem(f"a decision log cannot be read: {told}") from error


def join(parts: Sequence[Path], target: Path) -> None:
    """Write the decisions of several logs to `target`, by time. Raises BadInput when their columns differ.

    A column that only some of them have is empty for the others.
    """
    import duckdb

    files = ", ".join(quoted_path(part) for part in parts)
    query = f"SELECT * FROM read_parquet([{files}], union_by_name = true) ORDER BY time"
    try:
        with scratch_database(target.parent) as connection:
            connection.execute(f"COPY ({query}) TO {quoted_path(target)} (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.ConversionException as error:
        what = "two of the decision logs in it have the same column with different kinds of values."
        raise BadInput(what, hint="Import them one by one.") from error


@contextmanager
def scratch_database(spill: Path) -> Iterator["DuckDBPyConnection"]:
    """Give a database in memory that lays what does not fit there into the folder `spill`."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "memory_limit": "256MB",
        "temp_directory": str(spill / "spill"),
    }
    with duckdb.connect(config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def quoted_name(name: str) -> str:
    """Return a column's name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def quoted_path(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
