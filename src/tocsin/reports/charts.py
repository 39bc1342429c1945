"""Signals drawn as vectors: line, baseline band, the incident's window, deployments and thresholds."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from tocsin.model.instant import to_us
from tocsin.model.report import Band, Chart, Charts
from tocsin.reports import fonts, runs, strokes, words
from tocsin.reports.page import QUIET, RULE
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
        free = 0.0
        for mark in self.charts.marks:
            label, x = runs.line(plain(mark.label)[:40], fonts.SANS), scale.at(mark.began.high)
            if mark.began.is_range:  # since when it may have served
                self.canv.rect(
                    scale.at(mark.began.low), 0.6, x - scale.at(mark.began.low), 1.0, stroke=0, fill=1
                )
            room = runs.width(label, 6.8) + 8
            start = min(x, self.width - room)
            if start >= free:
                strokes.triangle(self.canv, x, 3.0)
                runs.draw(self.canv, start + 5, 2.5, label, 6.8)
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
            strokes.write(self.canv, x + 17, 2, label, fonts.SANS, 6.8, quiet=True)
            x += 17 + fonts.width(label, fonts.SANS, 6.8) + 12

    def _keys(self) -> Iterator[tuple[str, Callable[[Canvas, float], None]]]:
        strips = self.charts.strips
        yield "signal", lambda canvas, x: strokes.key_line(canvas, x, LINE)
        if any(chart.band is not None for chart in strips):
            yield "baseline", lambda canvas, x: strokes.key_patch(canvas, x, BAND)
        yield "incident", lambda canvas, x: strokes.key_patch(canvas, x, WINDOW)
        if self.charts.start.is_range:
            yield "start uncertain", lambda canvas, x: strokes.key_patch(canvas, x, UNCERTAIN)
        if self.charts.marks:
            yield "deployment", lambda canvas, x: strokes.key_line(canvas, x, DEPLOYED, dashed=True)
        if any(mark.began.is_range for mark in self.charts.marks):
            yield "deployed within", lambda canvas, x: strokes.key_line(canvas, x, DEPLOYED)
        if any(chart.thresholds for chart in strips):
            yield "alert threshold", lambda canvas, x: strokes.key_line(canvas, x, ALERT, dashed=True)
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
        for part in strokes.stretches(known):
            upper = list(zip(xs[part], map(self._level, band.high[part]), strict=True))
            lower = list(zip(xs[part], map(self._level, band.low[part]), strict=True))
            self.canv.setFillColor(BAND, alpha=0.7)
            strokes.polyline(self.canv, [*upper, *reversed(lower)], fill=True)
            self.canv.setStrokeColor(CENTRE)
            self.canv.setLineWidth(0.5)
            strokes.polyline(self.canv, list(zip(xs[part], map(self._level, band.centre[part]), strict=True)))

    def _lines(self, scale: Scale, bottom: float, top: float) -> None:
        self.canv.setLineWidth(0.6)
        self.canv.setDash(3, 2)
        self.canv.setStrokeColor(DEPLOYED)
        for mark in self.charts.marks:
            x = scale.at(mark.began.high)
            self.canv.line(x, bottom, x, top)
        self.canv.setStrokeColor(ALERT)
        for threshold in self.chart.thresholds:
            self.canv.line(scale.left, self._level(threshold), scale.right, self._level(threshold))
        self.canv.setDash()

    def _signal(self, scale: Scale) -> None:
        xs = scale.of(self.chart.times_us)
        self.canv.setStrokeColor(LINE)
        self.canv.setLineWidth(0.7)
        self.canv.setLineJoin(1)
        for part in strokes.stretches(np.isfinite(self.chart.low)):
            points = strokes.zigzag(xs[part], self.chart.low[part], self.chart.high[part])
            strokes.polyline(self.canv, [(x, self._level(value)) for x, value in points])
        self.canv.setFillColor(ALERT)
        for instant in self.chart.alerts:
            strokes.diamond(self.canv, scale.at(instant), self.height - 8)

    def _ends(self, scale: Scale, bottom: float, top: float, ends: tuple[float, float]) -> None:
        self.canv.setStrokeColor(RULE)
        self.canv.setLineWidth(0.4)
        self.canv.line(scale.left, bottom, scale.right, bottom)
        self.canv.setFillColor(QUIET)
        self.canv.setFont(fonts.SANS, 6.2)
        self.canv.drawRightString(scale.left - 3, top - 6, words.number(ends[1]))
        self.canv.drawRightString(scale.left - 3, bottom, words.number(ends[0]))

    def _names(self, top: float) -> None:
        lines = strokes.wrapped(plain(self.chart.name), _LABEL_WIDTH - 30, 2)
        y = top - 7
        for line in lines:
            strokes.write(self.canv, 0, y, line, fonts.SANS_BOLD, 7.5)
            y -= 9.5
        about = " · ".join(filter(None, (plain(self.chart.segment), plain(self.chart.unit))))
        for line in strokes.wrapped(about, _LABEL_WIDTH - 30, 2) if about else ():
            strokes.write(self.canv, 0, y, line, fonts.SANS, 7, quiet=True)
            y -= 9
        last = "no samples" if self.chart.last is None else words.number(self.chart.last)
        strokes.write(self.canv, 0, y - 4, last, fonts.MONO_BOLD, 10)

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
    """Return the lowest and highest value to draw, with a little room; never an empty range.

    Signal and thresholds are always in it; of a band that is far wider, only as much as leaves the signal
    half of the height.
    """
    values = np.concatenate([chart.low, chart.high, np.array(chart.thresholds, dtype=float)])
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    if chart.band is not None and high > low:
        most = (high - low) / 2
        low = max(min(low, float(chart.band.low.min())), low - most)
        high = min(max(high, float(chart.band.high.max())), high + most)
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


def _alert_key(canvas: Canvas, x: float) -> None:
    canvas.setFillColor(ALERT)
    strokes.diamond(canvas, x + 8, 4.5)
