"""Letters to individuals as data: what a kind of letter says, must be told, and may not say.

A letter is made of blocks with placeholders. What fills them is said once for the batch or, in a column of
the same name, for each person; a person's own word goes first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from tocsin.model.document import Paper, Standing

# A name to the words that satisfy it: "*" any, "" none, else the words themselves. All must be satisfied.
Where = dict[str, tuple[str, ...]]
Values = Mapping[str, str]
ANY = "*"
LONGEST = 20_000
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
ENTRY = "entry"  # the placeholder of one item of a list
DATE = "date"  # the day on the letter
# Who writes to whom: how a letter is headed.
SENDER, SENDER_ADDRESS, NAME, ADDRESS = "sender_name", "sender_address", "name", "address"


class Form(StrEnum):
    """What an answer looks like: a line, some lines, a list (one a line), a day, one of some words."""

    LINE = "line"
    TEXT = "text"
    LIST = "list"
    DATE = "date"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a letter says. `each` must come from the list of persons; others may.

    `verbatim` tells where wording that a law prescribes is to be taken from: no text of ours stands for it.
    `source` names the fact on record that fills it. `names` are what columns of it are called.
    """

    id: str
    title: str
    citation: str = ""
    form: Form = Form.TEXT
    required: bool = True
    each: bool = False
    where: Where = field(default_factory=dict)
    source: str = ""
    verbatim: str = ""
    help: str = ""
    names: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    default: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph. `kind` is subject, heading, text, item, point, small or verbatim.

    `each` repeats it for every entry of a list; `fresh` begins a new page.
    """

    kind: str
    text: str
    where: Where = field(default_factory=dict)
    each: str = ""
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """What may not stand in a letter: a pattern, or more than `most` entries of a list.

    `refuses` tells that the law forbids it; else it is a warning. `say` is the reason.
    """

    within: tuple[str, ...]
    say: str
    refuses: bool
    citation: str = ""
    pattern: str = ""
    most: int = 0
    where: Where = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A kind of letter in one language. It may serve `duties`; if `gated`, one of them must apply.

    `instead` says which letter fits where it is not offered. `size` is that of the text in points, `months`
    are the names of the months in its language.
    """

    id: str
    title: str
    language: str
    duties: tuple[str, ...]
    asks: tuple[Ask, ...]
    blocks: tuple[Block, ...]
    checks: tuple[Check, ...] = ()
    gated: bool = False
    instead: str = ""
    size: float = 11.0
    months: tuple[str, ...] = ()
    page_of: str = "Page {page} of {pages}"

    def ask(self, id_: str) -> Ask | None:
        """Return what is asked under an id."""
        return next((one for one in self.asks if one.id == id_), None)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A row of the list: its number from 1, the line it stands on, its values by the ids of what is asked."""

    row: int
    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    """One letter to be made: its row, language, paper, values, and its name in the outline."""

    row: int
    language: str
    paper: Paper
    values: dict[str, str]
    title: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands on every page: reference and standing in the foot, a banner that it is not to be sent."""

    foot: str
    banner: str
    page_of: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, or with the whole batch where `row` is 0; `column` is empty for all of it."""

    row: int
    line: int
    column: str
    reason: str
    refuses: bool = True

    def said(self) -> str:
        """Return it in a line."""
        place = f"row {self.row} (line {self.line})" if self.row else "the batch"
        return f"{place}{f', {self.column}' if self.column else ''}: {self.reason}"


def holds(where: Where, values: Values) -> bool:
    """Whether values satisfy a condition."""
    # Asked some thirty times for every letter, of conditions that are mostly empty.
    return not where or all(_satisfies(words, values.get(name, "")) for name, words in where.items())


def _satisfies(words: tuple[str, ...], value: str) -> bool:
    return value in words or (ANY in words and bool(value))


def wanting(kind: LetterKind, shared: Values) -> Iterator[Ask]:
    """Yield what the batch as a whole lacks, whoever is written to: wording of the law and the like."""
    for ask in kind.asks:
        if ask.verbatim and not shared.get(ask.id) and _possible(ask.where, shared):
            yield ask


def _possible(where: Where, shared: Values) -> bool:
    """Whether a condition could hold for somebody: what is not said for all may be said by a row."""
    return all(not shared.get(name) or _satisfies(words, shared[name]) for name, words in where.items())


def problems(kind: LetterKind, recipient: Recipient, shared: Values) -> Iterator[Problem]:
    """Yield what is wrong with a letter to be: what is missing, malformed or may not be said.

    `shared` is what is said for everybody, which `unfit` has looked at.
    """
    row, line, own = recipient.row, recipient.line, recipient.values
    values = {**shared, **own}
    for ask in kind.asks:
        value = own.get(ask.id, "")
        if not value and shared.get(ask.id):
            continue
        asked = holds(ask.where, values)
        if not value:
            if ask.required and asked:
                yield Problem(row, line, ask.id, f"{ask.title} is missing{_cited(ask.citation)}")
            continue
        if not asked:
            reason = f"{ask.title} is given but not printed, since {_condition(ask.where, values)}"
            yield Problem(row, line, ask.id, reason, refuses=False)
        if reason := malformed(ask, value):
            yield Problem(row, line, ask.id, reason)
    for check in kind.checks:
        if holds(check.where, values):
            yield from _checked(check, recipient, own)


def unfit(kind: LetterKind, shared: Values) -> Iterator[Problem]:
    """Yield what may not be said of what is said for everybody."""
    for check in kind.checks:
        if _possible(check.where, shared):
            yield from _checked(check, Recipient(0, 0, {}), shared)


def malformed(ask: Ask, value: str) -> str:
    """Return why a value is none for what is asked; empty when it is."""
    if len(value) > LONGEST:
        return f"{ask.title} has more than {LONGEST:,} characters"
    if ask.form is Form.CHOICE and value not in ask.choices:
        return f"{value[:40]!r} is none of {', '.join(ask.choices)}"
    if ask.form is Form.DATE and _day(value) is None:
        return f"{value[:40]!r} is no day such as 2026-11-20"
    if ask.form is Form.LINE and "\n" in value:
        return f"{ask.title} has more than one line"
    return ""


def _checked(check: Check, recipient: Recipient, values: Values) -> Iterator[Problem]:
    for id_ in check.within:
        value = values.get(id_, "")
        if not value:
            continue
        entries = value.split("\n")
        if check.most and len(entries) > check.most:
            reason = f"{check.say} ({len(entries)} given){_cited(check.citation)}"
            yield Problem(recipient.row, recipient.line, id_, reason, check.refuses)
        if check.pattern and (found := re.search(check.pattern, value, re.IGNORECASE)):
            reason = f"{check.say}: {found[0][:60]!r}{_cited(check.citation)}"
            yield Problem(recipient.row, recipient.line, id_, reason, check.refuses)


def _cited(citation: str) -> str:
    return f" ({citation})" if citation else ""


def _condition(where: Where, values: Values) -> str:
    name = next(name for name, words in where.items() if not _satisfies(words, values.get(name, "")))
    return f"{name} is {values[name][:40]}" if values.get(name) else f"{name} is not given"


def days(kind: LetterKind) -> frozenset[str]:
    """Return the ids of what is a day."""
    return frozenset({DATE, *(ask.id for ask in kind.asks if ask.form is Form.DATE)})


def printed(kind: LetterKind, values: Values, days: frozenset[str]) -> dict[str, str]:
    """Return values as they are printed: days in the words of the letter's language."""
    return {id_: day_words(value, kind.months) if id_ in days else value for id_, value in values.items()}


def day_words(day: str, months: tuple[str, ...]) -> str:
    """Return 2026-11-20 as 20 November 2026; what is no such day stays as it is."""
    found = _day(day)
    return f"{found.day} {months[found.month - 1]} {found.year}" if found and months else day


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-20") else None
    except ValueError:
        return None


def names_in(text: str) -> tuple[str, ...]:
    """Return the placeholders of a text in order."""
    return tuple(PLACEHOLDER.findall(text))


def columns(kinds: Iterable[LetterKind]) -> dict[str, tuple[str, ...]]:
    """Return what columns of a list may be called, by the id of what is asked."""
    found: dict[str, tuple[str, ...]] = {}
    for kind in kinds:
        for ask in kind.asks:
            found[ask.id] = tuple(dict.fromkeys((*found.get(ask.id, ()), ask.id, *ask.names)))
    return found


_YES, _NO = {"true", "1", "y", "x", "t"}, {"false", "0", "n", "f"}


def normalised(ask: Ask, value: str) -> str:
    """Return a value as it is compared: a choice in small letters, yes and no however they are put."""
    if ask.form is not Form.CHOICE:
        return value
    word = value.casefold()
    if "yes" in ask.choices:
        return "yes" if word in _YES else "no" if word in _NO else word
    return word


def standing_banner(standing: Standing, drill: str) -> str:
    """Return what is printed above a letter that must not be sent."""
    if drill:
        return "DRILL, NO REAL INCIDENT: NOT TO BE SENT"
    return "DRAFT: NOT TO BE SENT" if standing is Standing.DRAFT else ""
