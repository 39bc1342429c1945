"""Register a way to contain a system beforehand; the same sheet changes or removes one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from tocsin.errors import BadInput, UserError
from tocsin.model.containment import KINDS, Option
from tocsin.model.journal import Entry
from tocsin.model.operator import System
from tocsin.operations import containment_options, incidents, systems
from tocsin.store.folder import Store
from tocsin.ui.choices import Choices
from tocsin.ui.desk import Desk
from tocsin.ui.palette import Tone
from tocsin.ui.sheet import Sheet
from tocsin.ui.system_field import SystemField
from tocsin.ui.text import Label, set_look, visible

_NO_SIGNAL = "none: somebody looks"
_HOW_HEIGHT = 96
_OFFLINE = ("no", "yes")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the sheet begins with: the systems, the one it is about, its signals (id, name), the option."""

    systems: tuple[System, ...]
    system: str
    signals: tuple[tuple[str, str], ...]
    option: Option | None


class OptionSheet(Sheet):
    """Ctrl Enter saves (Enter in a line too), Escape closes and keeps what was typed. `saved(option id)`."""

    saved = Signal(str)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window, "A way to contain", width=720)
        self._desk = desk
        self._id, self._saving = "", False
        self._option: Option | None = None
        self.system = SystemField(desk.theme, "Which system it contains")
        self.name, self.who, self.minutes, self.undo = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.kind, self.signal = QComboBox(), QComboBox()
        self.how, self.offline = QPlainTextEdit(), Choices(_OFFLINE)
        self.reason, self.note = QLineEdit(), Label("", "small", wrap=True)
        self.save_button, self.remove_button = QPushButton("Save   Ctrl Enter"), QPushButton("Remove")
        self._lay_out()
        self._wire()

    def open(self, option: str = "") -> None:
        """Open on a new option of the system in hand, or on one that is there, by id."""
        self._id = self._id or self._desk.store.new_id()
        self._say("")
        self.reason.clear()
        self.reason.hide()
        self.present(self.name)
        call = partial(_known, self._desk.store, self._desk.incident, option, self.system.currentText())
        self._desk.read(call, self._offer)

    def save(self) -> None:
        """Save what was typed."""
        if self._saving or self._desk.store.read_only:
            return
        store, author = self._desk.store, self._desk.author
        try:
            values = self._values()
            system = systems.checked_name(self.system.currentText())
        except BadInput as error:
            self._say(str(error))
            return
        if self._option is None:
            self._write(
                partial(containment_options.register, store, author, system, id=self._id, **values),
                "Registered",
            )
        else:
            self._write(
                partial(containment_options.change, store, author, self._option.id, **values), "Changed"
            )

    def remove(self) -> None:
        """Remove the option; the first time, ask why."""
        if self._option is None or self._saving:
            return
        if self.reason.isHidden():
            self.reason.show()
            self._placed()
            self.reason.setFocus()
            return
        store, author = self._desk.store, self._desk.author
        self._write(
            partial(containment_options.remove, store, author, self._option.id, self.reason.text()), "Removed"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.reason.hasFocus() or self.remove_button.hasFocus():
            self.remove()
        else:
            self.save()

    def _values(self) -> dict[str, Any]:
        typed = self.minutes.text().strip()
        if not typed.isdecimal():
            raise BadInput("say how many minutes it takes.", where=typed[:40])
        return {
            "name": self.name.text(),
            "kind": str(self.kind.currentData()),
            "who": [one.strip() for one in self.who.text().split(",")],
            "how": self.how.toPlainText(),
            "minutes": int(typed),
            "takes_offline": self.offline.chosen == "yes",
            "signal": str(self.signal.currentData() or ""),
            "undo": self.undo.text(),
        }

    def _offer(self, known: _Known) -> None:
        was, self._option = self._option, known.option
        self.system.show_systems(known.systems, known.system)
        if (line := self.system.lineEdit()) is not None:
            line.setReadOnly(self._option is not None)
        chosen = self.signal.currentData()
        self.signal.clear()
        self.signal.addItem(_NO_SIGNAL, "")
        for id, name in known.signals:
            self.signal.addItem(visible(name), id)
        self.signal.setCurrentIndex(max(0, self.signal.findData(chosen)))
        if known.option is not None:
            self._fill(known.option)
        elif was is not None:
            self._clear()
        writable = not self._desk.store.read_only
        self.save_button.setEnabled(writable)
        self.remove_button.setVisible(writable and self._option is not None)
        QTimer.singleShot(0, self, self._placed)

    def _fill(self, option: Option) -> None:
        self.name.setText(visible(option.name))
        self.who.setText(visible(", ".join(option.who)))
        self.minutes.setText(str(option.minutes))
        self.undo.setText(visible(option.undo))
        self.how.setPlainText(visible(option.how))
        self.kind.setCurrentIndex(self.kind.findData(option.kind))
        self.signal.setCurrentIndex(max(0, self.signal.findData(option.signal)))
        self.offline.choose(_OFFLINE[option.takes_offline])

    def _clear(self) -> None:
        for field in (self.name, self.who, self.minutes, self.undo, self.how):
            field.clear()
        self.kind.setCurrentIndex(0)
        self.signal.setCurrentIndex(0)
        self.offline.choose(_OFFLINE[0])

    def _write(self, call: Callable[[], Entry], said: str) -> None:
        self._saving = True
        job = self._desk.write(call, self._saved, said=said)
        job.refused.connect(self._refused)
        job.ended.connect(self._ended)

    def _saved(self, entry: Entry) -> None:
        self._id, self._option = "", None
        self._clear()
        self.dismiss()
        self.saved.emit(entry.subject)

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _ended(self) -> None:
        self._saving = False

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.set_tone(Tone.RED if text else None)
        self.note.setVisible(bool(text))
        self._placed()

    def _wire(self) -> None:
        self.save_button.clicked.connect(self.save)
        self.remove_button.clicked.connect(self.remove)
        self.system.entered.connect(self.save)

    def _lay_out(self) -> None:
        self.setObjectName("option-sheet")
        for kind, title in KINDS.items():
            self.kind.addItem(title, kind)
        self.how.setFixedHeight(_HOW_HEIGHT)
        self.how.setTabChangesFocus(True)
        self.how.setPlaceholderText("what to do, step by step, as somebody reads it who never did it")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            ("System", self.system, ""),
            ("Name", self.name, "such as: Fall back to the rules"),
            ("Kind", self.kind, ""),
            ("Who may", self.who, "people, roles or titles, with commas; anybody lets everybody"),
            ("How", self.how, ""),
            ("Minutes", self.minutes, "how long it takes until it works"),
            ("Takes offline", self.offline, ""),
            ("Live signal", self.signal, ""),
            ("Put back", self.undo, "how things are put back as they were"),
        )
        for label, row, hint in rows:
            if isinstance(row, QLineEdit):
                row.setPlaceholderText(hint)
                row.setMaxLength(4000)
            row.setAccessibleName(label)
            row.setObjectName(f"option-{label.lower().replace(' ', '-')}")
            form.addRow(Label(label), row)
        self.reason.setPlaceholderText("why it is there no more")
        self.reason.setAccessibleName("Reason")
        set_look(self.save_button, role="main")
        buttons = QHBoxLayout()
        buttons.addWidget(Label("Takes offline: evidence is preserved before it is pulled", "small"))
        buttons.addStretch()
        buttons.addWidget(self.remove_button)
        buttons.addWidget(self.save_button)
        self.body.addLayout(form)
        for part in (self.reason, self.note):
            self.body.addWidget(part)
        self.body.addLayout(buttons)


def _known(store: Store, incident: str, option: str, typed: str) -> _Known:
    known = tuple(systems.names(store))
    found = containment_options.get(store, option) if option else None
    about = found.system if found else incidents.get(store, incident).system if incident else ""
    name = next((one.name for one in known if one.id == about), typed)
    signals = containment_options.signals_of(store, about) if about else []
    return _Known(known, name, tuple((one.id, one.name) for one in signals), found)
