"""Regimes, questions and calendars from their TOML files, checked: what is shipped, and what a team wrote."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from tocsin.errors import BadInput
from tocsin.model.regime import Question, Regime, Rules
from tocsin.paths import resource
from tocsin.policy.check import Problem
from tocsin.policy.files import Wrong
from tocsin.policy.regimes_build import CONFIRM, calendars_of, confirming
from tocsin.policy.regimes_check import problems
from tocsin.policy.regimes_files import Contents, contents, shaped, table_of
from tocsin.policy.regimes_tables import CalendarsTable
from tocsin.policy.regimes_write import text_of

__all__ = [
    "Examined",
    "Problem",
    "examine",
    "load",
    "load_shipped",
    "merged",
    "problems",
    "read",
    "refuse",
    "text_of",
]

FOLDER = "policies/regimes"
CALENDARS = "calendars.toml"
_TEAM = "team"
T = TypeVar("T", Regime, Question)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file looked at: what it holds, and everything wrong with it among the rules it is added to."""

    regimes: tuple[Regime, ...]
    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]


@lru_cache  # its files stay as they are while the program runs
def load_shipped() -> Rules:
    """Return the rules that come with Tocsin; their calendars name places, without the public holidays."""
    return load(resource(FOLDER))


def load(folder: Path) -> Rules:
    """Return the rules of a folder of files. Raises BadInput telling everything wrong with them."""
    try:
        table = shaped(table_of(folder / CALENDARS), CalendarsTable, CALENDARS)
    except Wrong as wrong:
        raise BadInput(str(wrong), where=str(folder / CALENDARS)) from None
    read_ = [contents(one) for one in sorted(folder.glob("*.toml")) if one.name != CALENDARS]
    rules = Rules(
        table.as_of,
        table.disclaimer,
        tuple(question for one in read_ for question in one.questions),
        tuple(regime for one in read_ for regime in one.regimes),
        calendars_of(table),
    )
    rules = replace(rules, questions=_with_confirming(rules))
    files = {id_: one.file for one in read_ for id_ in one.ids}
    refuse([*(bad for one in read_ for bad in one.problems), *problems(rules, files)], str(folder))
    return rules


def read(path: Path) -> tuple[Regime, ...]:
    """Return the regimes of a team's file. Raises BadInput telling everything wrong, by file, key and reason.

    What they refer to may be shipped: stages, questions, calendars.
    """
    found = examine(path, load_shipped())
    refuse(found.problems, str(path))
    return found.regimes


def examine(path: Path, rules: Rules) -> Examined:
    """Return what a team's file holds, with everything wrong when it is added to these rules."""
    found = contents(path)
    if found.problems:
        return Examined(found.regimes, found.questions, tuple(found.problems))
    regimes = tuple(replace(one, origin=_TEAM) for one in found.regimes)
    wrong = [] if regimes or found.questions else [Problem(path.name, "", "there is no regime in it")]
    wrong += _twice(found)
    own = {one.id for one in load_shipped().questions}
    wrong += [
        Problem(path.name, f"questions.{one.id}", "is a shipped question; give yours another id")
        for one in found.questions
        if one.id in own
    ]
    files = dict.fromkeys(found.ids, path.name)
    whole = merged(rules, regimes, found.questions)
    if among := list(problems(whole, files)):
        before = {(one.key, one.reason) for one in problems(rules)}
        wrong += [one for one in among if (one.key, one.reason) not in before]
    return Examined(regimes, found.questions, tuple(wrong))


def merged(rules: Rules, regimes: Iterable[Regime], questions: Iterable[Question] = ()) -> Rules:
    """Return rules with regimes and questions in the place of those with the same id, new ones at the end."""
    new = replace(
        rules,
        regimes=_instead(rules.regimes, {one.id: one for one in regimes}),
        questions=_instead(rules.questions, {one.id: one for one in questions}),
    )
    return replace(new, questions=_with_confirming(new))


def refuse(found: Sequence[Problem], where: str) -> None:
    """Raise BadInput telling all problems, when there are any."""
    if found:
        told = "; ".join(f"{one.file}: {one}" if one.file else str(one) for one in found)
        raise BadInput(told, where=where)


def _instead(held: Sequence[T], new: Mapping[str, T]) -> tuple[T, ...]:
    known = {one.id for one in held}
    added = tuple(one for id_, one in new.items() if id_ not in known)
    return tuple(new.get(one.id, one) for one in held) + added


def _with_confirming(rules: Rules) -> tuple[Question, ...]:
    """The questions, with one for each regime to be confirmed that has none of its own words."""
    known = {one.id for one in rules.questions}
    asked = (one for one in rules.regimes if one.enabled == "confirm" and f"{CONFIRM}{one.id}" not in known)
    return rules.questions + tuple(confirming(one) for one in asked)


def _twice(found: Contents) -> list[Problem]:
    ids = [one.id for one in found.regimes]
    again = sorted({one for one in ids if ids.count(one) > 1})
    return [Problem(found.file, one, "is there more than once") for one in again]
