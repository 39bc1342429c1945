"""Choosing entries of the timeline, or files that go along: Space takes one or lets it go, Enter is done."""

from collections.abc import Iterator, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from tocsin.model.evidence import Evidence
from tocsin.model.filing import Filled
from tocsin.model.filings import ATTACHMENTS
from tocsin.model.timeline import Item
from tocsin.operations import filings, timeline
from tocsin.ui.desk import Desk
from tocsin.ui.lines import LinePainter, PlainLine
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.rows import Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, set_look
from tocsin.ui.times import short_stamp

_WIDTH, _HEIGHT = 860, 320
_NO_FILES = "No evidence is attached to this incident. A file dropped on a report is."
_ENTRIES = "Choose entries of the timeline"
_NONE = "The timeline of this incident has no entry yet."


class ChooseSheet(Sheet):
    """`taken(field, Filled)` with the words of the entries chosen, their times and where they come from."""

    taken = Signal(str, object)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, _ENTRIES, width=_WIDTH)
        self._desk = desk
        self._field = ""
        self._incident = ""
        self._items: list[Item] = []
        self._files: list[Evidence] = []
        self.chosen: list[str] = []
        self.about, self.note = Label("", "muted", wrap=True), Label("", wrap=True)
        self.rows = Rows(
            LinePainter(desk.theme, margin=GAP), "Entries of the timeline", keys_mean_cursor=True
        )
        self.take_button = QPushButton("Take them   Enter")
        self._lay_out()

    def open(self, incident: str, field: str, label: str) -> None:
        """Open for a field, by its id and label."""
        self.entitle(_ENTRIES)
        self._incident, self._field = incident, field
        self.chosen, self._items, self._files = [], [], []
        self.about.show_text(f"For: {label}")
        self.note.show_text("Reading …")
        self.note.set_tone(None)
        self._show((incident, field), [])
        self.present(self.rows)
        shown = partial(self._show, (incident, field))
        job = self._desk.read(partial(timeline.listed, self._desk.store, incident), shown)
        job.refused.connect(lambda error: self._say(str(error)))

    def open_files(self, files: Sequence[Evidence], chosen: Sequence[str]) -> None:
        """Open on the evidence of the incident; `chosen` are the SHA-256 of what goes along so far."""
        self.entitle("Choose the files that go along")
        self._field, self._items = ATTACHMENTS, []
        self._files = list({one.sha256: one for one in files}.values())
        self.chosen = [one for one in chosen if any(file.sha256 == one for file in self._files)]
        self.about.show_text("What goes along with the notice; it is approved with it")
        self.present(self.rows)
        self._say("" if self._files else _NO_FILES, None)
        self._fill()
        if self._files:
            self.rows.select(self._files[0].sha256)

    def toggle(self) -> None:
        """Take the entry under the cursor, or let it go."""
        one: PlainLine | None = self.rows.selected
        if one is not None:
            known = one.key in self.chosen
            self.chosen = [id for id in self.chosen if id != one.key] if known else [*self.chosen, one.key]
            self._fill()

    def take(self) -> None:
        """Hand over what is chosen; of entries without any, the one under the cursor."""
        if self._field == ATTACHMENTS:
            self._took(Filled("\n".join(self.chosen)))
            return
        one: PlainLine | None = self.rows.selected
        entries = self.chosen or ([one.key] if one is not None else [])
        if entries:
            call = partial(filings.choose, self._desk.store, self._incident, entries)
            job = self._desk.read(call, self._took)
            job.refused.connect(lambda error: self._say(str(error)))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
        else:
            super().keyPressEvent(event)

    def _took(self, filled: object) -> None:
        self.dismiss()
        self.taken.emit(self._field, filled)

    def _show(self, about: tuple[str, str], items: list[Item]) -> None:
        if about != (self._incident, self._field):
            return  # it lies open for something else by now
        self._items = sorted((one for one in items if not one.withdrawn), key=lambda one: one.happened.at)
        if items or self.isVisible():
            self._say("" if self._items else _NONE, None)
        self._fill()
        if self._items:
            self.rows.select(self._items[0].id)

    def _fill(self) -> None:
        self.rows.show_rows(
            (one.key, f"{_mark(one.key, self.chosen)} {one.text}", one) for one in self._lines()
        )
        count = len(self.chosen)
        files = self._field == ATTACHMENTS
        word = "Take it" if not count and not files else f"Take {count}" if count else "None goes along"
        self.take_button.setText(f"{word}   Enter")
        self.take_button.setEnabled(bool(self._items or self._files))

    def _lines(self) -> Iterator[PlainLine]:
        zone, now = ZoneInfo(self._desk.store.zone), self._desk.store.now()
        for item in self._items:
            at = short_stamp(item.happened.at, zone, now)
            yield self._line(item.id, item.text, at, f"{item.lane} · {item.credit}")
        for file in self._files:
            at = short_stamp(file.at, zone, now)
            yield self._line(file.sha256, file.name, at, f"{file.author} · SHA-256 {file.sha256[:16]}")

    def _line(self, key: str, text: str, at: str, below: str) -> PlainLine:
        chosen = key in self.chosen
        tone = Tone.GREEN if chosen else Tone.GREY
        return PlainLine(key, text, at, below, tone=tone, icon="check" if chosen else "circle")

    def _say(self, text: str, tone: Tone | None = Tone.RED) -> None:
        self.note.show_text(text)
        self.note.set_tone(tone)
        self.note.setVisible(bool(text))
        self._placed()

    def _lay_out(self) -> None:
        self.setObjectName("choose-sheet")
        self.rows.setMinimumHeight(_HEIGHT)
        self.rows.setObjectName("choose-rows")
        self.rows.chosen.connect(lambda _one: self.take())
        self.rows.installEventFilter(self)
        self.take_button.clicked.connect(self.take)
        set_look(self.take_button, role="main")
        foot = QHBoxLayout()
        foot.addWidget(Label("Space takes one or lets it go", "small"), 1)
        foot.addWidget(self.take_button)
        for part in (self.about, self.note, self.rows):
            self.body.addWidget(part)
        self.body.addLayout(foot)


def _mark(id: str, chosen: list[str]) -> str:
    return "chosen:" if id in chosen else "entry:"
