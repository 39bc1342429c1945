"""Shape, colour and word together for severities and states, so that no meaning hangs on colour alone."""

import math

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from tocsin.reports import fonts, runs
from tocsin.reports.page import INK
from tocsin.reports.text import plain

RED, ORANGE, YELLOW, BLUE, GREEN, GREY = map(
    HexColor, ("#c8321f", "#d9730d", "#b58900", "#1f6fb2", "#2b8a4b", "#6b7480")
)

# Corners, and by how many degrees the first is turned from straight up; 0 corners is a circle.
HEXAGON, TRIANGLE, DIAMOND, CIRCLE, SQUARE = (6, 30), (3, 0), (4, 0), (0, 0), (4, 45)
Shape = tuple[int, int]

_RANKS = {1: (HEXAGON, RED), 2: (TRIANGLE, ORANGE), 3: (DIAMOND, YELLOW), 4: (CIRCLE, BLUE)}
_STATES = {
    "open": (TRIANGLE, ORANGE),
    "re-opened": (TRIANGLE, ORANGE),
    "contained": (DIAMOND, YELLOW),
    "resolved": (CIRCLE, GREEN),
    "closed": (SQUARE, GREY),
    "withdrawn": (SQUARE, GREY),
    "running": (CIRCLE, BLUE),
    "due soon": (DIAMOND, YELLOW),
    "overdue": (HEXAGON, RED),
    "met": (CIRCLE, GREEN),
    "met late": (TRIANGLE, ORANGE),
    "critical": (HEXAGON, RED),
    "high": (TRIANGLE, ORANGE),
    "medium": (DIAMOND, YELLOW),
    "low": (CIRCLE, BLUE),
}


def of_rank(rank: int) -> tuple[Shape, Color]:
    """Return shape and colour of a severity; 1 is the gravest."""
    return _RANKS.get(rank, (SQUARE, GREY))


def of_state(state: str) -> tuple[Shape, Color]:
    """Return shape and colour of a status, a clock's state or a detector's word; grey for an unknown one."""
    return _STATES.get(state, (SQUARE, GREY))


class Badge(Flowable):  # type: ignore[misc]
    """A shape and a word beside it; framed when it is to stand out. `size` in points."""

    def __init__(
        self, word: str, look: tuple[Shape, Color], size: float = 8, *, framed: bool = False
    ) -> None:
        super().__init__()
        self.look, self.size, self.framed = look, size, framed
        self._word = runs.line(plain(word)[:40], fonts.SANS_BOLD)
        self._pad = size * 0.7 if framed else 0.0
        self.width = size * 1.35 + runs.width(self._word, size) + 2 * self._pad
        self.height = size * 1.25 + self._pad

    def draw(self) -> None:
        shape, colour = self.look
        middle = self.height / 2
        if self.framed:
            self.canv.setStrokeColor(colour)
            self.canv.setLineWidth(1)
            self.canv.roundRect(0, 0, self.width, self.height, 3, stroke=1, fill=0)
        self.canv.setFillColor(colour)
        draw_shape(self.canv, shape, self._pad + self.size * 0.42, middle, self.size * 0.46)
        self.canv.setFillColor(INK)
        runs.draw(self.canv, self._pad + self.size * 1.3, middle - self.size * 0.35, self._word, self.size)


def draw_shape(canvas: Canvas, shape: Shape, x: float, y: float, radius: float) -> None:
    """Draw a filled shape around a point, in the canvas's colour."""
    corners, turn = shape
    if corners == 0:
        canvas.circle(x, y, radius * 0.9, stroke=0, fill=1)
        return
    path = canvas.beginPath()
    for corner in range(corners):
        angle = math.radians(90 + turn + corner * 360 / corners)
        point = x + radius * math.cos(angle), y + radius * math.sin(angle)
        (path.lineTo if corner else path.moveTo)(*point)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)
