"""The first start: who you are, where you are, and what your incidents' references look like."""

from pathlib import Path
from zoneinfo import available_timezones

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from tocsin.errors import UserError
from tocsin.model.operator import Author
from tocsin.now import Clock
from tocsin.operations import operators, stores
from tocsin.ui.palette import GAP, Tone
from tocsin.ui.text import Label, set_look


class Welcome(QDialog):
    """Asks three things and makes the store; refusals are shown at the fields and nothing is made."""

    def __init__(self, path: Path, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path, self._clock = path, clock
        self.name, self.code, self.zone = QLineEdit(), QLineEdit("WR"), QLineEdit(stores.local_zone())
        self.trouble = Label("", "small")
        self.make = QPushButton("Make the store")
        self.setWindowTitle("Tocsin · first start")
        self._lay_out()
        self.make.clicked.connect(self.accept)

    @property
    def operator(self) -> str:
        """The operator named."""
        return " ".join(self.name.text().split())

    def accept(self) -> None:
        """Make the store with what was typed."""
        try:
            person = Author(operators.checked_name(self.name.text()))
            store = stores.make(
                self._path,
                clock=self._clock,
                author=person,
                code=self.code.text().strip().upper(),
                zone=self.zone.text().strip(),
            )
            operators.add(store, person)
            store.close()
        except UserError as error:
            self.trouble.show_text(str(error))
            self.trouble.set_tone(Tone.ORANGE)
            return
        super().accept()

    def _lay_out(self) -> None:
        zones = QCompleter(sorted(available_timezones()), self)
        zones.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        zones.setFilterMode(Qt.MatchFlag.MatchContains)
        self.zone.setCompleter(zones)
        self.name.setPlaceholderText("as it shall stand in the journal")
        self.trouble.setWordWrap(True)
        set_look(self.make, role="main")
        self.make.setDefault(True)
        form = QFormLayout()
        for words, field in (
            ("Your name", self.name),
            ("Site code", self.code),
            ("Home time zone", self.zone),
        ):
            field.setAccessibleName(words)
            form.addRow(Label(words), field)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.make)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GAP, 3 * GAP, 3 * GAP, 3 * GAP)
        layout.setSpacing(GAP)
        layout.addWidget(Label("A new store", "title"))
        layout.addWidget(Label(f"{self._path}", "small"))
        layout.addWidget(
            Label(
                "The code stands in every reference (INC-2026-WR-0001); the zone is shown beside UTC.",
                "muted",
            )
        )
        layout.addLayout(form)
        layout.addWidget(self.trouble)
        layout.addLayout(buttons)
        self.resize(620, self.sizeHint().height())


def ask_for_store(path: Path, clock: Clock) -> str:
    """Ask, and make the store; return the operator's name, empty when the person went away."""
    welcome = Welcome(path, clock)
    return welcome.operator if welcome.exec() else ""
