"""The head of an investigation: which system, how far back, which windows are compared, declare."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from tocsin.model.operator import System
from tocsin.operations.investigation_chart import RANGES
from tocsin.ui.palette import GAP
from tocsin.ui.text import Label, button_text, set_look, set_tip, visible

_LEAST, _WIDEST = 110, 230  # pixels


class Head(QWidget):
    """Shows what it is told; its signals say what a person wants."""

    system_wanted = Signal(str)
    range_wanted = Signal(str)
    windows_wanted = Signal()
    declare_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.systems = QComboBox()
        self.systems.setObjectName("investigated-system")
        self.systems.setAccessibleName("System to look into")
        self.systems.setMaximumWidth(_WIDEST)
        self.systems.setMinimumWidth(_LEAST)
        self.systems.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.systems.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.systems.activated.connect(lambda at: self.system_wanted.emit(str(self.systems.itemData(at))))
        self.ranges = {name: QPushButton(name) for name in RANGES}
        self.windows, self.declare = QPushButton("compare …"), QPushButton("Declare from this")
        self.windows.setAccessibleName("Choose the windows that are compared")
        self._windows_key = Label("W", "key")
        self._lay_out()

    def show_systems(self, known: Sequence[System], chosen: str) -> None:
        """Offer the systems, one of them chosen by its id."""
        there = [(self.systems.itemData(at), self.systems.itemText(at)) for at in range(self.systems.count())]
        wanted = [(one.id, visible(one.name)) for one in known]
        if there != wanted:
            self.systems.clear()
            for id, name in wanted:
                self.systems.addItem(name, id)
        self.systems.setCurrentIndex(self.systems.findData(chosen))

    def beside(self, step: int) -> str:
        """Return the id of the system so many further on; empty when there is none."""
        count = self.systems.count()
        at = (self.systems.currentIndex() + step) % count if count else -1
        return str(self.systems.itemData(at)) if count else ""

    def show_range(self, name: str) -> None:
        """Mark the range in use."""
        self.ranges[name].setChecked(True)

    def show_windows(self, words: str, tip: str) -> None:
        """Say which windows are compared; without words nothing is."""
        for part in (self.windows, self._windows_key):
            part.setVisible(bool(words))
        self.windows.setText(button_text(words))
        set_tip(self.windows, tip)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.systems, 8)
        for key in ("[", "]"):
            row.addWidget(Label(key, "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        group = QButtonGroup(self)
        for name, button in self.ranges.items():
            button.setCheckable(True)
            button.setAccessibleName(f"Show {name}")
            set_look(button, role="choice")
            set_tip(button, f"Show {name}   R")
            button.clicked.connect(partial(self._clicked, name))
            group.addButton(button)
            row.addWidget(button)
        row.addWidget(Label("R", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(GAP)
        set_look(self.windows, role="choice")
        row.addWidget(self.windows)
        row.addWidget(self._windows_key, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(GAP)
        set_look(self.declare, role="main")
        row.addWidget(self.declare)
        row.addWidget(Label("D", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_windows("", "")
        self.windows.clicked.connect(self.windows_wanted)
        self.declare.clicked.connect(self.declare_wanted)

    def _clicked(self, name: str, _checked: bool) -> None:
        self.range_wanted.emit(name)
