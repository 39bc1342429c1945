"""Silence: a series has stopped for longer than its rhythm and its own former pauses explain (domain.md D9).

Never sooner than a signal is shown silent (model.coverage: five times its usual interval). Pauses of its own,
as over night, wait longer: the largest tenth of the intervals is taken to have an exponential tail (the
excess over a high threshold, Pickands 1975), carried to the share of the budget.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import DAY, SECOND, Finding, OneSeries, Series, Times, Values
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.coverage import SILENT_AFTER, rhythm_us
from tocsin.model.instant import from_us

_TAIL = 64  # intervals that tell the rhythm, as coverage has it
_FEWEST = 20
_MOST = 200  # pauses looked at in one piece


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    intervals: float = field(
        default=float(SILENT_AFTER),
        metadata={
            "unit": "usual intervals",
            "says": "missing before it counts",
            "least": SILENT_AFTER,
            "most": 1e4,
        },
    )
    learning_days: float = field(
        default=7.0, metadata={"unit": "days", "says": "past needed before judging", "least": 0.1, "most": 90}
    )
    window_days: float = field(
        default=28.0, metadata={"unit": "days", "says": "past whose pauses count", "least": 1, "most": 366}
    )


class SilenceDetector:
    """Longer without a sample than the series itself explains; waits by the clock too."""

    name = "silence"
    title = "Silence"
    release = "1"
    weight = 0.1
    watches_clock = True

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> OneSeries:
        window = int(self.parameters.window_days * DAY)
        return OneSeries(window + 8 * DAY, 16 * window, 200, 10 * SECOND)

    def find(self, series: Series, since_us: int) -> list[Finding]:
        """Return the silences that ended after `since_us`, and one that lasts until `now_us`."""
        times = series.times_us
        if len(times) < _FEWEST:
            return []
        gaps = np.diff(times)
        usual = min(float(np.median(gaps[-_TAIL:])), float(np.median(gaps)))
        after = np.flatnonzero((times[1:] > since_us) & (gaps > 3 * usual))
        found = []
        for at in after[-_MOST:].tolist():
            limit = self.limit_us(times[: at + 1], series.alarms_a_week)
            if limit is not None and gaps[at] > limit:
                found.append(
                    _finding(series, int(times[at]), limit, int(times[at + 1]), at + 1, lasting=False)
                )
        limit = self.limit_us(times, series.alarms_a_week)
        if series.now_us is not None and limit is not None and series.now_us - int(times[-1]) > limit:
            found.append(_finding(series, int(times[-1]), limit, series.now_us, len(times), lasting=True))
        return found

    def limit_us(self, times: Times, alarms_a_week: float) -> int | None:
        """Return how long nothing may come after the last of these times; None without a rhythm."""
        if len(times) < _FEWEST or int(times[-1] - times[0]) < self.parameters.learning_days * DAY:
            return None
        since = int(times[-1]) - int(self.parameters.window_days * DAY)
        gaps = np.diff(times[max(int(np.searchsorted(times, since)), 0) :])
        usual = rhythm_us(times[-_TAIL - 1 :])
        if usual is None or len(gaps) < _FEWEST:
            return None
        most = min(max(len(gaps) // 10, 5), len(gaps) - 1)
        top = np.partition(gaps, len(gaps) - most - 1)[len(gaps) - most - 1 :]
        excess = float(top.mean() - top.min())
        expected = max(alarms_a_week * float(gaps.sum()) / (7 * DAY), 1e-9)  # pauses so long, in this past
        reach = float(top.min()) + excess * math.log(max(most / expected, 1.0))
        return int(max(self.parameters.intervals * usual, 1.5 * float(top.min()), reach))

    def calm(self, series: Series) -> "SilenceCalm | None":
        """Return how long nothing may come."""
        limit = self.limit_us(series.times_us, series.alarms_a_week)
        return SilenceCalm(int(series.times_us[-1]) + DAY, limit)


@dataclass(frozen=True, slots=True)
class SilenceCalm:
    """Good for a day: no pause longer than `limit_us` is calm; None while there is no rhythm."""

    until_us: int
    limit_us: int | None
    lead: int = 1

    def holds(self, times: Times, values: Values, first: int) -> bool:
        """Whether no pause before or between the new samples was too long."""
        if not len(times) or int(times[-1]) >= self.until_us:
            return False
        if self.limit_us is None or len(times) < 2:
            return True
        return bool((np.diff(times[max(first - 1, 0) :]) <= self.limit_us).all())


def _finding(series: Series, last: int, limit: int, until: int, heard: int, *, lasting: bool) -> Finding:
    missing = until - last
    usual = int(np.median(np.diff(series.times_us[max(heard - _TAIL - 1, 0) : heard])))
    grade = AlertSeverity.HIGH if missing > 5 * limit or missing > DAY else AlertSeverity.MEDIUM
    state = "has sent nothing since" if lasting else "sent nothing for"
    how = f"{from_us(last):%Y-%m-%d %H:%M:%S} UTC" if lasting else words(missing)
    return Finding(
        severity=grade,
        message=f"{series.signal.name} {state} {how}; usually every {words(usual)}, at most {words(limit)}.",
        value=missing / SECOND,
        threshold=limit / SECOND,
        time_us=last + limit,
        start_us=last + usual,
        earliest_us=last,
        latest_us=last + usual,
        ended_us=None if lasting else until,
        urgent=True,
        effect=min(missing / max(usual, 1), 999.0),
        p_value=min(1.0, series.alarms_a_week),
        baseline=f"{heard} samples",
        windows=(Compared("silence", from_us(last), from_us(until), 0),),
    )


def words(us: int) -> str:
    """Return a length of time as a person says it: 15 s, 5 min, 3 h, 2 days."""
    seconds = us / SECOND
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
