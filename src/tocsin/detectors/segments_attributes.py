"""Columns as what segments are made of: each value of a column of words, each stretch of one of numbers.

Numbers are cut at quantiles of the baseline. A value is one of its own if it has enough rows in both windows.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.table import Column, Words

Codes = NDArray[np.int32]

MISSING = "(missing)"
_FEW = 12  # different numbers up to which each is a value of its own
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """A column as codes into `labels`, one a row; the code after the last stands for values of few rows.

    `places` are the labels, but of stretches of numbers which of them it is, whatever their bounds.
    """

    name: str
    codes: Codes
    labels: tuple[str, ...]
    places: tuple[str, ...]


def attribute(name: str, column: Column, window: NDArray[np.intp], least: int, bins: int) -> Attribute | None:
    """Return a column as an attribute; None when no value has `least` rows in both, or one has all."""
    codes, labels, places = _words(column) if isinstance(column, Words) else _numbers(column, window, bins)
    both = np.bincount(codes * 2 + window, minlength=2 * len(labels)).reshape(-1, 2)
    kept = np.flatnonzero(both.min(axis=1) >= least)
    if len(kept) == 0 or both[kept[0]].sum() == len(codes):
        return None
    if both[kept].sum() != len(codes) or len(kept) != kept[-1] + 1:
        renumbered = np.full(len(labels), len(kept), np.int32)
        renumbered[kept] = np.arange(len(kept))
        codes = renumbered[codes]
    names, stand = (tuple(told[code] for code in kept) for told in (labels, places))
    return Attribute(name, codes.astype(np.int32, copy=False), names, stand)


def _words(column: Words) -> tuple[Codes, tuple[str, ...], tuple[str, ...]]:
    codes, labels = column.codes, (*column.labels, MISSING)
    if len(codes) and codes.min() < 0:
        codes = np.where(codes < 0, np.int32(len(column.labels)), codes)
    return codes, labels, labels


def _numbers(
    column: Values, window: NDArray[np.intp], bins: int
) -> tuple[Codes, tuple[str, ...], tuple[str, ...]]:
    known = ~np.isnan(column)
    values = np.unique(column[known][:: max(1, len(column) // _LOOKED_AT)])
    if len(values) <= _FEW and bool(np.isin(column[known], values).all()):
        codes = np.searchsorted(values, column)
        labels = places = [f"{value:.12g}" for value in values]
    else:
        base = column[known & (window == 0)]
        cuts = np.quantile(base, np.arange(1, bins) / bins) if len(base) else ()
        edges = np.unique([float(f"{cut:.6g}") for cut in cuts])  # as the labels have them
        codes = np.searchsorted(edges, column, side="right")
        ends = [f"{edge:.6g}" for edge in edges] or ["any"]
        between = [f"{low} to under {high}" for low, high in pairwise(ends)]
        labels = [f"under {ends[0]}", *between, f"{ends[-1]} or more"]
        places = [f"stretch {number} of {len(labels)}" for number in range(1, len(labels) + 1)]
    codes[~known] = len(labels)
    return codes.astype(np.int32), (*labels, MISSING), (*places, MISSING)


def matching(column: Column, label: str) -> NDArray[np.bool_]:
    """Return which rows of a column have the value that a label of its attribute stands for."""
    if isinstance(column, Words):
        code = column.labels.index(label) if label in column.labels else -1 if label == MISSING else -2
        return np.asarray(column.codes == code)
    if label == MISSING:
        return np.isnan(column)
    if label.startswith("under "):
        return column < float(label.removeprefix("under "))
    if label.endswith(" or more"):
        return column >= float(label.removesuffix(" or more"))
    low, between, high = label.partition(" to under ")
    if between:
        return np.asarray((column >= float(low)) & (column < float(high)))
    return np.isclose(column, float(low), rtol=1e-11, atol=0)
