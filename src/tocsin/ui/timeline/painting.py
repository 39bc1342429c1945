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
from tocsin.ui.timeline.ticks import day_mark, ticks
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
    if scene.focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(scene.palette.accent), 1))
        width = scale.right - scale.left + 12
        painter.drawRoundedRect(QRectF(scale.left - 6.5, 0.5, width, _foot(scene) - 1), 4, 4)
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
    scale, day = scene.scale, ""
    row = _Row(painter, scene)
    folds: list[tuple[float, str]] = []
    for low, high in scale.axis.stretches():
        x0, x1 = max(scale.x(low), scale.left), min(scale.x(high), scale.right)
        if x1 - x0 < 1:
            continue
        is_fold = (low, high) in scale.axis.folds
        if is_fold:
            _paint_fold(painter, scene, x0, x1)
        if is_fold and x1 - x0 < 2 * _TICKS_APART:
            folds.append(((x0 + x1) / 2, span(from_us(high) - from_us(low))))
        else:
            day = _paint_ticks(row, scene, x0, x1, day)
    for x, text in folds:
        row.write(x, text)


def _paint_ticks(row: "_Row", scene: Scene, x0: float, x1: float, day: str) -> str:
    """Paint the ticks between two pixels; return the day of the last label."""
    scale = scene.scale
    low, high = scale.us(x0), scale.us(x1)
    found = ticks(
        low, high, least_us=_TICKS_APART * (high - low) / (x1 - x0), zone=scene.zone, now_us=scene.now_us
    )
    for tick in found:
        row.line(scale.x(tick.us))
        if row.write(scale.x(tick.us), tick.label(day)):
            day = tick.day
    if day != (only := day_mark(low, high, scene.zone, scene.now_us)).day and row.write(
        (x0 + x1) / 2, only.day
    ):
        day = only.day
    return day


class _Row:
    """The row of labels under the lanes; none is written over another."""

    def __init__(self, painter: QPainter, scene: Scene) -> None:
        self._painter, self._scene = painter, scene
        self._metrics = QFontMetricsF(painter.font())
        self._taken: list[tuple[float, float]] = []

    def line(self, x: float) -> None:
        """Draw a tick's line through the lanes."""
        self._painter.setPen(QPen(QColor(self._scene.palette.line), 1))
        self._painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, _foot(self._scene) + 4))

    def write(self, x: float, text: str) -> bool:
        """Write a label centred at a pixel, if there is room for it."""
        width, scale = self._metrics.horizontalAdvance(text), self._scene.scale
        low = min(max(x - width / 2, scale.left - 6), scale.right + 8 - width)
        if not text or any(low < end + 10 and start - 10 < low + width for start, end in self._taken):
            return False
        self._taken.append((low, low + width))
        self._painter.setPen(QColor(self._scene.palette.muted))
        self._painter.drawText(QPointF(low, _foot(self._scene) + AXIS - 5), text)
        return True


def _paint_fold(painter: QPainter, scene: Scene, x0: float, x1: float) -> None:
    """A folded stretch is another ground between two dotted lines: time passes faster there."""
    painter.fillRect(QRectF(x0, 0, x1 - x0, _foot(scene)), QColor(scene.palette.raised))
    painter.setPen(QPen(QColor(scene.palette.muted), 1, Qt.PenStyle.DotLine))
    for x in (x0, x1):
        painter.drawLine(QPointF(round(x) + 0.5, 0), QPointF(round(x) + 0.5, _foot(scene)))


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
        _paint_learned(painter, scene, placed, scene.scale.x(to_us(mark.learned)))


def _paint_learned(painter: QPainter, scene: Scene, placed: Placed, x: float) -> None:
    """Draw the way from when it happened to when we came to know of it (domain.md K5), under the words."""
    y = middle_of(placed.lane, scene.lane_height)
    foot = y + scene.lane_height / 2 - 2
    painter.setPen(QPen(_colour(scene.palette, placed.mark), 1, Qt.PenStyle.DashLine))
    painter.drawPolyline(
        [QPointF(placed.x, y), QPointF(placed.x, foot), QPointF(x, foot), QPointF(x, foot - 5)]
    )


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
    if mark.rank is not None:
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
    metrics = QFontMetricsF(font)
    text = metrics.elidedText(placed.label, Qt.TextElideMode.ElideRight, placed.label_width)
    box = QRectF(placed.label_x, y - scene.lane_height / 2, placed.label_width + 2, scene.lane_height)
    # No line may strike the words through.
    ground = QColor(scene.palette.panel)
    ground.setAlpha(210)
    painter.fillRect(QRectF(box.x() - 2, y - 8, metrics.horizontalAdvance(text) + 4, 16), ground)
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
    if mark.rank is not None:
        return QColor(palette.tone(Tone(tone_of_rank(mark.rank))))
    return QColor(str(getattr(palette, _TONES[mark.lane])))
