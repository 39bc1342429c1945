"""The incident's signals as live strips: what is usual, the incident's window, deployments, newest values."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollBar,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from tocsin.model.alert import AlertSeverity
from tocsin.operations import strips
from tocsin.operations.strips import RANGES, Curve, Learnt, Stretch, StripsView
from tocsin.ui.charts.strips import Strips
from tocsin.ui.desk import Desk
from tocsin.ui.palette import PAD, Tone
from tocsin.ui.panel import Panel
from tocsin.ui.text import Label, set_look, set_tip

_LEAST_LANE = 62
_AXIS = 44  # pixels for the times below and the names of deployments above
_REST_MS = 200
_TONES = {
    AlertSeverity.CRITICAL: Tone.RED,
    AlertSeverity.HIGH: Tone.ORANGE,
    AlertSeverity.MEDIUM: Tone.YELLOW,
    AlertSeverity.LOW: Tone.BLUE,
}


class SignalsPanel(Panel):
    """Reads what it draws by itself, off the interface thread, whenever samples arrive.

    `start_brushed(low, high)`: a stretch was selected in which the incident may have begun.
    """

    start_brushed = Signal(object, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__("Signals")
        self._desk = desk
        self._incident = ""
        self._range = ""
        self._learnt = Learnt()
        self._reading = self._stale = False
        self.shown: tuple[int, ...] = ()  # numbers of the series drawn, top to bottom
        self.charts = Strips(desk.theme, ZoneInfo(desk.store.zone))
        self.charts.setObjectName("signals")
        self._bar = QScrollBar(Qt.Orientation.Vertical)
        self._bar.setAccessibleName("Which signals are shown")
        self._bar.hide()
        self._bar.valueChanged.connect(self.refresh)
        self.said = Label("", "muted", wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.ranges = {name: _choice(name, key) for key, name in enumerate(RANGES, start=1)}
        self._lay_out()
        self.charts.brushed.connect(self.start_brushed)
        self.charts.outdated.connect(self.refresh)
        desk.bell.signals_changed.connect(self.refresh)

    def show_incident(self, id: str) -> None:
        """Show the signals of another incident; the same one is read again."""
        if id != self._incident:
            self._incident, self._range = id, ""
            self._bar.setValue(0)
            self._learnt = Learnt()
        self.refresh()

    def choose(self, name: str) -> None:
        """Show one of the ranges."""
        self._range = name
        self.refresh()

    def refresh(self) -> None:
        """Read again; what comes meanwhile waits for one more reading."""
        if self._reading or not self.isVisible() or not self._incident:
            self._stale = True
            return
        self._reading, self._stale = True, False
        job = self._desk.read(self._call(), partial(self._show, self._incident))
        job.ended.connect(self._read)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        self._bar.event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.refresh()

    def _call(self) -> Callable[[], StripsView | None]:
        pixels = max(self.charts.pixels(), 200)
        return partial(
            strips.look,
            self._desk.store,
            self._incident,
            self._learnt,
            pixels=pixels,
            range=self._range,
            first=self._bar.value(),
            most=self._room(),
        )

    def _room(self) -> int:
        """How many strips there is room for."""
        return max(1, (self.charts.height() - _AXIS) // _LEAST_LANE)

    def _read(self) -> None:
        self._reading = False
        if self._stale:
            # Not at once: while an import commits twenty times a second, the charts need not keep its pace.
            QTimer.singleShot(_REST_MS, self, self._catch_up)

    def _catch_up(self) -> None:
        if self._stale:
            self.refresh()

    def _show(self, asked: str, view: StripsView | None) -> None:
        if asked != self._incident:
            return
        self._pages.setCurrentIndex(0 if view is None else 1)
        if view is None:
            self.said.setText("No samples of this system yet.\nCtrl I imports a file of its monitoring.")
            self.remark.show_text("")
            return
        self._show_range(view)
        keys = tuple(curve.number for curve in view.curves)
        if keys != self.shown:
            self.shown = keys
            self.charts.clear()
        for curve in view.curves:
            self._draw(curve)
        self.charts.set_window(view.start, view.end)
        self.charts.set_marks([(one.began, one.title) for one in view.deployments])
        self._show_place(view)
        self.remark.show_text(f"{_of(view)} · drag across to estimate the start")

    def _show_place(self, view: StripsView) -> None:
        """Let the bar stand where the strips shown are among all."""
        self._bar.blockSignals(True)
        self._bar.setRange(0, view.count - len(view.curves))
        self._bar.setPageStep(len(view.curves))
        self._bar.setValue(view.first)
        self._bar.setVisible(view.count > len(view.curves))
        self._bar.blockSignals(False)

    def _show_range(self, view: StripsView) -> None:
        stretch: Stretch = view.stretch
        self.ranges[view.range].setChecked(True)
        self.charts.blockSignals(True)  # what is read already fits this range
        self.charts.set_range(stretch.start, stretch.end)
        self.charts.blockSignals(False)

    def _draw(self, curve: Curve) -> None:
        key = str(curve.number)
        strip = self.charts.strip(key)
        if strip is None:
            strip = self.charts.add(key, curve.signal.metric, _subtitle(curve))
        same = len(curve.low) == 0 or curve.low is curve.high
        strip.set_data(curve.times_us, curve.low, None if same else curve.high, last=curve.last)
        if curve.band is not None:
            band = curve.band
            strip.set_band(band.times_us, band.centre, band.low, band.high)
        strip.set_tone(_TONES[curve.alert] if curve.alert is not None else None)

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        for name, button in self.ranges.items():
            group.addButton(button)
            self.head.addWidget(button)
            button.clicked.connect(partial(self._chosen, name))
        inside = QWidget()
        beside = QHBoxLayout(inside)
        beside.setContentsMargins(PAD, 2, 2, 2)
        beside.setSpacing(2)
        beside.addWidget(self.charts, 1)
        beside.addWidget(self._bar)
        empty = QWidget()
        QVBoxLayout(empty).addWidget(self.said)
        # Laid into its panel first: a stack without a parent shows its first page as a window of its own.
        self._pages = QStackedLayout()
        self.room.addLayout(self._pages, 1)
        self._pages.addWidget(empty)
        self._pages.addWidget(inside)

    def _chosen(self, name: str, _checked: bool) -> None:
        self.choose(name)


def _of(view: StripsView) -> str:
    shown = len(view.curves)
    if shown == view.count:
        return f"{shown} signal{'s' if shown != 1 else ''}"
    return f"{view.first + 1}–{view.first + shown} of {view.count} signals"


def _subtitle(curve: Curve) -> str:
    signal = curve.signal
    labels = ", ".join(signal.labels.values())
    return " · ".join(filter(None, (signal.segment, labels, signal.unit or signal.layer.value)))


def _choice(name: str, key: int) -> QPushButton:
    button = QPushButton(name)
    button.setCheckable(True)
    set_look(button, role="choice")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(f"Show {name}")
    set_tip(button, f"Show {name}   {key}")
    return button
