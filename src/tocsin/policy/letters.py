"""Kinds of letters from `resources/policies/letters`, or from a team's own file, checked as they are read."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from tocsin.errors import BadInput
from tocsin.model.letters import DATE, ENTRY, Ask, Block, Check, Form, LetterKind, Where, names_in
from tocsin.paths import resource
from tocsin.policy.files import MAX_BYTES, NAME

_FOLDER = "policies/letters"
_Text = Annotated[str, msgspec.Meta(max_length=4000)]
_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Id = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
_Where = dict[_Id, Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]]
_KINDS = ("subject", "heading", "text", "item", "point", "small", "verbatim")


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    """A table in which a key nobody knows is an error."""


class _Ask(_Table):
    id: _Id
    title: _Word
    citation: _Text = ""
    form: Form = Form.TEXT
    required: bool = True
    each: bool = False
    where: _Where = {}
    source: _Text = ""
    verbatim: _Text = ""
    help: _Text = ""
    names: list[_Word] = []
    choices: list[_Word] = []
    default: _Text = ""


class _Block(_Table):
    kind: str
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=8000)]
    where: _Where = {}
    each: str = ""
    fresh: bool = False


class _Check(_Table):
    within: list[_Id]
    say: _Word
    refuses: bool
    citation: _Text = ""
    pattern: Annotated[str, msgspec.Meta(max_length=500)] = ""
    most: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    where: _Where = {}


class _Letter(_Table):
    title: _Word
    language: Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}(-[A-Z]{2})?$")]
    duties: list[_Word]
    block: Annotated[list[_Block], msgspec.Meta(min_length=1, max_length=200)]
    ask: Annotated[list[_Ask], msgspec.Meta(max_length=200)] = []
    check: Annotated[list[_Check], msgspec.Meta(max_length=100)] = []
    gated: bool = False
    instead: _Text = ""
    size: Annotated[float, msgspec.Meta(ge=8, le=16)] = 11.0
    months: list[_Word] = []
    page_of: _Text = "Page {page} of {pages}"
    include: str = ""
    include_where: _Where = {}


@cache
def shipped() -> tuple[LetterKind, ...]:
    """Return the kinds of letters that are shipped, by their ids."""
    return tuple(read(path) for path in sorted(resource(_FOLDER).glob("*.toml")))


def kinds(id_: str, templates: Iterable[Path] = ()) -> dict[str, LetterKind]:
    """Return a kind of letter in all languages there are: the shipped one and a team's own files.

    A file's name begins with the kind: `gdpr-34.de.toml`. Raises BadInput.
    """
    own = [read(path) for path in templates]
    if other := [one.id for one in own if one.id != id_]:
        raise BadInput(f"this is the text of another letter, {other[0]}.", where=id_)
    shipped_one = [get(id_)] if not own or any(one.id == id_ for one in shipped()) else []
    return {one.language: one for one in (*shipped_one, *own)}


def get(id_: str) -> LetterKind:
    """Return a shipped kind of letter. Raises BadInput that names those there are."""
    found = next((one for one in shipped() if one.id == id_), None)
    if found is None:
        known = ", ".join(one.id for one in shipped())
        raise BadInput("there is no such kind of letter.", where=id_, hint=f"One of {known}.")
    return found


def read(path: Path) -> LetterKind:
    """Return the kind of letter a file holds; its name without the ending is the id. Raises BadInput."""
    try:
        table = _convert(_parsed(path))
        kind = _built(path.name.removesuffix(".toml").partition(".")[0], table)
        if table.include:
            kind = _with(kind, get_file(path, table.include), _where(table.include_where))
        _check(kind)
    except (ValueError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"this is no letter: {error}", where=path.name) from None
    return kind


def get_file(path: Path, name: str) -> LetterKind:
    """Return the letter that another includes: beside it, else the shipped one."""
    if not NAME.fullmatch(name) or name == path.stem:
        raise ValueError(f"include: {name!r} is no other letter")
    beside = path.parent / f"{name}.toml"
    return read(beside if beside.exists() else resource(f"{_FOLDER}/{name}.toml"))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}.", where=path.name) from None
    if len(content) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
    return tomllib.loads(content.decode("utf-8"))


def _convert(table: dict[str, Any]) -> _Letter:
    try:
        return msgspec.convert(table, _Letter)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


def _where(table: dict[str, list[str]]) -> Where:
    return {name: tuple(words) for name, words in table.items()}


def _built(id_: str, table: _Letter) -> LetterKind:
    asks = tuple(
        Ask(one.id, one.title, one.citation, one.form, one.required, one.each, _where(one.where), one.source,
            one.verbatim, one.help, tuple(one.names), tuple(one.choices), one.default)
        for one in table.ask
    )  # fmt: skip
    blocks = tuple(Block(one.kind, one.text, _where(one.where), one.each, one.fresh) for one in table.block)
    checks = tuple(
        Check(tuple(one.within), one.say, one.refuses, one.citation, one.pattern, one.most, _where(one.where))
        for one in table.check
    )
    return LetterKind(
        id_, table.title, table.language, tuple(table.duties), asks, blocks, checks, table.gated,
        table.instead, table.size, tuple(table.months), table.page_of,
    )  # fmt: skip


def _with(kind: LetterKind, other: LetterKind, where: Where) -> LetterKind:
    """Return a letter with another enclosed on pages of its own where a condition holds.

    Who writes to whom about what is asked anyway; the rest of the enclosure only where it is enclosed.
    """
    used = {name for block in kind.blocks for name in names_in(block.text)} | {
        "sender_name",
        "sender_address",
    }
    own = {one.id for one in kind.asks}
    asks = [
        one if one.each or one.id in used else replace(one, where={**where, **one.where})
        for one in other.asks
        if one.id not in own
    ]
    blocks = [replace(one, where={**where, **one.where}) for one in other.blocks]
    blocks[0] = replace(blocks[0], fresh=True)
    checks = [replace(one, where={**where, **one.where}) for one in other.checks]
    return replace(
        kind, asks=(*kind.asks, *asks), blocks=(*kind.blocks, *blocks), checks=(*kind.checks, *checks)
    )


def _check(kind: LetterKind) -> None:
    """Raise ValueError for placeholders nobody fills, conditions on nothing, patterns that are none."""
    known = {one.id for one in kind.asks} | {DATE}
    for number, block in enumerate(kind.blocks, 1):
        place = f"block {number}"
        if block.kind not in _KINDS:
            raise ValueError(f"{place}: {block.kind!r} is none of {', '.join(_KINDS)}")
        allowed = known | ({ENTRY} if block.each else set())
        if unknown := [name for name in names_in(block.text) if name not in allowed]:
            raise ValueError(f"{place}: nothing is asked under {unknown[0]!r}")
        if block.each and block.each not in known:
            raise ValueError(f"{place}: nothing is asked under {block.each!r}")
    conditions = [one.where for one in kind.asks] + [one.where for one in kind.blocks]
    conditions += [one.where for one in kind.checks]
    named = {name for where in conditions for name in where} | {n for one in kind.checks for n in one.within}
    if unknown := sorted(named - known):
        raise ValueError(f"nothing is asked under {unknown[0]!r}")
    for one in kind.asks:
        if (one.form is Form.CHOICE) != bool(one.choices) or (one.default and one.default not in one.choices):
            raise ValueError(
                f"ask {one.id}: a choice has choices and its default is one of them, others have none"
            )
    if kind.months and len(kind.months) != 12:
        raise ValueError("months: there are twelve")
    for check in kind.checks:
        try:
            re.compile(check.pattern)
        except re.error as error:
            raise ValueError(f"check {check.say!r}: {error}") from None
