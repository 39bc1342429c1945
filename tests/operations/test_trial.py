"""Trying a source: what is there is told in words, and nothing is stored."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tocsin.errors import BadInput
from tocsin.importers.http_errors import NoAnswer
from tocsin.model.source import LiveSource
from tocsin.operations import sources
from tocsin.operations.trial import trial
from tocsin.store.folder import Store


class Prometheus(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"status": "success", "data": {"version": "2.42.0"}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Prometheus) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def tried(store: Store, importer: str, place: str, **settings: str) -> str:
    return trial(store, LiveSource("s", importer, place, "", 15, settings), None, threading.Event())


def test_a_server_says_what_it_is(store: Store, url: str) -> None:
    assert tried(store, "prometheus_api", url, query="up") == "Prometheus 2.42.0 answers there."
    assert sources.list_all(store) == []


def test_another_kind_of_server_is_told(store: Store, url: str) -> None:
    with pytest.raises(BadInput):
        tried(store, "mlflow_api", url)


def test_nobody_there_is_told(store: Store) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # and not listening
        place = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NoAnswer):
            tried(store, "prometheus_api", place, query="up")


def test_a_folder_is_looked_into(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.csv").write_text("x")
    assert "3 files wait" in tried(store, "folder", str(folder))
    assert sorted(one.name for one in folder.iterdir()) == ["0.csv", "1.csv", "2.csv"]
    with pytest.raises(BadInput, match="not there"):
        tried(store, "folder", str(tmp_path / "gone"))


def test_a_folder_within_a_store_cannot_be_watched(store: Store) -> None:
    with pytest.raises(BadInput, match="lies in a store"):
        tried(store, "folder", str(store.path / "imports"))


def test_an_address_is_free_or_in_use(store: Store) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match="listens there already"):
            tried(store, "webhook", f"127.0.0.1:{port}")
    assert "for this machine alone" in tried(store, "webhook", f"127.0.0.1:{port}")
