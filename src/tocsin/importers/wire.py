"""What `Http` stands on: a connection that heeds a deadline and a stop, and answers read within bounds."""

import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore
import httpx

from tocsin.errors import BadInput
from tocsin.importers import json_text
from tocsin.importers.http_errors import Credentials, NoAnswer, Stopped
from tocsin.importers.http_words import failure, refusal
from tocsin.now import Clock

MOST_BYTES = 50 * 1024 * 1024
CONNECT_S, READ_S = 5.0, 10.0
_LOOK_S = 0.2  # how long a read may hold up a shutdown
_LONGEST_WORDS = 65_536


@dataclass
class Deadline:
    """When a question must be answered, on the clock's `elapsed_s`."""

    clock: Clock
    at_s: float
    stop: threading.Event

    def left_s(self) -> float:
        """Return how many seconds are left."""
        return self.at_s - self.clock.elapsed_s()

    def check(self) -> None:
        """Raise Stopped or NoAnswer when there is no going on."""
        if self.stop.is_set():
            raise Stopped
        if self.left_s() <= 0:
            raise NoAnswer("the whole answer took too long.")

    @contextmanager
    def holds(self) -> Iterator[None]:
        """Have every read in this thread heed the deadline."""
        _current.deadline = self
        try:
            yield
        finally:
            _current.deadline = None


class _Current(threading.local):
    deadline: Deadline | None = None


_current = _Current()


class _Stream(httpcore.NetworkStream):
    """A connection whose reads look up every 200 ms whether to go on."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = READ_S if timeout is None else timeout
        while True:
            if _current.deadline is not None:
                _current.deadline.check()
            try:
                return self._inner.read(max_bytes, timeout=min(_LOOK_S, left))
            except httpcore.ReadTimeout:
                left -= _LOOK_S
                if left <= 0:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class _Transport(httpx.BaseTransport):
    """httpx's own, but over `_Network`, which it gives no way to name."""

    def __init__(self, trusted: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted, max_connections=1, network_backend=_Network()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


def client(credentials: Credentials | None, ca: Path | None) -> httpx.Client:
    """Return a client for one server. Raises BadInput when the file of certificates cannot be read."""
    trusted = ssl.create_default_context()
    if ca is not None:
        try:
            trusted.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            raise BadInput(
                "the certificates in this file cannot be read.",
                where=str(ca),
                hint="It is a text file with -----BEGIN CERTIFICATE-----.",
            ) from error
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "tocsin"}
    auth: httpx.Auth | None = None
    if credentials is not None and credentials.user:
        auth = httpx.BasicAuth(credentials.user, credentials.secret)
    elif credentials is not None:
        headers["Authorization"] = f"Bearer {credentials.secret}"
    return httpx.Client(
        transport=_Transport(trusted),
        headers=headers,
        auth=auth,
        timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
        follow_redirects=False,
        trust_env=False,
    )


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turn what goes wrong on the way into NoAnswer or BadInput."""
    try:
        yield
    except NoAnswer as problem:
        raise NoAnswer(problem.what, where=where, hint=problem.hint, after_s=problem.after_s) from problem
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise failure(error, where) from error
    except (httpx.HTTPError, httpx.InvalidURL, httpcore.UnsupportedProtocol, UnicodeError) as error:
        raise BadInput("this cannot be asked for.", where=where) from error


def taken(answer: httpx.Response, where: str, deadline: Deadline) -> None:
    """Return when what was sent was taken (2xx). Raises BadInput and NoAnswer."""
    if not answer.is_success:
        raise refusal(answer.status_code, answer.headers, _read(answer, deadline, _LONGEST_WORDS), where)


def json_of(answer: httpx.Response, where: str, deadline: Deadline) -> Any:
    """Return the JSON of an answer that is whole. Raises BadInput and NoAnswer."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    if answer.status_code != 200:
        words = _read(answer, deadline, _LONGEST_WORDS) if is_json else b""
        raise refusal(answer.status_code, answer.headers, words, where)
    if not is_json:
        page = kind in ("text/html", "application/xhtml+xml")
        raise BadInput(
            "a web page came back instead of data." if page else "what came back is not JSON.",
            where=where,
            hint="Is a login page or a proxy in between?" if page else "Is this the server's own address?",
        )
    try:
        return json_text.parsed(_read(answer, deadline, MOST_BYTES))
    except json_text.BadJson as error:
        raise BadInput(f"the answer is not sound JSON: {error}.", where=where) from error


def _read(answer: httpx.Response, deadline: Deadline, most: int) -> bytes:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise BadInput(f"the answer is packed in a way that was not asked for (“{encoding[:20]}”).")
    unpack = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    parts, size = [], 0
    for raw in answer.iter_raw():
        deadline.check()
        part = raw if unpack is None else _unpacked(unpack, raw, most + 1 - size)
        size += len(part)
        if size > most:
            raise BadInput(
                f"the answer has more than {most // 1024 // 1024 or 1} MiB.", hint="Ask for less at once."
            )
        parts.append(part)
    if unpack is not None and not unpack.eof:
        raise NoAnswer("the answer is incomplete: it ends in the middle of what was packed.")
    return b"".join(parts)


def _unpacked(unpack: Any, raw: bytes, most: int) -> bytes:
    try:
        part: bytes = unpack.decompress(raw, most)
    except zlib.error as error:
        raise BadInput("the answer says it is packed by gzip, and is not.") from error
    if unpack.eof and unpack.unused_data:
        raise BadInput("something follows after the end of the packed answer.")
    return part
