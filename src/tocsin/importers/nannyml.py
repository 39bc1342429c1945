"""NannyML's result tables in CSV: drift, estimated and realized performance, data quality, a row a chunk."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source, Step
from tocsin.importers.gathering import Clock, Gathering, refuse_mapping
from tocsin.importers.json_text import head
from tocsin.importers.json_values import number
from tocsin.importers.nannyml_alerts import Chunk, alerts
from tocsin.importers.nannyml_columns import MOST_HEADERS, UNNAMED, Layout, Measure, layout, named
from tocsin.importers.text import Text, checked, foreign
from tocsin.model.instant import to_us

_ROWS_A_STEP = 500
_TRUTHS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False, "": False}


class NannymlImporter:
    """What `result.to_df()` gives, with one or several header rows, written by `to_csv()`.

    A value is told at the end of its chunk. The chunks of the reference and of the analysis period make one
    series. Each chunk that NannyML alerts on is an alert, over when a later chunk of the file is calm.
    """

    name: ClassVar[str] = "nannyml"
    records: ClassVar[tuple[str, ...]] = ("samples", "alerts")

    def knows(self, source: Source) -> bool:
        """Whether the header names a chunk's key and end, and values."""
        if foreign(source.head()):
            return False
        lines = head(source, 1 << 20).splitlines()[:MOST_HEADERS]
        try:
            return layout(list(csv.reader(lines))) is not None
        except csv.Error:
            return False

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield values and alerts. Raises BadInput: no table of NannyML's, chunks without dates."""
        refuse_mapping(source, options, "metric")
        text = yield from checked(source)
        found = named(_layout(source, text), options.mapping.get("metric", ""))
        if unnamed := [measure for measure in found.measures if measure.metric == UNNAMED]:
            told = f"the table does not say what is told of {unnamed[0].labels['column']}"
            yield Assumed("metric", f"“{UNNAMED}”, as {told}; --map metric=missing names it")
        table = _Table(source, found, Gathering(source.name, options), Clock(options))
        yield from table.read(text)


def _layout(source: Source, text: Text) -> Layout:
    with text.path.open(encoding="utf-8-sig", newline="") as file:
        try:
            found = layout(list(islice(csv.reader(file), MOST_HEADERS)))
        except csv.Error as error:
            raise BadInput(f"this is no CSV: {error}.", where=source.name) from None
    if found is None:
        raise BadInput("no header tells chunks and values, as NannyML's tables do.", where=source.name)
    return found


@dataclass(slots=True)
class _Table:
    source: Source
    layout: Layout
    gathering: Gathering
    clock: Clock
    alarms: dict[int, list[tuple[Chunk, bool]]] = field(default_factory=dict)

    def read(self, text: Text) -> Iterator[Piece]:
        """Yield everything in the table."""
        rows = dated = 0
        for line, cells in self._rows(text):
            rows += 1
            if rows % _ROWS_A_STEP == 0:
                yield Step(line, text.lines, "reading")
            try:
                chunk = self._chunk(line, cells)
            except ValueError as error:
                yield Rejected(line, str(error))
                continue
            dated += 1
            yield from self._values(chunk)
            if self.gathering.full:
                yield from self.gathering.pieces()
        if rows and not dated:
            raise self._dateless()
        yield from self.clock.assumed()
        for place, judged in self.alarms.items():
            for row, line in alerts(self.layout.measures[place], judged):
                self.gathering.row("alerts", row, line)
        yield from self.gathering.pieces()

    def _rows(self, text: Text) -> Iterator[tuple[int, list[str]]]:
        with text.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            try:
                for _ in range(self.layout.headers):
                    next(reader, None)
                for cells in reader:
                    if any(cells):
                        yield reader.line_num, cells
            except csv.Error as error:
                where = f"line {reader.line_num}"
                raise BadInput(f"{where} is no CSV: {error}.", where=self.source.name) from None

    def _chunk(self, line: int, cells: list[str]) -> Chunk:
        if len(cells) != self.layout.width:
            raise ValueError(f"it has {len(cells)} cells, the header {self.layout.width}")
        at = self.layout.chunk
        end = cells[at["end_date"]].strip()
        start = cells[at["start_date"]].strip() if "start_date" in at else ""
        if not end:
            raise ValueError("the chunk has no end date")
        segment = cells[at["segment"]].strip() if "segment" in at else ""
        return Chunk(line, cells, self.clock.read(start) if start else None, self.clock.read(end), segment)

    def _values(self, chunk: Chunk) -> Iterator[Rejected]:
        us = to_us(chunk.end)
        for place, measure in enumerate(self.layout.measures):
            for part, metric in self._told(measure):
                cell = chunk.cells[measure.columns[part]]
                try:
                    value = number(cell.strip() or None, text=True)
                except ValueError as error:
                    yield Rejected(chunk.line, f"{metric}: {error}")
                    continue
                labels = chunk.labels(measure)
                self.gathering.add(metric, us, value, chunk.line, labels, segment=chunk.segment)
            if "alert" in measure.columns:
                yield from self._judged(chunk, place, measure)

    def _judged(self, chunk: Chunk, place: int, measure: Measure) -> Iterator[Rejected]:
        cell = chunk.cells[measure.columns["alert"]].strip().lower()
        if cell in _TRUTHS:
            self.alarms.setdefault(place, []).append((chunk, _TRUTHS[cell]))
        else:
            yield Rejected(chunk.line, f"the alert of {measure.metric} is {cell[:40]!r}, not True or False")

    def _told(self, measure: Measure) -> Iterator[tuple[str, str]]:
        yield "value", measure.metric
        if "realized" in measure.columns:
            yield "realized", measure.metric.removeprefix("estimated ")

    def _dateless(self) -> BadInput:
        return BadInput(
            "its chunks have no dates, only positions in the data, so that nobody can tell when they were.",
            where=self.source.name,
            hint="Give NannyML the column of times (timestamp_column_name=...) and export the result again.",
        )
