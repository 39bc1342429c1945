"""The columns of NannyML's result tables: one header row (flat) or two to three (multilevel), told apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

# Methods of univariate drift, and metrics of performance, as NannyML 0.13 names them.
_METHODS = (
    "kolmogorov_smirnov",
    "jensen_shannon",
    "wasserstein",
    "hellinger",
    "l_infinity",
    "chi2",
)
_MULTIVARIATE = ("reconstruction_error", "domain_classifier_auroc")
_PERFORMANCE = (
    "roc_auc",
    "f1",
    "precision",
    "recall",
    "specificity",
    "accuracy",
    "average_precision",
    "business_value",
    "true_positive",
    "true_negative",
    "false_positive",
    "false_negative",
    "mae",
    "mape",
    "mse",
    "msle",
    "rmse",
    "rmsle",
)
_PARTS = (
    "value",
    "realized",
    "upper_threshold",
    "lower_threshold",
    "alert",
    "sampling_error",
    "upper_confidence_boundary",
    "lower_confidence_boundary",
)
_FLAT = re.compile(rf"(.+)_({'|'.join(_PARTS)})")
_CHUNK = ("key", "chunk_index", "start_index", "end_index", "start_date", "end_date", "period", "segment")
MOST_HEADERS = 4
UNNAMED = "column statistic"  # the table says of which column it is, but not what was measured

_Column = tuple[tuple[str, ...], str, int]  # the names above it, its own, and its number


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing NannyML measured: its names, and the number of the column of each of its parts."""

    metric: str
    labels: dict[str, str]
    columns: dict[str, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where what is. `chunk` are the columns about the chunk, `headers` how many rows the header has."""

    headers: int
    width: int
    chunk: dict[str, int]
    measures: tuple[Measure, ...]


def layout(rows: Sequence[list[str]]) -> Layout | None:
    """Return the layout that the first rows of a table tell; None when it is none of NannyML's."""
    if not rows or len(rows[0]) < 4:
        return None
    if rows[0].count("chunk") >= 2:
        return _multilevel(rows)
    chunk = {name: rows[0].index(f"chunk_{name}") for name in _CHUNK if f"chunk_{name}" in rows[0]}
    if "chunk_index" in rows[0]:
        chunk["chunk_index"] = rows[0].index("chunk_index")
    if not {"key", "end_date"} <= set(chunk):
        return None
    stems = [(_FLAT.fullmatch(name), number) for number, name in enumerate(rows[0])]
    found: list[_Column] = [((match[1],), match[2], number) for match, number in stems if match]
    return _laid(1, len(rows[0]), chunk, found)


def named(found: Layout, metric: str) -> Layout:
    """Return a layout in which what the table leaves unnamed has a name; with "" as it is."""
    measures = [replace(m, metric=metric) if metric and m.metric == UNNAMED else m for m in found.measures]
    return replace(found, measures=tuple(measures))


def _multilevel(rows: Sequence[list[str]]) -> Layout | None:
    about = [number for number, name in enumerate(rows[0]) if name == "chunk"]
    for last in range(1, min(MOST_HEADERS, len(rows))):
        if len(rows[last]) != len(rows[0]):
            return None
        chunk = {rows[last][number]: number for number in about if rows[last][number] in _CHUNK}
        if {"key", "end_date"} <= set(chunk):
            found = list(_below(rows[: last + 1], set(about)))
            return _laid(last + 1, len(rows[0]), chunk, found)
    return None


def _below(rows: Sequence[list[str]], chunk: set[int]) -> Iterator[_Column]:
    for number in range(len(rows[0])):
        *stem, part = [row[number] for row in rows]
        if number not in chunk and part in _PARTS:
            yield tuple(stem), part, number


def _laid(headers: int, width: int, chunk: dict[str, int], found: list[_Column]) -> Layout | None:
    stems: dict[tuple[str, ...], dict[str, int]] = {}
    for stem, part, number in found:
        stems.setdefault(stem, {})[part] = number
    measures = [_measure(stem, columns) for stem, columns in stems.items() if "value" in columns]
    return Layout(headers, width, chunk, tuple(measures)) if measures else None


def _measure(stem: tuple[str, ...], columns: dict[str, int]) -> Measure:
    name, method = (stem[0], stem[-1]) if len(stem) > 1 else _split(stem[0])
    if method:
        return Measure("drift", {"column": name, "method": method}, columns)
    if name in _MULTIVARIATE:
        return Measure("drift", {"method": name}, columns)
    if name in _PERFORMANCE or "realized" in columns:
        return Measure(f"estimated {name}" if "realized" in columns else name, {}, columns)
    return Measure(UNNAMED, {"column": name}, columns)


def _split(stem: str) -> tuple[str, str]:
    for method in _METHODS:
        if stem.endswith(f"_{method}"):
            return stem.removesuffix(f"_{method}"), method
    return stem, ""
