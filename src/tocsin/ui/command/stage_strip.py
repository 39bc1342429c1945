"""The strip of stages in the header: ticked with their time, the present one standing out."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tocsin.model.stages import Stage
from tocsin.ui.icons import paint_icon
from tocsin.ui.palette import SMALL
from tocsin.ui.text import set_tip
from tocsin.ui.theme import Theme, mono, sans
from tocsin.ui.times import short_stamp, stamp

_HEIGHT = 38
_WIDEST = 132


class StageStrip(QWidget):
    """One cell a stage."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self._stages: tuple[Stage, ...] = ()
        self._now: datetime | None = None
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(520, _HEIGHT)

    def show_stages(self, stages: tuple[Stage, ...], now: datetime) -> None:
        """Show the stages."""
        self._stages, self._now = stages, now
        words = [f"{s.name} {stamp(s.at, self._zone)}" for s in stages if s.at is not None]
        self.setAccessibleName("Stages: " + ", ".join(words))
        set_tip(self, "\n".join(words))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        width = min(_WIDEST, (self.width() - 1) // max(1, len(self._stages)))
        for i, stage in enumerate(self._stages):
            self._paint(painter, QRect(i * width, 0, width, _HEIGHT - 1), stage)

    def _paint(self, painter: QPainter, rect: QRect, stage: Stage) -> None:
        palette = self._theme.palette
        colour = palette.green if stage.at else palette.orange if stage.current else palette.muted
        painter.setPen(self._theme.colour("orange" if stage.current else "line"))
        painter.setBrush(self._theme.colour("orange_fill" if stage.current else "raised"))
        painter.drawRect(rect)
        name = "check" if stage.at else "clock" if stage.current else ""
        if name:
            paint_icon(painter, name, colour, QRectF(rect.left() + 6, rect.top() + 5, 11, 11))
        painter.setPen(colour)
        left = rect.left() + (20 if name else 8)
        self._line(
            painter, QRect(left, rect.top() + 2, rect.right() - left - 1, 17), stage.name, sans(SMALL + 1)
        )
        when = self._when(stage)
        below = QRect(rect.left() + 8, rect.top() + 19, rect.width() - 11, 15)
        self._line(painter, below, when, mono(SMALL) if stage.at else sans(SMALL))

    def _when(self, stage: Stage) -> str:
        if stage.at is not None and self._now is not None:
            return short_stamp(stage.at, self._zone, self._now)
        return "next" if stage.current else "—"

    def _line(self, painter: QPainter, rect: QRect, text: str, font: object) -> None:
        painter.setFont(font)  # type: ignore[arg-type]
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
