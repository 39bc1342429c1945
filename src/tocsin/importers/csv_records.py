"""Alerts, deployments and messages in CSV: a row each, columns found by name or stated."""

from collections.abc import Iterator

import numpy as np

from tocsin.importers.base import Assumed, Options, Piece, Rejected, Rows, Step
from tocsin.importers.csv_stage import Stage
from tocsin.importers.fields import RowReader, record_mapping

_ROWS_AT_ONCE = 1_000


def records(stage: Stage, options: Options) -> Iterator[Piece]:
    """Yield the rows of the file. Raises BadInput."""
    fields = record_mapping(stage.layout.head, options)
    for field, made in fields.items():
        yield Assumed(field, made.constant or str(made))
    columns = list(dict.fromkeys(name for made in fields.values() for name in made.columns))
    chosen = ", ".join(f"trim({stage.column(name)}) AS {stage.column(name)}" for name in columns) or "1"
    yield from stage.load(f"SELECT {chosen} FROM {{file}}")
    reader = RowReader(stage.source.name, options, fields)
    for start in range(0, stage.rows, _ROWS_AT_ONCE):
        yield from _window(stage, reader, columns, start)
        yield Step(start, stage.rows, "reading")
    yield from reader.assumed()


def _window(stage: Stage, reader: RowReader, columns: list[str], start: int) -> Iterator[Rows | Rejected]:
    sql = "SELECT * FROM staged WHERE rowid >= ? AND rowid < ?"
    rows = stage.connection.execute(sql, [start, start + _ROWS_AT_ONCE]).fetchall()
    lines = stage.lines(np.arange(start, start + len(rows))).tolist()
    good, places = [], []
    for row, line in zip(rows, lines, strict=True):
        try:
            good.append(reader.row(dict(zip(columns, row, strict=True)), line))
            places.append(line)
        except ValueError as error:
            yield Rejected(line, str(error))
    yield Rows(reader.options.record, good, places)
