"""The same prompts asked before and after: how a share or a number moved, with tests made for pairs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Values
from tocsin.detectors.proportions import fisher_fell, newcombe

Codes = NDArray[np.int64]
_DRAWS = 2_000
_MANY = 2_000  # units from which an interval is that of the normal, which the bootstrap agrees with there
_ONE_EACH = 1.5  # repeats a prompt, on average, up to which they are taken one by one


@dataclass(frozen=True, slots=True)
class Moved:
    """Means before and after, the change (after less before) with its 95 % interval, and the p-value.

    `pairs` are prompts asked in both; 0 where rows were compared that share none. `method` names the test.
    """

    rows: tuple[int, int]
    pairs: int
    before: float
    after: float
    change: float
    low: float
    high: float
    p: float
    method: str


def share_moved(first: Values, last: Values, prompts: tuple[Codes, Codes]) -> Moved | None:
    """Return how a share (values 1 and 0) moved, two-sided; None without rows on both sides.

    Prompts asked once on each side: McNemar's exact test (1947) and the interval of Bonett and Price (2012).
    Asked again and again: Mantel and Haenszel (1959) over prompts, and the mean over prompts of their
    differences. No prompts in common: Fisher's exact test and Newcombe's interval.
    """
    units = _units(first, last, prompts)
    if not len(first) or not len(last):
        return None
    if units is None:
        return _shares_apart(first, last)
    if len(units.first) == len(units.pairs):
        return _mcnemar(units.first, units.last)
    return _mantel_haenszel(units)


def number_moved(
    first: Values, last: Values, prompts: tuple[Codes, Codes], random: np.random.Generator
) -> Moved | None:
    """Return how a number moved, two-sided; None without rows on both sides.

    Of prompts in common the mean of each is compared: Wilcoxon's signed ranks (1945), and the bootstrap of
    prompts (Efron 1979, percentiles). Else the ranks of Mann and Whitney (1947), and of rows.
    """
    if not len(first) or not len(last):
        return None
    with np.errstate(over="ignore", invalid="ignore"):  # numbers from outside may be of any size
        units = _units(first, last, prompts)
        if units is None:
            return _numbers_apart(first, last, random)
        one, two = units.means
        return _wilcoxon(one, two, (len(units.first), len(units.last)), random)


def means_moved(one: Values, two: Values, rows: tuple[int, int], random: np.random.Generator) -> Moved:
    """Return how the means of pairs moved, as `number_moved` does."""
    return _wilcoxon(one, two, rows, random)


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """Rows of prompts asked on both sides: values, and which pair each belongs to."""

    pairs: Codes
    first: Values
    last: Values
    first_pair: Codes
    last_pair: Codes

    @property
    def means(self) -> tuple[Values, Values]:
        count = len(self.pairs)
        sides = ((self.first, self.first_pair), (self.last, self.last_pair))
        one, two = (np.bincount(at, values, count) / np.bincount(at, minlength=count) for values, at in sides)
        return one, two


def _units(first: Values, last: Values, prompts: tuple[Codes, Codes]) -> _Units | None:
    """Return the rows of prompts in common: one by one where they are hardly repeated, else all of them."""
    common = np.intersect1d(prompts[0], prompts[1])
    common = common[common >= 0]
    if not len(common):
        return None
    kept = [np.isin(side, common) for side in prompts]
    values = first[kept[0]], last[kept[1]]
    codes = prompts[0][kept[0]], prompts[1][kept[1]]
    if max(len(side) for side in codes) <= _ONE_EACH * len(common):
        codes = _numbered(codes[0]), _numbered(codes[1])
        pairs, one, two = np.intersect1d(*codes, return_indices=True)
        places = np.arange(len(pairs))
        return _Units(pairs, values[0][one], values[1][two], places, places)
    places_of = [np.searchsorted(common, side) for side in codes]
    return _Units(common, *values, *places_of)


def _numbered(codes: Codes) -> Codes:
    """Return codes that tell the first, second ... time a prompt was asked apart."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.searchsorted(ordered, ordered)
    times = np.empty(len(codes), np.int64)
    times[order] = np.arange(len(codes)) - starts
    return np.asarray(codes * (int(times.max(initial=0)) + 1) + times)


def _mcnemar(first: Values, last: Values) -> Moved:
    from scipy.special import ndtri
    from scipy.stats import binom

    n, won = len(first), int((last > first).sum())
    lost = int((first > last).sum())
    p = min(1.0, 2 * float(binom.cdf(min(won, lost), won + lost, 0.5)))
    more, less = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    half = float(ndtri(0.975) * np.sqrt((more + less - (more - less) ** 2) / (n + 2)))
    change = float(last.mean() - first.mean())
    low, high = max(more - less - half, -1.0), min(more - less + half, 1.0)
    return Moved((n, n), n, float(first.mean()), float(last.mean()), change, min(low, change),
                 max(high, change), p, "McNemar, exact")  # fmt: skip


def _mantel_haenszel(units: _Units) -> Moved:
    from scipy.special import ndtri
    from scipy.stats import chi2

    count = len(units.pairs)
    n1, n2 = (np.bincount(at, minlength=count).astype(float) for at in (units.first_pair, units.last_pair))
    k1, k2 = (np.bincount(at, values, count) for at, values in
              ((units.first_pair, units.first), (units.last_pair, units.last)))  # fmt: skip
    n, k = n1 + n2, k1 + k2
    expected = n2 * k / n
    variance = n1 * n2 * k * (n - k) / (n**2 * (n - 1))
    spread = float(variance.sum())
    p = float(chi2.sf((k2 - expected).sum() ** 2 / spread, 1)) if spread else 1.0
    change = float((k2 / n2 - k1 / n1).mean())
    # A prompt asked twice and right twice is not right always: half a success and a failure more each.
    shrunk = [(side + 0.5) / (asked + 1) for side, asked in ((k1, n1), (k2, n2))]
    error = np.sqrt(sum((s * (1 - s) / a).sum() for s, a in zip(shrunk, (n1, n2), strict=True))) / count
    half = float(ndtri(0.975)) * float(error)
    return Moved((int(n1.sum()), int(n2.sum())), count, float((k1 / n1).mean()), float((k2 / n2).mean()),
                 change, max(change - half, -1.0), min(change + half, 1.0), p, "Mantel-Haenszel")  # fmt: skip


def _shares_apart(first: Values, last: Values) -> Moved:
    one, two = (float(first.sum()), len(first)), (float(last.sum()), len(last))
    change, low, high = newcombe(one, two)
    fell = float(fisher_fell(one, two))
    rose = float(fisher_fell((one[1] - one[0], one[1]), (two[1] - two[0], two[1])))
    return Moved((len(first), len(last)), 0, float(first.mean()), float(last.mean()), float(change),
                 float(low), float(high), min(1.0, 2 * min(fell, rose)), "Fisher, exact")  # fmt: skip


def _wilcoxon(one: Values, two: Values, rows: tuple[int, int], random: np.random.Generator) -> Moved:
    from scipy.stats import wilcoxon

    change = two - one
    p = float(wilcoxon(change).pvalue) if (change != 0).any() else 1.0
    low, high = _bootstrap(change, random)
    return Moved(rows, len(one), float(one.mean()), float(two.mean()), float(change.mean()), low, high, p,
                 "Wilcoxon")  # fmt: skip


def _numbers_apart(first: Values, last: Values, random: np.random.Generator) -> Moved:
    from scipy.stats import mannwhitneyu

    p = float(mannwhitneyu(first, last).pvalue)
    change = float(last.mean() - first.mean())
    parts = [_bootstrap_means(side, random) for side in (first, last)]
    low, high = np.quantile(parts[1] - parts[0], (0.025, 0.975))
    return Moved((len(first), len(last)), 0, float(first.mean()), float(last.mean()), change, float(low),
                 float(high), p, "Mann-Whitney")  # fmt: skip


def _bootstrap(values: Values, random: np.random.Generator) -> tuple[float, float]:
    low, high = np.quantile(_bootstrap_means(values, random), (0.025, 0.975))
    return float(low), float(high)


def _bootstrap_means(values: Values, random: np.random.Generator) -> Values:
    """Return means of samples drawn with replacement; for very many values of the normal they tend to."""
    n = len(values)
    if n > _MANY:
        return np.asarray(random.normal(values.mean(), values.std() / np.sqrt(n), _DRAWS))
    return np.asarray(random.multinomial(n, np.full(n, 1 / n), _DRAWS) @ values / n)
