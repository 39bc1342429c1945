"""The form that adds an entry to the timeline, corrects one, or sets the estimated start, by typing."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import BadInput, UserError
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.lanes import learned_apart
from tocsin.model.timeline import LANES, Item
from tocsin.operations import incidents, timeline
from tocsin.operations.times import parse_instant, parse_when
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, set_look, visible
from tocsin.ui.timeline import words

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_HAPPENED, _LEARNED = "now, or 14:20, 2 dots for a range: 13:00..14:00", "when it is written, or 14:20"
Write = Callable[[], Entry]


class EntryForm(QWidget):
    """Enter in a line, or Ctrl Enter in the text, saves; Escape lets go. `closed(id)` comes after either.

    The id is the entry's when something was saved, else empty. What was typed stays when the store refuses.
    """

    closed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._item: Item | None = None
        self._is_new = False
        self._offered: dict[str, str] = {}
        self._writing: Callable[[dict[str, Any]], Write | None] = lambda values: None
        self._saving = False
        self.title = Label("", "large")
        self.lane = QComboBox()
        self.lane.addItems(LANES)
        self.happened, self.learned, self.text = QLineEdit(), QLineEdit(), QPlainTextEdit()
        self.happened_read, self.learned_read = Label("", "small", wrap=True), Label("", "small", wrap=True)
        self.trouble = Label("", wrap=True)
        self.save, self.cancel = QPushButton("Save   Ctrl Enter"), QPushButton("Cancel   Esc")
        self._captions: list[QWidget] = []
        self._lay_out()
        self._wire()

    def add(self, incident: str, lane: str = "", happened: When | None = None) -> None:
        """Offer an empty form for a new entry. Its id is made now, so that saving twice stores it once."""
        store, id = self._desk.store, self._desk.store.new_id()
        self._item, self._is_new = None, True
        self._writing = lambda values: partial(
            timeline.add, store, self._desk.author, incident, id=id, **values
        )
        self._offer("New entry", {"lane": lane or "happened"})
        self.happened.setText(words.typed(happened, store.zone) if happened else "")

    def correct(self, item: Item) -> None:
        """Offer an entry as it reads now."""
        store = self._desk.store
        self._item, self._is_new = item, False
        self._writing = lambda values: (
            partial(timeline.correct, store, self._desk.author, item.id, **values) if values else None
        )
        self._offer("Correct entry", self._words_of(item))

    def estimate(self, incident: Incident) -> None:
        """Offer the incident's estimated start."""
        store, start = self._desk.store, incident.start
        self._item, self._is_new = None, False
        self._writing = lambda values: (
            partial(
                incidents.set_fields, store, self._desk.author, incident.id, {"start": values["happened"]}
            )
            if "happened" in values
            else None
        )
        happened = words.typed(start, store.zone) if start else ""
        self._offer("Estimated start", {"happened": happened}, only_time=True)

    def renew(self, item: Item) -> None:
        """Take in what others made of the entry meanwhile; where something was typed here, say it instead."""
        if self._item is None or item.id != self._item.id or item == self._item or self._saving:
            return
        if self._changed():
            store = self._desk.store
            self._say(f"It was changed meanwhile: {words.reading(item, store.zone, store.now())}")
        else:
            self.correct(item)

    def submit(self) -> None:
        """Save what was typed."""
        if self._saving or not self.save.isEnabled():
            return
        try:
            write = self._writing(self._values())
        except BadInput as error:
            self._say(str(error))
            return
        if write is None:
            self.closed.emit("")
            return
        self._saving = True
        self.save.setText("Saving")
        self.trouble.hide()
        job = self._desk.write(write, self._saved)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        # A bare Enter in the text is a new line and does not come here.
        if event.key() == Qt.Key.Key_Escape or (event.key() in _ENTER and self.cancel.hasFocus()):
            self.closed.emit("")
        elif event.key() in _ENTER:
            self.submit()
        else:
            super().keyPressEvent(event)

    def _offer(self, title: str, offered: dict[str, str], *, only_time: bool = False) -> None:
        self.title.setText(title)
        self._offered = offered
        self.lane.setCurrentText(offered.get("lane", ""))
        self.happened.setText(offered.get("happened", ""))
        self.learned.setText(offered.get("learned", ""))
        self.text.setPlainText(offered.get("text", ""))
        for part in (*self._captions, self.lane, self.learned, self.learned_read, self.text):
            part.setVisible(not only_time)
        self.trouble.hide()
        self.save.setEnabled(not self._desk.store.read_only)
        if self._desk.store.read_only:
            self._say("This store can only be read.")
        (self.happened if only_time else self.text).setFocus()

    def _words_of(self, item: Item) -> dict[str, str]:
        zone, learned = self._desk.store.zone, learned_apart(item)
        return {
            "lane": item.lane,
            "happened": words.typed(item.happened, zone),
            "learned": words.typed_instant(learned, zone) if learned else "",
            "text": visible(item.text),
        }

    def _typed(self) -> dict[str, str]:
        return {
            "lane": self.lane.currentText(),
            "happened": self.happened.text().strip(),
            "learned": self.learned.text().strip(),
            "text": self.text.toPlainText(),
        }

    def _changed(self) -> dict[str, str]:
        return {name: text for name, text in self._typed().items() if text != self._offered.get(name, "")}

    def _values(self) -> dict[str, Any]:
        """Return what to write. Raises BadInput for times nobody can read."""
        values: dict[str, Any] = dict(self._typed() if self._is_new else self._changed())
        now, zone = self._desk.store.now(), self._desk.store.zone
        if "text" in values and not self.text.isHidden():
            values["text"] = timeline.checked_text(values["text"])
        for name, read in (("happened", parse_when), ("learned", parse_instant)):
            if values.get(name):
                values[name] = read(values[name], now=now, zone=zone)
            elif name in values and self._offered.get(name):
                raise BadInput("a time cannot be taken back, only corrected.", where=name)
            else:
                values.pop(name, None)
        return values

    def _show_reading(self, field: QLineEdit, reading: Label) -> None:
        """Say under a time how it is understood, while it is being typed."""
        typed, now, zone = field.text().strip(), self._desk.store.now(), self._desk.store.zone
        try:
            told = words.span_of(parse_when(typed, now=now, zone=zone), zone) if typed else ""
        except BadInput as error:
            told = error.what
        reading.show_text(told or (_HAPPENED if field is self.happened else _LEARNED))

    def _saved(self, entry: Entry) -> None:
        self.closed.emit(entry.subject)

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        self._saving = False
        self.save.setText("Save   Ctrl Enter")

    def _say(self, text: str) -> None:
        self.trouble.setText(text)
        self.trouble.show()

    def _wire(self) -> None:
        self.save.clicked.connect(self.submit)
        self.cancel.clicked.connect(lambda: self.closed.emit(""))
        self.happened.textChanged.connect(lambda: self._show_reading(self.happened, self.happened_read))
        self.learned.textChanged.connect(lambda: self._show_reading(self.learned, self.learned_read))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addSpacing(4)
        self._add(layout, "Text", self.text)
        self._add(layout, "Lane", self.lane)
        layout.addWidget(Label("Happened", "small"))
        layout.addWidget(self.happened)
        layout.addWidget(self.happened_read)
        self._add(layout, "Learned", self.learned)
        layout.addWidget(self.learned_read)
        self.trouble.set_tone(Tone.RED)
        layout.addWidget(self.trouble)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        set_look(self.save, role="main")
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch()
        layout.addLayout(buttons)
        layout.addStretch()
        self.text.setMinimumHeight(64)
        self.text.setMaximumHeight(140)
        self.text.setTabChangesFocus(True)
        self._show_reading(self.happened, self.happened_read)
        self._show_reading(self.learned, self.learned_read)
        parts = {"text": self.text, "lane": self.lane, "happened": self.happened, "learned": self.learned,
                 "save": self.save, "cancel": self.cancel, "trouble": self.trouble}  # fmt: skip
        for name, part in parts.items():
            part.setObjectName(f"entry-{name}")
            part.setAccessibleName(name.capitalize())

    def _add(self, layout: QVBoxLayout, caption: str, field: QWidget) -> None:
        label = Label(caption, "small")
        self._captions.append(label)
        layout.addWidget(label)
        layout.addWidget(field)
