"""The records in a JSON file, wherever they lie: lines, an array, or an array inside a document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec

from tocsin.errors import BadInput
from tocsin.importers import json_text
from tocsin.importers.base import Assumed, Rejected, Source, Step
from tocsin.importers.json_values import follow, steps, told
from tocsin.importers.mapping import Head

MOST_COLUMNS = 2_000
_LOOKED_AT = 200  # records that tell what columns there are
_DEEPEST = 4  # levels down to which records are looked for in a document
_NUMERIC = 0.8


@dataclass
class Records:
    """Records of a file: JSON Lines and long arrays are read one at a time, and again each time.

    `path` says where in the document, or in each line, they lie; empty: found by looking. `referred` are
    paths with an index that a mapping names, such as choices[0].text; they are columns too.
    """

    source: Source
    path: str = ""
    referred: tuple[str, ...] = ()
    _shape: str = ""
    _found: list[Any] = field(default_factory=list)
    _lines: json_text.Lines | None = None
    _done: int = 0
    _streamed: bool = False  # an array too large for memory

    def __post_init__(self) -> None:
        self._shape = json_text.shape(self.source)
        if not self._shape:
            # Not even the beginning is JSON: the parser says where it stops being that.
            json_text.document(self.source)
            raise BadInput("this is one bare value, no records.", where=self.source.name)
        try:
            steps(self.path)
        except ValueError as error:
            raise BadInput(str(error), where=self.source.name) from None
        self._streamed = (
            self._shape == "array"
            and not self.path
            and self.source.path.stat().st_size > json_text.LARGEST_DOCUMENT
        )
        if self._shape != "lines" and not self._streamed:
            self._found = self._in_document(json_text.document(self.source))

    def _in_document(self, document: Any) -> list[Any]:
        if not self.path and isinstance(document, dict):
            self.path = self._looked_for(document)
        inner = follow(document, self.path)
        if isinstance(inner, dict):
            return [inner]
        if not isinstance(inner, list):
            there = f"there is {told(inner)} at “{self.path}”" if inner is not None else "there is nothing"
            raise BadInput(f"{there}, no array of records.", where=self.source.name, hint=_HINT)
        return inner

    def _looked_for(self, document: dict[str, Any]) -> str:
        """Return the path of the only array of objects; "" where there is none, so that it is one record."""
        found = list(_arrays(document, "", _DEEPEST))
        if len(found) > 1:
            raise BadInput(
                f"there are several arrays of records: {', '.join(found[:10])}.",
                where=self.source.name,
                hint=f"Say --map records={found[0]}, for example.",
            )
        return found[0] if found else ""

    def assumed(self) -> Iterator[Assumed]:
        """Yield what kind of file it is, once it is read."""
        where = f", the records under {self.path}" if self.path else ""
        kinds = {"lines": "JSON Lines", "array": "one JSON array", "object": "one JSON document"}
        yield Assumed("format", kinds[self._shape] + where)
        if self._lines is not None and self._lines.blank:
            yield Assumed("blank lines", f"{self._lines.blank:,}, left out")

    def step(self) -> Step:
        """Return how far the reading is."""
        if self._lines is not None:
            return self._lines.step()
        return Step(self._done, None if self._streamed else len(self._found), "reading")

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any] | Rejected]]:
        """Yield the number of a record (that of its line, or its place in the array) and its cells."""
        for number, value in self._values():
            if isinstance(value, Rejected):
                yield number, value
                continue
            try:
                yield number, self._cells(value)
            except ValueError as error:
                yield number, Rejected(number, str(error))

    def _values(self) -> Iterator[tuple[int, Any]]:
        if self._streamed:
            for number, (done, value) in enumerate(json_text.array(self.source), 1):
                self._done = done
                yield number, value
            return
        if self._shape != "lines":
            for number, value in enumerate(self._found, 1):
                self._done = number
                yield number, value
            return
        self._lines = json_text.lines(self.source)
        for number, value in self._lines:
            inner = follow(value, self.path) if self.path and not isinstance(value, Rejected) else value
            yield from (
                (number, one) for one in (inner if self.path and isinstance(inner, list) else [inner])
            )

    def _cells(self, value: Any) -> dict[str, Any]:
        """Return the cells of a record by the paths of its fields; arrays stay whole. Raises ValueError."""
        if not isinstance(value, dict):
            raise ValueError(f"this is {told(value)}, not an object")
        found: dict[str, Any] = {}
        waiting = [value.items()]
        names = [""]
        while waiting:
            items, before = waiting.pop(), names.pop()
            for key, inner in items:
                name = before + key if before else key
                if isinstance(inner, dict):
                    waiting.append(inner.items())
                    names.append(f"{name}.")
                elif before and name in found:
                    raise ValueError(f"two of its fields are called {name[:60]}")
                else:
                    found[name] = inner
        if len(found) > MOST_COLUMNS:
            raise ValueError(f"it has more than {MOST_COLUMNS:,} fields")
        for path in self.referred:
            found[path] = follow(value, path)
        return found

    def head(self) -> Head:
        """Return the columns of the first records, and these as text. Raises BadInput when there are none."""
        good = [
            (number, cells) for number, cells in islice(self, _LOOKED_AT) if not isinstance(cells, Rejected)
        ]
        names = dict.fromkeys(name for _, cells in good for name in cells)
        if not names:
            first = next((cells.reason for _, cells in self if isinstance(cells, Rejected)), "it is empty")
            raise BadInput(f"there is no record in it: {first}.", where=self.source.name, hint=_HINT)
        if len(names) > MOST_COLUMNS:
            raise BadInput(f"its records have more than {MOST_COLUMNS:,} fields.", where=self.source.name)
        rows = tuple(tuple(as_text(cells.get(name)) for name in names) for _, cells in good)
        numeric = frozenset(name for name in names if _is_numeric([cells.get(name) for _, cells in good]))
        return Head(self.source.name, tuple(names), rows, good[0][0], numeric=numeric)


_HINT = "Say where they are, as --map records=data.items."


def _arrays(value: dict[str, Any], before: str, levels: int) -> Iterator[str]:
    for key, inner in value.items():
        if not re.fullmatch(r"[^.\[\]]+", key):
            continue
        if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner[:10]):
            yield before + key
        elif isinstance(inner, dict) and levels > 1:
            yield from _arrays(inner, f"{before}{key}.", levels - 1)


def _is_numeric(values: list[Any]) -> bool:
    told = [value for value in values if value is not None]
    numbers = sum(isinstance(value, int | float) and not isinstance(value, bool) for value in told)
    return bool(told) and numbers >= _NUMERIC * len(told)


def as_text(value: Any) -> str:
    """Return a cell as text: "" for null, JSON for truths, numbers and arrays."""
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.encode(value).decode()


def referred(mapping: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths with an index that the words of a mapping name."""
    words = [word.strip() for said in mapping.values() for word in re.split(r"[,{}]", said)]
    return tuple(
        dict.fromkeys(word for word in words if re.fullmatch(r"[^'\[\]]+(\[\d{1,9}\][^'\[\]]*)+", word))
    )
