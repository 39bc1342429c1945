"""Decisions counted where they lie: by hour, by the values of a column, by how many people they are about."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.errors import StoreProblem
from tocsin.store.decision_columns import check_there, connected, text, word

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Span = tuple[int, int]  # UTC microseconds, the first instant in it and the last not


@dataclass
class Counts:
    """The decisions of some logs. A file that lacks a column counts as one where it is empty."""

    connection: "DuckDBPyConnection"
    files: tuple[Path, ...]

    def count(self, span: Span) -> int:
        """Return how many decisions there are in a span."""
        return sum(int(self._rows(f"SELECT count(*) {_from(file, span)}")[0][0]) for file in self.files)

    def newest(self) -> int | None:
        """Return the instant of the newest decision in UTC microseconds, None where there is none."""
        found = [
            self._rows(f"SELECT epoch_us(max(time)) FROM read_parquet({text(one)})") for one in self.files
        ]
        return max((int(rows[0][0]) for rows in found if rows[0][0] is not None), default=None)

    def by_value(self, column: str, span: Span) -> Counter[str]:
        """Return how many decisions have each value of a column in a span; empty ones are left out."""
        found: Counter[str] = Counter()
        for file in self._having(column):
            sql = f"SELECT {word(column)} AS value, count(*) {_from(file, span)} GROUP BY value"
            found.update({value: int(n) for value, n in self._rows(sql) if value is not None})
        return found

    def distinct(self, column: str, span: Span) -> int:
        """Return how many different values a column has in a span, told apart by a hash of 64 bits."""
        parts = [f"SELECT hash({word(column)}) AS value {_from(file, span)} AND {word(column)} IS NOT NULL"
                 for file in self._having(column)]  # fmt: skip
        if not parts:
            return 0
        return int(
            self._rows(f"SELECT count(*) FROM (SELECT DISTINCT value FROM ({' UNION ALL '.join(parts)}))")[0][
                0
            ]
        )

    def _having(self, column: str) -> list[Path]:
        described = {
            one: self._rows(f"DESCRIBE SELECT * FROM read_parquet({text(one)})") for one in self.files
        }
        return [one for one, rows in described.items() if column in {row[0] for row in rows}]

    def _rows(self, sql: str) -> list[Any]:
        import duckdb

        try:
            return self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            first = (str(error).splitlines() or [""])[0][:300]
            raise StoreProblem(f"a decision log cannot be read: {first}") from error


@contextmanager
def opened(files: Sequence[Path]) -> Iterator[Counts]:
    """Give the decisions of Parquet files to be counted. Raises StoreProblem for one that is gone."""
    check_there(files)
    with connected() as connection:
        yield Counts(connection, tuple(files))


def _from(file: Path, span: Span) -> str:
    return f"FROM read_parquet({text(file)}) WHERE epoch_us(time) >= {span[0]} AND epoch_us(time) < {span[1]}"
