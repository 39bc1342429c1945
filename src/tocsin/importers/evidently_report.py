"""One document of Evidently: its time, its metrics and its tests, whichever schema it has."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.errors import BadInput
from tocsin.importers.base import Assumed, Options, Piece, Rejected, Source
from tocsin.importers.evidently_legacy import Legacy
from tocsin.importers.evidently_tests import alert, status
from tocsin.importers.evidently_values import MOST_VALUES, metric_labels, metric_name, numbers, parameters
from tocsin.importers.gathering import Clock, Gathering, untimed
from tocsin.importers.json_text import document
from tocsin.importers.json_values import follow
from tocsin.model.instant import to_us

Metrics = dict[str, dict[str, Any]]


def read_document(source: Source, options: Options, labels: dict[str, str]) -> Iterator[Piece]:
    """Yield the samples and alerts of one document, with `labels` added. Raises BadInput."""
    found = document(source, nan=True)
    if not isinstance(found, dict):
        raise BadInput("this is no report of Evidently: the outermost part is no object.", where=source.name)
    time, assumed = _time(found, source, options)
    yield from assumed
    gathering = Gathering(source.name, options)
    if _is_legacy(found):
        yield from Legacy(gathering, time).read(found)
    elif isinstance(found.get("metrics"), list) or isinstance(found.get("metric_results"), dict):
        metrics: Metrics = {}
        yield from _metrics(found, metrics)
        yield from _samples(metrics, gathering, to_us(time), labels)
        yield from _alerts(found, metrics, gathering, time, labels)
    else:
        raise BadInput("it has neither metrics nor tests, as Evidently writes them.", where=source.name)
    yield from gathering.pieces()


def _time(found: dict[str, Any], source: Source, options: Options) -> tuple[datetime, list[Assumed]]:
    stated = found.get("timestamp")
    if stated is None:
        time, assumed = untimed(source, options)
        return time, [assumed]
    clock = Clock(options)
    try:
        time = clock.read(str(stated))
    except ValueError as error:
        raise BadInput(f"its timestamp {error}.", where=source.name) from None
    return time, list(clock.assumed())


def _is_legacy(found: dict[str, Any]) -> bool:
    metrics, tests = found.get("metrics"), found.get("tests")
    if isinstance(metrics, list) and any(isinstance(one, dict) and "metric" in one for one in metrics):
        return True
    return isinstance(tests, list) and not isinstance(metrics, list) and "metric_results" not in found


def _metrics(found: dict[str, Any], metrics: Metrics) -> Iterator[Rejected]:
    """Fill `metrics` by id, each with its config under `config` and its place under `line`."""
    if isinstance(results := found.get("metric_results"), dict):
        for line, (id, result) in enumerate(results.items(), 1):
            config = follow(result, "metric_value_location.metric.params")
            if isinstance(config, dict):
                metrics[id] = {**result, "config": config, "line": line}
            else:
                yield Rejected(line, "a metric without its parameters")
        return
    for line, metric in enumerate(found["metrics"], 1):
        name = metric.get("metric_name", metric.get("metric_id")) if isinstance(metric, dict) else None
        if not isinstance(name, str):
            yield Rejected(line, "a metric without a name")
            continue
        config = metric.get("config")
        if not isinstance(config, dict) or not isinstance(config.get("type"), str):
            type_name, named = parameters(name)
            config = {"type": type_name, **named}
        metrics[str(metric.get("id") or name)] = {**metric, "config": config, "line": line}


def _samples(metrics: Metrics, gathering: Gathering, us: int, labels: dict[str, str]) -> Iterator[Piece]:
    cut = []
    for metric in metrics.values():
        own = metric_labels(metric["config"])
        found = list(numbers(metric.get("value", metric)))
        if len(found) > MOST_VALUES:
            cut.append(f"{len(found):,} of {own.get('column', metric['config']['type'])}")
        for part, label, value in found[:MOST_VALUES]:
            name = metric_name(str(metric["config"].get("type", "")), own, part)
            shown = labels | own | ({"value": label} if label else {})
            gathering.add(name, us, value, metric["line"], shown)
    if cut:
        yield Assumed(
            "values", f"only the first {MOST_VALUES} of a metric are taken; there are {'; '.join(cut)}"
        )


def _alerts(
    found: dict[str, Any], metrics: Metrics, gathering: Gathering, time: datetime, labels: dict[str, str]
) -> Iterator[Rejected]:
    tests = found.get("tests")
    told = [*tests] if isinstance(tests, list) else []
    for metric in metrics.values():
        own = metric.get("tests")
        told += own if isinstance(own, list) else []
    values = {id: metric.get("value", metric) for id, metric in metrics.items()}
    for line, test in enumerate(told, 1):
        if not status(test):
            yield Rejected(line, "a test without a status")
        elif row := alert(test, values, time):
            row["labels"] = labels | row["labels"]
            row["id"] = "|".join((row["id"], *labels.values()))
            gathering.row("alerts", row, line)
