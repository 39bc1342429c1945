"""One round of one live source: a server polled, a folder looked into, a webhook listened for."""

import logging
import threading
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from tocsin import plugins
from tocsin.errors import Missing, UserError
from tocsin.importers.base import Piece, Step
from tocsin.importers.http import Http
from tocsin.importers.http_errors import NoAnswer, Stopped
from tocsin.importers.live import Cursor
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.operations import sources, waiting
from tocsin.operations.feeds import Feed
from tocsin.operations.ingest import ImportReport
from tocsin.operations.listening import Listening, signing_name, token_name
from tocsin.operations.progress import Progress
from tocsin.operations.watched_folder import WatchedFolder
from tocsin.store import feeds
from tocsin.store.folder import Store

LONGEST_PAUSE_S = 300.0
_log = logging.getLogger(__name__)


class Rounds(Protocol):
    """What asks one source, again and again, from one thread."""

    def round(self, stop: threading.Event) -> Iterator[Progress]:
        """Ask once and store what comes. Raises UserError, and Stopped when `stop` is set."""
        ...

    def close(self) -> None:
        """Give up what is held open between rounds."""
        ...


@dataclass
class _Polled:
    """A server that is polled."""

    store: Store
    source: LiveSource
    author: Author
    ask: sources.Ask
    _way: Http | None = None
    _feed: Feed = field(init=False)

    def __post_init__(self) -> None:
        self._feed = Feed(self.store, self.source, self.author)

    def round(self, stop: threading.Event) -> Iterator[Progress]:
        importer = plugins.live_importer(self.source.importer)
        settings = sources.live_settings(importer, self.source)
        self._feed.end_days(stop)
        with self.store.signals.read() as connection:
            kept = feeds.get(connection, self.source.name).cursor
        # A cursor means nothing to another importer or at another place.
        of = f"{self.source.importer} {self.source.place}"
        cursor = kept["cursor"] if kept.get("of") == of else {}
        pieces: list[Piece] = []
        stored = 0
        for piece in importer.poll(self._connected(stop), settings, cursor, self.store.now()):
            if stop.is_set():
                raise Stopped
            match piece:
                case Step(done, total, note):
                    yield Progress(done, total, note)
                case Cursor(value):
                    stored += self._feed.take(pieces, {"of": of, "cursor": value}).stored
                    pieces = []
                    yield Progress(stored, None, "storing")
                case _:
                    pieces.append(piece)
        self._feed.tidy(stop)

    def close(self) -> None:
        if self._way is not None:
            self._way.close()
            self._way = None

    def _connected(self, stop: threading.Event) -> Http:
        if self._way is None or self._way.stop is not stop:
            self.close()
            secret = None
            if sources.needs_secret(self.source):
                secret = self.ask(sources.secret_name(self.source))
                if secret is None:
                    raise Missing(
                        "its password or token is not known on this machine.",
                        where=self.source.name,
                        hint=f"`tocsin sources secret {self.source.name}` asks for it.",
                    )
            self._way = sources.http(self.store, self.source.place, self.source.settings, secret, stop)
        return self._way


@dataclass
class _Folder:
    """A folder that is looked into."""

    watched: WatchedFolder

    def round(self, stop: threading.Event) -> Iterator[Progress]:
        problem, store, name = "", self.watched.store, self.watched.source.name
        for outcome in self.watched.round(stop):
            problem = outcome.problem or problem
            if outcome.report is not None:
                with store.signals.write() as connection:
                    state = feeds.get(connection, name).state
                    feeds.put(connection, name, state=_with_file(state, outcome.report))
            yield Progress(0, None, outcome.name)
        if stop.is_set():
            raise Stopped
        if problem:
            raise UserError(problem)

    def close(self) -> None:
        """Nothing is held."""


def secret_names(source: LiveSource) -> list[str]:
    """Return what the secrets are kept under that a source may ask for."""
    if source.importer == sources.WEBHOOK:
        return [token_name(source), signing_name(source)]
    return [sources.secret_name(source)] if sources.needs_secret(source) else []


def rounds_of(store: Store, source: LiveSource, author: Author, ask: sources.Ask) -> Rounds:
    """Return what asks a source, for `one_round`; close it when done."""
    if source.importer == sources.FOLDER:
        return _Folder(WatchedFolder(store, author, source))
    if source.importer == sources.WEBHOOK:
        return Listening(store, source, author, ask)
    return _Polled(store, source, author, ask)


def one_round(
    store: Store, source: LiveSource, rounds: Rounds, stop: threading.Event
) -> Generator[Progress, None, State]:
    """Do one round, write down how it went and return that; a round that was stopped writes nothing."""
    begun, error, wait_s = store.now(), "", 0.0
    try:
        yield from rounds.round(stop)
    except Stopped:
        return State()
    except NoAnswer as problem:
        error, wait_s = str(problem), problem.after_s
    except Exception as problem:  # noqa: BLE001 - a guest may raise anything at all, and only its source suffers
        error = sources.in_words(problem)
        if not isinstance(problem, UserError):
            _log.exception("the source %s broke", source.name)
    if stop.is_set():
        return State()  # the store may be closed by now
    with store.signals.write() as connection:
        before = feeds.get(connection, source.name).state
        failures = before.failures + 1 if error else 0
        pause_s = max(_pause_s(source, failures, store), wait_s)
        state = replace(
            before,
            last_try=begun,
            last_success=before.last_success if error else store.now(),
            next_try=begun + timedelta(seconds=pause_s),
            error=error,
            failures=failures,
        )
        feeds.put(connection, source.name, state=state)
    return state


def _pause_s(source: LiveSource, failures: int, store: Store) -> float:
    """Return how long after the beginning of a round the next is due; longer and longer after failures."""
    if not failures:
        return source.every_s
    longest = max(source.every_s, LONGEST_PAUSE_S)
    pause = min(source.every_s * 2.0 ** min(failures - 1, 10), longest)
    # Not all at the same moment when a server comes back that many ask.
    return pause * (0.5 + int.from_bytes(store.random(6)) / 2**49)


def alone(store: Store, source: LiveSource) -> AbstractContextManager[bool]:
    """Say whether no other program asks this source, and keep it so meanwhile."""
    return waiting.alone(store.path / f"source-{source.name}.lock")


def _with_file(state: State, report: ImportReport) -> State:
    """Return how it goes with a watched folder after one more file."""
    last = datetime.fromisoformat(report.last) if report.stored and report.last else None
    newest = last if state.newest is None else max(last or state.newest, state.newest)
    return replace(state, rows=state.rows + report.stored, newest=newest)
