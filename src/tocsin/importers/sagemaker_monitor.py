"""What SageMaker Model Monitor writes: violations, statistics of the data, quality of the model."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tocsin.importers.base import Rejected
from tocsin.importers.gathering import Gathering, plain, stated
from tocsin.importers.json_values import follow, number, shortened
from tocsin.model.instant import iso, to_us

PROBLEMS = ("regression_metrics", "binary_classification_metrics", "multiclass_classification_metrics")
_NUMBER = r"(-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
# The numbers are only in the text. Each rule: pattern, what 1 is there, which group is value and which limit.
_SAID = (
    (rf"Expected match: {_NUMBER}%.*?Only {_NUMBER}%", 100.0, (2, 1)),
    (rf"current dataset: {_NUMBER}, .*?baseline constraints: {_NUMBER}", 1.0, (1, 2)),
    (rf"distance:? {_NUMBER} exceeds .*?threshold:? {_NUMBER}", 1.0, (1, 2)),
    (rf"Metric \S+ with {_NUMBER}.*? was \w+ '?{_NUMBER}", 1.0, (1, 2)),
    (rf"Value:? {_NUMBER}", 1.0, (1, 0)),
)
_NUMERICAL = {
    "mean": "mean",
    "std_dev": "standard deviation",
    "min": "minimum",
    "max": "maximum",
}


def violations(found: dict[str, Any], gathering: Gathering, time: datetime) -> Iterator[Rejected]:
    """Take constraint_violations.json: how many there are, and an alert for each."""
    listed = found.get("violations")
    if not isinstance(listed, list):
        yield Rejected(1, "the violations are no list")
        return
    gathering.add("feature constraints failed", to_us(time), float(len(listed)), 1)
    for line, one in enumerate(listed, 1):
        check = one.get("constraint_check_type") if isinstance(one, dict) else None
        if isinstance(check, str):
            gathering.row("alerts", _alert(one, check, time), line)
        else:
            yield Rejected(line, "a violation that names no check")


def _alert(one: dict[str, Any], check: str, time: datetime) -> dict[str, Any]:
    metric, labels = _about(one, check)
    described = str(one.get("description") or "").strip()
    value, limit = _numbers(described)
    what = " ".join(labels.values()) or metric
    words = check.replace("_", " ")
    return {
        "time": time,
        "severity": "medium",
        "metric": metric,
        "message": shortened(f"{what}: {words} failed. {described}".strip(), 2_000),
        "detector": "sagemaker",
        "labels": labels,
        "id": "|".join(("sagemaker", iso(time), check, metric, *labels.values(), shortened(described, 500))),
        **stated(value=value, threshold=limit),
    }


def _about(one: dict[str, Any], check: str) -> tuple[str, dict[str, str]]:
    """Return metric and labels of a violation: of the data, of the model's quality, or of its bias."""
    texts = {key: text for key, text in one.items() if isinstance(text, str)}
    if check == "bias_drift_check":
        labels = {"facet": texts.get("facet", ""), "group": texts.get("facet_value", "")}
        return f"fairness {texts.get('metric_name', '')}".strip(), {k: v for k, v in labels.items() if v}
    if "metric_name" in texts:
        return texts["metric_name"], {}
    named = {"feature": texts["feature_name"]} if texts.get("feature_name") else {}
    return f"feature {check.removesuffix('_check').replace('_', ' ')}", named


def _numbers(described: str) -> tuple[float | None, float | None]:
    for pattern, per, places in _SAID:
        if match := re.search(pattern, described, re.DOTALL):
            value, limit = (float(match[place]) / per if place else None for place in places)
            return value, limit
    return None, None


def statistics(found: dict[str, Any], gathering: Gathering, us: int) -> Iterator[Rejected]:
    """Take statistics.json of data quality: of each feature completeness, mean and what else it tells."""
    items = plain(follow(found, "dataset.item_count"))
    if items is not None:
        gathering.add("dataset item count", us, items, 1)
    features = found.get("features")
    for line, feature in enumerate(features if isinstance(features, list) else [], 1):
        name = feature.get("name") if isinstance(feature, dict) else None
        if not isinstance(name, str):
            yield Rejected(line, "a feature without a name")
            continue
        for metric, value in _told(feature):
            gathering.add(f"feature {metric}", us, value, line, {"feature": name})


def _told(feature: dict[str, Any]) -> Iterator[tuple[str, float]]:
    numerical = feature.get("numerical_statistics")
    kind = "numerical_statistics" if isinstance(numerical, dict) else "string_statistics"
    told = feature.get(kind)
    if not isinstance(told, dict):
        return
    present, missing = (plain(follow(told, f"common.{key}")) for key in ("num_present", "num_missing"))
    if missing is not None:
        yield "missing count", missing
        if present is not None and present + missing > 0:
            yield "completeness", present / (present + missing)
    for key, metric in _NUMERICAL.items():
        if (value := plain(told.get(key))) is not None:
            yield metric, value
    if (distinct := plain(told.get("distinct_count"))) is not None:
        yield "distinct count", distinct


def quality(found: dict[str, Any], gathering: Gathering, us: int) -> Iterator[Rejected]:
    """Take statistics.json of model quality: every metric that is one number. Too few samples are NaN."""
    metrics = [pair for key in PROBLEMS if isinstance(found.get(key), dict) for pair in found[key].items()]
    for line, (name, told) in enumerate(metrics, 1):
        if not isinstance(told, dict) or "value" not in told:
            continue  # a matrix or a curve
        try:
            gathering.add(name, us, number(told["value"], text=True), line)
        except ValueError as error:
            yield Rejected(line, f"{name}: {error}")
