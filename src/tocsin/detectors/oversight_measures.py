"""Human oversight in numbers (domain.md D8): what reviewers did with each decision, one value a row."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.table import Column, Table, Words
from tocsin.model.decision import Roles

OVERRIDES, REVIEWS = "override rate", "review rate"
QUICK, SECONDS = "quick reviews", "review seconds"
AGREEMENT = "agreement with spot checks"
FLOOR_S = 5.0
_SHORTEST_S = 0.1  # a clock that says 0 s
_YES = frozenset(("1", "true", "yes", "y", "right", "correct"))
_NO = frozenset(("0", "false", "no", "n", "wrong", "incorrect"))


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One value a row, NaN where it is not known; `worse` is -1 where less is worse, 1 where more is.

    A share has values 1 and 0; review seconds are natural logarithms, since they are skewed.
    """

    name: str
    values: Values
    worse: int
    share: bool = True

    def shown(self, value: float) -> float:
        """Return a mean of the values in the unit people know: a share, or seconds (geometric mean)."""
        return value if self.share else float(np.exp(value))


def measures(table: Table, roles: Roles, *, floor_s: float = FLOOR_S, some: bool = False) -> list[Measure]:
    """Return what a log's columns tell of its reviewers.

    An override is a final decision that differs from the recommendation; with `some`, numbers are compared
    by whether they are above 0, as a measure taken against none. A review under `floor_s` seconds is quick.
    """
    given: list[tuple[tuple[str, ...], Callable[[list[Column]], list[Measure]]]] = [
        (("final", "recommendation"), lambda at: [Measure(OVERRIDES, _differ(at[0], at[1], some), -1)]),
        (("reviewed",), lambda at: [Measure(REVIEWS, truth(at[0]), -1)]),
        (("review_seconds",), lambda at: _timed(at[0], floor_s)),
        (("verdict",), lambda at: [Measure(AGREEMENT, truth(at[0]), -1)]),
    ]
    found: list[Measure] = []
    for needed, make in given:
        names = [roles.one(role) for role in needed]
        if all(name in table.columns for name in names):
            found += make([table.columns[name] for name in names])
    return found


def truth(column: Column) -> Values:
    """Return 1 for yes, true or right, 0 for no, false or wrong, NaN for everything else."""
    if not isinstance(column, Words):
        return np.where(np.isin(column, (0, 1)), column, np.nan)
    plain = [label.strip().casefold() for label in column.labels]
    meaning = [1.0 if word in _YES else 0.0 if word in _NO else np.nan for word in plain]
    return np.asarray(np.array([*meaning, np.nan])[column.codes])


def coded(column: Column) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the values of a column in words and which of them each row has, -1 where it is missing."""
    if isinstance(column, Words):
        return column.labels, column.codes.astype(np.int64)
    known = np.unique(column[~np.isnan(column)])
    codes = np.where(np.isnan(column), -1, np.searchsorted(known, column))
    return tuple(f"{value:.12g}" for value in known.tolist()), codes.astype(np.int64)


def _timed(column: Column, floor_s: float) -> list[Measure]:
    if isinstance(column, Words):
        return []
    seconds = np.where(column >= 0, column, np.nan)
    quick = np.where(np.isnan(seconds), np.nan, seconds < floor_s)
    logs = np.log(np.maximum(seconds, _SHORTEST_S))
    return [Measure(QUICK, quick, 1), Measure(SECONDS, logs, -1, share=False)]


def _differ(final: Column, advised: Column, some: bool) -> Values:
    if some:
        final, advised = _above(final), _above(advised)
    if isinstance(final, Words) or isinstance(advised, Words):
        (labels, one), (others, two) = coded(final), coded(advised)
        place = {label.strip().casefold(): at for at, label in enumerate(labels)}
        same = np.array([*(place.get(label.strip().casefold(), -2) for label in others), -1])[two]
        missing = (one < 0) | (two < 0)
        return np.where(missing, np.nan, one != same)
    return np.where(np.isnan(final) | np.isnan(advised), np.nan, final != advised)


def _above(column: Column) -> Column:
    if isinstance(column, Words):
        return column
    return np.where(np.isnan(column), np.nan, column > 0)
