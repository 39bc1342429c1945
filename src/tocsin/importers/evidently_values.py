"""What Evidently's metrics are called here, and the numbers inside their values."""

import re
from collections.abc import Iterator
from typing import Any

from tocsin.importers.json_values import number

MOST_VALUES = (
    100  # of one metric: shares of every value of a column of free text would be signals without end
)

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_NAMES = {"ValueDrift": "drift", "DriftedColumnsCount": "drifted columns"}
# Metrics of a model's answers; all others are of a column or of the data as a whole.
_OF_MODELS = re.compile(
    r"Accuracy|Precision|Recall|F1|TPR|TNR|FPR|FNR|RocAuc|LogLoss|MAE|MAPE|RMSE|R2Score|MeanError|AbsMaxError"
    r"|Dummy|NDCG|MRR|MAP|HitRate|Diversity|Novelty|Serendipity|Personalization|PopularityBias|ItemBias|UserBias"
)
# What says how a metric is drawn or judged, not what it is.
_ASIDE = ("type", "tests", "threshold", "drift_share", "column_type_str")
_PARTS = ("count", "share", "mean", "std")
_BY_LABEL = {"counts": "count", "shares": "share", "values": ""}
_NOT_NUMBERS = ("type", "display_name", "metric_value_location", "widget", "tests", "id", "x", "y")


def metric_name(type_name: str, labels: dict[str, str], part: str = "") -> str:
    """Return what a metric of 0.7 is called: its type in words, with what lets a person see its layer."""
    name = type_name.rpartition(":")[2]
    words = _NAMES.get(name) or in_words(name)
    if part:
        words = f"{words.removesuffix(' count')} {part}"
    if name in _NAMES or _OF_MODELS.match(name):
        return words
    return f"column {words}" if "column" in labels else f"dataset {words.removeprefix('dataset ')}"


def in_words(name: str) -> str:
    """Return a name such as MissingValueCount as words: missing value count."""
    return " ".join(_WORDS.findall(name)).lower() or name


def metric_labels(config: Any) -> dict[str, str]:
    """Return what a metric of 0.7 is about: the column, the method and other parameters that are words."""
    if not isinstance(config, dict):
        return {}
    found = {}
    for key, value in config.items():
        plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        if plain and key not in _ASIDE and value not in ("", "default"):
            found[str(key)] = str(value)
    return found


def numbers(value: Any, part: str = "", label: str = "") -> Iterator[tuple[str, str, float]]:
    """Yield part (as count), label (as a class or a value of the column) and number of a metric's value.

    Reports write numbers or objects of them, workspaces wrap each in an object with `value`. What holds no
    number, such as a table, yields nothing.
    """
    if not isinstance(value, dict):
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            yield part, label, number(value)
        return
    if "value" in value:
        yield from numbers(value["value"], part, label)
        return
    for key, inner in value.items():
        if key in _PARTS:
            yield from numbers(inner, key, label)
        elif key in _BY_LABEL and isinstance(inner, dict):
            for name, one in inner.items():
                yield from numbers(one, _BY_LABEL[key] or part, name)
        elif key not in _NOT_NUMBERS and not label:
            yield from numbers(inner, part, key)


def parameters(metric_name: str) -> tuple[str, dict[str, str]]:
    """Return type and labels written as ValueDrift(column=age,method=psi), where there is no config."""
    name, _, rest = metric_name.partition("(")
    pairs = re.findall(r"(\w+)=((?:[^,()]|\([^()]*\))*)", rest.removesuffix(")"))
    dull = ("", "default", "True", "False")
    return name, {key: value for key, value in pairs if key not in _ASIDE and value not in dull}
