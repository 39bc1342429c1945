"""When several series changed together: their evidence combined, those that move together counted once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Times, Values
from tocsin.detectors.start import DOUBT, shortest

_CELLS = 400_000  # cells times series looked at at once
_FEWEST_CELLS = 500
_THEN = 0.95  # of a series that changed: the chance that it did so at the same time
_NEVER = 1e-300
_COMPARED = 64  # series whose noise is compared
_LEAST_BINS, _MOST_BINS = 20, 2000


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one series says: `factors[i]` is the log Bayes factor of a change first seen at `times_us[i]`.

    `innovations` are the noise of the last samples, one each.
    """

    times_us: Times
    factors: Values
    innovations: Values


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """When the series changed: between `earliest_us` and `latest_us`, first seen at `at_us`.

    `odds` are as those of `start.Start`. The change fell into (edges_us[j], edges_us[j + 1]] with chance
    `chances[j]`. Of each series, `changed` is the chance that it changed then, and `shares` how much its
    evidence counted, 1 where its noise resembles no other's.
    """

    at_us: int
    earliest_us: int
    latest_us: int
    odds: float
    edges_us: Times
    chances: Values
    changed: Values
    shares: Values


def combine(evidence: Sequence[Evidence], *, chance: float = 0.9) -> Joint | None:
    """Return when the series changed if they did at one time; None where no position is possible.

    Each series changed with a chance q that is averaged over (spike and slab, Mitchell and Beauchamp 1988):
    at that time, or (one in twenty, if there are several) at one of its own; at least one did at that time.
    L(t) = product of (v + 0.95 q B(t)) less product of v, v = 1 - q + 0.05 q M, M the mean of B over all
    times. So a series that changed at another time, or never, weakens nothing. The prior on time is flat.

    Series whose noise is correlated tell the same thing twice: the logarithm of each counts 1 / (sum of
    squared correlations with all, itself included), so that n copies of one series count as one. That is
    cautious: series that share noise need more evidence here than a model of the shared noise would ask.
    """
    if not evidence:
        return None
    shares = 1 / _alike(evidence).sum(axis=1)
    every = np.unique(np.concatenate([one.times_us for one in evidence]))
    most = max(_CELLS // len(evidence), _FEWEST_CELLS)
    if len(every) < 2:
        return None
    edges = _thinned(every, most)
    found = _over(edges, evidence, shares, chance)
    if found is not None and len(every) > most:
        margin = found.latest_us - found.earliest_us + 1
        first, last = np.searchsorted(every, (found.earliest_us - margin, found.latest_us + margin))
        edges = np.union1d(edges, _thinned(every[first : last + 1], most))
        found = _over(edges, evidence, shares, chance)
    return found


def _over(edges: Times, evidence: Sequence[Evidence], shares: Values, chance: float) -> Joint | None:
    """Return what the evidence says over the cells between these edges."""
    own = np.stack([_in_cells(one, edges) for one in evidence])
    alone = np.array([_mean(one.factors) for one in evidence])
    then = 1.0 if len(evidence) == 1 else _THEN
    slabs = _slabs(len(evidence))
    # Log of what a series says if it did not change then, and by how much more if it did; by slab.
    apart = [np.logaddexp(np.log1p(-q), np.log(q * (1 - then) + _NEVER) + alone) for q in slabs]
    more = [np.log(q * then) + own - one[:, None] for q, one in zip(slabs, apart, strict=True)]
    each = np.stack(
        [shares @ one + _less_one(shares @ np.logaddexp(0, by)) for one, by in zip(apart, more, strict=True)]
    )
    together = np.logaddexp.reduce(each, axis=0) - np.log(len(slabs))
    lengths = np.diff(edges).astype(np.float64)
    mass = together + np.log(lengths / lengths.sum())
    total = float(np.logaddexp.reduce(mass))
    if not np.isfinite(total):
        return None
    weights = np.exp(mass - total)
    best = int(np.argmax(together))
    low, high = shortest(weights, chance, best)
    belief = np.exp(each[:, best] - np.logaddexp.reduce(each[:, best]))
    any_changed = 1 / (1 + np.exp(min(DOUBT - total, 700.0)))
    then_changed = np.stack([1 / (1 + np.exp(-np.clip(by[:, best], -700, 700))) for by in more])
    return Joint(
        at_us=int(edges[best + 1]),
        earliest_us=int(edges[low]),
        latest_us=int(edges[high + 1]),
        odds=total - DOUBT,
        edges_us=edges,
        chances=weights,
        changed=np.minimum(any_changed * (belief @ then_changed), 1.0),
        shares=shares,
    )


def _slabs(series: int) -> Values:
    """Return chances of one series to have changed, to be averaged over: one in all, up to half of them."""
    if series == 1:
        return np.array([1 - 1e-12])
    return np.geomspace(1 / series, 0.5, 5)


def _less_one(log: Values) -> Values:
    """Return log(exp(x) - 1)."""
    with np.errstate(divide="ignore"):
        found: Values = np.where(log > 30, log, np.log(np.expm1(np.minimum(log, 30.0))))
    return found


def _mean(factors: Values) -> float:
    """Return the log of the mean factor over the positions that are possible; 0 where none is."""
    possible = factors[np.isfinite(factors)]
    return float(np.logaddexp.reduce(possible) - np.log(len(possible))) if len(possible) else 0.0


def _in_cells(one: Evidence, edges: Times) -> Values:
    """Return the log factor of a change in each cell; 0 where the series cannot tell."""
    factors = one.factors.copy()
    possible = np.flatnonzero(np.isfinite(factors))
    if not len(possible):
        return np.zeros(len(edges) - 1)
    factors[: possible[0]] = 0
    factors = np.append(factors, 0.0)  # a change after the last sample
    firsts = np.searchsorted(one.times_us, edges[:-1], side="right")
    lasts = np.searchsorted(one.times_us, edges[1:], side="left")
    found: Values = factors[lasts]
    wide = np.flatnonzero(lasts > firsts)  # cells with several samples: the mean factor
    if len(wide):
        ends = np.stack([firsts[wide], lasts[wide] + 1], axis=1).ravel()
        sums = np.logaddexp.reduceat(np.append(factors, 0.0), ends)[::2]
        found[wide] = sums - np.log(lasts[wide] + 1 - firsts[wide])
    return found


def _thinned(times_us: Times, most: int) -> Times:
    if len(times_us) <= most + 1:
        return times_us
    return times_us[np.linspace(0, len(times_us) - 1, most + 1).astype(np.intp)]


def _alike(evidence: Sequence[Evidence]) -> NDArray[np.float64]:
    """Return the squared correlation of the series' noise; only those that say most of a change are compared.

    1 on the diagonal.
    """
    alike = np.eye(len(evidence))
    strength = np.array([float(np.max(one.factors, initial=-np.inf)) for one in evidence])
    loud = np.argsort(-strength, kind="stable")[:_COMPARED]
    loud = loud[strength[loud] > 0]
    if len(loud) > 1:
        alike[np.ix_(loud, loud)] = _squares(_binned([evidence[int(i)] for i in loud]))
    return alike


def _binned(evidence: Sequence[Evidence]) -> NDArray[np.float64]:
    """Return the mean innovations of series over common bins of time, NaN where one has none."""
    ends = [one.times_us[len(one.times_us) - len(one.innovations) :] for one in evidence]
    width = max(int(np.median(np.diff(times))) if len(times) > 1 else 1 for times in ends)
    begin, end = min(int(times[0]) for times in ends), max(int(times[-1]) for times in ends)
    width = max(width, (end - begin) // _MOST_BINS, 1)
    count = (end - begin) // width + 1
    rows = np.full((len(ends), count), np.nan)
    for row, (times, one) in enumerate(zip(ends, evidence, strict=True)):
        bins = (times - begin) // width
        held = np.bincount(bins, minlength=count)
        sums = np.bincount(bins, weights=one.innovations, minlength=count)
        rows[row, held > 0] = sums[held > 0] / held[held > 0]
    return rows


def _squares(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared correlation of each pair, less what chance makes of none; 1 on the diagonal."""
    there = np.isfinite(rows)
    filled = np.where(there, rows, 0.0)
    weights = there.astype(np.float64)
    common = weights @ weights.T
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (filled @ weights.T) / common
        covariance = (filled @ filled.T) / common - means * means.T
        power = (filled**2 @ weights.T) / common - means**2
        squares = covariance**2 / (power * power.T)
        squares = np.where(common >= _LEAST_BINS, squares - 1 / common, 0.0)
    squares = np.clip(np.nan_to_num(squares), 0.0, 1.0)
    np.fill_diagonal(squares, 1.0)
    found: NDArray[np.float64] = squares
    return found
