"""Answers of Prometheus' HTTP API to range queries: series of values, and buckets that make histograms."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Rejected, Samples
from tocsin.importers.histograms import estimated, gathered

_BUCKET, _BOUND = "_bucket", "le"
_WRONG = "the answer is not as Prometheus gives it."
_FURTHEST_S = 1e11  # beyond any date; more would not fit


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
    def has_buckets(self) -> bool:
        """Whether there is a histogram in it."""
        metrics = (one.get("metric") for one in self.result if isinstance(one, dict))
        return any(isinstance(labels, dict) and _BOUND in labels for labels in metrics)


@dataclass
class _Buckets:
    """The buckets of one histogram by their bounds; `running`: they are counters."""

    labels: dict[str, str]
    running: bool
    found: dict[float, tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]] = field(
        default_factory=dict
    )


def data_of(payload: Any, where: str) -> dict[str, Any]:
    """Return the data of an answer that says it is a success. Raises BadInput."""
    if not isinstance(payload, dict) or payload.get("status") != "success":
        raise BadInput(_WRONG, where=where, hint="Is this a Prometheus server?")
    data = payload.get("data")
    if not isinstance(data, dict):
        raise BadInput(_WRONG, where=where, hint="Is this a Prometheus server?")
    return data


def answer(payload: Any, where: str) -> Answer:
    """Return the matrix in an answer. Raises BadInput."""
    data = data_of(payload, where)
    result = data.get("result")
    if data.get("resultType") != "matrix" or not isinstance(result, list):
        raise BadInput("the answer is no series of values over time.", where=where)
    warnings = payload.get("warnings") or []
    if not isinstance(warnings, list):
        raise BadInput(_WRONG, where=where)
    return Answer(result, [str(one)[:300] for one in warnings])


def pieces(found: Answer, places: Places, name: str, other_name: str, since_us: int) -> Iterator[Piece]:
    """Yield the samples from `since_us` (UTC microseconds) on, histograms as p50, p95 and p99.

    `name` is the metric whatever the series say, `other_name` that of those that say none. Samples before
    `since_us` tell what counters stood at. Raises BadInput.
    """
    histograms: dict[tuple[str, tuple[tuple[str, str], ...]], _Buckets] = {}
    for one in found.result:
        labels, times, values = _series(one)
        own = labels.pop("__name__", "")
        metric = name or own or other_name
        if _is_bound(labels.get(_BOUND, "")):
            bound = float(labels.pop(_BOUND))
            running = own.endswith(_BUCKET)
            key = metric if name else metric.removesuffix(_BUCKET), tuple(sorted(labels.items()))
            buckets = histograms.setdefault(key, _Buckets(labels, running))
            buckets.found[bound] = times, values, np.zeros(len(times), np.int64)
        else:
            yield from _plain(
                Samples(metric, times, values, np.zeros(len(times), np.int64), labels), places, since_us
            )
    for (metric, _), buckets in histograms.items():
        histogram, rejected = gathered(metric, buckets.labels, buckets.found, running=buckets.running)
        yield from rejected
        if buckets.running and len(histogram.times) < 2:
            continue  # what it counted since it began is not what it counted of late
        for piece in estimated(histogram):
            if isinstance(piece, Samples):
                yield from _plain(piece, places, since_us)
            else:
                yield piece


def _series(one: Any) -> tuple[dict[str, str], NDArray[np.int64], NDArray[np.float64]]:
    """Return labels, times (UTC microseconds) and values of one series. Raises BadInput."""
    try:
        labels = {str(name): str(value) for name, value in one["metric"].items()}
        pairs = one.get("values", [])
        times = np.array([pair[0] for pair in pairs], np.float64)
        values = np.array([float(pair[1]) for pair in pairs], np.float64)
    except (TypeError, KeyError, IndexError, ValueError, AttributeError) as error:
        raise BadInput(_WRONG) from error
    if not (np.isfinite(times) & (np.abs(times) < _FURTHEST_S)).all():
        raise BadInput(_WRONG)
    return labels, np.rint(times * 1e6).astype(np.int64), values


def _plain(piece: Samples, places: Places, since_us: int) -> Iterator[Piece]:
    """Yield the part of some samples that is wanted, where its labels say it belongs."""
    wanted = piece.times >= since_us
    infinite = wanted & np.isinf(piece.values)
    if infinite.any():
        yield Rejected(0, f"{piece.metric}: a value is infinite", int(infinite.sum()))
        wanted &= ~infinite
    if wanted.any():
        labels = piece.labels
        system = labels.get(places.system, "")
        yield replace(
            piece,
            times=piece.times[wanted],
            values=piece.values[wanted],
            lines=piece.lines[wanted],
            labels={name: value for name, value in labels.items() if name != places.system},
            system=system,
            segment=labels.get(places.segment, ""),
            group=labels.get(places.group, ""),
        )


def _is_bound(text: str) -> bool:
    """Whether a label's value is the upper bound of a bucket."""
    try:
        return not math.isnan(float(text))
    except ValueError:
        return False
