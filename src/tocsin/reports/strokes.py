"""The strokes charts are drawn with: lines, small shapes, short texts."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from tocsin.reports import fonts, runs
from tocsin.reports.page import INK, QUIET

Values = NDArray[np.float64]


def stretches(known: NDArray[np.bool_]) -> Iterator[slice]:
    """Yield the unbroken stretches of a mask."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(begin), int(end))


def zigzag(xs: Values, low: Values, high: Values) -> Iterator[tuple[float, float]]:
    """Yield one point where a stretch has one value, two where it has a range, the nearer end first."""
    before = math.nan
    for x, lowest, highest in zip(xs, low, high, strict=True):
        ends = (lowest,) if lowest == highest else (lowest, highest)
        if len(ends) == 2 and abs(before - highest) < abs(before - lowest):
            ends = (highest, lowest)
        for value in ends:
            yield x, value
        before = ends[-1]


def polyline(canvas: Canvas, points: Sequence[tuple[float, float]], *, fill: bool = False) -> None:
    """Draw a line through points, or fill the area they enclose; a single point is a dot."""
    if len(points) == 1:
        (x, y), = points  # fmt: skip
        canvas.circle(float(x), float(y), 0.4, stroke=1, fill=0)
        return
    path = canvas.beginPath()
    # ReportLab writes each number by logarithms, which for thousands of points takes longer than all else.
    # A hundredth of a point is enough, and the last bit of a sum never changes the file.
    path._code += [  # noqa: SLF001
        f"{float(x):.2f} {float(y):.2f} {'l' if number else 'm'}" for number, (x, y) in enumerate(points)
    ]
    canvas.drawPath(path, stroke=not fill, fill=fill)


def triangle(canvas: Canvas, x: float, y: float) -> None:
    """Draw a filled triangle that stands on its tip at a point."""
    path = canvas.beginPath()
    path.moveTo(x - 2.6, y + 5)
    path.lineTo(x + 2.6, y + 5)
    path.lineTo(x, y)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def diamond(canvas: Canvas, x: float, y: float) -> None:
    """Draw a filled diamond around a point."""
    path = canvas.beginPath()
    path.moveTo(x, y + 3)
    for dx, dy in ((3, 0), (0, -3), (-3, 0)):
        path.lineTo(x + dx, y + dy)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def write(
    canvas: Canvas, x: float, y: float, text: str, font: str, size: float, *, quiet: bool = False
) -> None:
    """Write one line of text, in `font` wherever that has the glyph."""
    canvas.setFillColor(QUIET if quiet else INK)
    runs.draw(canvas, x, y, runs.line(text, font), size)


def wrapped(text: str, room: float, most: int) -> list[str]:
    """Return the text in at most so many lines, broken anywhere, the rest as an ellipsis."""
    lines: list[str] = []
    text = text[:200]
    while text and len(lines) < most:
        size = len(text)
        while size > 1 and runs.width(runs.line(text[:size], fonts.SANS_BOLD), 7.5) > room:
            size -= 1
        if size < len(text) and (space := max(text.rfind(c, 0, size) for c in " _-/.")) > size // 2:
            size = space + 1
        lines.append(text[:size].strip())
        text = text[size:]
    if text:
        lines[-1] = f"{lines[-1][:-1]}…"
    return lines


def key_line(canvas: Canvas, x: float, colour: Color, *, dashed: bool = False) -> None:
    """Draw the sample of a line for a legend."""
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(0.8)
    canvas.setDash(*((3, 2) if dashed else ()))
    canvas.line(x, 4.5, x + 13, 4.5)
    canvas.setDash()


def key_patch(canvas: Canvas, x: float, colour: Color) -> None:
    """Draw the sample of an area for a legend."""
    canvas.setFillColor(colour)
    canvas.rect(x, 1.5, 13, 6.5, stroke=0, fill=1)
