"""A panel with a quiet heading, as all parts of the command screen stand in."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tocsin.ui.palette import PAD
from tocsin.ui.text import ElidedLabel, Label, set_look

_HEAD = 36


class Panel(QFrame):
    """A heading with a remark at its right, and room beneath."""

    def __init__(self, title: str) -> None:
        super().__init__()
        set_look(self, role="panel")
        self.remark = ElidedLabel("", "small")
        top = QWidget()
        top.setFixedHeight(_HEAD)
        self.head = QHBoxLayout(top)
        self.head.setContentsMargins(PAD, 0, 8, 0)
        self.head.setSpacing(2)
        self.head.addWidget(Label(title.upper(), "heading"))
        self.head.addSpacing(8)
        self.head.addWidget(self.remark, 1)
        self.room = QVBoxLayout()
        self.room.setContentsMargins(0, 0, 0, 0)
        self.room.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(top)
        layout.addWidget(rule())
        layout.addLayout(self.room, 1)


def rule() -> QWidget:
    """Return a thin line across."""
    line = QFrame()
    set_look(line, role="rule")
    return line
