"""The detector of segments that became worse while all decisions together may look as ever (domain.md D5)."""

from dataclasses import dataclass, field

import numpy as np

from tocsin.detectors.base import DAY, Finding, Log
from tocsin.detectors.log_start import Began, began, groups_of
from tocsin.detectors.proportions import wilson
from tocsin.detectors.segments import SegmentChange, scan
from tocsin.detectors.segments_attributes import matching
from tocsin.detectors.segments_explain import Settings
from tocsin.detectors.segments_measured import DECIDED, Measured, rates, segment_columns
from tocsin.detectors.table import Decisions
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us
from tocsin.model.signal import Layer

_GRAVE, _DIRE = 0.01, 0.1  # of a rate: by how much it surely changed, at the near end of the interval


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    window_days: float = field(
        default=14.0,
        metadata={"unit": "days", "says": "what is compared with the past", "least": 1.0, "most": 366.0},
    )
    baseline_days: float = field(
        default=42.0,
        metadata={"unit": "days", "says": "past that is the baseline", "least": 1.0, "most": 3660.0},
    )
    least: int = field(
        default=50,
        metadata={"unit": "rows", "says": "a segment needs in either window", "least": 1, "most": 10**9},
    )
    pairs: bool = field(default=True, metadata={"unit": "", "says": "look at pairs of columns too"})


class SegmentsDetector:
    """Compares every value of every input and every pair with its own past and with the rest.

    Rates are how often decisions were right, and how often they were as hoped for, where that was said; each
    gets its part of the chance of a false alarm, which Benjamini and Hochberg's procedure bounds where
    nothing changed.
    """

    name = "segments"
    title = "A segment became worse"
    release = "1"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> Log:
        """Without `correct` or `decision` nothing is found."""
        said = self.parameters
        return Log((), int(said.window_days * DAY), int(said.baseline_days * DAY), DAY, 2 * said.least)

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return the segments that became worse and explain all others, the gravest first."""
        table, roles = decisions.table, decisions.roles
        known = [one for one in rates(table, roles) if one.worse != "either"]
        found: list[Finding] = []
        for what in known:
            settings = Settings(
                fdr=decisions.chance / len(known),
                worse=what.worse,
                least=self.parameters.least,
                pairs=self.parameters.pairs,
            )
            columns = segment_columns(table, roles)
            looked = scan(table, columns, what.values, decisions.baseline, decisions.window, settings)
            found += [
                _finding(one, what, decisions, looked.tested, looked.overall) for one in looked.findings
            ]
        order = list(AlertSeverity)
        return sorted(found, key=lambda one: (order.index(one.severity), one.p_value))


def _finding(
    one: SegmentChange, what: Measured, decisions: Decisions, tested: int, overall: SegmentChange
) -> Finding:
    """Return a segment as a finding: it is for the daily review unless very many are affected."""
    table, severity = decisions.table, _severity(one, what)
    before, after = one.rate
    start = _start(one, what, decisions)
    low, high = wilson(before * one.rows[0], one.rows[0]) if 0 <= before <= 1 else (before, before)
    spread = float(np.sqrt(max(before * (1 - before), 1e-12))) if 0 <= before <= 1 else np.nan
    last = int(np.searchsorted(table.times_us, decisions.window[1])) - 1
    spans = (("baseline", decisions.baseline, one.rows[0]), ("window", decisions.window, one.rows[1]))
    return Finding(
        severity=severity,
        message=message(one, what, overall),
        value=after,
        threshold=float(low if one.change < 0 else high),
        time_us=int(table.times_us[last]),
        start_us=start.at_us,
        earliest_us=start.earliest_us,
        latest_us=start.latest_us,
        ended_us=None,
        urgent=severity is AlertSeverity.CRITICAL,
        effect=one.change / spread,
        p_value=one.q,
        baseline=f"{one.rows[0]:,} decisions of the same segment, one of {tested:,} tested",
        windows=tuple(Compared(name, from_us(s[0]), from_us(s[1]), rows) for name, s, rows in spans),
        about=what.name,
        labels={**dict(one.places), "layer": _layer(one, what, decisions)},
    )


def message(one: SegmentChange, what: Measured, overall: SegmentChange) -> str:
    """Return a finding in words, with what became of all decisions together."""
    where = " and ".join(f"{column} {value}" for column, value in one.where)
    moved = "fell" if one.change < 0 else "rose"
    folded = f"; explains {one.explains} overlapping segments" if one.explains else ""
    return (
        f"{what.name} {moved} from {one.rate[0]:.1%} to {one.rate[1]:.1%} for {where} "
        f"(change {one.low:+.1%} to {one.high:+.1%}), of all decisions from {overall.rate[0]:.1%} to "
        f"{overall.rate[1]:.1%}{folded}."
    )


def _severity(one: SegmentChange, what: Measured) -> AlertSeverity:
    """Return high where the bad share surely grew by a quarter and a point, critical where by 10 points."""
    sure = min(abs(one.low), abs(one.high))
    bad = 1 - one.rate[0] if what.worse == "lower" else one.rate[0]
    if what.worse == "either" or sure < max(_GRAVE, bad / 4):
        return AlertSeverity.MEDIUM
    return AlertSeverity.CRITICAL if sure >= _DIRE else AlertSeverity.HIGH


def _start(one: SegmentChange, what: Measured, decisions: Decisions) -> Began:
    table = decisions.table.between((decisions.baseline[0], decisions.window[1]))
    first = int(np.searchsorted(decisions.table.times_us, decisions.baseline[0]))
    values = what.values[first : first + len(table)]
    mine = np.isfinite(values)
    for name, label in one.where:
        mine &= matching(table.columns[name], label)
    times, values = table.times_us[mine], values[mine]
    if bool(((values == 0) | (values == 1)).all()):
        return began(times, values.astype(np.int64), decisions.window)
    later = times >= decisions.window[0]
    return began(times, groups_of(values, ~later, later), decisions.window)


def _layer(one: SegmentChange, what: Measured, decisions: Decisions) -> str:
    groups = decisions.roles.all("group")
    if any(column in groups for column, _ in one.where):
        return Layer.FAIRNESS.value
    return Layer.BEHAVIOUR.value if what.kind == DECIDED else Layer.QUALITY.value
