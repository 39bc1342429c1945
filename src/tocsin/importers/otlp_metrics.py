"""Points of OTLP metrics: gauges and sums as they are, histograms as quantiles, mean and count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers import otlp_names as names
from tocsin.importers.base import Rejected, Step
from tocsin.importers.gathering import Gathering
from tocsin.importers.otlp_histograms import Bucketed, Told, bucketed
from tocsin.importers.otlp_values import attributes, get, integer_or, is_kind, listed, micros, real
from tocsin.importers.served_models import Served

MOST_POINTS = 2_000_000
_POINTS_A_STEP = 2_000
_NOT_RECORDED = 1  # the flag of a point that only says that there is none any more


@dataclass(frozen=True, slots=True)
class Stream:
    """What tells one stream of points from another."""

    metric: str
    labels: tuple[tuple[str, str], ...]
    unit: str
    running: bool


@dataclass(slots=True)
class Metrics:
    """The metrics of a source while they are read; streams by what they are, in each by instance."""

    name: str
    served: Served
    numbers: dict[Stream, dict[str, list[tuple[int, float, int]]]] = field(default_factory=dict)
    histograms: dict[Stream, dict[str, list[Bucketed]]] = field(default_factory=dict)
    calls: dict[tuple[Stream, str], list[tuple[int, int, float, int, dict[str, Any]]]] = field(
        default_factory=dict
    )
    points: int = 0

    def take(self, document: Any, line: int) -> Iterator[Rejected | Step]:
        """Take one document of metrics."""
        for resource in listed(document, "resourceMetrics"):
            about = names.current(attributes(get(resource, "resource")))
            for scope in [
                *listed(resource, "scopeMetrics"),
                *listed(resource, "instrumentationLibraryMetrics"),
            ]:
                for metric in listed(scope, "metrics"):
                    yield from self._metric(metric, about, line)

    def _metric(self, metric: Any, resource: dict[str, Any], line: int) -> Iterator[Rejected | Step]:
        name = get(metric, "name")
        if not isinstance(name, str) or not name:
            yield Rejected(line, "a metric without a name")
            return
        for kind in ("gauge", "sum", "histogram", "exponentialHistogram", "summary"):
            data = get(metric, kind)
            for point in listed(data, "dataPoints"):
                self.points += 1
                if self.points > MOST_POINTS:
                    what = f"it has more than {MOST_POINTS:,} points of metrics."
                    raise BadInput(what, where=self.name, hint="Export a shorter time.")
                if self.points % _POINTS_A_STEP == 0:
                    yield Step(self.points, None, "reading")
                try:
                    self._point(kind, name, str(get(metric, "unit") or ""), data, point, resource, line)
                except ValueError as error:
                    yield Rejected(line, f"{name[:100]}: {error}")

    def _point(
        self, kind: str, name: str, unit: str, data: Any, point: Any, resource: dict[str, Any], line: int
    ) -> None:
        us = micros(point, "timeUnixNano")
        told = names.current(attributes(point))
        called, said = names.metric(name)
        running = is_kind(get(data, "aggregationTemporality"), 2, "AGGREGATION_TEMPORALITY_CUMULATIVE")
        labels = names.labels(told, resource) | said
        stream = Stream(called, tuple(sorted(labels.items())), unit, running and kind != "gauge")
        instance = str(resource.get(names.INSTANCE, ""))
        count = 1.0
        if integer_or(get(point, "flags"), 0) & _NOT_RECORDED:
            count = np.nan
        if kind in ("gauge", "sum"):
            whole = get(point, "asInt")
            value = count * (real(get(point, "asDouble")) if whole is None else float(integer_or(whole, 0)))
            self.numbers.setdefault(stream, {}).setdefault(instance, []).append((us, value, line))
            count = value if kind == "sum" else 1.0
        elif kind == "summary":
            self._summary(stream, instance, point, us, line)
            count = real(integer_or(get(point, "count"), 0))
        elif count == 1.0:
            found = bucketed(kind, point, us, line)
            self.histograms.setdefault(stream, {}).setdefault(instance, []).append(found)
            count = found.count
        since = integer_or(get(point, "startTimeUnixNano"), 0)
        if names.REQUESTED in told and names.ANSWERED in told and count == count:
            about = {**told, names.SERVICE: resource.get(names.SERVICE, "")}
            self.calls.setdefault((stream, instance), []).append((us, since, count, line, about))

    def _summary(self, stream: Stream, instance: str, point: Any, us: int, line: int) -> None:
        for one in listed(point, "quantileValues"):
            share = real(get(one, "quantile"))
            if share == share:
                metric = f"{stream.metric} p{share * 100:g}"
                named = Stream(metric, stream.labels, stream.unit, stream.running)
                value = real(get(one, "value"))
                self.numbers.setdefault(named, {}).setdefault(instance, []).append((us, value, line))

    def finish(self, gathering: Gathering) -> Iterator[Rejected | Step]:
        """Hand on what was read: samples into `gathering`, sightings of models to `served`."""
        for stream, by_instance in self.numbers.items():
            for instance, points in by_instance.items():
                labels = _labels(stream, instance, len(by_instance))
                for us, value, line in points:
                    gathering.add(stream.metric, us, value, line, labels, unit=stream.unit)
        for stream, series in self.histograms.items():
            for instance, found in series.items():
                labels = _labels(stream, instance, len(series))
                yield Step(gathering.waiting, None, "estimating quantiles")
                told = Told(stream.metric, labels, stream.unit, stream.running, gathering)
                yield from told.take(found)
        for (stream, _), calls in self.calls.items():
            self._sightings(calls, running=stream.running)

    def _sightings(self, calls: list[tuple[int, int, float, int, dict[str, Any]]], *, running: bool) -> None:
        """Note when a model answered: a running total tells so only when it has grown."""
        before = 0.0
        for us, since, count, line, about in sorted(calls, key=lambda call: call[:2]):
            if not running or count != before:
                slot = "/".join(str(about[key]) for key in (names.SERVICE, names.PROVIDER) if about.get(key))
                self.served.saw(slot, about[names.REQUESTED], about[names.ANSWERED], us, line, since=since)
            before = count


def _labels(stream: Stream, instance: str, instances: int) -> dict[str, str]:
    """Return the labels of a stream; the instance only where several tell the same."""
    return dict(stream.labels) | ({"instance": instance} if instances > 1 and instance else {})
