"""Servers of this machine that messages are sent to, a webhook and a mail server: they misbehave as asked."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What a webhook does with a request: a status, or None to hang up in the middle.
Behave = Callable[[dict[str, Any]], int | None]


@dataclass
class Hook:
    """The webhook. `behave` may be changed at any time; `got` are the bodies, `headers` those of each."""

    behave: Behave
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of whoever hangs up."""


@contextmanager
def hook(behave: Behave = lambda _body: 200) -> Iterator[Hook]:
    """Give a webhook that behaves so."""
    made = Hook(behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.got.append(body)
            made.headers.append(dict(self.headers.items()))
            made.paths.append(self.path)
            status = made.behave(body)
            if status is None:
                self.wfile.write(b"HTTP/1.1 200 O")
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """The mail server. `refuse` is what it says to a recipient in place of taking it."""

    got: list[Message] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    refuse: str = ""
    after_data: str = ""
    logins: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append(message_from_bytes(envelope.content, policy=default))
        self.to += envelope.rcpt_tos
        return self.after_data or "250 taken"


@contextmanager
def mailbox(context: ssl.SSLContext | None = None, password: str = "") -> Iterator[Mailbox]:
    """Give a real mail server; with a context it offers STARTTLS, with a password it wants it from `duty`."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, LoginPassword

    made = Mailbox()

    def knows(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        made.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == password, handled=False)

    controller = Controller(
        made,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        authenticator=knows if password else None,
        auth_required=bool(password),
    )
    controller.start()
    made.port = controller.port
    try:
        yield made
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def talking(say: Callable[[socket.socket], None]) -> Iterator[int]:
    """Give the port of a server that says to whoever connects what a test wants."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    def serve() -> None:
        try:
            while True:
                connection, _ = listener.accept()
                with connection:
                    say(connection)
        except OSError:
            return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
