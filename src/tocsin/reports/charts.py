"""Signals drawn as vectors: line, baseline band, the incident's window, deployments and thresholds."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from tocsin.model.instant import to_us
from tocsin.model.report import Band, Chart, Charts
from tocsin.reports import fonts, words
from tocsin.reports.page import INK, QUIET, RULE
from tocsin.reports.text import plain

LINE, BAND, CENTRE = HexColor("#23415f"), HexColor("#cfdcea"), HexColor("#8aa5c0")
WINDOW, UNCERTAIN = HexColor("#fbeaea"), HexColor("#f3cfcf")
ALERT, DEPLOYED = HexColor("#c0392b"), HexColor("#1f6fb2")

_LABEL_WIDTH = 104.0
_STRIP_HEIGHT = 66.0
_AXIS_HEIGHT = 18.0
_MARKS_HEIGHT = 13.0
_TICKS = [timedelta(minutes=m) for m in (1, 2, 5, 10, 15, 30)]
_TICKS += [timedelta(hours=h) for h in (1, 2, 3, 6, 12)]
_TICKS += [timedelta(days=d) for d in (1, 2, 7, 14, 28, 56, 91, 182, 365)]


Values = NDArray[np.float64]


class Scale:
    """Turns instants of the charts' common window into points from the left edge of the plot."""

    def __init__(self, charts: Charts, left: float, right: float) -> None:
        self.left, self.right = left, right
        self._begin, self._end = to_us(charts.begin), to_us(charts.end)

    def at(self, instant: datetime) -> float:
        """Return where an instant stands, at the nearest edge when it is outside the window."""
        return float(self.of(np.array([to_us(instant)]))[0])

    def of(self, times_us: NDArray[np.int64]) -> Values:
        """Return where times stand, kept inside the plot."""
        share = (times_us - self._begin) / max(self._end - self._begin, 1)
        return np.asarray(self.left + np.clip(share, 0.0, 1.0) * (self.right - self.left))


class Marks(Flowable):  # type: ignore[misc]
    """The line above the first strip that names deployments, as many as there is room for."""

    def __init__(self, charts: Charts, width: float) -> None:
        super().__init__()
        self.charts, self.width, self.height = charts, width, _MARKS_HEIGHT

    def draw(self) -> None:
        scale = Scale(self.charts, _LABEL_WIDTH, self.width)
        self.canv.setFillColor(DEPLOYED)
        self.canv.setFont(fonts.SANS, 6.8)
        free = 0.0
        for mark in self.charts.marks:
            label, x = plain(mark.label)[:40], scale.at(mark.at)
            room = fonts.width(label, fonts.SANS, 6.8) + 8
            start = min(x, self.width - room)
            if start >= free:
                _triangle(self.canv, x, 3.0)
                self.canv.drawString(start + 5, 2.5, label)
                free = start + room + 4


class Legend(Flowable):  # type: ignore[misc]
    """What the colours and shapes of the strips mean; only what is drawn."""

    def __init__(self, charts: Charts, width: float) -> None:
        super().__init__()
        self.charts, self.width, self.height = charts, width, 16.0

    def draw(self) -> None:
        x = 0.0
        for label, draw in self._keys():
            draw(self.canv, x)
            _write(self.canv, x + 17, 2, label, fonts.SANS, 6.8, quiet=True)
            x += 17 + fonts.width(label, fonts.SANS, 6.8) + 12

    def _keys(self) -> Iterator[tuple[str, Callable[[Canvas, float], None]]]:
        strips = self.charts.strips
        yield "signal", lambda canvas, x: _stroke(canvas, x, LINE)
        if any(chart.band is not None for chart in strips):
            yield "baseline", lambda canvas, x: _patch(canvas, x, BAND)
        yield "incident", lambda canvas, x: _patch(canvas, x, WINDOW)
        if self.charts.start.is_range:
            yield "start uncertain", lambda canvas, x: _patch(canvas, x, UNCERTAIN)
        if self.charts.marks:
            yield "deployment", lambda canvas, x: _stroke(canvas, x, DEPLOYED, dashed=True)
        if any(chart.thresholds for chart in strips):
            yield "alert threshold", lambda canvas, x: _stroke(canvas, x, ALERT, dashed=True)
        if any(chart.alerts for chart in strips):
            yield "alert", _alert_key


class Strip(Flowable):  # type: ignore[misc]
    """One signal: name and last value at the left, the plot at the right, the time axis under the last."""

    def __init__(self, chart: Chart, charts: Charts, width: float, *, zone: str, axis: bool) -> None:
        super().__init__()
        self.chart, self.charts, self.zone, self.axis = chart, charts, zone, axis
        self.width, self.height = width, _STRIP_HEIGHT + (_AXIS_HEIGHT if axis else 0.0)

    def draw(self) -> None:
        scale = Scale(self.charts, _LABEL_WIDTH, self.width)
        bottom, top = self.height - _STRIP_HEIGHT + 5, self.height - 3
        low, high = value_range(self.chart)
        self._bottom, self._per_unit, self._lowest = bottom, (top - bottom) / (high - low), low
        self.canv.saveState()
        self._window(scale, bottom, top)
        self._clip(scale, bottom, top)
        if self.chart.band is not None:
            self._band(self.chart.band, scale)
        self._lines(scale, bottom, top)
        self._signal(scale)
        self.canv.restoreState()
        self._ends(scale, bottom, top, (low, high))
        self._names(top)
        if self.axis:
            self._axis(scale, bottom)

    def _level(self, value: float) -> float:
        return float(self._bottom + (value - self._lowest) * self._per_unit)

    def _clip(self, scale: Scale, bottom: float, top: float) -> None:
        path = self.canv.beginPath()
        path.rect(scale.left, bottom, scale.right - scale.left, top - bottom)
        self.canv.clipPath(path, stroke=0, fill=0)

    def _window(self, scale: Scale, bottom: float, top: float) -> None:
        """Tint the incident's window; the start's own uncertainty is darker."""
        start = self.charts.start
        for colour, begin, end in (
            (WINDOW, start.low, self.charts.until),
            (UNCERTAIN, start.low, start.high),
        ):
            x0, x1 = scale.at(begin), scale.at(end)
            if x1 > x0:
                self.canv.setFillColor(colour)
                self.canv.rect(x0, bottom, x1 - x0, top - bottom, stroke=0, fill=1)

    def _band(self, band: Band, scale: Scale) -> None:
        xs = scale.of(band.times_us)
        known = np.isfinite(band.low) & np.isfinite(band.high)
        for part in _parts(known):
            upper = list(zip(xs[part], map(self._level, band.high[part]), strict=True))
            lower = list(zip(xs[part], map(self._level, band.low[part]), strict=True))
            self.canv.setFillColor(BAND, alpha=0.7)
            _path(self.canv, [*upper, *reversed(lower)], fill=True)
            self.canv.setStrokeColor(CENTRE)
            self.canv.setLineWidth(0.5)
            _path(self.canv, list(zip(xs[part], map(self._level, band.centre[part]), strict=True)))

    def _lines(self, scale: Scale, bottom: float, top: float) -> None:
        self.canv.setLineWidth(0.6)
        self.canv.setDash(3, 2)
        self.canv.setStrokeColor(DEPLOYED)
        for mark in self.charts.marks:
            self.canv.line(scale.at(mark.at), bottom, scale.at(mark.at), top)
        self.canv.setStrokeColor(ALERT)
        for threshold in self.chart.thresholds:
            self.canv.line(scale.left, self._level(threshold), scale.right, self._level(threshold))
        self.canv.setDash()

    def _signal(self, scale: Scale) -> None:
        xs = scale.of(self.chart.times_us)
        self.canv.setStrokeColor(LINE)
        self.canv.setLineWidth(0.7)
        self.canv.setLineJoin(1)
        for part in _parts(np.isfinite(self.chart.low)):
            points = _zigzag(xs[part], self.chart.low[part], self.chart.high[part])
            _path(self.canv, [(x, self._level(value)) for x, value in points])
        self.canv.setFillColor(ALERT)
        for instant in self.chart.alerts:
            _diamond(self.canv, scale.at(instant), self.height - 8)

    def _ends(self, scale: Scale, bottom: float, top: float, ends: tuple[float, float]) -> None:
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.4)
        self.canv.line(scale.left, bottom, scale.right, bottom)
        self.canv.setFillColor(QUIET)
        self.canv.setFont(fonts.SANS, 6.2)
        self.canv.drawRightString(scale.left - 3, top - 6, words.number(ends[1]))
        self.canv.drawRightString(scale.left - 3, bottom, words.number(ends[0]))

    def _names(self, top: float) -> None:
        lines = _wrapped(plain(self.chart.name), _LABEL_WIDTH - 30, 2)
        y = top - 7
        for line in lines:
            _write(self.canv, 0, y, line, fonts.SANS_BOLD, 7.5)
            y -= 9.5
        about = " · ".join(filter(None, (plain(self.chart.segment), plain(self.chart.unit))))
        for line in _wrapped(about, _LABEL_WIDTH - 30, 2) if about else ():
            _write(self.canv, 0, y, line, fonts.SANS, 7, quiet=True)
            y -= 9
        last = "no samples" if self.chart.last is None else words.number(self.chart.last)
        _write(self.canv, 0, y - 4, last, fonts.MONO_BOLD, 10)

    def _axis(self, scale: Scale, bottom: float) -> None:
        self.canv.setFillColor(QUIET)
        self.canv.setStrokeColor(RULE)
        self.canv.setFont(fonts.SANS, 6.8)
        for instant, label in ticks(self.charts.begin, self.charts.end, self.zone):
            x = scale.at(instant)
            self.canv.line(x, bottom, x, bottom - 3)
            half = fonts.width(label, fonts.SANS, 6.8) / 2
            self.canv.drawCentredString(
                min(max(x, scale.left + half), scale.right - half), bottom - 11, label
            )


def value_range(chart: Chart) -> tuple[float, float]:
    """Return the lowest and highest value to draw, with a little room; never an empty range."""
    seen = [np.asarray(chart.low), np.asarray(chart.high), np.array(chart.thresholds, dtype=float)]
    if chart.band is not None:
        seen += [chart.band.low, chart.band.high]
    values = np.concatenate(seen)
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    room = (high - low) * 0.06 or max(abs(low) * 0.05, 0.5)
    return low - room, high + room


def ticks(begin: datetime, end: datetime, zone: str, most: int = 7) -> Iterator[tuple[datetime, str]]:
    """Yield round local times between two instants, with their labels."""
    step = next((t for t in _TICKS if (end - begin) / t <= most), (end - begin) / most)
    local = begin.astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    whole_days = step >= timedelta(days=1)
    for number in range(10_000):
        # Steps of whole days are civil days, so that a tick stays at midnight when the clocks change.
        tick = (
            midnight + number * step if whole_days else (midnight.timestamp() + number * step.total_seconds())
        )
        instant = tick if isinstance(tick, datetime) else datetime.fromtimestamp(tick, ZoneInfo(zone))
        if instant > end:
            return
        if instant >= begin:
            label = words.date(instant, zone).rsplit(" ", 1)[0]
            at_midnight = instant.hour == instant.minute == 0
            yield instant, label if whole_days or at_midnight else instant.strftime("%H:%M")


def _parts(known: NDArray[np.bool_]) -> Iterator[slice]:
    """Yield the unbroken stretches of a mask."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(begin), int(end))


def _zigzag(xs: Values, low: Values, high: Values) -> Iterator[tuple[float, float]]:
    """Yield one point where a stretch has one value, two where it has a range, the nearer end first."""
    before = math.nan
    for x, lowest, highest in zip(xs, low, high, strict=True):
        ends = (lowest,) if lowest == highest else (lowest, highest)
        if len(ends) == 2 and abs(before - highest) < abs(before - lowest):
            ends = (highest, lowest)
        for value in ends:
            yield x, value
        before = ends[-1]


def _path(canvas: Canvas, points: Sequence[tuple[float, float]], *, fill: bool = False) -> None:
    if len(points) == 1:
        (x, y), = points  # fmt: skip
        canvas.circle(float(x), float(y), 0.4, stroke=1, fill=0)
        return
    path = canvas.beginPath()
    path.moveTo(*_rounded(points[0]))
    for point in points[1:]:
        path.lineTo(*_rounded(point))
    canvas.drawPath(path, stroke=not fill, fill=fill)


def _rounded(point: tuple[float, float]) -> tuple[float, float]:
    """Return a point to a hundredth, so that the last bit of a sum never changes the file."""
    return round(float(point[0]), 2), round(float(point[1]), 2)


def _triangle(canvas: Canvas, x: float, y: float) -> None:
    path = canvas.beginPath()
    path.moveTo(x - 2.6, y + 5)
    path.lineTo(x + 2.6, y + 5)
    path.lineTo(x, y)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _diamond(canvas: Canvas, x: float, y: float) -> None:
    path = canvas.beginPath()
    path.moveTo(x, y + 3)
    for dx, dy in ((3, 0), (0, -3), (-3, 0)):
        path.lineTo(x + dx, y + dy)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _write(
    canvas: Canvas, x: float, y: float, text: str, font: str, size: float, *, quiet: bool = False
) -> None:
    canvas.setFillColor(QUIET if quiet else INK)
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)


def _wrapped(text: str, room: float, most: int) -> list[str]:
    """Return the text in at most so many lines, broken anywhere, the rest as an ellipsis."""
    lines: list[str] = []
    while text and len(lines) < most:
        size = len(text)
        while size > 1 and fonts.width(text[:size], fonts.SANS_BOLD, 7.5) > room:
            size -= 1
        if size < len(text) and (space := max(text.rfind(c, 0, size) for c in " _-/.")) > size // 2:
            size = space + 1
        lines.append(text[:size].strip())
        text = text[size:]
    if text:
        lines[-1] = f"{lines[-1][:-1]}…"
    return lines


def _stroke(canvas: Canvas, x: float, colour: Color, *, dashed: bool = False) -> None:
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(0.8)
    canvas.setDash(*((3, 2) if dashed else ()))
    canvas.line(x, 4.5, x + 13, 4.5)
    canvas.setDash()


def _patch(canvas: Canvas, x: float, colour: Color) -> None:
    canvas.setFillColor(colour)
    canvas.rect(x, 1.5, 13, 6.5, stroke=0, fill=1)


def _alert_key(canvas: Canvas, x: float) -> None:
    canvas.setFillColor(ALERT)
    _diamond(canvas, x + 8, 4.5)
