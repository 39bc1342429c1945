"""Painting of a scene: bands, incident window and marks below the curves, the cursor's reading above them."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from tocsin.model.instant import When, from_us, to_us
from tocsin.ui.charts.notes import paint_notes
from tocsin.ui.charts.scene import HEAD, Scene
from tocsin.ui.charts.strip import Strip
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import SHAPES, SMALL, UNSURE_ALPHA, WINDOW_ALPHA
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import number, stamp

_CENTRE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_BRUSH_ALPHA = 50
_BAR, _BAR_ALPHA = 3, 130  # pixels high; over the time in which a version may have begun
_EPISODE = 3  # pixels high: the bar below a departure
_APART = 10  # pixels between two marks
SILENT = "no samples in this range"
_LEAST_NAME = 40  # pixels; less of a name says nothing
_LONGEST = 28  # letters of a mark's name


def paint_ground(painter: QPainter, scene: Scene, theme: Theme) -> None:
    """Paint all that stands still, in pixels of the view."""
    painter.fillRect(QRectF(0, 0, scene.width, scene.height), theme.colour("panel"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for place, strip in enumerate(scene.strips):
        _paint_band(painter, scene, theme, place, strip)
        if strip.silent:
            _paint_silence(painter, scene, theme, place)
        if place:
            _line(painter, theme, 0, scene.lane_px(place)[0], scene.width)
    _paint_window(painter, scene, theme)
    for place, strip in enumerate(scene.strips):
        _paint_episodes(painter, scene, theme, place, strip)
    _paint_marks(painter, scene, theme)
    paint_notes(painter, scene, theme)


def paint_cursor(
    painter: QPainter, scene: Scene, theme: Theme, zone: ZoneInfo, cursor: float, anchor: float | None
) -> None:
    """Paint the line under the mouse, what the strips read there, and the stretch selected so far."""
    if anchor is not None:
        stretch = QRectF(QPointF(anchor, 0), QPointF(cursor, scene.height)).normalized()
        painter.fillRect(stretch, _faint(theme.colour("accent"), _BRUSH_ALPHA))
    painter.setPen(QPen(theme.colour("muted"), 1))
    painter.drawLine(QPointF(cursor, 0), QPointF(cursor, scene.height))
    moment = scene.time(cursor)
    painter.setFont(sans(SMALL))
    _paint_note(painter, scene, theme, cursor, 1, stamp(moment, zone))
    painter.setFont(mono(SMALL))
    for place, strip in enumerate(scene.strips):
        top, height = scene.lane_px(place)
        reading = _reading(strip, to_us(moment))
        if reading:
            _paint_note(painter, scene, theme, cursor, max(top + height - HEAD, HEAD), reading)


def _paint_band(painter: QPainter, scene: Scene, theme: Theme, place: int, strip: Strip) -> None:
    if strip.band is None or strip.between is None:
        return
    outline, centre = strip.band_shape(scene.frame, scene.lane(place), scene.width, scene.height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("band"))
    painter.drawPolygon(outline)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("centre"), 1, Qt.PenStyle.DotLine))
    painter.drawPolyline(centre)


def _paint_episodes(painter: QPainter, scene: Scene, theme: Theme, place: int, strip: Strip) -> None:
    """Draw a bar at the foot of a lane while a detector saw a departure, with its shape where it began."""
    top, height = scene.lane_px(place)
    foot = top + height - _EPISODE - 2
    for one in strip.episodes:
        left = scene.x(from_us(one.start_us))
        right = scene.width if one.end_us is None else max(scene.x(from_us(one.end_us)), left + 2)
        if right < 0 or left > scene.width:
            continue
        ink = theme.colour(one.tone.value)
        bar = QRectF(max(left, 0.0), foot, min(right, scene.width) - max(left, 0.0), _EPISODE)
        painter.fillRect(bar, _faint(theme.colour(one.tone.value), _BAR_ALPHA))
        if left >= 0:
            paint_icon(painter, SHAPES[one.tone], ink.name(), QRectF(left - 5, foot - 4, 10, 10))


def _paint_silence(painter: QPainter, scene: Scene, theme: Theme, place: int) -> None:
    """Say in the middle of a lane why it is empty."""
    top, height = scene.lane_px(place)
    painter.setFont(sans(SMALL))
    painter.setPen(theme.colour("muted"))
    painter.drawText(QRectF(0, top, scene.width, height), Qt.AlignmentFlag.AlignCenter, SILENT)


def _paint_window(painter: QPainter, scene: Scene, theme: Theme) -> None:
    if scene.start is None:
        return
    colour = theme.colour("window")
    low, high = scene.x(scene.start.low), scene.x(scene.start.high)
    end = scene.width if scene.end is None else scene.x(scene.end)
    painter.fillRect(_column(scene, low, end), _faint(colour, WINDOW_ALPHA))
    painter.fillRect(_column(scene, low, max(high, low + 2)), _faint(colour, UNSURE_ALPHA))
    if scene.start.is_range:
        painter.setPen(QPen(_faint(colour, 160), 1, Qt.PenStyle.DotLine))
        at = scene.x(scene.start.at)
        painter.drawLine(QPointF(at, 0), QPointF(at, scene.height))


def _paint_marks(painter: QPainter, scene: Scene, theme: Theme) -> None:
    painter.setFont(sans(SMALL))
    metrics, taken = QFontMetricsF(painter.font()), -1.0
    for began, _label in scene.marks:
        _paint_unsure(painter, scene, theme, began)
    for x, label in _together(scene):
        painter.setPen(QPen(theme.colour("mark"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, HEAD - 6), QPointF(x, scene.height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("mark"))
        painter.drawPolygon(QPolygonF([QPointF(x - 4, 4), QPointF(x + 4, 4), QPointF(x, 12)]))
        at_right = x + 8 + metrics.horizontalAdvance(label) <= scene.width
        room = scene.width - x - 8 if at_right else x - 8 - max(taken, 0.0)
        if (at_right and x + 8 <= taken) or room < _LEAST_NAME:
            continue  # a name that would lie over the one before is left out
        shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(shown)
        left = x + 8 if at_right else x - 8 - width
        painter.setPen(theme.colour("mark"))
        painter.drawText(QRectF(left, 0, width + 1, HEAD - 4), _CENTRE, shown)
        taken = left + width + 6


def _paint_unsure(painter: QPainter, scene: Scene, theme: Theme, began: When) -> None:
    """Draw a bar below the names, over the time in which a version may have begun to serve."""
    left, right = max(scene.x(began.low), 0.0), min(scene.x(began.high), float(scene.width))
    if began.is_range and right > left:
        painter.fillRect(
            QRectF(left, HEAD - _BAR, right - left, _BAR), _faint(theme.colour("mark"), _BAR_ALPHA)
        )


def _together(scene: Scene) -> list[tuple[float, str]]:
    """Return the marks shown; those that would touch become one that says how many it stands for."""
    groups: list[tuple[float, str, int]] = []
    for began, label in sorted(scene.marks, key=lambda mark: (mark[0].high, mark[1])):
        x = scene.x(began.high)
        if not 0 <= x <= scene.width:
            continue
        if groups and x - groups[-1][0] < _APART:
            groups[-1] = (*groups[-1][:2], groups[-1][2] + 1)
        else:
            groups.append((x, visible(label if len(label) <= _LONGEST else f"{label[:_LONGEST]}…"), 0))
    return [(x, f"{label} +{more}" if more else label) for x, label, more in groups]


def _paint_note(painter: QPainter, scene: Scene, theme: Theme, x: float, top: float, text: str) -> None:
    width = painter.fontMetrics().horizontalAdvance(text) + 10
    left = x + 6 if x + 6 + width <= scene.width else x - 6 - width
    box = QRectF(left, top, width, HEAD - 3)
    painter.fillRect(box, _faint(theme.colour("raised"), 230))
    painter.setPen(theme.colour("text"))
    painter.drawText(box.adjusted(5, 0, 0, 0), _CENTRE, text)


def _reading(strip: Strip, time_us: int) -> str:
    index = strip.at(time_us)
    if index is None:
        return ""
    low = number(float(strip.low[index]))
    high = low if strip.high is None else number(float(strip.high[index]))
    return low if low == high else f"{low} … {high}"


def _line(painter: QPainter, theme: Theme, left: float, y: float, right: float) -> None:
    painter.setPen(QPen(theme.colour("raised"), 1))
    painter.drawLine(QPointF(left, y), QPointF(right, y))


def _column(scene: Scene, left: float, right: float) -> QRectF:
    left, right = max(left, 0.0), min(right, float(scene.width))
    return QRectF(left, 0, max(right - left, 0.0), scene.height)


def _faint(colour: QColor, alpha: int) -> QColor:
    colour.setAlpha(alpha)
    return colour
