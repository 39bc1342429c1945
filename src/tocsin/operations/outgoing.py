"""One try to get a message out: a webhook over HTTP, a mail over SMTP; warily, and within a time limit.

Raises NoAnswer where another try may help, BadInput where none will. A secret stands in no error and no log.
"""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Any

from tocsin.errors import BadInput, UserError
from tocsin.importers.http import Http
from tocsin.importers.http_errors import Credentials, NoAnswer, Stopped
from tocsin.importers.http_words import failure
from tocsin.operations.channels import Channel, host_and_port
from tocsin.store.folder import Store

TOTAL_S = 30.0  # for one try, whatever a server does
_SILENT_S = 10.0
_TEMPORARY = range(400, 500)  # of SMTP: the same may be taken later (RFC 5321, 4.2.1)
_LONGEST_WORDS = 200


def post(
    store: Store, channel: Channel, secret: str | None, body: Any, id: str, stop: threading.Event
) -> None:
    """Deliver JSON to a webhook. Raises NoAnswer, BadInput, Stopped."""
    in_path = channel.settings.get("secret") == "path"
    credentials = Credentials(channel.settings.get("user", ""), secret) if secret and not in_path else None
    way = Http(
        channel.place,
        stop=stop,
        random=lambda: 0.0,
        clock=store.clock,
        credentials=credentials,
        ca=channel.ca,
        tries=1,
        total_s=TOTAL_S,
    )
    try:
        way.deliver(body, {"Idempotency-Key": id}, path=_path(secret) if secret and in_path else "")
    finally:
        way.close()


def mail(
    channel: Channel,
    secret: str | None,
    message: EmailMessage,
    stop: threading.Event,
    *,
    total_s: float = TOTAL_S,
) -> None:
    """Hand a mail to its server. Raises NoAnswer, BadInput, Stopped."""
    if stop.is_set():
        raise Stopped
    host, port = host_and_port(channel.place)
    with _in_words(channel.place), _connected(channel, host, port, total_s) as server:
        if channel.settings["tls"] == "starttls":
            server.starttls(context=_trusted(channel))
        if secret is not None:
            server.login(channel.settings["user"], secret)
        server.send_message(message)


def _trusted(channel: Channel) -> ssl.SSLContext:
    trusted = ssl.create_default_context()
    if channel.ca is not None:
        try:
            trusted.load_verify_locations(channel.ca)
        except (OSError, ssl.SSLError):
            raise BadInput(
                "the certificates in this file cannot be read.",
                where=str(channel.ca),
                hint="It is a text file with -----BEGIN CERTIFICATE-----.",
            ) from None
    return trusted


@contextmanager
def _connected(channel: Channel, host: str, port: int, total_s: float) -> Iterator[smtplib.SMTP]:
    """Give a connection that is cut after `total_s`, or a letter now and then would keep it for ever."""
    if channel.settings["tls"] == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(timeout=_SILENT_S, context=_trusted(channel))
    else:
        server = smtplib.SMTP(timeout=_SILENT_S)
    cut = threading.Timer(total_s, _cut, (server,))
    cut.daemon = True
    cut.start()
    try:
        # The name given is the one certificates are checked against.
        server._host = host  # type: ignore[attr-defined]  # noqa: SLF001
        server.connect(host, port)
        yield server
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        cut.cancel()
        server.close()


def _cut(server: smtplib.SMTP) -> None:
    with suppress(OSError, AttributeError):
        assert server.sock is not None
        server.sock.shutdown(socket.SHUT_RDWR)


@contextmanager
def _in_words(where: str) -> Iterator[None]:
    try:
        yield
    except (UserError, Stopped):
        raise
    except smtplib.SMTPAuthenticationError as error:
        raise BadInput(
            f"it does not let us in (SMTP {error.smtp_code}).", where=where, hint="Is the password right?"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()), (550, b""))
        raise _refused(code, words, where) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error, where) from None
    except smtplib.SMTPNotSupportedError:
        raise BadInput("it does not offer what is asked for (STARTTLS or a login).", where=where) from None
    except smtplib.SMTPServerDisconnected:
        raise NoAnswer("it closed the connection.", where=where) from None
    except smtplib.SMTPException as error:
        raise BadInput(
            f"it is no mail server as it should be ({type(error).__name__}).", where=where
        ) from None
    except OSError as error:
        raise failure(error, where) from None


def _refused(code: int, words: bytes | str, where: str) -> BadInput:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    said = "".join(c for c in " ".join(text.split()) if c.isprintable())[:_LONGEST_WORDS].rstrip(".")
    what = f"it refuses the message (SMTP {code}){f': {said}' if said else ''}."
    return NoAnswer(what, where=where) if code in _TEMPORARY else BadInput(what, where=where)


def _path(secret: str) -> str:
    """Return the end of a URL that is a secret. Raises BadInput, which does not repeat it."""
    trimmed = secret.strip().lstrip("/")
    if not trimmed or not trimmed.isascii() or any(c.isspace() or c in "?#\\" for c in trimmed):
        raise BadInput("the secret is no end of a URL.", hint="Enter it anew.")
    return trimmed
