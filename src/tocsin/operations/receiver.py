"""The listener of webhooks: a small server on one address, with limits on size, time and number."""

import errno
import ipaddress
import logging
import os
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tocsin.errors import BadInput
from tocsin.importers.base import mapping
from tocsin.importers.live import check
from tocsin.now import Clock
from tocsin.operations.webhook import LARGEST, SETTINGS, Webhook

if TYPE_CHECKING:
    from waitress.server import TcpWSGIServer

_THREADS = 2
_MOST_CONNECTIONS = 50
_LARGEST_HEADER = 16_384
_SLOWEST_S = 20.0  # a request has arrived whole by then, or its connection is closed
_IDLE_S = 60  # a connection without a request is kept so long
_TURN_S = 0.25
_LEAVE_S = 1.0  # a delivery under way when the listener stops gets this long


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: an IP address of this machine, and a port."""

    host: str
    port: int

    @property
    def open(self) -> bool:
        """Whether other machines can reach it."""
        return not ipaddress.ip_address(self.host).is_loopback

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str) -> Address:
    """Return the address of words like 127.0.0.1:9099 or [::1]:9099. Raises BadInput."""
    host, colon, port = text.strip().rpartition(":")
    host = "127.0.0.1" if host.lower() == "localhost" else host.removeprefix("[").removesuffix("]")
    hint = "Write it like 127.0.0.1:9099."
    if not colon or not (port.isascii() and port.isdigit()) or not 1 <= int(port) <= 65_535:
        raise BadInput("this is not an address and a port.", where=text, hint=hint)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise BadInput("this is not an IP address of this machine.", where=text, hint=hint) from None
    return Address(host, int(port))


def may_listen(at: Address, *, network: bool) -> str:
    """Return what to tell of listening there, "" where only this machine can send. Raises BadInput."""
    if not at.open:
        return ""
    if not network:
        raise BadInput(
            "other machines could reach this address, and what they send is not encrypted.",
            where=str(at),
            hint="Use 127.0.0.1, or allow it by the setting network=yes.",
        )
    return "reachable from the network, not encrypted"


def checked(place: str, settings: Mapping[str, str]) -> tuple[Address, dict[str, str]]:
    """Return address and settings of a webhook source, each with a value. Raises BadInput."""
    said, at = check(SETTINGS, settings), address(place)
    if said["network"] not in ("yes", "no"):
        raise BadInput("the setting “network” is yes or no.", where=said["network"][:40])
    may_listen(at, network=said["network"] == "yes")
    if not (said["a_minute"].isascii() and said["a_minute"].isdigit() and 1 <= int(said["a_minute"]) <= 1e5):
        raise BadInput("a_minute is a whole number from 1 to 100000.", where=said["a_minute"][:40])
    mapping(said["columns"])
    return at, said


class Receiver:
    """Listens from the moment it is made. `serve` answers until it is told to stop; `close` in any case."""

    def __init__(self, at: Address, application: Webhook, clock: Clock) -> None:
        """Raises BadInput when the address cannot be had."""
        self._clock = clock
        self._map: dict[int, Any] = {}
        self._begun: dict[int, tuple[Any, float]] = {}
        self._server = _server(_bound(at), application, self._map)
        self.port = int(self._server.effective_port)

    def serve(self, stopping: threading.Event) -> None:
        """Answer until `stopping` is set, then let a delivery under way come to its end, for a second."""
        from waitress import wasyncore

        try:
            while not stopping.is_set():
                wasyncore.loop(timeout=_TURN_S, use_poll=True, map=self._map, count=1)
                self._close_slow()
        finally:
            self.close()

    def close(self) -> None:
        """Take no more, end every connection; twice is once."""
        from waitress import wasyncore

        if not self._map:
            return
        self._server.accepting = False
        self._server.task_dispatcher.shutdown(timeout=_LEAVE_S)
        # What the last deliveries were answered still has to go out.
        wasyncore.loop(timeout=0, use_poll=True, map=self._map, count=2)
        wasyncore.close_all(self._map, ignore_all=True)
        self._map.clear()

    def _close_slow(self) -> None:
        """Close connections whose request trickles in: they would take the place of others."""
        now, still = self._clock.elapsed_s(), {}
        for channel in list(self._server.active_channels.values()):
            request = channel.request
            if request is None:
                continue
            known, since = self._begun.get(id(channel), (request, now))
            still[id(channel)] = (request, since if known is request else now)
            if known is request and now - since > _SLOWEST_S:
                channel.will_close = True
        self._begun = still


def probe(at: Address) -> None:
    """Try whether an address can be listened at. Raises BadInput."""
    _bound(at).close()


def _bound(at: Address) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in at.host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two programs listen at once
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((at.host, at.port))
        bound.listen(0)
    except OSError as error:
        bound.close()
        what, hint = _WHY.get(error.errno or 0, (f"it cannot be listened at: {error.strerror}", ""))
        raise BadInput(f"{what}.", where=str(at), hint=hint) from None
    return bound


_WHY = {
    errno.EADDRINUSE: ("another program listens there already", "Choose another port, or close it."),
    errno.EADDRNOTAVAIL: ("this machine does not have this address", "127.0.0.1 is always there."),
    errno.EACCES: ("this port is kept for the system", "Choose one from 1024 on."),
}


def _server(bound: socket.socket, application: Webhook, connections: dict[int, Any]) -> "TcpWSGIServer":
    from waitress.server import create_server

    logging.getLogger("waitress").setLevel(logging.ERROR)
    return create_server(
        application,
        map=connections,
        sockets=[bound],
        threads=_THREADS,
        ident=None,
        connection_limit=_MOST_CONNECTIONS,
        max_request_body_size=LARGEST + 1,
        max_request_header_size=_LARGEST_HEADER,
        inbuf_overflow=2 * LARGEST,  # deliveries stay in memory, never in a temporary file
        channel_timeout=_IDLE_S,
        cleanup_interval=5,
        log_socket_errors=False,
        expose_tracebacks=False,
    )
