"""What SageMaker Clarify and smclarify tell of bias: measures of fairness, for each group of each facet."""

from collections.abc import Iterator
from typing import Any

from tocsin.importers.base import Rejected
from tocsin.importers.gathering import Gathering
from tocsin.importers.json_values import number

SECTIONS = ("pre_training_bias_metrics", "post_training_bias_metrics")


def bias(found: Any, gathering: Gathering, us: int) -> Iterator[Rejected]:
    """Take analysis.json, or the list `bias_report` gives. What could not be computed is missing."""
    line = 0
    for facet, group in _groups(found):
        name = _group(group)
        metrics = group.get("metrics") if isinstance(group, dict) else None
        if not isinstance(metrics, list):
            line += 1
            yield Rejected(line, f"no metrics of {facet or 'a facet'}")
            continue
        labels = {key: text for key, text in (("facet", facet), ("group", name)) if text}
        for metric in metrics:
            line += 1
            try:
                gathering.add(*_one(metric, us), line, labels, group=name)
            except ValueError as error:
                yield Rejected(line, str(error))


def _groups(found: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(found, list):
        yield from (("", group) for group in found)
        return
    for section in SECTIONS:
        told = found.get(section) if isinstance(found, dict) else None
        facets = told.get("facets") if isinstance(told, dict) else None
        for facet, groups in facets.items() if isinstance(facets, dict) else ():
            for group in groups if isinstance(groups, list) else [groups]:
                yield facet, group


def _group(group: Any) -> str:
    """Return the name of a group: a value, several, or the threshold it lies above."""
    value = group.get("value_or_threshold") if isinstance(group, dict) else None
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _one(metric: Any, us: int) -> tuple[str, int, float]:
    name = metric.get("name") if isinstance(metric, dict) else None
    if not isinstance(name, str) or not name:
        raise ValueError("a metric without a name")
    try:
        return f"fairness {name}", us, number(metric.get("value"), text=True)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
