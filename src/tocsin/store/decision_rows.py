"""Decision logs row by row: all columns of single decisions, as a person reads them."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.errors import StoreProblem
from tocsin.model.instant import from_us, iso
from tocsin.store import decision_columns

Cells = tuple[tuple[str, str], ...]  # column and text, in the log's order


def texts(files: Sequence[Path], span: tuple[int, int], ids: Collection[str]) -> dict[str, Cells]:
    """Return the columns of decisions by id, of those that the Parquet files have in a span.

    The span is in UTC microseconds, its end not in it. Raises StoreProblem for a file gone or damaged.
    """
    import duckdb

    found: dict[str, Cells] = {}
    first, end = span
    with decision_columns.opened(files, span) as rows:
        rows.connection.register("wanted", {"wanted": np.array(list(ids), dtype=object)})
        for file in files:
            try:
                described = "DESCRIBE SELECT * FROM read_parquet(?)"
                told = rows.connection.execute(described, [str(file)]).fetchall()
                cells_of = ", ".join(_cell(name, str(kind)) for name, kind, *_ in told)
                names = [str(column[0]) for column in told]
                met = rows.connection.execute(
                    f"SELECT {cells_of} FROM read_parquet(?) WHERE id IN (SELECT wanted FROM wanted) "
                    "AND epoch_us(time) >= ? AND epoch_us(time) < ?",
                    [str(file), first, end],
                ).fetchall()
            except duckdb.Error as error:
                first_line = (str(error).splitlines() or [""])[0][:300]
                what = f"a decision log cannot be read: {first_line}"
                raise StoreProblem(what, where=file.name) from error
            for row in met:
                cells = tuple((name, _text(name, cell)) for name, cell in zip(names, row, strict=True))
                found.setdefault(str(row[names.index("id")]), cells)
    return found


def _cell(name: str, kind: str) -> str:
    """Return SQL for a column: numbers as they are, the time in microseconds, the rest as text."""
    quoted = '"' + name.replace('"', '""') + '"'
    if name == "time":
        return f"epoch_us({quoted})"
    return quoted if kind in ("DOUBLE", "FLOAT") else f"CAST({quoted} AS VARCHAR)"


def _text(name: str, cell: Any) -> str:
    """Return a cell in words: whole numbers without a point, the time in ISO 8601 and UTC."""
    match cell:
        case None:
            return ""
        case int() if name == "time":
            return iso(from_us(cell))
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case _:
            return str(cell)
