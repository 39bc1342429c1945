"""Decision logs as arrays: the columns of Parquet files, numbers and coded words, one at a time."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput, StoreProblem

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NUMBERS = {"double", "float", "decimal", "boolean", "tinyint", "smallint", "integer", "bigint", "hugeint",
            "utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of words: int32 codes (-1 where missing) into labels, which are sorted."""

    codes: NDArray[np.int32]
    labels: tuple[str, ...]


@dataclass
class Rows:
    """The rows of some logs within a span, oldest first; of those of one instant the earlier file's first.

    `kinds` tells of each column but `id` and `time` whether it holds numbers or words; one that holds numbers
    here and words there is words, but where it is empty there.
    """

    connection: "DuckDBPyConnection"
    files: tuple[Path, ...]
    span: tuple[int, int]
    one_in: int = 1
    times_us: NDArray[np.int64] = field(init=False)
    kinds: dict[str, str] = field(init=False)
    _has: tuple[frozenset[str], ...] = field(init=False)
    _order: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        told = [self._described(file) for file in self.files]
        self._has = tuple(frozenset(one) for one in told)
        names = dict.fromkeys(name for one in told for name in one if name not in ("id", "time"))
        self.kinds = {name: self._kind(name, [one.get(name, "") for one in told]) for name in names}
        times = self._fetched("epoch_us(time)", "time", np.int64(0))
        if (np.diff(times) < 0).any():
            self._order = np.argsort(times, kind="stable")
            times = times[self._order]
        self.times_us = times.astype(np.int64, copy=False)

    def __len__(self) -> int:
        return len(self.times_us)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as float64; NaN where there is no number, or one that is not finite."""
        cell = f"TRY_CAST({_named(name)} AS DOUBLE)"
        sql = f"CASE WHEN isfinite({cell}) THEN {cell} ELSE 'nan'::DOUBLE END"
        return self._ordered(self._fetched(sql, name, np.float64("nan")))

    def words(self, name: str, most: int | None = None) -> Coded | None:
        """Return a column coded, None where it holds more than `most` different words. Empty is missing."""
        labels = self._labels(name, most)
        if labels is None:
            return None
        self.connection.execute("DROP TYPE IF EXISTS word")
        if not labels:
            return Coded(np.full(len(self), -1, np.int32), ())
        self.connection.register("labels", {"label": np.array(labels, dtype=object)})
        self.connection.execute("CREATE TYPE word AS ENUM (SELECT label FROM labels)")
        self.connection.unregister("labels")
        sql = f"coalesce(CAST(enum_code(CAST({word(name)} AS word)) AS INTEGER), -1)"
        return Coded(self._ordered(self._fetched(sql, name, np.int32(-1))), labels)

    def ids(self) -> NDArray[np.object_]:
        """Return the id of each row, as text."""
        return self._ordered(self._fetched("id", "id", np.array("", dtype=object)[()]))

    def _kind(self, name: str, kinds: Sequence[str]) -> str:
        """Return what a column holds, from what it is in each file: empty where a file lacks it."""
        known = {kind for kind in kinds if kind}
        if len(known) == 1:
            return known.pop()
        for file, kind in zip(self.files, kinds, strict=True):
            some = f"SELECT 1 FROM read_parquet({text(file)}) WHERE {word(name)} IS NOT NULL LIMIT 1"
            if kind == "words" and self._run(some).fetchall():
                return "words"
        return "numbers"

    def _labels(self, name: str, most: int | None) -> tuple[str, ...] | None:
        having = [file for file, names in zip(self.files, self._has, strict=True) if name in names]
        parts = " UNION ALL ".join(f"SELECT {word(name)} AS label {self._from(file)}" for file in having)
        limit = "" if most is None else f" LIMIT {most + 1}"
        sql = f"SELECT DISTINCT label FROM ({parts}) WHERE label IS NOT NULL{limit}"
        found = sorted(row[0] for row in self._run(sql).fetchall())
        return None if most is not None and len(found) > most else tuple(found)

    def _described(self, file: Path) -> dict[str, str]:
        relation = self._run(f"DESCRIBE SELECT * FROM read_parquet({text(file)})").fetchall()
        plain = [(row[0], str(row[1]).lower().partition("(")[0]) for row in relation]
        return {name: "numbers" if type in _NUMBERS else "words" for name, type in plain}

    def _from(self, file: Path) -> str:
        first, end = self.span
        some = f" AND hash(id) % {self.one_in} = 0" if self.one_in > 1 else ""
        within = f"epoch_us(time) >= {first} AND epoch_us(time) < {end}{some}"
        return f"FROM read_parquet({text(file)}) WHERE {within}"

    def _fetched(self, sql: str, name: str, missing: Any) -> NDArray[Any]:
        """Return one expression over all files in their order; `missing` where a file lacks the column."""
        parts: list[NDArray[Any]] = []
        for file, names in zip(self.files, self._has, strict=True):
            if name in names:
                parts.append(self._run(f"SELECT {sql} AS found {self._from(file)}").fetchnumpy()["found"])
            else:
                count = self._run(f"SELECT count(*) {self._from(file)}").fetchall()[0][0]
                parts.append(np.full(count, missing))
        plain = [np.ma.getdata(part) for part in parts]
        if not plain:
            return np.full(0, missing)
        return plain[0] if len(plain) == 1 else np.concatenate(plain)

    def _ordered(self, column: NDArray[Any]) -> NDArray[Any]:
        return column if self._order is None else column[self._order]

    def _run(self, sql: str) -> "DuckDBPyConnection":
        import duckdb

        try:
            return self.connection.execute(sql)
        except duckdb.OutOfMemoryException as error:
            hint = "Take fewer columns, or a shorter span."
            raise BadInput("these decisions take more memory than there is for them.", hint=hint) from error
        except duckdb.Error as error:
            first = (str(error).splitlines() or [""])[0][:300]
            raise StoreProblem(f"a decision log cannot be read: {first}") from error


@contextmanager
def opened(files: Sequence[Path], span: tuple[int, int], one_in: int = 1) -> Iterator[Rows]:
    """Give the rows of Parquet files (columns `id` and `time` among them, each sorted by time) in a span.

    The span is in UTC microseconds, its first instant in it and its last not. Of `one_in` rows one is given,
    as their ids hash. Raises StoreProblem for a file that is gone or damaged.
    """
    check_there(files)
    with connected() as connection:
        yield Rows(connection, tuple(files), span, one_in)


@contextmanager
def connected() -> Iterator["DuckDBPyConnection"]:
    """Give a database in memory that lays what does not fit there into a folder of its own."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="tocsin-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": "512MB",
            "threads": 1,  # with more, rows come in another order than in the file
            "temp_directory": spill,
        }
        with duckdb.connect(config=config) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection


def check_there(files: Sequence[Path]) -> None:
    """Check that the files of logs are there. Raises StoreProblem."""
    for file in files:
        if not file.is_file():
            hint = "`tocsin verify` tells what else is missing; import the log again."
            raise StoreProblem("a decision log is gone.", where=str(file), hint=hint)


def word(name: str) -> str:
    """Return a column as words in SQL, where empty is missing."""
    return f"nullif(CAST({_named(name)} AS VARCHAR), '')"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"
