"""Evidently's failed tests as alerts, of the newer and the older schema."""

import re
from typing import Any

from tocsin.importers.evidently_values import metric_labels, metric_name, numbers
from tocsin.importers.gathering import plain, stated
from tocsin.importers.json_values import follow, shortened
from tocsin.model.instant import iso

FAILED = ("FAIL", "ERROR", "WARNING")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def alert(test: dict[str, Any], values: dict[str, Any], time: Any) -> dict[str, Any] | None:
    """Return the alert of a test of 0.7, None when it did not fail; `values` holds the metrics by id."""
    if status(test) not in FAILED:
        return None
    config = follow(test, "metric_config.params", {})
    metric_id = str(follow(test, "metric_config.metric_id", ""))
    labels = metric_labels(config)
    part, label = _part(test)
    if label:
        labels["value"] = label
    type_name = str(config.get("type", "")) if isinstance(config, dict) else ""
    metric = metric_name(type_name, labels, part) if type_name else str(test.get("name", ""))
    row = base(test, metric, labels, time)
    row["id"] = "|".join(("evidently", iso(time), metric_id, str(test.get("id", "")), part, label, row["id"]))
    found = {(p, lab): number for p, lab, number in numbers(values.get(metric_id))}
    value = found.get((part, label))
    limit = next((n for n in _thresholds(test) if n is not None), None)
    return row | stated(value=value, threshold=limit)


def status(test: Any) -> str:
    """Return FAIL, ERROR, WARNING, SUCCESS or SKIPPED; "" for what is no test."""
    return str(test.get("status", "")).upper() if isinstance(test, dict) else ""


def base(test: dict[str, Any], metric: str, labels: dict[str, str], time: Any) -> dict[str, Any]:
    """Return what all alerts have; `id` is the name of the test only."""
    name = str(test.get("name") or "A test")
    description = _BOLD.sub(r"\1", str(test.get("description") or ""))
    failed = {"ERROR": "could not be computed"}.get(status(test), "failed")
    return {
        "time": time,
        "severity": _severity(test),
        "metric": shortened(metric, 500),
        "message": shortened(f"The test “{name}” {failed}. {description}".strip(), 2_000),
        "detector": "evidently",
        "labels": labels,
        "id": shortened(name, 500),
    }


def _severity(test: dict[str, Any]) -> str:
    for path in ("test_config.is_critical", "bound_test.test.is_critical", "is_critical"):
        critical = follow(test, path)
        if isinstance(critical, bool):
            return "high" if critical else "low"
    return "low" if status(test) == "WARNING" else "medium"


def _part(test: dict[str, Any]) -> tuple[str, str]:
    """Return which part of the metric's value the test judges: count or share, and of which label."""
    bound = test.get("bound_test")
    if not isinstance(bound, dict):
        return "", ""
    by_count = bound.get("is_count")
    part = ("count" if by_count else "share") if isinstance(by_count, bool) else ""
    label = bound.get("label")
    return part, str(label) if isinstance(label, str | int) and not isinstance(label, bool) else ""


def _thresholds(test: dict[str, Any]) -> list[float | None]:
    paths = ("test_config.threshold", "bound_test.test.threshold", "metric_config.params.threshold")
    return [plain(follow(test, path)) for path in paths]
