"""Whether a score means the same for each group: how often the outcome came, by group and by score."""

from dataclasses import dataclass

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.proportions import Rate, rate
from tocsin.detectors.table import Words

_BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose score lies from `since` to before `until`: its mean, and how often the outcome was 1."""

    since: float
    until: float
    score: float
    outcome: Rate


@dataclass(frozen=True, slots=True)
class Calibration:
    """One group. `gap` is how much oftener the outcome came than the scores said, with 95 % bounds.

    NaN for scores that are no chances (outside 0 to 1).
    """

    group: str
    rows: int
    gap: float
    low: float
    high: float
    bins: tuple[Bin, ...]


def calibration(groups: Words, score: Values, outcome: Values) -> list[Calibration]:
    """Return the calibration of each group, by name; bins hold a tenth of all rows each, fewer where tied.

    The gap is calibration in the large (Cox 1958), its bounds those of the mean of outcome less score.
    """
    known = (groups.codes >= 0) & ~np.isnan(score) & ~np.isnan(outcome)
    codes, said, came = groups.codes[known], score[known], outcome[known]
    if not len(said):
        return []
    edges = np.unique(np.quantile(said, np.arange(_BINS) / _BINS, method="higher"))
    at = np.clip(np.searchsorted(edges, said, side="right") - 1, 0, len(edges) - 1)
    chances = bool(said.min() >= 0 and said.max() <= 1)
    found = []
    for code in np.unique(codes):
        mine = codes == code
        bins = [
            _bin(edges, int(one), said[mine & (at == one)], came[mine & (at == one)])
            for one in np.unique(at[mine])
        ]
        gap, low, high = _mean(came[mine] - said[mine]) if chances else (np.nan,) * 3
        found.append(Calibration(groups.labels[code], int(mine.sum()), gap, low, high, tuple(bins)))
    return sorted(found, key=lambda one: one.group)


def _bin(edges: Values, at: int, said: Values, came: Values) -> Bin:
    until = float(edges[at + 1]) if at + 1 < len(edges) else float("inf")
    return Bin(float(edges[at]), until, float(said.mean()), rate(int(came.sum()), len(came)))


def _mean(values: Values) -> tuple[float, float, float]:
    from scipy.special import stdtrit

    middle, rows = float(values.mean()), len(values)
    if rows < 2:
        return middle, np.nan, np.nan
    half = float(stdtrit(rows - 1, 0.975)) * float(values.std(ddof=1)) / rows**0.5
    return middle, middle - half, middle + half
