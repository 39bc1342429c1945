"""Reports and test suites of Evidently up to 0.6, which `evidently.legacy` still writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.importers.base import Rejected
from tocsin.importers.evidently_tests import FAILED, base, status
from tocsin.importers.evidently_values import MOST_VALUES, in_words
from tocsin.importers.gathering import Gathering, stated
from tocsin.importers.json_values import number
from tocsin.model.instant import iso, to_us

_DEEPEST = 3
_WHOLE = {
    "number_of_drifted_columns": "drifted columns count",
    "share_of_drifted_columns": "drifted columns share",
}
_CONDITIONS = ("lt", "lte", "gt", "gte", "eq")


@dataclass(slots=True)
class Legacy:
    """One document of the older schema, into `gathering`."""

    gathering: Gathering
    time: datetime

    def read(self, document: dict[str, Any]) -> Iterator[Rejected]:
        """Take the metrics of a report and the tests of a suite."""
        for line, metric in enumerate(_list(document, "metrics"), 1):
            result = metric.get("result") if isinstance(metric, dict) else None
            if isinstance(result, dict):
                self._metric(str(metric.get("metric", "metric")), result, line)
            else:
                yield Rejected(line, "a metric without a result")
        for line, test in enumerate(_list(document, "tests"), 1):
            if status(test):
                self._test(test, line)
            else:
                yield Rejected(line, "a test without a status")

    def _metric(self, name: str, result: dict[str, Any], line: int) -> None:
        if "stattest_name" in result:
            self._drift(result, line)
        elif "drift_by_columns" in result:
            columns = result["drift_by_columns"]
            for column in columns.values() if isinstance(columns, dict) else ():
                if isinstance(column, dict):
                    self._drift(column, line)
        elif "share_of_drifted_columns" in result:
            self._dataset(result, line)
        else:
            current = result.get("current")
            words = in_words(name.removesuffix("Metric"))
            column = result.get("column_name")
            labels = {"column": str(column)} if column is not None else {}
            whole = current if isinstance(current, dict) else result
            for path, value in list(_numbers(whole, _DEEPEST))[:MOST_VALUES]:
                self._sample(f"{words} {path}", value, line, labels)

    def _drift(self, result: dict[str, Any], line: int) -> None:
        column, method = str(result.get("column_name", "")), str(result.get("stattest_name", ""))
        labels = {"column": column, "method": method}
        score, limit = _number(result.get("drift_score")), _number(result.get("stattest_threshold"))
        self._sample("drift", score, line, labels)
        if result.get("drift_detected") is True:
            told = f"Drift of {column} by {method}: {score:.4g}, the threshold is {limit:.4g}."
            self._alert("drift", labels, told, line, value=score, threshold=limit)

    def _dataset(self, result: dict[str, Any], line: int) -> None:
        for key, metric in _WHOLE.items():
            self._sample(metric, _number(result.get(key)), line, {})
        if result.get("dataset_drift") is True:
            share, limit = _number(result.get("share_of_drifted_columns")), _number(result.get("drift_share"))
            told = f"Drift of the dataset: {share:.0%} of the columns drifted, the threshold is {limit:.0%}."
            self._alert("drifted columns share", {}, told, line, value=share, threshold=limit)

    def _test(self, test: dict[str, Any], line: int) -> None:
        given = test.get("parameters")
        parameters: dict[str, Any] = given if isinstance(given, dict) else {}
        metric, labels, value = _judged(test, parameters)
        self._sample(metric, value, line, labels)
        if status(test) in FAILED:
            row = base(test, metric, labels, self.time)
            row["id"] = "|".join(("evidently", iso(self.time), *sorted(labels.values()), row["id"]))
            limits = stated(value=value, threshold=_limit(parameters))
            self.gathering.row("alerts", row | limits, line)

    def _sample(self, metric: str, value: float, line: int, labels: dict[str, str]) -> None:
        self.gathering.add(metric, to_us(self.time), value, line, labels)

    def _alert(self, metric: str, labels: dict[str, str], told: str, line: int, **limits: float) -> None:
        row: dict[str, Any] = {
            "time": self.time,
            "severity": "medium",
            "metric": metric,
            "message": told,
            "detector": "evidently",
            "labels": labels,
            "id": "|".join(("evidently", iso(self.time), metric, *sorted(labels.values()))),
        }
        self.gathering.row("alerts", row | stated(**limits), line)


def _judged(test: dict[str, Any], parameters: dict[str, Any]) -> tuple[str, dict[str, str], float]:
    """Return metric, labels and value that a test of the older schema judges."""
    column = parameters.get("column_name")
    labels = {"column": str(column)} if column is not None else {}
    if "stattest" in parameters and column is not None:
        labels["method"] = str(parameters["stattest"])
        return "drift", labels, _number(parameters.get("score"))
    features = parameters.get("features")
    if isinstance(features, dict) and test.get("group") == "data_drift" and features:
        drifted = [one for one in features.values() if isinstance(one, dict) and one.get("detected") is True]
        return "drifted columns share", labels, len(drifted) / len(features)
    name = str(test.get("name") or "test").lower()
    return f"{'column ' if labels else 'dataset '}{name}", labels, _number(parameters.get("value"))


def _limit(parameters: dict[str, Any]) -> float:
    condition = parameters.get("condition")
    given = [condition.get(key) for key in _CONDITIONS] if isinstance(condition, dict) else []
    limits = [_number(one) for one in (parameters.get("threshold"), *given)]
    return next((limit for limit in limits if limit == limit), float("nan"))


def _numbers(value: Any, depth: int, path: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            yield from _numbers(inner, depth - 1, f"{path} {key}".strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, number(value)


def _number(value: Any) -> float:
    try:
        return number(value)
    except ValueError:
        return float("nan")


def _list(document: dict[str, Any], key: str) -> list[Any]:
    found = document.get(key)
    return found if isinstance(found, list) else []
