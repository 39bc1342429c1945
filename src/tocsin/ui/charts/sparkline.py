"""The small curves of the wall: made once when data comes, painted straight with QPainter."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from tocsin.ui.charts.polygon import Floats, polygon


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A curve in units of its own box: polylines between gaps, one that fits `columns` pixels of width."""

    lines: tuple[QPolygonF, ...]
    size: tuple[float, float]


def sparkline(values: Floats, width_px: float, height_px: float) -> Sparkline:
    """Return the curve of equally spaced values in a box of that size.

    More values than the box has pixels are reduced to the least and greatest of each pixel. NaN leaves a gap.
    A curve that does not move lies in the middle.
    """
    columns = max(int(width_px), 2)
    x, y = (
        _reduced(values, columns)
        if values.size > 2 * columns
        else (np.arange(values.size, dtype=float), values)
    )
    finite = np.isfinite(y)
    if not finite.any():
        return Sparkline((), (width_px, height_px))
    low, high = float(y[finite].min()), float(y[finite].max())
    x = x * (width_px / max(values.size - 1, 1))
    y = (high - y) * (height_px / (high - low)) if high > low else np.where(finite, height_px / 2, np.nan)
    if finite.all():
        return Sparkline((polygon(x, y),), (width_px, height_px))
    cuts = np.flatnonzero(np.diff(finite.astype(np.int8))) + 1
    parts = zip(np.split(x, cuts), np.split(y, cuts), strict=True)
    return Sparkline(tuple(polygon(a, b) for a, b in parts if np.isfinite(b[0])), (width_px, height_px))


def paint_sparkline(painter: QPainter, curve: Sparkline, at: QPointF, colour: QColor) -> None:
    """Paint the curve with its upper left corner there."""
    painter.save()
    painter.translate(at)
    painter.setPen(QPen(colour, 1))
    for line in curve.lines:
        painter.drawPolyline(line)
    painter.restore()


def paint_marks(painter: QPainter, parts: Sequence[float], box: QRectF, colour: QColor) -> None:
    """Paint an upright line where versions began to serve, each a part of the box's width from its left."""
    painter.setPen(QPen(colour, 1))
    for part in parts:
        x = round(box.left() + part * box.width()) + 0.5
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))


def paint_hatch(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """Paint the grey hatch that says: nobody is watching here."""
    painter.save()
    painter.setClipRect(box)
    painter.setPen(QPen(colour, 1))
    for x in range(int(-box.height()), int(box.width()), 8):
        foot = QPointF(box.left() + x, box.bottom())
        painter.drawLine(foot, foot + QPointF(box.height(), -box.height()))
    painter.restore()


def _reduced(values: Floats, columns: int) -> tuple[Floats, Floats]:
    edges = np.linspace(0, values.size, columns + 1)[:-1].astype(np.intp)
    pairs = np.empty(columns * 2)
    # fmin and fmax pass over NaN; a column of nothing else stays a gap.
    pairs[0::2], pairs[1::2] = np.fmin.reduceat(values, edges), np.fmax.reduceat(values, edges)
    return np.repeat(edges.astype(float), 2), pairs
