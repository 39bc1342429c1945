"""A real Alertmanager delivers: what is refused for now comes again, what is taken is there once."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests import peers
from tocsin.model.alert import Alert
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.now import SystemClock
from tocsin.operations import alerts, sources, systems
from tocsin.operations.listening import Listening, token_name
from tocsin.store.folder import Store, create_store

TOKEN = "a-token-for-this-test"
CONFIG = """
route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: hook
    webhook_configs:
      - url: http://127.0.0.1:{port}/alertmanager
        http_config: {{authorization: {{type: Bearer, credentials: {token}}}}}
"""


@pytest.fixture
def live(tmp_path: Path, author: Author) -> Iterator[Store]:
    """A store with the machine's own clock, which other programs go by too."""
    made = create_store(tmp_path / "live.tocsin", code="L", zone="UTC", clock=SystemClock(), author=author)
    yield made
    made.close()


def begun(store: Store, source: LiveSource) -> Listening:
    made = Listening(store, source, Author("Operator A"), {token_name(source): TOKEN}.get)
    assert [one.note for one in made.round(threading.Event())] == ["listening"]
    return made


def raise_alert(url: str, name: str, *, over: bool = False) -> None:
    alert = {"labels": {"alertname": name, "severity": "critical"}, "annotations": {"summary": name}}
    if over:
        alert["endsAt"] = datetime.now(UTC).isoformat()  # type: ignore[assignment] # noqa: TID251
    httpx.post(f"{url}/api/v2/alerts", json=[alert], trust_env=False).raise_for_status()


def held(store: Store) -> dict[str, Alert]:
    found = alerts.list_all(store)
    assert len(found) == len({one.message for one in found})
    return {one.message: one for one in found}


def test_alertmanager_delivers_each_alert_once_whatever_happens_meanwhile(
    live: Store, author: Author, tmp_path: Path
) -> None:
    port = peers.free_port()
    shop = systems.ensure(live, author, "shop").id
    source = sources.save(live, author, LiveSource("hook", "webhook", f"127.0.0.1:{port}", shop, 15))
    config = CONFIG.format(port=port, token=TOKEN)
    listening = begun(live, source)
    try:
        with peers.serving(peers.alertmanager(tmp_path, config=config)) as manager:
            live.signals.read_only = True
            raise_alert(manager.url, "While nothing can be stored")
            refused = live.path / "imports" / "refused by hook.txt"
            peers.wait_until(refused.exists, "a delivery that could not be stored")
            live.signals.read_only = False
            peers.wait_until(lambda: len(held(live)) == 1, "the same delivery again")
            listening.close()
            raise_alert(manager.url, "While nobody listens")
            peers.wait_until(lambda: "refused" in _log(tmp_path), "a delivery to nobody")
            listening = begun(live, source)
            peers.wait_until(lambda: len(held(live)) == 2, "the delivery to nobody, again")
            raise_alert(manager.url, "While nobody listens", over=True)
            peers.wait_until(lambda: held(live)["While nobody listens"].ended is not None, "its end")
    finally:
        listening.close()
    first = held(live)["While nothing can be stored"]
    assert (first.severity, first.ended) == ("critical", None)
    assert abs(live.now() - first.time) < timedelta(minutes=5)


def _log(folder: Path) -> str:
    return (folder / "alertmanager.log").read_text(errors="replace")
