"""The lanes as a panel of another screen: fed by itself, entries corrected in a dialog."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tocsin.operations.timeline_view import TimelineView
from tocsin.ui import palette
from tocsin.ui.desk import Desk
from tocsin.ui.text import Label
from tocsin.ui.timeline.feed import Feed
from tocsin.ui.timeline.lanes import LanesView


class LanesPanel(QFrame):
    """The panel TIMELINE. It follows the incident in hand by itself."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setObjectName("lanes_panel")
        self.lanes = LanesView(desk)
        head = QHBoxLayout()
        head.addWidget(Label("TIMELINE", "heading"))
        head.addStretch()
        self._hint = Label("drag to correct a time", "key")
        head.addWidget(self._hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(palette.PAD, palette.GAP, palette.PAD, palette.GAP // 2)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.lanes, 1)
        self.setFocusProxy(self.lanes)
        self._feed = Feed(desk, self)
        self._feed.read.connect(self._show)
        self._feed.emptied.connect(lambda: self.lanes.show_view(None))

    def _show(self, view: TimelineView) -> None:
        self.lanes.show_view(view)
