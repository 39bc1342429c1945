"""Rings when anybody has committed to the store: this console, another one, or the command line."""

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from tocsin.errors import UserError
from tocsin.store.database import Database

_POLL_S = 0.25
_RETRY_S = 2.0
_log = logging.getLogger(__name__)


class TwoFiles(Protocol):
    """What the bell needs of a store."""

    @property
    def journal(self) -> Database: ...
    @property
    def signals(self) -> Database: ...


class Bell(QObject):
    """Polls both files in a thread of its own; rings on the interface thread, once for what came together.

    `failed(UserError)` comes when a file can no longer be read, once until it can be read again.
    """

    journal_changed = Signal()
    signals_changed = Signal()
    failed = Signal(object)
    _heard = Signal()

    def __init__(self, store: TwoFiles) -> None:
        super().__init__()
        self._databases = {"journal": store.journal, "signals": store.signals}
        self._lock = threading.Lock()
        self._pending: set[str] = set()
        self._trouble: UserError | None = None
        self._poke = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)
        self._heard.connect(self._ring, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin to listen. A commit made here is heard at once, one made elsewhere within 250 ms.

        Both signals come once at the beginning: what happened before is not known.
        """
        for database in self._databases.values():
            database.on_commit = self._poke.set
        self._thread.start()

    def silence(self) -> None:
        """Stop listening; no ring comes after this returns."""
        for database in self._databases.values():
            database.on_commit = _nothing
        self._stopping = True
        self._poke.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            self._pending.clear()
            self._trouble = None

    def _listen(self) -> None:
        told = False
        while not self._stopping:
            try:
                self._watch()
                told = False
            except UserError as error:
                _log.warning("the store cannot be watched: %s", error)
                self._note(set(), None if told else error)
                told = True
                self._poke.wait(_RETRY_S)

    def _watch(self) -> None:
        with ExitStack() as open_files:
            asks = {name: open_files.enter_context(each.watching()) for name, each in self._databases.items()}
            # What was committed before the first answer nobody knows: so the first one rings for both files.
            known: dict[str, int] = {}
            while not self._stopping:
                news = _answers(asks)
                self._note({name for name in news if news[name] != known.get(name)}, None)
                known = news
                self._poke.wait(_POLL_S)
                self._poke.clear()

    def _note(self, changed: set[str], trouble: UserError | None) -> None:
        if not changed and trouble is None:
            return
        with self._lock:
            self._pending |= changed
            self._trouble = trouble or self._trouble
        self._heard.emit()

    def _ring(self) -> None:
        with self._lock:
            changed, self._pending = self._pending, set()
            trouble, self._trouble = self._trouble, None
        if "journal" in changed:
            self.journal_changed.emit()
        if "signals" in changed:
            self.signals_changed.emit()
        if trouble is not None:
            self.failed.emit(trouble)


def _answers(asks: dict[str, Callable[[], int]]) -> dict[str, int]:
    return {name: ask() for name, ask in asks.items()}


def _nothing() -> None:
    pass
