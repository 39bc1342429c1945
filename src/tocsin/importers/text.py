"""Text files: encoding, line ends, blank and overlong lines looked at once, before any parser is."""

import codecs
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.importers.base import Source, Step

LONGEST_LINE = 1 << 20
_BLOCK = 1 << 20

_FOREIGN = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"\xfd7zXZ": "compressed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; unpack it first",
    b"BZh": "compressed with bzip2; unpack it first",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "a SQLite database",
    b"\x89PNG": "a picture",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save it as CSV first",
    b"ARROW1": "an Arrow file; save it as Parquet first",
    b"ORC\n\x03\x00": "an ORC file; save it as Parquet first",
}


@dataclass(frozen=True, slots=True)
class Text:
    """UTF-8 text with one kind of line end. `blank` are the numbers of its empty lines, increasing.

    `underscore`: whether there is one below the first line, where some parsers take 1_000 for a number.
    """

    path: Path
    lines: int
    blank: NDArray[np.int64]
    underscore: bool


def foreign(head: bytes) -> str:
    """Return what a file is that is certainly not text; empty when it may be text."""
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            return name
    start = head.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page (a login page, perhaps?)"
    if re.match(rb'\{\s*"|\[\s*[\[{]', start):
        return "JSON of no kind that is known"
    return ""


@dataclass(slots=True)
class _Scan:
    """What one pass over the bytes finds out."""

    offset: int = 0
    feeds: int = 0
    returns: int = 0
    pairs: int = 0
    tail: bytes = b""
    underscore: bool = False
    blank: list[NDArray[np.int64]] = field(default_factory=list)

    @property
    def mixed(self) -> bool:
        """Whether there are lone carriage returns, or both kinds of line end."""
        return self.returns != self.pairs or 0 < self.pairs < self.feeds


def checked(source: Source) -> Generator[Step, None, Text]:
    """Yield steps and return the Text. Raises BadInput when the file is not text as it should be.

    UTF-8 and UTF-16 with a byte order mark are taken; the latter, and mixed line ends, are brought into UTF-8
    with single line feeds in a copy, so that line numbers stay those a person counts in an editor.
    """
    if kind := foreign(source.head()):
        raise BadInput(f"this is {kind}.", where=source.name)
    path = source.path
    if source.head(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        path = yield from _rewritten(source, path, "utf-16")
    scan = yield from _scanned(source, path)
    if scan.mixed:
        path = yield from _rewritten(source, path, "utf-8")
        scan = yield from _scanned(source, path)
    lines = scan.feeds + (scan.tail[-1:] != b"\n")
    blank = np.concatenate([np.empty(0, np.int64), *scan.blank])
    return Text(path, lines, blank, scan.underscore)


def _scanned(source: Source, path: Path) -> Generator[Step, None, _Scan]:
    """Refuse what is not UTF-8, holds NUL or a line beyond all measure; count lines and line ends."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    scan = _Scan()
    with path.open("rb") as file:
        while block := file.read(LONGEST_LINE):
            _check_encoding(source, decoder, block, scan.offset)
            _count(source, scan, block)
            yield Step(scan.offset, None, "checking the text")
    _check_encoding(source, decoder, b"", scan.offset)
    return scan


def _check_encoding(source: Source, decoder: codecs.IncrementalDecoder, block: bytes, offset: int) -> None:
    if b"\0" in block:
        where = offset + block.index(0)
        raise BadInput(
            f"there is a NUL at byte {where}; this is not a text file.",
            where=source.name,
            hint="If it is UTF-16, save it with a byte order mark, or as UTF-8.",
        )
    held = len(decoder.getstate()[0])
    try:
        decoder.decode(block, final=not block)
    except UnicodeDecodeError as error:
        raise BadInput(
            f"this is not UTF-8: byte {offset - held + error.start} does not fit.",
            where=source.name,
            hint="Save it as UTF-8, or as UTF-16 with a byte order mark.",
        ) from None


def _count(source: Source, scan: _Scan, block: bytes) -> None:
    # numpy counts a frequent byte five times faster than bytes.count does.
    data = np.frombuffer(scan.tail + block, np.uint8)
    feed, returns = data == 10, b"\r" in block or b"\r" in scan.tail
    feeds = int(np.count_nonzero(feed[len(scan.tail) :]))
    if len(block) == LONGEST_LINE and not feeds and not returns:
        raise BadInput(f"line {scan.feeds + 1} is longer than {LONGEST_LINE:,} bytes.", where=source.name)
    if returns or not scan.offset or bool((feed[1:] & feed[:-1]).any()):
        scan.blank.append(_blank_lines(scan, data, feed))
    if not scan.underscore:
        scan.underscore = block.find(b"_", 0 if scan.offset else block.find(b"\n")) >= 0
    if returns:
        scan.returns += block.count(b"\r")
        scan.pairs += int(np.count_nonzero((data[:-1] == 13) & feed[1:])) - scan.tail.count(b"\r\n")
    scan.feeds, scan.offset, scan.tail = scan.feeds + feeds, scan.offset + len(block), bytes(data[-2:])


def _blank_lines(scan: _Scan, data: NDArray[np.uint8], feed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the numbers of the blank lines that end in the block; `data` begins two bytes before it."""
    padded = np.concatenate((np.full(2, 10, np.uint8), data)) if len(scan.tail) < 2 else data
    shift = len(padded) - len(data)
    ends = np.flatnonzero(feed) + shift
    blank = (padded[ends - 1] == 10) | ((padded[ends - 1] == 13) & (padded[ends - 2] == 10))
    number = np.arange(len(ends)) + scan.feeds - scan.tail.count(b"\n") + 1
    found: NDArray[np.int64] = number[blank & (ends - shift >= len(scan.tail))]
    return found


def _rewritten(source: Source, path: Path, encoding: str) -> Generator[Step, None, Path]:
    target = source.scratch / f"{encoding}.txt"
    try:
        with (
            path.open(encoding=encoding, newline=None) as old,
            target.open("w", encoding="utf-8", newline="") as new,
        ):
            while block := old.read(_BLOCK):
                new.write(block)
                yield Step(new.tell(), None, "bringing line ends together")
    except UnicodeError:
        raise BadInput(f"this is not {encoding.upper()}.", where=source.name) from None
    return target
