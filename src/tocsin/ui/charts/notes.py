"""Upright lines with words at their foot, laid out so that no words cover others."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from tocsin.ui.charts.scene import HEAD, Note, Scene
from tocsin.ui.palette import SMALL
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, sans

_LINE = 17  # pixels of a line of words
_FOOT = 12  # pixels below them, free for what marks departures
_SIDE = 6
_CENTRE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_notes(painter: QPainter, scene: Scene, theme: Theme) -> None:
    """Paint the notes of a scene; those outside the time shown are left out."""
    painter.setFont(sans(SMALL))
    metrics = QFontMetricsF(painter.font())
    for note, box in placed(scene, metrics.horizontalAdvance):
        colour = theme.colour(note.tone.value if note.tone else "text")
        x = _column(scene, note)
        style = Qt.PenStyle.DashLine if note.dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 1, style))
        painter.drawLine(QPointF(x, HEAD if scene.marks else 0), QPointF(x, scene.height))  # below the names
        ground = theme.colour("panel")
        ground.setAlpha(200)
        painter.fillRect(box, ground)
        painter.setPen(colour)
        painter.drawText(box.adjusted(3, 0, 0, 0), _CENTRE, visible(note.text))


def placed(scene: Scene, width: Callable[[str], float]) -> list[tuple[Note, QRectF]]:
    """Return the notes shown with the boxes of their words: at the right of the line where there is room."""
    found: list[tuple[Note, QRectF]] = []
    for note in sorted(scene.notes, key=lambda one: one.at):
        if not 0 <= scene.x(note.at) <= scene.width:
            continue
        x = _column(scene, note)
        wide = width(visible(note.text)) + 6
        left = x + _SIDE if x + _SIDE + wide <= scene.width else x - _SIDE - wide
        box = QRectF(max(left, 0.0), scene.height - _FOOT - _LINE, wide, _LINE)
        while any(box.intersects(other) for _, other in found):
            box.translate(0, -_LINE)
        found.append((note, box))
    return found


def _column(scene: Scene, note: Note) -> float:
    """Return where the line stands: on a column of pixels, so that it is sharp."""
    return min(max(round(scene.x(note.at)), 0), scene.width - 1) + 0.5
