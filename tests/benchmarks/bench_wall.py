"""The wall's grid against its bar: 200 cells with new samples each second against bare QPainter polylines.

Run: python tests/benchmarks/bench_wall.py [--quick]. Prints medians of one run and their ratios, all sides
measured in turns, so that a busy machine disturbs them alike. Ours draws boxes, shapes and words too.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from tocsin.model.coverage import State
from tocsin.model.operator import System
from tocsin.model.signal import Layer, Signal
from tocsin.operations.wall import COLUMNS, Cell, Row
from tocsin.ui.theme import Theme
from tocsin.ui.wall.cells import curve_box
from tocsin.ui.wall.grid import Grid

SYSTEMS = 25
SIZE = (1180, 1500)  # all of the 25 rows are seen
POINTS = 2 * COLUMNS
NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
Curves = list[npt.NDArray[np.float64]]


class Polylines(QWidget):
    """Two hundred curves painted the barest way, in the same places and with the same smoothing."""

    def __init__(self, curves: Curves, grid: Grid) -> None:
        super().__init__()
        self.curves, self.tick = curves, 0
        self.boxes = [curve_box(grid.box(row, column)) for row in range(SYSTEMS) for column in range(8)]
        self.x = np.linspace(0, self.boxes[0].width(), POINTS)
        self.resize(*SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#9fb6d6"), 1))
        for values, box in zip(self.curves, self.boxes, strict=True):
            part = values[self.tick : self.tick + POINTS]
            low, high = part.min(), part.max()
            y = box.top() + (high - part) * (box.height() / (high - low))
            painter.drawPolyline(pg.functions.arrayToQPolygonF(self.x + box.left(), y))


def rows(curves: Curves) -> list[Row]:
    made = []
    for number in range(SYSTEMS):
        cells = [
            Cell(
                layer, State.STEADY, 1, Signal("s", "m"), last=1.0, until_us=0, curve=curves[number * 8 + at]
            )
            for at, layer in enumerate(Layer)
        ]
        made.append(Row(System(str(number), f"system {number}"), tuple(cells)))
    return made


def moved(known: list[Row], curves: Curves, tick: int) -> list[Row]:
    """Return the rows with the samples of another second, and so with other words in every cell."""
    flat = iter(curves)
    return [
        replace(
            row,
            cells=tuple(
                replace(cell, curve=next(flat)[tick : tick + POINTS], last=float(tick)) for cell in row.cells
            ),
        )
        for row in known
    ]


def in_turns(sides: dict[str, Callable[[int], None]], application: QApplication, ticks: int) -> None:
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for tick in range(ticks):
        for name, frame in sides.items():
            begin = time.process_time()
            frame(tick)
            application.processEvents()
            spent[name].append((time.process_time() - begin) * 1000)
    medians = {name: statistics.median(values[3:]) for name, values in spent.items()}
    bare = next(iter(medians.values()))
    print(f"{SYSTEMS * 8} sparklines of {POINTS} points: CPU ms a refresh, bar 1.5 x")
    for name, median in medians.items():
        print(f"  {name:42} {median:8.2f}   {median / bare:5.2f} x")


def main() -> None:
    application = QApplication([])
    theme = Theme(application, "dark")
    rng = np.random.default_rng(7)
    curves = [np.cumsum(rng.normal(size=POINTS + 1000)) for _ in range(SYSTEMS * 8)]
    grid = Grid(theme, ZoneInfo("UTC"))
    grid.resize(*SIZE)
    known = rows([curve[:POINTS] for curve in curves])
    grid.show_rows(known, NOW)
    grid.show()
    bare = Polylines(curves, grid)
    bare.show()

    def bare_frame(tick: int) -> None:
        bare.tick = tick
        bare.update()

    ticks = 8 if "--quick" in sys.argv else 40
    views = [moved(known, curves, tick) for tick in range(ticks)]
    sides = {
        "bare QPainter polylines": bare_frame,
        "the grid, new samples and new words": lambda tick: grid.show_rows(views[tick], NOW),
        "the grid, painted again": lambda tick: grid.viewport().update(),
    }
    in_turns(sides, application, ticks)


if __name__ == "__main__":
    main()
