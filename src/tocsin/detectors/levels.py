"""Averages over several lengths, the level each must pass, and how far every sample went beyond."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import tails
from tocsin.detectors.base import DAY, Values
from tocsin.detectors.blocks import Reference
from tocsin.detectors.limits import clumps, level_of
from tocsin.detectors.noise import Average, Noise
from tocsin.detectors.tails import Tail

WIDTHS = (1, 8, 64)
# How the budget of false alarms is divided. What a single sample does is carried furthest beyond what was
# ever seen, so that least depends on it.
SHARES = {1: 0.2, 8: 0.4, 64: 0.4}
_RARE = 24
_FEWEST = 8  # times its width that a baseline must hold before an average is judged
_LEAST = 3.0  # standard errors of independent noise: no level is lower


@dataclass(frozen=True, slots=True)
class Level:
    """The threshold of one average, one way (+1 or -1), in spreads, and what noise it was read from."""

    width: int
    side: int
    threshold: float
    of: Average
    tail: Tail | None = None

    def rate(self, level: float) -> float:
        """Return how often a sample noise begins to go that far (in spreads) on this side."""
        if self.tail is None:
            apart = (level - self.side * self.of.centre) / self.of.deviation
            return self.of.rate(_gaussian(apart, self.of.freedom))
        return clumps(max(_normal(self.tail.chance(level)), 0.5), self.of.changes[0])


def levels(reference: Reference, alarms_a_week: float) -> tuple[Level, ...]:
    """Return the levels of every average the baseline is long enough for, for so many false alarms a week."""
    known, noise = reference.baseline, reference.noise
    samples_a_week = 7 * DAY / known.step_us
    widths = [width for width in WIDTHS if len(known.scores) >= _FEWEST * width]
    found: list[Level] = []
    for width in widths:
        share = SHARES[width] / sum(SHARES[one] for one in widths)
        rate = max(alarms_a_week * share / 2 / samples_a_week, 1e-12)
        found += _singles(known.scores, noise, rate) if width == 1 else _averages(noise, width, rate)
    return tuple(found)


def excess(scores: Values, found: Sequence[Level]) -> tuple[Values, NDArray[np.int64]]:
    """Return for each score the greatest ratio of an average to its level, and the index of that level.

    What a shorter average finds departed does not count in longer ones: one spike is no change of level, and
    a longer average is not to go on about a departure that is over. Longer ones are of normal scores.
    """
    best, which = np.zeros(len(scores)), np.zeros(len(scores), np.int64)
    for width in WIDTHS:
        same = [(i, level) for i, level in enumerate(found) if level.width == width]
        if width == WIDTHS[1] and found:
            scores = found[0].of.normal(scores)
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


def _singles(scores: Values, noise: Noise, rate: float) -> list[Level]:
    """Return the levels of single scores: by the tail of their own distribution, either side its own."""
    from scipy.special import ndtr

    of = noise.average(1)
    chance = float(ndtr(-level_of(rate, round(of.changes[0], 3))))
    found = []
    for side in (1, -1):
        tail = tails.fit(side * scores)
        reach = 0.0 if tail is None else tail.level(chance)
        if (rare := tails.fit(side * scores, _RARE)) is not None and (far := rare.level(chance)) > reach:
            tail, reach = rare, far  # a few spikes among many plain samples have a tail of their own
        if tail is None and len(scores):  # what never strays has no tail: beyond all there was
            reach = 1.5 * float(np.max(side * scores))
        found.append(Level(1, side, max(reach, _LEAST), of, tail))
    return found


def _averages(noise: Noise, width: int, rate: float) -> list[Level]:
    of = noise.average(width)
    reach = of.limit(rate) * of.deviation
    least = _LEAST / float(np.sqrt(width))
    return [Level(width, side, max(reach + side * of.centre, least), of) for side in (1, -1)]


def _gaussian(apart: float, freedom: float) -> float:
    """Return the Gaussian level as likely to be passed as one of Student's t."""
    from scipy.special import stdtr

    return max(_normal(float(stdtr(freedom, -apart))), 0.5)


def _normal(chance: float) -> float:
    from scipy.special import ndtri

    return float(-ndtri(min(max(chance, 1e-300), 0.5)))


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
