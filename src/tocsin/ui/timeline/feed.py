"""Keeps what a widget shows of the timeline at what the store holds, one read at a time."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from tocsin.operations import timeline_view
from tocsin.operations.timeline_view import TimelineView
from tocsin.ui.desk import Desk


class Feed(QObject):
    """Reads the timeline of the incident in hand when it may have changed and its widget can be seen.

    `read(TimelineView)` comes with what there is, `emptied()` when no incident is in hand,
    `failed(UserError)` when it cannot be read.
    """

    read = Signal(object)
    emptied = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, widget: QWidget) -> None:
        super().__init__(widget)
        self._desk, self._widget = desk, widget
        self._stale, self._reading = True, False
        widget.installEventFilter(self)
        desk.bell.journal_changed.connect(self.refresh)
        desk.incident_chosen.connect(self.refresh)

    def refresh(self) -> None:
        """Read again, at once when the widget is seen, else when it is next shown."""
        self._stale = True
        if not self._reading and self._widget.isVisible():
            self._start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Show and self._stale and not self._reading:
            self._start()
        return False

    def _start(self) -> None:
        self._stale = False
        incident = self._desk.incident
        if not incident:
            self.emptied.emit()
            return
        self._reading = True
        job = self._desk.read(partial(timeline_view.look, self._desk.store, incident), self._show)
        job.refused.connect(self.failed)
        job.ended.connect(self._ended)

    def _show(self, view: TimelineView) -> None:
        if view.incident.id == self._desk.incident or view.incident.reference == self._desk.incident:
            self.read.emit(view)

    def _ended(self) -> None:
        self._reading = False
        if self._stale:
            self.refresh()
