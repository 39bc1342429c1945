"""Reads a policy pack from its folder and checks it, naming file, key and reason of what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

import msgspec

from tocsin.errors import BadInput, NotFound
from tocsin.model.classification import TYPES
from tocsin.model.decoding import converted
from tocsin.model.playbook import Playbook
from tocsin.model.severity import Scheme
from tocsin.model.updates import Template
from tocsin.paths import resource
from tocsin.policy.build import escalation_of, playbook_of, scheme_of, triage_of
from tocsin.policy.check import Problem
from tocsin.policy.check_parts import everything_wrong
from tocsin.policy.files import NAME, PACK, Files, Wrong, files
from tocsin.policy.tables import (
    EscalationTable,
    PackTable,
    PlaybookTable,
    Table,
    TriageTable,
    UpdatesTable,
    place_of,
)

DEFAULT = "sev-1-4"
_COMMON = "common"  # the steps that all playbooks share
_TRIAGE = "triage.toml"
T = TypeVar("T")
Shape = TypeVar("Shape", bound=Table)


@dataclass(frozen=True, slots=True)
class Examined:
    """A folder looked at: the scheme, None when it makes none, and everything wrong with it."""

    scheme: Scheme | None
    problems: tuple[Problem, ...]
    where: Path


def shipped() -> list[str]:
    """Return the names of the packs that come with Tocsin."""
    return sorted(file.parent.name for file in resource("policies").glob(f"*/{PACK}"))


@lru_cache  # its files stay as they are while the program runs
def load_shipped(name: str = DEFAULT) -> Scheme:
    """Return a pack that comes with Tocsin. Raises NotFound, naming those there are."""
    if name not in shipped():
        raise NotFound(f"There is no policy pack {name!r}.", hint=f"There are: {', '.join(shipped())}.")
    return load(resource(f"policies/{name}"))


def load(folder: Path) -> Scheme:
    """Return the scheme a pack's folder describes. Raises BadInput with file, key and reason."""
    found = examine(folder)
    if found.scheme is None or found.problems:
        told = [str(p) if p.file == found.problems[0].file else f"{p.file}: {p}" for p in found.problems]
        raise BadInput("; ".join(told), where=str(found.where))
    return found.scheme


def examine(folder: Path) -> Examined:
    """Return the scheme of a pack's folder with everything that is wrong in any of its files.

    `where` is the first file with a problem, which may be one of a pack that this one extends.
    """
    problems: list[Problem] = []

    def trying(work: Callable[[], T]) -> T | None:
        try:
            return work()
        except Wrong as wrong:
            problems.append(Problem(wrong.file, wrong.key, wrong.reason))
            return None

    its = trying(lambda: files(folder))
    if its is None:
        return Examined(None, tuple(problems), folder / PACK)
    scheme = trying(lambda: scheme_of(_table(its, PACK, PackTable)))
    triage = trying(lambda: triage_of(_triage(its)))
    escalation = trying(
        lambda: escalation_of(_table(its, "escalation.toml", EscalationTable), "escalation.toml")
    )
    books = [trying(partial(_playbook, its, type)) for type in trying(lambda: _types(its)) or []]
    updates = trying(lambda: _updates(its))
    if scheme is not None and triage is not None:
        scheme = replace(
            scheme,
            triage=triage,
            escalation=escalation or (),
            playbooks=tuple(book for book in books if book is not None),
            updates=updates or (),
        )
        problems += everything_wrong(scheme)
    where = its.place(problems[0].file) if problems else folder / PACK
    return Examined(scheme, tuple(problems), where)


def _triage(its: Files) -> TriageTable:
    """The rules of the pack; the questions are those of what it extends, unless it asks its own."""
    table = _table(its, _TRIAGE, TriageTable)
    if not table.rules and not table.otherwise:
        return table if its.folders[0] == its.place(_TRIAGE).parent else TriageTable()
    below = its.below(_TRIAGE)
    while not table.questions and below is not None:
        table.questions = _table(below, _TRIAGE, TriageTable).questions
        below = below.below(_TRIAGE)
    return table


def _types(its: Files) -> list[str]:
    """The types that have a playbook, in their usual order."""
    usual = list(TYPES)
    names = (name for name in its.names("playbooks", ".toml") if name != _COMMON)
    return sorted(names, key=lambda name: (usual.index(name) if name in usual else len(usual), name))


def _playbook(its: Files, type: str) -> Playbook:
    its_own, common = (_table(its, f"playbooks/{name}.toml", PlaybookTable) for name in (type, _COMMON))
    if not its_own.title:
        raise Wrong(f"playbooks/{type}.toml", "title", "is missing")
    return playbook_of(type, its_own, common)


def _updates(its: Files) -> tuple[Template, ...]:
    listed = _table(its, "updates.toml", UpdatesTable).updates
    for i, one in enumerate(listed):
        if not NAME.fullmatch(one.audience):  # it names a file, and none outside the pack
            raise Wrong("updates.toml", f"updates[{i}].audience", f"{one.audience!r} is not a-z 0-9 _ -")
    return tuple(
        Template(one.audience, one.title, its.text(f"updates/{one.audience}.md"), one.outside, one.to)
        for one in listed
    )


def _table(its: Files, name: str, shape: type[Shape]) -> Shape:
    """Return a file's table, an empty one for a file that may be missing. Raises Wrong."""
    if name != PACK and not its.has(name):
        return shape()
    try:
        return converted(its.table(name), shape)
    except msgspec.ValidationError as error:
        raise Wrong(name, *place_of(error)) from None
