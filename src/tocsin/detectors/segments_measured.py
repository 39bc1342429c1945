"""What rates a decision log has, which way each is worse, and by what columns it is divided into segments."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.table import Column, Table, Words
from tocsin.model.decision import Roles

# What comes of a decision, or is said about it afterwards, is no part of the inputs it is divided by.
_RESULTS = (
    "decision",
    "person",
    "score",
    "outcome",
    "correct",
    "recommendation",
    "final",
    "review_seconds",
    "reviewed",
    "prompt",
    "answer",
    "reference",
    "verdict",
    "refused",
    "answered",
    "tokens",
)
RIGHT, DECIDED = "right", "decided"
_CLASSES = 50  # a decision of more different numbers is no class, so that it is neither right nor wrong


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A value for each row, NaN where unknown: 0 or 1 for rates. `worse` is lower, higher or either.

    `kind` tells how often it was right from what it decided.
    """

    name: str
    values: Values
    worse: str
    kind: str = RIGHT


def rates(table: Table, roles: Roles) -> list[Measured]:
    """Return the rates that the roles of the columns tell: how often it was right, then what it decided."""
    return [*_right(table, roles), *_decided(table, roles)]


def segment_columns(table: Table, roles: Roles, measured: str = "") -> tuple[str, ...]:
    """Return the columns by which decisions are divided: groups and segments first, then all other inputs."""
    results = {name for role in _RESULTS for name in roles.all(role)} | {measured}
    told = [*roles.all("segment"), *roles.all("group")]
    return tuple(
        dict.fromkeys(
            name for name in (*told, *table.columns) if name in table.columns and name not in results
        )
    )


def _right(table: Table, roles: Roles) -> Iterator[Measured]:
    name = roles.one("correct")
    if name in table.columns:
        values = truths(table.columns[name])
        if values is not None:
            yield Measured(name, values, "lower")
            return
    decision, outcome = roles.one("decision"), roles.one("outcome")
    if decision in table.columns and outcome in table.columns:
        same = equal(table.columns[decision], table.columns[outcome])
        if same is not None:
            yield Measured(f"{decision} is {outcome}", same, "lower")


def _decided(table: Table, roles: Roles) -> Iterator[Measured]:
    name = roles.one("decision")
    if name not in table.columns:
        return
    column = table.columns[name]
    if roles.favourable:
        yield Measured(f"{name} is {roles.favourable}", share_of(column, roles.favourable), "lower", DECIDED)
    elif isinstance(column, Words):
        if len(column.labels) == 2:
            yield Measured(
                f"{name} is {column.labels[1]}", share_of(column, column.labels[1]), "either", DECIDED
            )
    elif truths(column) is not None:
        yield Measured(name, column, "either", DECIDED)


def truths(column: Column) -> Values | None:
    """Return a column of 0 and 1 as it is; None of another."""
    if isinstance(column, Words):
        return None
    known = column[~np.isnan(column)]
    return column if len(known) and bool(((known == 0) | (known == 1)).all()) else None


def share_of(column: Column, value: str) -> Values:
    """Return 1 where a column has this value, 0 where another, NaN where none."""
    if isinstance(column, Words):
        code = column.labels.index(value) if value in column.labels else -2
        return np.where(column.codes < 0, np.nan, (column.codes == code).astype(np.float64))
    number = _number(value)
    return np.where(np.isnan(column), np.nan, (column == number).astype(np.float64))


def equal(decision: Column, outcome: Column) -> Values | None:
    """Return 1 where two columns say the same, NaN where one says nothing; None where they cannot."""
    if isinstance(decision, Words) and isinstance(outcome, Words):
        codes = {label: code for code, label in enumerate(outcome.labels)}
        matching = np.array([*(codes.get(label, -2) for label in decision.labels), -1])
        known = (decision.codes >= 0) & (outcome.codes >= 0)
        return np.where(known, (matching[decision.codes] == outcome.codes).astype(np.float64), np.nan)
    first, second = _numbers(decision), _numbers(outcome)
    if first is None or second is None or len(np.unique(second[~np.isnan(second)])) > _CLASSES:
        return None
    known = ~np.isnan(first) & ~np.isnan(second)
    return np.where(known, (first == second).astype(np.float64), np.nan)


def _numbers(column: Column) -> Values | None:
    if not isinstance(column, Words):
        return column
    meaning = [*(_number(label) for label in column.labels), np.nan]
    return None if np.isnan(meaning[:-1]).any() else np.asarray(meaning)[column.codes]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan
