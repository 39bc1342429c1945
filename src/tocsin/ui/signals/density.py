"""The picture of the evidence: how likely each moment is, the 90 % interval, how the estimate moved."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from tocsin.model.instant import When, from_us, to_us
from tocsin.operations.charts import Times, Values
from tocsin.ui.charts.polygon import polygon
from tocsin.ui.palette import PAD, SMALL, UNSURE_ALPHA
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import short_stamp

_AXIS, _STEP, _MOST = 17, 5, 3  # pixels of the words, and of one former estimate; how many of them
_HEIGHT, _TALLEST = 56, 110
_BESIDE = 1.2  # intervals shown at each side of the interval


class Density(QWidget):
    """Nothing is drawn before there is an estimate. Former estimates are bars below, the newest first."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self._when: When | None = None
        self._times: Times = np.empty(0, np.int64)
        self._density: Values = np.empty(0)
        self._former: tuple[When, ...] = ()
        self._now = from_us(0)
        self.setMinimumHeight(_HEIGHT)
        self.setMaximumHeight(_TALLEST)
        self.setAccessibleName("How likely each moment is the start")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, _HEIGHT)

    def show_evidence(
        self, when: When | None, times_us: Times, density: Values, former: Sequence[When], now: datetime
    ) -> None:
        """Show a density over moments (UTC microseconds, ascending) with its interval."""
        self._when, self._times, self._density, self._now = when, times_us, density, now
        self._former = tuple(former[:_MOST])
        self.setVisible(when is not None and len(times_us) > 1)
        self.update()

    def span(self) -> tuple[int, int]:
        """Return the first and last moment drawn."""
        assert self._when is not None
        low, high = to_us(self._when.low), to_us(self._when.high)
        width = max(high - low, int(self._times[-1] - self._times[0]) // 40, 60_000_000)
        return low - round(_BESIDE * width), high + round(_BESIDE * width)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self._when is None or len(self._times) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(PAD, 2, self.width() - 2 * PAD, self.height() - _AXIS - _STEP * len(self._former) - 2)
        start, end = self.span()
        scale = room.width() / (end - start)

        def x(at: datetime) -> float:
            return min(max(room.left() + (to_us(at) - start) * scale, room.left()), room.right())

        low, high = x(self._when.low), x(self._when.high)
        column = QRectF(low, room.top(), max(high - low, 2.0), room.height())
        painter.fillRect(column, _faint(self._theme.colour("window"), UNSURE_ALPHA))
        self._curve(painter, room, start, end)
        self._bars(painter, room.bottom(), x)
        self._words(painter, low, high)

    def _curve(self, painter: QPainter, room: QRectF, start: int, end: int) -> None:
        at = np.linspace(start, end, max(int(room.width()), 2))
        height = np.interp(at, self._times.astype(np.float64), self._density, left=0.0, right=0.0)
        top = float(height.max()) or 1.0
        xs = room.left() + (at - start) * (room.width() / (end - start))
        ys = room.bottom() - height / top * (room.height() - 3)
        outline = polygon(xs, ys)
        filled = QPolygonF(outline)
        filled.append(QPointF(room.right(), room.bottom()))
        filled.append(QPointF(room.left(), room.bottom()))
        ink = self._theme.colour("red")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_faint(self._theme.colour("red"), 60))
        painter.drawPolygon(filled)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1))
        painter.drawPolyline(outline)

    def _bars(self, painter: QPainter, bottom: float, x: Callable[[datetime], float]) -> None:
        colour = self._theme.colour("muted")
        for place, one in enumerate(self._former):
            y = bottom + 4 + place * _STEP
            painter.setPen(QPen(_faint(QColor(colour), 110), 2))
            painter.drawLine(QPointF(x(one.low), y), QPointF(max(x(one.high), x(one.low) + 1), y))
            painter.setPen(QPen(colour, 4))
            painter.drawPoint(QPointF(x(one.at), y))

    def _words(self, painter: QPainter, low: float, high: float) -> None:
        assert self._when is not None
        painter.setFont(sans(SMALL))
        painter.setPen(self._theme.colour("muted"))
        metrics, line = painter.fontMetrics(), QRectF(0, self.height() - _AXIS, self.width(), _AXIS)
        before = short_stamp(self._when.low, self._zone, self._now)
        after = short_stamp(self._when.high, self._zone, self._now)
        left = max(low - metrics.horizontalAdvance(before) - 4, float(PAD))
        right = min(high + 4, self.width() - PAD - metrics.horizontalAdvance(after))
        right = max(right, left + metrics.horizontalAdvance(before) + 12)
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line.adjusted(left, 0, 0, 0), side, before)
        painter.drawText(line.adjusted(right, 0, 0, 0), side, after)


def _faint(colour: QColor, alpha: int) -> QColor:
    colour.setAlpha(alpha)
    return colour
