"""What MLflow's REST API answers, taken apart: registered models, their versions, runs and metrics.

Every function raises ValueError with the reason for what is not as MLflow writes it.
"""

import math
from collections.abc import Iterator
from typing import Any

from tocsin.importers.gathering import Gathering
from tocsin.importers.mlflow_registry import Registry, Version, finite, instant, metric_us

_LONGEST = 300  # characters of a name; MLflow's own limit is 256
_INFINITE = ("Infinity", "-Infinity")


def add_model(registry: Registry, model: Any) -> None:
    """Take one of `registered_models`: its aliases, and the newest version of each stage."""
    name = text_of(model, "name")
    registry.models[name] = instant(_of(model, "creation_timestamp"))
    for version in list_of(model, "latest_versions"):
        add_version(registry, version)
    for alias in list_of(model, "aliases"):
        registry.aliases[name, text_of(alias, "alias")] = text_of(alias, "version")


def add_version(registry: Registry, version: Any) -> None:
    """Take one of `model_versions`; only some calls tell its aliases."""
    name, number = text_of(version, "name"), text_of(version, "version")
    updated = _of(version, "last_updated_timestamp")
    registry.add(
        Version(
            name,
            number,
            instant(_of(version, "creation_timestamp")),
            None if updated is None else instant(updated),
            str(_of(version, "current_stage") or ""),
        )
    )
    for alias in list_of(version, "aliases"):
        if not isinstance(alias, str):
            raise ValueError("an alias is no text")
        registry.aliases[name, alias] = number


def add_run(gathered: Gathering, number: int, run: Any, experiments: dict[str, str]) -> None:
    """Take one of `runs`: the newest value of each metric. `experiments` are names by id, as far as known."""
    info, data = _of(run, "info"), _of(run, "data")
    if _of(info, "lifecycle_stage") == "deleted":
        return
    experiment = text_of(info, "experiment_id")
    name = str(_of(info, "run_name") or text_of(info, "run_id"))
    labels = {"experiment": experiments.get(experiment, experiment), "run": name}
    for metric in list_of(data or {}, "metrics"):
        add_metric(gathered, number, metric, labels)


def add_metric(gathered: Gathering, number: int, metric: Any, labels: dict[str, str]) -> None:
    """Take one logged value: key, value, timestamp (ms), step."""
    value = _of(metric, "value")
    if value in _INFINITE:
        raise ValueError("a value is infinite")
    us = metric_us(_of(metric, "timestamp"), _of(metric, "step"))
    gathered.add(text_of(metric, "key"), us, math.nan if value == "NaN" else finite(value), number, labels)


def items(answer: Any, key: str) -> Iterator[tuple[int, Any]]:
    """Yield what an answer lists under a key, numbered from 1."""
    yield from enumerate(list_of(answer, key), 1)


def list_of(parent: Any, key: str) -> list[Any]:
    """Return the list under a key, empty where there is none: MLflow leaves out what is empty."""
    found = _of(parent, key)
    if found is not None and not isinstance(found, list):
        raise ValueError(f"{key} is no list")
    return found or []


def text_of(parent: Any, key: str) -> str:
    """Return the text under a key; a number becomes one."""
    found = _of(parent, key)
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST:
        raise ValueError(f"{key} is no text of 1 to {_LONGEST} characters")
    return found


def _of(parent: Any, key: str) -> Any:
    if not isinstance(parent, dict):
        raise ValueError(f"where {key} should be, there is no object")
    return parent.get(key)
