"""Reading samples back, whole and as min/max for 2,000 pixels, against the barest way to do the same.

Run: python tests/benchmarks/bench_read.py [--quick]. The bare ways read with sqlite3 alone, from a file of
their own: one zstd frame of time steps and shuffled values a chunk, with which nothing else is to do.
Zoomed out means more chunks than pixels (ten million samples), zoomed in fewer.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import zstandard
from numpy.typing import NDArray

from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.now import SystemClock
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store, create_store

PIXELS = 2_000
SECOND = 1_000_000
Arrays = tuple[NDArray[np.int64], NDArray[np.float64]]


def filled(folder: Path, sizes: list[int]) -> Store:
    """A store with one series of each size, numbered from 1, a sample a second."""
    store = create_store(
        folder / "b.tocsin", code="B", zone="UTC", clock=SystemClock(), author=Author("Operator A")
    )
    with store.signals.write() as connection:
        number = imports.begin(
            connection, id=store.new_id(), source="b", sha256="", importer="b", record="samples",
            system="s", author=Author("Operator A"), started=store.now(),
        )  # fmt: skip
        imports.complete(connection, number, imports.Counts(), {}, store.now())
    for index, size in enumerate(sizes):
        times = np.arange(size, dtype=np.int64) * SECOND
        values = np.random.default_rng(index).normal(100, 10, size).round(4)
        with store.signals.write() as connection:
            one = series.ensure(connection, Signal("s", f"m{index}"))
            samples.append(connection, one, times, values, number)
    return store


def bare_file(path: Path, sizes: list[int]) -> sqlite3.Connection:
    """The same samples in a table, as plainly as can be."""
    file = sqlite3.connect(path)
    file.execute("PRAGMA page_size = 16384")
    file.execute("CREATE TABLE chunk (series, t0, t1, n, vmin, vmax, data)")
    file.execute("CREATE INDEX header ON chunk (series, t0, t1, n, vmin, vmax)")
    press = zstandard.ZstdCompressor(level=1)
    for index, size in enumerate(sizes):
        all_times = np.arange(size, dtype=np.int64) * SECOND
        all_values = np.random.default_rng(index).normal(100, 10, size).round(4)
        for start in range(0, size, samples.CHUNK):
            times, values = (part[start : start + samples.CHUNK] for part in (all_times, all_values))
            shuffled = values.view(np.uint8).reshape(-1, 8).T.tobytes()
            data = press.compress(np.diff(times, prepend=times[:1]).tobytes() + shuffled)
            head = int(times[0]), int(times[-1]), len(times), float(values.min()), float(values.max())
            file.execute("INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?)", (index + 1, *head, data))
    file.commit()
    return file


def bare_read(file: sqlite3.Connection, one: int, t0: int, t1: int) -> Arrays:
    unpack = zstandard.ZstdDecompressor().decompress
    times, values = [], []
    query = "SELECT t0, n, data FROM chunk WHERE series = ? AND t1 >= ? AND t0 <= ? ORDER BY t0"
    for start, n, data in file.execute(query, (one, t0, t1)):
        raw = unpack(data)
        times.append(np.cumsum(np.frombuffer(raw, "<i8", n)) + start)
        shuffled = np.frombuffer(raw, np.uint8, offset=8 * n).reshape(8, n)
        values.append(np.ascontiguousarray(shuffled.T).view("<f8").ravel())
    return np.concatenate(times), np.concatenate(values)


def bare_minmax(file: sqlite3.Connection, one: int, t0: int, t1: int) -> Arrays:
    times, values = bare_read(file, one, t0, t1)
    starts = np.unique(np.searchsorted(times, np.linspace(t0, t1, PIXELS, endpoint=False)))
    return np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)  # type: ignore[return-value]


def bare_headers(file: sqlite3.Connection, one: int, t0: int, t1: int) -> NDArray[np.float64]:
    query = "SELECT t0, t1, n, vmin, vmax FROM chunk WHERE series = ? AND t1 >= ? AND t0 <= ? ORDER BY t0"
    return np.array(file.execute(query, (one, t0, t1)).fetchall(), np.float64)


def measured(rounds: int, *sides: Callable[[], object]) -> list[float]:
    """Return the median milliseconds of each side, taken in turns."""
    taken: list[list[float]] = [[] for _ in sides]
    for turn in range(rounds + 1):
        for side, times in zip(sides, taken, strict=True):
            begun = time.perf_counter()
            side()
            if turn:
                times.append((time.perf_counter() - begun) * 1e3)
    return [statistics.median(times) for times in taken]


def main() -> None:
    quick = "--quick" in sys.argv
    size, large, rounds = (50_000, 100_000, 1) if quick else (1_000_000, 10_000_000, 9)
    with tempfile.TemporaryDirectory() as name:
        store = filled(Path(name), [size, large])
        file = bare_file(Path(name) / "bare.db", [size, large])
        file.execute("PRAGMA cache_size = -65536")
        end, far, near = size * SECOND, large * SECOND, size * SECOND // 10
        with store.signals.read() as connection:
            rows = [
                ("read all of one series", 2, *measured(
                    rounds, lambda: bare_read(file, 1, 0, end), lambda: samples.read(connection, 1, 0, end))),
                ("min/max, zoomed out", 3, *measured(
                    rounds, lambda: bare_headers(file, 2, 0, far),
                    lambda: samples.minmax(connection, 2, 0, far, PIXELS))),
                ("min/max of the whole of it", 2, *measured(
                    rounds, lambda: bare_minmax(file, 1, 0, end),
                    lambda: samples.minmax(connection, 1, 0, end, PIXELS))),
                ("min/max of a tenth of it", 2, *measured(
                    rounds, lambda: bare_minmax(file, 1, near, 2 * near),
                    lambda: samples.minmax(connection, 1, near, 2 * near, PIXELS))),
            ]  # fmt: skip
        file.close()
        store.close()
    print(f"{size:,} samples ({large:,} zoomed out), {PIXELS:,} pixels, median of {rounds}")
    print("| what | bare ms | ours ms | ratio | bar |")
    print("|---|---|---|---|---|")
    for what, bar, bare, ours in rows:
        print(f"| {what} | {bare:.2f} | {ours:.2f} | {ours / bare:.2f} | <= {bar} |")


if __name__ == "__main__":
    main()
