"""What a console spends on 1,000 series polled every 15 seconds, beyond asking and reading the answers.

Run: python tests/benchmarks/bench_console_polling.py [--quick] [--days N]. A canned Prometheus answers from a
process of its own. CPU seconds of whole processes over the same time, in shares of one core: the real console
with the source; the same console without; a bare loop that asks and reads and drops it. Bar: the first less
the other two stays under 5 %. With --days each series has that much of a past every 15 seconds, so that the
detectors have a baseline to judge by; what they do once at the start is not counted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np

from tocsin.importers.http import Http
from tocsin.importers.live import Cursor
from tocsin.importers.prometheus_api import PrometheusApi
from tocsin.model.instant import EPOCH
from tocsin.model.operator import Author
from tocsin.model.signal import Signal, likely_layer
from tocsin.model.source import LiveSource
from tocsin.now import SystemClock
from tocsin.operations import sources, systems
from tocsin.operations.detect import detect
from tocsin.operations.progress import finish
from tocsin.store import imports, samples, series
from tocsin.store.folder import Store, create_store, open_store

EVERY_S, BAR = 15, 0.05
STEP_US = EVERY_S * 1_000_000
AUTHOR = Author("Operator A")
SETTINGS = {"query": "serving_latency", "step": f"{EVERY_S}s", "back": "1m", "delay": "0s"}


@dataclass(frozen=True, slots=True)
class Size:
    """How many series, how long is measured, and how long a console runs before that."""

    series: int = 1_000
    seconds: float = 60.0
    warm_s: float = 20.0
    days: float = 0.0

    def words(self) -> list[str]:
        return [f"--series={self.series}", f"--seconds={self.seconds}", f"--warm={self.warm_s}"]


def labels(number: int) -> dict[str, str]:
    return {"instance": f"10.0.{number // 250}.{number % 250}:9100", "job": "serving"}


def value(number: int, at: int) -> float:
    return round(40 + ((number * 7919 + at * 104_729) % 10_007) / 1_000, 3)


class Canned(BaseHTTPRequestHandler):
    """Answers a range query with every series at every step, as Prometheus does."""

    protocol_version = "HTTP/1.1"
    series = 0

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        body = json.dumps({"status": "success", "data": self._data(asked.path, parse_qs(asked.query))})
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_said: object) -> None:
        pass

    def _data(self, path: str, asked: dict[str, list[str]]) -> dict[str, object]:
        if not path.endswith("query_range"):
            return {"version": "2.42.0"}
        start, end, step = (float(asked[name][0]) for name in ("start", "end", "step"))
        times = np.arange(start, end + step / 2, step).tolist()
        return {
            "resultType": "matrix",
            "result": [
                {
                    "metric": {"__name__": "serving_latency", **labels(number)},
                    "values": [[at, str(value(number, round(at)))] for at in times],
                }
                for number in range(self.series)
            ],
        }


def serve(series: int) -> None:
    Canned.series = series
    server = ThreadingHTTPServer(("127.0.0.1", 0), Canned)
    print(server.server_port, flush=True)
    server.serve_forever()


def fill(store: Store, system: str, size: Size) -> None:
    """Give every series a past that the detectors have judged."""
    end = int((store.now() - EPOCH) / timedelta(microseconds=1)) // STEP_US * STEP_US - 8 * STEP_US
    times = np.arange(end - int(size.days * 86_400_000_000), end, STEP_US)
    noise = np.random.default_rng(7)
    for first in range(0, size.series, 100):
        with store.signals.write() as connection:
            number = imports.begin(
                connection, id=store.new_id(), source="past", sha256="", importer="past", record="samples",
                system=system, author=AUTHOR, started=store.now(),
            )  # fmt: skip
            for one in range(first, min(first + 100, size.series)):
                signal = Signal(system, "serving_latency", labels(one), "", likely_layer("serving_latency"))
                values = np.round(40 + 10 * noise.random(len(times)), 3)
                samples.append(connection, series.ensure(connection, signal), times, values, number)
            imports.complete(connection, number, imports.Counts(), {}, store.now())
    finish(detect(store))


def console(path: Path, size: Size) -> None:
    """Run the real console and print the CPU seconds it spent while it was measured, once it has settled."""
    from PySide6.QtCore import QTimer

    from tocsin.ui.console import App, application_

    app = App(application_(), open_store(path, clock=SystemClock()), theme="dark")
    app.desk.choose_operator("Operator A")
    app.start()
    app.window.finder.dismiss()
    began = time.monotonic()
    quiet = [0]

    def settle() -> None:
        quiet[0] = 0 if app.jobs.busy() or time.monotonic() - began < size.warm_s else quiet[0] + 1
        if quiet[0] < 4:
            QTimer.singleShot(500, settle)
            return
        # The long rest after judging everything once is no example: begin after a run of the usual kind.
        app.detecting.now()
        QTimer.singleShot(500, begin)

    def begin() -> None:
        if app.jobs.busy():
            QTimer.singleShot(500, begin)
            return
        spent = time.process_time()
        QTimer.singleShot(round(1000 * size.seconds), lambda: done(spent))

    def done(spent: float) -> None:
        print(json.dumps({"cpu_s": time.process_time() - spent, "settled_s": time.monotonic() - began}))
        app.window.close()
        application_().quit()

    settle()
    application_().exec()
    app.close()


def bare(port: int, seconds: float) -> None:
    """Ask and read as often, and print the CPU seconds of that."""
    clock, stop, cursor = SystemClock(), threading.Event(), {}
    http = Http(f"http://127.0.0.1:{port}", stop=stop, random=lambda: 0.5, clock=clock)
    importer = PrometheusApi()
    settings = {one.name: SETTINGS.get(one.name, one.default) for one in importer.settings}

    def once(cursor: dict[str, object]) -> dict[str, object]:
        for piece in importer.poll(http, settings, cursor, clock.now()):
            cursor = piece.value if isinstance(piece, Cursor) else cursor
        return cursor

    cursor = once(cursor)
    spent, began = time.process_time(), time.monotonic()
    while (left := began + seconds - time.monotonic()) > 0:
        time.sleep(min(EVERY_S, left))
        cursor = once(cursor)
    print(json.dumps({"cpu_s": time.process_time() - spent}))


def ran(*words: object) -> dict[str, float]:
    """Run this file with other words in a process of its own and return what it prints."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    command = [sys.executable, __file__, *map(str, words)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if told.returncode:
        sys.exit(told.stderr)
    found: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return found


def compare(size: Size) -> float:
    """Print the table and return what is beyond the HTTP work, as a share of one core."""
    server = subprocess.Popen(
        [sys.executable, __file__, "--serve", *size.words()], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.tocsin"
            store = create_store(path, code="BENCH", zone="UTC", clock=SystemClock(), author=AUTHOR)
            system = systems.ensure(store, AUTHOR, "serving").id
            if size.days:
                fill(store, system, size)
            without = ran("--console", path, *size.words())
            place = f"http://127.0.0.1:{port}"
            sources.save(
                store, AUTHOR, LiveSource("bench", "prometheus_api", place, system, EVERY_S, SETTINGS)
            )
            polling = ran("--console", path, *size.words())
            [kept] = sources.status(store)
            store.close()
        http = ran("--bare", port, *size.words())
    finally:
        server.kill()
        server.wait()
    seconds = size.seconds
    beyond = (polling["cpu_s"] - without["cpu_s"] - http["cpu_s"]) / seconds
    print(
        f"{size.series:,} series every {EVERY_S} s, {size.days:g} days of past, "
        f"CPU of {seconds:g} s as share of a core"
    )
    rows = {
        "console with polling": polling["cpu_s"] / seconds,
        "the same console without": without["cpu_s"] / seconds,
        "asking and reading alone": http["cpu_s"] / seconds,
        f"beyond the HTTP work (bar {BAR:.0%})": beyond,
    }
    for name, share in rows.items():
        print(f"  {name:36} {share:7.2%}")
    print(
        f"  {kept.state.rows:,} samples stored; settled in {polling['settled_s']:.0f} s; {kept.state.error}"
    )
    return beyond


def main() -> None:
    usual = Size()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--days", type=float, default=usual.days)
    parser.add_argument("--seconds", type=float, default=usual.seconds)
    parser.add_argument("--series", type=int, default=usual.series)
    parser.add_argument("--warm", type=float, default=usual.warm_s)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--console", type=Path)
    parser.add_argument("--bare", type=int)
    args = parser.parse_args()
    size = Size(20, 3, 2) if args.quick else Size(args.series, args.seconds, args.warm, args.days)
    if args.serve:
        serve(size.series)
    elif args.console:
        console(args.console, size)
    elif args.bare:
        bare(args.bare, size.seconds)
    else:
        compare(size)


if __name__ == "__main__":
    main()
