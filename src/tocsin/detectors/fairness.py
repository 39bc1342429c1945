"""Whether groups of people are treated alike: rates by group, differences and ratios, with bounds (D12).

Decisions and outcomes are 1 and 0. Named as in the field: demographic parity compares how often the
favourable decision is given, equal opportunity how often it is given to those it is right for (true-positive
rate), and equalised odds that and the false-positive rate (Hardt, Price and Srebro 2016).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.fairness_ratio import Impact, impacts, koopman
from tocsin.detectors.proportions import Rate, newcombe, rate
from tocsin.detectors.table import Words

LEAST = 30  # rows of a group that decides anything; fewer are shown
_SHARE = 0.02  # of all rows: a smaller group is no reference (29 CFR 1607.4 D and its answer 13)


@dataclass(frozen=True, slots=True)
class GroupRates:
    """One group: how often it is favoured, and against the outcome the error rates, None without outcomes.

    `positive` is the decision that goes with outcome 1; false_positive is its share where the outcome is 0.
    """

    group: str
    rows: int
    favoured: Rate
    true_positive: Rate | None
    false_positive: Rate | None
    false_negative: Rate | None
    correct: Rate | None


@dataclass(frozen=True, slots=True)
class Gap:
    """The largest difference of a measure between two groups, and the smallest ratio, each with bounds.

    Bounds hold for all pairs of groups together (95 %, Bonferroni): differences by Newcombe (1998), ratios by
    Koopman (1984). `lowest` and `highest` are the groups at the ends.
    """

    measure: str
    difference: float
    low: float
    high: float
    ratio: float
    ratio_low: float
    ratio_high: float
    lowest: str
    highest: str


@dataclass(frozen=True, slots=True)
class Audit:
    """Fairness by one column of groups: rates by group, the impact on each, and the gaps between them.

    `gaps` are demographic parity, and with outcomes equal opportunity and equalised odds. `small` are groups
    of too few rows, which decide nothing.
    """

    column: str
    groups: tuple[GroupRates, ...]
    reference: str
    impacts: tuple[Impact, ...]
    gaps: tuple[Gap, ...]
    small: tuple[str, ...]


def audit(
    column: str,
    groups: Words,
    favoured: Values,
    positive: Values,
    outcome: Values | None,
    *,
    reference: str = "",
    least: int = LEAST,
) -> Audit | None:
    """Return how groups fare; None with fewer than two groups of `least` rows.

    `favoured` is 1 where the decision is the favourable one, `positive` where it is the one that goes with
    outcome 1, NaN where unknown. The reference is the group that is surely favoured most (by the lower bound
    of its rate) of those with at least 2 % of the rows, unless it is named.
    """
    found = by_group(groups, favoured, positive, outcome)
    large = {one.group: one for one in found if one.favoured.rows >= least}
    if len(large) < 2 or (reference and reference not in {one.group for one in found}):
        return None
    against = reference or _reference(large)
    return Audit(
        column=column,
        groups=tuple(found),
        reference=against,
        impacts=tuple(impacts({one.group: one.favoured for one in found}, against, least=least)),
        gaps=tuple(gaps(large)),
        small=tuple(one.group for one in found if one.group not in large),
    )


def by_group(groups: Words, favoured: Values, positive: Values, outcome: Values | None) -> list[GroupRates]:
    """Return the rates of each group that has rows, by name."""
    size = len(groups.labels)
    known = (groups.codes >= 0) & ~np.isnan(favoured)
    rows = _counted(groups.codes, known, size)
    yes = _counted(groups.codes, known & (favoured == 1), size)
    errors = None if outcome is None else _confusion(groups, positive, outcome)
    found = []
    for code, name in enumerate(groups.labels):
        if not rows[code]:
            continue
        rates: list[Rate | None] = [None] * 4
        if errors is not None:
            tp, fp, fn, tn = (int(counts[code]) for counts in errors)
            pairs = (tp, tp + fn), (fp, fp + tn), (fn, tp + fn), (tp + tn, tp + fp + fn + tn)
            rates = [rate(*pair) for pair in pairs]
        found.append(GroupRates(name, int(rows[code]), rate(int(yes[code]), int(rows[code])), *rates))
    return sorted(found, key=lambda one: one.group)


def gaps(groups: Mapping[str, GroupRates]) -> list[Gap]:
    """Return the gaps between groups: demographic parity, equal opportunity, equalised odds."""
    parity = _gap("demographic parity", {name: one.favoured for name, one in groups.items()})
    hits = {name: one.true_positive for name, one in groups.items() if one.true_positive is not None}
    alarms = {name: one.false_positive for name, one in groups.items() if one.false_positive is not None}
    opportunity, false_positives = _gap("equal opportunity", hits), _gap("false-positive rate", alarms)
    found = [one for one in (parity, opportunity, false_positives) if one is not None]
    if opportunity is not None and false_positives is not None:
        found.append(_odds(opportunity, false_positives))
    return found


def _odds(opportunity: Gap, alarms: Gap) -> Gap:
    """Return equalised odds: the larger of both differences, the smaller of both ratios, with its bounds."""
    wide = max(opportunity, alarms, key=lambda one: one.difference)
    least = min(opportunity, alarms, key=lambda one: one.ratio)
    return replace(
        wide,
        measure="equalised odds",
        ratio=least.ratio,
        ratio_low=least.ratio_low,
        ratio_high=least.ratio_high,
    )


def _gap(measure: str, rates: Mapping[str, Rate]) -> Gap | None:
    known = {name: one for name, one in rates.items() if one.rows}
    if len(known) < 2:
        return None
    pairs = len(list(combinations(known, 2)))
    confidence = 1 - 0.05 / pairs
    lowest = min(known, key=lambda name: known[name].rate)
    highest = max(known, key=lambda name: known[name].rate)
    low, high = known[lowest], known[highest]
    change, lower, upper = newcombe((low.events, low.rows), (high.events, high.rows), confidence)
    ratio, ratio_low, ratio_high = koopman(low, high, confidence)
    return Gap(
        measure, float(change), float(lower), float(upper), ratio, ratio_low, ratio_high, lowest, highest
    )  # fmt: skip


def _reference(large: Mapping[str, GroupRates]) -> str:
    rows = sum(one.rows for one in large.values())
    among = [one for one in large.values() if one.rows >= _SHARE * rows] or list(large.values())
    return max(among, key=lambda one: one.favoured.low).group


def _confusion(groups: Words, positive: Values, outcome: Values) -> list[NDArray[np.intp]]:
    """Return true and false positives, false and true negatives of each group."""
    known = (groups.codes >= 0) & ~np.isnan(positive) & ~np.isnan(outcome)
    said, true = positive == 1, outcome == 1
    cells = (said & true, said & ~true, ~said & true, ~said & ~true)
    return [_counted(groups.codes, known & cell, len(groups.labels)) for cell in cells]


def _counted(codes: NDArray[np.int32], rows: NDArray[np.bool_], size: int) -> NDArray[np.intp]:
    return np.bincount(codes[rows], minlength=size)
