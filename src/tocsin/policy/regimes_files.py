"""Reads the files of regimes, questions and calendars, each within limits, naming file, key and reason."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tocsin.model.decoding import converted
from tocsin.model.regime import Answers, Kind, Question, Regime, Scope
from tocsin.policy import files
from tocsin.policy.check import Problem
from tocsin.policy.files import Wrong
from tocsin.policy.regimes_build import questions_of, regimes_of
from tocsin.policy.regimes_tables import FieldTable, FileTable, QuestionTable, RegimeTable, StageTable
from tocsin.policy.tables import Table, place_of

Shape = TypeVar("Shape", bound=Table)
_CHOICES: dict[str, type[StrEnum]] = {"kind": Kind, "scope": Scope, "answers": Answers}
_INSIDE: dict[type[Table], dict[str, type[Table]]] = {
    FileTable: {"regimes": RegimeTable, "questions": QuestionTable},
    RegimeTable: {"stages": StageTable, "fields": FieldTable},
}


@dataclass(slots=True)
class Contents:
    """What a file holds, and what is wrong with it. Where its tables cannot be read it holds nothing."""

    file: str
    regimes: tuple[Regime, ...] = ()
    questions: tuple[Question, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The ids of its regimes and questions."""
        return [one.id for one in self.regimes] + [one.id for one in self.questions]


def contents(path: Path) -> Contents:
    """Return what a TOML file of regimes and questions holds, with everything that reading it shows."""
    found = Contents(path.name)
    try:
        value = table_of(path)
    except Wrong as wrong:
        found.problems.append(Problem(path.name, wrong.key, wrong.reason))
        return found
    try:
        table = converted(value, FileTable)
    except msgspec.ValidationError:
        found.problems += (Problem(path.name, key, reason) for key, reason in _wrong(value, FileTable, ""))
        return found
    found.problems += (Problem(path.name, key, "holds a control character") for key in _controls(value))
    found.regimes = regimes_of(table, path.name, found.problems)
    found.questions = questions_of(table)
    return found


def table_of(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds. Raises Wrong."""
    try:
        return tomllib.loads(files.read(path, path.name))
    except tomllib.TOMLDecodeError as error:
        raise Wrong(path.name, "", f"not TOML: {error}") from None
    except RecursionError:
        raise Wrong(path.name, "", "not TOML: nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits, a date that there is not
        raise Wrong(path.name, "", f"not TOML that can be read: {error}") from None


def shaped(value: dict[str, Any], shape: type[Shape], name: str) -> Shape:
    """Return a table as its shape. Raises Wrong."""
    try:
        return converted(value, shape)
    except msgspec.ValidationError as error:
        raise Wrong(name, *place_of(error, _CHOICES)) from None


def _controls(value: object, key: str = "") -> Iterable[str]:
    """Yield the keys of texts with control characters, which neither screens nor paper can show."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _controls(each, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for i, each in enumerate(value):
            id_ = each.get("id", i) if isinstance(each, dict) else i
            yield from _controls(each, f"{key}.{id_}")
    elif isinstance(value, str) and any((c < " " and c not in "\n\t") or c == "\x7f" for c in value):
        yield key[:200]


def _wrong(value: object, shape: type[Table], key: str) -> Iterable[tuple[str, str]]:
    """Yield everything wrong in a table and in those inside it: reading alone would tell the first only."""
    if not isinstance(value, dict):
        yield key, "is no table"
        return
    left = dict(value)
    for name, inside in _INSIDE.get(shape, {}).items():
        each = left.pop(name, [])
        place = f"{key}.{name}" if key else name
        if not isinstance(each, list):
            yield place, f"is no list of tables; write [[{name}]]"
            continue
        for i, one in enumerate(each):
            id_ = one.get("id", i) if isinstance(one, dict) else i
            yield from _wrong(one, inside, f"{place}.{id_ if isinstance(id_, str) and id_ else i}"[:200])
    yield from _own(left, shape, key)


def _own(left: dict[str, Any], shape: type[Table], key: str) -> Iterable[tuple[str, str]]:
    gone: set[str] = set()
    while True:
        try:
            converted(left, shape)
            return
        except msgspec.ValidationError as error:
            place, reason = place_of(error, _CHOICES)
        name = _named(place, reason, left)
        if not name:
            missing = any(f"field `{each}`" in reason for each in gone)  # told already, by what it held
            if not missing:
                yield key, reason
            return
        yield f"{key}.{place or name}" if key else place or name, reason
        gone.add(name)
        del left[name]


def _named(place: str, reason: str, table: dict[str, Any]) -> str:
    """The key of a table that an error is about; empty when it is none of its keys."""
    name = place.partition(".")[0].partition("[")[0]
    if not name and "unknown field" in reason:
        name = reason.partition("unknown field `")[2].rstrip("`")
    return name if name in table else ""
