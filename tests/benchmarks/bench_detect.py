"""Detection: the CPU time of a long history, a fast series, many short ones, and a little that is new.

Run: python tests/benchmarks/bench_detect.py [--quick].
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tocsin.detectors.base import DAY, SECOND, Series
from tocsin.detectors.departure import DepartureDetector
from tocsin.detectors.start import estimate
from tocsin.model.operator import Author
from tocsin.model.signal import Signal
from tocsin.now import SystemClock
from tocsin.operations.detect import detect
from tocsin.operations.progress import finish
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store, create_store

BEGIN = 20_000 * DAY
STEP = 300 * SECOND
NEW = 10
FEW = 600


def cpu_s(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def add(store: Store, names: list[str], times: np.ndarray, rng: np.random.Generator) -> None:
    author = Author("Operator A")
    with store.signals.write() as connection:
        number = imports.begin(
            connection,
            id=store.new_id(),
            source="benchmark",
            sha256="",
            importer="benchmark",
            record="samples",
            system="one",
            author=author,
            started=store.now(),
        )
        for name in names:
            one = series.ensure(connection, Signal("one", name))
            samples.append(connection, one, times, rng.standard_normal(len(times)), number)
        imports.complete(connection, number, imports.Counts(), {}, store.now())


@contextmanager
def fresh() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.tocsin"
        store = create_store(path, code="BENCH", zone="UTC", clock=SystemClock(), author=Author("Operator A"))
        yield store
        store.close()


def run(store: Store) -> None:
    finish(detect(store, using=[DepartureDetector()]))


def main(quick: bool) -> None:
    rng = np.random.default_rng(1)
    long, many, fast = (20_000, 5, 60_000) if quick else (1_000_000, 1000, 3_000_000)
    times = BEGIN + np.arange(long) * STEP
    values = rng.standard_normal(long)
    whole = cpu_s(lambda: DepartureDetector().find(Series(Signal("one", "m"), times, values), BEGIN - 1))
    start = cpu_s(lambda: estimate(values, 0.5))
    past = BEGIN + np.arange(8064) * STEP
    names = [f"metric {i}" for i in range(many)]
    with fresh() as store:
        add(store, names, past, rng)
        first = cpu_s(lambda: run(store))
        add(store, names, past[-1] + STEP * np.arange(1, NEW + 1), rng)
        again = cpu_s(lambda: run(store))
    with fresh() as store:
        seconds = BEGIN + np.arange(fast + FEW) * SECOND
        add(store, ["fast"], seconds[:fast], rng)
        fast_first = cpu_s(lambda: run(store))
        add(store, ["fast"], seconds[fast:], rng)
        fast_again = cpu_s(lambda: run(store))
    print(f"{long:>9,} samples of one series judged        {whole:8.2f} s CPU")
    print(f"{long:>9,} samples searched for one start       {start:8.2f} s CPU")
    print(f"{many:>9,} series of 8,064 samples, first run   {first:8.2f} s CPU")
    print(f"{many:>9,} series with {NEW} new samples each      {again:8.2f} s CPU")
    print(f"{fast:>9,} samples at 1 Hz, first run          {fast_first:8.2f} s CPU")
    print(f"{FEW:>9,} new samples of that series           {fast_again:8.2f} s CPU")


if __name__ == "__main__":
    main("--quick" in sys.argv)
