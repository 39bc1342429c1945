"""Choosing entries of the timeline for a field of a notice: Space takes one or lets it go, Enter is done."""

from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

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
_NONE = "The timeline of this incident has no entry yet."


class ChooseSheet(Sheet):
    """`taken(field, Filled)` with the words of the entries chosen, their times and where they come from."""

    taken = Signal(str, object)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "Choose entries of the timeline", width=_WIDTH)
        self._desk = desk
        self._field = ""
        self._incident = ""
        self._items: list[Item] = []
        self.chosen: list[str] = []
        self.about, self.note = Label("", "muted", wrap=True), Label("", wrap=True)
        self.rows = Rows(
            LinePainter(desk.theme, margin=GAP), "Entries of the timeline", keys_mean_cursor=True
        )
        self.take_button = QPushButton("Take them   Enter")
        self._lay_out()

    def open(self, incident: str, field: str, label: str) -> None:
        """Open for a field, by its id and label."""
        self._incident, self._field, self.chosen, self._items = incident, field, [], []
        self.about.show_text(f"For: {label}")
        self.note.show_text("Reading …")
        self.note.set_tone(None)
        self._show([])
        self.present(self.rows)
        job = self._desk.read(partial(timeline.listed, self._desk.store, incident), self._show)
        job.refused.connect(lambda error: self._say(str(error)))

    def toggle(self) -> None:
        """Take the entry under the cursor, or let it go."""
        one: PlainLine | None = self.rows.selected
        if one is not None:
            known = one.key in self.chosen
            self.chosen = [id for id in self.chosen if id != one.key] if known else [*self.chosen, one.key]
            self._fill()

    def take(self) -> None:
        """Hand over the entries chosen; without any, the one under the cursor."""
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

    def _show(self, items: list[Item]) -> None:
        self._items = sorted((one for one in items if not one.withdrawn), key=lambda one: one.happened.at)
        if items or self.isVisible():
            self._say("" if self._items else _NONE, None)
        self._fill()
        if self._items:
            self.rows.select(self._items[0].id)

    def _fill(self) -> None:
        zone, now = ZoneInfo(self._desk.store.zone), self._desk.store.now()
        self.rows.show_rows((one.id, f"{_mark(one.id, self.chosen)} {one.text}", PlainLine(
            one.id, one.text, short_stamp(one.happened.at, zone, now), f"{one.lane} · {one.credit}",
            tone=Tone.GREEN if one.id in self.chosen else Tone.GREY,
            icon="check" if one.id in self.chosen else "circle")) for one in self._items)  # fmt: skip
        count = len(self.chosen)
        self.take_button.setText(f"Take {count} entries   Enter" if count else "Take it   Enter")
        self.take_button.setEnabled(bool(self._items))

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
