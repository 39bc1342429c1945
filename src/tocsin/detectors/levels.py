"""Averages over several lengths, the level each must pass, and how far every sample went beyond."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, Values
from tocsin.detectors.baseline import Baseline
from tocsin.detectors.extremes import Tail, fit_tail

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
    tails: list[tuple[int, int, Tail]] = []
    clip = np.inf
    for width in WIDTHS:
        statistic = averages(known.scores, width, clip)[width - 1 :]
        pair = [(width, side, fit_tail(side * statistic, width)) for side in (1, -1)]
        tails += [(width, side, tail) for width, side, tail in pair if tail]
        if width == 1:
            clip = max((_threshold(t, 1, period, 2 * len(WIDTHS)) for _, _, t in tails), default=np.inf)
    return tuple(Level(w, s, _threshold(t, w, period, len(tails)), t) for w, s, t in tails)


def averages(scores: Values, width: int, clip: float) -> Values:
    """Return trailing means over `width` scores, each clipped, so that one spike is no change of level.

    The first width - 1 are means of what there is.
    """
    if width == 1:
        return scores
    sums = np.cumsum(np.clip(scores, -clip, clip))
    means = sums.copy()
    means[width:] -= sums[:-width]
    few = min(width, len(scores))
    means[:few] /= np.arange(1, few + 1)
    means[few:] /= width
    return means


def clip_of(found: tuple[Level, ...]) -> float:
    """Return where single scores are clipped before they are averaged."""
    return max((level.threshold for level in found if level.width == 1), default=float("inf"))


def excess(scores: Values, found: tuple[Level, ...]) -> tuple[Values, NDArray[np.int64]]:
    """Return for each score the greatest ratio of an average to its level, and the index of that level."""
    clip = clip_of(found)
    ratios = np.stack([x.side * averages(scores, x.width, clip) / x.threshold for x in found])
    which = ratios.argmax(axis=0)
    return ratios[which, np.arange(len(scores))], which


def _threshold(tail: Tail, width: int, period: float, shares: int) -> float:
    """Return the level of one of `shares` tests; never below 3 standard errors of independent noise."""
    chance = -float(np.expm1(-tail.stretch / period / shares))
    return max(tail.level(chance), 3 / float(np.sqrt(width)))
