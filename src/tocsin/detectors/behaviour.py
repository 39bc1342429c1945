"""Answers that changed behind the same name: canary prompts or a held-out set, replayed over time."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Finding, Log, Values
from tocsin.detectors.behaviour_change import ALL, Mask, Shift, asked, compare, narrowed
from tocsin.detectors.behaviour_measures import Measured, measured
from tocsin.detectors.onset import onset
from tocsin.detectors.oversight import MOST_FALSE
from tocsin.detectors.oversight_measures import coded
from tocsin.detectors.table import Decisions
from tocsin.model.alert import AlertSeverity, Compared
from tocsin.model.instant import from_us

_GRAVE = 0.1  # a share right that falls by this is grave


@dataclass(frozen=True, slots=True)
class Parameters:
    """What may be set."""

    least_share: float = field(
        default=0.05,
        metadata={"unit": "", "says": "a share must change by this to be told", "least": 0, "most": 1},
    )
    least_ratio: float = field(
        default=0.2,
        metadata={"unit": "", "says": "a number must change by this share of itself to be told", "least": 0},
    )
    prompts: float = field(
        default=10,
        metadata={"unit": "", "says": "prompts asked in both windows, at least", "least": 2, "most": 10**9},
    )


class BehaviourDetector:
    """Compares answers to the prompts that were asked in both windows; others say nothing of a change.

    All tests of one look are held together to the chance of a false alarm it may have (Benjamini and
    Hochberg 1995). Whatever changed is told: answers that are longer or declined more often are no better or
    worse by themselves, but somebody should know.
    """

    name = "behaviour"
    title = "Answers that changed"
    release = "1"

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters()

    @property
    def needs(self) -> Log:
        """Prompts and answers; by task, reference, score, version and others where there are any."""
        return Log(("prompt", "answer"), window_us=7 * DAY, baseline_us=28 * DAY, every_us=DAY, least=20)

    def find(self, decisions: Decisions) -> list[Finding]:
        """Return the measures of tasks that moved, those that became worse first."""
        prompts, sides = asked(decisions.table, decisions.roles), _sides(decisions)
        common = np.intersect1d(prompts[sides[0]], prompts[sides[1]])
        replayed = np.isin(prompts, common[common >= 0])
        decisions = replace(decisions, table=narrowed(decisions.table, replayed))
        table, roles, sides = decisions.table, decisions.roles, _sides(decisions)
        # Seeded by the window, so that a second look at the same rows tells the same.
        random = np.random.Generator(np.random.PCG64(abs(decisions.window[0])))
        told = compare(table, roles, *sides, random)
        chance = min(decisions.chance, MOST_FALSE)
        grave = [one for one in told if one.q <= chance and self._matters(one)]
        single = {one.measure for one in grave if one.task != ALL}  # all together then say nothing more
        by_name = {one.name: one for one in measured(table, roles)} if grave else {}
        made = [
            _finding(one, decisions, by_name.get(one.measure), sides)
            for one in grave
            if one.task != ALL or one.measure not in single
        ]
        return sorted(made, key=lambda one: (_RANK[one.severity], one.p_value))

    def _matters(self, one: Shift) -> bool:
        moved = one.moved
        least = self.parameters.least_share if one.share else self.parameters.least_ratio * abs(moved.before)
        return moved.pairs >= self.parameters.prompts and abs(moved.change) >= least


_RANK = {severity: rank for rank, severity in enumerate(AlertSeverity)}


def message(one: Shift, versions: tuple[str, str] = ("", "")) -> str:
    """Return a shift in words: share right in prime fell from 97.6 % to 2.4 %."""
    where = "" if one.task == ALL else f" in {one.task}"
    moved = "rose" if one.moved.change > 0 else "fell"
    before, after = (shown(one, value) for value in (one.moved.before, one.moved.after))
    words = f"{one.measure}{where} {moved} from {before} to {after}"
    return f"{words}; {versions[0]} before, now {versions[1]}" if versions[0] != versions[1] else words


def shown(one: Shift, value: float) -> str:
    """Return a value of a measure with its unit."""
    return f"{100 * value:.1f} %" if one.share else f"{value:.3g}"


def _finding(one: Shift, decisions: Decisions, measure: Measured | None, sides: tuple[Mask, Mask]) -> Finding:
    table, moved = decisions.table, one.moved
    rows = sides[0] | sides[1]
    if one.task != ALL:
        labels, codes = coded(table.columns[decisions.roles.one("task")])
        rows = rows & (codes == labels.index(one.task))
    last = int(table.times_us[rows][-1])
    start = onset(*_yes(table.times_us, measure, rows, sides[0])) if measure is not None else None
    at = (start.at_us, start.earliest_us, start.latest_us) if start else (decisions.window[0],) * 2 + (last,)
    windows = tuple(
        Compared(name, from_us(span[0]), from_us(span[1]), count)
        for name, span, count in (("baseline", decisions.baseline, moved.rows[0]),
                                  ("window", decisions.window, moved.rows[1]))
    )  # fmt: skip
    severity = _severity(one)
    return Finding(
        severity=severity,
        message=message(one, _versions(decisions, sides)),
        value=moved.after,
        threshold=moved.before,
        time_us=last,
        start_us=at[0],
        earliest_us=at[1],
        latest_us=at[2],
        ended_us=None,
        urgent=severity is AlertSeverity.HIGH,
        effect=_effect(one),
        p_value=one.q,
        baseline=f"answers to the same {moved.pairs} prompts before",
        windows=windows,
        about=one.measure,
        labels={"layer": "behaviour"} | ({} if one.task == ALL else {"task": one.task}),
    )


def _severity(one: Shift) -> AlertSeverity:
    if one.direction == "better":
        return AlertSeverity.LOW
    if one.direction != "worse":
        return AlertSeverity.MEDIUM
    return AlertSeverity.HIGH if not one.share or one.moved.change <= -_GRAVE else AlertSeverity.MEDIUM


def _effect(one: Shift) -> float:
    """Return the change in standard errors, from its interval."""
    half = (one.moved.high - one.moved.low) / 2
    return one.moved.change / half * 1.96 if half > 0 else 0.0


def _yes(
    times_us: NDArray[np.int64], measure: Measured, rows: Mask, before: Mask
) -> tuple[NDArray[np.int64], Values]:
    """Return the rows' instants and a yes or no each: the share itself, or above the baseline's median."""
    own = rows & ~np.isnan(measure.values)
    values = measure.values[own]
    if measure.share:
        return times_us[own], values
    return times_us[own], np.asarray(values > np.median(measure.values[own & before]), np.float64)


def _sides(decisions: Decisions) -> tuple[Mask, Mask]:
    times = decisions.table.times_us
    one, two = ((times >= span[0]) & (times < span[1]) for span in (decisions.baseline, decisions.window))
    return one, two


def _versions(decisions: Decisions, sides: tuple[Mask, Mask]) -> tuple[str, str]:
    """Return the version most rows name before and after, empty where no column tells."""
    name = decisions.roles.one("version")
    if name not in decisions.table.columns:
        return "", ""
    labels, codes = coded(decisions.table.columns[name])
    first, last = (codes[side & (codes >= 0)] for side in sides)
    if not len(first) or not len(last):
        return "", ""
    return labels[int(np.bincount(first).argmax())], labels[int(np.bincount(last).argmax())]
