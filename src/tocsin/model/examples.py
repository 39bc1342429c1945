"""Examples that show a fault, tried on versions: which one fails first, which one mends it (C6).

Models answer by chance: an example counts as passed in a version only when every try of it passed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tocsin.model.deployment import Deployment
from tocsin.model.incident import standing
from tocsin.model.journal import Entry
from tocsin.model.response import Example, ExamplesAdded, ResultsRecorded

_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Tries:
    """How an example did in a version: tries that passed, all tries, and what came out last."""

    passed: int
    tried: int
    output: str = ""

    @property
    def good(self) -> bool:
        """Whether every try passed."""
        return self.passed == self.tried


@dataclass(frozen=True, slots=True)
class Column:
    """A version and how the set did in it; `missing` were never tried. `at` is when it was tried first."""

    version: str
    at: datetime
    passed: int
    failed: int
    missing: int

    @property
    def whole(self) -> bool:
        """Whether it passes the whole set."""
        return self.passed > 0 and not self.failed and not self.missing

    @property
    def words(self) -> str:
        """As people say it: "9 of 12 pass", the others not tried; "3 of 12 fail"."""
        total = self.passed + self.failed + self.missing
        if self.failed:
            return f"{self.failed} of {total} fail"
        return f"{self.passed} of {total} pass"


@dataclass(frozen=True, slots=True)
class Table:
    """Examples against versions, these in the order `ordered` tells. `cells` are by example and version."""

    examples: tuple[Example, ...] = ()
    columns: tuple[Column, ...] = ()
    cells: Mapping[tuple[str, str], Tries] = field(default_factory=dict)
    ordered: str = ""

    def column(self, version: str) -> Column | None:
        """Return a version's column."""
        return next((one for one in self.columns if one.version == version), None)

    @property
    def first_failing(self) -> Column | None:
        """The first version that fails: what changed there is the first suspect."""
        return next((one for one in self.columns if one.failed), None)

    @property
    def last_good(self) -> Column | None:
        """The last version before the first failing one that passes the whole set."""
        before = self.columns[: self.columns.index(self.first_failing)] if self.first_failing else ()
        return next((one for one in reversed(before) if one.whole), None)

    @property
    def first_passing(self) -> Column | None:
        """The first version after the first failing one that passes the whole set: the fix, validated."""
        if self.first_failing is None:
            return None
        after = self.columns[self.columns.index(self.first_failing) + 1 :]
        return next((one for one in after if one.whole), None)

    @property
    def unshown(self) -> tuple[Example, ...]:
        """Examples that failed in no version: they show nothing yet."""
        return tuple(
            one
            for one in self.examples
            if not any(not t.good for (id, _), t in self.cells.items() if id == one.id)
        )


def table(entries: Iterable[Entry], deployments: Sequence[Deployment] = ()) -> Table:
    """Return the table of an incident's entries in order; what was undone is not in it.

    Versions stand in the order they were deployed where all were, else by number where their names are alike,
    else those deployed first, then the others as they were tried.
    """
    examples: dict[str, Example] = {}
    tries: dict[tuple[str, str], list[tuple[bool, str]]] = {}
    first: dict[str, datetime] = {}
    for entry in standing(entries):
        match entry.body:
            case ExamplesAdded() as body:
                examples |= {one.id: one for one in body.examples}
            case ResultsRecorded() as body:
                first.setdefault(body.version, entry.happened.at)
                for one in body.results:
                    tries.setdefault((one.example, body.version), []).append((one.passed, one.output))
    cells = {
        key: Tries(sum(passed for passed, _ in found), len(found), found[-1][1])
        for key, found in tries.items()
        if key[0] in examples
    }
    versions, ordered = _ordered(list(first), deployments)
    columns = tuple(_column(version, first[version], examples, cells) for version in versions)
    return Table(tuple(examples.values()), columns, cells, ordered)


def _column(
    version: str, at: datetime, examples: Iterable[str], cells: Mapping[tuple[str, str], Tries]
) -> Column:
    found = [cells.get((id, version)) for id in examples]
    passed = sum(one is not None and one.good for one in found)
    missing = sum(one is None for one in found)
    return Column(version, at, passed, len(found) - passed - missing, missing)


def _ordered(versions: list[str], deployments: Sequence[Deployment]) -> tuple[list[str], str]:
    began: dict[str, datetime] = {}
    for one in deployments:
        began.setdefault(one.version, one.at)
    if all(version in began for version in versions):
        return sorted(versions, key=lambda version: began[version]), "by deployment"
    if len({_NUMBERS.sub("#", version) for version in versions}) == 1:
        return sorted(versions, key=_numbers), "by number"
    there = sorted((one for one in versions if one in began), key=lambda version: began[version])
    others = [one for one in versions if one not in began]
    return [*there, *others], "by deployment, then as tried" if there else "as tried"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in _NUMBERS.findall(version))
