"""The result in an answer of Prometheus: matrix, vector or scalar, and the histograms in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Piece, Rejected, Samples, Step
from tocsin.importers.histograms import QUANTILES, Floats, Integers, estimated, gathered
from tocsin.importers.json_values import number, text, told
from tocsin.importers.native_histograms import Native, native, quantiles

KEYS = ("metric", "system", "segment", "group")
_KINDS = ("matrix", "vector", "scalar")
_DIGITS = frozenset("0123456789+-.eENaInf\n")
_BOUND = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|\+?Inf")
_FURTHEST_S = 1e11  # beyond any date, and more would not fit into 64 bits
_MOST_LABELS, _LONGEST_LABEL = 100, 2_000
_MOST_TOLD = 100
_SERIES_A_STEP = 200

Labels = tuple[tuple[str, str], ...]


@dataclass
class Result:
    """What is read of a result from `source`; `mapping` as the person said it."""

    source: str
    mapping: Mapping[str, str]
    buckets: dict[tuple[str, bool, Labels], dict[float, tuple[Integers, Floats, Integers]]] = field(
        default_factory=dict
    )
    nameless: bool = False
    infinite: int = 0
    natives: int = 0
    once: bool = True  # whether every histogram was told at one time only

    def pieces(self, data: dict[str, Any]) -> Iterator[Piece]:
        """Yield the samples of every series, quantiles of histograms, what is wrong and what was assumed."""
        kind, result = data.get("resultType"), data.get("result")
        if kind not in _KINDS or not isinstance(result, list):
            what = f"a result of kind {told(kind)}" if kind else "no result"
            raise BadInput(f"there is {what}; numbers come as {', '.join(_KINDS)}.", where=self.source)
        series = [{"metric": {}, "value": result}] if kind == "scalar" else result
        for line, one in enumerate(series, 1):
            try:
                yield from self._series(one, line)
            except ValueError as error:
                yield Rejected(line, str(error))
            if line % _SERIES_A_STEP == 0:
                yield Step(line, len(series), "reading")
        yield from self._quantiles()
        yield from self._assumed()

    def _series(self, one: Any, line: int) -> Iterator[Piece]:
        """Yield one series, or keep it when it is a bucket. Raises ValueError."""
        if not isinstance(one, dict):
            raise ValueError("this is no series")
        labels = _labels(one.get("metric"))
        own = labels.pop("__name__", "")
        values, histograms = _points(one, "value"), _points(one, "histogram")
        times, numbers, wrong = _numbers(values, line)
        yield from wrong
        if _BOUND.fullmatch(labels.get("le", "")):
            bound = float(labels.pop("le"))
            key = self._name(own).removesuffix("_bucket"), own.endswith("_bucket"), _sorted(labels)
            self.buckets.setdefault(key, {})[bound] = times, numbers, np.full(len(times), line)
        elif len(times):
            yield self._samples(self._name(own), labels, times, numbers, line)
        if histograms:
            yield from self._natives(own, labels, histograms, line)

    def _name(self, own: str) -> str:
        if not own:
            self.nameless = True
        return own or self.mapping.get("metric") or PurePath(self.source).stem

    def _samples(
        self, metric: str, labels: Mapping[str, str], times: Integers, values: Floats, line: int | Integers
    ) -> Samples:
        infinite = np.isinf(values)
        self.infinite += int(infinite.sum())
        said = self.mapping
        return Samples(
            metric,
            times,
            np.where(infinite, np.nan, values),
            np.full(len(times), line, np.int64) if isinstance(line, int) else line,
            {name: value for name, value in labels.items() if name != said.get("system")},
            segment=labels.get(said.get("segment", ""), ""),
            group=labels.get(said.get("group", ""), ""),
            system=labels.get(said.get("system", ""), ""),
        )

    def _natives(self, own: str, labels: dict[str, str], told: list[Any], line: int) -> Iterator[Piece]:
        """Yield count, sum and quantiles of a native histogram."""
        at, found = [], list[Native]()
        for point in told:
            try:
                moment, histogram = _pair(point)
                found.append(native(histogram))
                at.append(moment)
            except ValueError as error:
                yield Rejected(line, f"a histogram {error}")
        name, times = self._name(own), _microseconds(at)
        self.natives += 1
        self.once = self.once and len(at) == 1
        for part in ("count", "sum"):
            values = np.array([getattr(one, part) for one in found], np.float64)
            if len(times):
                yield self._samples(f"{name}_{part}", labels, times, values, line)
        counted, values = quantiles(times, found, running=bool(own))
        for column, share in enumerate(QUANTILES):
            if len(counted):
                yield self._samples(f"{name} p{share * 100:g}", labels, counted, values[:, column], line)

    def _quantiles(self) -> Iterator[Piece]:
        for (name, running, labels), buckets in self.buckets.items():
            histogram, rejected = gathered(name, dict(labels), buckets, running=running)
            self.once = self.once and len(histogram.times) == 1
            yield from rejected
            for piece in estimated(histogram):
                if isinstance(piece, Samples):
                    yield self._samples(piece.metric, piece.labels, piece.times, piece.values, piece.lines)
                else:
                    yield piece

    def _assumed(self) -> Iterator[Assumed]:
        if self.nameless and not self.mapping.get("metric"):
            yield Assumed("metric", f"{PurePath(self.source).stem}, for series that have no name")
        if self.buckets or self.natives:
            series = sum(len(one) for one in self.buckets.values())
            from_ = f" from {series:,} bucket series" if series else ""
            yield Assumed("histograms", f"p50, p95 and p99 of {len(self.buckets) + self.natives:,}{from_}")
            yield Assumed(
                "quantiles", f"of all that was counted {'so far' if self.once else 'between times'}"
            )
        if self.infinite:
            yield Assumed("infinite", f"{self.infinite:,} values, counted as missing")


def _labels(metric: Any) -> dict[str, str]:
    if not isinstance(metric, dict):
        raise ValueError("metric: are no labels")
    if len(metric) > _MOST_LABELS:
        raise ValueError(f"metric: there are more than {_MOST_LABELS} labels")
    try:
        return {name: text(value, _LONGEST_LABEL) for name, value in metric.items()}
    except ValueError as error:
        raise ValueError(f"metric: a label {error}") from None


def _sorted(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _points(one: dict[str, Any], key: str) -> list[Any]:
    """Return the points under `key` + "s", or the one under `key`."""
    if key in one:
        return [one[key]]
    points = one.get(f"{key}s", [])
    if not isinstance(points, list):
        raise ValueError(f"{key}s: are no array")
    return points


def _numbers(points: list[Any], line: int) -> tuple[Integers, Floats, list[Rejected]]:
    """Return times (UTC microseconds) and values of points like [1767433020, "480"], and the wrong ones."""
    try:
        times = [point[0] for point in points]
        texts = [point[1] for point in points]
        # Texts of these characters are read by float as Prometheus wrote them: no 1_000, no blanks.
        if {len(point) for point in points} <= {2} and _DIGITS.issuperset("\n".join(texts)):
            return _microseconds(times), np.array([float(one) for one in texts], np.float64), []
    except (TypeError, ValueError, LookupError):
        pass
    return _one_by_one(points, line)


def _one_by_one(points: list[Any], line: int) -> tuple[Integers, Floats, list[Rejected]]:
    at, values, wrong = [], [], []
    for point in points:
        try:
            moment, value = _pair(point)
            if not isinstance(value, str):
                raise ValueError(f"value is {told(value)}, not a number as text")
            values.append(number(value, text=True))
            at.append(moment)
        except ValueError as error:
            wrong.append(Rejected(line, f"a {error}"))
    more = len(wrong) - _MOST_TOLD
    wrong = [*wrong[:_MOST_TOLD], Rejected(line, "more of the same", more)] if more > 0 else wrong
    return _microseconds(at), np.array(values, np.float64), wrong


def _pair(point: Any) -> tuple[float, Any]:
    """Return the seconds and the rest of a point. Raises ValueError."""
    if not isinstance(point, list) or len(point) != 2:
        raise ValueError("point is no pair of time and value")
    at = number(point[0])
    if not abs(at) < _FURTHEST_S:
        raise ValueError(f"time is {told(point[0])}, which is none")
    return at, point[1]


def _microseconds(seconds: list[Any]) -> Integers:
    """Return UTC microseconds. Raises ValueError when one is no number of seconds."""
    if not {type(one) for one in seconds} <= {int, float}:
        raise ValueError("time is not a number")
    found = np.array(seconds, np.float64)
    if not (np.abs(found) < _FURTHEST_S).all():
        raise ValueError("time is beyond all measure")
    return np.rint(found * 1e6).astype(np.int64)
