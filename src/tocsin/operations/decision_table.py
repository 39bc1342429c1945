"""Decisions as a table in memory: columns of logs read one by one, with what they mean."""

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.table import Column, Table, Words
from tocsin.errors import BadInput
from tocsin.model.decision import Roles, likely_roles
from tocsin.operations.progress import Progress
from tocsin.store import decision_columns

MOST_WORDS = 10_000  # different ones in a column that nobody asked for and that has no role
EVER = (-(2**62), 2**62)
Ids = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """Decisions, what their columns mean, the id of each, and what was done on the way.

    `left` are columns left out since they hold more than MOST_WORDS different words and have no role;
    `assumed` is what the importer had to assume, `rejected` how many rows it set aside.
    """

    table: Table
    roles: Roles
    ids: Ids
    left: tuple[str, ...] = ()
    assumed: dict[str, str] = field(default_factory=dict)
    rejected: int = 0


def loaded(
    files: Sequence[Path],
    span: tuple[int, int],
    columns: Collection[str] | None,
    roles: Roles | None,
    *,
    ids: bool = True,
) -> Generator[Progress, None, Loaded]:
    """Read the columns one by one."""
    with decision_columns.opened(files, span) as rows:
        wanted = list(rows.kinds) if columns is None else list(dict.fromkeys(columns))
        known = likely_roles(rows.kinds) if roles is None else roles
        meant = {name for told in known.columns.values() for name in told}
        read: dict[str, Column] = {}
        for count, name in enumerate(wanted):
            yield Progress(count, len(wanted), "reading the decisions")
            bounded = columns is None and name not in meant
            if (column := _column(rows, name, MOST_WORDS if bounded else None)) is not None:
                read[name] = column
        named = rows.ids() if ids else np.empty(0, object)
        left = tuple(name for name in wanted if name not in read)
        return Loaded(Table(rows.times_us, read), _present(known, read), named, left)


def _column(rows: decision_columns.Rows, name: str, most: int | None) -> Column | None:
    """Return a column; words that are all true or false are 1 and 0."""
    if name not in rows.kinds:
        there = ", ".join(list(rows.kinds)[:20])
        raise BadInput("the decisions have no such column.", where=name, hint=f"There are {there}.")
    if rows.kinds[name] == "numbers":
        return rows.numbers(name)
    found = rows.words(name, most)
    if found is None:
        return None
    plain = [label.casefold() for label in found.labels]
    if plain and set(plain) <= {"true", "false"}:
        meaning = np.array([*(float(word == "true") for word in plain), np.nan])
        return np.asarray(meaning[found.codes])  # -1 is the last: missing
    return Words(found.codes, found.labels)


def _present(roles: Roles, columns: Collection[str]) -> Roles:
    """Return the roles of the columns that are there."""
    kept = {role: tuple(name for name in told if name in columns) for role, told in roles.columns.items()}
    return Roles({role: told for role, told in kept.items() if told}, roles.favourable)
