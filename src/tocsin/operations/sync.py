"""Asking the live sources: one round of one source, or all of them, each in a thread on its own rhythm.

No source waits for another, and none holds up the end of the program: whatever waits hears the stop.
"""

import logging
import threading
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from tocsin import plugins
from tocsin.errors import Missing, StoreProblem, UserError
from tocsin.importers.base import Piece, Step
from tocsin.importers.http import Http
from tocsin.importers.http_errors import NoAnswer, Stopped
from tocsin.importers.live import Cursor
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.operations import sources
from tocsin.operations.feeds import Feed
from tocsin.operations.listening import Listening, signing_name, token_name
from tocsin.operations.progress import Progress, finish
from tocsin.operations.watched_folder import WatchedFolder
from tocsin.store import feeds, journal
from tocsin.store.folder import Store

_LONGEST_PAUSE_S = 300.0
_LOOK_S = 1.0  # how often sources that were added or removed are looked for
_LEAVE_S = 1.5  # how long the end of the program waits for all of them together
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
        self._feed.end_days()
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
        self._feed.tidy()

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
                    more = replace(state, rows=state.rows + outcome.report.stored, newest=store.now())
                    feeds.put(connection, name, state=more)
            yield Progress(0, None, outcome.name)
        if stop.is_set():
            raise Stopped
        if problem:
            raise UserError(problem)

    def close(self) -> None:
        """Nothing is held."""


def once(
    store: Store, source: LiveSource, author: Author, *, ask: sources.Ask, stop: threading.Event
) -> Generator[Progress, None, State]:
    """Ask one source once and return how it goes with it now; its failure is in the state, not raised.

    Raises StoreProblem while another program asks it.
    """
    rounds = rounds_of(store, source, author, ask)
    with _alone(store, source) as mine:
        if not mine:
            raise StoreProblem("another program is asking this source.", where=source.name)
        try:
            return (yield from one_round(store, source, rounds, stop))
        finally:
            rounds.close()


def once_all(
    store: Store, chosen: Sequence[LiveSource], author: Author, *, ask: sources.Ask, stop: threading.Event
) -> list[str]:
    """Ask several sources once, all at the same time; return what kept any from being asked, in words.

    How it went with each is in its state.
    """
    problems: list[str] = []

    def run(source: LiveSource) -> None:
        try:
            finish(once(store, source, author, ask=ask, stop=stop))
        except UserError as problem:
            problems.append(str(problem))

    threads = [threading.Thread(target=run, args=(source,), daemon=True) for source in chosen]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        stop.set()
        raise
    return problems


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
    """Do one round and write down how it went; a round that was stopped changes nothing."""
    begun, error, wait_s = store.now(), "", 0.0
    try:
        yield from rounds.round(stop)
    except Stopped:
        with store.signals.read() as connection:
            return feeds.get(connection, source.name).state
    except NoAnswer as problem:
        error, wait_s = str(problem), problem.after_s
    except Exception as problem:  # noqa: BLE001 - a guest may raise anything at all, and only its source suffers
        error = sources.in_words(problem)
        if not isinstance(problem, UserError):
            _log.exception("the source %s broke", source.name)
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
    longest = max(source.every_s, _LONGEST_PAUSE_S)
    pause = min(source.every_s * 2.0 ** min(failures - 1, 10), longest)
    # Not all at the same moment when a server comes back that many ask.
    return pause * (0.5 + int.from_bytes(store.random(6)) / 2**49)


@contextmanager
def _alone(store: Store, source: LiveSource) -> Iterator[bool]:
    """Say whether no other program asks this source, and keep it so meanwhile."""
    from filelock import FileLock, Timeout

    lock = FileLock(store.path / f"source-{source.name}.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise StoreProblem(f"no lock can be made: {error.strerror}.", where=str(store.path)) from error
    try:
        yield True
    finally:
        lock.release()


@dataclass
class _Runner:
    """The thread of one source."""

    store: Store
    source: LiveSource
    author: Author
    ask: sources.Ask
    stop: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)  # set: the next round is due now
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        # A daemon: a name server that does not answer must not keep the program from ending.
        self.thread = threading.Thread(target=self._run, name=f"source {self.source.name}", daemon=True)
        self.thread.start()

    def end(self) -> None:
        """Let the thread end as soon as it can."""
        self.stop.set()
        self.wake.set()

    def _run(self) -> None:
        while not self.stop.is_set():
            try:
                with _alone(self.store, self.source) as mine:
                    if mine:
                        self._ask_again_and_again()
            except UserError as error:
                _log.warning("the source %s: %s", self.source.name, error)
            except Exception:  # noqa: BLE001 - whatever broke, the other sources go on
                _log.exception("the thread of the source %s broke", self.source.name)
            # Another program asks it, or the thread of its former settings is not done yet.
            self.stop.wait(min(self.source.every_s, 2.0))

    def _ask_again_and_again(self) -> None:
        rounds = rounds_of(self.store, self.source, self.author, self.ask)
        try:
            while not self.stop.is_set():
                state = finish(one_round(self.store, self.source, rounds, self.stop))
                next_try = state.next_try or self.store.now()
                wait_s = (next_try - self.store.now()).total_seconds()
                # The wall clock may have been set meanwhile: never longer than was meant.
                self.wake.wait(min(max(wait_s, 0.0), _LONGEST_PAUSE_S + self.source.every_s))
                self.wake.clear()
        finally:
            rounds.close()


class Syncing:
    """Asks all sources, or those named, until it is stopped; follows what is added, set anew and removed."""

    def __init__(
        self, store: Store, author: Author, *, ask: sources.Ask, names: Collection[str] = ()
    ) -> None:
        self._store, self._author, self._ask, self._names = store, author, ask, names
        self._stop = threading.Event()
        self._runners: dict[str, _Runner] = {}
        self._anew: set[str] = set()
        self._seen = -1
        self._thread = threading.Thread(target=self._follow, name="sources", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> bool:
        """End, in less than two seconds; return whether every thread has ended."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_LEAVE_S / 3)
        runners = list(self._runners.values())
        for runner in runners:
            runner.end()
        left_s = _LEAVE_S
        began = self._store.clock.elapsed_s()
        for runner in runners:
            runner.thread.join(max(left_s - (self._store.clock.elapsed_s() - began), 0.05))
        return not any(thread.is_alive() for thread in (self._thread, *(one.thread for one in runners)))

    def ask_now(self, names: Collection[str] = ()) -> None:
        """Let the next round of all sources, or of those named, begin at once."""
        for name, runner in list(self._runners.items()):
            if not names or name in names:
                runner.wake.set()

    def begin_anew(self, name: str) -> None:
        """End what asks a source and begin again, as with a secret that has changed."""
        self._anew.add(name)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until somebody stops it; return whether somebody has."""
        return self._stop.wait(seconds)

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except UserError as error:
                _log.warning("sources cannot be looked for: %s", error)
            self._stop.wait(_LOOK_S)

    def _look(self) -> None:
        with self._store.journal.read() as connection:
            newest = journal.newest(connection)
        for name in list(self._anew):
            self._anew.discard(name)
            if (runner := self._runners.pop(name, None)) is not None:
                runner.end()
                self._seen = -1
        if newest == self._seen:
            return
        self._seen = newest
        wanted = {
            one.name: one
            for one in sources.list_all(self._store)
            if not self._names or one.name in self._names
        }
        for name, runner in list(self._runners.items()):
            if wanted.get(name) != runner.source:
                runner.end()
                del self._runners[name]
        for name, source in wanted.items():
            if name not in self._runners and not self._stop.is_set():
                self._runners[name] = _Runner(self._store, source, self._author, self._ask)
