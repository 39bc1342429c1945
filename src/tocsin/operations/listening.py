"""A webhook source: listens for as long as it is asked for, and stores what known senders deliver."""

import base64
import logging
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from tocsin import plugins
from tocsin.errors import BadInput, Missing, UserError
from tocsin.importers.base import Options, Piece, Source, mapping
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource
from tocsin.operations import sources
from tocsin.operations.feeds import Feed
from tocsin.operations.progress import Progress
from tocsin.operations.receiver import Receiver, checked
from tocsin.operations.webhook import Keys, Refusal, Taken, Webhook
from tocsin.store import feeds
from tocsin.store.folder import Store

_TOKEN_BYTES = 32
_log = logging.getLogger(__name__)


def new_token(store: Store) -> str:
    """Return a token nobody can guess, of letters, digits, - and _."""
    return base64.urlsafe_b64encode(store.random(_TOKEN_BYTES)).decode().rstrip("=")


def token_name(source: LiveSource) -> str:
    """Return what the token is kept under, whatever the address."""
    return f"{source.name}, token"


def signing_name(source: LiveSource) -> str:
    """Return what the secret is kept under that PagerDuty signs its deliveries with."""
    return f"{source.name}, signing secret"


@dataclass
class Listening:
    """One listener: the first round opens it, later ones tell how it goes, until it is closed."""

    store: Store
    source: LiveSource
    author: Author
    ask: sources.Ask
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _refused: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def round(self, stop: threading.Event) -> Iterator[Progress]:
        """Listen from now on. Raises UserError when that cannot be, and for the last delivery if refused."""
        if self._thread is None or not self._thread.is_alive():
            self._open()
        feed = self._feed()
        feed.end_days(stop)
        feed.tidy(stop)
        yield Progress(0, None, "listening")
        if self._refused and not stop.is_set():
            raise UserError(self._refused)

    def close(self) -> None:
        """Listen no more; a delivery under way has a second to end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _open(self) -> None:
        at, settings = checked(self.source.place, self.source.settings)
        token = self.ask(token_name(self.source))
        if not token:
            raise Missing(
                "its token is not known on this machine.",
                where=self.source.name,
                hint="Make a new one on the screen of sources, and tell it to whoever sends.",
            )
        keys = Keys(token, self.ask(signing_name(self.source)) or "")
        application = Webhook(
            keys, self._take(settings), self._refuse, self.store.clock, a_minute=int(settings["a_minute"])
        )
        receiver = Receiver(at, application, self.store.clock)
        self._stop = threading.Event()
        name = f"webhook {self.source.name}"
        self._thread = threading.Thread(target=receiver.serve, args=(self._stop,), name=name, daemon=True)
        self._thread.start()

    def _feed(self) -> Feed:
        return Feed(self.store, self.source, self.author)

    def _take(self, settings: Mapping[str, str]) -> "_Take":
        return _Take(self._feed(), settings, self._lock, self._went_well)

    def _went_well(self) -> None:
        """Say at once that deliveries are taken again, not with the next round."""
        if not self._refused:
            return
        self._refused = ""
        with self.store.signals.write() as connection:
            state = feeds.get(connection, self.source.name).state
            well = replace(state, error="", failures=0, last_success=self.store.now())
            feeds.put(connection, self.source.name, state=well)

    def _refuse(self, refusal: Refusal) -> None:
        """Say at once that a delivery was refused, and keep how it began for whoever looks into it."""
        self._refused = f"the last delivery to /{refusal.kind} was refused: {refusal.reason}"
        try:
            kept = self.store.folder("imports") / f"refused by {self.source.name}.txt"
            kept.write_bytes(refusal.begins)
            with self.store.signals.write() as connection:
                state = feeds.get(connection, self.source.name).state
                feeds.put(connection, self.source.name, state=replace(state, error=self._refused))
        except (UserError, OSError) as error:
            _log.warning("a refusal could not be written down: %s", error)


@dataclass(frozen=True, slots=True)
class _Take:
    """Turns a delivery into records and stores them, one delivery after the other."""

    feed: Feed
    settings: Mapping[str, str]
    lock: threading.Lock
    went_well: Any

    def __call__(self, kind: str, payload: Any) -> Taken:
        """Return what became of a delivery, once that is on the disk. Raises BadInput and StoreProblem."""
        pieces = list(self._pieces(kind, payload))
        with self.lock:
            tally = self.feed.take(pieces)
            if tally.rejected and not tally.stored and not tally.already:
                raise BadInput(tally.rejects[0].reason)
            self.went_well()
        return Taken(tally.stored, tally.already, tally.rejected)

    def _pieces(self, kind: str, payload: Any) -> Iterable[Piece]:
        now = self.feed.store.now()
        if kind == "alertmanager":
            from tocsin.importers import alertmanager

            return alertmanager.rows(payload, now)
        if kind == "pagerduty":
            from tocsin.importers import pagerduty

            return pagerduty.rows(payload, now)
        return self._mapped(payload)

    def _mapped(self, payload: Any) -> list[Piece]:
        """Return what the importer of JSON files makes of a payload, by the settings of the source."""
        options = Options(
            record=self.settings["record"],
            zone=self.settings["zone"],
            time_unit=self.settings["time_unit"],
            mapping=mapping(self.settings["columns"]),
            at=self.feed.store.now(),
        )
        with tempfile.TemporaryDirectory(dir=self.feed.store.folder("imports")) as folder:
            file = Path(folder) / "delivery.json"
            file.write_bytes(msgspec.json.encode(payload))
            scratch = Path(folder) / "scratch"
            scratch.mkdir()
            source = Source(file, "delivery", scratch, self.feed.store.now())
            return list(plugins.importer("json").read(source, options))
