"""A mark on its way to another time: dragged, or nudged by keys, shown meanwhile, then written once."""

from dataclasses import dataclass
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from tocsin.model.instant import When, from_us, to_us
from tocsin.model.journal import Entry
from tocsin.model.lanes import Grip, Mark, Source, retimed
from tocsin.model.operator import Author
from tocsin.operations import incidents, timeline
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.jobs import Job, State
from tocsin.ui.timeline import words
from tocsin.ui.timeline.canvas import Canvas

_PAUSE_MS = 1200  # after the last key, a time moved by keys is written
_STEPS_S = (1, 5, 15, 60, 300, 900, 3600)


@dataclass(slots=True)
class _Way:
    mark: Mark
    grip: Grip
    when: When
    from_us: int = 0
    by_keys: bool = False


class Mover(QObject):
    """Moves marks of a canvas. `ended()` comes when a mark was let go or put back."""

    ended = Signal()

    def __init__(self, desk: Desk, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.incident = ""
        self._desk, self._canvas = desk, canvas
        self._way: _Way | None = None
        self._jobs: dict[str, Job] = {}
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.let_go)

    @property
    def moving(self) -> str:
        """The id of the mark on its way, empty for none."""
        return self._way.mark.id if self._way else ""

    @property
    def dragging(self) -> bool:
        """Whether a mark is on its way by mouse."""
        return self._way is not None and not self._way.by_keys

    @property
    def note(self) -> str:
        """What stands beside the mark on its way: the new time, and how far that is from the old one."""
        if self._way is None:
            return ""
        new, old = self._way.when, self._way.mark.happened
        held = {Grip.ALL: new.at - old.at, Grip.EARLIEST: new.low - old.low, Grip.LATEST: new.high - old.high}
        return words.moved(new, held[self._way.grip], self._desk.store.zone, self._desk.store.now())

    def may_move(self, mark: Mark) -> bool:
        """Whether a person may move this mark here."""
        return mark.movable and not self._desk.store.read_only

    def is_settled(self, id: str) -> bool:
        """Whether no new time of this mark is being written."""
        return id not in self._jobs

    def take_hold(self, mark: Mark, grip: Grip, us: int) -> None:
        """Begin to drag a mark, at a time under the mouse."""
        self._way = _Way(mark, grip, mark.happened, us)

    def drag_to(self, us: int) -> None:
        """Drag the mark along to the time under the mouse."""
        way = self._way
        assert way is not None
        was = way.mark.happened
        held = {Grip.ALL: was.at, Grip.EARLIEST: was.low, Grip.LATEST: was.high}[way.grip]
        target = from_us(self.rounded(to_us(held) + us - way.from_us))
        way.when = retimed(was, way.grip, target - held, self._desk.store.now())
        self._canvas.show_moved(way.mark.id, way.when)

    def nudge(self, mark: Mark, by: timedelta) -> None:
        """Move a mark by keys; it is written after a pause."""
        if self._way is None:
            self._way = _Way(mark, Grip.ALL, mark.happened, by_keys=True)
        self._way.when = retimed(self._way.when, Grip.ALL, by, self._desk.store.now())
        self._canvas.show_moved(mark.id, self._way.when)
        self._pause.start()

    def drop(self) -> None:
        """Put the mark back."""
        self._pause.stop()
        way, self._way = self._way, None
        if way is not None:
            self._canvas.show_moved(way.mark.id, None)
            self.ended.emit()

    def let_go(self) -> None:
        """Write where the mark was moved to."""
        way = self._way
        if way is None or way.when == way.mark.happened:
            self.drop()
            return
        self._pause.stop()
        self._way = None
        self._write(way.mark, way.when)
        self.ended.emit()

    def rounded(self, us: int) -> int:
        """Round a time to a step as fine as a hand can aim at this zoom."""
        pixel_s = self._canvas.pixel_time().total_seconds()
        step = next((s for s in reversed(_STEPS_S) if s <= pixel_s), 1) * 1_000_000
        return round(us / step) * step

    def _write(self, mark: Mark, when: When) -> None:
        desk = self._desk
        author, incident = desk.author, self.incident
        said = f"Moved to {words.when(when, desk.store.zone, desk.store.now())}"

        def call() -> Entry:
            return _retime(desk.store, author=author, incident=incident, mark=mark, when=when)

        job = self._jobs[mark.id] = desk.write(call, said=said)
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        """Put back the marks whose new time was not written."""
        for id in [id for id, job in self._jobs.items() if job.state is not State.RUNNING]:
            if self._jobs.pop(id).state is not State.DONE:
                self._canvas.show_moved(id, None)


def _retime(store: Store, *, author: Author, incident: str, mark: Mark, when: When) -> Entry:
    if mark.source is Source.START:
        return incidents.set_fields(store, author, incident, {"start": when})
    return timeline.correct(store, author, mark.id, happened=when)
