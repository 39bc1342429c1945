"""Keeps the alarms: what sounds, what was shown here and is over, when to ring again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile

from PySide6.QtCore import QObject, QTimer, Signal

from tocsin.model.alarms import SOUNDING, Alarm, Priority, Standing, State, is_flood
from tocsin.operations import alarms, queue
from tocsin.operations.alarms import AlarmsView
from tocsin.operations.coverage import Rhythms
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk

_PAUSE_MS = 700  # what is committed in one go rings once
# How often what nobody heard rings.
_AGAIN: dict[Priority, timedelta] = {
    Priority.URGENT: timedelta(seconds=30),
    Priority.WARNING: timedelta(minutes=2),
    Priority.NOTICE: timedelta(minutes=10),
}


class Watch(QObject):
    """`changed` when another alarm is shown, `rang(Alarm, loud)` when one is to be heard."""

    changed = Signal()
    rang = Signal(object, bool)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._rhythms = Rhythms()
        self._mark: tuple[int, ...] | None = None
        self._reading = self._again = self._anew = False
        self._hushed: set[str] = set()  # heard; the journal may not say so yet, or cannot
        self._rung: datetime | None = None
        self.view: AlarmsView | None = None
        self._begun: dict[str, datetime] = {}  # since when what sounds has sounded here
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self._look)

    @property
    def unheard(self) -> list[Standing]:
        """What sounds, gravest first."""
        view = self.view
        return [] if view is None else [one for one in view.sounding if one.alarm.id not in self._hushed]

    @property
    def _first(self) -> Standing | None:
        """The gravest of what sounds. Asked every second, when there may be hundreds: it looks at no more."""
        standing = self.view.standing if self.view is not None else ()
        sounding = takewhile(lambda one: one.state in SOUNDING, standing)  # these come first
        return next((one for one in sounding if one.alarm.id not in self._hushed), None)

    @property
    def flood(self) -> bool:
        """Whether more came in ten minutes than a person can take in."""
        return is_flood(self._begun.values(), self._desk.store.now())

    def watch(self) -> None:
        """Look for the first time, and from then on whenever an alert or the journal is another."""
        self._desk.bell.signals_changed.connect(self._changed)
        self._desk.bell.journal_changed.connect(self._decided)
        self._desk.heartbeat.tick.connect(self._tick)
        self._look()

    def acknowledge(self, heard: Sequence[Alarm], note: str = "") -> None:
        """Silence these alarms and no other; it is written down who heard them."""
        store, author = self._desk.store, self._desk.author
        for alarm in heard:
            self._hushed.add(alarm.id)
            if not store.read_only:
                said = f"Acknowledged: {alarm.title}"
                call = partial(alarms.acknowledge, store, author, alarm, note)
                job = self._desk.write(call, said=said)
                job.refused.connect(partial(self._not_written, alarm.id))
        self.changed.emit()

    def shelve(self, alarm: Alarm, until: datetime, reason: str) -> None:
        """Let this alarm be silent until then, for a reason."""
        store, author = self._desk.store, self._desk.author
        self._desk.write(partial(alarms.shelve, store, author, alarm, until, reason), said="Shelved")

    def _not_written(self, id: str, _error: object) -> None:
        self._hushed.discard(id)
        self.changed.emit()

    def _changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _decided(self) -> None:
        self._anew = True
        self._changed()

    def _tick(self, now: datetime) -> None:
        if self.view is not None and self.view.wakes is not None and now >= self.view.wakes:
            self._anew = True
            self._look()
        first = self._first
        if first is None or self._rung is None:
            return
        # Either way: the machine's clock may be set back.
        if abs(now - self._rung) >= _AGAIN[first.alarm.priority]:
            self._ring(first.alarm, loud=first.state is State.REPEATED)

    def _look(self) -> None:
        self._again = self._reading
        if self._reading:
            return
        self._reading = True
        mark, self._anew = None if self._anew else self._mark, False
        job = self._desk.jobs.read(partial(_look, self._desk.store, mark, self._rhythms))
        job.succeeded.connect(self._looked)
        job.refused.connect(self._not_read)
        job.broke.connect(self._not_read)
        job.ended.connect(self._ended)
        job.start()

    def _not_read(self, error: Exception) -> None:
        """Say so: a console without alarms looks like a quiet one. The next look is at all of it."""
        self._anew = True
        self._desk.tell(f"The alarms cannot be read: {error}", trouble=True)

    def _ended(self) -> None:
        self._reading = False
        if self._again:
            self._changed()

    def _looked(self, found: tuple[tuple[int, ...], AlarmsView | None]) -> None:
        self._mark, view = found
        if view is None:
            return
        self.view = view
        if not self._desk.store.read_only:
            self._hushed &= {one.alarm.id for one in view.sounding}
        sounding = self.unheard
        fresh = [one for one in sounding if one.alarm.id not in self._begun]
        self._begun = {one.alarm.id: self._begun.get(one.alarm.id, view.now) for one in sounding}
        if fresh:
            self._ring(fresh[0].alarm, loud=fresh[0].state is State.REPEATED)
        self.changed.emit()

    def _ring(self, alarm: Alarm, *, loud: bool) -> None:
        self._rung = self._desk.store.now()
        self.rang.emit(alarm, loud)


def _look(
    store: Store, mark: tuple[int, ...] | None, rhythms: Rhythms
) -> tuple[tuple[int, ...], AlarmsView | None]:
    """Return the alarms, None when nothing was raised or ended since `mark`."""
    now = queue.alerts_mark(store)
    return now, None if now == mark else alarms.look(store, rhythms=rhythms)
