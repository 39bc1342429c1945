"""OpenMetrics 1.0 and the older Prometheus text format, read strictly: both by the grammar they declare.

A file that ends in `# EOF` is OpenMetrics (times in seconds), any other Prometheus text (times in
milliseconds). Samples without a time, which is usual, get the time the file was last written. Buckets of
histograms are not kept as series of their own: p50, p95 and p99 are (`histograms.py`).
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source, Step
from tocsin.importers.openmetrics_lines import NAME, BadLine, reading, sample
from tocsin.importers.openmetrics_series import Exposition, add, bucket_of, pieces, quantiles, series_of
from tocsin.importers.text import checked, foreign
from tocsin.model.instant import from_us, iso, to_us

_LINES_A_STEP = 5_000
_SAMPLES_AT_ONCE = 500_000
_TIMES_KEPT = 100_000
_MODERN = {"unknown", "info", "stateset", "gaugehistogram"}
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped", *_MODERN}
_TIME = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?")
_LAST = "# EOF"


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
        return any(re.match(rf"# (HELP|TYPE|UNIT) {NAME} ", line) or line == _LAST for line in lines) or (
            bool(lines) and all(_looks(line) for line in lines[:5])
        )

    def read(self, source: Source, options: Options) -> Iterator[Piece]:
        """Yield the samples of every series, and the quantiles. Raises BadInput: cut off, or too large."""
        text = yield from checked(source)
        if options.mapping:
            raise BadInput("--map is for tables; this format names its parts itself.", where=source.name)
        found = Exposition(source.name, _ends_in_eof(source), to_us(options.at or source.modified))
        yield Assumed("format", "OpenMetrics" if found.openmetrics else "Prometheus text")
        with text.path.open(encoding="utf-8-sig", newline="") as file:
            for number, line in enumerate(file, 1):
                yield from _line(found, number, line.rstrip("\r\n"))
                if number % _LINES_A_STEP == 0:
                    yield Step(number, text.lines, "reading")
                if found.waiting >= _SAMPLES_AT_ONCE:
                    yield from pieces(found)
        if found.modern and not found.openmetrics:
            raise BadInput(
                f"the end is missing: this is OpenMetrics ({found.modern}), which ends in # EOF.",
                where=source.name,
            )
        yield from pieces(found)
        yield from quantiles(found)
        yield from _told(found, stated=options.at is not None)


def _looks(line: str) -> bool:
    """Whether a line is a sample of this format, told from a line of CSV."""
    try:
        return line.startswith("#") or bool(sample(line))
    except BadLine:
        return False


def _ends_in_eof(source: Source) -> bool:
    with source.path.open("rb") as file:
        file.seek(max(0, source.path.stat().st_size - 64))
        return file.read().rstrip(b"\r\n").endswith(_LAST.encode())


def _told(found: Exposition, *, stated: bool) -> Iterator[Assumed]:
    if found.untimed:
        whose = "as was said" if stated else "when the file was last written"
        count = f"for {found.untimed:,} samples that state none"
        yield Assumed("time", f"{iso(from_us(found.time_us))}, {whose}, {count}")
    if not found.openmetrics:
        yield Assumed("end", "no # EOF at the end: complete, as older Prometheus text is without one")
    if found.buckets:
        series = sum(len(one) for one in found.buckets.values())
        yield Assumed(
            "histograms", f"p50, p95 and p99 of {len(found.buckets):,} from {series:,} bucket series"
        )
        once = all(len(set(one[max(one)].times)) <= 1 for one in found.buckets.values())
        yield Assumed("quantiles", f"of all that was counted {'so far' if once else 'between two times'}")
    if found.created:
        yield Assumed("left out", f"{found.created:,} samples that only tell when a counter began")
    if found.infinite:
        yield Assumed("infinite", f"{found.infinite:,} values, counted as missing")
    if found.falls:
        yield Assumed(
            "restarts", f"counters fell {found.falls:,} times, as they do when a process begins anew"
        )


def _line(found: Exposition, number: int, line: str) -> Iterator[Rejected]:
    try:
        if line.startswith("#"):
            _comment(found, number, line)
        elif line.strip():
            _sample(found, number, line)
        elif found.openmetrics:
            raise BadLine("OpenMetrics has no blank lines")
    except BadLine as error:
        yield Rejected(number, str(error))


def _comment(found: Exposition, number: int, line: str) -> None:
    words = line.split(" ", 3)
    kind = words[1] if len(words) > 1 else ""
    if found.ended:
        raise BadInput(f"there is more after # EOF, in line {number}.", where=found.name)
    if line == _LAST:
        found.ended = True
    elif kind == "TYPE":
        _type(found, words)
        if words[3].strip() in _MODERN:
            found.modern = found.modern or f"the type {words[3].strip()} in line {number}"
    elif kind == "UNIT" and len(words) > 2:
        found.modern = found.modern or f"a UNIT in line {number}"
        found.units[words[2]] = words[3].strip() if len(words) > 3 else ""


def _type(found: Exposition, words: list[str]) -> None:
    if len(words) < 4 or not re.fullmatch(NAME, words[2]):
        raise BadLine("a TYPE line without name or type")
    if words[3].strip() not in _TYPES:
        raise BadLine(f"the type “{words[3].strip()[:40]}” is unknown")
    if words[2] in found.types:
        raise BadLine(f"{words[2]} has a TYPE already")
    found.types[words[2]] = words[3].strip()


def _sample(found: Exposition, number: int, line: str) -> None:
    if found.ended:
        raise BadInput(f"there is more after # EOF, in line {number}.", where=found.name)
    # Most lines differ from one before in value and time alone; where no exemplar follows, } ends the labels.
    end = (line.rfind("}") + 1 or line.find(" ")) if " # " not in line else -1
    series = found.seen.get(line[:end]) if end > 0 else None
    if series is not None:
        value, time = reading(line[end:])
    else:
        name, labels, value, time = sample(line)
        if _is_creation(found, name):
            found.created += 1
            return
        series = bucket_of(found, name, labels) or series_of(found, name, labels)
        if end > 0:
            found.seen[line[:end]] = series
        if name.endswith("_total") and found.types.get(name.removesuffix("_total")) == "counter":
            found.modern = found.modern or f"a counter whose name leaves out _total, as in line {number}"
    add(found, series, _time(found, time), value, number)


def _is_creation(found: Exposition, name: str) -> bool:
    """Whether a sample only tells when a counter, histogram or summary began."""
    family = name.removesuffix("_created")
    kinds = (found.types.get(family), found.types.get(f"{family}_total"))
    return family != name and any(kind in ("counter", "histogram", "summary") for kind in kinds)


def _time(found: Exposition, text: str) -> int:
    if not text:
        found.untimed += 1
        return found.time_us
    if text in found.times:
        return found.times[text]
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        us = int(Decimal(text) * (1_000_000 if found.openmetrics else 1_000))
    except (InvalidOperation, OverflowError, ValueError):
        raise BadLine(f"the time “{text[:40]}” is no number") from None
    if not -(2**63) <= us < 2**63:
        raise BadLine(f"the time “{text[:40]}” is beyond all measure")
    if len(found.times) < _TIMES_KEPT:
        found.times[text] = us
    return us
