"""The alerts of NannyML: one for each chunk it alerts on, over when a later chunk is calm."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.importers.gathering import stated
from tocsin.importers.json_values import number
from tocsin.importers.nannyml_columns import Measure
from tocsin.model.instant import iso


@dataclass(frozen=True, slots=True)
class Chunk:
    """One row of a table. `cells` are all of it, `start` None where there is no such column."""

    line: int
    cells: list[str]
    start: datetime | None
    end: datetime
    segment: str

    def labels(self, measure: Measure) -> dict[str, str]:
        """Return the labels of one measure in this chunk."""
        return measure.labels | ({"segment": self.segment} if self.segment else {})

    def number(self, measure: Measure, part: str) -> float:
        """Return one part of a measure, NaN where there is none or it is no number."""
        column = measure.columns.get(part)
        try:
            return math.nan if column is None else number(self.cells[column].strip() or None, text=True)
        except ValueError:
            return math.nan


def alerts(measure: Measure, judged: list[tuple[Chunk, bool]]) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the alerts of one measure with their lines; `judged` tells of each chunk whether it alerts."""
    by_segment: dict[str, list[tuple[Chunk, bool]]] = {}
    for chunk, alarm in sorted(judged, key=lambda item: item[0].end):
        by_segment.setdefault(chunk.segment, []).append((chunk, alarm))
    for chunks in by_segment.values():
        for (chunk, alarm), end in zip(chunks, _ends(chunks), strict=True):
            if alarm:
                yield _alert(measure, chunk, end), chunk.line


def _ends(chunks: list[tuple[Chunk, bool]]) -> list[datetime | None]:
    """Return for each chunk when the run of alarms it is in ended, None while no later chunk is calm."""
    ends: list[datetime | None] = []
    end, calm = None, False
    for chunk, alarm in reversed(chunks):
        if not alarm:
            end, calm = None, True
        elif calm and end is None:
            end = chunk.end
        ends.append(end)
    return ends[::-1]


def _alert(measure: Measure, chunk: Chunk, ended: datetime | None) -> dict[str, Any]:
    value, upper, lower = (
        chunk.number(measure, part) for part in ("value", "upper_threshold", "lower_threshold")
    )
    below = value < lower
    crossed = lower if below else upper
    labels = chunk.labels(measure)
    names = [f"{key}={text}" for key, text in sorted(labels.items())]
    what = f"{measure.metric} ({', '.join(names)})" if names else measure.metric
    limit = "" if math.isnan(crossed) else f", {'below' if below else 'above'} {crossed:.4g}"
    until = iso(chunk.end)
    when = f"from {iso(chunk.start)} to {until}" if chunk.start else f"that ends at {until}"
    row: dict[str, Any] = {
        "time": chunk.end,
        "severity": "medium",
        "metric": measure.metric,
        "message": f"{what} is {value:.4g}{limit}, in the chunk {when}.",
        "detector": "nannyml",
        "labels": labels,
        "id": "|".join(("nannyml", measure.metric, *names, until)),
    }
    return row | stated(value=value, threshold=crossed, start=chunk.start, ended=ended)
