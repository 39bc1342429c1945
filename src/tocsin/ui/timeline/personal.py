"""The form that marks an entry, or a passage of it, as personal: documents for outsiders leave it out."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.journal import Entry
from tocsin.model.timeline import Item
from tocsin.operations import redaction
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, set_look

_NOTE = "It stays here and in inside documents. What was sent before is not changed."


class PersonalForm(QWidget):
    """Asks what of an entry is personal. `closed(id)` as the other forms'."""

    closed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._item, self._incident = desk, "", ""
        self.about = Label("", wrap=True)
        self.passage, self.reason = QLineEdit(), QLineEdit()
        self.passage.setObjectName("personal-passage")
        self.passage.setAccessibleName("Passage")
        self.passage.setPlaceholderText("all of it")
        self.reason.setObjectName("personal-reason")
        self.reason.setAccessibleName("Reason")
        self.trouble = Label("", wrap=True)
        self.trouble.set_tone(Tone.RED)
        self.save = QPushButton("Mark   Enter")
        self.save.setObjectName("personal-save")
        self.save.clicked.connect(self.submit)
        for line in (self.passage, self.reason):
            line.returnPressed.connect(self.submit)
        cancel = QPushButton("Cancel   Esc")
        cancel.clicked.connect(lambda: self.closed.emit(""))
        set_look(self.save, role="main")
        self._lay_out(cancel)

    def mark(self, item: Item) -> None:
        """Ask about an entry."""
        self._item, self._incident = item.id, item.incident
        self.about.setText(item.text[:500])
        self.passage.clear()
        self.reason.clear()
        self.trouble.hide()
        self.passage.setFocus()

    def submit(self) -> None:
        """Mark it."""
        store, author = self._desk.store, self._desk.author
        call = partial(
            redaction.mark,
            store,
            author,
            self._incident,
            self._item,
            passage=self.passage.text(),
            reason=self.reason.text(),
            id=store.new_id(),
        )
        job = self._desk.write(call, self._saved, said="Marked as personal")
        job.refused.connect(self._refused)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit("")
        else:
            super().keyPressEvent(event)

    def _saved(self, entry: Entry) -> None:
        self.closed.emit(self._item)

    def _refused(self, error: UserError) -> None:
        self.trouble.setText(str(error))
        self.trouble.show()

    def _lay_out(self, cancel: QPushButton) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self.save)
        buttons.addWidget(cancel)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (
            Label("Mark as personal", "large"),
            self.about,
            Label(_NOTE, "muted", wrap=True),
            Label("Passage, as it is written", "small"),
            self.passage,
            Label("Reason", "small"),
            self.reason,
            self.trouble,
        ):
            layout.addWidget(part)
        layout.addLayout(buttons)
        layout.addStretch()
