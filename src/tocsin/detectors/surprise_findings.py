"""From samples beyond their level of surprise to a finding: which view is new, how far off, since when."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import DAY, HOUR, Finding, Series, Values
from tocsin.detectors.excesses import Excesses
from tocsin.detectors.findings import kind, severity
from tocsin.detectors.novelty import USUAL, off_time_of_day
from tocsin.detectors.start import autocorrelation, estimate
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us

_WIDTHS = (1, USUAL.level, USUAL.deviation)
_SINGLE = 4.5  # spreads that no single sample of noise reaches: how large a departure is against it
_MOST_EFFECT = 999.0


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Samples from index `first` on, judged by those from `start` to `past`.

    `sizes` are their surprises, `level` what noise exceeds as often as the budget allows; by view: `views`
    (surprise), `apart` (distance to the nearest known, in the signal's unit) and the `tails` of distances.
    """

    first: int
    start: int
    past: int
    sizes: Values
    views: Sequence[Values]
    apart: Sequence[Values]
    tails: Sequence[Excesses | None]
    level: float


def describe(
    series: Series, part: Sequence[tuple[int, Judged]], urgent_hours: float, *, lasting: bool
) -> Finding:
    """Return the finding of samples beyond their level that belong together."""
    times = series.times_us
    first, last = part[0][0], part[-1][0]
    peak, judged = max(part, key=lambda one: one[1].sizes[one[0] - one[1].first])
    at = peak - judged.first
    view = max(range(3), key=lambda i: judged.views[i][at])
    value, expected, spread = _measured(series, judged, peak, view)
    far, tail = float(judged.apart[view][at]), judged.tails[view]
    allowed = min(tail.level(judged.level), far) if tail else 0.0
    way = math.copysign(1.0, value - expected)
    began, earliest, latest = _start(series, part[0][1], first, view)
    effect = min(max((value - expected) / spread, -_MOST_EFFECT), _MOST_EFFECT)
    grade = severity(abs(effect) / _SINGLE, len(part), int(times[last] - times[first]))
    return Finding(
        severity=grade,
        message=_words(series, view, value, expected, judged),
        value=value,
        threshold=value - way * (far - allowed),
        time_us=int(times[first]),
        start_us=began,
        earliest_us=earliest,
        latest_us=latest,
        ended_us=None if lasting else int(times[last]),
        urgent=grade is not AlertSeverity.LOW and times[first] - began <= urgent_hours * HOUR,
        effect=effect,
        p_value=-math.expm1(-series.alarms_a_week * math.exp(judged.level - float(judged.sizes[at]))),
        baseline=f"{judged.past - judged.start} {kind(series)}",
        windows=(
            Compared(
                "known",
                from_us(int(times[judged.start])),
                from_us(int(times[judged.past - 1])),
                judged.past - judged.start,
            ),
            Compared(
                "new",
                from_us(began),
                from_us(int(times[last])),
                last + 1 - int(np.searchsorted(times, began)),
            ),
        ),
    )


def _measured(series: Series, judged: Judged, peak: int, view: int) -> tuple[float, float, float]:
    """Return what the view shows at the peak, what it showed usually, and its robust spread."""
    width = _WIDTHS[view]
    known = series.values[judged.start : judged.past]
    if view == 0:
        span = slice(judged.start, peak + 1)
        off = off_time_of_day(series.times_us[span], series.values[span], USUAL.slot_us)
        value = float(series.values[peak])
        return value, value - float(off[-1]), _spread(off[: len(known)])
    take = np.mean if view == 1 else np.std
    stretches = known[len(known) % width :].reshape(-1, width)
    usual = take(stretches, axis=1)
    value = float(take(series.values[max(peak + 1 - width, 0) : peak + 1]))
    return value, float(np.median(usual)), _spread(usual)


def _spread(values: Values) -> float:
    return 1.4826 * float(np.median(np.abs(values - np.median(values)))) or float(np.std(values)) or 1e-12


def _start(series: Series, judged: Judged, first: int, view: int) -> tuple[int, int, int]:
    """Return the likeliest start and its earliest and latest bound, in microseconds."""
    times, width = series.times_us, _WIDTHS[view]
    begin = max(judged.start, first + 1 - 2 * width)
    if view:
        known = series.values[judged.start : judged.past]
        values, centre = series.values[begin : first + 1], float(np.median(known))
        if view == 2:
            values, known = np.abs(values - centre), np.abs(known - centre)
        found = estimate(values, autocorrelation(known), by=first - begin)
        if found is not None and found.odds > 0:
            low = max(begin + found.low - 1, 0)
            return int(times[begin + found.index]), int(times[low]), int(times[begin + found.high])
    return int(times[first]), int(times[max(first - width, 0)]), int(times[first])


def _words(series: Series, view: int, value: float, expected: float, judged: Judged) -> str:
    name, unit = series.signal.name, f" {series.signal.unit}" if series.signal.unit else ""
    days = (int(series.times_us[judged.past - 1]) - int(series.times_us[judged.start])) / DAY
    way = ("rose to" if value > expected else "fell to", "averaged", "varied by")[view]
    over = f" over {_WIDTHS[view]} {kind(series)}" if view else ""
    return (
        f"{name} {way} {value:.4g}{unit}{over}, unlike anything in {days:.0f} days; "
        f"usual is about {expected:.4g}."
    )
