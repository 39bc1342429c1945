"""A program that asks a source and is killed, at any instant and again and again: no gap, nothing twice."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.canned import Canned, serving
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.now import SystemClock
from tocsin.operations import sources, sync, systems
from tocsin.operations.progress import finish
from tocsin.store import feeds, samples, series
from tocsin.store.folder import Store, create_store

BY = Author("Operator A")
# Asks all sources of a store until it is killed.
CHILD = """
import sys
from pathlib import Path
from tocsin.model.operator import Author
from tocsin.now import SystemClock
from tocsin.operations.sync import Syncing
from tocsin.store.folder import open_store
store = open_store(Path(sys.argv[1]), clock=SystemClock())
running = Syncing(store, Author("Operator A"), ask=lambda name: None)
running.start()
running.wait()
"""
SERIES = 5


def answer(path: str, params: dict[str, list[str]]) -> Any:
    """Series whose values are the time and a number of their own."""
    if path.endswith("buildinfo"):
        return {"status": "success", "data": {"version": "2.42.0"}}
    first, last, step = (float(params[key][0]) for key in ("start", "end", "step"))
    instants = [first + index * step for index in range(int((last - first) / step + 1e-6) + 1)]
    result = [
        {"metric": {"__name__": "load", "n": str(n)}, "values": [[at, str(at + n)] for at in instants]}
        for n in range(SERIES)
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


@pytest.fixture
def server() -> Iterator[Canned]:
    with serving(answer) as canned:
        yield canned


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Store]:
    made = create_store(tmp_path / "live.tocsin", code="L", zone="UTC", clock=SystemClock(), author=BY)
    yield made
    made.close()


def telling(server: Canned, number: int, answered: threading.Event) -> Callable[..., Any]:
    """The same, saying when that many answers are out."""

    def told(path: str, params: dict[str, list[str]]) -> Any:
        if len(server.asked) >= number:
            answered.set()
        return answer(path, params)

    return told


def rows(store: Store) -> int:
    with store.signals.read() as connection:
        return feeds.get(connection, "prom").state.rows


def test_a_killed_sync_goes_on_where_it_was(live: Store, server: Canned) -> None:
    shop = systems.ensure(live, BY, "shop").id
    settings = {"query": "load", "back": "4h", "points": "20"}
    source = sources.save(live, BY, LiveSource("prom", "prometheus_api", server.url, shop, 1, settings))
    begun = live.now()
    for turn, pause_s in enumerate((0.0, 0.03, 0.1)):
        # Killed so long after an answer is out: while it is read, sifted, written.
        answered = threading.Event()
        server.answer = telling(server, len(server.asked) + 4, answered)
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(live.path)])
        assert answered.wait(30)
        threading.Event().wait(pause_s)
        child.kill()
        child.wait()
        assert rows(live) < 4 * 240 * SERIES, f"killed too late in turn {turn}"
    server.answer = answer
    assert rows(live) > 0
    after = finish(sync.once(live, source, BY, ask=lambda name: None, stop=threading.Event()))
    assert after.error == ""
    with live.signals.read() as connection:
        found = {
            signal.labels["n"]: samples.read(connection, one) for one, signal in series.list_all(connection)
        }
        assert len(feeds.open_imports(connection, "prom")) >= 1
    assert len(found) == SERIES
    for n, (times, values) in found.items():
        instants = (times / 1e6).tolist()
        assert instants == [instants[0] + 15 * index for index in range(len(instants))]
        assert values.tolist() == [at + int(n) for at in instants]
        assert instants[0] <= (begun - timedelta(hours=3, minutes=59)).timestamp()
    assert after.rows == sum(len(times) for times, _ in found.values())
