"""Painting one cell of the grid: its box, shape and word below, its curve above them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from tocsin.model.coverage import State
from tocsin.model.instant import from_us
from tocsin.operations.wall import Cell
from tocsin.ui.charts.sparkline import paint_hatch
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import NORMAL, SHAPES, SMALL, Tone, tone_of_rank
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, sans
from tocsin.ui.times import number, short_stamp
from tocsin.ui.wall.words import brief

_HEAD = 20
_VALUE_FROM = 111  # pixels of width from which a cell has room for its newest value
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_FEWEST_COLUMNS = 6  # of operations.wall.COLUMNS: what is narrower is no curve
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def tone(cell: Cell) -> Tone:
    """Return the tone a cell speaks in."""
    return Tone.GREY if cell.tone is None else tone_of_rank(cell.tone)


def curve_box(box: QRectF) -> QRectF:
    """Return where the curve goes."""
    return box.adjusted(6, _HEAD + 3, -6, -7)


def paint_box(painter: QPainter, theme: Theme, box: QRectF, cell: Cell) -> None:
    """Paint what stands still while samples come: ground, border, shape and word."""
    colour = theme.colour
    alerting = cell.alert is not None
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("ground" if cell.state is State.BLIND else "raised"))
    painter.drawRoundedRect(box, 3, 3)
    if cell.state is State.BLIND:
        paint_hatch(painter, box.adjusted(1, 1, -1, -1), colour("line"))
        _paint_word(painter, theme, box)
        return
    style = Qt.PenStyle.DashLine if cell.silent and not alerting else Qt.PenStyle.SolidLine
    painter.setPen(QPen(colour(tone(cell).value if alerting else "line"), 2 if alerting else 1, style))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    _paint_head(painter, theme, _head(box), cell)


def paint_value(painter: QPainter, box: QRectF, cell: Cell, now: datetime) -> None:
    """Paint the newest value, or how old it is, where there is room; with the painter's pen and font."""
    if cell.last is None or cell.until_us is None or box.width() < _VALUE_FROM:
        return
    text = brief(now - from_us(cell.until_us)) if cell.silent else number(cell.last)
    painter.drawText(_head(box), _RIGHT, text)


def has_curve(cell: Cell) -> bool:
    """Whether a cell has a curve worth seeing: samples of a short time fill but a sliver of the range."""
    return cell.curve.size > 0 and int(np.isfinite(cell.curve[::2]).sum()) >= _FEWEST_COLUMNS


def middle(cell: Cell, now: datetime) -> list[str]:
    """Return the words of a cell without a curve: its newest value, or what its alert is about."""
    if cell.last is not None:
        return [number(cell.last)]
    if cell.alert is None:
        return []
    began = cell.alert.start.at if cell.alert.start else cell.alert.time
    return [visible(cell.alert.about), f"since {brief(now - began)}"]


def paint_middle(painter: QPainter, box: QRectF, lines: list[str]) -> None:
    """Paint these words in the middle of a cell, each on a line that ends where room ends."""
    room, metrics = curve_box(box), QFontMetricsF(painter.font())
    height = metrics.height()
    top = room.center().y() - height * len(lines) / 2
    for place, line in enumerate(lines):
        shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(QRectF(room.left(), top + place * height, room.width(), height), _CENTRE, shown)


def looks(cell: Cell) -> tuple[object, ...]:
    """Return all that `paint_box` paints by: a cell that looks the same needs no painting."""
    return cell.state, cell.tone, cell.silent, shown_word(cell)


def paint_name(painter: QPainter, theme: Theme, room: QRectF, name: str) -> None:
    """Paint the name of a system, on two lines where it needs them."""
    painter.fillRect(room, theme.colour("panel"))
    name = visible(name)
    painter.setFont(sans(NORMAL + 1))
    painter.setPen(theme.colour("text"))
    metrics, flags = QFontMetricsF(painter.font()), _LEFT
    lines = 2 if " " in name and metrics.horizontalAdvance(name) > room.width() else 1
    if lines == 2:
        flags |= int(Qt.TextFlag.TextWordWrap)
    shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width() * (1.8 if lines == 2 else 1))
    painter.drawText(room, flags, shown)


def _head(box: QRectF) -> QRectF:
    return QRectF(box.left() + 7, box.top() + 4, box.width() - 13, _HEAD - 3)


def _paint_head(painter: QPainter, theme: Theme, head: QRectF, cell: Cell) -> None:
    shape = "clock" if cell.state is State.SILENT else SHAPES[tone(cell)]
    ink = theme.palette.tone(tone(cell))
    paint_icon(painter, shape, ink, QRectF(head.left(), head.top() + 3.5, 10, 10))
    painter.setPen(theme.colour(tone(cell).value))
    painter.setFont(sans(SMALL, bold=cell.alert is not None))
    painter.drawText(head.adjusted(14, 0, 0, 0), _LEFT, shown_word(cell))


def _paint_word(painter: QPainter, theme: Theme, box: QRectF) -> None:
    painter.setFont(sans(SMALL))
    room = painter.fontMetrics().boundingRect(State.BLIND.value).adjusted(-6, -2, 6, 2)
    room.moveCenter(box.center().toPoint())
    painter.fillRect(room, theme.colour("ground"))
    painter.setPen(theme.colour("muted"))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), State.BLIND.value)


def shown_word(cell: Cell) -> str:
    """Return the word in a cell: its state; how many are silent where others of the layer still come."""
    some = cell.state is State.SILENT and cell.gone < cell.signals
    return f"{cell.gone} silent" if some else cell.state.value


def word(cell: Cell, now: datetime) -> str:
    """Return the word of a cell: its state, and for a silent one since when."""
    if cell.state is State.SILENT and cell.until_us is not None:
        which = f"{cell.gone} of {cell.signals} " if cell.gone < cell.signals else ""
        return f"{which}silent {brief(now - from_us(cell.until_us))}"
    return cell.state.value


def told(cell: Cell, system: str, now: datetime, zone: ZoneInfo) -> list[str]:
    """Say in lines all that is known of a cell, for the tip and for the line below the grid."""
    lines = [visible(f"{system} · {cell.layer}: {word(cell, now)}")]
    if cell.state is State.BLIND:
        return [*lines, "No signal of this layer comes in: nobody is watching."]
    if cell.alert is not None:
        since = cell.alert.start.at if cell.alert.start else cell.alert.time
        what = f"{cell.alert.about}, since {short_stamp(since, zone, now)}: {cell.alert.message}"
        lines.append(visible(what))
        lines.append("It belongs to an incident." if cell.incident else "It belongs to no incident yet.")
    elif cell.signal is not None:
        lines.append(visible(cell.signal.name))
    if cell.until_us is not None and cell.last is not None:
        at = short_stamp(from_us(cell.until_us), zone, now)
        unit = visible(f" {cell.signal.unit}") if cell.signal and cell.signal.unit else ""
        lines.append(f"Newest sample {number(cell.last)}{unit} at {at}")
    if cell.signals > 1:
        lines.append(f"The most telling of {cell.signals} signals")
    return lines
