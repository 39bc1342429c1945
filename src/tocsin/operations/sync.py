"""Asking the live sources: one round of one source, or all of them, each in a thread on its own rhythm.

No source waits for another, and none holds up the end of the program: whatever waits hears the stop.
"""

import logging
import threading
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, field

from tocsin.errors import StoreProblem, UserError
from tocsin.model.operator import Author
from tocsin.model.source import LiveSource, State
from tocsin.operations import sources
from tocsin.operations.progress import Progress, finish
from tocsin.operations.rounds import LONGEST_PAUSE_S, alone, one_round, rounds_of
from tocsin.store import journal
from tocsin.store.folder import Store

_LOOK_S = 1.0  # how often sources that were added or removed are looked for
_LEAVE_S = 1.5  # how long the end of the program waits for all of them together
_log = logging.getLogger(__name__)


def once(
    store: Store, source: LiveSource, author: Author, *, ask: sources.Ask, stop: threading.Event
) -> Generator[Progress, None, State]:
    """Ask one source once and return how it goes with it now; its failure is in the state, not raised.

    Raises StoreProblem while another program asks it.
    """
    rounds = rounds_of(store, source, author, ask)
    with alone(store, source) as mine:
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
                with alone(self.store, self.source) as mine:
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
                self.wake.wait(min(max(wait_s, 0.0), LONGEST_PAUSE_S + self.source.every_s))
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
            except Exception:  # noqa: BLE001 - the sources that are asked go on, and the next look may do better
                _log.exception("looking for sources broke")
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
        known = {one.name: one for one in sources.list_all(self._store)}
        wanted = {name: one for name, one in known.items() if not self._names or name in self._names}
        for name, runner in list(self._runners.items()):
            if wanted.get(name) != runner.source:
                runner.end()
                del self._runners[name]
        for name, source in wanted.items():
            if name not in self._runners and not self._stop.is_set():
                self._runners[name] = _Runner(self._store, source, self._author, self._ask)
        sources.end_removed(self._store, self._author, known)
