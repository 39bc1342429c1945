"""Lets the detectors judge what is new while the console is open, for a small share of the time only."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from tocsin.ui.desk import Desk
from tocsin.ui.footer import Footer
from tocsin.ui.jobs import Job, State

if TYPE_CHECKING:
    from tocsin.operations.detect import Detected
    from tocsin.operations.vigil import Vigil

_AFTER_MS = 300  # a burst of commits wakes the detectors once
_REST = 60  # a run is followed by a rest so many times as long, when only live sources woke it
_LONGEST_REST_S = 300.0
_CLOCK_MS = 300_000  # without any commit it is still looked whether a series has gone silent
_LONG_MS = 1000  # work that is still going on after this is shown with its progress


class Detecting(QObject):
    """One run at a time; what arrives meanwhile has the next. `now` runs at once, `soon` when it is due."""

    def __init__(self, desk: Desk, footer: Footer) -> None:
        super().__init__()
        self._desk, self._footer = desk, footer
        self._vigil: Vigil | None = None
        self._running = self._again = self._closed = False
        self._began_s = self._due_s = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.now)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.soon)
        self._clock.start(_CLOCK_MS)

    def soon(self) -> None:
        """Something was committed: have it judged, together with what follows it closely."""
        if self._running:
            self._again = True
        elif not self._timer.isActive() and not self._closed:
            rest_s = self._due_s - self._desk.store.clock.elapsed_s()
            self._timer.start(max(_AFTER_MS, round(1000 * min(rest_s, _LONGEST_REST_S))))

    def now(self) -> None:
        """Judge what is there, without waiting for the end of a rest."""
        if self._desk.store.read_only or self._closed:
            return
        self._timer.stop()
        self._again = self._running
        if self._running:
            return
        # Loaded when something is to be judged: it does not delay the start.
        from tocsin.operations.detect import detect
        from tocsin.operations.vigil import Vigil

        self._running = True
        self._vigil = self._vigil or Vigil()
        self._began_s = self._desk.store.clock.elapsed_s()
        job = self._desk.jobs.bulk(partial(detect, self._desk.store, vigil=self._vigil))
        job.succeeded.connect(self._detected)
        job.refused.connect(lambda error: self._desk.tell(str(error), trouble=True))
        job.ended.connect(self._ended)
        QTimer.singleShot(_LONG_MS, job, lambda: self._show_long(job))
        job.start()

    def stop(self) -> None:
        """Begin no more."""
        self._closed = True
        self._timer.stop()
        self._clock.stop()

    def _show_long(self, job: Job) -> None:
        if job.state is State.RUNNING:
            self._footer.follow(job, "Looking for departures")

    def _detected(self, result: "Detected") -> None:
        if result.raised:
            urgent = sum(alert.urgent for alert in result.raised)
            self._desk.tell(f"{len(result.raised)} departures found, {urgent} urgent: see the wall")
        for problem in result.problems:
            self._desk.tell(problem, trouble=True)

    def _ended(self) -> None:
        self._running = False
        now_s = self._desk.store.clock.elapsed_s()
        self._due_s = now_s + _REST * (now_s - self._began_s)
        if self._again and not self._closed:
            self._again = False
            self.soon()
