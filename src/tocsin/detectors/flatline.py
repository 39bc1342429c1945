"""Flat line: a value is stuck for longer than the series ever repeats itself by chance.

Of a series that repeats a value with chance r, runs of n equal samples begin (1 - r) r^(n - 1) times a sample
(the geometric distribution of runs, Feller 1968, XIII.7); and its own longest runs are half as long at most.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, HOUR, SECOND, Finding, OneSeries, Series, Times, Values
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us

_OFTEN = 0.9  # a series that repeats itself more often than this says nothing by it


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    window_days: float = field(
        default=28.0, metadata={"unit": "days", "says": "past whose repeats count", "least": 1, "most": 366}
    )
    least_samples: int = field(
        default=12,
        metadata={"unit": "samples", "says": "equal in a row at least", "least": 4, "most": 10_000},
    )


class FlatlineDetector:
    """The same value again and again, where it used to vary."""

    name = "flatline"
    title = "Flat line"
    release = "1"
    weight = 0.1
    order = 3

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> OneSeries:
        window = int(self.parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 200, 10 * SECOND)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return the runs of equal values that went too far after `since_us`, oldest first."""
        times, values = series.times_us, series.values
        if not len(values):
            return []
        firsts, lasts = _runs(values)
        found, limits = [], dict[int, int | None]()
        long = (lasts + 1 - firsts >= self.parameters.least_samples) & (times[lasts] > since_us)
        for first, last in zip(firsts[long].tolist(), lasts[long].tolist(), strict=True):
            day = int(times[first]) // DAY
            if day not in limits:
                past = int(np.searchsorted(times, day * DAY))
                limits[day] = self.limit(times[:past], values[:past], series.alarms_a_week)
            limit = limits[day]
            if limit is not None and last + 1 - first > limit:
                found.append(_finding(series, first, last, limit))
        return found

    def limit(self, times: Times, values: Values, alarms_a_week: float) -> int | None:
        """Return how many equal values in a row are chance, by what came before; None if unknown."""
        if not len(times):
            return None
        begin = int(np.searchsorted(times, int(times[-1]) - int(self.parameters.window_days * DAY)))
        past = values[begin:]
        if len(past) < 100:
            return None
        repeats = float((past[1:] == past[:-1]).mean())
        if repeats > _OFTEN:
            return None
        firsts, lasts = _runs(past)
        longest = int((lasts + 1 - firsts).max())
        weeks = (int(times[-1]) - int(times[begin])) / (7 * DAY)
        rate = alarms_a_week * weeks / len(past)
        chance = 1.0 if repeats <= 0 else math.log(max(rate, 1e-12) / (1 - repeats)) / math.log(repeats) + 1
        return max(self.parameters.least_samples, 2 * longest, math.ceil(chance))

    def calm(self, series: Series) -> "FlatCalm | None":
        """Return how many equal values are calm."""
        limit = self.limit(series.times_us, series.values, series.alarms_a_week)
        if limit is None:
            return FlatCalm(int(series.times_us[-1]) + DAY, 0)
        firsts, lasts = _runs(series.values[-limit - 1 :])
        if int(lasts[-1] + 1 - firsts[-1]) > limit // 2:
            return None
        return FlatCalm(int(series.times_us[-1]) + DAY, limit)


@dataclass(frozen=True, slots=True)
class FlatCalm:
    """Good for a day: up to `lead` equal values are calm; 0: any number, there is nothing to judge by."""

    until_us: int
    lead: int

    def holds(self, times: Times, values: Values, first: int) -> bool:
        """Whether no run of equal values reaches what a full judgement would look at."""
        if not len(times) or int(times[-1]) >= self.until_us:
            return False
        if self.lead == 0:
            return True
        firsts, lasts = _runs(values)
        recent = lasts >= first
        return bool((lasts - firsts + 1)[recent].max(initial=0) < max(self.lead // 2, 2))


def _runs(values: Values) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and last index of every run of equal values."""
    cuts = np.flatnonzero(values[1:] != values[:-1])
    return np.concatenate([[0], cuts + 1]), np.concatenate([cuts, [len(values) - 1]])


def _finding(series: Series, first: int, last: int, limit: int) -> Finding:
    times, n = series.times_us, last + 1 - first
    lasted = int(times[last] - times[first])
    grade = AlertSeverity.HIGH if n > 3 * limit and lasted > 6 * HOUR else AlertSeverity.MEDIUM
    value = float(series.values[first])
    unit = f" {series.signal.unit}" if series.signal.unit else ""
    return Finding(
        severity=grade,
        message=(
            f"{series.signal.name} has stood at {value:.6g}{unit} for {n} samples; at most {limit} by chance."
        ),
        value=value,
        threshold=value,
        time_us=int(times[min(first + limit, last)]),
        start_us=int(times[first]),
        earliest_us=int(times[max(first - 1, 0)]),
        latest_us=int(times[first]),
        ended_us=None if last == len(times) - 1 else int(times[last]),
        urgent=lasted <= DAY,
        effect=min(n / limit, 999.0),
        p_value=min(1.0, series.alarms_a_week),
        baseline=f"{first} samples",
        windows=(Compared("flat line", from_us(int(times[first])), from_us(int(times[last])), n),),
    )
