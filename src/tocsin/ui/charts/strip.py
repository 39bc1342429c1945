"""One signal in a stack of strips: its samples, its band, its title, and where they fall in its lane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtGui import QPolygonF

from tocsin.ui.charts.polygon import Floats, polygon
from tocsin.ui.charts.scale import value_range
from tocsin.ui.palette import Tone

Times = npt.NDArray[np.int64]

_NOTHING = np.empty(0)
_SMOOTH = 2  # points a pixel, up to which a curve is drawn with smooth edges


@dataclass(frozen=True, slots=True)
class Frame:
    """The shared time axis in UTC microseconds, as the unit interval from left to right."""

    start_us: int
    end_us: int

    def x(self, times_us: Times) -> Floats:
        """Return where times fall, 0 at the left edge and 1 at the right one."""
        return np.asarray((times_us - self.start_us) / (self.end_us - self.start_us), float)

    def inside(self, times_us: Times) -> slice:
        """Return the part of sorted times to draw: those shown and one more at each side."""
        first, last = np.searchsorted(times_us, (self.start_us, self.end_us))
        return slice(max(int(first) - 1, 0), int(last) + 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """A strip's share of the height, in units of the whole: 0 is the top edge, 1 the bottom one."""

    top: float
    bottom: float

    def y(self, values: Floats, between: tuple[float, float]) -> Floats:
        """Return where values fall."""
        low, high = between
        return self.bottom + (values - low) * ((self.top - self.bottom) / (high - low))


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual: sorted times and the centre and bounds of the expected values there."""

    times_us: Times
    centre: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Episode:
    """A stretch in which a detector saw a departure; `end_us` is None while it lasts."""

    start_us: int
    end_us: int | None
    tone: Tone


class Strip:
    """Made by `Strips.add`. Arrays handed in are kept, not copied: do not write into them afterwards."""

    def __init__(self, title: str, subtitle: str, told: Callable[["Strip", bool], None]) -> None:
        self.title, self.subtitle = title, subtitle
        self.tone: Tone | None = None
        self.times_us: Times = np.empty(0, np.int64)
        self.low: Floats = _NOTHING
        self.high: Floats | None = None
        self.last = float("nan")
        self.band: Band | None = None
        self.between: tuple[float, float] | None = None
        self.episodes: tuple[Episode, ...] = ()
        self.least_span = 0.0  # of the range of values: lanes of one measure are drawn to one scale
        self.silent = True  # nothing was measured in the time shown
        self.curve: Any = pg.PlotCurveItem(skipFiniteCheck=True)
        self.ink = ""  # the colour the curve has now
        self._told = told

    def set_data(
        self, times_us: Times, low: Floats, high: Floats | None = None, *, last: float | None = None
    ) -> None:
        """Show samples, or with `high` the least and greatest value of each pixel.

        `times_us` is sorted int64 UTC microseconds. NaN leaves a gap. `last` is the newest value to write
        beside the strip; without it that of the arrays is taken.
        """
        self.times_us, self.low, self.high = times_us, low, high
        self.last = _newest(low if high is None else high) if last is None else last
        self._told(self, False)

    def set_band(self, times_us: Times, centre: Floats, low: Floats, high: Floats) -> None:
        """Show what is usual there; a step a sample is enough. Empty arrays take it away."""
        self.band = Band(times_us, centre, low, high) if times_us.size else None
        self._told(self, True)

    def set_episodes(self, episodes: tuple[Episode, ...]) -> None:
        """Mark departures at the foot of the lane."""
        if episodes != self.episodes:
            self.episodes = episodes
            self._told(self, True)

    def set_tone(self, tone: Tone | None) -> None:
        """Draw curve and value in a tone, or as usual."""
        if tone is not self.tone:
            self.tone = tone
            self._told(self, True)

    def fit(self, frame: Frame) -> bool:
        """Choose the range of values; return whether what stands still behind the curve is another now."""
        part = frame.inside(self.times_us)
        was_silent, self.silent = self.silent, not self._speaks(frame)
        ends = [self.low[part]] if self.high is None else [self.low[part], self.high[part]]
        if self.band is not None:
            shown = frame.inside(self.band.times_us)
            ends += [self.band.low[shown], self.band.high[shown]]
        bounds = [f.reduce(values) for values in ends if values.size for f in (np.fmin, np.fmax)]
        finite = [float(bound) for bound in bounds if np.isfinite(bound)]
        before = self.between
        self.between = self._ranged(min(finite), max(finite), before) if finite else (0.0, 1.0)
        return self.silent != was_silent or (self.between != before and self.band is not None)

    def _ranged(self, low: float, high: float, before: tuple[float, float] | None) -> tuple[float, float]:
        missing = max(self.least_span - (high - low), 0.0)
        return value_range(low - missing / 2, high + missing / 2, before)

    def _speaks(self, frame: Frame) -> bool:
        first, last = np.searchsorted(self.times_us, (frame.start_us, frame.end_us + 1))
        return bool(np.isfinite(self.low[first:last]).any())

    def draw(self, frame: Frame, lane: Lane, width_px: int) -> None:
        """Hand the curve what falls into the frame."""
        assert self.between is not None
        part = frame.inside(self.times_us)
        x, y = frame.x(self.times_us[part]), lane.y(self.low[part], self.between)
        if self.high is not None:
            x, y = np.repeat(x, 2), _interleaved(y, lane.y(self.high[part], self.between))
        gaps = not np.isfinite(y).all()
        # Smooth edges cost twice the time on dense noise, and are seen on sparse curves only.
        self.curve.setData(x, y, connect="finite" if gaps else "all", antialias=x.size <= _SMOOTH * width_px)

    def band_shape(
        self, frame: Frame, lane: Lane, width: float, height: float
    ) -> tuple[QPolygonF, QPolygonF]:
        """Return outline and centre line of the band, in pixels of a view of that size."""
        assert self.band is not None
        assert self.between is not None
        part = frame.inside(self.band.times_us)
        x = frame.x(self.band.times_us[part]) * width
        low, centre, high = (
            lane.y(values[part], self.between) * height
            for values in (self.band.low, self.band.centre, self.band.high)
        )
        outline = _finite(np.concatenate((x, x[::-1])), np.concatenate((low, high[::-1])))
        return outline, _finite(x, centre)

    def at(self, time_us: int) -> int | None:
        """Return the index of the sample nearest to a time; None when there is none."""
        if not self.times_us.size:
            return None
        right = int(np.searchsorted(self.times_us, time_us))
        near = [i for i in (right - 1, right) if 0 <= i < self.times_us.size]
        return min(near, key=lambda i: abs(int(self.times_us[i]) - time_us))


def _interleaved(first: Floats, second: Floats) -> Floats:
    both = np.empty(first.size * 2)
    both[0::2], both[1::2] = first, second
    return both


def _newest(values: Floats) -> float:
    finite = np.flatnonzero(np.isfinite(values[-1000:]))
    return float(values[-1000:][finite[-1]]) if finite.size else float("nan")


def _finite(x: Floats, y: Floats) -> QPolygonF:
    finite = np.isfinite(x) & np.isfinite(y)
    return polygon(x[finite], y[finite])
