"""One mark of the timeline in full: its times, its author, its conflict if any, and all it said before."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tocsin.model.decoding import converted
from tocsin.model.fields import Fields, Head
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.lanes import Mark, Source
from tocsin.model.timeline import Item
from tocsin.operations import evidence, incidents, timeline, timeline_view
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.evidence import EvidencePanel
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label
from tocsin.ui.timeline import words
from tocsin.ui.timeline.history import Conflict, History, Step, steps_of_entry, steps_of_start

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
        self._incident: Incident | None = None
        self.lane, self.text = Label("", "heading"), Label("", "large", wrap=True)
        self.facts, self.state = Label("", "muted", wrap=True), Label("", wrap=True)
        self.conflict, self.history = Conflict(), History()
        self.conflict.kept.connect(self._keep)
        self._buttons = {
            "edit": QPushButton("Correct   Enter"),
            "retract": QPushButton("Retract   Del"),
            "add": QPushButton("New   N"),
        }
        self.evidence = EvidencePanel(desk)
        self._heading = Label("HISTORY", "heading")
        self._lay_out()

    def show_mark(self, mark: Mark | None, item: Item | None, incident: Incident | None) -> None:
        """Show a mark, and the entry it stands for if it is one."""
        before = self._mark, self._item
        self._mark, self._item, self._incident = mark, item, incident
        self._show_words(mark, incident)
        writable = not self._desk.store.read_only
        is_start = mark is not None and mark.source is Source.START
        stands = item is not None and not item.withdrawn
        self._buttons["edit"].setVisible(writable and (is_start or stands))
        self._buttons["retract"].setVisible(writable and stands)
        self._buttons["add"].setEnabled(writable and incident is not None)
        for part in (self._heading, self.history):
            part.setVisible(is_start or item is not None)
        self._show_evidence(item, incident)
        if (mark, item) != before:
            if mark is None or before[0] is None or mark.id != before[0].id:
                self.history.show_steps(())
                self.conflict.show_fields({}, {}, self._desk.store.zone, self._desk.store.now())
            self._read(mark, item, incident)

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

    def _show_words(self, mark: Mark | None, incident: Incident | None) -> None:
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
        if mark is not None and (marked := _personal(mark, incident)):
            state = f"{state}\n{marked}".strip()
        self.state.setText(state)
        self.state.set_tone(tone)
        self.state.setVisible(bool(state))

    def _show_evidence(self, item: Item | None, incident: Incident | None) -> None:
        """Show what supports the entry in hand; all there is of the incident while none is."""
        store = self._desk.store
        if item is not None:
            self.evidence.show_for(item.id, partial(evidence.of_item, store, item.incident, item.id))
        elif incident is not None:
            self.evidence.show_for(incident.id, partial(evidence.of_incident, store, incident.id))
        else:
            self.evidence.show_for("", None)

    def _read(self, mark: Mark | None, item: Item | None, incident: Incident | None) -> None:
        """Read what it said before."""
        store = self._desk.store
        if item is not None:
            self._desk.read(partial(_past_of_entry, store, item), self._show_past)
        elif mark is not None and incident is not None and mark.source is Source.START:
            self._desk.read(partial(_past_of_start, store, incident), self._show_past)

    def _show_past(self, past: "_Past") -> None:
        """Show what was read, while it is still about what is shown."""
        if past.about == (self._item or self._incident):
            self.history.show_steps(past.steps)
            store = self._desk.store
            self.conflict.show_fields(past.fields, past.authors, store.zone, store.now())

    def _keep(self, name: str, head: Head) -> None:
        store, author, values = self._desk.store, self._desk.author, _values(name, head.value)
        if name == "start" and self._incident is not None:
            call = partial(incidents.set_fields, store, author, self._incident.id, values)
        else:
            assert self._item is not None
            call = partial(timeline.correct, store, author, self._item.id, **values)
        self._desk.write(call, said="Kept")

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
        layout.addWidget(self.evidence)
        layout.addWidget(self._heading)
        layout.addWidget(self.history, 1)
        layout.addStretch()


@dataclass(frozen=True, slots=True)
class _Past:
    """How an entry, or an incident's start, came to read as it does."""

    about: Item | Incident
    steps: list[Step]
    fields: Fields
    authors: dict[str, str]


def _past_of_entry(store: Store, item: Item) -> _Past:
    versions = timeline_view.versions(store, item.id)
    authors = {version.entry: version.author for version in versions}
    return _Past(item, steps_of_entry(versions, store.zone, store.now()), item.fields, authors)


def _past_of_start(store: Store, incident: Incident) -> _Past:
    estimates = timeline_view.estimates(store, incident.id)
    authors = {estimate.entry: estimate.author for estimate in estimates}
    fields = {"start": incident.fields["start"]}
    return _Past(incident, steps_of_start(estimates, store.zone, store.now()), fields, authors)


def _facts(mark: Mark, zone: str) -> str:
    return "\n".join(words.facts(mark, zone))


def _personal(mark: Mark, incident: Incident | None) -> str:
    """Return what of an entry documents for outsiders leave out."""
    said = [one.body for one in incident.conduct.personal if one.body.target == mark.id] if incident else []
    if any(not one.passage for one in said):
        return "Personal: left out in documents for outsiders."
    return f"Personal, left out for outsiders: {_cut('; '.join(one.passage for one in said))}" if said else ""


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else f"{text[:_TEXT_SHOWN]} …"


def _values(name: str, stated: Any) -> dict[str, Any]:
    kinds: dict[str, Any] = {"happened": When, "start": When, "learned": datetime}
    return {name: converted(stated, kinds.get(name, str))}
