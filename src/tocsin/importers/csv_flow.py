"""A plain CSV file on its way through: blocks parsed side by side, taken in order, gathered by series."""

import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from tocsin.importers.base import Options, Piece, Rejected, Samples, Step
from tocsin.importers.csv_blocks import Cut, File, Keys, NotPlain, Parsed, Parser, cuts
from tocsin.importers.sample_mapping import SamplesMapping

_MOST_PARSERS = 4
_WHOLE = 4_096  # samples in a chunk of the store: parts of that length pack best
_ENOUGH = 4 * _WHOLE
_MOST_HELD = 4_000_000  # samples gathered before some must go, in about 100 MB

_Columns = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]


def flow(file: File, mapping: SamplesMapping, options: Options) -> Generator[Piece, None, int | None]:
    """Yield the samples of a file block by block. Raises BadInput.

    Returns None, or the number of lines that are done where the rest cannot go this way: it is not plain, so
    far out of order that it must be sorted first, or of very many series.
    """
    source, _ = file
    gathered = _Gathered(mapping, Keys())
    total = source.path.stat().st_size
    number = min(_MOST_PARSERS, os.cpu_count() or 1)
    parsers = [Parser(file, mapping, options, gathered.keys, index) for index in range(number)]
    pool = ThreadPoolExecutor(number, "csv")
    done = file[1].skip
    try:
        for cut, future in _parsed(file, parsers, pool):
            while not future.done():
                yield Step(cut.start, total, "reading")
                _wait(future)
            parsed = future.result()
            if gathered.reaches_back(parsed):
                yield from gathered.rest()
                return done
            done = cut.after.result()
            yield from parsed.rejected
            yield from gathered.take(parsed)
            yield Step(cut.stop, total, "reading")
        yield from gathered.rest()
        return None
    except NotPlain:
        yield from gathered.rest()
        return done
    finally:
        for parser in parsers:
            parser.stop()
        pool.shutdown(cancel_futures=True)
        for parser in parsers:
            parser.close()


def _wait(future: "Future[Parsed]") -> None:
    with suppress(TimeoutError):
        future.exception(timeout=0.05)


def _parsed(
    file: File, parsers: list[Parser], pool: ThreadPoolExecutor
) -> Iterator[tuple[Cut, "Future[Parsed]"]]:
    """Give each block with what will come of it, in the file's order, a few ahead of whoever takes them."""
    free: SimpleQueue[Parser] = SimpleQueue()
    for parser in parsers:
        free.put(parser)

    def parse(cut: Cut) -> Parsed:
        parser = free.get()
        try:
            return parser.parse(cut)
        finally:
            free.put(parser)

    waiting: deque[tuple[Cut, Future[Parsed]]] = deque()
    for cut in cuts(file[0].path, file[1].skip):
        waiting.append((cut, pool.submit(parse, cut)))
        if len(waiting) > len(parsers):
            yield waiting.popleft()
    yield from waiting


@dataclass
class _Held:
    """Samples of one series that wait for more."""

    parts: list[_Columns] = field(default_factory=list)
    count: int = 0

    def add(self, part: _Columns) -> None:
        self.parts.append(part)
        self.count += len(part[0])

    def columns(self) -> _Columns:
        """Return all of them in order of time."""
        parts = zip(*self.parts, strict=True)
        times, values, lines = (np.concatenate(part) for part in parts)
        if bool((times[1:] < times[:-1]).any()):
            order = np.argsort(times, kind="stable")
            return times[order], values[order], lines[order]
        return times, values, lines


@dataclass
class _Gathered:
    """What was parsed, by series, until there is enough of one."""

    mapping: SamplesMapping
    keys: Keys
    held: dict[tuple[str, int], _Held] = field(default_factory=dict)
    count: int = 0
    middles: dict[int, int] = field(default_factory=dict)  # by key, the middle time of the block before

    def reaches_back(self, parsed: Parsed) -> bool:
        """Whether a block begins before the middle of the block before it: the file is not in order."""
        if not len(parsed.times):
            return False
        starts = parsed.edges[:-1]
        firsts = np.minimum.reduceat(parsed.times, starts)
        middles = firsts + (np.maximum.reduceat(parsed.times, starts) - firsts) // 2
        times = zip(parsed.keys, firsts.tolist(), strict=True)
        back = any(first < self.middles.get(key, first) for key, first in times)
        self.middles.update(zip(parsed.keys, middles.tolist(), strict=True))
        return back

    def take(self, parsed: Parsed) -> Iterator[Samples | Rejected]:
        """Take a block, and give what has become enough."""
        for key, (start, stop) in zip(parsed.keys, pairwise(parsed.edges), strict=True):
            for index, name in enumerate(self.mapping.values):
                columns = _chosen(parsed, index, slice(start, stop))
                if not key or (len(columns[0]) >= _ENOUGH and (name, key) not in self.held):
                    yield from self._pieces(name, key, columns)
                elif self._add(name, key, columns) >= _ENOUGH:
                    yield from self._given(name, key)
        if self.count > _MOST_HELD:
            yield from self._relieved()

    def rest(self) -> Iterator[Samples | Rejected]:
        """Give everything."""
        for name, key in list(self.held):
            yield from self._given(name, key)

    def _relieved(self) -> Iterator[Samples | Rejected]:
        """Make room: first of those who fill a chunk, then of all."""
        for (name, key), held in list(self.held.items()):
            if held.count >= _WHOLE:
                yield from self._given(name, key)
        if self.count > _MOST_HELD // 2:
            yield from self.rest()

    def _add(self, name: str, key: int, columns: _Columns) -> int:
        """Hold samples of a series; return how many there are now."""
        if not len(columns[0]):
            return 0
        held = self.held.setdefault((name, key), _Held())
        times, values, lines = columns
        held.add((times.copy(), values.copy(), lines.copy()))  # a view would keep all of its block
        self.count += len(columns[0])
        return held.count

    def _given(self, name: str, key: int) -> Iterator[Samples | Rejected]:
        held = self.held.pop((name, key))
        self.count -= held.count
        yield from self._pieces(name, key, held.columns())

    def _pieces(self, value: str, key: int, columns: _Columns) -> Iterator[Samples | Rejected]:
        times, values, lines = columns
        parts = self.keys.parts(key) if key else []
        named = self.mapping.name(value, dict(zip(self.mapping.key, parts, strict=True)))
        if named["metric"]:
            yield Samples(times=times, values=values, lines=lines, **named)
            return
        for line in lines.tolist():
            yield Rejected(line, "no metric is named")


def _chosen(parsed: Parsed, index: int, rows: slice) -> _Columns:
    """Return the rows of a value column that are good, without a copy where all are."""
    times, values, lines = parsed.times[rows], parsed.values[index][rows], parsed.lines[rows]
    good = parsed.good[index][rows]
    return (times, values, lines) if bool(good.all()) else (times[good], values[good], lines[good])
