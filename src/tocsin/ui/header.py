"""The bar at the top: which store, find anything, the time, who is at the desk, log a line, declare."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from tocsin.ui.icons import icon
from tocsin.ui.palette import BAR_HEIGHT, GAP, ICON
from tocsin.ui.text import ElidedLabel, Label, button_text, set_look, set_tip, visible
from tocsin.ui.theme import Theme
from tocsin.ui.times import clock_time, in_utc, stamp, zone_name


class Header(QFrame):
    """Shows what it is told; its signals say what the operator wants."""

    find_wanted = Signal()
    operator_wanted = Signal()
    line_wanted = Signal()
    declare_wanted = Signal()

    def __init__(self, theme: Theme, store_name: str, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        set_look(self, role="bar")
        self.setFixedHeight(BAR_HEIGHT)
        self.store = ElidedLabel(store_name, "muted")
        self.store.ensurePolished()
        self.store.setMaximumWidth(self.store.sizeHint().width() + 4)
        self.time = Label(role="mono")
        self.finder = self._button("Find or do anything", "Ctrl K", "search", self.find_wanted)
        self.operator = self._button("", "F2", "person", self.operator_wanted)
        self.line = self._button("Log a line", "L", "log", self.line_wanted)
        self.declare = self._button("Declare", "Ctrl D", "declare", self.declare_wanted)
        set_look(self.declare, role="declare")
        set_look(self.operator, role="quiet")
        set_look(self.finder, role="quiet")
        self._lay_out()
        self.show_operator("")
        self._tint()
        theme.changed.connect(self._tint)

    def show_time(self, now: datetime) -> None:
        """Show the home zone's time with UTC beside it."""
        home = f"{clock_time(now, self._zone)} {zone_name(now, self._zone)}"
        self.time.show_text(f"{home} · {in_utc(now)}" if zone_name(now, self._zone) != "UTC" else home)
        set_tip(self.time, stamp(now, self._zone))

    def show_operator(self, name: str) -> None:
        """Show who is at the desk."""
        name = visible(name)
        shown = self.fontMetrics().elidedText(name or "Who is here?", Qt.TextElideMode.ElideRight, 150)
        self.operator.setText(button_text(shown))
        self.operator.setAccessibleName(f"Operator: {name or 'nobody yet'}")
        set_tip(self.operator, f"{name or 'Nobody yet'}: switch operator with F2")

    def _button(self, title: str, key: str, icon_name: str, signal: object) -> QPushButton:
        button = QPushButton(title)
        button.setProperty("icon_name", icon_name)
        button.setIconSize(QSize(ICON, ICON))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(button, f"{title}   {key}".strip())
        button.clicked.connect(lambda _checked: signal.emit())  # type: ignore[attr-defined]
        return button

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP + 6, 0, GAP, 0)
        layout.setSpacing(GAP)
        layout.addWidget(Label("TOCSIN", "name"))
        layout.addWidget(self.store, 3)
        self._add(layout, self.finder, "Ctrl K")
        layout.addStretch(1)
        layout.addWidget(self.time)
        self._add(layout, self.operator, "F2")
        self._add(layout, self.line, "L")
        self._add(layout, self.declare, "Ctrl D")

    def _add(self, layout: QHBoxLayout, button: QPushButton, key: str) -> None:
        pair = QHBoxLayout()
        pair.setSpacing(4)
        pair.addWidget(button)
        pair.addWidget(Label(key, "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(pair)

    def _tint(self) -> None:
        palette = self._theme.palette
        for button in (self.finder, self.operator, self.line, self.declare):
            colour = palette.on_danger if button is self.declare else palette.muted
            button.setIcon(icon(str(button.property("icon_name")), colour))
