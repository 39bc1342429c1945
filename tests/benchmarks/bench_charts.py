"""Live charts against their bars: 48 strips against bare pyqtgraph, 200 sparklines against bare polylines.

Run: python tests/benchmarks/bench_charts.py [--quick]. Prints medians of one run and their ratios; the two
sides are measured in turns, so that a busy machine disturbs both.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from tocsin.model.instant import EPOCH, When, from_us
from tocsin.ui.charts.sparkline import Sparkline, paint_sparkline, sparkline
from tocsin.ui.charts.strips import Strips
from tocsin.ui.theme import Theme

POINTS = 2000
CHARTS = 48
CURVES = 200
SECOND = 1_000_000
Frame = Callable[[int], None]


def waves(count: int) -> list[npt.NDArray[np.float64]]:
    rng = np.random.default_rng(7)
    return [np.cumsum(rng.normal(size=POINTS + 1000)) for _ in range(count)]


def grid(widgets: list[QWidget], columns: int) -> QWidget:
    page = QWidget()
    layout = QGridLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    for number, widget in enumerate(widgets):
        layout.addWidget(widget, number // columns, number % columns)
    page.resize(1920, 1080)
    page.show()
    return page


def bare_plots(data: list[npt.NDArray[np.float64]]) -> tuple[QWidget, Frame]:
    x = np.arange(POINTS, dtype=float)
    plots = [pg.PlotWidget() for _ in data]
    curves = [plot.plot(pen=pg.mkPen("#9fb6d6")) for plot in plots]
    for plot, values in zip(plots, data, strict=True):
        plot.setRange(xRange=(0, POINTS), yRange=(values.min(), values.max()), padding=0)
        plot.disableAutoRange()

    def frame(tick: int) -> None:
        for curve, values in zip(curves, data, strict=True):
            curve.setData(x, values[tick : tick + POINTS])

    return grid(plots, 8), frame


def our_strips(data: list[npt.NDArray[np.float64]], theme: Theme, each: int) -> tuple[QWidget, Frame]:
    """Stacks of `each` strips, with a band in every strip, as the screens use them."""
    times = np.arange(POINTS, dtype=np.int64) * SECOND
    stacks = [Strips(theme, ZoneInfo("Europe/Berlin"), bare=each == 1) for _ in range(len(data) // each)]
    strips = [stack.add(str(n), "a", "b") for stack in stacks for n in range(each)]
    for stack in stacks:
        stack.set_range(EPOCH, from_us(POINTS * SECOND))
        stack.set_marks([(When(from_us(POINTS * SECOND // 3)), "v14")])
    for strip, values in zip(strips, data, strict=True):
        part = values[:POINTS]
        strip.set_band(times, part, part - 5, part + 5)
        strip.set_data(times, np.where(np.arange(POINTS) % 2, values.min(), values.max()))

    def frame(tick: int) -> None:
        for strip, values in zip(strips, data, strict=True):
            strip.set_data(times, values[tick : tick + POINTS])

    return grid(stacks, 8 if each == 1 else 2), frame


class Polylines(QWidget):
    """Two hundred curves painted the barest way: arrays to polygons, polygons to the painter."""

    def __init__(self, data: list[npt.NDArray[np.float64]]) -> None:
        super().__init__()
        self.data, self.tick = data, 0
        self.x = np.linspace(0, 90, POINTS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(QPen(QColor("#9fb6d6"), 1))
        for number, values in enumerate(self.data):
            part = values[self.tick : self.tick + POINTS]
            low, high = part.min(), part.max()
            left, top = place(number)
            shape = pg.functions.arrayToQPolygonF(self.x + left, top + (high - part) * (36 / (high - low)))
            painter.drawPolyline(shape)


class Sparklines(QWidget):
    """The same with the curves of the house."""

    def __init__(self, data: list[npt.NDArray[np.float64]]) -> None:
        super().__init__()
        self.data = data
        self.curves: list[Sparkline] = []

    def show_tick(self, tick: int) -> None:
        self.curves = [sparkline(values[tick : tick + POINTS], 90, 36) for values in self.data]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter, colour = QPainter(self), QColor("#9fb6d6")
        for number, curve in enumerate(self.curves):
            paint_sparkline(painter, curve, QPointF(*place(number)), colour)


def place(number: int) -> tuple[float, float]:
    return number % 20 * 95.0, number // 20 * 50.0


def bare_polylines(data: list[npt.NDArray[np.float64]]) -> tuple[QWidget, Frame]:
    widget = Polylines(data)

    def frame(tick: int) -> None:
        widget.tick = tick
        widget.update()

    return grid([widget], 1), frame


def our_sparklines(data: list[npt.NDArray[np.float64]]) -> tuple[QWidget, Frame]:
    widget = Sparklines(data)
    return grid([widget], 1), widget.show_tick


def in_turns(
    sides: dict[str, tuple[QWidget, Frame]], application: QApplication, ticks: int
) -> dict[str, float]:
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for tick in range(ticks):
        for name, (_page, frame) in sides.items():
            begin = time.process_time()
            frame(tick)
            application.processEvents()
            spent[name].append((time.process_time() - begin) * 1000)
    return {name: statistics.median(values[3:]) for name, values in spent.items()}


def report(title: str, medians: dict[str, float], bar: float) -> None:
    names = list(medians)
    print(f"\n{title}: CPU ms a refresh, bar {bar} x")
    for name in names:
        print(f"  {name:42} {medians[name]:8.2f}   {medians[name] / medians[names[0]]:5.2f} x")


def main() -> None:
    ticks = 8 if "--quick" in sys.argv else 60
    application = QApplication([])
    theme = Theme(application, "dark")
    data = waves(CHARTS)
    charts = {
        "bare pyqtgraph, fixed ranges": bare_plots(data),
        "strips, one a widget": our_strips(data, theme, 1),
        "strips, six a widget, labels and axis": our_strips(data, theme, 6),
    }
    report(f"{CHARTS} charts of {POINTS} points", in_turns(charts, application, ticks), 1.3)
    many = waves(CURVES)
    curves = {"bare QPainter polylines": bare_polylines(many), "sparklines": our_sparklines(many)}
    report(f"{CURVES} sparklines of {POINTS} points", in_turns(curves, application, ticks), 1.5)


if __name__ == "__main__":
    main()
