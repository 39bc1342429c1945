"""The sources while the console is open: asked in threads of their own, and how each goes."""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from tocsin.errors import UserError
from tocsin.model.source import LiveSource
from tocsin.operations import systems
from tocsin.operations.operators import account
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.sources.strongbox import Strongbox
from tocsin.ui.sources.words import Shown

if TYPE_CHECKING:
    from tocsin.operations.sync import Syncing

_log = logging.getLogger(__name__)


class Running(QObject):
    """Asks every source of the store. `changed(list[Shown])` when any goes otherwise than before.

    `failed(UserError)` when they cannot be read. Threads end without the interface waiting for a server.
    """

    changed = Signal(object)
    failed = Signal(object)
    _tried = Signal(int, str, bool)

    def __init__(self, desk: Desk, strongbox: Strongbox) -> None:
        super().__init__()
        self._desk, self.strongbox = desk, strongbox
        self.known: list[Shown] | None = None
        self._syncing: Syncing | None = None
        self._stop = threading.Event()
        self._reading = self._stale = False
        self._asked: dict[int, Callable[[str, bool], None]] = {}
        self._tried.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._watching = False

    def watch(self) -> None:
        """Read how the sources go, now and whenever anything is committed."""
        if not self._watching:
            self._watching = True
            self._desk.bell.signals_changed.connect(self.refresh)
            self._desk.bell.journal_changed.connect(self.refresh)
        self.refresh()

    def start(self) -> None:
        """Begin to ask; a store that can only be read is left alone."""
        self.watch()
        # What asks servers is loaded when the window is there: the start does not wait for it.
        from tocsin.operations.sync import Syncing

        if not self._desk.store.read_only and self._syncing is None:
            self._syncing = Syncing(self._desk.store, account(), ask=self.strongbox.get)
            self._syncing.start()

    def stop(self) -> None:
        """End, in less than two seconds whatever a server does."""
        self._stop.set()
        if self._syncing is not None:
            self._syncing.stop()
            self._syncing = None

    def ask_now(self, name: str = "") -> None:
        """Let the next round of one source, or of all, begin at once."""
        if self._syncing is not None:
            self._syncing.ask_now([name] if name else [])

    def begin_anew(self, name: str) -> None:
        """End what asks a source and begin again: its secret is another one."""
        if self._syncing is not None:
            self._syncing.begin_anew(name)

    def refresh(self) -> None:
        """Read how the sources go."""
        self._stale = True
        if self._reading or self._stop.is_set():
            return
        self._stale, self._reading = False, True
        job = self._desk.jobs.read(partial(_shown, self._desk.store))
        job.succeeded.connect(self._show)
        job.refused.connect(self.failed)
        job.ended.connect(self._read)
        job.start()

    def attempt(self, source: LiveSource, secret: str | None, told: Callable[[str, bool], None]) -> None:
        """Try a source in a thread of its own; `told(words, whether it went well)` comes on this thread."""
        number = max(self._asked, default=0) + 1
        self._asked[number] = told  # not handed to the thread, where what it holds of Qt must not die
        call = partial(self._attempted, number, source, secret)
        threading.Thread(target=call, name=f"trial {source.name}", daemon=True).start()

    def _attempted(self, number: int, source: LiveSource, secret: str | None) -> None:
        from tocsin.importers.http_errors import Stopped
        from tocsin.operations import sources, trial

        try:
            if secret is None and sources.needs_secret(source):
                secret = self.strongbox.get(sources.secret_name(source))
            said, well = trial.trial(self._desk.store, source, secret, self._stop), True
        except UserError as error:
            said, well = str(error), False
        except Stopped:
            return
        except Exception:  # noqa: BLE001 - a guest may raise anything at all
            _log.exception("the trial of a source broke")
            said, well = "A fault of the program; it was logged.", False
        if not self._stop.is_set():
            self._tried.emit(number, said, well)

    def _tell(self, number: int, said: str, well: bool) -> None:
        self._asked.pop(number)(said, well)

    def _show(self, known: list[Shown]) -> None:
        if known != self.known:
            self.known = known
            self.changed.emit(known)

    def _read(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh()


def _shown(store: Store) -> list[Shown]:
    from tocsin.operations import sources

    names = {one.id: one.name for one in systems.names(store)}
    return [
        Shown(one.source, one.state, names.get(one.source.system, one.source.system))
        for one in sources.status(store)
    ]
