"""How many bytes samples take at rest, against Parquet with zstd of the same series.

Run: python tests/benchmarks/bench_at_rest.py. Series: those of NAB (in TOCSIN_SHARED_DATA, or beside the
checkout), a day of a scrape each 15 s as an import brings it, and 6 h as they are polled, sample by sample.
Parquet is one file, series by series: a dictionary of names, microseconds, float64, pyarrow's own settings
but zstd; "tuned" the smallest of some settings an expert would try. Counted is how much signals.db grew,
pages and indexes and all, and of that the packed samples. Bar: 1.1 times Parquet.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from tocsin.importers.base import Samples
from tocsin.model.instant import to_us
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.model.source import LiveSource
from tocsin.now import ManualClock
from tocsin.operations.feeds import Feed
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store, create_store

BAR = 1.1
SHARED = Path(os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
START = datetime(2026, 11, 2, tzinfo=UTC)
Column = tuple[NDArray[np.int64], NDArray[np.float64]]
Series = dict[str, Column]
TUNED: list[dict[str, Any]] = [
    {"compression_level": 9},
    {
        "use_dictionary": ["series", "value"],
        "column_encoding": {"time": "DELTA_BINARY_PACKED"},
        "compression_level": 9,
    },
    {
        "use_dictionary": ["series"],
        "column_encoding": {"time": "DELTA_BINARY_PACKED", "value": "BYTE_STREAM_SPLIT"},
        "compression_level": 9,
    },
]


def nab() -> Series:
    """The series of the Numenta Anomaly Benchmark."""
    found = {}
    for file in sorted((SHARED / "nab").rglob("*.csv")):
        table = pyarrow.csv.read_csv(file)
        if table.column_names[:2] != ["timestamp", "value"]:
            continue
        times = table["timestamp"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
        values = table["value"].cast(pa.float64()).to_numpy()
        times, first = np.unique(times, return_index=True)
        found[file.stem] = times, values[first]
    return found


def scrape(hours: int = 24, each: int = 12) -> Series:
    """What a scrape of usual metrics brings: counters, gauges and those that hardly ever move."""
    draw = np.random.default_rng(7)
    n = hours * 240
    # Prometheus evaluates a range query at even instants; its own samples lie some milliseconds off.
    times = to_us(START) + np.arange(n, dtype=np.int64) * 15_000_000
    day = 1 + 0.5 * np.sin(np.arange(n) / n * 2 * np.pi * hours / 24)
    found: Series = {}
    for k in range(each):
        kinds = {
            "requests_total": np.cumsum(draw.poisson(40 * day * (k + 1))).astype(float),
            "errors_total": np.cumsum(draw.random(n) < 0.01).astype(float),
            "cpu_seconds_total": np.cumsum(np.round(draw.gamma(2, 0.5, n) * day, 2)).round(2),
            "request_seconds_sum": np.cumsum(draw.gamma(3, 1.7, n) * day),
            "resident_bytes": np.floor(draw.normal(9e8, 2e6, n) / 4096) * 4096,
            "queue_length": draw.poisson(3 * day).astype(float),
            "open_files": np.where(draw.random(n) < 0.02, draw.integers(20, 60, n), 31).astype(float),
            "load1": draw.normal(1.2, 0.2, n).round(2),
            "temperature": (40 + np.cumsum(draw.normal(0, 0.1, n))).round(1),
            "score_mean": draw.beta(8, 2, n),
            "up": np.ones(n),
            "start_time_seconds": np.full(n, 1_793_000_000.37 + k),
            "free_bytes": 4e11 - np.cumsum(draw.integers(0, 200_000, n)).astype(float),
            "latency_p95": draw.lognormal(-1.5, 0.4, n),
        }
        found.update({f"{name}{{instance=node{k}}}": (times, values) for name, values in kinds.items()})
    return found


def parquet(of: Series, folder: Path) -> tuple[int, int]:
    """Bytes of the same series as Parquet, as it comes and tuned."""
    names = [name for name, (times, _) in of.items() for _ in range(len(times))]
    table = pa.table(
        {
            "series": pa.array(names).dictionary_encode(),
            "time": pa.array(np.concatenate([times for times, _ in of.values()]), pa.timestamp("us")),
            "value": pa.array(np.concatenate([values for _, values in of.values()])),
        }
    )
    return _written(table, folder), min(_written(table, folder, **tuned) for tuned in TUNED)


def _written(table: pa.Table, folder: Path, **settings: Any) -> int:
    file = folder / "series.parquet"
    pyarrow.parquet.write_table(table, file, compression="zstd", **settings)
    return file.stat().st_size


def new_store(folder: Path, clock: ManualClock) -> Store:
    return create_store(folder / "b.tocsin", code="B", zone="UTC", clock=clock, author=Author("Operator A"))


def packed(store: Store) -> int:
    with store.signals.read() as connection:
        return int(connection.exec_driver_sql("SELECT sum(length(data)) FROM chunk").scalar_one())


def imported(of: Series, folder: Path) -> tuple[int, int]:
    """How much a store grows when all is imported, and how much of that are packed samples."""
    store = new_store(folder, ManualClock(START))
    file = store.path / "signals.db"
    before = file.stat().st_size
    with store.signals.write() as connection:
        number = imports.begin(
            connection, id=store.new_id(), source="b", sha256="", importer="b", record="samples",
            system="s", author=Author("Operator A"), started=store.now(),
        )  # fmt: skip
        for name, (times, values) in of.items():
            one = series.ensure(connection, Signal("s", name))
            samples.append(connection, one, times, values, number)
        imports.complete(connection, number, imports.Counts(), {}, store.now())
    found = file.stat().st_size - before, packed(store)
    store.close()
    return found


def polled(of: Series, folder: Path) -> tuple[int, int]:
    """The same of a source that sends sample after sample; the day over, and its small chunks merged."""
    clock = ManualClock(START)
    store = new_store(folder, clock)
    file = store.path / "signals.db"
    before = file.stat().st_size
    source = LiveSource("prom", "prometheus_api", "http://127.0.0.1:9", "s", 15)
    feed, stop = Feed(store, source, Author("Operator A")), threading.Event()
    for pieces in rounds(of):
        feed.take(pieces, {"upto": 1})
        feed.tidy(stop)
        clock.advance(seconds=15)
    clock.advance(days=1)
    feed.end_days()
    # Pages that small chunks had are free for those of the next day.
    found = file.stat().st_size - before - free(store), packed(store)
    store.close()
    return found


def free(store: Store) -> int:
    with store.signals.read() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar_one())
        return pages * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def rounds(of: Series) -> Iterator[list[Samples]]:
    [count] = {len(times) for times, _ in of.values()}
    line = np.zeros(1, np.int64)
    for index in range(count):
        one = slice(index, index + 1)
        yield [Samples(name, times[one], values[one], line) for name, (times, values) in of.items()]


def main() -> int:
    worst = 0.0
    cases = {"NAB": (nab, imported), "scrape, imported": (scrape, imported)}
    if "--quick" not in sys.argv:
        cases["scrape, polled"] = lambda: scrape(hours=6), polled
    heads = ("samples", "Parquet", "tuned", "signals.db", "packed", "ratio", "packed")
    print(f"{'':<18}" + "".join(f"{head:>12}" for head in heads))
    for title, (make, way) in cases.items():
        of = make()
        if not of:
            print(f"{title:<18} no data at {SHARED}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            other, tuned = parquet(of, Path(folder))
            whole, data = way(of, Path(folder))
        count = sum(len(times) for times, _ in of.values())
        ratio = whole / other
        worst = max(worst, ratio)
        sizes = "".join(f"{size:>12,}" for size in (count, other, tuned, whole, data))
        print(f"{title:<18}{sizes}{ratio:>12.2f}{data / other:>12.2f}")
    print(f"bar: {BAR:g}")
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
