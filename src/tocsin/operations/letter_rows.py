"""The rows of a list of persons, checked one by one: which become letters, which are refused and why."""

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import BadInput
from tocsin.importers.people_csv import ALWAYS, People
from tocsin.model.document import Paper
from tocsin.model.letters import (
    ADDRESS,
    NAME,
    Form,
    LetterKind,
    Order,
    Problem,
    Recipient,
    columns,
    normalised,
    problems,
)
from tocsin.operations.letter_batch import Batch
from tocsin.operations.progress import Progress

if TYPE_CHECKING:  # ReportLab is loaded by whoever makes letters
    from tocsin.reports.letters import Needs

MOST_TOLD = 1000  # problems kept for the report; the proof beside the letters has all of them
_MOST_ADDRESS, _LONGEST_ADDRESS = 12, 200
_EVERY = 500
_MOST_TRIED = 1000
_MOST_KEPT = 20_000  # rows in memory at once: some 20 MB
_PAPERS = {"a4": Paper.A4, "letter": Paper.LETTER, "us letter": Paper.LETTER}


@dataclass(slots=True)
class Checked:
    """What reading a list showed: how many letters it gives, which rows are refused, what they set.

    `kept` are the rows of a short list, which need not be read again; None of a longer one.
    """

    letters: int = 0
    refused: set[int] = field(default_factory=set)
    warnings: int = 0
    problems: list[Problem] = field(default_factory=list)
    varying: set[str] = field(default_factory=set)
    kept: list[Recipient | Problem] | None = field(default_factory=list)
    unknown: tuple[str, ...] = ()


def people(batch: Batch, path: Path, mapping: dict[str, str]) -> People:
    """Return the list as this kind of letter reads it."""
    asks = [ask for kind in batch.kinds.values() for ask in kind.asks]
    lists = frozenset(one.id for one in asks if one.form is Form.LIST)
    return People(path, columns(batch.kinds.values()), lists, mapping)


def check(batch: Batch, found: People, needs: "Needs") -> Generator[Progress, None, Checked]:
    """Read the list once, tell what is wrong with it, and gather what its letters need to be printed."""
    checked = Checked(unknown=found.columns().unknown)
    total = 0
    needs.add_all(batch.printed())
    for total, one in enumerate(found.rows(), 1):
        wrong = [one] if isinstance(one, Problem) else list(_wrong(batch, one))
        if any(problem.refuses for problem in wrong):
            checked.refused.add(total)
        elif isinstance(one, Recipient):
            checked.letters += 1
            checked.varying |= one.values.keys()
            needs.add_all(one.values.values())
        if checked.kept is not None:
            checked.kept.append(one)
            checked.kept = checked.kept if len(checked.kept) <= _MOST_KEPT else None
        checked.warnings += sum(not problem.refuses for problem in wrong)
        checked.problems += wrong[: max(MOST_TOLD - len(checked.problems), 0)]
        if total % _EVERY == 0:
            yield Progress(total, None, "checking the list")
    return checked


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a row, for the proof beside the letters; `reason` is empty for a letter."""

    row: int
    line: int
    name: str
    reason: str = ""


def orders(batch: Batch, found: People, checked: Checked, told: deque[Row]) -> Iterator[Order]:
    """Yield the letters to be made, in the order of the list; every row read is told as well."""
    for row, one in enumerate(checked.kept or found.rows(), 1):
        if isinstance(one, Problem):
            told.append(Row(row, one.line, "", one.said()))
            continue
        kind = _kind(batch, one)
        values = _values(kind, one)
        name = values.get(NAME, "")
        if row in checked.refused:
            reasons = (problem.said() for problem in _wrong(batch, one) if problem.refuses)
            told.append(Row(row, one.line, name, "; ".join(reasons)))
            continue
        told.append(Row(row, one.line, name))
        yield Order(row, kind.language, _paper(batch, one), values, f"{row} · {name}"[:200])


def sample(batch: Batch, found: People, needs: "Needs") -> Order:
    """Return the first letter that can be made. Raises BadInput saying what is wrong with the first row."""
    problem = ""
    for one in islice(found.rows(), _MOST_TRIED):
        wrong = [one] if isinstance(one, Problem) else list(_wrong(batch, one))
        if isinstance(one, Recipient) and not any(each.refuses for each in wrong):
            needs.add_all(batch.printed())
            needs.add_all(one.values.values())
            kind = _kind(batch, one)
            return Order(one.row, kind.language, _paper(batch, one), _values(kind, one), "")
        problem = problem or wrong[0].said()
    raise BadInput("no letter can be shown.", where=found.path.name, hint=problem)


def _values(kind: LetterKind, one: Recipient) -> dict[str, str]:
    asked = {ask.id: ask for ask in kind.asks}
    return {id_: normalised(asked[id_], value) for id_, value in one.values.items() if id_ in asked}


def _kind(batch: Batch, one: Recipient) -> LetterKind:
    return batch.kinds.get(one.values.get("language", "").split("-")[0].casefold(), batch.kind)


def _paper(batch: Batch, one: Recipient) -> Paper:
    return _PAPERS.get(one.values.get("paper", "").casefold(), batch.printing.paper)


def _wrong(batch: Batch, one: Recipient) -> Iterator[Problem]:
    """Yield what is wrong with a row: its values, how it is to be printed, characters no font has."""
    from tocsin.reports.letter_type import undrawable

    kind = _kind(batch, one)
    own = _values(kind, one)
    yield from problems(kind, Recipient(one.row, one.line, own), batch.shared)
    language, paper = (one.values.get(name, "") for name in ALWAYS)
    if language and language.split("-")[0].casefold() not in batch.kinds:
        told = ", ".join(batch.kinds)
        reason = f"there is no text in {language[:20]!r}, only in {told}: give one with --template"
        yield Problem(one.row, one.line, "language", reason)
    if paper and paper.casefold() not in _PAPERS:
        yield Problem(one.row, one.line, "paper", f"{paper[:20]!r} is neither A4 nor Letter")
    for id_, value in own.items():
        if reason := undrawable(value):
            yield Problem(one.row, one.line, id_, reason)
    address = own.get(ADDRESS, "").split("\n")
    if len(address) > _MOST_ADDRESS or max(map(len, address)) > _LONGEST_ADDRESS:
        reason = f"an address has at most {_MOST_ADDRESS} lines of {_LONGEST_ADDRESS} characters"
        yield Problem(one.row, one.line, ADDRESS, reason)
    if len(own.get(NAME, "")) > _LONGEST_ADDRESS:
        yield Problem(one.row, one.line, NAME, f"a name has at most {_LONGEST_ADDRESS} characters")
