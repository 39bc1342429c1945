"""Webhook sources over real connections: what was acknowledged is in the store, once, however often sent."""

import hashlib
import hmac
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tocsin.errors import BadInput, Missing, UserError
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.operations import alerts, sources, sync, systems
from tocsin.operations.listening import Listening, new_token, signing_name, token_name
from tocsin.store import feeds
from tocsin.store.folder import Store

SIGNING = "signed-with-this"


def alert(name: str = "ModelLatency", **more: str) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": name, "severity": "critical"},
        "annotations": {"summary": "p95 is 4.2 s"},
        "startsAt": "2026-11-02T12:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        **more,
    }


def notification(*found: dict[str, Any]) -> bytes:
    return json.dumps({"version": "4", "status": "firing", "alerts": list(found)}).encode()


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Hook:
    """A listening source, and its senders."""

    store: Store
    listening: Listening
    port: int
    token: str

    def round(self) -> str:
        """Do a round; return what it complains of."""
        try:
            list(self.listening.round(threading.Event()))
        except UserError as error:
            return str(error)
        return ""

    def send(self, path: str, body: bytes, **headers: str) -> tuple[int, Any]:
        known = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", path, body, known)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def state(self) -> State:
        with self.store.signals.read() as connection:
            return feeds.get(connection, self.listening.source.name).state


@pytest.fixture
def source(store: Store, author: Author) -> LiveSource:
    place = f"127.0.0.1:{free_port()}"
    system = systems.ensure(store, author, "shop").id
    return sources.save(store, author, LiveSource("hook", "webhook", place, system, 15))


@pytest.fixture
def hook(store: Store, author: Author, source: LiveSource) -> Iterator[Hook]:
    token = new_token(store)
    kept = {token_name(source): token, signing_name(source): SIGNING}
    made = Hook(store, Listening(store, source, author, kept.get), int(source.place.split(":")[1]), token)
    assert made.round() == ""
    yield made
    made.listening.close()


def test_what_is_acknowledged_is_in_the_store(hook: Hook, store: Store) -> None:
    status, said = hook.send("/alertmanager", notification(alert(), alert("Drift")))
    assert (status, said["stored"]) == (200, 2)
    assert {one.metric or one.message for one in alerts.list_all(store)}
    assert len(alerts.list_all(store, system="shop")) == 2
    assert hook.state().rows == 2


def test_a_delivery_sent_again_is_one_record(hook: Hook, store: Store) -> None:
    answers = [hook.send("/alertmanager", notification(alert()))[1] for _ in range(3)]
    assert [(one["stored"], one["already"]) for one in answers] == [(1, 0), (0, 1), (0, 1)]
    assert len(alerts.list_all(store)) == 1


def test_many_senders_at_once_lose_nothing_and_double_nothing(hook: Hook, store: Store) -> None:
    def send(first: int) -> None:
        for number in range(first, first + 6):
            assert hook.send("/alertmanager", notification(alert(f"a{number}")))[0] == 200

    threads = [threading.Thread(target=send, args=(first,)) for first in (0, 3, 6, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(alerts.list_all(store)) == 15


def test_a_signed_delivery_of_pagerduty_is_taken(hook: Hook, store: Store) -> None:
    event = {
        "event": {
            "id": "01EVENT", "event_type": "incident.triggered", "resource_type": "incident",
            "occurred_at": "2026-11-02T12:00:00.004Z", "agent": None, "client": None,
            "data": {"id": "PINC7", "type": "incident", "number": 4711, "status": "triggered",
                     "title": "Approval rate fell", "created_at": "2026-11-02T11:59:02Z",
                     "urgency": "high", "priority": None, "service": {"id": "P1", "summary": "Credit"}},
        }
    }  # fmt: skip
    body = json.dumps(event).encode()
    signature = hmac.new(SIGNING.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Authorization": "", "X-PagerDuty-Signature": f"v1={signature}"}
    status, said = hook.send("/pagerduty", body, **headers)
    assert (status, said["stored"]) == (200, 1), said
    assert hook.send("/pagerduty", body + b" ", **headers)[0] == 401


def test_generic_json_is_mapped_by_the_settings(store: Store, author: Author, source: LiveSource) -> None:
    settings = {"columns": "time=at,message=text,severity=level,id=key", "record": "alerts"}
    mapped = replace(source, settings=settings)
    listening = Listening(store, mapped, author, {token_name(source): "t"}.get)
    hook = Hook(store, listening, int(source.place.split(":")[1]), "t")
    try:
        assert hook.round() == ""
        one = {"at": "2026-11-02T12:00:00Z", "text": "Guardrail tripped", "level": "high", "key": "g-1"}
        assert hook.send("/generic", json.dumps(one).encode())[1] == {
            "stored": 1, "already": 0, "rejected": 0}  # fmt: skip
        assert hook.send("/generic", json.dumps([one]).encode())[1]["already"] == 1
        assert [a.message for a in alerts.list_all(store)] == ["Guardrail tripped"]
    finally:
        hook.listening.close()


def test_a_refused_delivery_is_told_in_the_state_until_one_goes_well(hook: Hook, store: Store) -> None:
    status, said = hook.send("/alertmanager", b'{"alerts": "none"}')
    assert status == 422, said
    assert "refused" in hook.state().error
    assert "refused" in hook.round()
    kept = store.folder("imports") / "refused by hook.txt"
    assert kept.read_bytes() == b'{"alerts": "none"}'
    assert hook.send("/alertmanager", notification(alert()))[0] == 200
    assert hook.state().error == ""
    assert hook.round() == ""


def test_an_alert_that_is_wrong_does_not_keep_the_others_out(hook: Hook, store: Store) -> None:
    bad = alert("Bad", startsAt="yesterday")
    status, said = hook.send("/alertmanager", notification(alert(), bad))
    assert (status, said["stored"], said["rejected"]) == (200, 1, 1)
    assert len(alerts.list_all(store)) == 1
    assert hook.send("/alertmanager", notification(bad))[0] == 422


def test_while_nothing_can_be_written_it_is_a_503_and_nothing_is_lost_when_sent_again(
    hook: Hook, store: Store
) -> None:
    store.signals.read_only = True
    assert hook.send("/alertmanager", notification(alert()))[0] == 503
    store.signals.read_only = False
    assert hook.send("/alertmanager", notification(alert()))[1]["stored"] == 1


def test_without_a_token_it_does_not_listen(store: Store, author: Author, source: LiveSource) -> None:
    listening = Listening(store, source, author, lambda _name: None)
    with pytest.raises(Missing, match="token"):
        list(listening.round(threading.Event()))
    listening.close()


def test_a_port_in_use_is_the_error_of_the_source(hook: Hook, author: Author) -> None:
    again = Listening(hook.store, hook.listening.source, author, {"hook, token": "t"}.get)
    with pytest.raises(BadInput, match="listens there already"):
        list(again.round(threading.Event()))
    again.close()


@pytest.mark.parametrize(
    ("place", "settings"),
    [
        ("0.0.0.0:9099", {}),
        ("127.0.0.1", {}),
        ("127.0.0.1:9099", {"network": "maybe"}),
        ("127.0.0.1:9099", {"a_minute": "0"}),
        ("127.0.0.1:9099", {"colour": "red"}),
    ],
)
def test_what_cannot_be_listened_at_is_not_saved(
    store: Store, author: Author, place: str, settings: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        sources.save(store, author, LiveSource("bad", "webhook", place, "", 15, settings))


def test_tokens_are_long_and_each_is_another(store: Store) -> None:
    tokens = {new_token(store) for _ in range(100)}
    assert len(tokens) == 100
    assert min(len(token) for token in tokens) >= 43


def test_running_sources_follow_the_journal_and_stop(
    store: Store, author: Author, source: LiveSource
) -> None:
    running = sync.Syncing(store, author, ask={token_name(source): "t"}.get)
    hook = Hook(
        store, Listening(store, source, author, lambda _n: None), int(source.place.split(":")[1]), "t"
    )
    running.start()
    try:
        sent = threading.Event()
        for _ in range(1200):
            with suppress(OSError):
                assert hook.send("/alertmanager", notification(alert()))[1]["stored"] == 1
                break
            sent.wait(0.05)
        else:
            pytest.fail("nobody listens")
    finally:
        begun = store.clock.elapsed_s()
        assert running.stop()
        assert store.clock.elapsed_s() - begun < 2
    with pytest.raises(OSError):
        hook.send("/alertmanager", notification(alert()))
