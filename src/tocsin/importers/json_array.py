"""An array of JSON too large to be parsed at once, one element after the other; any fault ends it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from tocsin.importers.json_parser import BadJson, check_measure, check_surrogates, decoder, in_words

LONGEST_ELEMENT = 16 << 20
_CHUNK = 1 << 20
_UNSURE = 16  # an error so near to the end of what is read may be that it goes on
_BLANK = re.compile(r"[ \t\r\n]*")


def elements(path: Path, *, nan: bool = False) -> Iterator[tuple[int, Any]]:
    """Yield how many characters were read, and the next element of the array in a UTF-8 file.

    Raises BadJson, also behind the last element: what was yielded before counts for nothing then.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        array = _Array(file, decoder(nan=nan))
        array.take("[", "an array begins with [")
        more = array.next() != "]"
        while more:
            yield array.done, array.value()
            more = array.next() == ","
            if more:
                array.take(",", "")
        array.take("]", "a comma is missing")
        if array.next():
            raise array.fault("there is more after the end")


@dataclass
class _Array:
    """A window over the file: `text` from `at` on is not consumed yet, `lines` ended before it."""

    file: TextIO
    parser: json.JSONDecoder
    text: str = ""
    at: int = 0
    lines: int = 0
    done: int = 0
    ended: bool = False

    def _read(self) -> None:
        self.lines += self.text.count("\n", 0, self.at)
        self.text = self.text[self.at :]
        self.at = 0
        if len(self.text) > LONGEST_ELEMENT:
            raise self.fault(f"an element is longer than {LONGEST_ELEMENT:,} characters; it begins")
        try:
            chunk = self.file.read(max(_CHUNK, len(self.text)))
        except UnicodeDecodeError:
            raise BadJson(f"it is not UTF-8 after line {self.lines + 1}") from None
        self.ended, self.done = not chunk, self.done + len(chunk)
        self.text += chunk
        check_measure(self.text)

    def next(self) -> str:
        """Return the next character that is not blank, "" at the end."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            self.at = blank.end() if blank else self.at
            if self.at < len(self.text) or self.ended:
                return self.text[self.at : self.at + 1]
            self._read()

    def take(self, wanted: str, otherwise: str) -> None:
        """Consume one character. Raises BadJson when it is another."""
        if self.next() != wanted:
            raise self.fault(otherwise)
        self.at += 1

    def value(self) -> Any:
        """Consume one value. Raises BadJson."""
        self.next()
        while True:
            try:
                value, end = self.parser.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                sure = error.pos < len(self.text) - _UNSURE and not error.msg.startswith("Unterminated")
                if sure or self.ended:
                    raise self.fault(in_words(error.msg), error.pos) from None
            except BadJson as error:
                raise self.fault(f"{error},") from None
            else:
                # A number may go on.
                if end < len(self.text) or self.ended:
                    check_surrogates(value, self.text[self.at : end])
                    self.at = end
                    return value
            self._read()

    def fault(self, what: str, at: int | None = None) -> BadJson:
        """Return the error, with the line it is in."""
        line = self.lines + self.text.count("\n", 0, self.at if at is None else at) + 1
        return BadJson(f"{what} in line {line}")
