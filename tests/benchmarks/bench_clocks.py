"""What a second costs the interface thread with 100 open incidents of 30 clocks each, drawing included.

Run: python tests/benchmarks/bench_clocks.py [--quick]. A real console on a real store: wall, command screen,
bars, alarms, whatever else listens to the heartbeat. Bar: 5 ms a tick. Measured is CPU time of the interface
thread, as median and worst of the seconds, against the barest that shows 30 countdowns: as many QLabels,
each given its new text. Then how long it takes to work out all 3000 clocks from facts, which a reader does.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from tocsin.model.calendar import Offset, Unit
from tocsin.model.instant import When
from tocsin.model.journal import IncidentDeclared
from tocsin.model.operator import Author
from tocsin.model.severity import ClockRule, Scheme
from tocsin.now import ManualClock
from tocsin.operations import clocks, policies, stores
from tocsin.policy.expand import expanded
from tocsin.policy.load import load_shipped
from tocsin.ui.console import App, application_
from tocsin.ui.times import countdown

BAR_MS = 5.0
CLOCKS = 30
NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
UNITS = (
    (Unit.MINUTES, 50),
    (Unit.HOURS, 5),
    (Unit.BUSINESS_HOURS, 6),
    (Unit.BUSINESS_DAYS, 3),
    (Unit.DAYS, 9),
)


def scheme() -> Scheme:
    """The default pack with 30 clocks of all units, none met by a declaration."""
    shipped = load_shipped()
    rules = tuple(
        ClockRule(
            f"clock_{n}", f"Clock {n}", "detection", within=Offset(UNITS[n % 5][1] + n, UNITS[n % 5][0])
        )
        for n in range(CLOCKS)
    )
    return replace(shipped, clocks=rules)


def fill(path: Path, count: int) -> None:
    """Declare the incidents, each with 30 clocks that run."""
    clock = ManualClock(NOW)
    store = stores.open_or_create(path, clock=clock, create=True)
    author = Author("Operator A")
    frozen = expanded(scheme(), store.zone, NOW)
    with store.write() as write:
        sha = policies.freeze_into(write, author, frozen)
        for n in range(count):
            detected = NOW - timedelta(minutes=5 + n % 40)
            body = IncidentDeclared(
                f"INC-2026-TLC-{n + 1:04d}",
                f"Scorer {n} declines",
                "scorer",
                f"SEV-{n % 4 + 1}",
                sha,
                detected,
            )
            id = store.new_id()
            write.add(author, body, incident=id, subject=id, id=id, occurred=When(detected))
    store.close()


def settle(application: QApplication, seconds: float) -> None:
    """Let readers finish and what they brought be drawn."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        application.processEvents()
        time.sleep(0.01)


def ticks(tick: Callable[[datetime], None], application: QApplication, count: int) -> list[float]:
    """Let so many seconds pass; return CPU milliseconds of this thread for each."""
    spent = []
    for n in range(count):
        begin = time.thread_time()
        tick(NOW + timedelta(seconds=n + 1))
        application.processEvents()
        spent.append((time.thread_time() - begin) * 1000)
    return spent[3:]


def bare(application: QApplication, count: int) -> list[float]:
    """The same for 30 labels that are given their countdown."""
    window = QWidget()
    layout = QVBoxLayout(window)
    labels = [QLabel("00:00:00") for _ in range(CLOCKS)]
    for label in labels:
        layout.addWidget(label)
    window.resize(400, 900)
    window.show()

    def tick(now: datetime) -> None:
        for n, label in enumerate(labels):
            label.setText(countdown(NOW + timedelta(minutes=n + 5) - now))

    return ticks(tick, application, count)


def main() -> None:
    quick = "--quick" in sys.argv
    incidents, seconds = (10, 8) if quick else (100, 120)
    application = application_()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.tocsin"
        fill(path, incidents)
        store = stores.open_or_create(path, clock=ManualClock(NOW), create=False)
        begin = time.process_time()
        found = clocks.wall(store)
        read = (time.process_time() - begin) * 1000
        app = App(application, store, theme="dark")
        app.desk.choose_operator("Operator A")
        app.start()
        app.window.resize(1920, 1080)
        app.heartbeat.stop()
        labels = bare(application, seconds)
        rows = [("30 labels, the measure", labels)]
        for name in ("wall", "command"):
            app.window.show_screen(name)
            settle(application, 1 if quick else 8)
            rows.append((f"{name} screen", ticks(app.heartbeat.tick.emit, application, seconds)))
        app.close()
    base = statistics.median(labels)
    print(
        f"{incidents} incidents x {CLOCKS} clocks: CPU ms a tick on the interface thread, bar {BAR_MS:.0f} ms"
    )
    for name, spent in rows:
        median = statistics.median(spent)
        print(f"  {name:24} median {median:6.2f}   worst {max(spent):6.2f}   {median / base:5.2f} x labels")
    total = sum(len(one.clocks) for one in found)
    print(
        f"  {total} clocks from facts, read and worked out: {read:.0f} ms, {read / total * 1000:.0f} us each"
    )


if __name__ == "__main__":
    main()
