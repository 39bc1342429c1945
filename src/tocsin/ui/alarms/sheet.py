"""All alarms in a list: acknowledge, shelve until a time with a reason, see; and the sounds to try."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from tocsin.errors import BadInput
from tocsin.model.alarms import SOUNDING, Priority, Standing, State
from tocsin.operations.times import parse_until
from tocsin.ui.alarms.rows import AlarmPainter, in_words
from tocsin.ui.alarms.watch import Watch
from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.rows import Rows
from tocsin.ui.sheet import Sheet
from tocsin.ui.text import Label, set_look
from tocsin.ui.window import Window

_LEAST_HEIGHT = 320
_HEARD = frozenset({*SOUNDING, State.RETURNED})


class AlarmSheet(Sheet):
    """A acknowledges, S shelves, Enter looks, M mutes, 1 2 3 try the sounds.

    `look_wanted(Alarm)`, `mute_wanted()`, `sound_wanted(Priority)`.
    """

    look_wanted = Signal(object)
    mute_wanted = Signal()
    sound_wanted = Signal(object)

    def __init__(self, desk: Desk, window: Window, watch: Watch) -> None:
        super().__init__(window, "Alarms", width=860)
        self._desk, self._watch = desk, watch
        self._painter = AlarmPainter(desk.theme, ZoneInfo(desk.store.zone))
        self.rows = Rows(self._painter, "Alarms", keys_mean_cursor=True)
        self.rows.setMinimumHeight(_LEAST_HEIGHT)
        self.empty = Label("No alarm stands.", "large")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.heard, self.shelf = QPushButton("Acknowledge   A"), QPushButton("Shelve   S")
        self.look, self.mute = QPushButton("Look   Enter"), QPushButton("Mute   M")
        self.until, self.reason = QLineEdit("1 h"), QLineEdit()
        self.keep = QPushButton("Shelve   Enter")
        self.trouble = Label("", "small", wrap=True)
        self.trouble.set_tone(Tone.RED)
        self._asked = QWidget()
        self._lay_out()
        self._wire()
        self._show()

    def open(self) -> None:
        """Open on what stands now."""
        self._asked.hide()
        self._show()
        self.present(self.rows)

    def show_muted(self, muted: bool) -> None:
        """Say on the button what it does now."""
        self.mute.setText("Sound on   M" if muted else "Mute   M")

    def acknowledge(self) -> None:
        """Silence the alarm under the cursor and no other."""
        one: Standing | None = self.rows.selected
        if one is not None and one.state in _HEARD:
            self._watch.acknowledge([one.alarm])

    def ask_shelf(self) -> None:
        """Ask until when and why the alarm under the cursor is silent."""
        one: Standing | None = self.rows.selected
        if one is not None and one.state is not State.RETURNED and not self._desk.store.read_only:
            self._asked.show()
            self.trouble.show_text("")
            self.reason.setFocus()
            self.place()

    def shelve(self) -> None:
        """Shelve it as asked."""
        one: Standing | None = self.rows.selected
        if one is None:
            return
        try:
            until = parse_until(self.until.text(), now=self._desk.store.now(), zone=self._desk.store.zone)
        except BadInput as error:
            self.trouble.show_text(str(error))
            return
        if not self.reason.text().strip():
            self.trouble.show_text("Say why it can be silent; others read it.")
            return
        self._watch.shelve(one.alarm, until, self.reason.text())
        self.reason.clear()
        self._asked.hide()
        self.rows.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        keys: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_A: self.acknowledge,
            Qt.Key.Key_S: self.ask_shelf,
            Qt.Key.Key_M: self.mute_wanted.emit,
            Qt.Key.Key_1: partial(self.sound_wanted.emit, Priority.URGENT),
            Qt.Key.Key_2: partial(self.sound_wanted.emit, Priority.WARNING),
            Qt.Key.Key_3: partial(self.sound_wanted.emit, Priority.NOTICE),
        }
        typing = self.until.hasFocus() or self.reason.hasFocus()
        if typing and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.shelve()
        elif typing and event.key() == Qt.Key.Key_Escape:
            self._asked.hide()
            self.rows.setFocus()
        elif not typing and not event.modifiers() and Qt.Key(event.key()) in keys:
            keys[Qt.Key(event.key())]()
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        view = self._watch.view
        standing = list(view.standing) if view else []
        self._painter.now = self._desk.store.now()
        self.rows.show_rows((one.alarm.id, in_words(one), one) for one in standing)
        self.rows.setVisible(bool(standing))
        self.empty.setVisible(not standing)
        for button in (self.heard, self.shelf, self.look):
            button.setEnabled(bool(standing))
        self.shelf.setEnabled(bool(standing) and not self._desk.store.read_only)

    def _lay_out(self) -> None:
        said = Label(
            "Each alarm is heard by itself; one that still stands later sounds again.", "muted", wrap=True
        )
        self.body.addWidget(said)
        self.body.addWidget(self.rows, 1)
        self.body.addWidget(self.empty, 1)
        asked = QHBoxLayout(self._asked)
        asked.setContentsMargins(0, 0, 0, 0)
        self.reason.setPlaceholderText("why it can be silent")
        self.until.setMaximumWidth(150)
        self.until.setAccessibleName("Until")
        self.reason.setAccessibleName("Reason")
        for widget in (Label("Until"), self.until, self.reason, self.keep):
            asked.addWidget(widget)
        self.body.addWidget(self._asked)
        self.body.addWidget(self.trouble)
        self._asked.hide()
        deeds = QHBoxLayout()
        deeds.setSpacing(GAP)
        for button in (self.heard, self.shelf, self.look):
            deeds.addWidget(button)
        deeds.addStretch(1)
        deeds.addWidget(Label("Try", "muted"))
        for number, priority in enumerate(Priority, start=1):
            button = QPushButton(f"{priority.name.capitalize()}   {number}")
            set_look(button, role="quiet")
            button.clicked.connect(partial(self.sound_wanted.emit, priority))
            deeds.addWidget(button)
        deeds.addWidget(self.mute)
        self.body.addLayout(deeds)

    def _wire(self) -> None:
        self.heard.clicked.connect(self.acknowledge)
        self.shelf.clicked.connect(self.ask_shelf)
        self.keep.clicked.connect(self.shelve)
        self.mute.clicked.connect(self.mute_wanted)
        self.look.clicked.connect(lambda: self._see(self.rows.selected))
        self.rows.chosen.connect(self._see)
        self._watch.changed.connect(self._changed)

    def _changed(self) -> None:
        if self.isVisible():
            self._show()

    def _see(self, one: Standing | None) -> None:
        if one is not None:
            self.dismiss()
            self.look_wanted.emit(one.alarm)
