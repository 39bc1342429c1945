"""Real servers for tests: Prometheus and Alertmanager on free ports, killed and started at will."""

import math
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

READY_S = 30.0


def free_port() -> int:
    """Return a port nobody listens on just now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def wait_until(done: Callable[[], bool], what: str, seconds: float = READY_S) -> None:
    """Ask again and again until it is so; for what another program does, which tells nobody."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while not done():
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds:g} s for {what}")
        pause.wait(0.05)


@dataclass
class Peer:
    """A program that serves on a port of its own. `start` returns when it answers."""

    command: list[str]
    port: int
    log: Path
    ready: str = "/-/ready"
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        wait_until(self._answers, f"{self.command[0]} to answer; see {self.log}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            pytest.fail(f"{self.command[0]} ended: {self.log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(self.url + self.ready, timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def serving(peer: Peer) -> Iterator[Peer]:
    """Give the peer started, and kill it afterwards."""
    try:
        peer.start()
        yield peer
    finally:
        peer.kill()


def program(name: str) -> str:
    """Return the path of a program, or skip the test."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (Debian packages: prometheus, prometheus-alertmanager)")
    return found


def prometheus(folder: Path, *, targets: Sequence[int] = (), alertmanager: int = 0, rules: str = "") -> Peer:
    """Return a Prometheus that scrapes ports of this machine every second."""
    port = free_port()
    config = ["global: {scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s}"]
    if targets:
        scraped = ", ".join(f"'127.0.0.1:{one}'" for one in targets)
        config += [
            "scrape_configs:",
            "  - job_name: models",
            f"    static_configs: [{{targets: [{scraped}]}}]",
        ]
    if alertmanager:
        told = f"[{{static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]}}]"
        config += ["alerting:", f"  alertmanagers: {told}"]
    if rules:
        (folder / "rules.yml").write_text(rules)
        config += [f"rule_files: [{folder / 'rules.yml'}]"]
    (folder / "prometheus.yml").write_text("\n".join(config) + "\n")
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--storage.tsdb.retention.time=1000d",
        "--rules.alert.resend-delay=1s",
        "--log.level=warn",
    ]
    return Peer(command, port, folder / "prometheus.log")


NOBODY = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


def alertmanager(folder: Path, port: int = 0, config: str = NOBODY) -> Peer:
    """Return an Alertmanager, which tells nobody unless its configuration says so."""
    port = port or free_port()
    (folder / "alertmanager.yml").write_text(config)
    command = [
        program("prometheus-alertmanager"),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        "--log.level=warn",
    ]
    return Peer(command, port, folder / "alertmanager.log")


class Exporter:
    """A process that is watched: serves metrics that move, one gauge and one counter a number of models."""

    def __init__(self, models: int = 3) -> None:
        self.models, self.load, self._asked = models, 0.2, 0
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = exporter.text().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def text(self) -> str:
        """Return the metrics as they stand."""
        self._asked += 1
        lines = [f"model_load {self.load}"]
        buckets = {"0.1": 3, "0.5": 8, "+Inf": 10}
        lines += [f'model_latency_seconds_bucket{{le="{le}"}} {n * self._asked}' for le, n in buckets.items()]
        for model in range(self.models):
            lines.append(f'model_score{{model="m{model}"}} {math.sin(self._asked / 7 + model):.6f}')
            lines.append(f'model_decisions_total{{model="m{model}"}} {self._asked * (model + 1)}')
        return "\n".join(lines) + "\n"

    def __enter__(self) -> "Exporter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
