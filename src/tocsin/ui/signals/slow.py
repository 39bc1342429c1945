"""Slow answers: run when what they rest on is another and they have rested; stopped, never mixed up."""

from collections.abc import Callable, Hashable
from enum import Enum
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from tocsin.errors import UserError
from tocsin.operations.progress import Progress
from tocsin.ui.desk import Desk
from tocsin.ui.jobs import Job
from tocsin.ui.jobs import State as Ended

_LEAST_REST_S = 60.0
_REST = 20  # a run is followed by a rest so many times as long


class State(Enum):
    """How it stands with the answer."""

    NOTHING = "nothing asked"
    RUNNING = "running"
    ANSWERED = "answered"
    STOPPED = "stopped"
    FAILED = "failed"


class Slow(QObject):
    """One answer at a time about one subject. `changed()` with each state and answer, `progressed()` between.

    `answer` is the newest one about the subject, None before the first; it stays while a newer one is made.
    `trouble` says in words why there is none.
    """

    changed = Signal()
    progressed = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._subject: Hashable = None
        self._mark: Hashable = None  # what the newest run rests on
        self._wanted: tuple[Hashable, Callable[[], Any]] | None = None
        self._job: Job | None = None
        self._began_s = self._due_s = 0.0
        self.state, self.answer, self.trouble = State.NOTHING, None, ""
        self.progress: Progress | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._rested)

    answer: Any

    def want(self, subject: Hashable, mark: Hashable, call: Callable[[], Any]) -> None:
        """Have it answered: at once for another subject, else once rested if the mark is another one.

        `call` returns a generator of steps.
        """
        if subject != self._subject:
            self.forget()
            self._subject = subject
        elif mark == self._mark:
            return
        self._wanted = mark, call
        if self.state is not State.STOPPED:
            self._rested()

    def again(self) -> None:
        """Answer what is wanted now at once, after a stop or a failure too, and whatever the rest.

        A run under way for something older is let go.
        """
        if self._wanted is None or (self._job is not None and self._wanted[0] == self._mark):
            return
        if self._job is not None:
            self._job.cancel()
        self._run()

    def stop(self) -> None:
        """Stop at the next step; the last answer stays."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self._end(State.STOPPED, "Stopped.")

    def forget(self) -> None:
        """Let go of subject and answer; what is under way is stopped."""
        if self._job is not None:
            self._job.cancel()
        self._job, self._wanted, self._subject, self._mark = None, None, None, None
        self.state, self.answer, self.trouble, self.progress = State.NOTHING, None, "", None
        self._due_s = 0.0
        self._timer.stop()
        self.changed.emit()

    def _rested(self) -> None:
        if self._wanted is None or self._job is not None:
            return
        left_s = self._due_s - self._desk.store.clock.elapsed_s()
        if left_s > 0:
            self._timer.start(round(1000 * left_s) + 1)
        else:
            self._run()

    def _run(self) -> None:
        assert self._wanted is not None
        self._timer.stop()
        self._mark, call = self._wanted
        self._began_s = self._desk.store.clock.elapsed_s()
        self.state, self.progress, self.trouble = State.RUNNING, None, ""
        job = self._job = self._desk.jobs.bulk(call)
        # An older run that still comes to its end finds that it is not the one asked any more.
        job.progressed.connect(partial(self._progressed, job))
        job.succeeded.connect(partial(self._answered, job))
        job.refused.connect(partial(self._refused, job))
        job.broke.connect(partial(self._broke, job))
        job.start()
        self.changed.emit()

    def _progressed(self, job: Job, progress: Progress) -> None:
        if job is self._job:
            self.progress = progress
            self.progressed.emit()

    def _answered(self, job: Job, answer: Any) -> None:
        if job is self._job and job.state is Ended.DONE:
            self.answer = answer
            self._job = None
            self._end(State.ANSWERED, "")

    def _refused(self, job: Job, error: UserError) -> None:
        if job is self._job:
            self._job = None
            self._end(State.FAILED, str(error))

    def _broke(self, job: Job, _error: Exception) -> None:
        if job is self._job:
            self._job = None
            self._end(State.FAILED, "A fault of the program; it was logged. Nothing was lost.")

    def _end(self, state: State, trouble: str) -> None:
        now_s = self._desk.store.clock.elapsed_s()
        self._due_s = now_s + max(_LEAST_REST_S, _REST * (now_s - self._began_s))
        self.state, self.trouble, self.progress = state, trouble, None
        self.changed.emit()
        if state is State.ANSWERED and self._wanted is not None and self._wanted[0] != self._mark:
            self._rested()
