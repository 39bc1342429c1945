"""The detector of unfairness: a group that is favoured less than it was, or less than four fifths (D12)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Finding, Log, Values
from tocsin.detectors.fairness import LEAST, Audit, audit
from tocsin.detectors.fairness_decided import Decided, decided, groups
from tocsin.detectors.fairness_ratio import FOUR_FIFTHS, Impact
from tocsin.detectors.log_start import began
from tocsin.detectors.proportions import Rate, discoveries, rate
from tocsin.detectors.segments_odds import counts, rose_more
from tocsin.detectors.table import Decisions, Words
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us
from tocsin.model.signal import Layer

Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set; every field carries its unit and what it says."""

    least: int = field(
        default=LEAST,
        metadata={"unit": "rows", "says": "a group needs in either window", "least": 1, "most": 10**9},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """A rate of yes of one group against all others, in both windows; `values` are of each row."""

    about: str
    column: str
    group: str
    mine: Rows
    values: Values
    before: tuple[Rate, Rate]
    after: tuple[Rate, Rate]
    p: float


class FairnessDetector:
    """Compares how each group fares against all others with how it did, and with four fifths in the window.

    Became worse: the odds of the favourable decision, or of it where it is right (equal opportunity), fell by
    more than those of all others, and are below them now. A standing ratio under four fifths is told too, by
    both windows together, and lasts as one alert. Each of the two may take half of the chance of a false
    alarm.
    """

    name = "fairness"
    title = "A group is treated worse"
    release = "1"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> Log:
        """Decisions by group; without a favourable one nothing is found."""
        return Log(("decision", "group"), 14 * DAY, 42 * DAY, DAY, 2 * self.parameters.least)

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return what became worse, the surest first, and then what stands under four fifths."""
        what = decided(decisions.table, decisions.roles)
        if what is None:
            return []
        there = decisions.table.columns
        columns = [(name, groups(there[name])) for name in decisions.roles.all("group") if name in there]
        known = [(name, members) for name, members in columns if members is not None]
        changes = [one for name, members in known for one in self._changes(name, members, what, decisions)]
        q = discoveries([one.p for one in changes])
        found = [
            _worse(one, float(at), decisions)
            for one, at in zip(changes, q, strict=True)
            if at <= decisions.chance / 2
        ]
        found.sort(key=lambda one: one.p_value)
        for name, members in known:
            found += self._standing(name, members, what, decisions, tests=len(known))
        return found

    def _changes(self, column: str, members: Words, what: Decided, decisions: Decisions) -> Iterator[_Change]:
        """Give the tests of one column of groups: only of those that are below the others now."""
        before, after = _windows(decisions)
        measures = [(what.favourable, what.favoured)]
        if what.outcome is not None:
            deserved = what.outcome == (1 if what.favourable == what.positively else 0)
            measures.append(("equal opportunity", np.where(deserved, what.favoured, np.nan)))
        for about, values in measures:
            known = ~np.isnan(values) & (members.codes >= 0)
            for code, group in enumerate(members.labels):
                mine = members.codes == code
                was = _pair(values, known & before, mine)
                now = _pair(values, known & after, mine)
                if (
                    min(was[0].rows, now[0].rows) < self.parameters.least
                    or not was[1].rows
                    or not now[1].rows
                ):
                    continue
                own, rest = ((was[at], now[at]) for at in (0, 1))
                yes = [counts((one.events, one.rows), (two.events, two.rows)) for one, two in (own, rest)]
                p = float(rose_more(yes[0].others(), yes[1].others())[0])
                below = now[0].rate < now[1].rate
                yield _Change(about, column, group, mine & known, values, was, now, p if below else 1.0)

    def _standing(
        self, column: str, members: Words, what: Decided, decisions: Decisions, *, tests: int
    ) -> list[Finding]:
        """Return what is under four fifths in both windows together: what stands needs no window."""
        both = np.logical_or(*_windows(decisions))
        part = Words(np.where(both, members.codes, -1).astype(np.int32), members.labels)
        found = audit(column, part, what.favoured, what.positive, None, least=self.parameters.least)
        if found is None:
            return []
        limit = decisions.chance / 2 / tests
        under = [one for one in found.impacts if one.verdict == "under" and one.adjusted <= limit]
        return [_under(one, found, members, what, decisions) for one in under]


def _windows(decisions: Decisions) -> tuple[Rows, Rows]:
    times = decisions.table.times_us
    before, after = (
        (times >= since) & (times < until) for since, until in (decisions.baseline, decisions.window)
    )
    return before, after


def _pair(values: Values, rows: Rows, mine: Rows) -> tuple[Rate, Rate]:
    """Return the rate of one group, and of all others."""
    found = []
    for part in (rows & mine, rows & ~mine):
        found.append(rate(int((values[part] == 1).sum()), int(part.sum())))
    return found[0], found[1]


def _worse(one: _Change, q: float, decisions: Decisions) -> Finding:
    (was, others_were), (now, others) = one.before, one.after
    grave = now.rate < FOUR_FIFTHS * others.rate
    under = ", under four fifths" if grave else ""
    message = (
        f"{one.about} fell from {was.rate:.1%} to {now.rate:.1%} for {one.column} {one.group} "
        f"({now.low:.1%} to {now.high:.1%}), of all others from {others_were.rate:.1%} to "
        f"{others.rate:.1%}{under}."
    )
    return _finding(
        decisions,
        message=message,
        severity=AlertSeverity.HIGH if grave else AlertSeverity.MEDIUM,
        urgent=grave,
        value=now.rate,
        threshold=was.low,
        effect=(now.rate - was.rate) / math.sqrt(max(was.rate * (1 - was.rate), 1e-12)),
        p=q,
        rows=(was.rows, now.rows),
        mine=one.mine,
        values=one.values,
        about=one.about,
        group=(one.column, one.group),
    )


def _under(one: Impact, found: Audit, members: Words, what: Decided, decisions: Decisions) -> Finding:
    """Return a ratio under four fifths as a finding."""
    before, _ = _windows(decisions)
    other = next(each.favoured for each in found.impacts if each.group == found.reference)
    mine = (members.codes == members.labels.index(one.group)) & ~np.isnan(what.favoured)
    was, _ = _pair(what.favoured, before & ~np.isnan(what.favoured), mine)
    message = (
        f"{what.favourable} {one.ratio:.2f} times as often for {found.column} {one.group} as for "
        f"{found.reference} ({one.low:.2f} to {one.high:.2f}), under four fifths."
    )
    return _finding(
        decisions,
        message=message,
        severity=AlertSeverity.HIGH,
        urgent=False,
        value=one.ratio,
        threshold=FOUR_FIFTHS,
        effect=(one.favoured.rate - other.rate) / math.sqrt(max(other.rate * (1 - other.rate), 1e-12)),
        p=one.adjusted,
        rows=(was.rows, one.favoured.rows - was.rows),
        mine=mine,
        values=what.favoured,
        about="disparate impact ratio",
        group=(found.column, one.group),
    )


def _finding(
    decisions: Decisions,
    *,
    message: str,
    severity: AlertSeverity,
    urgent: bool,
    value: float,
    threshold: float,
    effect: float,
    p: float,
    rows: tuple[int, int],
    mine: Rows,
    values: Values,
    about: str,
    group: tuple[str, str],
) -> Finding:
    times = decisions.table.times_us
    both = np.logical_or(*_windows(decisions)) & mine
    start = began(times[both], values[both].astype(np.int64), decisions.window)
    spans = zip(("baseline", "window"), (decisions.baseline, decisions.window), rows, strict=True)
    return Finding(
        severity=severity,
        message=message,
        value=value,
        threshold=threshold,
        time_us=int(times[np.searchsorted(times, decisions.window[1]) - 1]),
        start_us=start.at_us,
        earliest_us=start.earliest_us,
        latest_us=start.latest_us,
        ended_us=None,
        urgent=urgent,
        effect=effect,
        p_value=p,
        baseline=f"{rows[0]:,} decisions of the same group",
        windows=tuple(Compared(name, from_us(s[0]), from_us(s[1]), count) for name, s, count in spans),
        about=about,
        labels={group[0]: group[1], "layer": Layer.FAIRNESS.value},
    )
