"""Asking hostile servers: each lie is noticed, said in plain words, and never waited for too long."""

import gzip
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tocsin.errors import BadInput
from tocsin.importers import wire
from tocsin.importers.http import Http, checked_url
from tocsin.importers.http_errors import Credentials, NoAnswer, Stopped
from tocsin.now import SystemClock

Talk = Callable[[socket.socket, bytes], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def server(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator["Seen"]:
    """A server on this machine that gets each request's head and answers as `talk` does."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen = Seen(listening.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with suppress(OSError), _secured(connection, context) as spoken:
                while head := _head(spoken):
                    seen.heads.append(head)
                    talk(spoken, head)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        seen.over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(60)


def _secured(connection: socket.socket, context: ssl.SSLContext | None) -> socket.socket:
    if context is None:
        return connection
    try:
        return context.wrap_socket(connection, server_side=True)
    except BaseException:
        connection.close()
        raise


class Seen:
    """What a server saw; `over` is set when its test is."""

    def __init__(self, port: int) -> None:
        self.port, self.heads = port, list[bytes]()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def _head(connection: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got and not got.startswith(b"\x16"):  # that begins TLS
        block = connection.recv(4096)
        if not block:
            return b""
        got += block
    return got


def says(*parts: bytes) -> Talk:
    """Say this and close."""

    def talk(connection: socket.socket, head: bytes) -> None:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_RDWR)

    return talk


def whole(body: bytes, more: bytes = b"") -> bytes:
    return OK + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def http(url: str, **more: object) -> Http:
    given: dict[str, object] = {
        "stop": threading.Event(),
        "random": lambda: 0.0,
        "clock": SystemClock(),
        "tries": 1,
    }
    return Http(url, **{**given, **more})  # type: ignore[arg-type]


def asked(talk: Talk, **more: object) -> object:
    with server(talk) as there:
        way = http(there.url, **more)
        try:
            return way.get_json("api/v1/x", {"a": "b"})
        finally:
            way.close()


def test_an_answer_that_is_whole_is_given() -> None:
    assert asked(says(whole(b'{"a": [1, 2.5, "x"]}'))) == {"a": [1, 2.5, "x"]}
    packed = gzip.compress(b'{"a": 1}')
    assert asked(says(whole(packed, b"Content-Encoding: gzip\r\n"))) == {"a": 1}
    assert asked(says(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n")) == [1]


CUT_GZIP = gzip.compress(b'{"a": 1}')[:-5]
LIES = {
    "120 shorter than it says": (OK + b"Content-Length: 50\r\n\r\n[1]", "incomplete"),
    "120 chunks without an end": (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n", "incomplete"),
    "121 JSON cut at the close": (OK + b'\r\n{"a": [1, 2', "not sound JSON"),
    "121 more after the end": (whole(b"{} {}"), "not sound JSON"),
    "123 gzip cut": (whole(CUT_GZIP, b"Content-Encoding: gzip\r\n"), "ends in the middle"),
    "123 says gzip, is not": (whole(b'{"a": 1}', b"Content-Encoding: gzip\r\n"), "and is not"),
    "123 packed otherwise": (whole(b"x", b"Content-Encoding: br\r\n"), "not asked for"),
    "123 something after the pack": (
        whole(gzip.compress(b"{}") + gzip.compress(b"{}"), b"Content-Encoding: gzip\r\n"), "follows after"
    ),
    "124 redirect": (
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "not followed"
    ),
    "125 login page": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", "login page"
    ),
    "125 other text": (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", "not JSON"
    ),
    "no type": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "not JSON"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
    "nothing": (b"", "incomplete"),
    "login wanted": (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "does not let us in"),
    "nothing there": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "is not there"),
    "question refused": (
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n"
        b'{"error": "parse error."}',
        "parse error",
    ),
    "a problem of its own": (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "problem of its own"),
    "deep": (whole(b"[" * 5000 + b"]" * 5000), "nested deeper"),
    "NaN": (whole(b'{"a": NaN}'), "not sound JSON"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_what_is_no_sound_answer_is_refused_with_its_reason(lie: str) -> None:
    said, reason = LIES[lie]
    with pytest.raises(BadInput, match=reason):
        asked(says(said))


def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", 100_000)
    bomb = gzip.compress(b"[" + b" " * 5_000_000 + b"]")
    with pytest.raises(BadInput, match="more than"):
        asked(says(whole(bomb, b"Content-Encoding: gzip\r\n")))


def test_an_endless_answer_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", 100_000)

    def endless(connection: socket.socket, head: bytes) -> None:
        connection.sendall(OK + b"\r\n[")
        while True:
            connection.sendall(b"1," * 5000)

    with pytest.raises(BadInput, match="more than"):
        asked(endless)


@pytest.mark.parametrize("where", ["in the head", "in the body"])
def test_drops_of_an_answer_do_not_keep_us_longer_than_the_whole_may_take(where: str) -> None:
    def dripping(connection: socket.socket, head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: " if where == "in the head" else OK + b"\r\n[")
        pause = threading.Event()
        for _ in range(200):
            connection.sendall(b"1" if where == "in the head" else b" ")
            pause.wait(0.05)

    began = time.monotonic()
    with pytest.raises(NoAnswer, match="took too long"):
        asked(dripping, total_s=0.4)
    assert time.monotonic() - began < 8, "the drops alone take ten seconds"


def test_a_stalled_server_does_not_hold_up_a_stop() -> None:
    stop, there = threading.Event(), threading.Event()

    def stalling(connection: socket.socket, head: bytes) -> None:
        there.set()
        connection.recv(1)

    with server(stalling) as seen:
        way = http(seen.url, stop=stop)
        threading.Thread(target=lambda: (there.wait(5), stop.set())).start()
        began = time.monotonic()
        with pytest.raises(Stopped):
            way.get_json("x")
        assert time.monotonic() - began < wire.READ_S / 2
        way.close()


def test_what_may_help_is_tried_again_and_what_cannot_is_not() -> None:
    def once_busy(connection: socket.socket, head: bytes) -> None:
        busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(whole(b"[1]") if len(seen.heads) > 2 else busy)

    with server(once_busy) as seen:
        way = http(seen.url, tries=4)
        assert way.get_json("x") == [1]
        assert len(seen.heads) == 3
        way.close()
    with server(says(LIES["login wanted"][0])) as seen:
        with pytest.raises(BadInput):
            http(seen.url, tries=4).get_json("x")
        assert len(seen.heads) == 1


def test_a_server_that_asks_for_a_pause_gets_it_unless_it_is_too_long() -> None:
    wait = b"HTTP/1.1 429 Slow down\r\nRetry-After: 3000\r\nContent-Length: 0\r\n\r\n"
    with server(says(wait)) as seen:
        with pytest.raises(NoAnswer) as caught:
            http(seen.url, tries=4).get_json("x")
        assert caught.value.after_s == 3000
        assert len(seen.heads) == 1
    stop = threading.Event()
    wait = b"HTTP/1.1 429 Slow down\r\nRetry-After: 20\r\nContent-Length: 0\r\n\r\n"
    with server(says(wait)) as seen:
        threading.Timer(0.1, stop.set).start()
        began = time.monotonic()
        with pytest.raises(Stopped):
            http(seen.url, tries=4, stop=stop).get_json("x")
        assert time.monotonic() - began < 20 / 2, "half of the pause asked for"


def test_a_secret_is_sent_and_never_told() -> None:
    seen_heads: list[bytes] = []

    def refusing(connection: socket.socket, head: bytes) -> None:
        seen_heads.append(head)
        connection.sendall(LIES["login wanted"][0])

    for credentials, word in (
        (Credentials("", "s3cret"), b"Bearer s3cret"),
        (Credentials("me", "s3cret"), b"Basic bWU6czNjcmV0"),
    ):
        with pytest.raises(BadInput) as caught:
            asked(refusing, credentials=credentials)
        assert word in seen_heads[-1]
        error: BaseException | None = caught.value
        while error is not None:
            assert "s3cret" not in repr(error) + str(error)
            error = error.__cause__ or error.__context__
        assert "s3cret" not in repr(http("http://127.0.0.1", credentials=credentials))


def test_a_secret_never_leaves_this_machine_unencrypted() -> None:
    with pytest.raises(BadInput, match="not encrypted"):
        http("http://192.0.2.1:9090", credentials=Credentials("", "s3cret"))
    http("https://192.0.2.1:9090", credentials=Credentials("", "s3cret"))
    http("http://localhost:9090", credentials=Credentials("", "s3cret"))


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert asked(says(whole(b"[1]"))) == [1]


def test_nobody_there_and_no_such_host_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoAnswer, match="nothing answers at this port"):
        http(f"http://127.0.0.1:{port}").get_json("x")
    with pytest.raises(NoAnswer, match="host name is not found"):
        http("http://nowhere.invalid").get_json("x")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://x",
        "http://",
        "host:9090",
        "http://x/?a=1",
        "http://[::1",
        "http://x:99999",
    ],
)
def test_what_is_no_url_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:s3cret@host/",
        "https://s3cret@host",
        "me:s3cret@host:9090",
        "ftp://me:s3cret@host",
        "https://host/?token=s3cret",
        "https://host/#s3cret",
    ],
)
def test_a_secret_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked_url(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("token", ["s3cret ", "s3c\nret", "s3cr\x00et", "s3crét", ""])
def test_a_token_no_header_can_carry_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(BadInput, match="no token has") as caught:
        Http("https://host", threading.Event(), lambda: 0.5, SystemClock(), Credentials("", token))
    assert "s3c" not in str(caught.value)


# --- certificates ---------------------------------------------------------------------------------------


class Authority:
    """A private authority, and the certificates it gives to servers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test authority")])
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        made = (
            self._begun(self._name, self._key, timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "ca.pem"
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str = "localhost", valid: timedelta = timedelta(days=1)) -> ssl.SSLContext:
        """What a server of this name needs."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        made = (
            self._begun(name, key, valid)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / f"{host}-{valid.total_seconds():.0f}.pem"
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file.write_bytes(made.public_bytes(pem[0]) + key.private_bytes(*pem))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, valid: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)  # noqa: TID251 - the TLS library goes by the machine's clock
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + valid)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def over_tls(context: ssl.SSLContext | None, ca: Path | None) -> object:
    with server(says(whole(b'{"safe": true}')), context) as there:
        way = http(f"https://localhost:{there.port}", ca=ca)
        try:
            return way.get_json("x")
        finally:
            way.close()


def test_a_private_authority_is_trusted_when_its_certificate_is_given(authority: Authority) -> None:
    assert over_tls(authority.context(), authority.file) == {"safe": True}


def test_a_certificate_that_is_not_right_is_refused_and_there_is_no_going_on(
    authority: Authority, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="not trusted"):
        over_tls(authority.context(), None)
    with pytest.raises(BadInput, match="another host name"):
        over_tls(authority.context("other.example"), authority.file)
    with pytest.raises(BadInput, match="expired"):
        over_tls(authority.context(valid=-timedelta(days=1)), authority.file)
    with pytest.raises(BadInput, match="does not speak TLS"):
        over_tls(None, authority.file)
    (tmp_path / "no.pem").write_text("nothing")
    with pytest.raises(BadInput, match=r"no\.pem: the certificates"):
        over_tls(authority.context(), tmp_path / "no.pem")


def test_a_connection_is_used_again() -> None:
    def kind(connection: socket.socket, head: bytes) -> None:
        connection.sendall(whole(json.dumps(len(seen.heads)).encode()))

    with server(kind) as seen:
        way = http(seen.url)
        assert [way.get_json("x") for _ in range(3)] == [1, 2, 3]
        assert way.post_json("y", {"a": 1}) == 4
        way.close()
