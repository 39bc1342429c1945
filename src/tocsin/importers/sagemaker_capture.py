"""Data captured by SageMaker endpoints, in JSON Lines, as a decision log: asked what, answered what, when."""

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tocsin.importers.base import Options, Piece, Rejected, Source, Step, Table
from tocsin.importers.gathering import Clock
from tocsin.importers.json_text import lines
from tocsin.importers.json_values import follow, text
from tocsin.importers.times import NUMBER
from tocsin.model.instant import to_us

if TYPE_CHECKING:
    import duckdb

_AT_ONCE, _LARGEST = 20_000, 16 << 20
_SHOWN = 1_000
_LONGEST = 1 << 20
_COLUMNS = ("inference_id", "input", "output", "prediction", "input_type", "output_type")
_TYPES = "line BIGINT, us BIGINT, id VARCHAR, " + ", ".join(
    f"{name} {'DOUBLE' if name == 'prediction' else 'VARCHAR'}" for name in _COLUMNS
)


def decisions(source: Source, options: Options) -> Iterator[Piece]:
    """Yield one Table with the columns id, time, input, output, prediction and so on.

    A request that brought several rows as CSV, and got as many answers, is as many decisions: EVENT/1 ....
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": "192MB",
        "threads": 1,
        "temp_directory": str(source.scratch / "spill"),
    }
    with closing(duckdb.connect(config=config)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE captured ({_TYPES})")
        clock, waiting = Clock(options), _Waiting(connection)
        found = lines(source)
        for line, value in found:
            try:
                if isinstance(value, Rejected):
                    yield value
                else:
                    waiting.take(_rows(value, line, clock))
            except ValueError as error:
                yield Rejected(line, str(error))
            if len(waiting.rows) >= _AT_ONCE or waiting.size >= _LARGEST:
                waiting.insert()
                yield found.step()
        waiting.insert()
        yield from clock.assumed()
        yield from _table(connection, source)


@dataclass(slots=True)
class _Waiting:
    connection: "duckdb.DuckDBPyConnection"
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    size: int = 0  # characters of input and output

    def take(self, rows: Iterator[tuple[Any, ...]]) -> None:
        """Keep the rows of one event, all of them or none."""
        found = list(rows)
        self.rows += found
        self.size += sum(len(cell) for row in found for cell in row if isinstance(cell, str))

    def insert(self) -> None:
        """Put what waits into the table."""
        if not self.rows:
            return
        line, us, id, *others = zip(*self.rows, strict=True)
        columns = {name: np.array(cells, object) for name, cells in zip(_COLUMNS, others, strict=True)}
        columns["prediction"] = columns["prediction"].astype(np.float64)
        first = {"line": np.array(line, np.int64), "us": np.array(us, np.int64), "id": np.array(id, object)}
        self.connection.register("waiting", first | columns)
        names = ", ".join(
            "CASE WHEN isnan(prediction) THEN NULL ELSE prediction END" if name == "prediction" else name
            for name in (*first, *columns)
        )
        self.connection.execute(f"INSERT INTO captured SELECT {names} FROM waiting")
        self.connection.unregister("waiting")
        self.rows.clear()
        self.size = 0


def _rows(value: Any, line: int, clock: Clock) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of one event, in the order of the table. Raises ValueError with the reason."""
    event, when = (text(follow(value, f"eventMetadata.{key}")) for key in ("eventId", "inferenceTime"))
    if not event:
        raise ValueError("it has no eventId")
    us = to_us(clock.read(when))
    asked, answered = _part(value, "endpointInput"), _part(value, "endpointOutput")
    if asked is None and answered is None:
        raise ValueError("it has neither input nor output")
    types = tuple(text(follow(value, f"captureData.{part}.observedContentType")) or None
                  for part in ("endpointInput", "endpointOutput"))  # fmt: skip
    inference = text(follow(value, "eventMetadata.inferenceId")) or None
    pairs = _pairs(value, asked, answered)
    for number, (one, answer) in enumerate(pairs, 1):
        id = event if len(pairs) == 1 else f"{event}/{number}"
        yield line, us, id, inference, one, answer, _prediction(answer), *types


def _part(value: Any, part: str) -> str | None:
    data = follow(value, f"captureData.{part}.data")
    if data is None:
        return None
    found = text(data, _LONGEST)
    if follow(value, f"captureData.{part}.encoding") == "BASE64":
        try:
            return base64.b64decode(found, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return found
    return found


def _pairs(value: Any, asked: str | None, answered: str | None) -> list[tuple[str | None, str | None]]:
    both = [follow(value, f"captureData.{part}.encoding") for part in ("endpointInput", "endpointOutput")]
    if both == ["CSV", "CSV"] and asked and answered:
        inputs, outputs = asked.strip().splitlines(), answered.strip().splitlines()
        if len(inputs) == len(outputs) > 1:
            return list(zip(inputs, outputs, strict=True))
    return [(asked, answered)]


def _prediction(answer: str | None) -> float:
    """Return the answer as a number where it is one, else NaN."""
    plain = (answer or "").strip()
    found = float(plain) if re.fullmatch(NUMBER, plain) else np.nan
    return found if np.isfinite(found) else np.nan


def _table(connection: "duckdb.DuckDBPyConnection", source: Source) -> Iterator[Piece]:
    again = "row_number() OVER (PARTITION BY id ORDER BY line) AS nth"
    connection.execute(f"CREATE TABLE judged AS SELECT *, {again} FROM captured")
    twice = connection.execute("SELECT line, id FROM judged WHERE nth > 1 ORDER BY line").fetchmany(_SHOWN)
    for line, id in twice:
        yield Rejected(line, f"the event {id[:60]} was there before")
    more = connection.execute("SELECT count(*) FROM judged WHERE nth > 1").fetchall()[0][0] - len(twice)
    if more:
        yield Rejected(twice[-1][0], "more of the same from here on", more)
    path = source.scratch / "decisions.parquet"
    target = str(path).replace("'", "''")
    chosen = f"SELECT id, make_timestamptz(us) AS time, {', '.join(_COLUMNS)} FROM judged WHERE nth = 1"
    connection.execute(f"COPY ({chosen} ORDER BY us, id) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    summary = "SELECT count(*), min(us), max(us) FROM judged WHERE nth = 1"
    count, first, last = connection.execute(summary).fetchall()[0]
    yield Step(count, count, "reading")
    if count:
        yield Table(path, count, ("id", "time", *_COLUMNS), first, last)
