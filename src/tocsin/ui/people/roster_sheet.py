"""A roster file before it counts: what it would set, what is refused, where nobody would be on duty."""

from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QWidget

from tocsin.errors import UserError
from tocsin.operations import roster
from tocsin.operations.roster import Preview
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.people import words
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import ElidedLabel, Label, set_look

_TOLD_PX = 220


class RosterSheet(Sheet):
    """Enter reads again with another rota or zone, Ctrl Enter takes it. `taken` after the commit."""

    taken = Signal()

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over, "Roster file", width=680)
        self._desk, self._zone = desk, ZoneInfo(desk.store.zone)
        self._path: Path | None = None
        self._found: Preview | None = None
        self.file, self.told = ElidedLabel("", "muted"), Label("", wrap=True)
        self.rota, self.zone = QLineEdit(), QLineEdit()
        self.trouble = Label("", wrap=True)
        self.trouble.set_tone(Tone.RED)
        self.again, self.go = QPushButton("Read again   Enter"), QPushButton("Take it   Ctrl Enter")
        self._lay_out()
        self.again.clicked.connect(self.read)
        self.go.clicked.connect(self.take)

    def open_with(self, path: Path) -> None:
        """Open on a file."""
        self._path, self._found = path, None
        self.file.show_text(path.name)
        self.rota.clear()
        self.zone.setPlaceholderText(self._desk.store.zone)
        self.present(self.rota)
        self.read()

    def read(self) -> None:
        """Read the file as its fields say."""
        if self._path is None:
            return
        self._say("Reading …", "")
        self._found = None
        self.go.setEnabled(False)
        call = partial(
            roster.preview, self._desk.store, self._path,
            rota=self.rota.text().strip(), zone=self.zone.text().strip(),
        )  # fmt: skip
        job = self._desk.jobs.read(call)
        job.succeeded.connect(self._show)
        job.refused.connect(lambda error: self._say("", str(error)))
        job.start()

    def take(self) -> None:
        """Set what was read."""
        if self._found is None or self._desk.store.read_only or not self.go.isEnabled():
            return
        self.go.setEnabled(False)
        store, author = self._desk.store, self._desk.author
        job = self._desk.write(
            partial(roster.take, store, author, self._found), self._done, said="Roster taken"
        )
        job.refused.connect(self._refused)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier or self.go.hasFocus():
            self.take()
        else:
            self.read()

    def _show(self, found: Preview) -> None:
        self._found = found
        self.go.setEnabled(not self._desk.store.read_only)
        self._say(words.preview(found, self._zone), "")

    def _done(self, _entries: object) -> None:
        self.dismiss()
        self.taken.emit()

    def _refused(self, error: UserError) -> None:
        self.go.setEnabled(True)
        self._say(self.told.text(), str(error))

    def _say(self, told: str, trouble: str) -> None:
        self.told.show_text(told)
        self.trouble.show_text(trouble)
        self.trouble.setVisible(bool(trouble))
        self.place()

    def _lay_out(self) -> None:
        self.setObjectName("roster-sheet")
        self.rota.setPlaceholderText("where the file names none")
        form = QFormLayout()
        for name, field in (("Rota", self.rota), ("Zone of times", self.zone)):
            field.setAccessibleName(name)
            form.addRow(Label(name), field)
        set_look(self.go, role="main")
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidget(self.told)
        area.setWidgetResizable(True)
        area.setFixedHeight(_TOLD_PX)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.again, self.go):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        self.body.addWidget(self.file)
        self.body.addLayout(form)
        self.body.addWidget(area)
        self.body.addWidget(self.trouble)
        self.body.addLayout(buttons)
