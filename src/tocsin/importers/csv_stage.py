"""A CSV file in DuckDB: parsed once by its fast reader in bounded memory, with line numbers."""

import csv
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.importers import duck
from tocsin.importers.base import Rejected, Source, Step
from tocsin.importers.csv_columns import Layout
from tocsin.importers.csv_sql import pattern_sql, time_sql, value_sql
from tocsin.importers.mapping import Pattern
from tocsin.importers.text import LONGEST_LINE, Text

if TYPE_CHECKING:
    import duckdb

_REASONS = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    "UNQUOTED VALUE": "a quote that does not enclose its cell",
    "LINE SIZE OVER MAXIMUM": "longer than a line may be",
    "INVALID ENCODING": "not UTF-8",
}


@dataclass(frozen=True, slots=True)
class Quick:
    """A SELECT of columns some of which the reader converts: their types, and the one form of the times."""

    select: str
    types: dict[str, str]
    time_format: str


@dataclass
class Stage:
    """A CSV file, or some lines of one with `before` lines before them, and the database it is put in."""

    source: Source
    text: Text
    layout: Layout
    connection: "duckdb.DuckDBPyConnection"
    before: int = 0
    skipped: NDArray[np.int64] = field(init=False)
    rows: int = 0
    _starts: NDArray[np.int64] | None = None
    kind: ClassVar[str] = "CSV"

    def column(self, name: str) -> str:
        """Return the SQL name of a column."""
        return f"c{self.layout.columns.index(name)}"

    def made(self, pattern: Pattern) -> str:
        """Return SQL for the text a pattern makes of a row."""
        return pattern_sql(pattern, {name: self.column(name) for name in pattern.columns})

    def time(self, pattern: Pattern, form: str, unit: str) -> str:
        """Return SQL for the microseconds of a time in `{file}`: see `time_sql`."""
        return time_sql(self.made(pattern), form, unit)

    def value(self, name: str, decimal_comma: bool) -> str:
        """Return SQL for the number in a column of `{file}`: see `value_sql`."""
        return value_sql(self.column(name), decimal_comma)

    def load(self, select: str, quick: "Quick | None" = None) -> Generator[Step | Rejected, None, None]:
        """Make the table `staged` of what `select` says of `{file}`, whose columns c0, c1 ... are text.

        `quick` is tried first: it lets the reader convert as it cuts, and stands when no cell resists.
        Yields the lines that could not be cut into cells. Raises BadInput where a quote swallows lines.
        """
        self.forget()
        stands = quick is not None and (yield from self._tried(quick))
        if not stands:
            yield from self.run(f"CREATE TABLE staged AS {select}".replace("{file}", self.reader({}, "")))
        self.rows = self.connection.execute("SELECT count(*) FROM staged").fetchall()[0][0]
        yield from self._uncut()

    def _tried(self, quick: "Quick") -> Generator[Step, None, bool]:
        reader = self.reader(quick.types, f", timestampformat='{quick.time_format}'")
        yield from self.run(f"CREATE TABLE staged AS {quick.select}".replace("{file}", reader))
        if not self.faults("CAST"):
            return True
        self.forget()
        return False

    def faults(self, kind: str = "%") -> int:
        """Return how many cells or lines the reader could not take, of one kind or of all."""
        sql = "SELECT count(*) FROM reject_errors WHERE error_type LIKE ?"
        return int(self.connection.execute(sql, [kind]).fetchall()[0][0])

    def forget(self) -> None:
        """Drop what was loaded before."""
        for table in ("staged", "reject_errors", "reject_scans"):
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _uncut(self) -> Generator[Rejected, None, None]:
        bad = self.connection.execute(
            "SELECT line_byte_position, error_type, csv_line, error_message FROM reject_errors ORDER BY 1"
        ).fetchall()
        lines: list[int] = []
        # DuckDB's own line numbers leave out the line ends inside cells.
        numbers = self._lines_at(np.array([row[0] for row in bad], np.int64)) if bad else []
        for line, (_, kind, content, message) in zip(numbers, bad, strict=True):
            if kind == "UNQUOTED VALUE" and "\n" in (content or "").rstrip("\r\n"):
                raise BadInput(
                    f"a quote opened in line {self.before + line} is never closed, "
                    "and swallows the lines after it.",
                    where=self.source.name,
                )
            if not lines or lines[-1] != line:
                lines.append(line)
                yield Rejected(self.before + line, _reason(kind, message))
        self.leave_out(lines)

    def leave_out(self, lines: list[int]) -> None:
        """Count these lines and the blank ones as none of the rows."""
        blank = self.text.blank[self.text.blank > self.layout.skip]
        both = np.union1d(np.array(lines, np.int64), blank if len(self.layout.columns) > 1 else [])
        self.skipped = both.astype(np.int64)

    def _lines_at(self, offsets: NDArray[np.int64]) -> list[int]:
        """Return the line each byte offset (increasing) is in."""
        lines, done, seen = [], 0, 1
        with self.text.path.open("rb") as file:
            while block := file.read(LONGEST_LINE):
                here = offsets[(offsets >= done) & (offsets < done + len(block))] - done
                if len(here):
                    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == 10)
                    lines += (np.searchsorted(ends, here) + seen).tolist()
                seen, done = seen + block.count(b"\n"), done + len(block)
        return lines + [seen] * (len(offsets) - len(lines))

    def reader(self, types: dict[str, str], more: str) -> str:
        """Return the SQL that cuts the file into c0, c1 ...: text where `types` says nothing else."""
        names = [f"c{index}" for index in range(len(self.layout.columns))]
        columns = ", ".join(f"'{name}': '{types.get(name, 'VARCHAR')}'" for name in names)
        path = str(self.text.path).replace("'", "''")
        delimiter = self.layout.delimiter.replace("'", "''")
        return (
            f"read_csv('{path}', columns={{{columns}}}, auto_detect=false, header=false, "
            f"skip={self.layout.skip}, delim='{delimiter}', quote='\"', escape='\"', compression='none', "
            f"max_line_size={2 * LONGEST_LINE}, store_rejects=true, rejects_limit=0, strict_mode=true{more})"
        )

    def run(self, sql: str) -> Generator[Step, None, None]:
        """Run one long statement in a thread of its own, yielding until it is done."""
        wrong = f"the file cannot be read as {self.kind}"
        yield from duck.run(self.connection, sql, note="reading", wrong=wrong, where=self.source.name)

    def window(self, columns: str, table: str, start: int, stop: int) -> dict[str, NDArray[Any]]:
        """Return some columns of the rows [start, stop) of a table as numpy arrays."""
        sql = f"SELECT {columns} FROM {table} WHERE rowid >= ? AND rowid < ?"
        return dict(self.connection.execute(sql, [start, stop]).fetchnumpy())

    def lines(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the line each row of `staged` begins in."""
        return self.before + self._lines(rows)

    def _lines(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        first = self.layout.skip + 1
        if self.text.lines - self.layout.skip - len(self.skipped) == self.rows:
            if not len(self.skipped):
                return rows + first
            shifted = self.skipped - np.arange(len(self.skipped)) - first
            found: NDArray[np.int64] = rows + first + np.searchsorted(shifted, rows, "right")
            return found
        if self._starts is None:
            self._starts = self._walk()
        return self._starts[rows]

    def _walk(self) -> NDArray[np.int64]:
        """Find where rows begin when cells hold line ends: the slow way, needed for such files only."""
        starts = []
        with self.text.path.open(encoding="utf-8-sig", newline="") as file:
            for _ in range(self.layout.skip):
                file.readline()
            line, skipped = self.layout.skip + 1, set(self.skipped.tolist())
            reader = csv.reader(file, delimiter=self.layout.delimiter)
            for _row in reader:
                if line not in skipped:
                    starts.append(line)
                line = self.layout.skip + reader.line_num + 1
        return np.array(starts, np.int64)


def _reason(kind: str, message: str) -> str:
    counts = [word for word in message.replace(":", " ").split() if word.isdigit()]
    if kind in ("MISSING COLUMNS", "TOO MANY COLUMNS") and len(counts) >= 2:
        return f"{_REASONS[kind]}: {counts[1]} instead of {counts[0]}"
    return _REASONS.get(kind, kind.lower())
