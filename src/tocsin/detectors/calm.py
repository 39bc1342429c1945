"""A cheap look at new samples of a series that was judged before: is it still as calm as it was?"""

from dataclasses import dataclass, replace

import numpy as np

from tocsin.detectors.base import Times, Values
from tocsin.detectors.baseline import Baseline, expected
from tocsin.detectors.levels import WIDTHS, Level, excess
from tocsin.detectors.stretches import LARGEST

_FEW = 8  # new samples that are quicker looked at one by one
_SAFE = 1 - 1e-9  # sums of other lengths round otherwise: what comes so near to a level is judged in full


@dataclass(frozen=True, slots=True)
class Calm:
    """What a full judgement found normal, good for samples before `until_us` (UTC microseconds).

    `known` is None while there is too little past to judge by.
    """

    until_us: int
    known: Baseline | None
    levels: tuple[Level, ...]

    @property
    def lead(self) -> int:
        """How many earlier samples must stand before the new ones."""
        return max(WIDTHS)

    def holds(self, times: Times, values: Values, first: int) -> bool:
        """Whether a full judgement would find nothing in the samples from index `first` on."""
        if not len(times) or int(times[-1]) >= self.until_us:
            return False
        if self.known is None or not self.levels:
            return True
        centre, spread = expected(times, self.known)
        scores = (np.clip(values, -LARGEST, LARGEST) - centre) / spread
        if len(scores) - first > _FEW:
            beyond, _ = excess(scores, self.levels)
            return bool((beyond[first:] <= _SAFE).all())
        # Nothing has departed before and nothing may now, so that no average hides from a longer one.
        return all(self._below(scores[: end + 1]) for end in range(first, len(scores)))

    def _below(self, scores: Values) -> bool:
        """Whether every average that ends with the last score stays below its level."""
        means = {1: float(scores[-1])}
        normal = self.levels[0].of.normal(scores[-max(WIDTHS) :])
        means |= {width: float(normal[-width:].mean()) for width in WIDTHS[1:]}
        return all(level.side * means[level.width] <= _SAFE * level.threshold for level in self.levels)


def calm(until_us: int, known: Baseline | None, levels: tuple[Level, ...]) -> Calm:
    """Return what is worth keeping in memory of a judgement: not the baseline's own samples."""
    light = None if known is None else replace(known, scores=np.empty(0))
    return Calm(until_us, light, levels)
