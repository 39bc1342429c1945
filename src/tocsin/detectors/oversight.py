"""Human oversight that collapsed (domain.md D8): fewer overrides and reviews, quicker ones, wrong ones."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Finding, Log, Span, Values
from tocsin.detectors.onset import Onset, onset
from tocsin.detectors.oversight_change import Shift, held, shifts
from tocsin.detectors.oversight_measures import AGREEMENT, FLOOR_S, QUICK, SECONDS, Measure, coded, measures
from tocsin.detectors.table import Decisions, Table
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.decision import Roles
from tocsin.model.instant import from_us

ALL = "all"
MOST_FALSE = 0.05  # of what one look tells, however large its chance of a false alarm may be
_SPREAD = 0.5  # of the reviewers of a team: when more than this are found, the team is told instead


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set."""

    floor_s: float = field(
        default=FLOOR_S, metadata={"unit": "s", "says": "a review shorter than this is quick", "least": 0}
    )
    least_change: float = field(
        default=0.1,
        metadata={"unit": "", "says": "a level must change by this share of itself to be told", "least": 0},
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A shift that is no chance, with the rows it is about."""

    shift: Shift
    gradual: bool
    onset: Onset | None


class OversightDetector:
    """Compares each reviewer and team, and all, with their own baseline; looks for a trend over both windows.

    All tests of one look are held together to the chance of a false alarm it may have (Benjamini and
    Hochberg 1995, which bounds that chance where nothing changed). A team is told in place of its reviewers
    when more than half of them are found, and all in place of teams; else what is left without those found.
    """

    name = "oversight"
    title = "Human oversight that collapsed"
    release = "1"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> Log:
        """No role for sure: what is measured, and of whom, depends on the roles there are."""
        return Log(window_us=7 * DAY, baseline_us=28 * DAY, every_us=DAY, least=200)

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return what became worse, the gravest first."""
        table, span = decisions.table, (decisions.baseline[0], decisions.window[1])
        table = table.between(span)
        chance, window = min(decisions.chance, MOST_FALSE), decisions.window
        floor_s, least = self.parameters.floor_s, self.parameters.least_change
        found = collapses(table, decisions.roles, window, chance, floor_s, least)
        made = [_finding(one, decisions) for one in found]
        return sorted(made, key=lambda one: (one.severity is not AlertSeverity.HIGH, one.p_value))


def compared(
    table: Table, roles: Roles, window: Span, floor_s: float = FLOOR_S, *, some: bool = False
) -> list[Shift]:
    """Return every measure of all, each team and each reviewer, the rows before the window its baseline."""
    after = table.times_us >= window[0]
    found: list[Shift] = []
    for by, labels, codes in units(table, roles):
        for measure in measures(table, roles, floor_s=floor_s, some=some):
            found += shifts(by, labels, codes, measure, table.times_us, after)
    return held(found)


def collapses(
    table: Table, roles: Roles, window: Span, chance: float, floor_s: float = FLOOR_S,
    least_change: float = 0.1,
) -> list[Found]:  # fmt: skip
    """Return what became worse of the rows of a table, at no more than a chance of one false find."""
    by_measure = {one.name: one for one in measures(table, roles, floor_s=floor_s)}
    grave = [
        one for one in compared(table, roles, window, floor_s)
        if (one.q <= chance or one.trend_q <= chance) and _matters(one, by_measure[one.measure], least_change)
    ]  # fmt: skip
    found: list[Found] = []
    for name, measure in by_measure.items():
        for one in _told(table, roles, [shift for shift in grave if shift.measure == name], measure, window):
            own = _rows(table, roles, one) & ~np.isnan(measure.values)
            at = onset(table.times_us[own], _yes(measure, own, table.times_us >= window[0]))
            gradual = (at is not None and at.gradual) if one.q <= chance else True
            found.append(Found(one, gradual, at))
    return found


def units(table: Table, roles: Roles) -> list[tuple[str, tuple[str, ...], NDArray[np.int64]]]:
    """Return what is looked at by itself: all, teams, reviewers; names, and the code of each row."""
    found: list[tuple[str, tuple[str, ...], NDArray[np.int64]]] = [
        (ALL, (ALL,), np.zeros(len(table), np.int64))
    ]
    for role in ("team", "reviewer"):
        if (name := roles.one(role)) in table.columns:
            found.append((role, *coded(table.columns[name])))
    return found


def _told(table: Table, roles: Roles, grave: list[Shift], measure: Measure, window: Span) -> list[Shift]:
    """Return the shifts to tell of one measure: the widest that are no mere sum of narrower ones."""
    reviewers = [one for one in grave if one.by == "reviewer"]
    found = list(reviewers)
    for wide in [one for by in ("team", ALL) for one in grave if one.by == by]:
        inside = _rows(table, roles, wide)
        own = [one for one in reviewers if (inside & _rows(table, roles, one)).any()]
        if len(own) > _SPREAD * _count(table, roles, inside):
            found = [one for one in found if not (inside & _rows(table, roles, one)).any()]
            found.append(wide)
        elif not own or _still_worse(
            table, measure, window, inside, [_rows(table, roles, one) for one in own]
        ):
            found = [one for one in found if one.by != "team" or wide.by != ALL]
            found.append(wide)
    return found


def _still_worse(
    table: Table, measure: Measure, window: Span, inside: NDArray[np.bool_], known: list[NDArray[np.bool_]]
) -> bool:
    """Whether what is left without the reviewers found is worse too, at one in a hundred."""
    left = inside & ~np.logical_or.reduce(known)
    part = replace(measure, values=measure.values[left])
    codes, times = np.zeros(int(left.sum()), np.int64), table.times_us[left]
    found = shifts(ALL, (ALL,), codes, part, times, times >= window[0])
    return any(min(one.p, one.trend_p) <= 0.01 for one in found)


def _count(table: Table, roles: Roles, inside: NDArray[np.bool_]) -> int:
    name = roles.one("reviewer")
    codes = coded(table.columns[name])[1][inside] if name in table.columns else np.empty(0, np.int64)
    return len(np.unique(codes[codes >= 0]))


def _rows(table: Table, roles: Roles, one: Shift) -> NDArray[np.bool_]:
    if one.by == ALL:
        return np.ones(len(table), np.bool_)
    labels, codes = coded(table.columns[roles.one(one.by)])
    return np.asarray(codes == labels.index(one.who))


def _matters(one: Shift, measure: Measure, least_change: float) -> bool:
    before, after = one.before.value, one.after.value
    if np.isnan(before) or np.isnan(after):
        return False
    return measure.worse * (after - before) >= least_change * max(before, 1e-9)


def _yes(measure: Measure, own: NDArray[np.bool_], after: NDArray[np.bool_]) -> Values:
    values = measure.values[own]
    if measure.share:
        return values
    return np.asarray(values < values[~after[own]].mean(), np.float64)


def _finding(found: Found, decisions: Decisions) -> Finding:
    one, start = found.shift, found.onset
    times = decisions.table.times_us
    last = int(times[-1]) if len(times) else decisions.window[1]
    at = (start.at_us, start.earliest_us, start.latest_us) if start else (decisions.window[0],) * 2 + (last,)
    halved = _halved(one)
    windows = tuple(
        Compared(name, from_us(span[0]), from_us(span[1]), level.rows)
        for name, span, level in (("baseline", decisions.baseline, one.before),
                                  ("window", decisions.window, one.after))
    )  # fmt: skip
    tail = one.before.high if one.measure == QUICK else one.before.low
    labels = {"layer": "oversight"} | ({} if one.by == ALL else {one.by: one.who})
    return Finding(
        severity=AlertSeverity.HIGH if halved else AlertSeverity.MEDIUM,
        message=message(one, gradual=found.gradual),
        value=one.after.value,
        threshold=tail,
        time_us=last,
        start_us=at[0],
        earliest_us=at[1],
        latest_us=at[2],
        ended_us=None,
        urgent=halved and not found.gradual,
        effect=_effect(one),
        p_value=float(np.nanmin([one.q, one.trend_q])),
        baseline=f"{one.before.rows} decisions of the same {'reviewers' if one.by == ALL else one.by} before",
        windows=windows,
        about=one.measure,
        labels=labels,
    )


def message(one: Shift, *, gradual: bool) -> str:
    """Return a shift in words: review seconds of Operator A fell from 61 s to 3.1 s."""
    who = "" if one.by == ALL else f" of {one.by} {one.who}"
    rose = one.after.value > one.before.value
    moved = ("has been rising" if rose else "has been falling") if gradual else ("rose" if rose else "fell")
    before, after = (_shown(one.measure, level.value) for level in (one.before, one.after))
    return f"{one.measure}{who} {moved} from {before} to {after}"


def _shown(measure: str, value: float) -> str:
    return f"{value:.3g} s" if measure == SECONDS else f"{100 * value:.1f} %"


def _halved(one: Shift) -> bool:
    """Whether oversight lost half of what it was: half the rate, half the time, or half of reviews quick."""
    if one.measure == QUICK:
        return one.after.value >= 0.5
    if one.measure == AGREEMENT:
        return 1 - one.after.value >= 2 * (1 - one.before.value) and one.before.value - one.after.value >= 0.1
    return one.after.value <= one.before.value / 2


def _effect(one: Shift) -> float:
    """Return the change in standard errors of the window, were it as the baseline."""
    if one.measure == SECONDS:
        half = max(np.log(one.high / one.low) / 2, 1e-9)
        return float(np.log(one.change) / half * 1.96)
    rate = min(max(one.before.value, 1e-3), 1 - 1e-3)
    return float(one.change / np.sqrt(rate * (1 - rate) / max(one.after.rows, 1)))
