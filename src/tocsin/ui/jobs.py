"""Work off the interface thread: two writer lanes and some readers; answers come on the interface thread."""

import gc
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from tocsin.errors import UserError

_READERS = 2
_COLLECT_EVERY_MS = 500
_log = logging.getLogger(__name__)


class State(Enum):
    """How far a job is."""

    NEW = "new"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class _Parcel:
    """What crosses the threads. Only the interface thread empties it: no Qt object may die in a worker."""

    __slots__ = ("call", "cancelled", "outcome", "progress", "steps", "untold")

    def __init__(self, call: Callable[[], Any]) -> None:
        self.call: Callable[[], Any] | None = call
        self.steps: Generator[Any, None, Any] | None = None
        self.cancelled = False
        self.progress: Any = None
        self.untold = False  # progress was posted and not yet fetched
        self.outcome: tuple[State, Any] | None = None


class Job(QObject):
    """One piece of work. Make it, connect, then `start` it.

    `progressed(Progress)` · `succeeded(result)` · `refused(UserError)`: show it · `broke(Exception)`: a fault
    of the program, already logged · `ended()` comes last, once, after a cancel too. All of them come on the
    interface thread.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    refused = Signal(object)
    broke = Signal(object)
    ended = Signal()

    def __init__(self, call: Callable[[], Any], launch: Callable[["Job", _Parcel], bool]) -> None:
        super().__init__()
        self.state = State.NEW
        self._parcel = _Parcel(call)
        self._launch = launch

    def start(self) -> None:
        """Queue the work. Does nothing the second time, nor when the lanes are closed."""
        if self.state is State.NEW:
            taken = self._launch(self, self._parcel)
            self.state = State.RUNNING if taken else State.CANCELLED

    def cancel(self) -> None:
        """Stop at the next step: what was committed stays, nothing is half. A single call runs to its end."""
        self._parcel.cancelled = True

    def deliver(self, state: State, value: Any) -> None:
        """Tell how it ended; the lanes call this."""
        self.state = state
        if state is State.DONE:
            self.succeeded.emit(value)
        elif state is State.REFUSED:
            self.refused.emit(value)
        elif state is State.BROKEN:
            self.broke.emit(value)
        self.ended.emit()


class Jobs(QObject):
    """The lanes. Build it on the interface thread, and `close` it before the store."""

    _arrived = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._post: deque[_Parcel] = deque()
        self._running: dict[_Parcel, Job] = {}
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._journal = _Lane("journal", 1, self._note)
        self._bulk = _Lane("bulk", 1, self._note)
        self._reading = _Lane("read", _READERS, self._note)
        self._closed = False

    def command(self, call: Callable[[], Any]) -> Job:
        """Return a job on the journal's lane: one short call that writes what a person decided."""
        return self._job(self._journal, call)

    def bulk(self, call: Callable[[], Any]) -> Job:
        """Return a job on the signals' lane. `call` may return a generator, which is run a step at a time.

        Each step queues the next behind whatever came meanwhile. What it yields comes by `progressed`
        (only the newest, when the screen is busy), what it returns by `succeeded`.
        """
        return self._job(self._bulk, call)

    def read(self, call: Callable[[], Any]) -> Job:
        """Return a job on one of the readers: one call that reads and computes and never writes."""
        return self._job(self._reading, call)

    def busy(self) -> bool:
        """Whether anything is queued or running."""
        return bool(self._running)

    def close(self) -> None:
        """Finish the commands that wait, stop the rest at their next step. No signal comes afterwards."""
        self._closed = True
        self._reading.stop(cancel=True)
        self._bulk.stop(cancel=True)
        self._journal.stop(cancel=False)
        self._post.clear()
        self._running.clear()

    def _job(self, lane: "_Lane", call: Callable[[], Any]) -> Job:
        def launch(job: Job, parcel: _Parcel) -> bool:
            if not self._closed:
                self._running[parcel] = job
                lane.put(parcel)
            return not self._closed

        return Job(call, launch)

    def _note(self, parcel: _Parcel) -> None:
        self._post.append(parcel)
        self._arrived.emit()

    def _deliver(self) -> None:
        while self._post:
            parcel = self._post.popleft()
            job = self._running.get(parcel)
            if job is None:
                continue
            parcel.untold = False
            progress, parcel.progress = parcel.progress, None
            if progress is not None:
                job.progressed.emit(progress)
            if parcel.outcome is not None:
                del self._running[parcel]
                (state, value), parcel.outcome, parcel.call = parcel.outcome, None, None
                job.deliver(state, value)


class _Lane:
    """A queue and the threads that serve it."""

    def __init__(self, name: str, threads: int, note: Callable[[_Parcel], None]) -> None:
        self._queue: queue.SimpleQueue[_Parcel | None] = queue.SimpleQueue()
        self._note = note
        self._cancelling = False
        # Daemons, so that a console that fell over before closing them still ends; `stop` waits for them.
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{i}", daemon=True) for i in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, parcel: _Parcel) -> None:
        """Queue a parcel."""
        self._queue.put(parcel)

    def stop(self, *, cancel: bool) -> None:
        """Wait until the queue is empty and the threads are gone; with `cancel`, stop what can be stopped."""
        self._cancelling = cancel
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while True:
            parcel = self._queue.get()
            if parcel is not None:
                self._turn(parcel)
            elif self._queue.empty():
                return
            else:
                self._queue.put(None)  # something still waits behind the sign to leave

    def _turn(self, parcel: _Parcel) -> None:
        parcel.outcome = _advance(parcel, parcel.cancelled or self._cancelling)
        if parcel.outcome is not None:
            self._note(parcel)
            return
        if not parcel.untold:
            parcel.untold = True
            self._note(parcel)
        self._queue.put(parcel)


def _advance(parcel: _Parcel, cancelled: bool) -> tuple[State, Any] | None:
    """Run the next step; return how the work ended, or None when there is more."""
    try:
        if cancelled:
            return _cancelled(parcel)
        if parcel.steps is None:
            assert parcel.call is not None
            result = parcel.call()
            if not isinstance(result, Generator):
                return State.DONE, result
            parcel.steps = result
        parcel.progress = next(parcel.steps)
    except StopIteration as end:
        return State.DONE, end.value
    except UserError as error:
        return State.REFUSED, error
    except Exception as error:  # noqa: BLE001 - the boundary: a fault of one job must not end the console
        _log.exception("a job broke")
        return State.BROKEN, error
    return None


def _cancelled(parcel: _Parcel) -> tuple[State, Any]:
    if parcel.steps is not None:
        parcel.steps.close()
    return State.CANCELLED, None


class Collector(QObject):
    """Runs Python's cyclic collector on the interface thread only.

    In a worker thread it would destroy Qt objects there, which crashes. Build one at start.
    """

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_COLLECT_EVERY_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Set aside what the start has built, since it lives as long as the console, and begin."""
        gc.collect()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Stop, and hand collecting back to Python: no worker is left that it could run in."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect(self) -> None:
        """Collect the oldest generation whose threshold is passed."""
        due = [
            g
            for g, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
            if count > limit
        ]
        if due:
            gc.collect(due[-1])
