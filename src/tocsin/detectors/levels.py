"""Averages over several lengths, the level each must pass, and how far every sample went beyond."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Values
from tocsin.detectors.baseline import Baseline
from tocsin.detectors.extremes import Tail, fit_tail, shortest

WIDTHS = (1, 8, 64)


@dataclass(frozen=True, slots=True)
class Level:
    """The threshold of one average, one way (+1 or -1), in spreads, and the tail it was read from."""

    width: int
    side: int
    threshold: float
    tail: Tail


def levels(known: Baseline, false_alarm_days: float) -> tuple[Level, ...]:
    """Return the levels of every average the baseline is long enough for; each gets an equal share."""
    period = false_alarm_days * DAY / known.step_us  # samples between false alarms
    shares = 2 * sum(len(known.scores) >= shortest(width) for width in WIDTHS)
    found: list[Level] = []
    scores = known.scores
    for width in WIDTHS:
        statistic = averages(scores, width)
        pair = ((side, fit_tail(side * statistic[width - 1 :], width)) for side in (1, -1))
        added = [Level(width, s, _threshold(tail, width, period, shares), tail) for s, tail in pair if tail]
        scores = _unexplained(scores, statistic, added)
        found += added
    return tuple(found)


def excess(scores: Values, found: Sequence[Level]) -> tuple[Values, NDArray[np.int64]]:
    """Return for each score the greatest ratio of an average to its level, and the index of that level.

    What a shorter average finds departed does not count in longer ones: one spike is no change of level, and
    a longer average is not to go on about a departure that is over.
    """
    best, which = np.zeros(len(scores)), np.zeros(len(scores), np.int64)
    for width in WIDTHS:
        same = [(i, level) for i, level in enumerate(found) if level.width == width]
        statistic = averages(scores, width)
        for i, level in same:
            ratio = level.side * statistic / level.threshold
            greater = ratio > best
            best[greater], which[greater] = ratio[greater], i
        scores = _unexplained(scores, statistic, [level for _, level in same])
    return best, which


def averages(scores: Values, width: int) -> Values:
    """Return trailing means over `width` scores; the first width - 1 are means of what there is."""
    if width == 1:
        return scores
    sums = np.cumsum(scores)
    means = sums.copy()
    means[width:] -= sums[:-width]
    few = min(width, len(scores))
    means[:few] /= np.arange(1, few + 1)
    means[few:] /= width
    return means


def single(found: Sequence[Level]) -> float:
    """Return the level of single scores, the higher of the two sides."""
    return max((level.threshold for level in found if level.width == 1), default=float("inf"))


def _unexplained(scores: Values, statistic: Values, found: Sequence[Level]) -> Values:
    """Return the scores with 0 in place of all that make up an average beyond its level."""
    n = len(scores)
    width = found[0].width if found else 1
    beyond = np.zeros(n + width, np.int64)
    for level in found:
        beyond[:n] |= level.side * statistic > level.threshold
    if not beyond.any():
        return scores
    counts = np.concatenate([[0], np.cumsum(beyond)])
    ahead = counts[width : width + n] - counts[:n]  # averages beyond their level that this score is part of
    return np.where(ahead > 0, 0.0, scores)


def _threshold(tail: Tail, width: int, period: float, shares: int) -> float:
    """Return the level of one of `shares` tests; never below 3 standard errors of independent noise."""
    chance = -float(np.expm1(-tail.stretch / period / shares))
    return max(tail.level(chance), 3 / float(np.sqrt(width)))
