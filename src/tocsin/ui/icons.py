"""The drawings of `resources/icons`, in the colours of the theme."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from tocsin.paths import resource
from tocsin.ui.palette import ICON, SHAPES, Tone
from tocsin.ui.theme import Theme

_INK = "#000"  # the one colour in every drawing


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    drawing = resource(f"icons/{name}.svg").read_text("utf-8").replace(f'"{_INK}"', f'"{colour}"')
    return QSvgRenderer(QByteArray(drawing.encode()))


def paint_icon(painter: QPainter, name: str, colour: str, rect: QRectF) -> None:
    """Draw an icon into a rectangle. `colour` is #rrggbb."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name, colour).render(painter, rect)
    painter.restore()


def icon(name: str, colour: str, size_px: int = ICON) -> QIcon:
    """Return an icon for a button, sharp on ordinary and on dense screens. `colour` is #rrggbb."""
    result = QIcon()
    for ratio in (1, 2):
        pixmap = QPixmap(size_px * ratio, size_px * ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_icon(painter, name, colour, QRectF(pixmap.rect()))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        result.addPixmap(pixmap)
    return result


class Icon(QWidget):
    """A small drawing in a colour of the theme."""

    def __init__(self, theme: Theme, name: str, colour: str = "muted", size_px: int = ICON) -> None:
        """`colour` names a field of the palette or a tone."""
        super().__init__()
        self._theme, self._name, self._colour = theme, name, colour
        self.setFixedSize(QSize(size_px, size_px))
        theme.changed.connect(self.update)

    def show_icon(self, name: str, colour: str) -> None:
        """Show another drawing or colour."""
        if (name, colour) != (self._name, self._colour):
            self._name, self._colour = name, colour
            self.update()

    def show_tone(self, tone: Tone) -> None:
        """Show the shape of a tone in its colour."""
        self.show_icon(SHAPES[tone], tone.value)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        colour = self._theme.colour(self._colour).name()
        paint_icon(painter, self._name, colour, QRectF(self.rect()))
