"""The form that takes an entry back with a reason."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tocsin.errors import UserError
from tocsin.model.journal import Entry
from tocsin.model.timeline import Item
from tocsin.operations import timeline
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, set_look


class RetractForm(QWidget):
    """Asks why an entry is taken back. `closed(id)` as the other form's."""

    closed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._item = desk, ""
        self.about = Label("", wrap=True)
        self.reason = QLineEdit()
        self.reason.setObjectName("retract-reason")
        self.reason.setAccessibleName("Reason")
        self.trouble = Label("", wrap=True)
        self.trouble.set_tone(Tone.RED)
        self.save = QPushButton("Retract   Enter")
        self.save.setObjectName("retract-save")
        self.save.clicked.connect(self.submit)
        self.reason.returnPressed.connect(self.submit)
        cancel = QPushButton("Cancel   Esc")
        cancel.clicked.connect(lambda: self.closed.emit(""))
        set_look(self.save, role="main")
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self.save)
        buttons.addWidget(cancel)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        note = Label("It stays readable, struck through, with your reason.", "muted", wrap=True)
        for part in (Label("Retract entry", "large"), self.about, note, Label("Reason", "small"), self.reason,
                     self.trouble):  # fmt: skip
            layout.addWidget(part)
        layout.addLayout(buttons)
        layout.addStretch()

    def retract(self, item: Item) -> None:
        """Ask about an entry."""
        self._item = item.id
        self.about.setText(item.text[:500])
        self.reason.clear()
        self.trouble.hide()
        self.reason.setFocus()

    def submit(self) -> None:
        """Take it back."""
        store, author, item, reason = self._desk.store, self._desk.author, self._item, self.reason.text()
        job = self._desk.write(
            partial(timeline.retract, store, author, item, reason),
            self._saved,
            said="Retracted",
        )
        job.refused.connect(self._refused)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit("")
        else:
            super().keyPressEvent(event)

    def _saved(self, entry: Entry) -> None:
        self.closed.emit(entry.subject)

    def _refused(self, error: UserError) -> None:
        self.trouble.setText(str(error))
        self.trouble.show()
