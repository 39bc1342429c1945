"""The right column: when it started with what changed, inputs compared, and the human spot check below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.signals.inputs_panel import InputsPart
from tocsin.ui.signals.inquiry import Inquiry
from tocsin.ui.signals.spot_panel import SpotPanel
from tocsin.ui.signals.start_panel import StartPanel, heading


class Side(QScrollArea):
    """Scrolls where the window is too low for all of it."""

    def __init__(self, desk: Desk, inquiry: Inquiry) -> None:
        super().__init__()
        self.start, self.inputs, self.spot = StartPanel(desk, inquiry.start), InputsPart(desk), SpotPanel()
        self.start.room.addWidget(heading("Inputs, window against baseline"))
        self.start.room.addWidget(self.inputs, 3)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.start, 1)
        column.addWidget(self.spot)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
