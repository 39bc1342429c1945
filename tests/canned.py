"""A server of this machine that answers with JSON as a test says, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tocsin.importers.http import Http
from tocsin.now import SystemClock

Answer = Callable[[str, dict[str, list[str]]], Any]  # path and parameters to JSON, or to a status of HTTP


@dataclass
class Canned:
    """The server. `answer` may be changed at any time."""

    answer: Answer
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def http(self, stop: threading.Event | None = None) -> Http:
        """A way to it that tries once."""
        clock = SystemClock()
        return Http(self.url, stop=stop or threading.Event(), random=lambda: 0.0, clock=clock, tries=1)


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of whoever hangs up."""


@contextmanager
def serving(answer: Answer) -> Iterator[Canned]:
    """Give a server that answers so."""
    canned = Canned(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            params = parse_qs(parts.query)
            canned.asked.append((parts.path, params))
            said = canned.answer(parts.path, params)
            status, body = (said, b"{}") if isinstance(said, int) else (200, json.dumps(said).encode())
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    canned.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield canned
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
