"""What the bars and Ctrl K say of the whole store: incidents, the next deadline, the journal, the sources."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tocsin.model.clocks import ClockState
from tocsin.model.incident import Incident
from tocsin.model.situation import is_update_clock
from tocsin.model.urgency import Watched
from tocsin.operations import clocks, incidents
from tocsin.store import journal
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.finder import Choice
from tocsin.ui.footer import Footer
from tocsin.ui.palette import Tone
from tocsin.ui.sources.words import Shown, failing
from tocsin.ui.times import countdown, span

if TYPE_CHECKING:
    from tocsin.operations.verification import Verification


_Deadline = tuple[datetime, ClockState, Watched]


class Bars(QObject):
    """Reads it anew when asked to. `opened(id)` when an incident was chosen in Ctrl K."""

    opened = Signal(str)

    def __init__(self, desk: Desk, footer: Footer) -> None:
        super().__init__()
        self._desk, self._store, self._footer = desk, desk.store, footer
        self._watched: list[Watched] = []
        self._next: _Deadline | None = None  # the nearest that is no status update's
        self._update: _Deadline | None = None
        self._known: list[Incident] = []
        self._verified: Verification | None = None

    def look(self) -> None:
        """Read the incidents, and how long the journal is."""
        self._desk.read(partial(clocks.wall, self._store), self._show_watched)
        self._desk.read(partial(incidents.listed, self._store), self._know)
        if self._verified is not None:
            self._desk.read(partial(_count, self._store), self._show_count)

    def verify(self) -> None:
        """Verify the journal and say how it stands."""
        from tocsin.operations.verification import verify

        self._desk.read(partial(verify, self._store), self._show_verified)

    def show_next(self) -> None:
        """Say which deadline of all open incidents comes next, and when the next status update is due."""
        now = self._store.now()
        if self._next is None:
            self._footer.show_next("")
        else:
            at, clock, one = self._next
            words = f"overdue by {span(now - at)}" if at < now else f"due in {span(at - now)}"
            tone = Tone.RED if at < now else None
            self._footer.show_next(f"{one.incident.reference} · {clock.name}: {words}", tone)
        self._show_update(now)

    def _show_update(self, now: datetime) -> None:
        if self._update is None:
            self._footer.show_update("")
            return
        at, _, one = self._update
        late = at < now
        of = "" if one.incident.id == self._desk.incident else f"{one.incident.reference} · "
        left = countdown(abs(at - now)).removeprefix("00:")
        words = f"status update overdue by {left}" if late else f"next status update due in {left}"
        self._footer.show_update(f"{of}{words}", Tone.RED if late else None)

    def show_sources(self, known: list[Shown]) -> None:
        """Say when a source fails, and nothing while all go well."""
        bad = failing(known)
        if not bad:
            self._footer.show_sources("", "")
            return
        words = f"{bad[0].source.name} is failing" if len(bad) == 1 else f"{len(bad)} sources are failing"
        self._footer.show_sources(words, "\n".join(f"{one.source.name}: {one.state.error}" for one in bad))

    def watched(self) -> Iterable[Choice]:
        """Give the incidents that are watched, the most urgent first."""
        for one in self._watched:
            yield self._choice(one.incident, one.incident.severity)

    def others(self) -> Iterable[Choice]:
        """Give the incidents nobody watches any more, the newest first."""
        watched = {one.incident.id for one in self._watched}
        for incident in reversed(self._known):
            if incident.id not in watched:
                yield self._choice(incident, "withdrawn" if incident.withdrawn else incident.status)

    def _choice(self, incident: Incident, state: str) -> Choice:
        title = f"{incident.reference}  {incident.title}"
        return Choice(title, partial(self.opened.emit, incident.id), state, "command")

    def _know(self, known: list[Incident]) -> None:
        self._known = known

    def _show_watched(self, watched: list[Watched]) -> None:
        self._watched = watched
        if not self._desk.incident and watched:
            self._desk.choose_incident(watched[0].incident.id)
        # Found once a reading, not each second: the facts do not change meanwhile.
        due = [(c.due, c, one) for one in watched for c in one.clocks if c.ticking and c.due is not None]
        parted: dict[bool, list[_Deadline]] = {True: [], False: []}
        for each in due:
            parted[is_update_clock(each[1], each[2].scheme)].append(each)
        self._update = min(parted[True], key=itemgetter(0), default=None)
        self._next = min(parted[False], key=itemgetter(0), default=None)
        self.show_next()

    def _show_verified(self, found: "Verification") -> None:
        self._verified = found
        if found.ok:
            self._footer.show_journal(found.entries, self._store.now())
        else:
            self._desk.tell(
                f"The journal does NOT verify: {found.reason}. Run `tocsin verify`.", trouble=True
            )

    def _show_count(self, entries: int) -> None:
        if self._verified is not None and self._verified.ok:
            self._footer.show_journal(entries, None)


def _count(store: Store) -> int:
    with store.journal.read() as connection:
        return journal.count(connection)
