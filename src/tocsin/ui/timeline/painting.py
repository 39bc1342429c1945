"""How the lanes look: names, folds, bars, dots with their labels, the now line and the time axis."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from tocsin.model.instant import from_us, to_us
from tocsin.model.lanes import Mark, Source
from tocsin.model.timeline import LANES
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import SHAPES, SMALL, UNSURE_ALPHA, Palette, Tone, tone_of_rank
from tocsin.ui.theme import mono, sans
from tocsin.ui.timeline.placing import DOT, Placed, Scale
from tocsin.ui.timeline.ticks import ticks
from tocsin.ui.times import span

AXIS = 22  # pixels of the time axis
NAMES = 88  # pixels of the lanes' names
_TICKS_APART = 96
_TONES = {
    "happened": "orange", "detected": "blue", "decided": "yellow", "done": "green", "told": "accent",
    "deployed": "mark", "noted": "grey",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is painted. `note` is what the mark being moved says, `bubble` where it says so."""

    palette: Palette
    scale: Scale
    placed: Sequence[Placed]
    lane_height: float
    zone: str
    now_us: int
    selected: str = ""
    focused: bool = False
    note: str = ""
    bubble: Placed | None = None
    used: frozenset[int] = field(default_factory=frozenset)


def paint(painter: QPainter, scene: Scene) -> None:
    """Paint the lanes."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_lanes(painter, scene)
    _paint_axis(painter, scene)
    _paint_now(painter, scene)
    painter.save()
    scale = scene.scale
    painter.setClipRect(QRectF(scale.left - 8, 0, scale.right - scale.left + 16, _foot(scene)))
    for placed in scene.placed:
        _paint_span(painter, scene, placed)
    for placed in scene.placed:
        _paint_label(painter, scene, placed)
        _paint_dot(painter, scene, placed)
    painter.restore()
    if scene.bubble is not None:
        _paint_bubble(painter, scene, scene.bubble)


def middle_of(lane: int, lane_height: float) -> float:
    """Return the pixel row of a lane's middle."""
    return (lane + 0.5) * lane_height


def _foot(scene: Scene) -> float:
    return len(LANES) * scene.lane_height


def _paint_lanes(painter: QPainter, scene: Scene) -> None:
    palette, scale = scene.palette, scene.scale
    painter.setFont(sans())
    for number, lane in enumerate(LANES):
        y = middle_of(number, scene.lane_height)
        painter.setPen(QColor(palette.text if number in scene.used else palette.muted))
        box = QRectF(0, y - scene.lane_height / 2, NAMES - 8, scene.lane_height)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, lane)
        painter.setPen(QPen(QColor(palette.line), 1))
        painter.drawLine(QPointF(scale.left, round(y) + 0.5), QPointF(scale.right, round(y) + 0.5))


def _paint_axis(painter: QPainter, scene: Scene) -> None:
    painter.setFont(mono(SMALL))
    metrics = QFontMetricsF(painter.font())
    taken = scene.scale.left
    for low, high in scene.scale.axis.stretches():
        x0, x1 = max(scene.scale.x(low), scene.scale.left), min(scene.scale.x(high), scene.scale.right)
        if x1 <= x0:
            continue
        is_fold = (low, high) in scene.scale.axis.folds
        if is_fold:
            _paint_fold(painter, scene, x0, x1)
        if is_fold and x1 - x0 < 2 * _TICKS_APART:
            text = span(from_us(high) - from_us(low))
            taken = _paint_fold_label(painter, scene, (x0 + x1) / 2, text, taken, metrics)
            continue
        taken = _paint_ticks(painter, scene, x0, x1, taken, metrics)


def _paint_ticks(
    painter: QPainter, scene: Scene, x0: float, x1: float, taken: float, metrics: QFontMetricsF
) -> float:
    """Paint the ticks between two pixels; return where their last label ends."""
    scale, foot = scene.scale, _foot(scene)
    low, high = scale.us(x0), scale.us(x1)
    least = _TICKS_APART * (high - low) / (x1 - x0)
    for tick in ticks(low, high, least_us=least, zone=scene.zone):
        x, width = scale.x(tick.us), metrics.horizontalAdvance(tick.text)
        painter.setPen(QPen(QColor(scene.palette.line), 1))
        painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, foot + 4))
        start = x - width / 2
        if start >= taken and start + width <= scale.right + 8:
            painter.setPen(QColor(scene.palette.muted))
            painter.drawText(QPointF(start, foot + AXIS - 5), tick.text)
            taken = start + width + 12
    return taken


def _paint_fold(painter: QPainter, scene: Scene, x0: float, x1: float) -> None:
    """A folded stretch is a darker strip between two dotted lines: time passes there faster."""
    tint = QColor(scene.palette.raised)
    painter.fillRect(QRectF(x0, 0, x1 - x0, _foot(scene)), tint)
    pen = QPen(QColor(scene.palette.muted), 1, Qt.PenStyle.DotLine)
    painter.setPen(pen)
    for x in (x0, x1):
        painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, _foot(scene)))


def _paint_fold_label(
    painter: QPainter, scene: Scene, x: float, text: str, taken: float, metrics: QFontMetricsF
) -> float:
    width = metrics.horizontalAdvance(text)
    if x - width / 2 < taken:
        return taken
    painter.setPen(QColor(scene.palette.muted))
    painter.drawText(QPointF(x - width / 2, _foot(scene) + AXIS - 5), text)
    return x + width / 2 + 12


def _paint_now(painter: QPainter, scene: Scene) -> None:
    x = scene.scale.x(scene.now_us)
    if not scene.scale.left <= x <= scene.scale.right:
        return
    foot = _foot(scene)
    painter.setPen(QPen(QColor(scene.palette.text), 1.5))
    painter.drawLine(QPointF(x, 0), QPointF(x, foot + 4))
    painter.setFont(sans(SMALL))
    width = QFontMetricsF(painter.font()).horizontalAdvance("now")
    at = x + 5 if x + 5 + width <= scene.scale.right + 8 else x - 5 - width
    painter.drawText(QPointF(at, 11), "now")


def _paint_span(painter: QPainter, scene: Scene, placed: Placed) -> None:
    y, mark = middle_of(placed.lane, scene.lane_height), placed.mark
    colour = _colour(scene.palette, mark)
    if placed.is_bar:
        colour.setAlpha(UNSURE_ALPHA * 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        height = DOT + 2
        painter.drawRoundedRect(QRectF(placed.left, y - height / 2, placed.right - placed.left, height), 6, 6)
    if mark.learned is not None and len(placed.marks) == 1:
        # From when it happened to when we came to know of it (domain.md K5).
        x = scene.scale.x(to_us(mark.learned))
        painter.setPen(QPen(_colour(scene.palette, mark), 1.5, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(placed.right, y + DOT / 2), QPointF(x, y + DOT / 2))
        painter.drawLine(QPointF(x, y + 1), QPointF(x, y + DOT / 2))


def _paint_dot(painter: QPainter, scene: Scene, placed: Placed) -> None:
    x, y, mark = placed.x, middle_of(placed.lane, scene.lane_height), placed.mark
    chosen = any(each.id == scene.selected for each in placed.marks)
    if chosen:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(scene.palette.accent if scene.focused else scene.palette.muted), 2))
        if placed.is_bar:
            bar = QRectF(placed.left - 2, y - DOT / 2 - 3, placed.right - placed.left + 4, DOT + 6)
            painter.drawRoundedRect(bar, 8, 8)
        else:
            painter.drawEllipse(QPointF(x, y), DOT / 2 + 4, DOT / 2 + 4)
    colour = _colour(scene.palette, mark)
    box = QRectF(x - DOT / 2, y - DOT / 2, DOT, DOT)
    if mark.rank:
        paint_icon(painter, SHAPES[tone_of_rank(mark.rank)], colour.name(), box.adjusted(-2, -2, 2, 2))
        return
    painter.setPen(QPen(colour, 1.5))
    hollow = bool(mark.withdrawn)
    painter.setBrush(Qt.BrushStyle.NoBrush if hollow else colour)
    painter.drawEllipse(box.adjusted(1, 1, -1, -1))
    if mark.conflict:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(scene.palette.orange), 1.5, Qt.PenStyle.DashLine))
        painter.drawEllipse(box.adjusted(-3, -3, 3, 3))


def _paint_label(painter: QPainter, scene: Scene, placed: Placed) -> None:
    if placed.label_width <= 0:
        return
    y, mark = middle_of(placed.lane, scene.lane_height), placed.mark
    font = sans(bold=any(each.id == scene.selected for each in placed.marks) and scene.focused)
    font.setStrikeOut(bool(mark.withdrawn))
    painter.setFont(font)
    painter.setPen(QColor(scene.palette.muted if mark.withdrawn else scene.palette.text))
    text = QFontMetricsF(font).elidedText(placed.label, Qt.TextElideMode.ElideRight, placed.label_width)
    box = QRectF(placed.label_x, y - scene.lane_height / 2, placed.label_width + 2, scene.lane_height)
    # The lane's line must not strike the words through.
    painter.fillRect(
        QRectF(box.x() - 2, y - 1, min(QFontMetricsF(font).horizontalAdvance(text), box.width()) + 4, 3),
        QColor(scene.palette.panel),
    )
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)


def _paint_bubble(painter: QPainter, scene: Scene, placed: Placed) -> None:
    """Show the new time above the mark that is being moved, or below it in the uppermost lane."""
    painter.setFont(mono())
    width = QFontMetricsF(painter.font()).horizontalAdvance(scene.note) + 16
    x = min(max(placed.x - width / 2, scene.scale.left), scene.scale.right - width)
    y = middle_of(placed.lane, scene.lane_height)
    top = y - 36 if placed.lane else y + 12
    box = QRectF(x, top, width, 24)
    painter.setBrush(QColor(scene.palette.selected))
    painter.setPen(QPen(QColor(scene.palette.accent), 1))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(scene.palette.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, scene.note)


def _colour(palette: Palette, mark: Mark) -> QColor:
    if mark.withdrawn:
        return QColor(palette.muted)
    if mark.source is Source.START:
        return QColor(palette.red)
    if mark.rank:
        return QColor(palette.tone(Tone(tone_of_rank(mark.rank))))
    return QColor(str(getattr(palette, _TONES[mark.lane])))
