"""What stands beside the timeline: the entry in hand, or the form that adds, corrects or retracts one."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from tocsin.model.instant import When
from tocsin.model.lanes import Source
from tocsin.operations.timeline_view import TimelineView
from tocsin.ui.desk import Desk
from tocsin.ui.timeline.details import Details
from tocsin.ui.timeline.form import EntryForm
from tocsin.ui.timeline.personal import PersonalForm
from tocsin.ui.timeline.retraction import RetractForm


class Side(QWidget):
    """One page at a time. `closed(id)` when a form was left, with the id of what was saved."""

    closed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._view: TimelineView | None = None
        self._id = ""
        self.details, self.form, self.retraction = Details(desk), EntryForm(desk), RetractForm(desk)
        self.personal = PersonalForm(desk)
        self.pages = QStackedLayout(self)
        for page in (self.details, self.form, self.retraction, self.personal):
            self.pages.addWidget(page)
        for form in (self.form, self.retraction, self.personal):
            form.closed.connect(self._left)
        self.details.edit_wanted.connect(lambda: self.edit(self._id))
        self.details.retract_wanted.connect(lambda: self.retract(self._id))
        self.details.add_wanted.connect(self.add)

    def show_view(self, view: TimelineView | None) -> None:
        """Take in what the store holds now; a form being filled in stays."""
        other = (view.incident.id if view else "") != (self._view.incident.id if self._view else "")
        self._view = view
        if other:
            self.pages.setCurrentWidget(self.details)
        self.show_mark("" if other else self._id)
        if view is not None and self.pages.currentWidget() is self.form:
            for item in view.items:
                self.form.renew(item)

    def show_mark(self, id: str) -> None:
        """Show a mark by id; a form being filled in stays."""
        self._id = id
        marks = self._view.marks if self._view else ()
        mark = next((mark for mark in marks if mark.id == id), None)
        item = next((item for item in self._view.items if item.id == id), None) if self._view else None
        self.details.show_mark(mark, item, self._view.incident if self._view else None)

    def add(self, lane: str = "", happened: When | None = None) -> None:
        """Offer a new entry."""
        if self._view is not None:
            self.pages.setCurrentWidget(self.form)
            self.form.add(self._view.incident.id, lane, happened)

    def edit(self, id: str) -> None:
        """Offer to correct a mark, where it is a person's to correct."""
        self.show_mark(id)
        mark, item = self.details.shown
        if self._view is None or mark is None or self._desk.store.read_only:
            return
        if mark.source is Source.START:
            self.pages.setCurrentWidget(self.form)
            self.form.estimate(self._view.incident)
        elif item is not None and not item.withdrawn:
            self.pages.setCurrentWidget(self.form)
            self.form.correct(item)
        else:
            self._desk.tell("This cannot be corrected: it was retracted, or follows from another entry.")

    def retract(self, id: str) -> None:
        """Ask why an entry is to be taken back."""
        self.show_mark(id)
        _, item = self.details.shown
        if item is None or item.withdrawn or self._desk.store.read_only:
            self._desk.tell("Only an entry that stands can be retracted.")
            return
        self.pages.setCurrentWidget(self.retraction)
        self.retraction.retract(item)

    def mark_personal(self, id: str) -> None:
        """Ask what of an entry is personal."""
        self.show_mark(id)
        _, item = self.details.shown
        if item is None or self._desk.store.read_only:
            self._desk.tell("Only an entry somebody wrote can be marked as personal.")
            return
        self.pages.setCurrentWidget(self.personal)
        self.personal.mark(item)

    def show_history(self, id: str) -> None:
        """Show a mark with the keyboard in its history."""
        self.pages.setCurrentWidget(self.details)
        self.show_mark(id)
        self.details.history.setFocus()

    def _left(self, id: str) -> None:
        self.pages.setCurrentWidget(self.details)
        self.closed.emit(id)
