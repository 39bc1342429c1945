"""A real MLflow server on loopback: each move of an alias or stage is found once, whatever happens."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tocsin.errors import BadInput
from tocsin.importers.base import Piece, Rows
from tocsin.importers.http import Http
from tocsin.importers.live import Cursor
from tocsin.importers.mlflow_api import MlflowApi
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.now import SystemClock
from tocsin.operations import deployments, sources, sync, systems
from tocsin.operations.progress import Progress, finish
from tocsin.store.folder import Store, create_store

A = Author("Operator A")
PATIENCE_S = 120


def program() -> str:
    """The MLflow to run: named in TOCSIN_MLFLOW, beside this Python, or on the path."""
    beside = Path(sys.executable).with_name("mlflow")
    found = os.environ.get("TOCSIN_MLFLOW") or (str(beside) if beside.exists() else shutil.which("mlflow"))
    if not found:
        pytest.skip("no MLflow server here; name its program in TOCSIN_MLFLOW (pip install mlflow)")
    return found


@dataclass
class Server:
    """An MLflow server with a database of its own, which outlives it."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        quiet = {
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program(), "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1",
                 "--backend-store-uri", f"sqlite:///{self.folder}/mlflow.db",
                 "--artifacts-destination", str(self.folder / "artifacts")],
                env={**os.environ, **quiet}, cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        pause = threading.Event()
        for _ in range(PATIENCE_S * 5):
            try:
                self.client.get(f"{self.url}/health")
                return
            except httpx.TransportError:
                assert self.process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
                pause.wait(0.2)
        pytest.fail("MLflow does not come up")

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def call(self, method: str, path: str, **said: object) -> Any:
        answer = self.client.request(method, f"{self.url}/api/2.0/mlflow/{path}", json=said)
        assert answer.is_success, answer.text
        return answer.json()

    def model(self, name: str, versions: int = 0) -> None:
        self.call("POST", "registered-models/create", name=name)
        for _ in range(versions):
            self.call("POST", "model-versions/create", name=name, source="s3://bucket/model")

    def point(self, name: str, version: int, alias: str = "champion") -> None:
        self.call("POST", "registered-models/alias", name=name, alias=alias, version=str(version))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Server(tmp_path_factory.mktemp("mlflow"), free.getsockname()[1])
    made.start()
    yield made
    made.kill()
    made.client.close()


@pytest.fixture
def http(server: Server) -> Iterator[Http]:
    way = Http(server.url, threading.Event(), lambda: 0.5, SystemClock())
    yield way
    way.close()


@dataclass
class Polling:
    """Rounds of one source, each cursor through JSON as the store keeps it."""

    http: Http
    name: str
    cursor: dict[str, Any] = field(default_factory=dict)

    def round(self) -> list[dict[str, Any]]:
        pieces: list[Piece | Cursor] = list(
            MlflowApi().poll(
                self.http, {"filter": f"name LIKE '{self.name}%'"}, self.cursor, self.http.clock.now()
            )
        )
        last = pieces[-1]
        assert isinstance(last, Cursor)
        self.cursor = json.loads(json.dumps(last.value))
        return [row for piece in pieces if isinstance(piece, Rows) for row in piece.rows]


def test_it_says_what_answers(http: Http) -> None:
    assert MlflowApi().answers(http) == "an MLflow model registry"


def test_a_move_is_found_once_with_the_interval_in_which_it_was(server: Server, http: Http) -> None:
    server.model("moved", versions=2)
    server.point("moved", 1)
    polling = Polling(http, "moved")
    [first] = polling.round()
    assert (first["name"], first["slot"], first["version"], first["vendor"]) == (
        "moved",
        "@champion",
        "1",
        False,
    )
    assert first["earliest"] < first["time"]
    assert polling.round() == []
    before = http.clock.now()
    server.point("moved", 2)
    after = http.clock.now()
    [move] = polling.round()
    assert move["version"] == "2"
    assert first["time"] < move["earliest"] <= before
    assert after <= move["time"] <= http.clock.now()
    assert polling.round() == []


def test_a_stage_moved_is_timed_by_the_registry_itself(server: Server, http: Http) -> None:
    server.model("staged", versions=2)
    polling = Polling(http, "staged")
    assert polling.round() == []
    before = http.clock.now()
    server.call("POST", "model-versions/transition-stage", name="staged", version="2", stage="Production")
    after = http.clock.now()
    [move] = polling.round()
    assert (move["slot"], move["version"]) == ("Production", "2")
    assert before.replace(microsecond=0) <= move["time"] <= after


def test_an_alias_taken_away_ends_what_it_served(server: Server, http: Http) -> None:
    server.model("ended", versions=1)
    server.point("ended", 1)
    polling = Polling(http, "ended")
    [began] = polling.round()
    server.call("DELETE", "registered-models/alias", name="ended", alias="champion")
    [end] = polling.round()
    assert {**end, "until": None} == {**began, "until": None}
    assert end["until"] > began["time"]
    assert polling.round() == []


def test_back_to_a_former_version_is_a_move_of_its_own(server: Server, http: Http) -> None:
    server.model("back", versions=2)
    polling = Polling(http, "back")
    ids = []
    for version in (1, 2, 1):
        server.point("back", version)
        [move] = polling.round()
        assert move["version"] == str(version)
        ids.append(move["id"])
    assert len(set(ids)) == 3


def test_all_pages_are_read_and_no_slot_is_lost(server: Server, http: Http) -> None:
    for number in range(103):
        server.model(f"page-{number:03}", versions=number % 50 == 1)
    for number in (1, 51, 101):
        server.point(f"page-{number:03}", 1)
    assert [row["name"] for row in Polling(http, "page").round()] == ["page-001", "page-051", "page-101"]


def test_another_filter_ends_nothing(server: Server, http: Http) -> None:
    server.model("filtered", versions=1)
    server.point("filtered", 1)
    polling = Polling(http, "filtered")
    assert len(polling.round()) == 1
    polling.name = "filtered-away"
    assert polling.round() == []


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    """A store on the system's own clock, as the server's."""
    made = create_store(tmp_path / "own.tocsin", code="OWN", zone="UTC", clock=SystemClock(), author=A)
    yield made
    made.close()


def asking(store: Store, source: LiveSource) -> Generator[Progress, None, State]:
    return sync.once(store, source, A, ask=lambda _name: None, stop=threading.Event())


def asked(store: Store, source: LiveSource) -> str:
    """One round; what went wrong, in words."""
    return finish(asking(store, source)).error


def served(store: Store, at: datetime) -> set[str]:
    [slot] = deployments.serving(store, "scorer", at)
    return {one.version for one in slot.candidates}


def test_a_server_killed_during_a_round_leaves_no_gap_and_no_duplicate(
    server: Server, own_store: Store
) -> None:
    server.model("killed", versions=3)
    server.point("killed", 1)
    for number in range(101):
        server.model(f"killed-{number:03}")
    scorer = systems.ensure(own_store, A, "scorer")
    settings = {"filter": "name LIKE 'killed%'"}
    source = LiveSource("registry", "mlflow_api", server.url, scorer.id, 60.0, settings)
    source = sources.save(own_store, A, source)
    assert asked(own_store, source) == ""
    seen = own_store.now()
    server.point("killed", 2)
    moved = own_store.now()
    under_way = asking(own_store, source)
    next(under_way)  # the first of two pages, with the move on it
    server.kill()
    assert finish(under_way).error
    assert asked(own_store, source)
    assert served(own_store, own_store.now()) == {"1"}
    server.start()
    back = own_store.now()
    for _ in range(2):
        assert asked(own_store, source) == ""
    assert [one.version for one in deployments.of_system(own_store, scorer.id)] == ["1", "2"]
    assert "1" in served(own_store, seen)
    assert served(own_store, moved) == {"1", "2"}
    assert served(own_store, back) == {"1", "2"}
    assert served(own_store, own_store.now()) == {"2"}


def test_what_is_no_mlflow_is_refused(server: Server) -> None:
    way = Http(f"{server.url}/elsewhere", threading.Event(), lambda: 0.5, SystemClock())
    with pytest.raises(BadInput):
        MlflowApi().answers(way)
    way.close()
