"""Is the window responsive while five million samples are imported in it?

Bars: no gap of the event loop over 100 ms (median of three runs); a log line typed meanwhile is acknowledged
within 3 x a bare durable commit made in the same minutes.
Run: python tests/benchmarks/bench_responsive.py [--quick]
"""

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer

from tocsin.importers.base import Options
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations import incidents, ingest, timeline
from tocsin.store.folder import create_store
from tocsin.ui.console import App, application_

AUTHOR = Author("Operator A")


def write_csv(path: Path, samples: int) -> None:
    """Ten signals, one sample a second each."""
    rows, values = samples // 10, np.random.default_rng(5).normal(100, 9, (samples // 10, 10))
    times = np.datetime64("2026-01-01T00:00:00") + np.arange(rows).astype("timedelta64[s]")
    with path.open("w", encoding="ascii") as file:
        file.write("time," + ",".join(f"signal_{n}" for n in range(10)) + "\n")
        for at in range(0, rows, 50_000):
            stamps = np.datetime_as_string(times[at : at + 50_000])
            block = values[at : at + 50_000]
            file.writelines(
                f"{stamp}Z,{','.join(map('{:.3f}'.format, row))}\n"
                for stamp, row in zip(stamps, block, strict=True)
            )


class Bare:
    """A durable commit and nothing else: one insert of a line's size, with the store's own settings."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = TRUNCATE")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE line (id INTEGER PRIMARY KEY, body BLOB)")

    def commit(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO line (body) VALUES (?)", (b"x" * 900,))
        self._connection.execute("COMMIT")


def run(folder: Path, csv: Path) -> tuple[float, float, float, float]:
    """Return longest gap, medians of a typed line and of a bare commit (all ms), and seconds."""
    store = create_store(folder / "bench.tocsin", code="WR", zone="UTC", clock=SystemClock(), author=AUTHOR)
    incident = incidents.declare(store, AUTHOR, title="t", system="s")
    app = App(application_(), store, theme="dark")
    app.desk.choose_operator(AUTHOR.name)
    app.start()
    settle(500)
    gaps, lines, bare = Gaps(), [], Bare(folder / "bare.db")
    bares: list[float] = []
    job = app.jobs.bulk(partial(ingest.ingest, store, AUTHOR, csv, system="s", options=Options()))
    app.window.footer.follow(job, "Importing")
    done: list[bool] = []
    job.ended.connect(lambda: done.append(True))
    started = time.perf_counter()
    gaps.start()
    job.start()
    number = 0
    while not done:
        number += 1
        lines.append(acknowledged(partial(
            app.desk.write, partial(timeline.log, store, AUTHOR, incident.id, f"line {number}")
        )))  # fmt: skip
        bares.append(acknowledged(lambda: _started(app.jobs.command(bare.commit))))
        settle(60)
    seconds, longest = time.perf_counter() - started, gaps.stop()
    assert job.state.value == "done", job.state
    app.window.close()
    app.close()
    return longest, statistics.median(lines), statistics.median(bares), seconds


def _started(job):  # type: ignore[no-untyped-def]
    job.start()
    return job


def acknowledged(begin) -> float:  # type: ignore[no-untyped-def]
    """Return the milliseconds from the key press to the answer on the interface thread."""
    loop, clock = QEventLoop(), QElapsedTimer()
    clock.start()
    job = begin()
    job.ended.connect(loop.quit)
    loop.exec()
    return clock.nsecsElapsed() / 1e6


def settle(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


class Gaps:
    """The longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self._clock, self._timer, self.longest = QElapsedTimer(), QTimer(), 0.0
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        self._clock.start()
        self._timer.setInterval(2)
        self._timer.start()

    def stop(self) -> float:
        self._timer.stop()
        return self.longest

    def _turn(self) -> None:
        self.longest = max(self.longest, self._clock.nsecsElapsed() / 1e6)
        self._clock.restart()


def main(samples: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        csv = Path(temporary) / "five-million.csv"
        write_csv(csv, samples)
        results = []
        for number in range(3):
            folder = Path(temporary) / str(number)
            folder.mkdir()
            results.append(run(folder, csv))
    print(f"{samples:,} samples imported in the window, three runs")
    print("| longest gap ms | typed line ms | bare durable commit ms | ratio | import s |")
    print("|---|---|---|---|---|")
    for gap, line, bare, seconds in results:
        print(f"| {gap:.0f} | {line:.1f} | {bare:.1f} | {line / bare:.2f} | {seconds:.1f} |")
    gap = statistics.median(result[0] for result in results)
    ratio = statistics.median(result[1] / result[2] for result in results)
    print(f"median gap {gap:.0f} ms (bar 100), line {ratio:.2f} x a bare commit (bar 3)")


if __name__ == "__main__":
    main(100_000 if "--quick" in sys.argv else 5_000_000)
