"""Decisions as a table in memory: columns of logs read one by one, with what they mean."""

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.table import LARGEST, Column, Table, Words
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
    later: Sequence[Path] = (),
    one_in: int = 1,
) -> Generator[Progress, None, Loaded]:
    """Read the columns one by one; those of `later` files, which tell what turned out, are joined by id.

    Of `one_in` rows one is taken. Raises BadInput for a column there is not.
    """
    with decision_columns.opened(files, span, one_in) as rows:
        named = rows.ids() if ids or later else np.empty(0, object)
        read: dict[str, Column] = {}
        left: list[str] = []
        yield from _read(rows, columns, roles, read, left)
    place = {one: row for row, one in enumerate(named.tolist())} if later else {}
    for file in later:
        with decision_columns.opened([file], EVER) as more:
            told: dict[str, Column] = {}
            yield from _read(more, columns, roles, told, left)
            rows_of = np.array([place.get(one, -1) for one in more.ids().tolist()], np.int64)
        at = np.full(len(named), -1, np.int64)
        at[rows_of[rows_of >= 0]] = np.flatnonzero(rows_of >= 0)
        read |= {name: joined(read.get(name), column, at) for name, column in told.items()}
    for name in columns or ():
        if name not in read:
            raise BadInput(
                "the decisions have no such column.", where=name, hint=f"There are {_some(rows.kinds)}."
            )
    known = likely_roles(read) if roles is None else roles
    return Loaded(Table(rows.times_us, read), present(known, read), named, tuple(left))


def joined(known: Column | None, later: Column, place: NDArray[np.int64]) -> Column:
    """Return a later column by the decisions' rows (-1: not in it), under what of it was known before.

    One that holds numbers here and words there is words.
    """
    found = _placed(later, place)
    if known is None or _empty(known):
        return found
    if _empty(found):
        return known
    if not isinstance(known, Words) and not isinstance(found, Words):
        return np.where(np.isnan(known), found, known)
    first, second = _worded(known), _worded(found)
    labels = tuple(sorted({*first.labels, *second.labels}))
    at = {label: code for code, label in enumerate(labels)}
    one, other = (np.array([*(at[x] for x in w.labels), -1], np.int32) for w in (first, second))
    return Words(np.where(first.codes >= 0, one[first.codes], other[second.codes]), labels)


def _placed(column: Column, place: NDArray[np.int64]) -> Column:
    if isinstance(column, Words):
        return Words(np.where(place < 0, np.int32(-1), column.codes[place]), column.labels)
    return np.where(place < 0, np.nan, column[place])


def _empty(column: Column) -> bool:
    return bool((column.codes < 0).all() if isinstance(column, Words) else np.isnan(column).all())


def _worded(column: Column) -> Words:
    """Return a column as words: whole numbers without a point."""
    if isinstance(column, Words):
        return column
    known = np.unique(column[~np.isnan(column)])
    codes = np.where(np.isnan(column), -1, np.searchsorted(known, column)).astype(np.int32)
    return Words(codes, tuple(f"{value:.15g}" for value in known.tolist()))


def _read(
    rows: decision_columns.Rows,
    columns: Collection[str] | None,
    roles: Roles | None,
    read: dict[str, Column],
    left: list[str],
) -> Generator[Progress, None, None]:
    """Read the wanted columns that are there; note those left out for too many words."""
    wanted = [name for name in rows.kinds if columns is None or name in columns]
    known = likely_roles(rows.kinds) if roles is None else roles
    # Ids of people are as many as rows: whoever needs them asks for the column.
    meant = {name for role, told in known.columns.items() if role != "person" for name in told}
    for count, name in enumerate(wanted):
        yield Progress(count, len(wanted), "reading the decisions")
        bounded = columns is None and name not in meant
        column = _column(rows, name, MOST_WORDS if bounded else None)
        if column is None:
            left.append(name)
        else:
            read[name] = column


def _some(names: Collection[str]) -> str:
    return ", ".join(list(names)[:20])


def _column(rows: decision_columns.Rows, name: str, most: int | None) -> Column | None:
    """Return a column; words that are all true or false are 1 and 0."""
    if rows.kinds[name] == "numbers":
        return np.clip(rows.numbers(name), -LARGEST, LARGEST)
    found = rows.words(name, most)
    if found is None:
        return None
    plain = [label.casefold() for label in found.labels]
    if plain and set(plain) <= {"true", "false"}:
        meaning = np.array([*(float(word == "true") for word in plain), np.nan])
        return np.asarray(meaning[found.codes])  # -1 is the last: missing
    return Words(found.codes, found.labels)


def present(roles: Roles, columns: Collection[str]) -> Roles:
    """Return the roles of the columns that are there."""
    kept = {role: tuple(name for name in told if name in columns) for role, told in roles.columns.items()}
    return Roles({role: told for role, told in kept.items() if told}, roles.favourable)
