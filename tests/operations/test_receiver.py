"""The listener with real connections on loopback: limits of size, time and number; a quick and clean end."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest

from tocsin.errors import BadInput, StoreProblem
from tocsin.now import ManualClock
from tocsin.operations.receiver import Address, Receiver, address, may_listen
from tocsin.operations.webhook import LARGEST, Keys, Refusal, Taken, Webhook

BEARER = {"Authorization": "Bearer the-token", "Content-Type": "application/json"}
ANYWHERE = Address("127.0.0.1", 0)
Take = Callable[[str, Any], Taken]


def nothing_told(_refusal: Refusal) -> None:
    pass


def taken(_kind: str, _payload: Any) -> Taken:
    return Taken(stored=1)


@contextmanager
def listening(clock: ManualClock, take: Take = taken) -> Iterator[tuple[int, Callable[[], float]]]:
    """Give the port of a running receiver and a function that stops it and returns the seconds it took."""
    receiver = Receiver(ANYWHERE, Webhook(Keys("the-token"), take, nothing_told, clock), clock)
    stopping = threading.Event()
    thread = threading.Thread(target=receiver.serve, args=(stopping,), daemon=True)
    thread.start()

    def stop() -> float:
        begun = time.monotonic()
        stopping.set()
        thread.join(60)
        assert not thread.is_alive()
        return time.monotonic() - begun

    try:
        yield receiver.port, stop
    finally:
        stop()


def post(port: int, body: bytes = b"{}", **more: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", "/generic", body, {**BEARER, **more})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_a_delivery_is_taken_over_a_real_connection(clock: ManualClock) -> None:
    seen: list[tuple[str, Any]] = []
    with listening(clock, lambda kind, payload: seen.append((kind, payload)) or Taken(1)) as (port, _):
        status, said = post(port, '{"what": "über"}'.encode())
    assert (status, json.loads(said)["stored"]) == (200, 1)
    assert seen == [("generic", {"what": "über"})]


def test_one_byte_more_than_a_mebibyte_is_refused_whether_its_length_is_told_or_not(
    clock: ManualClock,
) -> None:
    whole = b'"' + b"x" * (LARGEST - 2) + b'"'
    with listening(clock) as (port, _):
        assert post(port, whole)[0] == 200
        assert _status_of(port, whole + b" ", chunked=False) == 413
        assert _status_of(port, whole + b" ", chunked=True) == 413


def _status_of(port: int, body: bytes, *, chunked: bool) -> int:
    """Send it all, whether or not the other end has enough of it; return the status of the answer."""
    with closing(socket.create_connection(("127.0.0.1", port), 10)) as sent:
        length = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
        sent.sendall(b"POST /generic HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer the-token\r\n")
        sent.sendall(b"Content-Type: application/json\r\n" + length + b"\r\n\r\n")
        if chunked:
            sent.sendall(b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
        return int(sent.recv(12).split()[1])


def test_nothing_is_acknowledged_before_it_is_taken(clock: ManualClock) -> None:
    may_commit, answered = threading.Event(), threading.Event()

    def slow(_kind: str, _payload: Any) -> Taken:
        may_commit.wait(10)
        return Taken(1)

    with listening(clock, slow) as (port, _):
        sender = threading.Thread(target=lambda: (post(port), answered.set()), daemon=True)
        sender.start()
        assert not answered.wait(0.2)
        may_commit.set()
        assert answered.wait(60)


def test_a_full_disk_is_a_503_so_that_the_sender_tries_again(clock: ManualClock) -> None:
    def full(_kind: str, _payload: Any) -> Taken:
        raise StoreProblem("the disk is full.")

    with listening(clock, full) as (port, _):
        assert post(port)[0] == 503


def test_a_request_that_trickles_in_is_cut_off(clock: ManualClock) -> None:
    with listening(clock) as (port, _), closing(socket.create_connection(("127.0.0.1", port), 10)) as slow:
        slow.sendall(b"POST /generic HTTP/1.1\r\nHost: x\r\n")
        deadline = time.monotonic() + 10
        slow.settimeout(0.1)
        while time.monotonic() < deadline:
            clock.advance(seconds=5)
            try:
                slow.sendall(b"X-A: b\r\n")
                if not slow.recv(10):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            pytest.fail("the connection is still open")
        assert post(port)[0] == 200


@pytest.mark.parametrize(
    "begun", [b"", b"POST /gen", b"POST /generic HTTP/1.1\r\nContent-Length: 9\r\n\r\n{"]
)
def test_it_stops_with_connections_open(clock: ManualClock, begun: bytes) -> None:
    with listening(clock) as (port, stop), closing(socket.create_connection(("127.0.0.1", port), 10)) as idle:
        idle.sendall(begun)
        post(port)
        assert stop() < 4
        with pytest.raises(OSError):
            post(port)


def test_it_stops_while_a_delivery_hangs(clock: ManualClock) -> None:
    free, busy = threading.Event(), threading.Event()

    def hanging(_kind: str, _payload: Any) -> Taken:
        busy.set()
        free.wait(20)
        return Taken(1)

    with listening(clock, hanging) as (port, stop):
        sender = threading.Thread(target=_try_to_post, args=(port,), daemon=True)
        sender.start()
        assert busy.wait(60)
        assert stop() < 4
        free.set()


def _try_to_post(port: int) -> None:
    try:
        post(port)
    except (OSError, http.client.HTTPException):
        return


def test_after_it_has_stopped_the_port_is_free_at_once(clock: ManualClock) -> None:
    with listening(clock) as (port, stop):
        post(port)
        stop()
        again = Receiver(Address("127.0.0.1", port), _webhook(clock), clock)
        again.close()
        again.close()


def test_a_port_in_use_is_told_in_words(clock: ManualClock) -> None:
    with listening(clock) as (port, _), pytest.raises(BadInput) as refused:
        Receiver(Address("127.0.0.1", port), _webhook(clock), clock)
    assert "listens there already" in str(refused.value)
    assert str(port) in refused.value.where


def test_an_address_of_another_machine_is_told_in_words(clock: ManualClock) -> None:
    with pytest.raises(BadInput, match="does not have this address"):
        Receiver(Address("192.0.2.1", 9099), _webhook(clock), clock)


def test_hostile_bytes_get_no_server_error_and_end_nothing(clock: ManualClock) -> None:
    with listening(clock) as (port, _):
        for bytes_sent in (b"\x00" * 100, b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                           b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                           b"A" * 100_000, b"POST /%00%ff HTTP/1.1\r\n\r\n"):  # fmt: skip
            with closing(socket.create_connection(("127.0.0.1", port), 10)) as sent:
                answer = b""
                with suppress(OSError):  # it may have hung up before we were done
                    sent.sendall(bytes_sent)
                    sent.shutdown(socket.SHUT_WR)
                    answer = sent.recv(40)
                assert b" 50" not in answer[:14]
        assert post(port)[0] == 200


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("127.0.0.1:9099", "127.0.0.1:9099"),
        ("localhost:80", "127.0.0.1:80"),
        ("[::1]:9099", "[::1]:9099"),
        (" 0.0.0.0:65535 ", "0.0.0.0:65535"),
    ],
)
def test_an_address_is_read_as_it_is_written(written: str, meant: str) -> None:
    assert str(address(written)) == meant


@pytest.mark.parametrize("written", ["", "9099", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "host:1",
                                     "127.0.0.1:٣", "http://127.0.0.1:1", ":1"])  # fmt: skip
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(BadInput):
        address(written)


def test_other_machines_are_let_in_only_when_that_is_said_and_then_it_is_told() -> None:
    with pytest.raises(BadInput, match="not encrypted"):
        may_listen(Address("0.0.0.0", 9099), network=False)
    assert "not encrypted" in may_listen(Address("192.168.1.5", 9099), network=True)
    assert may_listen(Address("127.0.0.7", 9099), network=False) == ""
    assert may_listen(Address("::1", 9099), network=True) == ""


def _webhook(clock: ManualClock) -> Webhook:
    return Webhook(Keys("the-token"), taken, nothing_told, clock)
