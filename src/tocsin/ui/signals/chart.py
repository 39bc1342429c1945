"""The chart of the signal under the cursor, with what was deployed meanwhile."""

from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tocsin.model.alert import AlertSeverity
from tocsin.operations import signal_chart
from tocsin.operations.signal_chart import SignalChart
from tocsin.operations.signals import Listed
from tocsin.operations.strips import RANGES
from tocsin.ui.charts.strips import Strips
from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.text import Label, set_look, set_tip

_LEAST = 170
_REST_MS = 60  # a cursor that runs down the table reads where it stops
_TONES = {
    AlertSeverity.CRITICAL: Tone.RED,
    AlertSeverity.HIGH: Tone.ORANGE,
    AlertSeverity.MEDIUM: Tone.YELLOW,
    AlertSeverity.LOW: Tone.BLUE,
}


class ChartPanel(Panel):
    """Reads what it draws off the interface thread, when another signal is shown or samples arrive."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Signal")
        self._desk = desk
        self._shown: Listed | None = None
        self._reading = self._stale = False
        self.range = "1 week"
        self.view: SignalChart | None = None
        self.charts = Strips(desk.theme, ZoneInfo(desk.store.zone))
        self.charts.setObjectName("signal-chart")
        self.said = Label("Choose a signal to see it.", "muted")
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._read)
        self.ranges = {name: QPushButton(name) for name in RANGES}
        self._lay_out()
        self.setMinimumHeight(_LEAST)
        self.charts.outdated.connect(self._rest.start)

    def show_signal(self, one: Listed | None) -> None:
        """Show another signal; the same one is read again."""
        self._shown = one
        if one is None:
            self._pages.setCurrentIndex(0)
            self.remark.show_text("")
        else:
            self._rest.start()

    def choose(self, name: str) -> None:
        """Show one of the ranges."""
        self.range = name
        self.ranges[name].setChecked(True)
        self._rest.start()

    def next_range(self) -> None:
        """Show the next of the ranges."""
        names = list(RANGES)
        self.choose(names[(names.index(self.range) + 1) % len(names)])

    def _read(self) -> None:
        one = self._shown
        if one is None or self._reading or not self.isVisible():
            self._stale = self._reading
            return
        self._reading, self._stale = True, False
        pixels = max(self.charts.pixels(), 200)
        call = partial(signal_chart.look, self._desk.store, one.number, pixels=pixels, range=self.range)
        job = self._desk.read(call, partial(self._show, one))
        job.ended.connect(self._ended)

    def _ended(self) -> None:
        self._reading = False
        if self._stale:
            self._rest.start()

    def _show(self, asked: Listed, view: SignalChart | None) -> None:
        if self._shown is None or asked.number != self._shown.number or view is None:
            return
        self.view = view
        self._pages.setCurrentIndex(1)
        self.charts.blockSignals(True)  # what was read fits this range
        self.charts.set_range(view.stretch.start, view.stretch.end)
        self.charts.clear()
        strip = self.charts.add(str(view.number), view.signal.metric, _about(view))
        same = len(view.low) == 0 or view.low is view.high
        strip.set_data(view.times_us, view.low, None if same else view.high, last=view.last)
        strip.set_tone(_TONES[view.alert] if view.alert is not None else None)
        self.charts.set_marks([(one.began, one.title) for one in view.deployments])
        self.charts.blockSignals(False)
        self.remark.show_text(_remark(asked, view))

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        for name, button in self.ranges.items():
            button.setCheckable(True)
            button.setChecked(name == self.range)
            button.setAccessibleName(f"Show {name}")
            set_look(button, role="choice")
            set_tip(button, f"Show {name}   R")
            button.clicked.connect(partial(self._clicked, name))
            group.addButton(button)
            self.head.addWidget(button)
        self.head.addWidget(Label("R", "key"), 0, Qt.AlignmentFlag.AlignVCenter)
        empty, inside = QWidget(), QWidget()
        QVBoxLayout(empty).addWidget(self.said)
        room = QVBoxLayout(inside)
        room.setContentsMargins(PAD, 2, 2, 2)
        room.addWidget(self.charts)
        # Laid into its panel first: a stack without a parent shows its first page as a window of its own.
        self._pages = QStackedLayout()
        self.room.addLayout(self._pages, 1)
        self._pages.addWidget(empty)
        self._pages.addWidget(inside)

    def _clicked(self, name: str, _checked: bool) -> None:
        self.choose(name)


def _about(view: SignalChart) -> str:
    signal = view.signal
    labels = ", ".join(signal.labels.values())
    return " · ".join(filter(None, (signal.segment, labels, signal.unit or signal.layer.value)))


def _remark(one: Listed, view: SignalChart) -> str:
    signal = view.signal
    parts = [one.system, signal.layer.value, signal.name, signal.segment, signal.group]
    ran = len(view.deployments)
    marks = f"{ran} deployment{'s' if ran != 1 else ''} marked" if ran else "no deployment in this time"
    return " · ".join([*filter(None, parts), marks])
