"""Rows of examples or of results in a file: CSV, JSON or JSON Lines; what cannot be used is told."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tocsin.errors import BadInput
from tocsin.operations import original

MAX_BYTES = 16_000_000
MAX_ROWS = 20_000
LONGEST = 4_000  # characters of a text
LONGEST_ID = 120
# What columns are called elsewhere; the first is ours.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "example", "case", "example_id", "case_id"),
    "input": ("input", "prompt", "question", "request", "query"),
    "expected": ("expected", "expected_output", "ideal", "target", "reference", "label"),
    "observed": ("observed", "output", "actual", "answer", "response", "prediction"),
    "note": ("note", "comment", "reason"),
    "version": ("version", "model", "model_version"),
    "passed": ("passed", "pass", "ok", "success", "correct", "result"),
}
_TRUE = frozenset({"true", "yes", "y", "1", "1.0", "pass", "passed", "ok", "success", "correct"})
_FALSE = frozenset({"false", "no", "n", "0", "0.0", "fail", "failed", "error", "failure", "wrong"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, counted from 1 without the header, and why."""

    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row by the names of `NAMES`; `why` says why it cannot be read."""

    number: int
    values: Mapping[str, str]
    why: str = ""


def rows(path: Path) -> list[Row]:
    """Return the rows of a file. Raises BadInput for one that is none of CSV, JSON and JSON Lines."""
    name = original.shown(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=name) from None
    if len(raw) > MAX_BYTES:
        raise BadInput(f"the file is larger than {MAX_BYTES:,} bytes.", where=name, hint="Split it.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"not UTF-8 at byte {error.start}.", where=name) from None
    found = list(_limited(_read(text, path.suffix.casefold(), name), name))
    if not found:
        raise BadInput("it has no rows.", where=name, hint=f"Columns: {', '.join(NAMES)}.")
    return found


def truth(said: str) -> bool | None:
    """Return whether a word means that an example passed; None for another word."""
    word = said.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def _limited(found: Iterable[Row], name: str) -> Iterator[Row]:
    for row in found:
        if row.number > MAX_ROWS:
            raise BadInput(f"it has more than {MAX_ROWS:,} rows.", where=name, hint="Split it.")
        yield row


def _read(text: str, suffix: str, name: str) -> Iterator[Row]:
    first = text.lstrip()[:1]
    if suffix in (".csv", ".tsv") or (
        suffix not in (".json", ".jsonl", ".ndjson") and first not in ("[", "{")
    ):
        return _table(text, name)
    if suffix in (".jsonl", ".ndjson"):
        return _lines(text)
    try:
        whole = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        if first == "{" and suffix != ".json":
            return _lines(text)
        raise BadInput(f"not JSON: {error}", where=name) from None
    return _objects(whole, name)


def _table(text: str, name: str) -> Iterator[Row]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = reader.fieldnames or ()
    except csv.Error as error:
        raise BadInput(f"its first line is not CSV: {error}", where=name) from None
    if not {_ours(column) for column in columns} & {"input", "id"}:
        raise BadInput("its first line names neither input nor id.", where=name,
                       hint=f"Columns: {', '.join(NAMES)}.")  # fmt: skip
    number = 0
    try:
        for number, row in enumerate(reader, 1):
            if None in row:
                yield Row(number, {}, "it has more fields than the first line")
            else:
                yield Row(number, _values(row))
    except csv.Error as error:
        yield Row(number + 1, {}, f"not CSV: {error}; what follows was not read")


def _lines(text: str) -> Iterator[Row]:
    lines = (line for line in text.split("\n") if line.strip())
    for number, line in enumerate(lines, 1):
        try:
            yield _object(number, msgspec.json.decode(line))
        except (msgspec.DecodeError, RecursionError):
            yield Row(number, {}, "not JSON")


def _objects(whole: Any, name: str) -> Iterator[Row]:
    """A list of objects, or an object with one list of them, whose other texts hold for all."""
    shared: dict[str, Any] = {}
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list)]
        if len(lists) != 1:
            raise BadInput("it holds no list of examples or results.", where=name)
        shared = {key: value for key, value in whole.items() if isinstance(value, str)}
        whole = lists[0]
    if not isinstance(whole, list):
        raise BadInput("it holds no list of examples or results.", where=name)
    return (_object(number, one, shared) for number, one in enumerate(whole, 1))


def _object(number: int, one: Any, shared: Mapping[str, Any] | None = None) -> Row:
    if not isinstance(one, dict):
        return Row(number, {}, "it is no object")
    return Row(number, _values({**(shared or {}), **one}))


def _values(row: Mapping[Any, Any]) -> dict[str, str]:
    """The values under our names. Of two columns that mean the same the one with our name counts."""
    found: dict[str, str] = {}
    for column, value in row.items():
        ours = _ours(str(column))
        if ours and (ours not in found or str(column).strip().casefold() == ours):
            found[ours] = _text(value)
    return found


def _ours(column: str | None) -> str:
    word = (column or "").strip().casefold().replace(" ", "_")
    return next((name for name, others in NAMES.items() if word in others), "")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else msgspec.json.encode(value).decode()
