"""One mark of the timeline in full: its times, its author, its conflict if any, and all it said before."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.model.fields import Head
from tocsin.model.history import Version
from tocsin.model.instant import When
from tocsin.model.lanes import Mark, Source
from tocsin.model.timeline import Item
from tocsin.operations import timeline, timeline_view
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label
from tocsin.ui.timeline import words
from tocsin.ui.timeline.history import Conflict, History

_DERIVED = "This follows from another entry of the incident and is changed there."
_TEXT_SHOWN = 1500


class Details(QWidget):
    """Shows what is in hand. `edit_wanted`, `retract_wanted` and `add_wanted` come from its buttons."""

    edit_wanted = Signal()
    retract_wanted = Signal()
    add_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._mark: Mark | None = None
        self._item: Item | None = None
        self.lane, self.text = Label("", "heading"), Label("", "large", wrap=True)
        self.facts, self.state = Label("", "muted", wrap=True), Label("", wrap=True)
        self.conflict, self.history = Conflict(), History()
        self.conflict.kept.connect(self._keep)
        self._buttons = {
            "edit": QPushButton("Correct   Enter"),
            "retract": QPushButton("Retract   Del"),
            "add": QPushButton("New   N"),
        }
        self._heading = Label("HISTORY", "heading")
        self._lay_out()

    def show_mark(self, mark: Mark | None, item: Item | None) -> None:
        """Show a mark, and the entry it stands for if it is one."""
        other = item != self._item
        self._mark, self._item = mark, item
        self._show_words(mark)
        writable = not self._desk.store.read_only
        movable = mark is not None and (
            mark.source is Source.START or (item is not None and not item.withdrawn)
        )
        self._buttons["edit"].setVisible(writable and movable)
        self._buttons["retract"].setVisible(writable and item is not None and not item.withdrawn)
        self._buttons["add"].setEnabled(writable)
        for part in (self._heading, self.history):
            part.setVisible(item is not None)
        if item is None:
            self.conflict.show_item(None, {}, "")
        elif other:
            self._read(item)

    @property
    def shown(self) -> tuple[Mark | None, Item | None]:
        """The mark shown, and the entry it stands for."""
        return self._mark, self._item

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._buttons["edit"].isVisible():
            self.edit_wanted.emit()
        elif event.key() == Qt.Key.Key_Delete and self._buttons["retract"].isVisible():
            self.retract_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _show_words(self, mark: Mark | None) -> None:
        zone = self._desk.store.zone
        self.lane.setText(mark.lane.upper() if mark else "")
        nothing = "Select an entry to see when it happened, who wrote it and what it said before."
        self.text.setText(_cut(mark.text) if mark else "Nothing selected")
        self.facts.setText(_facts(mark, zone) if mark else nothing)
        state, tone = "", None
        if mark is not None and mark.withdrawn:
            state, tone = f"Retracted: {_cut(mark.withdrawn)}", Tone.ORANGE
        elif mark is not None and mark.source not in (Source.ENTRY, Source.START):
            state = _DERIVED
        self.state.setText(state)
        self.state.set_tone(tone)
        self.state.setVisible(bool(state))

    def _read(self, item: Item) -> None:
        def show(versions: Sequence[Version]) -> None:
            if self._item is not None and self._item.id == item.id:
                zone = self._desk.store.zone
                self.history.show_versions(versions, zone)
                self.conflict.show_item(self._item, {v.entry: v.author for v in versions}, zone)

        self._desk.read(partial(timeline_view.versions, self._desk.store, item.id), show)

    def _keep(self, name: str, head: Head) -> None:
        item = self._item
        assert item is not None
        desk = self._desk
        author, values = desk.author, _values(name, head.value)
        desk.write(lambda: timeline.correct(desk.store, author, item.id, **values), said="Kept")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self.lane, self.text, self.facts, self.state, self.conflict):
            layout.addWidget(part)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        signals = {"edit": self.edit_wanted, "retract": self.retract_wanted, "add": self.add_wanted}
        for name, button in self._buttons.items():
            button.setObjectName(f"details-{name}")
            button.clicked.connect(signals[name])
            buttons.addWidget(button)
        buttons.addStretch()
        layout.addLayout(buttons)
        layout.addSpacing(GAP)
        layout.addWidget(self._heading)
        layout.addWidget(self.history, 1)
        layout.addStretch()


def _facts(mark: Mark, zone: str) -> str:
    return "\n".join(words.facts(mark, zone))


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]} …"


def _values(name: str, stated: Any) -> dict[str, Any]:
    kinds: dict[str, Any] = {"happened": When, "learned": datetime}
    return {name: msgspec.convert(stated, kinds.get(name, str))}
