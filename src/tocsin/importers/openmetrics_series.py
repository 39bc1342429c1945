"""Series and histograms of an exposition while it is read: gathered, bounded, handed on."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Samples, Step
from tocsin.importers.histograms import estimated, gathered
from tocsin.importers.openmetrics_lines import VALUE, BadLine

MOST_SERIES = 100_000
MOST_BUCKETS = 10_000_000  # samples of buckets, which stay in memory to the end, 24 bytes each
_SUFFIXES = ("", "_total", "_sum", "_count", "_created", "_gsum", "_gcount")

Labels = tuple[tuple[str, str], ...]


@dataclass
class Series:
    """Samples that wait: times, values and lines, of equal lengths."""

    labels: dict[str, str]
    times: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    bucket: bool = False
    newest: float = -np.inf  # the value last taken out, so that a fall over the seam is seen

    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """Return times, values and lines."""
        return (
            np.array(self.times, np.int64),
            np.array(self.values, np.float64),
            np.array(self.lines, np.int64),
        )


@dataclass
class Exposition:
    """What was read so far. `buckets` are those of each histogram, by its name and labels, by bound."""

    name: str
    openmetrics: bool
    time_us: int
    series: dict[tuple[str, Labels], Series] = field(default_factory=dict)
    buckets: dict[tuple[str, Labels], dict[float, Series]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    seen: dict[str, Series] = field(default_factory=dict)  # by name and labels as they are written
    times: dict[str, int] = field(default_factory=dict)  # by the words of a time, which many samples share
    untimed: int = 0
    waiting: int = 0
    kept: int = 0  # series and buckets there are
    in_buckets: int = 0
    infinite: int = 0
    created: int = 0
    falls: int = 0
    ended: bool = False
    modern: str = ""  # what only OpenMetrics has, so that its missing end is noticed


def series_of(found: Exposition, name: str, labels: dict[str, str]) -> Series:
    """Return the series of a sample, a new one if need be."""
    key = (name, tuple(sorted(labels.items())))
    series = found.series.get(key)
    if series is None:
        _count_one(found)
        series = found.series[key] = Series(labels)
    return series


def bucket_of(found: Exposition, name: str, labels: dict[str, str]) -> Series | None:
    """Return the bucket of a histogram a sample belongs to; None if it is none."""
    family = name.removesuffix("_bucket")
    declared = found.types.get(family) in ("histogram", "gaugehistogram")
    if family == name or not (declared or (not {family, name} & found.types.keys() and "le" in labels)):
        return None
    bound = labels.pop("le", "")
    if not VALUE.fullmatch(bound) or bound in ("NaN", "nan"):
        raise BadLine("the bucket has no bound le")
    buckets = found.buckets.setdefault((family, tuple(sorted(labels.items()))), {})
    series = buckets.get(float(bound))
    if series is None:
        _count_one(found)
        series = buckets[float(bound)] = Series(labels, bucket=True)
    return series


def add(found: Exposition, series: Series, time_us: int, value: float, line: int) -> None:
    """Add a sample to a series. Raises BadInput when there are too many that must be held."""
    series.times.append(time_us)
    series.values.append(value)
    series.lines.append(line)
    found.waiting += not series.bucket
    found.in_buckets += series.bucket
    if found.in_buckets > MOST_BUCKETS:
        raise BadInput(f"its histograms have more than {MOST_BUCKETS:,} samples; split it.", where=found.name)


def _count_one(found: Exposition) -> None:
    found.kept += 1
    if found.kept > MOST_SERIES:
        raise BadInput(f"it has more than {MOST_SERIES:,} series.", where=found.name)


def pieces(found: Exposition) -> Iterator[Samples]:
    """Yield what has come together, and forget it."""
    for (metric, _), series in found.series.items():
        if not series.lines:
            continue
        times, values, lines = series.arrays()
        infinite = np.isinf(values)
        found.infinite += int(infinite.sum())
        values[infinite] = np.nan
        if _is_counter(found, metric):
            found.falls += int((np.diff(values, prepend=series.newest) < 0).sum())
            series.newest = float(values[-1])
        yield Samples(metric, times, values, lines, series.labels, _unit(found, metric))
        series.times, series.values, series.lines = array("q"), array("d"), array("q")
    found.waiting = 0


def quantiles(found: Exposition) -> Iterator[Piece]:
    """Yield p50, p95 and p99 of every histogram."""
    for number, ((family, _), buckets) in enumerate(found.buckets.items()):
        histogram, rejected = gathered(
            family,
            next(iter(buckets.values())).labels,
            {bound: series.arrays() for bound, series in buckets.items()},
            running=found.types.get(family) != "gaugehistogram",
            unit=found.units.get(family, ""),
        )
        yield from rejected
        yield from estimated(histogram)
        if number % 100 == 0:
            yield Step(number, len(found.buckets), "estimating quantiles")


def _is_counter(found: Exposition, metric: str) -> bool:
    family = found.types.get(metric) or found.types.get(metric.removesuffix("_total"))
    return family == "counter" or (family is None and metric.endswith("_total"))


def _unit(found: Exposition, metric: str) -> str:
    for suffix in _SUFFIXES:
        unit = found.units.get(metric.removesuffix(suffix) if suffix else metric)
        if unit and not metric.endswith(("_count", "_gcount")):
            return unit
    return ""
