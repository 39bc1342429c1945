"""What importers of reports share: samples gathered by signal, times without a zone, files without a time."""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Rows, Samples, Source
from tocsin.importers.times import form, parsed
from tocsin.model.instant import iso, to_us

MOST_SERIES = 100_000
_AT_ONCE = 500_000

Labels = dict[str, str]
_Key = tuple[str, tuple[tuple[str, str], ...], str, str, str]


@dataclass(slots=True)
class _Series:
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Gathering:
    """Samples and rows that come one by one, kept until they are yielded; only those the person wants.

    `name` is the source's.
    """

    name: str
    options: Options
    waiting: int = 0
    _series: dict[_Key, _Series] = field(default_factory=dict)
    _rows: dict[str, Rows] = field(default_factory=dict)

    def add(
        self,
        metric: str,
        us: int,
        value: float,
        line: int,
        labels: Labels | None = None,
        *,
        unit: str = "",
        segment: str = "",
        group: str = "",
    ) -> None:
        """Keep one sample; NaN is a missing value. Raises BadInput when there are too many signals."""
        if not wants(self.options, "samples"):
            return
        key = (metric, tuple(sorted((labels or {}).items())), unit, segment, group)
        series = self._series.get(key)
        if series is None:
            if len(self._series) >= MOST_SERIES:
                raise BadInput(f"it has more than {MOST_SERIES:,} signals.", where=self.name)
            series = self._series[key] = _Series()
        series.times.append(us)
        series.values.append(value)
        series.lines.append(line)
        self.waiting += 1

    def row(self, record: str, row: dict[str, Any], line: int) -> None:
        """Keep one alert or deployment."""
        if wants(self.options, record):
            kept = self._rows.setdefault(record, Rows(record, [], []))
            kept.rows.append(row)
            kept.lines.append(line)
            self.waiting += 1

    @property
    def full(self) -> bool:
        """Whether enough has come together to be yielded."""
        return self.waiting >= _AT_ONCE

    def pieces(self) -> Iterator[Samples | Rows]:
        """Yield what is kept, and forget it."""
        for (metric, labels, unit, segment, group), series in self._series.items():
            if series.times:
                yield Samples(
                    metric,
                    np.array(series.times, np.int64),
                    np.array(series.values, np.float64),
                    np.array(series.lines, np.int64),
                    dict(labels),
                    unit,
                    segment,
                    group,
                )
                series.times, series.values, series.lines = [], [], []
        yield from self._rows.values()
        self._rows.clear()
        self.waiting = 0


def wants(options: Options, record: str) -> bool:
    """Whether the person wants this kind of record: they named it, or none."""
    return options.record in ("", record)


def refuse_mapping(source: Source, options: Options, *known: str) -> None:
    """Raise BadInput for a key of --map that is none of those known to the format."""
    if unknown := set(options.mapping) - set(known):
        takes = f"It takes {', '.join(known)}." if known else "This format names its parts itself."
        raise BadInput(f"--map knows no “{min(unknown)}” here.", where=source.name, hint=takes)


def plain(value: Any) -> float | None:
    """Return a value that is a finite number as it is, None for anything else."""
    found = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if found else None


def stated(**found: Any) -> dict[str, Any]:
    """Return the fields of a row that there are: neither None nor NaN."""
    return {key: value for key, value in found.items() if value is not None and value == value}


def untimed(source: Source, options: Options) -> tuple[datetime, Assumed]:
    """Return the instant of a file that states none: the one the person named, else when it was written."""
    if options.at is not None:
        return options.at, Assumed("time", f"{iso(options.at)}, as you said; the file states none")
    when = f"{iso(source.modified)}, when the file was last written; it states none itself"
    return source.modified, Assumed("time", when)


@dataclass(slots=True)
class Clock:
    """Reads times that may come without a zone, which are then in the one the person named, else in UTC."""

    options: Options
    naive: bool = False

    def read(self, text: str) -> datetime:
        """Return the UTC instant of an ISO 8601 time. Raises ValueError with the reason."""
        kind = form(text.strip())
        if kind not in ("naive", "zoned"):
            raise ValueError(f"{text[:40]!r} is no time")
        self.naive = self.naive or kind == "naive"
        zone = ZoneInfo(self.options.zone) if self.options.zone else None
        return parsed(text.strip(), kind, zone, "")

    def assumed(self) -> Iterator[Assumed]:
        """Yield what was assumed, once all times are read."""
        if self.naive:
            yield Assumed("zone", self.options.zone or "UTC")


def apart(instant: datetime, id: str) -> int:
    """Return an instant in microseconds, moved within its millisecond by what the id says.

    For sources that tell milliseconds and have several records in one: each keeps a time of its own, the
    same whichever file brings it, so that none hides another. Finer instants stay as they are.
    """
    us = to_us(instant)
    return us if us % 1_000 else us + zlib.crc32(id.encode()) % 1_000
