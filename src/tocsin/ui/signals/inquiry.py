"""What takes longer about the system in hand: when it started, and what its decisions show since then."""

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tocsin.model.instant import When
from tocsin.operations.investigation import Investigation
from tocsin.operations.investigation_windows import Windows, windows
from tocsin.operations.progress import Progress
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.signals.slow import Slow, State

if TYPE_CHECKING:
    from tocsin.operations.investigation_decisions import Decided
    from tocsin.operations.start import StartView


class Inquiry(QObject):
    """Asks for both in turn, when what they rest on has changed. `changed()` with each answer."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._view: Investigation | None = None
        self._chosen: Windows | None = None
        self.start, self.decided = Slow(desk, self), Slow(desk, self)
        self.start.changed.connect(self._started)
        self.decided.changed.connect(self._answered)

    def consider(self, view: Investigation) -> None:
        """Look into a system, or look again at what is new of it."""
        if self._view is None or self._view.system.id != view.system.id:
            self._chosen = None
            self.decided.forget()
        self._view = view
        incident = view.incident.id if view.incident is not None else ""
        call = partial(_estimate, self._desk.store, view.system.id, incident)
        self.start.want((view.system.id, incident), view.mark, call)
        self._compare()

    @property
    def estimate(self) -> "StartView | None":
        """The newest estimate of the start."""
        found: StartView | None = self.start.answer
        return found

    @property
    def when(self) -> When | None:
        """When it started, by the newest estimate; None where nothing speaks for a change."""
        return self.estimate.when if self.estimate is not None else None

    @property
    def found(self) -> "Decided | None":
        """What the decisions show."""
        answer: Decided | None = self.decided.answer
        return answer

    @property
    def windows(self) -> Windows | None:
        """The windows compared: those chosen by a person, else by the start; None without decisions."""
        if self._chosen is not None or self._view is None or self._view.decided is None:
            return self._chosen
        return windows(self._view.decided, self.when)

    def choose_windows(self, chosen: Windows | None) -> None:
        """Compare these windows from here on, None: those by the start."""
        self._chosen = chosen
        self._compare()
        self.decided.again()

    def _started(self) -> None:
        self._compare()
        self.changed.emit()

    def _answered(self) -> None:
        self.changed.emit()

    def _compare(self) -> None:
        """Have the decisions looked into, once it is known since when."""
        view, waiting = self._view, self.start.state in (State.NOTHING, State.RUNNING)
        if view is None or view.decided is None or (waiting and self.estimate is None):
            return
        compared = self.windows
        if compared is not None:
            mark = (compared, view.logged)
            call = partial(_look_into, self._desk.store, view.system.id, compared)
            self.decided.want(view.system.id, mark, call)


def _estimate(store: Store, system: str, incident: str) -> "Generator[Progress, None, StartView]":
    """Estimate by what the open incident is about, else by the newest weeks of the system."""
    from tocsin.operations import start  # it loads what the first window need not wait for

    return (yield from (start.of_incident(store, incident) if incident else start.estimate(store, system)))


def _look_into(store: Store, system: str, compared: Windows) -> "Generator[Progress, None, Decided]":
    from tocsin.operations.investigation_decisions import look_into

    return (yield from look_into(store, system, compared))
