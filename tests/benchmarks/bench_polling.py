"""What it costs the program to poll 1,000 series every 15 s, beyond the HTTP work and the reading of JSON.

Run: python tests/benchmarks/bench_polling.py [--quick]. A server in another process answers like Prometheus;
nothing waits: the clock is moved by 15 s a round, and the processor time of a round is divided by 15 s. The
HTTP work alone is the same number of answers asked for and parsed in the same run. Bar: under 5 % of a core.
"""

import multiprocessing
import random
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tocsin.importers.http import Http
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.now import ManualClock, SystemClock
from tocsin.operations import detect, sources, systems
from tocsin.operations import rounds as asking_
from tocsin.operations.progress import finish
from tocsin.store.folder import create_store

SERIES, EVERY_S, BAR = 1_000, 15, 5.0
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


class Canned(BaseHTTPRequestHandler):
    """Answers range queries with gauges that move."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked = {key: value[0] for key, value in parse_qs(urlsplit(self.path).query).items()}
        first, last, step = (float(asked[key]) for key in ("start", "end", "step"))
        instants = [first + index * step for index in range(int((last - first) / step + 1.5))]
        series = []
        for number in range(SERIES):
            noise = random.Random(number + int(first))
            values = ",".join(f'[{at:.3f},"{50 + noise.random():.6g}"]' for at in instants)
            labels = f'"__name__":"load","instance":"10.0.{number // 250}.{number % 250}:9100","job":"node"'
            series.append(f'{{"metric":{{{labels}}},"values":[{values}]}}')
        answer = f'{{"status":"success","data":{{"resultType":"matrix","result":[{",".join(series)}]}}}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(told: Any) -> None:
    server = HTTPServer(("127.0.0.1", 0), Canned)
    told.send(server.server_address[1])
    server.serve_forever()


def http_alone(url: str, rounds: int) -> float:
    """Processor seconds a round of asking and parsing alone."""
    way = Http(url, stop=threading.Event(), random=random.random, clock=SystemClock())
    params = {"query": "load", "start": "1793000000", "end": "1793000000", "step": "15"}
    way.get_json("api/v1/query_range", params)
    began = time.process_time()
    for _ in range(rounds):
        way.get_json("api/v1/query_range", params)
    spent = (time.process_time() - began) / rounds
    way.close()
    return spent


def polled(folder: Path, url: str, rounds: int) -> tuple[list[float], float, float]:
    """Processor seconds of each round and of one run of the detectors, and bytes a sample at the end."""
    by, clock = Author("Operator A"), ManualClock(START)
    store = create_store(folder / "b.tocsin", code="B", zone="UTC", clock=clock, author=by)
    shop = systems.ensure(store, by, "shop").id
    settings = {"query": "load", "back": "10m", "delay": "0s"}
    source = sources.save(store, by, LiveSource("prom", "prometheus_api", url, shop, EVERY_S, settings))
    asking, stop = asking_.rounds_of(store, source, by, lambda name: None), threading.Event()
    finish(asking_.one_round(store, source, asking, stop))
    finish(detect.detect(store))
    spent = []
    for _ in range(rounds):
        clock.advance(seconds=EVERY_S)
        began = time.process_time()
        state = finish(asking_.one_round(store, source, asking, stop))
        spent.append(time.process_time() - began)
        assert not state.error, state.error
    asking.close()
    began = time.process_time()
    finish(detect.detect(store))
    judging = time.process_time() - began
    size = (store.path / "signals.db").stat().st_size / state.rows
    assert state.rows == SERIES * (40 + 1 + rounds), state.rows
    store.close()
    return spent, judging, size


def main() -> int:
    rounds = 10 if "--quick" in sys.argv else 70
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    try:
        before = http_alone(url, rounds)
        with tempfile.TemporaryDirectory() as folder:
            spent, judging, size = polled(Path(folder), url, rounds)
        alone = (before + http_alone(url, rounds)) / 2
    finally:
        server.terminate()
        server.join()
    mean = sum(spent) / len(spent)
    share = 100 * (mean - alone) / EVERY_S
    print(f"{SERIES:,} series, a sample each {EVERY_S} s, {rounds} rounds; processor time a round")
    print(f"  HTTP and JSON alone    {alone * 1e3:7.1f} ms")
    print(f"  a round of syncing     {mean * 1e3:7.1f} ms (slowest {max(spent) * 1e3:.1f} ms)")
    print(
        f"  beyond HTTP and JSON   {(mean - alone) * 1e3:7.1f} ms = {share:.2f} % of a core (bar {BAR:g} %)"
    )
    print(f"  detectors, one run     {judging * 1e3:7.1f} ms over {rounds} new samples of each")
    print(f"  signals.db             {size:7.1f} bytes a sample, the file of today not yet tidied")
    return 0 if share < BAR else 1


if __name__ == "__main__":
    sys.exit(main())
