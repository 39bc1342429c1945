"""JSON files from outside: one document, an array of any size, or lines of any number; what keys are in them.

The parser (`json_parser.py`) is strict; here are encodings, limits, and telling one shape from another.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from tocsin.errors import BadInput
from tocsin.importers.base import Rejected, Source, Step
from tocsin.importers.json_array import elements
from tocsin.importers.json_parser import BadJson as BadJson
from tocsin.importers.json_parser import parsed as parsed

# A document lies in memory whole, five to eight times its size, and is parsed in one go that no stop button
# ends (2 s for this much); lines are streamed, and one of them is the measure.
LARGEST_DOCUMENT = 64 << 20
LONGEST_LINE = 16 << 20
_BLOCK = 1 << 20
# A text that the head cuts off ends with it: else each quote in it would be tried as the beginning of one.
_TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"(\s*+:)?|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
_BLANK_LINES = 10_000


def document(source: Source, *, nan: bool = False) -> Any:
    """Return the value of a file that is one JSON document. Raises BadInput: too large, or not JSON."""
    if (size := source.path.stat().st_size) > LARGEST_DOCUMENT:
        raise BadInput(
            f"it has {size:,} bytes; {LARGEST_DOCUMENT:,} is the limit for one JSON document.",
            where=source.name,
            hint="Export a shorter time, or JSON Lines, which have no limit.",
        )
    try:
        return parsed(_utf8(source).read_bytes().removeprefix(codecs.BOM_UTF8), nan=nan)
    except BadJson as error:
        raise BadInput(f"this is not sound JSON: {error}.", where=source.name) from None


@dataclass(slots=True)
class Lines:
    """The values of a file of JSON Lines, with their numbers; one that is wrong comes as a Rejected.

    Lines end in a line feed, nothing else: U+2028 within a text ends none. `blank` counts those left out;
    `step` tells how far the reading is. Raises BadInput for a line beyond all measure.
    """

    source: Source
    nan: bool = False
    blank: int = 0
    done: int = 0

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        blank_since = 0
        with _utf8(self.source).open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), 1):
                self.done += len(line)
                if len(line) > LONGEST_LINE:
                    what = f"line {number} is longer than {LONGEST_LINE:,} bytes."
                    raise BadInput(what, where=self.source.name)
                if line.strip():
                    blank_since = number
                    yield number, self._value(number, line)
                    continue
                self.blank += 1
                if number - blank_since > _BLANK_LINES:
                    what = f"after line {blank_since} more than {_BLANK_LINES:,} lines are blank."
                    raise BadInput(what, where=self.source.name)

    def _value(self, number: int, line: bytes) -> Any:
        try:
            start = codecs.BOM_UTF8 if number == 1 else b""
            return parsed(line.removeprefix(start).strip(), nan=self.nan)
        except BadJson as error:
            place = re.sub(r" at line 1, column (\d+)$", r" at column \1", str(error))
            cut = "" if line.endswith(b"\n") else "the file is cut off here: "
            return Rejected(number, f"{cut}not JSON: {place}")

    def step(self) -> Step:
        """Return how many bytes are read."""
        return Step(self.done, self.source.path.stat().st_size, "reading")


def lines(source: Source, *, nan: bool = False) -> Lines:
    """Return the numbers and values (or Rejected) of JSON Lines of any size, read one at a time."""
    return Lines(source, nan)


def shape(source: Source) -> str:
    """Return "lines", "array" or "object" for what a file that begins like JSON is; "" for anything else.

    A file of one line is a document, whatever else it could be.
    """
    start = head(source).lstrip()[:1]
    if start not in ("[", "{"):
        return ""
    with _utf8(source).open("rb") as file:
        first = _next_line(file)
        if start == "[" and not first.endswith(b"]"):
            return "array"
        more = _next_line(file)
    try:
        parsed(first)
    except BadJson:
        # A bad first line of several that each begin and end an object is one bad line, not a bad document.
        several = first.startswith(b"{") and first.endswith(b"}") and more.startswith(b"{")
        return "lines" if several else "array" if start == "[" else "object"
    return "lines" if more else "array" if start == "[" else "object"


def _next_line(file: BinaryIO) -> bytes:
    """Return the next line that is not blank, stripped, at most as long as one may be; b"" at the end."""
    for _ in range(_BLANK_LINES):
        line = file.readline(LONGEST_LINE)
        if not line or (stripped := line.removeprefix(codecs.BOM_UTF8).strip()):
            return stripped if line else b""
    return b""


def values(source: Source, *, nan: bool = False) -> Iterator[tuple[int, Any]]:
    """Yield the values of JSON Lines, of an array of any size, or the one object there is, numbered from 1.

    The number is that of the line, or of the element in its array. Raises BadInput.
    """
    kind = shape(source)
    if kind == "lines":
        yield from lines(source, nan=nan)
    elif kind == "array" and source.path.stat().st_size > LARGEST_DOCUMENT:
        yield from ((number, value) for number, (_, value) in enumerate(array(source, nan=nan), 1))
    else:
        found = document(source, nan=nan)
        yield from enumerate(found if isinstance(found, list) else [found], 1)


def array(source: Source, *, nan: bool = False) -> Iterator[tuple[int, Any]]:
    """Yield how many characters were read, and the next element of an array. Raises BadInput."""
    try:
        yield from elements(_utf8(source), nan=nan)
    except BadJson as error:
        raise BadInput(f"this is not sound JSON: {error}.", where=source.name) from None


def head(source: Source, size: int = 65_536) -> str:
    """Return the beginning of a file as text, whatever it is."""
    return _decoded(source.head(size))


def _decoded(start: bytes) -> str:
    encoding = "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    return start.decode(encoding, "replace")


def keys(source: Source, *, top: bool = False) -> frozenset[str]:
    """Return the keys seen in the first 64 KiB; none if it is not JSON. Raises nothing.

    With `top` only those of the outermost object, of each line, or of the objects of an outermost array.
    """
    return _keys(source.head(), top)


@lru_cache(maxsize=16)  # every importer is asked whether it knows the same file
def _keys(start: bytes, top: bool) -> frozenset[str]:
    text = _decoded(start).lstrip()
    if text[:1] not in ("[", "{"):
        return frozenset()
    found, depth, most = set(), 0, 1 if text.startswith("{") else 2
    for token in _TOKEN.finditer(text):
        if token[2] and (not top or depth <= most):
            found.add(token[1])
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
    return frozenset(found)


def looks_like(source: Source, *wanted: str, top: bool = False) -> bool:
    """Whether it begins like JSON and all of these keys are in its first 64 KiB (see `keys`)."""
    return set(wanted) <= keys(source, top=top)


def _utf8(source: Source) -> Path:
    """Return the file, or a copy in UTF-8 of one in UTF-16 (as PowerShell writes it). Raises BadInput."""
    if source.head(2) not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return source.path
    target = source.scratch / "utf-8.json"
    if not target.exists():
        try:
            with source.path.open(encoding="utf-16", newline="") as old, target.open("wb") as new:
                while block := old.read(_BLOCK):
                    new.write(block.encode("utf-8"))
        except UnicodeError:
            target.unlink(missing_ok=True)
            raise BadInput("this is not UTF-16, though it begins so.", where=source.name) from None
    return target
