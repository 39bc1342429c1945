"""Syncing with the real servers: killed and started in between, nothing is missing and nothing is twice."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests import peers
from tocsin.model.alert import Alert
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.now import SystemClock
from tocsin.operations import sources, sync, systems
from tocsin.operations.progress import finish
from tocsin.store import alerts, feeds, samples, series
from tocsin.store.folder import Store, create_store

QUERIES = "model_score\nload=model_load\nsum by (job) (model_decisions_total)\nmodel_latency_seconds_bucket"


@pytest.fixture
def live(tmp_path: Path, author: Author) -> Iterator[Store]:
    """A store with the machine's own clock, which other programs go by too."""
    made = create_store(tmp_path / "live.tocsin", code="L", zone="UTC", clock=SystemClock(), author=author)
    yield made
    made.close()


def added(store: Store, importer: str, url: str, **settings: str) -> LiveSource:
    by = Author("Operator A")
    shop = systems.ensure(store, by, "shop").id
    return sources.save(store, by, LiveSource("peer", importer, url, shop, 1.0, settings))


def ask(store: Store, source: LiveSource) -> State:
    work = sync.once(store, source, Author("Operator A"), ask=lambda name: None, stop=threading.Event())
    return finish(work)


def state(store: Store) -> State:
    with store.signals.read() as connection:
        return feeds.get(connection, "peer").state


def stored(store: Store) -> dict[str, tuple[Any, Any]]:
    with store.signals.read() as connection:
        return {
            signal.name: samples.read(connection, number) for number, signal in series.list_all(connection)
        }


def served(url: str, query: str, times: Any) -> dict[str, list[float]]:
    """What the server says of the same instants now, asked for at once."""
    params = {"query": query, "start": times[0] / 1e6, "end": times[-1] / 1e6, "step": 1}
    answer = httpx.get(f"{url}/api/v1/query_range", params=params, trust_env=False).json()
    return {
        one["metric"].get("model", ""): [float(value) for _, value in one["values"]]
        for one in answer["data"]["result"]
    }


def test_prometheus_is_read_without_gap_or_duplicate_though_it_is_killed(live: Store, tmp_path: Path) -> None:
    with (
        peers.Exporter() as exporter,
        peers.serving(peers.prometheus(tmp_path, targets=[exporter.port])) as peer,
    ):
        added(live, "prometheus_api", peer.url, query=QUERIES, step="1s", delay="1s", back="1m")
        running = sync.Syncing(live, Author("Operator A"), ask=lambda name: None)
        running.start()
        try:
            peers.wait_until(lambda: state(live).rows >= 20, "the first samples")
            peer.kill()
            peers.wait_until(lambda: state(live).failures > 0, "the failure")
            failed = state(live)
            assert "nothing answers at this port" in failed.error
            assert failed.next_try is not None
            peer.start()
            peers.wait_until(lambda: state(live).rows >= failed.rows + 30, "samples after the restart")
            peers.wait_until(lambda: not state(live).error, "a round that goes well")
        finally:
            assert running.stop()
        found = stored(live)
        scores = {name: columns for name, columns in found.items() if name.startswith("model_score")}
        assert len(scores) == 3
        for model in range(3):
            [(times, values)] = [c for name, c in scores.items() if f"model=m{model}" in name]
            assert np.array_equal(np.unique(times), times)
            assert served(peer.url, f'model_score{{model="m{model}"}}', times)[f"m{model}"] == values.tolist()
    assert {"load", "model_latency_seconds p50", "sum by (job) (model_decisions_total)"} <= {
        name.split(" (instance")[0].split(" (job=")[0] for name in found
    }


RULES = """
groups:
  - name: models
    rules:
      - alert: LoadTooHigh
        expr: model_load > 0.9
        labels: {severity: critical}
        annotations: {summary: the model is overloaded}
"""


def the_alert(store: Store) -> Alert | None:
    with store.signals.read() as connection:
        found = alerts.list_all(connection)
    assert len(found) <= 1
    return found[0] if found else None


def test_an_alert_is_one_from_its_start_to_its_end_though_alertmanager_is_killed(
    live: Store, tmp_path: Path
) -> None:
    manager = peers.alertmanager(tmp_path)
    with peers.Exporter() as exporter, peers.serving(manager):
        watched = peers.prometheus(tmp_path, targets=[exporter.port], alertmanager=manager.port, rules=RULES)
        with peers.serving(watched):
            source = added(live, "alertmanager_api", manager.url)
            assert ask(live, source).error == ""
            exporter.load = 0.95

            def fires() -> bool:
                assert ask(live, source).error == ""
                return the_alert(live) is not None

            peers.wait_until(fires, "the alert")
            first = the_alert(live)
            assert first is not None
            assert (first.severity, first.urgent, first.ended) == ("critical", True, None)
            assert first.raised is not None
            assert timedelta(0) <= first.raised - first.time < timedelta(seconds=60)
            manager.kill()
            assert "nothing answers" in ask(live, source).error
            manager.start()
            for _ in range(3):
                assert ask(live, source).error == ""
                again = the_alert(live)
                assert again is not None
                assert (again.id, again.ended) == (first.id, None)
