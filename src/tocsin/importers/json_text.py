"""JSON from outside, read strictly: what RFC 8259 leaves open is refused, the same on every Python.

Python's own parser does the reading. Before and around it are refused: NaN, Infinity and numbers beyond a
float, a key twice in one object, integers beyond 64 bits, nesting, keys and strings without measure, lone
surrogates and NUL. Objects are plain data: no key has a meaning of its own.
"""

import codecs
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from tocsin.errors import BadInput
from tocsin.importers.base import Rejected, Source, Step

# A document lies in memory whole, five to eight times its size, and is parsed in one go that no stop button
# ends (2 s for this much); lines are streamed, and one of them is the measure.
LARGEST_DOCUMENT = 64 << 20
LONGEST_LINE = 16 << 20
LONGEST_STRING = 8 << 20
# OTLP nests 16 deep, rich text of Slack 14, calls of tools in a trace 40; Python's own parser ends near 900.
DEEPEST = 100
MOST_KEYS = 100_000

_BLOCK = 1 << 20
_KIND = np.zeros(256, np.int8)
_KIND[[ord("["), ord("{")]], _KIND[[ord("]"), ord("}")]], _KIND[ord('"')] = 1, -1, 2
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*:)?|[\[{]|[\]}]', re.DOTALL)


class BadJson(ValueError):
    """This text is not JSON as it should be; the message says why and where."""


def parsed(text: str | bytes, *, nan: bool = False) -> Any:
    """Return the value of one JSON text. Raises BadJson.

    With `nan` the words NaN, Infinity and -Infinity, which some tools write, are taken for their floats.
    """
    try:
        text = text if isinstance(text, str) else text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(f"byte {error.start} is not UTF-8") from None
    _check_measure(text)
    if text.startswith("\ufeff"):
        raise BadJson("there is a byte order mark inside")
    try:
        value = (_WITH_NAN if nan else _STRICT).decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadJson(f"{_WORDS.get(error.msg, error.msg[:1].lower() + error.msg[1:])} at {place}") from None
    if _HALF.search(text):
        _check_surrogates(value)
    return value


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
        with _utf8(self.source).open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), 1):
                self.done += len(line)
                if len(line) > LONGEST_LINE:
                    what = f"line {number} is longer than {LONGEST_LINE:,} bytes."
                    raise BadInput(what, where=self.source.name)
                if line.strip():
                    yield number, self._value(number, line)
                else:
                    self.blank += 1

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
    while line := file.readline(LONGEST_LINE):
        if stripped := line.removeprefix(codecs.BOM_UTF8).strip():
            return stripped
    return b""


def values(source: Source, *, nan: bool = False) -> Iterator[tuple[int, Any]]:
    """Yield the values of JSON Lines, of an array, or the one object there is, numbered from 1.

    The number is that of the line, or of the element in its array. Raises BadInput.
    """
    if shape(source) == "lines":
        yield from lines(source, nan=nan)
        return
    found = document(source, nan=nan)
    yield from enumerate(found if isinstance(found, list) else [found], 1)


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


def _check_measure(text: str) -> None:
    """Refuse what is nested too deep, a string too long, and NUL, before the parser sees them."""
    if "\\u0000" in text and _NUL.search(text):
        raise BadJson("a text holds NUL (\\u0000)")
    if text.count("[") + text.count("{") > DEEPEST or len(text) > LONGEST_STRING:
        _check_depth(text)


def _check_depth(text: str) -> None:
    """Count brackets outside of strings, block by block: of each, quotes say which are inside."""
    plain = text.replace("\\\\", "").replace('\\"', "") if "\\" in text else text
    depth, inside, run = 0, False, 0
    for start in range(0, len(plain), _BLOCK):
        block = np.frombuffer(plain[start : start + _BLOCK].encode("utf-8", "replace"), np.uint8)
        kind = _KIND[block]
        places = np.flatnonzero(kind)
        kind = kind[places]
        within = (np.cumsum(kind == 2) + inside) % 2 == 1
        run = run + len(block) if inside and not (kind == 2).any() else 0
        if run > LONGEST_STRING:
            raise BadJson(f"a text is longer than {LONGEST_STRING:,} bytes")
        levels = depth + np.cumsum(np.where(within | (kind == 2), 0, kind))
        if len(levels):
            depth, inside = int(levels[-1]), bool(within[-1])
            if int(levels.max()) > DEEPEST:
                raise BadJson(f"it is nested deeper than {DEEPEST} levels")


def _check_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise BadJson("a text holds half a character (a lone surrogate)") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise BadJson(f"the key “{twice[:60]}” is there twice in one object")
    if len(found) > MOST_KEYS:
        raise BadJson(f"an object has more than {MOST_KEYS:,} keys")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        raise BadJson(f"the integer {digits[:24]}… does not fit into 64 bits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise BadJson(f"the number {digits[:24]} is beyond all measure")
    return value


def _refused(word: str) -> float:
    raise BadJson(f"it holds {word}, which is not JSON")


def _decoder(constant: Callable[[str], float]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=constant
    )


_STRICT, _WITH_NAN = _decoder(_refused), _decoder(float)
_WORDS = {
    "Expecting value": "a value is missing",
    "Extra data": "there is more after the end",
    "Expecting ',' delimiter": "a comma is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Unterminated string starting at": "a text does not end; it begins",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Invalid control character at": "there is a bare control character",
    "Illegal trailing comma before end of object": "a comma is followed by nothing",
    "Illegal trailing comma before end of array": "a comma is followed by nothing",
}
