"""Whether a rate rose, and rose by more than another did: exact where counts are small.

A rate is rows and events in two windows. Given the sum of the events, those of the later window follow
Fisher's noncentral hypergeometric distribution, whose one parameter is the odds ratio between the windows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.detectors.base import Values

_SMALL = 10  # events or other rows in a window, below which the tail is summed term by term
_WORTH = 0.5
_MOST_TERMS = 4096
_TOGETHER = 64  # cells summed in one go, of about as many terms


@dataclass(frozen=True, slots=True)
class Counts:
    """Events and rows before and after, of many cells at once. Arrays of one shape, float64."""

    events0: Values
    rows0: Values
    events1: Values
    rows1: Values

    def others(self) -> "Counts":
        """Return the counts of rows without the event: that the events fell is that the others rose."""
        return Counts(self.rows0 - self.events0, self.rows0, self.rows1 - self.events1, self.rows1)

    def less(self, part: "Counts") -> "Counts":
        """Return what is left without a part of the rows."""
        return Counts(
            self.events0 - part.events0,
            self.rows0 - part.rows0,
            self.events1 - part.events1,
            self.rows1 - part.rows1,
        )

    def where(self, chosen: NDArray[np.bool_]) -> "Counts":
        """Return the chosen cells."""
        return Counts(*(side[chosen] for side in (self.events0, self.rows0, self.events1, self.rows1)))


def counts(before: tuple[ArrayLike, ArrayLike], after: tuple[ArrayLike, ArrayLike]) -> Counts:
    """Return counts from (events, rows) before and after, which broadcast."""
    sides = np.broadcast_arrays(*(np.asarray(one, np.float64) for one in (*before, *after)))
    return Counts(*(np.atleast_1d(side) for side in sides))


def rose(cells: Counts, odds: ArrayLike = 1.0, *, worth: float = _WORTH) -> Values:
    """Return the one-sided p-value of each cell that its odds rose by more than the ratio `odds`.

    The mid-p value of the conditional test (Fisher 1935; Lancaster 1961): exact where it is under `worth` and
    a window has fewer than 10 events or others, else by the signed root r* of the likelihood ratio
    (Barndorff-Nielsen 1986; Davison 1988), which is within 2 % there below 0.3. Cells without rows in a
    window get 1.
    """
    ratio = np.broadcast_to(np.asarray(odds, np.float64), cells.rows0.shape)
    some = (cells.rows0 > 0) & (cells.rows1 > 0) & (cells.events0 + cells.events1 > 0)
    some &= cells.events0 + cells.events1 < cells.rows0 + cells.rows1
    found = np.ones(cells.rows0.shape)
    found[some] = _approximate(cells.where(some), ratio[some])
    fewest = np.minimum(cells.events0, cells.events1)
    fewest = np.minimum(fewest, np.minimum(cells.rows0 - cells.events0, cells.rows1 - cells.events1))
    small = some & (fewest < _SMALL) & (found < worth)
    if small.any():
        found[small] = _exact(cells.where(small), ratio[small], found[small])
    return found


def rose_more(cells: Counts, rest: Counts) -> Values:
    """Return the one-sided p-value of each cell that its odds rose by more than those of its `rest` did.

    The interaction of a logistic model, by `rose` against the odds ratio of the rest; what is uncertain about
    that ratio widens the test as in the normal approximation (Woolf 1955), and vanishes for a large rest.
    """
    from scipy.special import ndtr, ndtri

    half = np.where(_has_zero(rest), 0.5, 0.0)
    yes0, no0 = rest.events0 + half, rest.rows0 - rest.events0 + half
    yes1, no1 = rest.events1 + half, rest.rows1 - rest.events1 + half
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = (yes1 * no0) / (no1 * yes0)
        uncertain = 1 / yes0 + 1 / no0 + 1 / yes1 + 1 / no1
        usable = np.isfinite(odds) & np.isfinite(uncertain) & (odds > 0)
        usable &= (rest.rows0 > 0) & (rest.rows1 > 0)
        odds = np.where(usable, odds, 1.0)
        own = 1 / _information(cells, odds)
        z = -ndtri(np.maximum(rose(cells, odds), 1e-300))
        found: Values = ndtr(-z * np.sqrt(own / (own + uncertain)))
    return np.where(usable & np.isfinite(own), found, 1.0)


def _has_zero(cells: Counts) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (cells.events0 <= 0) | (cells.events1 <= 0)
    return found | (cells.events0 >= cells.rows0) | (cells.events1 >= cells.rows1)


def _restricted(cells: Counts, odds: Values) -> tuple[Values, Values]:
    """Return the most likely rates before and after, if the odds ratio between them is `odds`."""
    total, more = cells.events0 + cells.events1, odds - 1
    middle = cells.rows0 + cells.rows1 * odds - total * more
    root = np.sqrt(np.maximum(middle**2 + 4 * cells.rows0 * more * total, 0))
    before = 2 * total / (middle + root)
    return before, odds * before / (1 + more * before)


def _information(cells: Counts, odds: Values) -> Values:
    """Return the information about the logarithm of the odds ratio, where it is `odds`."""
    before, after = _restricted(cells, odds)
    first, second = cells.rows0 * before * (1 - before), cells.rows1 * after * (1 - after)
    found: Values = first * second / (first + second)
    return found


def _approximate(cells: Counts, odds: Values) -> Values:
    """Return the p-values by r* of the logarithm of the odds ratio. A count of none is taken as half a row.

    r* is for a law without steps. In steps of one the tail is as a geometric one to an exponential one of the
    same decline, which is what is seen beyond `odds`: half of it by its hyperbolic cotangent, with mid-p.
    """
    from scipy.special import ndtr, xlogy

    events0 = np.clip(cells.events0, 0.5, cells.rows0 - 0.5)
    events1 = np.clip(cells.events1, 0.5, cells.rows1 - 0.5)
    cells = Counts(events0, cells.rows0, events1, cells.rows1)
    before, after = _restricted(cells, odds)
    rate0, rate1 = events0 / cells.rows0, events1 / cells.rows1

    def log_likelihood(first: Values, second: Values) -> Values:
        found: Values = xlogy(events0, first) + xlogy(cells.rows0 - events0, 1 - first)
        found += xlogy(events1, second) + xlogy(cells.rows1 - events1, 1 - second)
        return found

    twice = 2 * (log_likelihood(rate0, rate1) - log_likelihood(before, after))
    beyond = np.log(rate1 / (1 - rate1)) - np.log(rate0 / (1 - rate0)) - np.log(odds)
    root = np.sign(beyond) * np.sqrt(np.maximum(twice, 0))
    free = cells.rows0 * rate0 * (1 - rate0) * cells.rows1 * rate1 * (1 - rate1)
    bound = cells.rows0 * before * (1 - before) + cells.rows1 * after * (1 - after)
    wald = beyond * np.sqrt(free / bound)
    far = np.abs(root) > 0.01  # nearer to none both go to 0, and so does their difference
    shift = np.zeros(root.shape)
    shift[far] = np.log(wald[far] / root[far]) / root[far]
    half = np.maximum(np.abs(beyond) / 2, 1e-6)
    found: Values = np.minimum(0.5, ndtr(-np.abs(root + shift)) * half / np.tanh(half))
    return np.where(root > 0, found, 1 - found)


def _exact(cells: Counts, odds: Values, otherwise: Values) -> Values:
    """Return the mid-p values summed term by term, `otherwise` where that would take too many terms."""
    total = cells.events0 + cells.events1
    _, after = _restricted(cells, odds)
    reach = 12 * np.sqrt(_information(cells, odds)) + 30
    first = np.floor(np.minimum(cells.rows1 * after - reach, cells.events1))
    last = np.ceil(np.maximum(cells.rows1 * after, cells.events1) + reach)
    first = np.maximum(first, np.maximum(0, total - cells.rows0))
    terms = np.minimum(last, np.minimum(cells.rows1, total)) - first + 1
    found, order = otherwise.copy(), np.argsort(terms)
    order = order[terms[order] <= _MOST_TERMS]
    for begin in range(0, len(order), _TOGETHER):
        part = order[begin : begin + _TOGETHER]
        chosen = Counts(cells.events0[part], cells.rows0[part], cells.events1[part], cells.rows1[part])
        found[part] = _summed(chosen, odds[part], first[part], terms[part])
    return found


def _summed(cells: Counts, odds: Values, first: Values, terms: Values) -> Values:
    from scipy.special import gammaln

    at = first[:, None] + np.arange(int(terms.max()))
    inside = at < (first + terms)[:, None]
    at = np.where(inside, at, first[:, None])
    rows0, rows1 = cells.rows0[:, None], cells.rows1[:, None]
    rest = (cells.events0 + cells.events1)[:, None] - at
    logs = at * np.log(odds)[:, None]
    logs -= gammaln(at + 1) + gammaln(rows1 - at + 1) + gammaln(rest + 1) + gammaln(rows0 - rest + 1)
    logs[~inside] = -np.inf
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    seen = cells.events1[:, None]
    tail = weights * ((at > seen) + 0.5 * (at == seen))
    found: Values = tail.sum(axis=1) / weights.sum(axis=1)
    return found
