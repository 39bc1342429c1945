"""Right less often than before (domain.md D4): realised where outcomes have come, else estimated."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Finding, Log, Span, Times, Values
from tocsin.detectors.log_start import began, groups_of
from tocsin.detectors.performance import Confidence, confidence, estimate, right, stated
from tocsin.detectors.proportions import fisher_fell, rate
from tocsin.detectors.table import Decisions
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us
from tocsin.model.signal import Layer

_GRAVE = 3  # times the smallest drop told of
Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set."""

    drop: float = field(
        default=0.01,
        metadata={"unit": "share", "says": "a smaller fall of accuracy is told of nobody", "least": 0.0},
    )


@dataclass(frozen=True, slots=True)
class _Fall:
    """A fall of accuracy: before, after with its interval, how likely by chance, rows on either side."""

    how: str
    before: float
    after: float
    low: float
    high: float
    p: float
    rows: tuple[int, int]
    scores: Values


class PerformanceDetector:
    """Compares how often decisions are right with the baseline.

    Realised accuracy by Fisher's exact test, where enough outcomes of the window are known. Estimated
    accuracy (CBPE) by Welch's test of the mean confidence. Each may take half of the chance of a false alarm.
    """

    name = "performance"
    title = "Right less often"
    release = "1"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> Log:
        """Without `correct`, or `decision` with `outcome` or `score`, nothing is found."""
        return Log((), 7 * DAY, 28 * DAY, DAY, 200)

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return where accuracy fell, realised before estimated."""
        table, roles = decisions.table, decisions.roles
        before, after = (_within(table.times_us, span) for span in (decisions.baseline, decisions.window))
        correct = _truths(right(table, roles))
        said = stated(table, roles)
        sure = None if said is None else confidence(said, correct, before)
        falls = [_realised(correct, before, after), _estimated(sure, correct, before, after)]
        return [
            self._finding(one, decisions)
            for one in falls
            if one is not None
            and one.p <= decisions.chance / 2
            and one.before - one.after >= self.parameters.drop
        ]

    def _finding(self, one: _Fall, decisions: Decisions) -> Finding:
        times, drop = decisions.table.times_us, self.parameters.drop
        inside = _within(times, (decisions.baseline[0], decisions.window[1]))
        after = _within(times, decisions.window)[inside]
        groups = groups_of(one.scores[inside], ~after, after)
        start = began(times[inside], groups, decisions.window)
        spread = float(np.sqrt(max(one.before * (1 - one.before), 1e-12)))
        grave = one.before - one.after >= _GRAVE * drop
        spans = (("baseline", decisions.baseline, one.rows[0]), ("window", decisions.window, one.rows[1]))
        return Finding(
            severity=AlertSeverity.HIGH if grave else AlertSeverity.MEDIUM,
            message=f"{one.how} accuracy fell from {one.before:.1%} to {one.after:.1%} "
            f"({one.low:.1%} to {one.high:.1%}).",
            value=one.after,
            threshold=one.before - drop,
            time_us=int(times[inside][-1]),
            start_us=start.at_us,
            earliest_us=start.earliest_us,
            latest_us=start.latest_us,
            ended_us=None,
            urgent=grave,
            effect=(one.after - one.before) / spread,
            p_value=one.p,
            baseline=f"{one.rows[0]:,} decisions",
            windows=tuple(Compared(name, from_us(s[0]), from_us(s[1]), rows) for name, s, rows in spans),
            about=f"accuracy, {one.how.lower()}",
            labels={"layer": Layer.QUALITY.value},
        )


def _within(times_us: Times, span: Span) -> Rows:
    inside: Rows = (times_us >= span[0]) & (times_us < span[1])
    return inside


def _truths(correct: Values | None) -> Values | None:
    """Return what was right, None where a column so named holds anything but 0 and 1."""
    if correct is None or not np.isin(correct[~np.isnan(correct)], (0.0, 1.0)).all():
        return None
    return correct


def _realised(correct: Values | None, before: Rows, after: Rows) -> _Fall | None:
    if correct is None:
        return None
    known = ~np.isnan(correct)
    counts = [(int(correct[rows & known].sum()), int((rows & known).sum())) for rows in (before, after)]
    (k, n), (j, m) = counts
    if not n or not m:
        return None
    now = rate(j, m)
    p = float(fisher_fell((k, n), (j, m)))
    return _Fall("Realised", k / n, now.rate, now.low, now.high, p, (n, m), correct)


def _estimated(sure: Confidence | None, correct: Values | None, before: Rows, after: Rows) -> _Fall | None:
    """Return the fall of estimated accuracy; the baseline is estimated too, so that a bias drops out."""
    if sure is None:
        return None
    one, other = (sure.chances[rows & ~np.isnan(sure.chances)] for rows in (before, after))
    now = estimate(sure, after)
    if len(one) < 2 or now is None or now.rows < 2:
        return None
    from scipy.special import stdtr

    parts = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    error = float(np.sqrt(sum(parts)))
    if error == 0:
        return None
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(one) - 1) + parts[1] ** 2 / (len(other) - 1))
    p = float(stdtr(freedom, (other.mean() - one.mean()) / error))
    return _Fall(
        "Estimated", float(one.mean()), now.accuracy, now.low, now.high, p, (len(one), now.rows), sure.chances
    )
