"""A CSV file without line ends in quotes, cut into blocks of whole lines, parsed side by side."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tocsin.importers.base import Options, Rejected, Source
from tocsin.importers.csv_columns import Layout
from tocsin.importers.csv_select import bad_rows, careful, plain_format, plain_types
from tocsin.importers.csv_sql import quoted
from tocsin.importers.csv_stage import Stage
from tocsin.importers.duck import connect
from tocsin.importers.sample_mapping import SamplesMapping
from tocsin.importers.text import LONGEST_LINE, Text
from tocsin.importers.times import doubted, to_utc, wall_zone

_BLOCK = 8 << 20
MOST_SERIES = 1_000  # more are sorted in the database: too many to gather side by side
_APART = "\n"  # between the parts of a key; no cell of a block has one

File = tuple[Source, Layout]


class NotPlain(Exception):
    """A block is not text as a block must be, or it has more series than can be gathered side by side."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Some whole lines of the file, from byte `start` to `stop`.

    `before` and `after` count the lines of the file down to each; they come true as blocks are read.
    """

    start: int
    stop: int
    before: "Future[int]"
    after: "Future[int]"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What is in a block, sorted by series. `values` are a column each, `good` where it has one or lacks it.

    `keys` are the numbers of the series (`Keys`; 0 where no column tells them apart), `edges` where the rows
    of each begin, and where the last ends.
    """

    times: NDArray[np.int64]
    values: list[NDArray[np.float64]]
    good: list[NDArray[np.bool_]]
    lines: NDArray[np.int64]
    keys: list[int]
    edges: list[int]
    rejected: list[Rejected]


@dataclass
class Keys:
    """The series met so far, numbered from 1, for all blocks."""

    texts: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, found: list[str]) -> None:
        """Number what is new. Raises NotPlain."""
        with self._lock:
            there = set(self.texts)
            self.texts += [text for text in found if text not in there]
            if len(self.texts) > MOST_SERIES:
                raise NotPlain

    def parts(self, number: int) -> list[str]:
        """Return the cells that name a series."""
        return self.texts[number - 1].split(_APART)


def cuts(path: Path, skip: int) -> Iterator[Cut]:
    """Give the file in blocks, from below the `skip` lines of its header on. Raises NotPlain."""
    with path.open("rb") as file:
        for _ in range(skip):
            _line(file)
        start, before = file.tell(), _done(skip)
        file.seek(0)
        header = file.read(start)
        if not _is_text(header) or header.count(b"\r") != header.count(b"\r\n"):
            raise NotPlain
        size = file.seek(0, os.SEEK_END)
        while start < size:
            file.seek(min(start + _BLOCK, size))
            _line(file)
            cut = Cut(start, file.tell(), before, Future())
            yield cut
            start, before = cut.stop, cut.after


def _line(file: BinaryIO) -> None:
    """Read to the end of a line."""
    if len(file.readline(LONGEST_LINE)) == LONGEST_LINE:
        raise NotPlain


def _done(lines: int) -> "Future[int]":
    found: Future[int] = Future()
    found.set_result(lines)
    return found


class Parser:
    """Parses block after block in a database of its own."""

    def __init__(self, file: File, mapping: SamplesMapping, options: Options, keys: Keys, number: int):
        self._source, self._layout = file
        self._mapping, self._options, self._keys = mapping, options, keys
        self._connection = connect(self._source.scratch)
        self._path = self._source.scratch / f"block{number}.csv"
        self._known = 0  # how many keys the type `keys` of the database has
        self._format = ""

    def stop(self) -> None:
        """End what runs."""
        self._connection.interrupt()

    def close(self) -> None:
        """Let go of everything."""
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def parse(self, cut: Cut) -> Parsed:
        """Return what is in a block. Raises BadInput; NotPlain."""
        try:
            data, part = self._read(cut)
        except BaseException as error:
            if not cut.after.done():  # whoever waits for the number of lines must not wait for ever
                cut.after.set_exception(error)
            raise
        rejected: list[Rejected] = []
        self._format = plain_format(part, self._mapping)
        window = self._quickly(part) if self._format and not _divided(data) else None
        if window is None:
            rejected = [piece for piece in self._carefully(part) if isinstance(piece, Rejected)]
            key = self._key([f"k{index}" for index in range(len(self._mapping.key))])
            window = self._window(f"SELECT t, {self._values()}, {key} AS key FROM staged")
        return self._parsed(part, window, rejected)

    def _read(self, cut: Cut) -> tuple[bytes, Stage]:
        """Return a block and its lines as a file of their own. Raises NotPlain."""
        with self._source.path.open("rb") as file:
            file.seek(cut.start)
            data = file.read(cut.stop - cut.start)
        ends = _line_ends(data)
        cut.after.set_result(cut.before.result() + len(ends))
        # A new file each time: one that is cut and written again is sent to the disk by some file systems.
        self._path.unlink(missing_ok=True)
        self._path.write_bytes(data)
        text = Text(self._path, len(ends), _blank(data, ends), underscore=True)
        layout = replace(self._layout, skip=0)
        return data, Stage(self._source, text, layout, self._connection, cut.before.result())

    def _quickly(self, part: Stage) -> dict[str, NDArray[Any]] | None:
        """Return the rows of a plain block, None when anything in it is not plain."""
        import duckdb

        names = [part.column(name) for name in self._mapping.values]
        values = ", ".join(f"coalesce({name}, 'nan'::DOUBLE) AS v{index}" for index, name in enumerate(names))
        key = self._key([part.made(made) for made in self._mapping.key.values()])
        reader = part.reader(plain_types(part, self._mapping), f", timestampformat='{self._format}'")
        time = part.made(self._mapping.time)
        try:
            window = self._window(f"SELECT epoch_us({time}) AS t, {values}, {key} AS key FROM {reader}")
        except duckdb.Error:  # the careful way tells in words what is wrong
            return None
        infinite = any(np.isinf(window[f"v{index}"]).any() for index in range(len(names)))
        if part.faults() or infinite or np.ma.getmaskarray(window["t"]).any():
            part.forget()
            return None
        part.rows = len(window["t"])
        part.leave_out([])
        return window

    def _carefully(self, part: Stage) -> Iterator[Any]:
        yield from part.load(careful(part, self._mapping, self._options.time_unit))
        yield from bad_rows(part, self._mapping)

    def _values(self) -> str:
        return ", ".join(f"v{index}" for index in range(len(self._mapping.values)))

    def _key(self, parts: list[str]) -> str:
        """Return SQL for the text of a row's key; empty text where there is none."""
        cells = [f"coalesce(trim({part}), '')" for part in parts]
        return f"concat_ws(chr(10), {', '.join(cells)})" if len(cells) > 1 else (cells or ["NULL"])[0]

    def _window(self, select: str) -> dict[str, NDArray[Any]]:
        """Run a SELECT whose column `key` is text; return its columns, `key` as numbers of `Keys`."""
        if not self._mapping.key:
            return dict(self._connection.execute(f"SELECT * EXCLUDE key FROM ({select})").fetchnumpy())
        for _ in range(2):
            self._learn()
            columns = ", ".join(["t", self._values(), "enum_code(try_cast(key AS keys)) AS key"])
            window = dict(self._connection.execute(f"SELECT {columns} FROM ({select})").fetchnumpy())
            if not np.ma.getmaskarray(window["key"]).any():
                break
            sql = f"SELECT DISTINCT key FROM ({select}) LIMIT {MOST_SERIES + 1}"
            self._keys.add([key for (key,) in self._connection.execute(sql).fetchall()])
        return window

    def _learn(self) -> None:
        """Bring the database's type of keys up to date. Its first value is one that no key can be."""
        texts = list(self._keys.texts)
        if len(texts) == self._known and self._known:
            return
        names = ", ".join(quoted(text) for text in ("\n" * len(self._mapping.key), *texts))
        self._connection.execute("DROP TYPE IF EXISTS keys")
        self._connection.execute(f"CREATE TYPE keys AS ENUM ({names})")
        self._known = len(texts)

    def _parsed(self, part: Stage, window: dict[str, NDArray[Any]], rejected: list[Rejected]) -> Parsed:
        timed = ~np.ma.getmaskarray(window["t"])
        times = np.ma.getdata(window["t"])[timed]
        lines = part.lines(np.flatnonzero(timed))
        told = np.ones(len(times), bool)
        if (zone := wall_zone(self._mapping.form, self._options.zone)) is not None:
            times, doubt = to_utc(times, zone)
            told = doubt == 0
            rejected += [Rejected(int(lines[index]), reason) for index, reason in doubted(doubt, zone)]
        columns = [window[f"v{index}"] for index in range(len(self._mapping.values))]
        values = [np.ma.getdata(column)[timed] for column in columns]
        good = [told & ~np.ma.getmaskarray(column)[timed] for column in columns]
        if not self._mapping.key:
            return Parsed(times, values, good, lines, [0], [0, len(times)], rejected)
        key = np.ma.getdata(window["key"])[timed].astype(np.uint16)  # small numbers sort by radix
        order = np.argsort(key, kind="stable")
        key = key[order]
        edges = [*np.flatnonzero(np.diff(key, prepend=np.uint16(0))).tolist(), len(key)]
        return Parsed(
            times[order],
            [column[order] for column in values],
            [column[order] for column in good],
            lines[order],
            key[edges[:-1]].tolist(),
            edges,
            rejected,
        )


def _line_ends(data: bytes) -> NDArray[np.int64]:
    """Return where lines end. Raises NotPlain: no UTF-8, mixed line ends or ones in quotes, long lines."""
    if not _is_text(data):
        raise NotPlain
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == 10)
    if data[-1:] != b"\n":
        ends = np.append(ends, len(data))
    if np.diff(ends, prepend=-1).max() > LONGEST_LINE:
        raise NotPlain
    if b"\r" in data and not (data.count(b"\r") == data.count(b"\r\n") == data.count(b"\n")):
        raise NotPlain
    if b'"' in data:
        marks = np.flatnonzero(codes == 34)
        if (np.searchsorted(marks, ends) % 2).any():
            raise NotPlain
    return ends


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def _blank(data: bytes, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of the blank lines, from 1."""
    lengths = np.diff(ends, prepend=-1) - 1 - data.endswith(b"\r\n")
    return np.flatnonzero(lengths <= 0) + 1


def _divided(data: bytes) -> bool:
    """Whether there is a digit on both sides of an underscore, where DuckDB takes 1_000 for a number."""
    if b"_" not in data:
        return False
    codes = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(codes[1:-1] == 95) + 1
    left, right = codes[at - 1] - np.uint8(48), codes[at + 1] - np.uint8(48)  # below 10 for digits only
    return bool(((left < 10) & (right < 10)).any())
