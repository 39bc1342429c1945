"""Import of a CSV file, parsing and checks included, against sqlite3's executemany of rows parsed beforehand.

Run: python tests/benchmarks/bench_import.py [--quick]. Prints medians of one run and their ratio; sides are
measured in turns, so that a busy machine disturbs both.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import create_store

BAR = 2.0
AUTHOR = Author("Operator A")
START_US = 1_767_268_800_000_000


def write_csv(path: Path, samples: int) -> list[tuple[int, int, float]]:
    """Write samples a second apart with four decimals; return them as rows for executemany."""
    values = np.random.default_rng(7).normal(100, 10, samples).round(4).tolist()
    stamps = np.datetime_as_string(
        (START_US + np.arange(samples, dtype=np.int64) * 1_000_000).astype("M8[us]").astype("M8[s]")
    )
    rows = "\n".join(f"{stamp}Z,{value}" for stamp, value in zip(stamps, values, strict=True))
    path.write_text(f"timestamp,value\n{rows}\n")
    return [(1, START_US + n * 1_000_000, value) for n, value in enumerate(values)]


def by_executemany(folder: Path, rows: list[tuple[int, int, float]]) -> float:
    connection = sqlite3.connect(folder / f"{time.monotonic_ns()}.db", isolation_level=None)
    for setting in ("page_size = 16384", "journal_mode = TRUNCATE", "synchronous = FULL"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("CREATE TABLE s (series INT, t INT, v REAL, PRIMARY KEY (series, t)) WITHOUT ROWID")
    begun = time.perf_counter()
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO s VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")
    taken = time.perf_counter() - begun
    connection.close()
    return taken


def by_import(folder: Path, file: Path, *, again: bool) -> tuple[float, float]:
    """Return the seconds of the import, and of importing the same file again."""
    path = folder / f"{time.monotonic_ns()}.tocsin"
    store = create_store(path, code="B", zone="UTC", clock=SystemClock(), author=AUTHOR)
    taken = []
    for _ in range(2 if again else 1):
        begun = time.perf_counter()
        report = finish(ingest(store, AUTHOR, file, system="s", options=Options()))
        taken.append(time.perf_counter() - begun)
        assert report.rejected == 0
    store.close()
    return taken[0], taken[-1]


def main() -> None:
    samples, rounds = (20_000, 1) if "--quick" in sys.argv else (1_000_000, 5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = write_csv(folder / "samples.csv", samples)
        by_import(folder, folder / "samples.csv", again=False)  # loads the libraries
        plain, ours, again = [], [], []
        for _ in range(rounds):
            plain.append(by_executemany(folder, rows))
            first, second = by_import(folder, folder / "samples.csv", again=True)
            ours.append(first)
            again.append(second)
    print(f"{samples:,} samples, median of {rounds}")
    print("| what | s | samples a second | x executemany | bar |")
    print("|---|---|---|---|---|")
    base = statistics.median(plain)
    for what, taken, bar in (
        ("executemany of parsed rows", base, ""),
        ("import of CSV", statistics.median(ours), f">= {BAR}"),
        ("the same file again", statistics.median(again), ""),
    ):
        print(f"| {what} | {taken:.3f} | {samples / taken:,.0f} | {base / taken:.2f} | {bar} |")


if __name__ == "__main__":
    main()
