"""Whether the mean of a column became worse in cells of rows, and by how much: yes or no, or any number.

Sums are rows, sum and sum of squares, before and after: shape (cells, 2, 3).
"""

from collections.abc import Sequence

import numpy as np

from tocsin.detectors.base import Values
from tocsin.detectors.proportions import newcombe
from tocsin.detectors.segments_odds import Counts, rose, rose_more


def worse_p(sums: Values, total: Values, worse: str, limit: float, *, binary: bool) -> Values:
    """Return the p-value of each cell that it became worse than before, and by more than the rest of `total`.

    `worse` is lower, higher or either. The larger of both p-values counts, since both must be small (Berger
    1982); where the first is over `limit` it stands alone.
    """
    if worse == "either":
        ways = (worse_p(sums, total, way, limit, binary=binary) for way in ("lower", "higher"))
        either: Values = np.minimum(1.0, 2 * np.minimum(*ways))
        return either
    found = _rose(sums, None, worse, binary=binary)
    near = found <= limit
    if near.any():
        rest = total - sums[near]
        found[near] = np.maximum(found[near], _rose(sums[near], rest, worse, binary=binary))
    return found


def differs_p(part: Values, rest: Values, worse: str, *, binary: bool) -> float:
    """Return the p-value that one cell became worse by more than the rest of the rows of another did."""
    ways = ("lower", "higher") if worse == "either" else (worse,)
    found = (_rose(part[None], rest[None], way, binary=binary)[0] for way in ways)
    return min(1.0, len(ways) * float(min(found)))


def stratified(strata: Sequence[Values], worse: str) -> float:
    """Return how surely the mean became worse within strata taken together, in standard errors.

    Each stratum counts as much as its rows tell (weights of Cochran 1954), so that a change of how many rows
    come from which stratum is none.
    """
    sums = np.stack([one for one in strata if one[:, 0].min() >= 2] or [np.zeros((2, 3))])
    rows = sums[:, :, 0]
    rise, variance, _ = _welch(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = rows.prod(axis=1) / rows.sum(axis=1)
        found = float((weight * rise).sum() / np.sqrt((weight**2 * variance).sum()))
    if not np.isfinite(found):
        return 0.0
    return abs(found) if worse == "either" else found if worse == "higher" else -found


def change(sums: Values, *, binary: bool) -> tuple[Values, Values, Values]:
    """Return the change of each cell's mean and its 95 % interval: Newcombe (1998), or Welch for numbers."""
    rows, events = sums[:, :, 0], sums[:, :, 1]
    if binary:
        return newcombe((events[:, 0], rows[:, 0]), (events[:, 1], rows[:, 1]))
    from scipy.special import stdtrit

    rise, variance, freedom = _welch(sums)
    half = stdtrit(freedom, 0.975) * np.sqrt(variance)
    return rise, rise - half, rise + half


def _rose(sums: Values, rest: Values | None, worse: str, *, binary: bool) -> Values:
    """Return the one-sided p-values that means rose, or fell; by more than those of `rest` if given."""
    if not binary:
        return _welch_p(sums, rest, 1 if worse == "higher" else -1)
    cells, others = _counts(sums), None if rest is None else _counts(rest)
    if worse == "lower":
        cells, others = cells.others(), None if others is None else others.others()
    return rose(cells, worth=0.1) if others is None else rose_more(cells, others)


def _counts(sums: Values) -> Counts:
    return Counts(sums[:, 0, 1], sums[:, 0, 0], sums[:, 1, 1], sums[:, 1, 0])


def _welch(sums: Values) -> tuple[Values, Values, Values]:
    """Return the change of the mean, its variance, and Welch's (1947) degrees of freedom."""
    rows = sums[:, :, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums[:, :, 1] / rows
        spread = np.maximum(sums[:, :, 2] - rows * means**2, 0) / (rows - 1)
        of_mean = spread / rows
        variance = of_mean.sum(axis=1)
        freedom = variance**2 / (of_mean**2 / (rows - 1)).sum(axis=1)
    return means[:, 1] - means[:, 0], variance, freedom


def _welch_p(sums: Values, rest: Values | None, sign: int) -> Values:
    from scipy.special import stdtr

    rise, variance, freedom = _welch(sums)
    if rest is not None:
        other, uncertain, its_freedom = _welch(rest)
        with np.errstate(invalid="ignore", divide="ignore"):
            freedom = (variance + uncertain) ** 2 / (variance**2 / freedom + uncertain**2 / its_freedom)
        rise, variance = rise - other, variance + uncertain
    with np.errstate(invalid="ignore", divide="ignore"):
        found = stdtr(freedom, -sign * rise / np.sqrt(variance))
    return np.where(np.isfinite(found), found, 1.0)
