"""Cells of a table: each value of a column and each pair of values of two, counted before and after.

A cell is tested if it has enough rows in both windows, and is not the rows of a value of one column again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.segments_attributes import MISSING as MISSING
from tocsin.detectors.segments_attributes import Attribute

Rows = NDArray[np.intp] | slice
Where = tuple[tuple[int, int], ...]  # (attribute, code) of each condition

EVERY = slice(None)
_TOGETHER = 2048  # cells of columns that are counted in one pass over the rows
_MOST_CELLS = 4_000_000  # of one pair of columns; a pair of more is left out


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What is counted: for each row its window (0 or 1) and value; `binary` when all values are 0 or 1."""

    window: NDArray[np.intp]
    values: Values
    binary: bool


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells to be tested, in groups: (first attribute, second or -1, flat positions in their table).

    `sums` are rows, sum and sum of squares of each cell before and after: shape (cells, 2, 3). `untested` is
    how many pairs of values had rows, but too few; `passes` how the columns were counted; `left_out` the
    pairs of columns with too many values.
    """

    groups: tuple[tuple[int, int, NDArray[np.intp]], ...]
    sums: Values
    passes: tuple[tuple[int, ...], ...]
    untested: int
    left_out: tuple[tuple[int, int], ...]


def cells(attributes: Sequence[Attribute], measured: Measured, least: int, *, pairs: bool) -> Cells:
    """Return the cells that have `least` rows in both windows, counted."""
    counted = passes([len(one.labels) + 1 for one in attributes], pairs=pairs)
    groups, sums, alone, untested = [], [], [], 0
    for first, second, table in _tables(attributes, measured, counted, EVERY):
        rows = table[:, :, 0]
        chosen = np.arange(len(table))
        if second < 0:
            alone.append(rows)
        else:
            enough = rows.min(axis=1) >= least
            untested += int((rows.any(axis=1) & ~enough).sum())
            of_first, of_second = np.divmod(chosen, len(alone[second]))
            same = (rows == alone[first][of_first]).all(axis=1)
            same |= (rows == alone[second][of_second]).all(axis=1)
            chosen = np.flatnonzero(enough & ~same)
        groups.append((first, second, chosen))
        sums.append(table[chosen])
    both = {(first, second) for first, second, _ in groups}
    left_out = combinations(range(len(attributes)), 2) if pairs else ()
    return Cells(
        tuple(groups),
        np.concatenate(sums) if sums else np.empty((0, 2, 3)),
        counted,
        untested,
        tuple(pair for pair in left_out if pair not in both),
    )


def recount(attributes: Sequence[Attribute], known: Cells, measured: Measured, rows: Rows) -> Values:
    """Return the sums of the same cells among some of the rows."""
    tables = _tables(attributes, measured, known.passes, rows)
    return np.concatenate(
        [table[chosen] for (_, _, table), (_, _, chosen) in zip(tables, known.groups, strict=True)]
    )


def places(attributes: Sequence[Attribute], known: Cells) -> list[Where]:
    """Return the conditions of each cell."""
    found: list[Where] = []
    for first, second, chosen in known.groups:
        if second < 0:
            found += [((first, int(code)),) for code in chosen]
            continue
        size = len(attributes[second].labels)
        found += [((first, int(at) // size), (second, int(at) % size)) for at in chosen]
    return found


def members(attributes: Sequence[Attribute], where: Where) -> NDArray[np.bool_]:
    """Return which rows meet all conditions."""
    found = np.ones(len(attributes[0].codes), np.bool_)
    for number, code in where:
        found &= attributes[number].codes == code
    return found


def sums_of(measured: Measured, rows: Rows) -> Values:
    """Return the sums of rows: shape (2, 3)."""
    within, width, weights = _within(measured, rows)
    return _moments(_sums(within, (), width, weights))


def passes(sizes: Sequence[int], *, pairs: bool) -> tuple[tuple[int, ...], ...]:
    """Return the groups of columns to be counted together, so that few passes over the rows cover all pairs.

    A group of four holds six pairs, whose tables are sums over the table of the group.
    """
    alone = [(column,) for column in range(len(sizes))]
    wanted = [
        (a, b) for a, b in combinations(range(len(sizes)), 2) if pairs and sizes[a] * sizes[b] <= _MOST_CELLS
    ]
    open_, found = set(wanted), []
    for pair in wanted:
        if pair not in open_:
            continue
        group, cells_ = list(pair), sizes[pair[0]] * sizes[pair[1]]
        while more := [
            (sum(tuple(sorted((one, new))) in open_ for one in group), -sizes[new], new)
            for new in range(len(sizes))
            if new not in group and cells_ * sizes[new] <= _TOGETHER
        ]:
            gained, _, new = max(more)
            if not gained:
                break
            group.append(new)
            cells_ *= sizes[new]
        group.sort()
        open_ -= set(combinations(group, 2))
        found.append(tuple(group))
    return (*alone, *found)


def _tables(
    attributes: Sequence[Attribute], measured: Measured, counted: Sequence[tuple[int, ...]], rows: Rows
) -> Iterator[tuple[int, int, Values]]:
    """Give the table of each column, then of each pair: (first, second or -1, sums of the tested values).

    The codes of the first column are the slowest.
    """
    within, width, weights = _within(measured, rows)
    codes = [one.codes[rows] for one in attributes]
    sizes = [len(one.labels) + 1 for one in attributes]
    within = within.astype(np.int32)  # half as much to move about as what counting needs in the end
    key, scaled = np.empty((2, len(within)), np.int32)
    given = set[tuple[int, ...]]()
    for group in counted:
        np.multiply(codes[group[0]], np.int32(width), out=key)
        scale = sizes[group[0]] * width
        for column in group[1:]:
            key += np.multiply(codes[column], np.int32(scale), out=scaled)
            scale *= sizes[column]
        key += within
        # The codes of the last column are the slowest; turned round, so that axes are in the group's order.
        table = _sums(key, [sizes[column] for column in reversed(group)], width, weights)
        table = np.moveaxis(table, range(len(group)), range(len(group) - 1, -1, -1))
        for part in combinations(group, min(2, len(group))):
            if part in given:
                continue
            given.add(part)
            others = tuple(axis for axis, column in enumerate(group) if column not in part)
            inner = tuple(slice(sizes[column] - 1) for column in part)
            yield (
                part[0],
                (*part, -1)[1],
                _moments(table.sum(axis=others)[inner].reshape(-1, *table.shape[-2:])),
            )


def _within(measured: Measured, rows: Rows) -> tuple[NDArray[np.intp], int, tuple[Values, ...]]:
    """Return the place of each row within a cell, how many there are, and what is summed in each.

    Of values 0 and 1 the place tells the value too, and nothing needs to be summed.
    """
    window, values = measured.window[rows], measured.values[rows]
    if measured.binary:
        return window * 2 + values.astype(np.intp), 4, ()
    return window, 2, (values, values * values)


def _sums(
    key: NDArray[np.signedinteger[Any]], sizes: Sequence[int], width: int, weights: Sequence[Values]
) -> Values:
    """Return what is in each cell: (..., 2, 2) rows by window and value, or (..., 2, 3) with both sums."""
    length = int(np.prod(sizes)) * width
    rows = np.bincount(key, minlength=length)
    if not weights:
        return rows.astype(np.float64).reshape(*sizes, 2, 2)
    parts = [rows.astype(np.float64), *(np.bincount(key, each, minlength=length) for each in weights)]
    return np.stack([part.reshape(*sizes, 2) for part in parts], axis=-1)


def _moments(table: Values) -> Values:
    """Return rows, sum and sum of squares from rows by value, where they are not there already."""
    if table.shape[-1] == 3:
        return table
    yes = table[..., 1]
    return np.stack([table[..., 0] + yes, yes, yes], axis=-1)
