"""Asking a server over HTTP, warily: short time-outs, few retries, checked answers, errors in plain words.

Rules (catalogue of bad inputs 120-126): certificates are always verified; no redirect is followed, no proxy
taken from the environment; at most 50 MiB after decoding; a cut answer is refused, and so is one that is not
JSON to its end. Plain http is possible, since many servers in closed networks speak nothing else, but never
with a secret except to this very machine. A secret stands in no message and no log.
"""

import ipaddress
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tocsin.errors import BadInput
from tocsin.importers.http_errors import Credentials, NoAnswer, Stopped
from tocsin.now import Clock

if TYPE_CHECKING:
    import httpx

TOTAL_S = 60.0
_TRIES = 4
_FIRST_PAUSE_S = 0.5
_TOKEN = re.compile(r"[\x21-\x7e]+")

Params = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass
class Http:
    """One server, asked from one thread. Call `close` when done.

    `url` is where its paths begin. `random` gives numbers in [0, 1), `stop` ends any waiting at once, `ca` is
    a file of certificates that are trusted beside the system's own.
    """

    url: str
    stop: threading.Event
    random: Callable[[], float]
    clock: Clock
    credentials: Credentials | None = None
    ca: Path | None = None
    tries: int = _TRIES
    total_s: float = TOTAL_S
    _client: "httpx.Client | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.url = checked_url(self.url)
        if self.credentials is not None and not (self.encrypted or self.local):
            raise BadInput(
                "a password or token is never sent over a connection that is not encrypted.",
                where=self.url,
                hint="Use https, or leave the secret out.",
            )
        # Else the library below refuses it in words that repeat it, which reach the log.
        token = self.credentials.secret if self.credentials and not self.credentials.user else None
        if token is not None and not _TOKEN.fullmatch(token):
            what = "the token holds a space or another character that no token has."
            raise BadInput(what, where=self.url, hint="Enter it anew.")

    @property
    def encrypted(self) -> bool:
        """Whether what is said cannot be read on the way."""
        return self.url.startswith("https:")

    @property
    def local(self) -> bool:
        """Whether the server is on this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")

    def get_json(self, path: str, params: Params = ()) -> Any:
        """Return the JSON that GET of a path gives. Raises BadInput, Stopped, NoAnswer (may come later)."""
        return self._asked("GET", path, params=params)

    def post_json(self, path: str, body: Any) -> Any:
        """Return the JSON that POST gives, for questions that change nothing: it may be sent again."""
        return self._asked("POST", path, json=body)

    def deliver(self, body: Any, headers: Mapping[str, str], *, path: str = "") -> None:
        """Post JSON to the URL, or to what lies below it; any 2xx takes it, and what it says is not read.

        Raises BadInput, Stopped, NoAnswer (another try may help). Nothing is sent twice without `tries`.
        """
        self._asked("POST", path, json=body, headers=dict(headers), taken=True)

    def close(self) -> None:
        """Give up the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _asked(self, method: str, path: str, **what: Any) -> Any:
        from tocsin.importers import wire

        deadline = wire.Deadline(self.clock, self.clock.elapsed_s() + self.total_s, self.stop)
        for attempt in range(self.tries):
            try:
                return self._once(method, path, deadline, **what)
            except NoAnswer as problem:
                pause = max(self.random() * _FIRST_PAUSE_S * 2**attempt, problem.after_s)
                if attempt + 1 == self.tries or pause > deadline.left_s():
                    raise
                if self.stop.wait(pause):
                    raise Stopped from None
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, path: str, deadline: Any, taken: bool = False, **what: Any) -> Any:
        from tocsin.importers import wire

        if self._client is None:
            self._client = wire.client(self.credentials, self.ca)
        with (
            wire.in_words(self.url),
            deadline.holds(),
            self._client.stream(method, _joined(self.url, path), **what) as answer,
        ):
            return (
                wire.taken(answer, self.url, deadline) if taken else wire.json_of(answer, self.url, deadline)
            )


def _joined(url: str, path: str) -> str:
    return f"{url}/{path.lstrip('/')}" if path else url


def checked_url(url: str) -> str:
    """Return a base URL without a slash at its end. Raises BadInput, which never repeats a password."""
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput("this is not a URL.", hint="Use one like https://prometheus.example:9090.") from error
    # Also where nothing stands before “://”, so that no part is taken for a password.
    if "@" in parts.netloc or ("@" in url and not parts.netloc):
        raise BadInput("a user name or password does not belong into the URL.", hint="They are asked for.")
    if parts.scheme not in ("http", "https") or not host:
        raise BadInput(
            "this is not a URL of a server.", where=url, hint="Use one like https://prometheus.example:9090."
        )
    if parts.query or parts.fragment:
        raise BadInput("a base URL ends before “?” and “#”.", where=host)
    return parts.geturl().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
