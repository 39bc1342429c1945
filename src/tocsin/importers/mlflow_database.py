"""MLflow's own database, `mlflow.db`, its default store: metrics of runs, traces, feedback, and what serves.

It is opened read-only on the private copy, after SQLite has checked it whole. Only plain columns of plain
tables are read, by names found in its schema, since that changes with every release.
"""

import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from tocsin.errors import BadInput
from tocsin.importers import mlflow_human
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source, Step
from tocsin.importers.gathering import Gathering, apart, refuse_mapping, untimed, wants
from tocsin.importers.mlflow_registry import Registry, Version, finite, instant, metric_us, sightings

_MAGIC = b"SQLite format 3\0"
_WAL = b"\2\2"  # bytes 18 and 19 of the header: the newest changes may lie in a file beside it
_NEEDED = frozenset({"alembic_version", "experiments", "runs", "metrics"})
_LONGEST = 16 << 20  # bytes of one value; a crafted file could make more
_AT_ONCE = 5_000
# SQLite names what is wrong in the words it finds in the file, which may be no text.
_DAMAGE = (sqlite3.Error, UnicodeError)


class MlflowDatabaseImporter:
    """An mlflow.db of MLflow 2 or 3."""

    name: ClassVar[str] = "mlflow_database"
    records: ClassVar[tuple[str, ...]] = ("samples", "deployments")

    def knows(self, source: Source) -> bool:
        """Whether this is a SQLite database with MLflow's tables."""
        if source.head(len(_MAGIC)) != _MAGIC:
            return False
        try:
            with closing(_connect(source)) as connection:
                return _schema(connection).keys() >= _NEEDED
        except _DAMAGE:
            return False

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield samples of runs, traces and feedback, and what aliases and stages point at."""
        refuse_mapping(source, options)
        if source.head(len(_MAGIC)) != _MAGIC:
            raise BadInput("this is no SQLite database.", where=source.name)
        if source.head(20)[18:] == _WAL:
            left = f"what stood only in {source.name}-wal when it was copied is not in this file"
            yield Assumed("write-ahead log", left)
        yield Step(0, None, "checking the database")
        with _told(source), closing(_connect(source)) as connection:
            database = _checked(connection, source, options)
            if wants(options, "samples"):
                yield from _metrics(database)
                yield from _traces(database)
                yield from _human(database)
                yield from database.gathered.pieces()
            if wants(options, "deployments"):
                yield from _deployments(database, source, options)


@dataclass(slots=True)
class Database:
    """An open database with the plain columns its tables have."""

    connection: sqlite3.Connection
    schema: dict[str, frozenset[str]]
    gathered: Gathering

    def scan(self, table: str, columns: Iterable[str]) -> Iterator[dict[str, Any] | Step]:
        """Yield the rows of a table, by column, None for a column it has not; nothing where there is none."""
        there = self.schema.get(table, frozenset())
        names = [name for name in columns if name in there]
        if not names:
            return
        chosen = ", ".join(f'"{name}"' for name in names)
        rows = self.connection.execute(f'SELECT {chosen} FROM "{table}"')
        absent = dict.fromkeys(columns)
        done = 0
        while some := rows.fetchmany(_AT_ONCE):
            for row in some:
                yield absent | dict(zip(names, row, strict=True))
            done += len(some)
            yield Step(done, None, f"reading {table}")

    def rows(self, table: str, *columns: str) -> list[dict[str, Any]]:
        """Return the rows of a small table."""
        return [row for row in self.scan(table, columns) if not isinstance(row, Step)]


def _connect(source: Source) -> sqlite3.Connection:
    uri = f"{source.path.absolute().as_uri()}?mode=ro&immutable=1"
    connection = sqlite3.connect(uri, uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _schema(connection: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Return the plain columns of plain tables: views, virtual tables, computed columns run foreign code."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
    found = {}
    for (name,) in connection.execute(query).fetchall():
        columns = connection.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
        found[str(name)] = frozenset(column for column, hidden in columns if not hidden)
    return found


@contextmanager
def _told(source: Source) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        hint = "Stop the MLflow server, or copy the file with `sqlite3 mlflow.db .backup`, and try again."
        raise BadInput(f"the database is damaged or cut: {error}.", where=source.name, hint=hint) from None


def _checked(connection: sqlite3.Connection, source: Source, options: Options) -> Database:
    """Check the whole file before anything of it counts, and that it is MLflow's. Raises BadInput."""
    [found] = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(" ".join(str(found).split())[:200])
    schema = _schema(connection)
    if missing := _NEEDED - schema.keys():
        raise BadInput(f"this is no database of MLflow: it has no table {min(missing)}.", where=source.name)
    database = Database(connection, schema, Gathering(source.name, options))
    versions = database.rows("alembic_version", "version_num")
    if len(versions) != 1:
        raise BadInput(
            "it does not tell the version of its schema.",
            where=source.name,
            hint="An upgrade of MLflow was cut short: run `mlflow db upgrade`.",
        )
    return database


def _experiments(database: Database) -> dict[Any, str]:
    rows = database.rows("experiments", "experiment_id", "name", "lifecycle_stage")
    return {row["experiment_id"]: str(row["name"]) for row in rows if row["lifecycle_stage"] != "deleted"}


def _metrics(database: Database) -> Iterator[Piece]:
    experiments = _experiments(database)
    runs = {
        row["run_uuid"]: {"experiment": experiments[row["experiment_id"]], "run": _name(row)}
        for row in database.rows("runs", "run_uuid", "name", "experiment_id", "lifecycle_stage")
        if row["experiment_id"] in experiments and row["lifecycle_stage"] != "deleted"
    }
    gathered, left_out = database.gathered, 0

    def take(number: int, row: dict[str, Any]) -> None:
        nonlocal left_out
        labels = runs.get(row["run_uuid"])
        if labels is None:
            left_out += 1
            return
        value = math.nan if row["is_nan"] else finite(row["value"])
        gathered.add(str(row["key"]), metric_us(row["timestamp"], row["step"]), value, number, labels)

    yield from _each(database, "metrics", ("key", "value", "timestamp", "step", "is_nan", "run_uuid"), take)
    if left_out:
        yield Assumed("deleted runs", f"{left_out:,} values of runs deleted in MLflow are left out")


def _traces(database: Database) -> Iterator[Piece]:
    experiments, gathered = _experiments(database), database.gathered
    columns = ("request_id", "experiment_id", "timestamp_ms", "execution_time_ms", "status", "trace_name",
               "input_tokens", "output_tokens", "total_cost")  # fmt: skip
    measured = (
        ("trace latency", "execution_time_ms", "ms"),
        ("input tokens", "input_tokens", ""),
        ("output tokens", "output_tokens", ""),
        ("trace cost", "total_cost", "USD"),
    )

    def take(number: int, row: dict[str, Any]) -> None:
        if row["experiment_id"] not in experiments:
            return
        us = apart(instant(row["timestamp_ms"]), str(row["request_id"]))
        labels = {"experiment": experiments[row["experiment_id"]]}
        if row["trace_name"]:
            labels["trace"] = str(row["trace_name"])
        for metric, column, unit in measured:
            if row[column] is not None:
                gathered.add(metric, us, finite(row[column]), number, labels, unit=unit)
        if row["status"] in ("OK", "ERROR"):
            gathered.add("trace error", us, float(row["status"] == "ERROR"), number, labels)

    yield from _each(database, "trace_info", columns, take)


def _human(database: Database) -> Iterator[Piece]:
    queues = {row["queue_id"]: str(row["name"]) for row in database.rows("review_queues", "queue_id", "name")}
    given = mlflow_human.feedback(database.gathered)
    waited = mlflow_human.reviews(database.gathered, queues)
    yield from _each(database, "assessments", mlflow_human.ASSESSMENTS, given)
    yield from _each(database, "review_queue_items", mlflow_human.REVIEW_ITEMS, waited)


def _each(
    database: Database,
    table: str,
    columns: tuple[str, ...],
    take: Callable[[int, dict[str, Any]], None],
) -> Iterator[Piece]:
    """Let `take` have every row with its number; one it finds wrong is set aside with the reason."""
    number = 0
    for row in database.scan(table, columns):
        if isinstance(row, Step):
            yield row
            if database.gathered.full:
                yield from database.gathered.pieces()
            continue
        number += 1
        try:
            take(number, row)
        except ValueError as error:
            yield Rejected(number, f"{table}: {error}")


def _deployments(database: Database, source: Source, options: Options) -> Iterator[Piece]:
    registry = Registry()
    columns = ("name", "version", "workspace", "creation_time", "last_updated_time", "current_stage")
    for number, row in enumerate(database.rows("model_versions", *columns), 1):
        try:
            registry.add(_version(row))
        except ValueError as error:
            yield Rejected(number, f"model_versions: {error}")
    for row in database.rows("registered_model_aliases", "name", "alias", "version", "workspace"):
        registry.aliases[_model(row), str(row["alias"])] = str(row["version"])
    if not registry.slots():
        return
    at, told = untimed(source, options)
    yield told
    yield from sightings(registry, at)


def _version(row: dict[str, Any]) -> Version:
    updated = row["last_updated_time"]
    return Version(
        _model(row),
        str(row["version"]),
        instant(row["creation_time"]),
        None if updated is None else instant(updated),
        str(row["current_stage"] or ""),
    )


def _model(row: dict[str, Any]) -> str:
    """Return a model's name; one of a workspace other than the default's has that before it."""
    workspace = row["workspace"]
    return str(row["name"]) if workspace in (None, "default") else f"{workspace}/{row['name']}"


def _name(row: dict[str, Any]) -> str:
    return str(row["name"] or row["run_uuid"])
