"""Rows of cells gathered into samples, series by series, for sources that are read row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tocsin.importers.base import Rejected, Samples
from tocsin.importers.fields import RowReader, text
from tocsin.importers.mapping import is_missing
from tocsin.importers.sample_mapping import SamplesMapping
from tocsin.model.instant import to_us

_Columns = tuple[list[int], list[float], list[int]]  # times, values, lines


@dataclass
class SampleRows:
    """Takes rows (see `RowReader`) and gives them back as Samples: call `pieces` often, and at the end."""

    mapping: SamplesMapping
    reader: RowReader
    count: int = 0
    _found: dict[tuple[str, ...], _Columns] = field(default_factory=dict)

    def take(self, cells: Mapping[str, Any], line: int) -> Iterator[Rejected]:
        """Take one row; what is wrong with it is given back. Raises BadInput where times are of two kinds."""
        try:
            at = to_us(self._time(cells, line))
            key = tuple(self._text(made.fill(cells)) for made in self.mapping.key.values())
        except (ValueError, OverflowError) as error:
            yield Rejected(line, str(error))
            return
        for name in self.mapping.values:
            try:
                cell = cells.get(name)
                value = np.nan if is_missing(cell) else self.reader.number(cell)
            except (ValueError, OverflowError):
                yield Rejected(line, f"{name}: {str(cells[name])[:60]!r} is no finite number")
                continue
            times, values, lines = self._found.setdefault((name, *key), ([], [], []))
            times.append(at)
            values.append(value)
            lines.append(line)
            self.count += 1

    def pieces(self) -> Iterator[Samples | Rejected]:
        """Give what was taken since, and forget it."""
        found, self._found, self.count = self._found, {}, 0
        for (value, *key), (times, values, lines) in found.items():
            name = self.mapping.name(value, dict(zip(self.mapping.key, key, strict=True)))
            if name["metric"]:
                columns = np.array(times, np.int64), np.array(values, np.float64), np.array(lines, np.int64)
                yield Samples(times=columns[0], values=columns[1], lines=columns[2], **name)
                continue
            for line in lines:
                yield Rejected(line, "no metric is named")

    def _time(self, cells: Mapping[str, Any], line: int) -> Any:
        cell = self.mapping.time.fill(cells)
        if is_missing(cell):
            raise ValueError("time: an empty cell is none")
        try:
            return self.reader.time(cell, line, agree=bool(self.mapping.time.columns))
        except (ValueError, OverflowError) as error:
            raise ValueError(f"time: {str(cell)[:60]!r} {error}") from None

    @staticmethod
    def _text(cell: Any) -> str:
        return "" if cell is None else text(cell)
