"""What every screen is handed: the store, the lanes, who is at the desk, and which incident is in hand."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from tocsin.errors import StoreProblem, UserError
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.operations import undo
from tocsin.operations.operators import account
from tocsin.store.folder import Store
from tocsin.ui.bell import Bell
from tocsin.ui.heartbeat import Heartbeat
from tocsin.ui.jobs import Job, Jobs
from tocsin.ui.theme import Theme


@dataclass
class _Edits:
    """One operator's own edits of this run, newest last: ids of entries to undo and of undoings to redo."""

    undo: list[str] = field(default_factory=list)
    redo: list[str] = field(default_factory=list)


class Desk(QObject):
    """Handed to every screen, which reads through `read`, writes through `write` and keeps no state.

    `noticed(text, is_trouble)` is for the status bar; `incident_chosen(id)` and `operator_changed(name)` tell
    of a choice made; `work_begun(Job, title)` of long work whose progress the status bar shows.
    """

    noticed = Signal(str, bool)
    work_begun = Signal(object, str)
    operator_changed = Signal(str)
    incident_chosen = Signal(str)

    def __init__(self, store: Store, jobs: Jobs, bell: Bell, heartbeat: Heartbeat, theme: Theme) -> None:
        super().__init__()
        self.store, self.jobs, self.bell, self.heartbeat, self.theme = store, jobs, bell, heartbeat, theme
        self.operator = ""
        self.incident = ""
        self._edits: defaultdict[str, _Edits] = defaultdict(_Edits)

    @property
    def author(self) -> Author:
        """Who writes now: the OS account, recorded as such, while nobody has said who is at the desk."""
        return Author(self.operator) if self.operator else account()

    def choose_operator(self, name: str) -> None:
        """Let another person write from here on."""
        self.operator = name
        self.operator_changed.emit(name)

    def choose_incident(self, id: str) -> None:
        """Take an incident in hand; every screen about one incident shows it."""
        self.incident = id
        self.incident_chosen.emit(id)

    def read(self, call: Callable[[], Any], show: Callable[[Any], None]) -> Job:
        """Read off the interface thread and show the answer; troubles go to the status bar."""
        job = self.jobs.read(call)
        job.succeeded.connect(show)
        return self._started(job)

    def write(
        self, call: Callable[[], Any], done: Callable[[Any], None] | None = None, *, said: str = "Saved"
    ) -> Job:
        """Write what the operator decided; an entry that comes back can be undone, of several each.

        The status bar says `said` only after the commit returned. A refusal is shown there in words; connect
        to `refused` of the job returned to show it elsewhere too.
        """
        edits = self._edits[self.operator]
        job = self.jobs.command(call)
        job.succeeded.connect(lambda result: self._wrote(edits, result, said))
        if done is not None:
            job.succeeded.connect(done)
        return self._started(job)

    def long_work(self, call: Callable[[], Any], title: str, done: Callable[[Any], None]) -> Job:
        """Run a generator of steps on the lane of long work; the status bar shows it, and can stop it."""
        job = self.jobs.bulk(call)
        job.succeeded.connect(done)
        self.work_begun.emit(job, title)
        return self._started(job)

    def undo(self) -> None:
        """Undo this operator's newest edit of this run."""
        edits = self._edits[self.operator]
        self._step_back(edits.undo, edits.redo, "Undone", "There is nothing of yours to undo.")

    def redo(self) -> None:
        """Bring back what was undone last."""
        edits = self._edits[self.operator]
        self._step_back(edits.redo, edits.undo, "Brought back", "There is nothing to bring back.")

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """Say something in the status bar."""
        self.noticed.emit(text, trouble)

    def _step_back(self, source: list[str], target: list[str], said: str, nothing: str) -> None:
        if not source:
            self.tell(nothing)
            return
        author, entry_id = self.author, source.pop()
        job = self.jobs.command(lambda: undo.undo(self.store, author, entry_id))
        job.succeeded.connect(lambda entry: target.append(entry.id))
        job.refused.connect(lambda error: _put_back(source, entry_id, error))
        job.succeeded.connect(lambda _entry: self.tell(said))
        self._started(job)

    def _wrote(self, edits: _Edits, result: Any, said: str) -> None:
        for entry in result if isinstance(result, list) else [result]:
            if isinstance(entry, Entry) and undo.may_undo(entry):
                edits.undo.append(entry.id)
                edits.redo.clear()
        self.tell(said)

    def _started(self, job: Job) -> Job:
        job.refused.connect(self._refused)
        job.broke.connect(
            lambda _error: self.tell("A fault of the program; it was logged. Nothing was lost.", trouble=True)
        )
        job.start()
        return job

    def _refused(self, error: UserError) -> None:
        self.tell(str(error), trouble=True)


def _put_back(source: list[str], entry_id: str, error: UserError) -> None:
    """Keep an edit that can be undone later: the store was busy or full, the edit itself was not at fault."""
    if isinstance(error, StoreProblem):
        source.append(entry_id)
