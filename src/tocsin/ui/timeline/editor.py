"""The timeline's screen: lanes above, every entry in a table below, and beside it what is in hand."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import UserError
from tocsin.model.lanes import Source
from tocsin.operations import timeline_export
from tocsin.operations.timeline_view import TimelineView
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, PAD
from tocsin.ui.text import ElidedLabel, Label, set_look
from tocsin.ui.timeline.feed import Feed
from tocsin.ui.timeline.lanes import LanesView
from tocsin.ui.timeline.side import Side
from tocsin.ui.timeline.table import EntriesTable
from tocsin.ui.times import number

_SIDE, _HEAD = 372, 24
_KEYS = ("N new", "Enter correct", "Alt ← → move", "Del retract", "P personal", "H history", "V what served")
_NONE = "No incident is in hand. Ctrl K finds one, Ctrl D declares one."


class TimelineScreen(QWidget):
    """Shows the incident in hand; N adds, Enter corrects, Delete retracts, P marks as personal, H: history.

    `bring_wanted(Incident)` when messages from elsewhere are to come to it; `serving_wanted(datetime or
    None)` when somebody asks what served when the mark in hand happened, `deployment_wanted` to record one,
    `deployment_opened(id)` to correct one or take it back.
    """

    bring_wanted = Signal(object)
    serving_wanted = Signal(object)
    deployment_wanted = Signal()
    deployment_opened = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._view: TimelineView | None = None
        self._wanted = ""  # saved just now, to be taken in hand once it is read
        self.title, self.count = ElidedLabel("", "large"), Label("", "small")
        self.message = Label("Reading …", "muted", wrap=True)
        self.lanes, self.table, self.side = LanesView(desk), EntriesTable(desk), Side(desk)
        self.empty = Label("Nothing is written yet. N adds the first entry.", "muted")
        self.bring, self.export = QPushButton("Bring in messages …"), QPushButton("Export …")
        self.bring.setEnabled(not desk.store.read_only)
        self.export.setEnabled(not desk.store.read_only)
        self._pages = QStackedWidget()
        self._lay_out()
        self._wire()
        self._feed = Feed(desk, self)
        self._feed.read.connect(self._show)
        self._feed.emptied.connect(lambda: self._say(_NONE))
        self._feed.failed.connect(self._fail)

    def refresh(self) -> None:
        """Read again."""
        self._feed.refresh()

    def select(self, id: str) -> None:
        """Take a mark in hand, in the lanes, the table and beside them."""
        self.lanes.select(id)
        self.table.choose(id)
        self.side.show_mark(id)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if self._view is not None and event.key() == Qt.Key.Key_N and not event.modifiers():
            self.side.add()
        elif event.key() == Qt.Key.Key_H and not event.modifiers() and self.lanes.selection:
            self.side.show_history(self.lanes.selection)
        elif event.key() == Qt.Key.Key_P and not event.modifiers() and self.lanes.selection:
            self.side.mark_personal(self.lanes.selection)
        elif event.key() == Qt.Key.Key_V and not event.modifiers():
            self.serving_wanted.emit(self._moment())
        elif event.key() == Qt.Key.Key_D and not event.modifiers():
            self.deployment_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.table.setFocus()
        else:
            super().keyPressEvent(event)

    def _on_mark(self, do: Callable[[str], None], id: str) -> None:
        """Correct or retract a mark; one of a deployment on the sheet where it was recorded."""
        mark = self.lanes.mark(id)
        if mark is not None and mark.source is Source.DEPLOYMENT:
            self.deployment_opened.emit(id.removeprefix("deployment "))
        else:
            do(id)

    def _moment(self) -> datetime | None:
        """When the mark in hand happened, None where there is none."""
        mark = self.lanes.mark(self.lanes.selection)
        return None if mark is None else mark.happened.at

    def _show(self, view: TimelineView) -> None:
        self._view = view
        self.title.setText(f"{view.incident.reference}   {view.incident.title}")
        self.count.setText("1 entry" if len(view.items) == 1 else f"{number(len(view.items))} entries")
        self.lanes.show_view(view)
        self.table.show_items(view.items)
        self.empty.setVisible(not view.items)
        self.side.show_view(view)
        self.side.show_mark(self.lanes.selection)
        self._take_wanted()
        self._pages.setCurrentIndex(1)

    def _say(self, text: str) -> None:
        self._view = None
        self.lanes.show_view(None)
        self.side.show_view(None)
        self.message.setText(text)
        self._pages.setCurrentIndex(0)

    def _fail(self, error: UserError) -> None:
        self._say(str(error))

    def _left_form(self, id: str) -> None:
        if id and id != self.lanes.selection:
            self._wanted = id
            self._take_wanted()
        self.table.setFocus()

    def _take_wanted(self) -> None:
        if self._wanted and self.lanes.mark(self._wanted) is not None:
            id, self._wanted = self._wanted, ""
            self.select(id)

    def _bring(self) -> None:
        if self._view is not None:
            self.bring_wanted.emit(self._view.incident)

    def _export(self) -> None:
        if self._view is None:
            return
        reference = self._view.incident.reference
        name, _ = QFileDialog.getSaveFileName(
            self, "Export the timeline", f"{reference}.csv", "Timesketch CSV (*.csv);;JSON Lines (*.jsonl)"
        )
        if name:
            self.export_to(Path(name))

    def export_to(self, path: Path) -> None:
        """Write the timeline to a file, in the format its name asks for."""
        if self._view is None:
            return
        desk, form = self._desk, timeline_export.format_of(path)
        call = partial(timeline_export.export, desk.store, desk.author, self._view.incident.id, path, form)
        desk.write(call, said=f"The timeline was written to {path}")

    def _wire(self) -> None:
        for part in (self.lanes, self.table):
            part.selected.connect(self.select)
            part.edit_wanted.connect(partial(self._on_mark, self.side.edit))
            part.retract_wanted.connect(partial(self._on_mark, self.side.retract))
        self.bring.clicked.connect(self._bring)
        self.export.clicked.connect(self._export)
        self.lanes.history_wanted.connect(self.side.show_history)
        self.lanes.add_wanted.connect(self.side.add)
        self.side.closed.connect(self._left_form)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        waiting = QVBoxLayout(page := QWidget())
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting.addWidget(self.message)
        self._pages.addWidget(page)
        self._pages.addWidget(self._body())
        layout.addWidget(self._pages)
        self.setFocusProxy(self.table)

    def _body(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.setSpacing(GAP)
        top = _panel("lanes_panel")
        line = QWidget()
        line.setFixedHeight(_HEAD)
        head = QHBoxLayout(line)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        head.addWidget(Label("TIMELINE", "heading"))
        head.addSpacing(8)
        head.addWidget(self.title, 1)
        for key in _KEYS:
            head.addWidget(Label(key, "key"))
        inside = QVBoxLayout(top)
        inside.setContentsMargins(PAD, GAP, PAD, GAP // 2)
        inside.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        inside.addWidget(line)
        inside.addWidget(self.lanes, 1)
        layout.addWidget(top, 2)
        low = QHBoxLayout()
        low.setSpacing(GAP)
        low.addWidget(self._entries(), 1)
        low.addWidget(self._beside())
        layout.addLayout(low, 3)
        return body

    def _entries(self) -> QWidget:
        panel = _panel("entries_panel")
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(PAD, GAP, PAD, GAP)
        head = QHBoxLayout()
        head.addWidget(Label("ENTRIES", "heading"))
        head.addSpacing(8)
        head.addWidget(self.count)
        head.addStretch()
        for button in (self.bring, self.export):
            set_look(button, role="quiet")
            head.addWidget(button)
        inside.addLayout(head)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.empty)
        return panel

    def _beside(self) -> QWidget:
        panel = _panel("side_panel")
        panel.setFixedWidth(_SIDE)
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(PAD, GAP, PAD, GAP)
        inside.addWidget(self.side)
        return panel


def _panel(name: str) -> QFrame:
    panel = QFrame()
    set_look(panel, role="panel")
    panel.setObjectName(name)
    return panel
