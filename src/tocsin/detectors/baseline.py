"""What is normal for a series: robust location and spread, by hour of the day or week where that helps.

Robust because the window may hold an incident nobody knows of: each cell (one hour of one day or week) counts
once, and the median over the days or weeks is taken. Hours are UTC hours.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, HOUR, Times, Values

_FOLDS = 8
_LEAST_PERIODS = 3
_MONDAY = 72  # 1970-01-01 was a Thursday: three days after a Monday, 00:00
_MAD = 1.4826  # standard deviation over median absolute deviation of a Gaussian
_MEDIAN = 1.5708  # variance of a median over that of the mean, of Gaussian noise
_SURE = 2.5  # standard errors until hours are believed to vary each its own way
_CALMEST = 0.25  # of the whole day's spread: an hour that never moved may yet
_GAUSS = 1.2533  # standard deviation over mean absolute deviation of a Gaussian


class Cycle(StrEnum):
    """The cycle a series was found to follow."""

    NONE = "none"
    DAY = "hour of the day"
    WEEK = "hour of the week"


_SLOTS = {Cycle.NONE: 1, Cycle.DAY: 24, Cycle.WEEK: 168}
# How much smaller the error out of sample has to become before the longer cycle is believed.
_WORTH = {Cycle.DAY: 0.9, Cycle.WEEK: 0.93}


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was normal from `since_us` until `until_us`, in the signal's unit.

    `centre` has one value a slot of the cycle (1, 24 or 168), `spread` one an hour of the day (24): a robust
    standard deviation, never 0. `scores` are the samples it was made of as spreads from a centre found
    *without* their own stretch: what new samples do.
    """

    since_us: int
    until_us: int
    samples: int
    step_us: int
    cycle: Cycle
    centre: Values
    spread: Values
    scores: Values


def fit(times_us: Times, values: Values, until_us: int) -> Baseline:
    """Return the baseline of samples before `until_us`, oldest first; at least one, all finite.

    A cycle is believed when it has been seen at least three times and predicts stretches it was not made of
    (leave-one-fold-out) better than no cycle does.
    """
    overall = float(np.median(values))
    best, (centre, errors) = Cycle.NONE, _cross_fit(times_us, values, until_us, Cycle.NONE, overall)
    for cycle in (Cycle.DAY, Cycle.WEEK):
        if until_us - times_us[0] < _LEAST_PERIODS * _period(cycle) * 0.99:
            continue
        candidate, candidate_errors = _cross_fit(times_us, values, until_us, cycle, overall)
        if np.abs(candidate_errors).mean() < _WORTH[cycle] * np.abs(errors).mean():
            best, centre, errors = cycle, candidate, candidate_errors
    spread = _spread(times_us, errors, centre)
    scores = errors / spread[_hour_of_day(times_us)]
    step_us = int(np.median(np.diff(times_us))) if len(times_us) > 1 else DAY
    return Baseline(int(times_us[0]), until_us, len(times_us), max(step_us, 1), best, centre, spread, scores)


def expected(times_us: Times, baseline: Baseline) -> tuple[Values, Values]:
    """Return the centre and the spread at each time."""
    return baseline.centre[_slot(times_us, baseline.cycle)], baseline.spread[_hour_of_day(times_us)]


def band(times_us: Times, baseline: Baseline) -> tuple[Values, Values, Values]:
    """Return centre, low and high at each time: between low and high lay 99 % of the baseline's samples."""
    centre, spread = expected(times_us, baseline)
    low, high = np.quantile(baseline.scores, [0.005, 0.995])
    return centre, centre + low * spread, centre + high * spread


def _period(cycle: Cycle) -> int:
    return 7 * DAY if cycle is Cycle.WEEK else DAY


def _hour_of_day(times_us: Times) -> NDArray[np.int64]:
    return (times_us // HOUR) % 24


def _slot(times_us: Times, cycle: Cycle) -> NDArray[np.int64]:
    if cycle is Cycle.NONE:
        return np.zeros(len(times_us), np.int64)
    return (times_us // HOUR + _MONDAY) % _SLOTS[cycle]


def _cross_fit(
    times_us: Times, values: Values, until_us: int, cycle: Cycle, overall: float
) -> tuple[Values, Values]:
    """Return the centre of each slot, and how far each sample is from the centre the other folds give.

    `overall` is the centre where there are no samples.
    """
    slots = _SLOTS[cycle]
    slot = _slot(times_us, cycle)
    periods_ago = (until_us - 1 - times_us) // _period(cycle)
    period = np.concatenate([[0], np.cumsum(np.diff(periods_ago) != 0)])
    cells = _cell_means(period, slot, values, slots)
    rows = len(cells)
    fold_of_row = np.arange(rows) * min(rows, _FOLDS) // rows
    centre = _median_down(cells, overall)
    if rows == 1:
        return centre, values - centre[slot]
    held_out = np.arange(fold_of_row[-1] + 1)[:, None] == fold_of_row
    others = _median_down(np.where(held_out[:, :, None], np.nan, cells), overall)
    return centre, values - others[fold_of_row[period], slot]


def _cell_means(row: NDArray[np.int64], slot: NDArray[np.int64], values: Values, slots: int) -> Values:
    """Return a table of rows × slots of means, NaN where there was no sample."""
    rows = int(row.max()) + 1
    cell = row * slots + slot
    counts = np.bincount(cell, minlength=rows * slots)
    sums = np.bincount(cell, weights=values, minlength=rows * slots)
    means: Values = np.divide(sums, counts, out=np.full(rows * slots, np.nan), where=counts > 0)
    return means.reshape(rows, slots)


def _median_down(cells: Values, otherwise: float) -> Values:
    """Return the median along the last axis but one, without NaN; `otherwise` where there is nothing else."""
    ordered = np.sort(cells, axis=-2)  # NaN go last
    counts = np.isfinite(cells).sum(axis=-2, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum(counts - 1, 0) // 2, axis=-2)
    upper = np.take_along_axis(ordered, np.minimum(counts // 2, cells.shape[-2] - 1), axis=-2)
    middle: Values = np.where(counts > 0, (lower + upper) / 2, otherwise).squeeze(-2)
    return middle


def _spread(times_us: Times, errors: Values, centre: Values) -> Values:
    """Return a robust standard deviation for each hour of the day, that of the whole day where none differs.

    The median over days of an hour's mean distance is drawn towards that of the whole day as far as chance
    explains how the hours differ (empirical Bayes: Efron and Morris 1975), whether or not the centre has a
    cycle: what is as high by night as by day may still vary more by day.
    """
    distance = np.abs(errors)
    day = times_us // DAY - times_us[0] // DAY
    whole_cells = _cell_means(day, np.zeros(len(day), np.int64), distance, 1)
    whole = float(_median_down(whole_cells, 0.0)[0]) or float(distance.mean())
    least = max(1e-6 * float(np.abs(centre).max()), 1e-12)
    cells = _cell_means(day, _hour_of_day(times_us), distance, 24)
    by_hour = _by_hour(cells / whole) if whole > 0 else np.ones(24)
    spread: Values = np.maximum(_GAUSS * whole * by_hour, least)
    return spread


def _by_hour(cells: Values) -> Values:
    """Return the spread of each hour as a part of the whole day's, from such parts: a table of days × hours.

    Chance is how far an hour strays from its median from day to day, as a part of it the same in all hours.
    """
    hour, days = _median_down(cells, 1.0), np.isfinite(cells).sum(axis=0)
    seen = (days >= _LEAST_PERIODS) & (hour > 0)
    if seen.sum() < 2:
        return np.ones(24)
    part = _MAD * float(np.nanmedian(np.abs(cells[:, seen] / hour[seen] - 1)))
    chance = _MEDIAN * (part * hour) ** 2 / np.maximum(days - 1, 1)
    found, by_chance = float(hour[seen].var(ddof=1)), float(chance[seen].mean())
    if found <= by_chance * (1 + _SURE * math.sqrt(2 / (seen.sum() - 1))):
        return np.ones(24)
    between = found - by_chance
    sure = np.where(seen, between / (between + chance), 0.0)
    return np.maximum(1 + sure * (hour - 1), _CALMEST)
