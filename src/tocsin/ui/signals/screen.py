"""The signals screen: one system looked into, every signal in a list, and who watches which layer."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tocsin.ui.desk import Desk
from tocsin.ui.palette import GAP
from tocsin.ui.signals.investigate import InvestigatePart
from tocsin.ui.signals.listing import ListingPart
from tocsin.ui.text import Label, set_look

TABS = ("Investigate", "Signals", "Coverage")
_BAR = 34  # pixels


class SignalsScreen(QWidget):
    """Three tabs. `declare_wanted(alerts, system, observation)` by id, each may be empty.

    `deployment_opened(id)` when one is to be read, `review_wanted(system id)` when drawn decisions are.
    """

    declare_wanted = Signal(object, str, str)
    deployment_opened = Signal(str)
    review_wanted = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.investigate, self.listing = InvestigatePart(desk), ListingPart(desk)
        self.tabs = {name: QPushButton(name) for name in TABS}
        self._lay_out()
        part = self.investigate
        part.declare_wanted.connect(self.declare_wanted)
        part.deployment_opened.connect(self.deployment_opened)
        part.review_wanted.connect(self.review_wanted)
        self.listing.list_wanted.connect(partial(self.show_tab, "Signals"))
        self.show_tab(TABS[0])

    @property
    def tab(self) -> str:
        """The tab in front."""
        return next(name for name, button in self.tabs.items() if button.isChecked())

    def show_tab(self, name: str) -> None:
        """Bring one of TABS to the front."""
        place = TABS.index(name)
        self.tabs[name].setChecked(True)
        self._parts.setCurrentIndex(0 if place == 0 else 1)
        self.investigate.head.setVisible(place == 0)
        if place == 0:
            self.investigate.setFocus()
        else:
            self.listing.show_part(place - 1)

    def look_into(self, system: str) -> None:
        """Look into a system, by its id."""
        self.show_tab(TABS[0])
        self.investigate.choose_system(system)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        # No focus proxy: Tab would pass over all that stands before it.
        (self.investigate if self.tab == TABS[0] else self.listing).setFocus()

    def event(self, event: QEvent) -> bool:
        # The letters of this screen come before the window's own, such as L for a line of the log.
        override = event.type() == QEvent.Type.ShortcutOverride
        letter = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_L and not event.modifiers()
        if override and letter and self.tab != TABS[0]:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text = event.text()
        if text in ("1", "2", "3") and not event.modifiers():
            self.show_tab(TABS[int(text) - 1])
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(GAP, 0, GAP, 0)
        bar.setSpacing(4)
        group = QButtonGroup(self)
        for place, (name, button) in enumerate(self.tabs.items(), start=1):
            button.setCheckable(True)
            button.setAccessibleName(f"Show {name}")
            button.clicked.connect(partial(self._clicked, name))
            set_look(button, role="choice")
            group.addButton(button)
            bar.addWidget(button)
            bar.addWidget(Label(str(place), "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        bar.addSpacing(GAP)
        bar.addWidget(self.investigate.head, 1)
        bar.addStretch(0)
        top = QWidget()
        top.setFixedHeight(_BAR + GAP)
        top.setLayout(bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(top)
        # Laid into the screen first: a stack without a parent shows its first page as a window of its own.
        self._parts = QStackedLayout()
        layout.addLayout(self._parts, 1)
        self._parts.addWidget(self.investigate)
        self._parts.addWidget(self.listing)

    def _clicked(self, name: str, _checked: bool) -> None:
        self.show_tab(name)
