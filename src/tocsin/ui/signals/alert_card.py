"""An alert with all its evidence in place: how far, against what, found by which version."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from tocsin.model.alert import Alert
from tocsin.ui.desk import Desk
from tocsin.ui.icons import Icon
from tocsin.ui.palette import PAD
from tocsin.ui.signals.list_panel import TONES
from tocsin.ui.text import Label, set_look, set_tip
from tocsin.ui.times import number, short_stamp

_COLUMNS = 2


class AlertCard(QFrame):
    """Hidden while there is none. Left and right show the others, D declares from it, Escape puts it away.

    `declare_wanted()` from the alert shown; `closed` when it was put away by a person.
    """

    declare_wanted = Signal()
    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._zone = desk, ZoneInfo(desk.store.zone)
        self._others: tuple[Alert, ...] = ()
        self.alert: Alert | None = None
        set_look(self, role="cell")
        self.setObjectName("alert-card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._shape = Icon(desk.theme, "circle", "grey", 12)
        self.message, self.place = Label("", wrap=True), Label("", "small")
        self.facts: list[Label] = []
        self._grid = QGridLayout()
        self._before, self._after = QPushButton("‹"), QPushButton("›")
        self.declare, self.close_button = QPushButton("Declare from this"), QPushButton("Close")
        self._lay_out()
        self.hide()

    def show_alert(self, alert: Alert, others: Sequence[Alert] = ()) -> None:
        """Show an alert; the others are reached by the arrows."""
        self.alert, self._others = alert, tuple(others) or (alert,)
        tone = TONES[alert.severity]
        self._shape.show_tone(tone)
        self.message.show_text(alert.message)
        at = self._others.index(alert) if alert in self._others else 0
        self.place.show_text(f"{at + 1} of {len(self._others)}" if len(self._others) > 1 else "")
        self.setAccessibleName(f"{alert.severity} alert: {alert.message}")
        for label, (name, words) in zip(self.facts, self._facts(alert), strict=True):
            label.show_text(f"{name}  {words}" if words else "")
            label.setVisible(bool(words))
        for button in (self._before, self._after):
            button.setVisible(len(self._others) > 1)
        self.show()

    def step(self, by: int) -> None:
        """Show the next or a former one."""
        if self.alert in self._others:
            at = (self._others.index(self.alert) + by) % len(self._others)
            self.show_alert(self._others[at], self._others)

    def dismiss(self) -> None:
        """Put it away."""
        self.alert = None
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._close()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step(1 if key == Qt.Key.Key_Right else -1)
        else:
            super().keyPressEvent(event)

    def _facts(self, alert: Alert) -> list[tuple[str, str]]:
        now = self._desk.store.now()

        def stamped(at: object) -> str:
            return short_stamp(at, self._zone, now)  # type: ignore[arg-type]

        value = "" if alert.value is None else number(alert.value)
        limit = "" if alert.threshold is None else f"threshold {number(alert.threshold)}"
        start = alert.start
        began = "" if start is None else stamped(start.at)
        if start is not None and start.is_range:
            began += f" (90 %: {stamped(start.low)} – {stamped(start.high)})"
        ended = "lasts" if alert.ended is None else f"until {stamped(alert.ended)}"
        strength = (
            [f"{number(abs(alert.effect))} spreads of its baseline"] if alert.effect is not None else []
        )
        strength += [f"p {number(alert.p_value)}"] if alert.p_value is not None else []
        windows = "; ".join(
            f"{one.name} {stamped(one.since)} – {stamped(one.until)}, {number(one.samples)} samples"
            for one in alert.windows
        )
        version = f"{alert.detector} {alert.version}".strip()
        return [
            ("value", " · ".join(filter(None, (value, limit)))),
            ("began", began),
            ("established", f"{stamped(alert.time)}, {ended}"),
            ("effect", " · ".join(strength)),
            ("detector", version if alert.source == "tocsin" else f"{version} of {alert.source}"),
            ("against", alert.baseline),
            ("windows", windows),
        ]

    def _close(self) -> None:
        self.dismiss()
        self.closed.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._shape, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.message, 1)
        head.addWidget(self._before)
        head.addWidget(self.place)
        head.addWidget(self._after)
        head.addWidget(self.declare)
        head.addWidget(self.close_button)
        head.addWidget(Label("Esc", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.facts = [Label("", "small", wrap=True) for _ in range(7)]
        for place, label in enumerate(self.facts):
            self._grid.addWidget(label, place // _COLUMNS, place % _COLUMNS)
        self._grid.setHorizontalSpacing(PAD)
        self._grid.setVerticalSpacing(2)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PAD, 8, 8, 8)
        layout.setSpacing(5)
        layout.addLayout(head)
        layout.addLayout(self._grid)
        for button, name in ((self._before, "The alert before"), (self._after, "The next alert")):
            set_look(button, role="quiet")
            button.setAccessibleName(name)
            set_tip(button, f"{name}   ← →")
        set_look(self.close_button, role="quiet")
        self._before.clicked.connect(lambda: self.step(-1))
        self._after.clicked.connect(lambda: self.step(1))
        self.close_button.clicked.connect(self._close)
        self.declare.clicked.connect(lambda _checked: self.declare_wanted.emit())
