"""One feature in both windows: shares side by side, so that what changed is seen."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from tocsin.ui.palette import PAD, SMALL
from tocsin.ui.text import visible
from tocsin.ui.theme import Theme, sans

_HEIGHT, _AXIS, _LEGEND = 84, 16, 16
_TALLEST = 170
_LEAST_BAR = 30  # pixels of a bin, from which its own name is written


class Histograms(QWidget):
    """Shares of the baseline as a quiet bar, of the window as an outlined one over it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._before: tuple[float, ...] = ()
        self._after: tuple[float, ...] = ()
        self._title, self._missing = "", ""
        self.setMinimumHeight(_HEIGHT)
        self.setMaximumHeight(_TALLEST)
        theme.changed.connect(self.update)
        self.hide()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, _HEIGHT)

    def show_shares(
        self, title: str, names: Sequence[str], before: Sequence[float], after: Sequence[float], missing: str
    ) -> None:
        """Show the share of each bin in both windows; one name a bin, or the bounds between, one more."""
        self._title, self._names, self._missing = title, tuple(names), missing
        self._before, self._after = tuple(before), tuple(after)
        self.setAccessibleName(f"{title}: shares before and after. {missing}")
        self.setVisible(bool(before))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        count = len(self._before)
        if not count:
            return
        painter = QPainter(self)
        painter.setFont(sans(SMALL))
        room = QRectF(PAD, _LEGEND + 4, self.width() - 2 * PAD, self.height() - _AXIS - _LEGEND - 6)
        self._legend(painter)
        top = max(*self._before, *self._after, 1e-12)
        wide = room.width() / count
        quiet, ink = self._theme.colour("centre"), self._theme.colour("accent")
        pairs = len(self._names) == count  # words stand beside each other, numbers over each other
        for place, (before, after) in enumerate(zip(self._before, self._after, strict=True)):
            left, height = room.left() + place * wide, before / top * room.height()
            bar = max(wide / 2 - 3 if pairs else wide - 2, 1)
            painter.fillRect(QRectF(left + 2, room.bottom() - height, bar, height), quiet)
            height = after / top * room.height()
            if pairs:
                painter.fillRect(QRectF(left + wide / 2, room.bottom() - height, bar, height), ink)
        if not pairs:
            self._outline(painter, room, wide, top)
        painter.setPen(self._theme.colour("line"))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        self._axis(painter, room, wide)

    def _outline(self, painter: QPainter, room: QRectF, wide: float, top: float) -> None:
        """Draw the window's shares as a stepped line, filled faintly, over the bars of the baseline."""
        points = [room.bottomLeft()]
        for place, after in enumerate(self._after):
            y = room.bottom() - after / top * room.height()
            left = room.left() + place * wide
            points += [QPointF(left, y), QPointF(left + wide, y)]
        points.append(room.bottomRight())
        ink = self._theme.colour("accent")
        painter.setPen(ink)
        painter.setBrush(_faint(QColor(ink), 40))
        painter.drawPolygon(QPolygonF(points))

    def _legend(self, painter: QPainter) -> None:
        painter.setPen(self._theme.colour("muted"))
        line = QRectF(PAD, 0, self.width() - 2 * PAD, _LEGEND)
        metrics = painter.fontMetrics()
        x = line.right() - metrics.horizontalAdvance("baseline") - metrics.horizontalAdvance("window") - 44
        said = " · ".join(filter(None, (visible(self._title), self._missing)))
        shown = metrics.elidedText(said, Qt.TextElideMode.ElideRight, int(x - line.left() - 8))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        for name, colour in (("baseline", "centre"), ("window", "accent")):
            painter.fillRect(QRectF(x, 4, 9, 9), self._theme.colour(colour))
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(QRectF(x + 13, 0, 80, _LEGEND), Qt.AlignmentFlag.AlignVCenter, name)
            x += metrics.horizontalAdvance(name) + 26

    def _axis(self, painter: QPainter, room: QRectF, wide: float) -> None:
        painter.setPen(self._theme.colour("muted"))
        metrics, names = painter.fontMetrics(), self._names
        bounds = len(names) == len(self._before) + 1
        free = room.left()
        for place, name in enumerate(names):
            shown = visible(name)
            if not bounds:
                if wide < _LEAST_BAR and place not in (0, len(names) - 1):
                    continue
                shown = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, int(max(wide, 60)))
            middle = room.left() + (place if bounds else place + 0.5) * wide
            width = metrics.horizontalAdvance(shown)
            left = min(max(middle - width / 2, room.left()), room.right() - width)
            if left >= free:
                painter.drawText(
                    QRectF(left, room.bottom() + 1, width + 1, _AXIS), Qt.AlignmentFlag.AlignLeft, shown
                )
                free = left + width + 8


def _faint(colour: QColor, alpha: int) -> QColor:
    colour.setAlpha(alpha)
    return colour
