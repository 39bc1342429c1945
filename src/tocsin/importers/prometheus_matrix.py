"""Answers of Prometheus to the range queries of a live source: a slice of the series, from an instant on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Samples
from tocsin.importers.prometheus_results import Result

_BUCKET, _BOUND = "_bucket", "le"
_WRONG = "the answer is not as Prometheus gives it."


@dataclass(frozen=True, slots=True)
class Places:
    """Which labels name the system, the segment and the group; empty for none."""

    system: str = ""
    segment: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The series of a matrix as they were sent, and what the server warns of."""

    result: list[Any]
    warnings: list[str]

    @property
    def has_histograms(self) -> bool:
        """Whether there is a histogram in it, of buckets or native."""
        series = [one for one in self.result if isinstance(one, dict)]
        return any("histograms" in one or _BOUND in _metric(one) for one in series)


def data_of(payload: Any, where: str) -> dict[str, Any]:
    """Return the data of an answer that says it is a success. Raises BadInput."""
    data = payload.get("data") if isinstance(payload, dict) and payload.get("status") == "success" else None
    if not isinstance(data, dict):
        raise BadInput(_WRONG, where=where, hint="Is this a Prometheus server?")
    return data


def answer(payload: Any, where: str) -> Answer:
    """Return the matrix in an answer. Raises BadInput."""
    data = data_of(payload, where)
    result, warnings = data.get("result"), payload.get("warnings") or []
    if data.get("resultType") != "matrix" or not isinstance(result, list) or not isinstance(warnings, list):
        raise BadInput("the answer is no series of values over time.", where=where)
    return Answer(result, [str(one)[:300] for one in warnings])


def pieces(found: Answer, places: Places, name: str, other_name: str, since_us: int) -> Iterator[Piece]:
    """Yield the samples from `since_us` (UTC microseconds) on, histograms as p50, p95 and p99.

    `name` is the metric whatever the series say, `other_name` that of those that say none. Samples before
    `since_us` tell what counters stood at; a histogram without any is left for the next slice, since what it
    counted from its beginning is not what it counted of late. A series that is wrong is rejected.
    """
    said = {
        "metric": name or other_name,
        "system": places.system,
        "segment": places.segment,
        "group": places.group,
    }
    series = [_named(one, name) for one in found.result if not _just_begun(one)]
    for piece in Result("Prometheus", said).pieces({"resultType": "matrix", "result": series}):
        if not isinstance(piece, Samples):
            yield piece
            continue
        wanted = piece.times >= since_us
        if wanted.all():
            yield piece
        elif wanted.any():
            times, values, lines = piece.times[wanted], piece.values[wanted], piece.lines[wanted]
            yield replace(piece, times=times, values=values, lines=lines)


def _metric(one: Any) -> dict[str, Any]:
    metric = one.get("metric") if isinstance(one, dict) else None
    return metric if isinstance(metric, dict) else {}


def _just_begun(one: Any) -> bool:
    """Whether a series is a histogram's running counter that was told once."""
    own = _metric(one).get("__name__")
    if not isinstance(own, str):
        return False
    told = one.get("histograms")
    if _BOUND in _metric(one) and own.endswith(_BUCKET):
        told = one.get("values")
    return isinstance(told, list) and len(told) == 1


def _named(one: Any, name: str) -> Any:
    """Return a series under the name a person stated, if any; a bucket stays one."""
    metric = _metric(one)
    if not name or not isinstance(metric.get("__name__"), str):
        return one
    bucket = _BOUND in metric and metric["__name__"].endswith(_BUCKET)
    return {**one, "metric": {**metric, "__name__": name + _BUCKET if bucket else name}}
