"""OpenMetrics 1.0 and the older Prometheus text format, read strictly: both by the grammar they declare.

A file that ends in `# EOF` is OpenMetrics (times in seconds), any other Prometheus text (times in
milliseconds). Samples without a time, which is usual, get the time the file was last written.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import ClassVar

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Samples, Source, Step
from tocsin.importers.text import checked, foreign
from tocsin.model.instant import iso, to_us

MOST_SERIES = 100_000
MOST_LABELS = 100
_LINES_A_STEP = 2_000
_SAMPLES_AT_ONCE = 500_000
_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = re.compile(r'[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\["\\n])*)"[ \t]*(,?)')
_CLOSED = re.compile(r"[ \t]*\}")
_ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
_MODERN = {"unknown", "info", "stateset", "gaugehistogram"}
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped", *_MODERN}
_VALUE = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:Inf|inf|Infinity|infinity)|NaN|nan"
)
_LAST = "# EOF"


@dataclass
class _Series:
    metric: str
    labels: dict[str, str]
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass
class _Exposition:
    """What was read so far."""

    name: str
    openmetrics: bool
    time_us: int
    series: dict[tuple[str, tuple[tuple[str, str], ...]], _Series] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    untimed: int = 0
    waiting: int = 0
    ended: bool = False
    modern: str = ""  # what only OpenMetrics has, so that its missing end is noticed


class _BadLine(Exception):
    """This line is wrong; the others may be right."""


class OpenMetricsImporter:
    """What exporters and textfile collectors write."""

    name: ClassVar[str] = "openmetrics"
    records: ClassVar[tuple[str, ...]] = ("samples",)

    def knows(self, source: Source) -> bool:
        """Whether the first lines are of the format and at least one of them is a comment it defines."""
        head = source.head()
        if foreign(head):
            return False
        lines = [line for line in head.decode("utf-8", "replace").splitlines()[:50] if line.strip()]
        return any(re.match(rf"# (HELP|TYPE|UNIT) {_NAME} ", line) or line == _LAST for line in lines) or (
            bool(lines) and all(_looks(line) for line in lines[:5])
        )

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the samples of every series. Raises BadInput: cut off, too large, senseless buckets."""
        text = yield from checked(source)
        if options.mapping:
            raise BadInput("--map is for CSV; this format names its parts itself.", where=source.name)
        found = _Exposition(source.name, _ends_in_eof(source), to_us(source.modified))
        yield Assumed("format", "OpenMetrics" if found.openmetrics else "Prometheus text")
        with text.path.open(encoding="utf-8-sig", newline="") as file:
            for number, line in enumerate(file, 1):
                yield from _line(found, number, line.rstrip("\r\n"))
                if number % _LINES_A_STEP == 0:
                    yield Step(number, text.lines, "reading")
                if found.waiting >= _SAMPLES_AT_ONCE:
                    yield from _pieces(found)
        if found.modern and not found.openmetrics:
            raise BadInput(
                f"the end is missing: this is OpenMetrics ({found.modern}), which ends in # EOF.",
                where=source.name,
            )
        yield from _told(found, source)
        yield from _pieces(found)


def _looks(line: str) -> bool:
    """Whether a line is a sample of this format, told from a line of CSV."""
    try:
        return line.startswith("#") or bool(_match(line))
    except _BadLine:
        return False


def _ends_in_eof(source: Source) -> bool:
    with source.path.open("rb") as file:
        file.seek(max(0, source.path.stat().st_size - 64))
        return file.read().rstrip(b"\r\n").endswith(_LAST.encode())


def _told(found: _Exposition, source: Source) -> Iterator[Assumed]:
    if found.untimed:
        count = f"for {found.untimed:,} samples that state none"
        yield Assumed("time", f"{iso(source.modified)}, when the file was last written, {count}")
    if not found.openmetrics:
        yield Assumed("end", "no # EOF at the end: complete, as older Prometheus text is without one")


def _line(found: _Exposition, number: int, line: str) -> Iterator[Rejected]:
    try:
        if line.startswith("#"):
            _comment(found, number, line)
        elif line.strip():
            _sample(found, number, line)
        elif found.openmetrics:
            raise _BadLine("OpenMetrics has no blank lines")
    except _BadLine as error:
        yield Rejected(number, str(error))


def _comment(found: _Exposition, number: int, line: str) -> None:
    words = line.split(" ", 3)
    kind = words[1] if len(words) > 1 else ""
    if found.ended:
        raise BadInput(f"there is more after # EOF, in line {number}.", where=found.name)
    if line == "# EOF":
        found.ended = True
    elif kind == "TYPE":
        _type(found, words)
        if words[3].strip() in _MODERN:
            found.modern = found.modern or f"the type {words[3].strip()} in line {number}"
    elif kind == "UNIT" and len(words) > 2:
        found.modern = found.modern or f"a UNIT in line {number}"
        found.units[words[2]] = words[3].strip() if len(words) > 3 else ""


def _type(found: _Exposition, words: list[str]) -> None:
    if len(words) < 4 or not re.fullmatch(_NAME, words[2]):
        raise _BadLine("a TYPE line without name or type")
    if words[3].strip() not in _TYPES:
        raise _BadLine(f"the type “{words[3].strip()[:40]}” is unknown")
    if words[2] in found.types:
        raise _BadLine(f"{words[2]} has a TYPE already")
    found.types[words[2]] = words[3].strip()


def _sample(found: _Exposition, number: int, line: str) -> None:
    if found.ended:
        raise BadInput(f"there is more after # EOF, in line {number}.", where=found.name)
    name, labels, value, time = _match(line)
    key = (name, tuple(sorted(labels.items())))
    series = found.series.get(key)
    if series is None:
        if len(found.series) >= MOST_SERIES:
            raise BadInput(f"it has more than {MOST_SERIES:,} series.", where=found.name)
        series = found.series[key] = _Series(name, labels)
    series.times.append(_time(found, time))
    series.values.append(value)
    series.lines.append(number)
    found.waiting += 1
    if found.types.get(name.removesuffix("_total")) == "counter" and name.endswith("_total"):
        found.modern = found.modern or f"a counter whose name leaves out _total, as in line {number}"


def _match(line: str) -> tuple[str, dict[str, str], float, str]:
    """Return name, labels, value and time of a sample line; quotes decide where the labels end."""
    named = re.match(_NAME, line)
    if not named:
        raise _BadLine("a line begins with a metric's name")
    rest = line[named.end() :]
    labels: dict[str, str] = {}
    if rest.startswith("{"):
        labels, rest = _labels(rest[1:])
    words = rest.split(" # ", 1)[0].split()
    if not 1 <= len(words) <= 2:
        raise _BadLine("a value is missing" if not words else "there is more than a value and a time")
    if not _VALUE.fullmatch(words[0]):
        raise _BadLine(f"“{words[0][:40]}” is no number")
    return named[0], labels, float(words[0]), words[1] if len(words) > 1 else ""


def _labels(text: str) -> tuple[dict[str, str], str]:
    labels: dict[str, str] = {}
    position = 0
    while not (closed := _CLOSED.match(text, position)):
        match = _LABEL.match(text, position)
        if not match:
            raise _BadLine('the labels are not name="value", or a value is escaped wrongly')
        if match[1] in labels:
            raise _BadLine(f"the label {match[1]} is there twice")
        labels[match[1]] = re.sub(r'\\["\\n]', lambda found: _ESCAPES[found[0]], match[2])
        if len(labels) > MOST_LABELS:
            raise _BadLine(f"there are more than {MOST_LABELS} labels")
        position = match.end()
        if not match[3] and not _CLOSED.match(text, position):
            raise _BadLine("a comma is missing between labels")
    return labels, text[closed.end() :]


def _time(found: _Exposition, text: str) -> int:
    if not text:
        found.untimed += 1
        return found.time_us
    try:
        stated = Decimal(text)
        return int(stated * (1_000_000 if found.openmetrics else 1_000))
    except (InvalidOperation, OverflowError, ValueError):
        raise _BadLine(f"the time “{text[:40]}” is no number") from None


def _check_buckets(found: _Exposition) -> None:
    """Refuse histograms whose buckets fall or do not end in +Inf: nothing can be said from them."""
    ladders: dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, float, int]]] = {}
    for series in found.series.values():
        family = series.metric.removesuffix("_bucket")
        if family == series.metric or found.types.get(family) != "histogram" or len(series.values) != 1:
            continue
        bound, line = series.labels.get("le", ""), series.lines[0]
        if not _VALUE.fullmatch(bound):
            raise BadInput(f"the bucket in line {line} has no bound le.", where=found.name)
        others = tuple(sorted(item for item in series.labels.items() if item[0] != "le"))
        ladders.setdefault((family, others), []).append((float(bound), series.values[0], line))
    for (family, _), steps in ladders.items():
        steps.sort()
        falls = [step for step, before in zip(steps[1:], steps, strict=False) if step[1] < before[1]]
        if falls:
            raise BadInput(f"the buckets of {family} fall in line {falls[0][2]}.", where=found.name)
        if not math.isinf(steps[-1][0]):
            raise BadInput(f"{family} has no +Inf bucket (line {steps[-1][2]}).", where=found.name)


def _pieces(found: _Exposition) -> Iterator[Samples]:
    """Yield what has come together, and forget it."""
    _check_buckets(found)
    for series in found.series.values():
        if not series.lines:
            continue
        yield Samples(
            series.metric,
            np.array(series.times, np.int64),
            np.array(series.values, np.float64),
            np.array(series.lines, np.int64),
            series.labels,
            _unit(found, series.metric),
        )
        series.times, series.values, series.lines = [], [], []
    found.waiting = 0


def _unit(found: _Exposition, metric: str) -> str:
    for suffix in ("", "_total", "_sum", "_bucket", "_count", "_created"):
        unit = found.units.get(metric.removesuffix(suffix) if suffix else metric)
        if unit and suffix not in ("_count", "_bucket"):
            return unit
    return ""
