"""Writes regimes and questions as a TOML file; reading it gives the same again."""

import textwrap
from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import date
from enum import StrEnum
from typing import Any

from tocsin.model.calendar import Offset
from tocsin.model.regime import Field, Question, Regime, Stage

_HEAD = (
    "Regimes: what a law asks for, of whom, by when. `tocsin regimes check FILE` says what is wrong, "
    "`tocsin regimes add FILE` puts them in force in a store, in the place of those with the same id.",
    "A stage counts `offset` from a fact by a counting rule; `submission:REGIME/STAGE` is the filing of "
    "another. `needs` are answers to questions, all of which are needed, each by one of those listed.",
)
_WIDTH = 108
_RENAMED = {"anchor": "from"}
_NOT_WRITTEN = ("origin",)
_TEXT = {"yes": True, "no": False}
_TRUTH = {"true": True, "false": False}


def text_of(regimes: Iterable[Regime], questions: Iterable[Question] = (), *, head: bool = True) -> str:
    """Return a file of regimes and questions as TOML."""
    lines = [f"# {line}" for text in _HEAD for line in textwrap.wrap(text, _WIDTH)] if head else []
    for regime in regimes:
        lines += _table("[[regimes]]", regime, ("stages", "fields"))
        for stage in regime.stages:
            lines += _table("[[regimes.stages]]", stage)
        for field in regime.fields:
            lines += _table("[[regimes.fields]]", field)
    for question in questions:
        lines += _table("[[questions]]", question)
    return "\n".join(lines) + "\n"


def _table(head: str, value: Regime | Stage | Field | Question, left: tuple[str, ...] = ()) -> list[str]:
    lines = ["", head]
    for each in fields(value):
        found = getattr(value, each.name)
        if each.name in left + _NOT_WRITTEN or _default(each) == found:
            continue
        if each.name == "enabled":
            found = _TEXT.get(found, found)
        if each.name == "required":
            found = _TRUTH.get(found, found)
        lines.append(f"{_RENAMED.get(each.name, each.name)} = {_value(found)}")
    return lines


def _default(each: Any) -> Any:
    return each.default_factory() if each.default_factory is not MISSING else each.default


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Offset):
        return _string(f"{value.amount} business day" if value.words.startswith("next") else value.words)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | StrEnum):
        return _string(str(value))
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, tuple):
        return _list(value)
    return f"{{ id = {_string(value.id)}, title = {_string(value.title)} }}"  # a choice


def _list(values: tuple[Any, ...]) -> str:
    inside = [_value(each) for each in values]
    line = f"[{', '.join(inside)}]"
    if len(line) <= _WIDTH - 20 or len(inside) == 1:
        return line
    if all(isinstance(each, str) and len(each) < 20 for each in values):
        return "[\n" + "\n".join(textwrap.wrap(", ".join(inside), _WIDTH, initial_indent="    ",
                                                subsequent_indent="    ")) + ",\n]"  # fmt: skip
    return "[\n" + "".join(f"    {each},\n" for each in inside) + "]"


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else _string(key)


def _string(text: str) -> str:
    import tomli_w

    return tomli_w.dumps({"a": text}).removeprefix("a = ").rstrip("\n")
