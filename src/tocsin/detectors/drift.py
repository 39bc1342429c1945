"""Slow drift: a level that creeps for weeks, too slowly for a baseline that moves along with it.

Daily means over some weeks are regressed on time (ordinary least squares on values clipped around the line);
the slope's error allows for the autocorrelation of the residuals (their lag-1 coefficient with Kendall's
correction of 1954; effective sample size after Bartlett 1935), its limit is Student's for overlapping windows
(detectors.limits).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Finding, OneSeries, Series, Times, Values
from tocsin.detectors.limits import level_of
from tocsin.detectors.stretches import LARGEST
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us

_FEWEST = 21  # days of any window
_STEP = 0.85  # of the line's residual sum of squares: what leaves less is a step, for others to tell
_QUIET = 10 * DAY  # days without an alarm within which a drift goes on


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    window_days: float = field(
        default=42.0,
        metadata={"unit": "days", "says": "days over which a drift shows", "least": 21, "most": 366},
    )


@dataclass(frozen=True, slots=True)
class Slope:
    """A line through daily means: `change` over all of them, its t statistic, degrees of freedom, spread."""

    change: float
    t: float
    freedom: float
    spread: float
    last: float  # the line at the last day


class DriftDetector:
    """The slope of daily means over weeks."""

    name = "drift"
    title = "Slow drift"
    release = "1"
    order = 2
    weight = 0.5

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> OneSeries:
        window = int(self.parameters.window_days * DAY)
        return OneSeries(2 * window + 2 * _QUIET, 4 * window, _FEWEST, DAY)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return the drifts seen after `since_us`, or still going on then, oldest first."""
        times, values = series.times_us, np.clip(series.values, -LARGEST, LARGEST)
        found: list[list[tuple[int, int, Slope, float]]] = []
        begin = int(np.searchsorted(times, since_us - _QUIET, side="right"))
        for at, first, slope, limit in self._judged(series, times, values, begin):
            if abs(slope.t) <= limit:
                continue
            last = found[-1][-1] if found else None
            same = last is not None and (last[2].t > 0) == (slope.t > 0)
            if last is not None and same and times[at] - times[last[0]] <= _QUIET:
                found[-1].append((at, first, slope, limit))
            else:
                found.append([(at, first, slope, limit)])
        return [self._finding(series, values, one) for one in found]

    def calm(self, series: Series) -> "DayCalm | None":
        """Return that nothing is to be looked at before another day is over."""
        return DayCalm(2**63 - 1)

    def _judged(
        self, series: Series, times: Times, values: Values, begin: int
    ) -> Iterator[tuple[int, int, Slope, float]]:
        """Yield the day, the first day of its window, the slope and its limit (in t)."""
        window = int(self.parameters.window_days * DAY)
        rate = max(series.alarms_a_week / 2 / 7, 1e-12)
        for at in range(begin, len(times)):
            now = int(times[at])
            first = int(np.searchsorted(times, now - window, side="right"))
            if at + 1 - first < max(_FEWEST, 0.75 * self.parameters.window_days):
                continue
            days, means = times[first : at + 1] / DAY, values[first : at + 1]
            slope = slope_of(days, means)
            if slope is not None and not _is_step(slope, means):
                yield at, first, slope, _limit(rate, at + 1 - first, slope.freedom)

    def _finding(self, series: Series, values: Values, days: list[tuple[int, int, Slope, float]]) -> Finding:
        times = series.times_us
        at, first, slope, limit = max(days, key=lambda day: abs(day[2].t) / day[3])
        opened, last = days[0][0], days[-1][0]
        low, begin, high = _began(times[days[0][1] : opened + 1] / DAY, values[days[0][1] : opened + 1])
        origin = days[0][1]
        before = slope.last - slope.change
        effect = slope.change / slope.spread if slope.spread > 0 else math.copysign(999.0, slope.change)
        grade = AlertSeverity.MEDIUM if abs(effect) >= 4 else AlertSeverity.LOW
        lasted = (int(times[at]) - int(times[first])) / DAY
        unit = f" {series.signal.unit}" if series.signal.unit else ""
        way = "crept up" if slope.change > 0 else "crept down"
        return Finding(
            severity=grade,
            message=(
                f"{series.signal.name} {way} from {before:.4g} to {slope.last:.4g}{unit} "
                f"in {lasted:.0f} days."
            ),
            value=slope.last,
            threshold=before + slope.change * limit / abs(slope.t),
            time_us=int(times[opened]),
            start_us=int(times[origin + begin]),
            earliest_us=int(times[origin + low]),
            latest_us=int(times[origin + high]),
            ended_us=None if last == len(times) - 1 else int(times[last]),
            urgent=False,
            effect=min(max(effect, -999.0), 999.0),
            p_value=_chance(abs(slope.t), slope.freedom, at + 1 - first),
            baseline=f"{at + 1 - first} daily means",
            windows=(Compared("days", from_us(int(times[first])), from_us(int(times[at])), at + 1 - first),),
        )


@dataclass(frozen=True, slots=True)
class DayCalm:
    """Nothing is judged until a day is over."""

    until_us: int
    lead: int = 1

    def holds(self, times: Times, values: Values, first: int) -> bool:
        """Whether no day has been over since."""
        return first >= len(times)


def slope_of(days: Values, values: Values) -> Slope | None:
    """Return the line through values by day; None when they never move or are too few."""
    n = len(values)
    if n < 8:
        return None
    x = days - days.mean()
    spread_x = float(x @ x)
    if spread_x <= 0:
        return None
    clipped = _without_outliers(x, values)
    slope = float(x @ clipped) / spread_x
    left = clipped - clipped.mean() - slope * x
    power = float(left @ left) / (n - 2)
    if power <= 1e-24 * max(float(np.abs(values).max()), 1e-12) ** 2:
        return None
    rho = float(left[1:] @ left[:-1]) / max(float(left @ left), 1e-300)
    rho = min(max(rho + (2 + 4 * rho) / n, 0.0), 0.95)
    enlarged = (1 + rho) / (1 - rho)
    freedom = max(n / enlarged - 2, 3.0)
    error = math.sqrt(power / spread_x * enlarged)
    span = float(days[-1] - days[0])
    last = float(clipped.mean() + slope * x[-1])
    return Slope(slope * span, slope / error, freedom, math.sqrt(power), last)


def _without_outliers(x: Values, values: Values) -> Values:
    """Return values no further than four robust deviations from the line of Theil (1950) and Sen (1968)."""
    later, earlier = np.triu_indices(len(x), 1)
    line = float(np.median((values[later] - values[earlier]) / (x[later] - x[earlier]))) * x
    left = values - line
    middle = np.median(left)
    reach = 4 * 1.4826 * float(np.median(np.abs(left - middle)))
    clipped: Values = np.clip(left, middle - reach, middle + reach) + line if reach > 0 else values
    return clipped


def _is_step(slope: Slope, values: Values) -> bool:
    """Whether one step of the level explains the values clearly better than the line does."""
    n = len(values)
    centred = values - values.mean()
    sums, at = np.cumsum(centred)[:-1], np.arange(1, n)
    gain = float((sums**2 * n / (at * (n - at))).max())
    return float(centred @ centred) - gain < _STEP * slope.spread**2 * (n - 2)


def _began(days: Values, values: Values) -> tuple[int, int, int]:
    """Return first, likeliest and last index of the day a level began to creep: a line that bends once.

    The posterior of the bend under flat priors, R(s)^(-n / 2), 90 % of it.
    """
    n = len(values)
    logs = np.full(n, -np.inf)
    for at in range(n - 3):
        hinge = np.maximum(days - days[at], 0)
        x = hinge - hinge.mean()
        y = values - values.mean()
        gain = float(x @ y) ** 2 / max(float(x @ x), 1e-300)
        logs[at] = -0.5 * n * math.log(max(float(y @ y) - gain, 1e-300))
    weights = np.exp(logs - logs.max())
    order = np.argsort(weights)[::-1]
    kept: NDArray[np.int64] = order[
        : int(np.searchsorted(np.cumsum(weights[order]) / weights.sum(), 0.9)) + 1
    ]
    return int(kept.min()), int(order[0]), int(kept.max())


def _limit(rate: float, n: int, freedom: float) -> float:
    """Return the t that slopes over n days pass `rate` times a day, each window a day after the other."""
    from scipy.special import ndtr, stdtrit

    level = level_of(float(f"{rate:.3g}"), _change(n))
    return max(level, -float(stdtrit(freedom, max(float(ndtr(-level)), 1e-300))))


def _change(n: int) -> float:
    """Return 1 less the correlation of slopes over n days with those a day later."""
    x = np.arange(n) - (n - 1) / 2
    return float(f"{1 - float(x[1:] @ x[:-1]) / float(x @ x):.3g}")


def _chance(t: float, freedom: float, n: int) -> float:
    from scipy.special import stdtr

    return min(1.0, 2 * float(stdtr(freedom, -t)) * max(7 * n * _change(n) / n, 1.0))
