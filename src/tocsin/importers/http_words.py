"""What went wrong with a server, in plain words."""

import email.utils
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC

import httpcore
import msgspec

from tocsin.errors import BadInput
from tocsin.importers.http_errors import NoAnswer
from tocsin.model.decoding import decoded

RETRIED = (429, 500, 502, 503, 504)
_LONGEST_WAIT_S = 3600.0
# OpenSSL's numbers (X509_V_ERR_...) of what is wrong with a certificate.
_EXPIRED, _NOT_YET, _WRONG_HOST, _WRONG_ADDRESS = 10, 9, 62, 64


def failure(error: BaseException, where: str) -> BadInput:
    """Return why no answer came; NoAnswer where another try may help."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return _tls(cause, where)
        if isinstance(cause, socket.gaierror):
            return NoAnswer(
                "the host name is not found.", where=where, hint="Is it spelt right, is the network there?"
            )
        if isinstance(cause, ConnectionRefusedError):
            return NoAnswer("nothing answers at this port.", where=where, hint="Is the server running?")
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore.ConnectTimeout):
        return NoAnswer("no connection within five seconds.", where=where, hint="Is the server reachable?")
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return NoAnswer("it was silent for ten seconds.", where=where)
    if isinstance(error, httpcore.ProtocolError):
        return NoAnswer("the answer is incomplete, or it is not HTTP.", where=where)
    return NoAnswer("the connection broke.", where=where)


def _tls(error: ssl.SSLError, where: str) -> BadInput:
    if isinstance(error, ssl.SSLCertVerificationError):
        words, hint = {
            _EXPIRED: ("its certificate has expired.", "Whoever runs it must renew it."),
            _NOT_YET: ("its certificate is not valid yet.", "Is the clock of this machine right?"),
            _WRONG_HOST: ("its certificate is for another host name.", "Use the name it is for."),
            _WRONG_ADDRESS: ("its certificate is not for this address.", "Use the name it is for."),
        }.get(
            error.verify_code,
            ("its certificate is not trusted.", "A private authority's certificate is given by --ca FILE."),
        )
        return BadInput(words, where=where, hint=hint)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return NoAnswer("the connection broke while it was being encrypted.", where=where)
    return BadInput("it does not speak TLS as it should.", where=where, hint="Is it plain http there?")


def refusal(status: int, headers: Mapping[str, str], words: bytes, where: str) -> BadInput:
    """Return what an answer other than 200 means."""
    if status in RETRIED:
        what = "it is asked too often" if status == 429 else "it has a problem of its own"
        return NoAnswer(f"{what} (HTTP {status}){_said(words)}.", where=where, after_s=_wait_s(headers))
    if 300 <= status < 400:
        return BadInput(
            f"it sends one on to another address (HTTP {status}), which is not followed.",
            where=where,
            hint="Name the address itself.",
        )
    if status in (401, 403):
        return BadInput(
            f"it does not let us in (HTTP {status}).", where=where, hint="Is the password or token right?"
        )
    if status == 404:
        return BadInput("what was asked for is not there (HTTP 404).", where=where, hint="Is the URL right?")
    return BadInput(f"it refuses the question (HTTP {status}){_said(words)}.", where=where)


def _said(words: bytes) -> str:
    """Return the reason a server gave, as Prometheus and MLflow do."""
    try:
        said = decoded(words, dict[str, object])
    except (msgspec.DecodeError, RecursionError):
        return ""
    reason = said.get("error") or said.get("message")
    return f": {' '.join(reason.split())[:300].rstrip('.')}" if isinstance(reason, str) else ""


def _wait_s(headers: Mapping[str, str]) -> float:
    """Return what Retry-After asks for in seconds, 0 when it says nothing that can be read."""
    stated = headers.get("retry-after", "").strip()
    if stated.isascii() and stated.isdigit():
        return min(float(stated), _LONGEST_WAIT_S)
    try:
        until = email.utils.parsedate_to_datetime(stated)
        answered = email.utils.parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return 0.0
    # Both are the server's own clock, so that ours may be wrong.
    aware = [time if time.tzinfo else time.replace(tzinfo=UTC) for time in (until, answered)]
    return min(max((aware[0] - aware[1]).total_seconds(), 0.0), _LONGEST_WAIT_S)
