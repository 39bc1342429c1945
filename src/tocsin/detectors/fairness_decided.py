"""What decisions were favourable, what came of them, and to which group each belongs, by the roles."""

from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.segments_measured import share_of, truths
from tocsin.detectors.table import Column, Table, Words
from tocsin.model.decision import Roles

_MOST_GROUPS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """For each row, NaN where unknown: was it favourable, was it the decision that goes with outcome 1.

    `outcome` is None without one; `favourable` and `positively` are these decisions in words.
    """

    favoured: Values
    positive: Values
    outcome: Values | None
    favourable: str
    positively: str


def decided(table: Table, roles: Roles) -> Decided | None:
    """Return what was decided; None without a decision of which the favourable value is known.

    Of decisions 1 and 0 the favourable one is 1 unless it was said, and 1 goes with outcome 1. Of others, the
    favourable one goes with the outcome it comes with more often.
    """
    name = roles.one("decision")
    column = table.columns.get(name)
    if column is None:
        return None
    numbers = truths(column)
    favourable = roles.favourable or ("1" if numbers is not None else "")
    if not favourable:
        return None
    favoured = share_of(column, favourable)
    outcome = _outcome(table, roles, column, favourable)
    if numbers is not None:
        return Decided(favoured, numbers, outcome, f"{name} is {favourable}", f"{name} is 1")
    if outcome is None or _go_together(favoured, outcome):
        return Decided(favoured, favoured, outcome, f"{name} is {favourable}", f"{name} is {favourable}")
    return Decided(favoured, 1 - favoured, outcome, f"{name} is {favourable}", f"{name} is not {favourable}")


def groups(column: Column) -> Words | None:
    """Return a column as groups; None of numbers with more than 50 different ones."""
    if isinstance(column, Words):
        return column
    values = np.unique(column[~np.isnan(column)])
    if len(values) > _MOST_GROUPS:
        return None
    codes = np.where(np.isnan(column), -1, np.searchsorted(values, column)).astype(np.int32)
    return Words(codes, tuple(f"{value:.12g}" for value in values))


def _outcome(table: Table, roles: Roles, decision: Column, favourable: str) -> Values | None:
    column = table.columns.get(roles.one("outcome"))
    if column is None:
        return None
    if not isinstance(column, Words):
        return truths(column)
    same = isinstance(decision, Words) and favourable in column.labels
    return share_of(column, favourable) if same else None


def _go_together(favoured: Values, outcome: Values) -> bool:
    """Whether the outcome is 1 at least as often where the decision was favourable as where it was not."""
    known = ~np.isnan(favoured) & ~np.isnan(outcome)
    given = favoured[known] == 1
    came = outcome[known]
    if not given.any() or given.all():
        return True
    return bool(came[given].mean() >= came[~given].mean())
