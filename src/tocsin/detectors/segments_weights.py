"""Whether the inputs count for as much in a score as they did: a regression before and one after, compared.

What a system computes by is not logged; how its score goes with its inputs is. A weight is the slope of the
score along one input with the others held still, by least squares; of a score between 0 and 1 its logarithmic
odds are taken. Where the score is no weighted sum, that is an approximation, and may change with the inputs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.proportions import discoveries
from tocsin.detectors.table import Column, Words

_MOST_WORDS = 8  # different ones in a column that is taken as an input
_MOST_MISSING = 0.1
_ROWS_AN_INPUT = 10
_SIZE = 0.02  # of the score's spread: what a changed weight must move it by to be told


@dataclass(frozen=True, slots=True)
class Weight:
    """How the score goes with one input: `value` is a word of it, against its most frequent one.

    `weight` is before and after, in the score's unit for one of the input's; `low` and `high` bound its
    `change` (95 %). `moved` is what the change made of the score's mean in the later window (Blinder 1973).
    """

    name: str
    value: str
    weight: tuple[float, float]
    change: float
    low: float
    high: float
    p: float
    q: float
    moved: float
    changed: bool


def weights(
    inputs: dict[str, Column], score: Values, later: NDArray[np.bool_], *, fdr: float = 0.05
) -> list[Weight]:
    """Return the weight of each input before and after, the surest change first; empty of too few rows.

    Rows are those of both windows. The errors may differ from row to row (White 1980, with HC1's correction
    of MacKinnon and White 1985); false discoveries are at most `fdr`. Left out are columns that lack a value
    in more than a tenth of the rows, words of more than 8 kinds, and what follows from other columns.
    """
    known, names, design = _design(inputs, score, later)
    if design is None:
        return []
    level, after = _level(score[known]), later[known]
    (slopes0, errors0), (slopes1, errors1) = (_fit(design[side], level[side]) for side in (~after, after))
    change, error = slopes1 - slopes0, np.sqrt(errors0 + errors1)
    p = _two_sided(change, error)
    q = discoveries(p[1:])
    spread, means = design.std(axis=0), design[after].mean(axis=0)
    least = _SIZE * float(level[~after].std())
    found = [
        Weight(
            name=name,
            value=value,
            weight=(float(slopes0[at]), float(slopes1[at])),
            change=float(change[at]),
            low=float(change[at] - 1.96 * error[at]),
            high=float(change[at] + 1.96 * error[at]),
            p=float(p[at]),
            q=float(q[at - 1]),
            moved=float(change[at] * means[at]),
            changed=bool(q[at - 1] <= fdr and abs(change[at]) * spread[at] >= least),
        )
        for at, (name, value) in enumerate(names, start=1)
    ]
    return sorted(found, key=lambda one: (not one.changed, one.p, one.name))


def _design(
    inputs: dict[str, Column], score: Values, later: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], list[tuple[str, str]], Values | None]:
    """Return which rows are known, and for these a one and each input, without what others tell already."""
    known, columns = ~np.isnan(score), list[tuple[tuple[str, str], Values]]()
    if later.all() or not later.any():
        return known, [], None
    for name, column in inputs.items():
        absent = column.codes < 0 if isinstance(column, Words) else np.isnan(column)
        if absent.mean() <= _MOST_MISSING:
            known = known & ~absent
            columns += [((name, value), values) for value, values in _as_numbers(column)]
    sides = (known & ~later, known & later)
    if min(int(side.sum()) for side in sides) < _ROWS_AN_INPUT * (len(columns) + 1):
        return known, [], None
    columns = [one for one in columns if all(one[1][side].std() > 0 for side in sides)]
    if not columns:
        return known, [], None
    design = np.column_stack([np.ones(int(known.sum())), *(values[known] for _, values in columns)])
    kept = _independent(design)
    return known, [columns[at - 1][0] for at in kept[1:]], design[:, kept]


def _as_numbers(column: Column) -> Iterator[tuple[str, Values]]:
    if not isinstance(column, Words):
        yield "", column
        return
    rows = np.bincount(column.codes[column.codes >= 0], minlength=len(column.labels))
    there = np.flatnonzero(rows)
    if 2 <= len(there) <= _MOST_WORDS:
        for code in there[there != rows.argmax()]:
            yield column.labels[code], (column.codes == code).astype(np.float64)


def _independent(design: Values) -> list[int]:
    """Return the columns that no combination of earlier ones gives, in order."""
    scaled = design / np.sqrt((design**2).sum(axis=0))
    left = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    return [int(at) for at in np.flatnonzero(left > 1e-7)]


def _level(score: Values) -> Values:
    if len(score) and score.min() >= 0 and score.max() <= 1:
        inside = np.clip(score, 1e-6, 1 - 1e-6)
        return np.log(inside / (1 - inside))
    return score


def _fit(design: Values, level: Values) -> tuple[Values, Values]:
    """Return the slopes and the variance of each, by HC1."""
    middle = design.mean(axis=0)
    middle[0] = 0.0
    centred = design - middle  # large numbers of little spread would lose their digits
    inverse = np.linalg.pinv(centred.T @ centred)
    slopes = inverse @ (centred.T @ level)
    rest = level - centred @ slopes
    meat = (centred * rest[:, None] ** 2).T @ centred
    rows, width = design.shape
    return slopes, np.diag(inverse @ meat @ inverse) * rows / (rows - width)


def _two_sided(change: Values, error: Values) -> Values:
    from scipy.special import ndtr

    with np.errstate(divide="ignore", invalid="ignore"):
        found: Values = 2 * ndtr(-np.abs(change / error))
    return np.where(np.isfinite(found), found, 1.0)
