"""The parser of JSON from outside, strict: what RFC 8259 leaves open is refused, the same on every Python.

Python's own parser does the reading. Before and around it are refused: NaN, Infinity and numbers beyond a
float, a key twice in one object, integers beyond 64 bits, nesting, keys and strings without measure, lone
surrogates and NUL. Objects are plain data: no key has a meaning of its own.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

LONGEST_STRING = 8 << 20
# OTLP nests 16 deep, rich text of Slack 14, calls of tools in a trace 40; Python's own parser ends near 900.
DEEPEST = 100
MOST_KEYS = 100_000

_BLOCK = 1 << 20
_KIND = np.zeros(256, np.int8)
_KIND[[ord("["), ord("{")]], _KIND[[ord("]"), ord("}")]], _KIND[ord('"')] = 1, -1, 2
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


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
    check_measure(text)
    if text.startswith("\ufeff"):
        raise BadJson("there is a byte order mark inside")
    try:
        value = decoder(nan=nan).decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(f"{in_words(error.msg)} at line {error.lineno}, column {error.colno}") from None
    check_surrogates(value, text)
    return value


def check_measure(text: str) -> None:
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


def check_surrogates(value: Any, text: str) -> None:
    """Refuse a value that holds half a character; `text` is what it was parsed from."""
    if not _HALF.search(text):
        return
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


def _made(constant: Callable[[str], float]) -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=constant
    )


_STRICT, _WITH_NAN = _made(_refused), _made(float)


def decoder(*, nan: bool) -> json.JSONDecoder:
    """Return the strict parser; what `check_measure` and `check_surrogates` see it does not."""
    return _WITH_NAN if nan else _STRICT


def in_words(message: str) -> str:
    """Return what the parser says of a fault in our words."""
    return _WORDS.get(message, message[:1].lower() + message[1:])


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
