"""The step in hand in full: how to do it, who has it, what it rests on, and the keys that act on it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from tocsin.model.evidence import Evidence
from tocsin.model.playbook import ASK
from tocsin.model.steps import StepState
from tocsin.ui.desk import Desk
from tocsin.ui.evidence import EvidenceList
from tocsin.ui.palette import GAP, PAD
from tocsin.ui.panel import Panel
from tocsin.ui.playbook import words
from tocsin.ui.text import Label, button_text, set_look, set_tip

# Key, word, tip, and whether it may be pressed for a finished step.
DEEDS = (
    ("A", "Assign", "Say who is to do it", False),
    ("K", "Acknowledge", "Somebody works on it from now on; the time box begins", False),
    ("D", "Done", "It is done, with the evidence it asks for", False),
    ("F", "Finding", "Answer the question: cleared, suspected or confirmed", True),
    ("S", "Skip", "Leave it out, for a reason", False),
    ("E", "Evidence …", "Attach a file; one may be dropped here too", True),
    ("R", "Open again", "Make it open again; its evidence stays", True),
)
_FILES_PX = 330


class Details(Panel):
    """`wanted(key)` when one of the buttons was pressed."""

    wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__("Step in hand")
        self._desk, self._zone = desk, ZoneInfo(desk.store.zone)
        self._step: StepState | None = None
        self.title, self.about = Label("", "large", wrap=True), Label("", "small", wrap=True)
        self.help, self.evidence = Label("", wrap=True), Label("", "muted", wrap=True)
        self.files = EvidenceList(desk)
        self.buttons: dict[str, QPushButton] = {}
        for key, word, tip, _ in DEEDS:
            button = QPushButton(button_text(f"{word}  {key}"))
            button.setObjectName(f"step-{key}")
            button.setAccessibleName(tip)
            set_look(button, role="quiet")
            set_tip(button, f"{tip}   {key}")
            button.clicked.connect(lambda _checked, key=key: self.wanted.emit(key))
            self.buttons[key] = button
            self.head.addWidget(button)
        self._lay_out()

    def show_step(self, one: StepState | None, files: Mapping[str, Evidence], now: datetime) -> None:
        """Show a step, or that none is in hand."""
        self._step = one
        self.title.setText(one.step.text if one else "No step is in hand")
        self.about.setText(self._about(one, now) if one else "")
        self.help.setText(one.step.help if one else "")
        self.help.setVisible(bool(one and one.step.help))
        rests = "\n".join(filter(None, (one.note, one.evidence))) if one else ""
        self.evidence.setText(f"Rests on: {rests}" if one and one.evidence else rests)
        self.evidence.setVisible(bool(rests))
        self.files.show_attached([files[id] for id in one.files if id in files] if one else [])
        self._offer(one)

    def _about(self, one: StepState, now: datetime) -> str:
        parts = [words.below(one, now, self._zone)]
        if one.step.evidence and not one.finished:
            parts.append("asks for evidence")
        if one.step.categories:
            parts.append("of this category")
        return " · ".join((*parts, one.step.id))

    def _offer(self, one: StepState | None) -> None:
        writable = not self._desk.store.read_only
        for key, _, _, finished in DEEDS:
            fits = one is not None and (finished or not one.finished)
            if one is not None and key in ("D", "F"):
                fits = fits and (one.step.kind == ASK) == (key == "F")
            if one is not None and key == "R":
                fits = one.state != "open"
            self.buttons[key].setVisible(writable and fits)

    def _lay_out(self) -> None:
        said = QWidget()
        left = QVBoxLayout(said)
        left.setContentsMargins(PAD, 8, GAP, 8)
        left.setSpacing(4)
        for label in (self.title, self.about, self.help, self.evidence):
            left.addWidget(label)
        left.addStretch()
        area = QScrollArea()
        area.setWidget(said)
        area.setWidgetResizable(True)
        self.files.setFixedWidth(_FILES_PX)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 8, 0)
        row.addWidget(area, 1)
        row.addWidget(self.files)
        self.room.addLayout(row)
