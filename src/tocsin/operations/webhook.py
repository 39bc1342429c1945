"""What a delivery by webhook goes through: who sends it, how often, what it is. Answered 2xx once stored."""

import base64
import binascii
import hashlib
import hmac
import logging
import math
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tocsin.errors import BadInput, StoreProblem, UserError
from tocsin.importers import json_text
from tocsin.importers.live import Setting
from tocsin.now import Clock

KINDS = ("alertmanager", "pagerduty", "generic")
SETTINGS = (
    Setting("network", "yes: other machines may send too; what they send is not encrypted", "no"),
    Setting("a_minute", "deliveries taken in a minute", "300"),
    Setting("record", "what /generic takes: samples, alerts, deployments or messages", "alerts"),
    Setting("columns", "for /generic, what is where, such as time=at,message=text,severity=level"),
    Setting("zone", "for /generic, the time zone of times without one"),
    Setting("time_unit", "for /generic, the unit of times that are numbers: s, ms, us or ns"),
)
LARGEST = 1 << 20  # bytes of a delivery
STRANGERS_A_MINUTE = 30
_AGAIN_S = 10
_KEPT = 4096  # bytes of a refused delivery that are told
_log = logging.getLogger(__name__)

Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]


@dataclass(frozen=True, slots=True)
class Keys:
    """What a sender must know: our `token`, or `signing`, the secret a PagerDuty subscription signs with."""

    token: str
    signing: str = field(default="", repr=False)

    def __repr__(self) -> str:
        return "Keys(…)"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery that was committed."""

    stored: int = 0
    already: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A delivery of a known sender that was refused: the reason in words, the first bytes of what it was."""

    kind: str
    reason: str
    begins: bytes


class _Refused(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: str, words: str, **headers: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words
        self.headers = [(name.replace("_", "-"), value) for name, value in headers.items()]


class Bucket:
    """Allows so many a minute on average, and as many at once after a minute of rest."""

    def __init__(self, a_minute: int, clock: Clock) -> None:
        self._a_second, self._most = a_minute / 60, float(a_minute)
        self._there, self._at = self._most, clock.elapsed_s()
        self._clock, self._lock = clock, threading.Lock()

    def wait_s(self) -> int:
        """Take one and return 0, or return in how many seconds there is one."""
        with self._lock:
            now = self._clock.elapsed_s()
            self._there = min(self._most, self._there + (now - self._at) * self._a_second)
            self._at = now
            if self._there >= 1:
                self._there -= 1
                return 0
            return math.ceil((1 - self._there) / self._a_second)


class Webhook:
    """A WSGI application that hands JSON to `take(kind, payload)`, which returns when it is committed.

    `take` raises BadInput for a payload that is wrong (422) and StoreProblem when it cannot be stored now
    (503: the sender tries again). `told` hears of every delivery refused, unless its sender is unknown.
    """

    def __init__(
        self,
        keys: Keys,
        take: Callable[[str, Any], Taken],
        told: Callable[[Refusal], None],
        clock: Clock,
        *,
        a_minute: int = 300,
    ) -> None:
        self._keys, self._take, self._told = keys, take, told
        self._known, self._strangers = Bucket(a_minute, clock), Bucket(STRANGERS_A_MINUTE, clock)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        try:
            status, said, headers = "200 OK", self._answer(environ), []
        except _Refused as refused:
            status, said, headers = refused.status, {"error": refused.words}, refused.headers
        answer = msgspec.json.encode(said) + b"\n"
        own = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
        start(status, own + headers)
        return [answer]

    def _answer(self, environ: Environ) -> dict[str, Any]:
        body = environ["wsgi.input"].read(LARGEST + 1)
        if not self._knows(environ, body):
            self._limit(self._strangers)
            words = "a token is needed: Authorization: Bearer TOKEN"
            raise _Refused("401 Unauthorized", words, WWW_Authenticate="Bearer")
        kind = environ.get("PATH_INFO", "").strip("/")
        # Alertmanager takes a 429 as final and drops the alert; a 5xx it sends again.
        self._limit(self._known, "503 Service Unavailable" if kind == "alertmanager" else "")
        if not kind and environ["REQUEST_METHOD"] == "GET":
            return {"ready": True}
        _check_request(environ, kind)
        try:
            taken = self._take_in(kind, body)
        except _Refused as refused:
            self._told(Refusal(kind, refused.words, body[:_KEPT]))
            raise
        return {"stored": taken.stored, "already": taken.already, "rejected": taken.rejected}

    def _take_in(self, kind: str, body: bytes) -> Taken:
        try:
            payload = json_text.parsed(body)
        except json_text.BadJson as error:
            raise _Refused("400 Bad Request", f"this is not sound JSON: {error}") from None
        try:
            return self._take(kind, payload)
        except BadInput as error:
            raise _Refused("422 Unprocessable Content", str(error)) from None
        except StoreProblem as error:
            # Its words name paths of this machine, which are no business of a sender.
            _log.warning("a delivery could not be stored: %s", error)
            words = "it cannot be stored just now; send it again"
            raise _Refused("503 Service Unavailable", words, Retry_After=str(_AGAIN_S)) from None
        except UserError as error:
            _log.warning("a delivery could not be taken: %s", error)
            raise _Refused("503 Service Unavailable", "it cannot be taken just now") from None
        except Exception:  # noqa: BLE001 - the boundary: whatever it is, the sender shall try again
            _log.exception("a delivery broke the receiver")
            raise _Refused("500 Internal Server Error", "a fault of the receiver; it was logged") from None

    def _knows(self, environ: Environ, body: bytes) -> bool:
        """Whether the sender has the token, as Bearer or as Basic's password, or signed the body."""
        token = _told_token(environ.get("HTTP_AUTHORIZATION", ""))
        if self._keys.token and _same(token, self._keys.token):
            return True
        signatures = environ.get("HTTP_X_PAGERDUTY_SIGNATURE", "")
        if not self._keys.signing or not signatures:
            return False
        digest = hmac.new(self._keys.signing.encode(), body, hashlib.sha256).hexdigest()
        # While a secret is changed PagerDuty sends several signatures; one that is right is enough.
        return any(_same(one.strip(), f"v1={digest}") for one in signatures.split(",")[:8])

    def _limit(self, bucket: Bucket, status: str = "") -> None:
        if wait := bucket.wait_s():
            words = f"too many deliveries; send again in {wait} s"
            raise _Refused(status or "429 Too Many Requests", words, Retry_After=str(wait))


def _check_request(environ: Environ, kind: str) -> None:
    if kind not in KINDS:
        raise _Refused("404 Not Found", f"there are {', '.join(f'/{one}' for one in KINDS)}")
    if environ["REQUEST_METHOD"] != "POST":
        raise _Refused("405 Method Not Allowed", "only POST is taken", Allow="POST")
    if environ.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise _Refused("415 Unsupported Media Type", "the body must not be compressed")
    media = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise _Refused("415 Unsupported Media Type", "the body must be application/json")


def _told_token(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _same(told: str, known: str) -> bool:
    """Compare in a time that tells nothing about where they differ."""
    return hmac.compare_digest(told.encode("utf-8", "surrogateescape"), known.encode())
