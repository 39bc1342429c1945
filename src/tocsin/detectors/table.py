"""Decisions as columns of numbers and words, oldest first: what detectors of decision logs are handed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Finding, Log, Span, Times, Values
from tocsin.model.decision import Roles


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A column of words: `codes` (int32, -1 where missing) point into `labels`, which are sorted."""

    codes: NDArray[np.int32]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)


Column = Values | Words  # numbers are float64, NaN where missing; truths are 0 and 1

# No number of a column lies beyond, so that squares and differences stay finite. Whoever makes one clips.
LARGEST = 1e150


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows as columns of equal length, by time (UTC microseconds, ascending)."""

    times_us: Times
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.times_us)

    def between(self, span: Span) -> "Table":
        """Return the rows from the span's first instant until before its last, as views."""
        first, end = np.searchsorted(self.times_us, span)
        part = slice(int(first), int(end))
        return Table(self.times_us[part], {name: cut(one, part) for name, one in self.columns.items()})

    def numbers(self, name: str) -> Values:
        """Return a column of numbers. Raises KeyError when there is none of that name."""
        found = self.columns[name]
        if isinstance(found, Words):
            raise KeyError(name)
        return found

    def words(self, name: str) -> Words:
        """Return a column of words. Raises KeyError when there is none of that name."""
        found = self.columns[name]
        if not isinstance(found, Words):
            raise KeyError(name)
        return found


def cut(column: Column, part: "slice | NDArray[np.bool_] | NDArray[np.intp]") -> Column:
    """Return some rows of a column; a slice costs no copy."""
    if isinstance(column, Words):
        return Words(column.codes[part], column.labels)
    return column[part]


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """What a detector of a decision log is handed: rows of both windows, and what their columns mean.

    Spans hold their first instant and not their last. `chance` is how likely a false alarm may be in this
    one look: the detector's share of the system's budget.
    """

    table: Table
    roles: Roles
    baseline: Span
    window: Span
    chance: float


class LogDetector(Protocol):
    """A detector of decision logs, registered as those of a series are (detectors.base)."""

    name: str
    title: str
    release: str

    @property
    def parameters(self) -> Any: ...

    @property
    def needs(self) -> Log: ...

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return what became worse in the window against the baseline, the gravest first."""
        ...
