"""Deliveries: only of known senders, within measure, answered 2xx after they are taken and not before."""

import base64
import hashlib
import hmac
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput, StoreProblem
from tocsin.now import ManualClock
from tocsin.operations.webhook import LARGEST, Bucket, Keys, Refusal, Taken, Webhook

TOKEN, SIGNING = "the-token", "the-signing-secret"
BEARER = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}


@dataclass
class Desk:
    """A webhook and what it was given; `fails` is raised instead of taking."""

    clock: ManualClock
    a_minute: int = 300
    fails: Exception | None = None
    taken: list[tuple[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.webhook = Webhook(
            Keys(TOKEN, SIGNING), self.take, self.refusals.append, self.clock, a_minute=self.a_minute
        )

    def take(self, kind: str, payload: Any) -> Taken:
        if self.fails is not None:
            raise self.fails
        self.taken.append((kind, payload))
        return Taken(stored=1)

    def send(self, path: str = "/generic", body: bytes = b"{}", method: str = "POST", **more: str) -> int:
        return self.ask(path, body, method, **more)[0]

    def ask(
        self, path: str = "/generic", body: bytes = b"{}", method: str = "POST", **more: str
    ) -> tuple[int, dict[str, str], Any]:
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body),
            **more,
        }
        said: list[tuple[int, dict[str, str]]] = []
        answer = self.webhook(environ, lambda status, headers: said.append((int(status[:3]), dict(headers))))
        return (*said[0], json.loads(b"".join(answer)))


@pytest.fixture
def desk(clock: ManualClock) -> Desk:
    return Desk(clock)


def test_a_delivery_with_the_token_is_taken_under_its_kind(desk: Desk) -> None:
    status, _, said = desk.ask("/alertmanager", b'{"a": 1}', **BEARER)
    assert (status, said) == (200, {"stored": 1, "already": 0, "rejected": 0})
    assert desk.taken == [("alertmanager", {"a": 1})]


def test_the_token_may_be_the_password_of_basic_since_every_tool_can_put_one_into_its_address(
    desk: Desk,
) -> None:
    word = base64.b64encode(f"anyone:{TOKEN}".encode()).decode()
    assert desk.send(HTTP_AUTHORIZATION=f"Basic {word}") == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", f"Token {TOKEN}", "Basic ???", "Bearer \xff\xfe"],
)
def test_a_stranger_learns_nothing_and_leaves_no_trace(desk: Desk, authorization: str) -> None:
    answers = {
        repr(desk.ask(path, body, HTTP_AUTHORIZATION=authorization))
        for path, body in (("/generic", b"{}"), ("/nowhere", b"{}"), ("/generic", b"{"))
    }
    assert len(answers) == 1
    assert "401" in answers.pop()
    assert not desk.taken
    assert not desk.refusals


def test_a_token_in_the_address_line_counts_for_nothing(desk: Desk) -> None:
    assert desk.send(QUERY_STRING=f"token={TOKEN}") == 401


@given(body=st.binary(max_size=60))
def test_a_body_signed_as_pagerduty_does_is_known(body: bytes) -> None:
    desk = Desk(ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))
    digest = hmac.new(SIGNING.encode(), body, hashlib.sha256).hexdigest()
    known = {"HTTP_X_PAGERDUTY_SIGNATURE": f"v1=00ff, v1={digest}"}
    assert desk.send("/pagerduty", body, **known) in (200, 400)
    assert desk.send("/pagerduty", body + b" ", **known) == 401


def test_without_a_signing_secret_no_signature_counts(clock: ManualClock) -> None:
    taken: list[Any] = []
    webhook = Webhook(Keys(TOKEN), lambda *what: taken.append(what) or Taken(), taken.append, clock)
    said: list[str] = []
    digest = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    environ = {"wsgi.input": io.BytesIO(b"{}"), "HTTP_X_PAGERDUTY_SIGNATURE": f"v1={digest}"}
    webhook(environ, lambda status, _headers: said.append(status))
    assert said == ["401 Unauthorized"]
    assert not taken


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"path": "/nowhere"}, 404),
        ({"method": "GET"}, 405),
        ({"CONTENT_TYPE": "text/plain"}, 415),
        ({"CONTENT_TYPE": "application/x-www-form-urlencoded"}, 415),
        ({"HTTP_CONTENT_ENCODING": "gzip"}, 415),
        ({"body": b"{"}, 400),
        ({"body": b'{"a": NaN}'}, 400),
        ({"body": b"[" * 100_000}, 400),
        ({"body": b'"\xff"'}, 400),
        ({"body": b""}, 400),
    ],
)
def test_what_is_no_delivery_is_refused_by_its_own_status(
    desk: Desk, change: dict[str, Any], status: int
) -> None:
    assert desk.send(**{**BEARER, **change}) == status
    assert not desk.taken


@pytest.mark.parametrize("media", ["application/json; charset=utf-8", "application/vnd.pagerduty+json"])
def test_what_names_itself_json_is_taken(desk: Desk, media: str) -> None:
    assert desk.send(**BEARER, CONTENT_TYPE=media) == 200


def test_a_wrong_payload_is_told_in_words_and_kept_with_its_reason(desk: Desk) -> None:
    desk.fails = BadInput("startsAt is no time.", where="alerts[0]")
    status, _, said = desk.ask("/alertmanager", b'{"alerts": 1}', **BEARER)
    assert (status, said) == (422, {"error": "alerts[0]: startsAt is no time."})
    assert desk.refusals == [Refusal("alertmanager", "alerts[0]: startsAt is no time.", b'{"alerts": 1}')]


def test_when_it_cannot_be_stored_the_sender_is_asked_to_send_again_and_told_no_paths(desk: Desk) -> None:
    desk.fails = StoreProblem("the disk is full.", where="/home/somebody/room.tocsin/signals.db")
    status, headers, said = desk.ask(**BEARER)
    assert status == 503
    assert int(headers["Retry-After"]) > 0
    assert "somebody" not in repr(said)


def test_a_fault_of_the_receiver_asks_for_another_try_and_tells_no_more(desk: Desk) -> None:
    desk.fails = RuntimeError("secret of the house")
    status, _, said = desk.ask(**BEARER)
    assert status == 500
    assert "secret" not in repr(said)


def test_too_many_deliveries_wait_and_go_on_later(clock: ManualClock) -> None:
    desk = Desk(clock, a_minute=6)
    assert [desk.send(**BEARER) for _ in range(7)] == [200] * 6 + [429]
    _, headers, _ = desk.ask(**BEARER)
    clock.advance(seconds=int(headers["Retry-After"]))
    assert desk.send(**BEARER) == 200


def test_alertmanager_is_asked_to_wait_by_a_status_after_which_it_sends_again(clock: ManualClock) -> None:
    desk = Desk(clock, a_minute=1)
    assert [desk.send("/alertmanager", **BEARER) for _ in range(2)] == [200, 503]


def test_strangers_use_up_nothing_of_the_known_sender(desk: Desk) -> None:
    assert {desk.send() for _ in range(100)} == {401, 429}
    assert desk.send(**BEARER) == 200


@given(gaps=st.lists(st.floats(0, 30), max_size=60), a_minute=st.integers(1, 60))
def test_a_bucket_never_gives_more_than_a_burst_and_its_rate(gaps: list[float], a_minute: int) -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    bucket, given_out = Bucket(a_minute, clock), 0
    for gap in gaps:
        clock.advance(seconds=gap)
        given_out += bucket.wait_s() == 0
        assert given_out <= a_minute + clock.elapsed * a_minute / 60 + 1e-6


def test_no_secret_stands_in_what_is_printed() -> None:
    assert TOKEN not in repr(Keys(TOKEN, SIGNING))
    assert SIGNING not in str(Keys(TOKEN, SIGNING))


def test_the_size_a_delivery_may_have_is_a_mebibyte() -> None:
    assert LARGEST == 1_048_576
