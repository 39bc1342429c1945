"""The ratio of two rates against four fifths: its score interval, and the exact test that they differ."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tocsin.detectors.proportions import Rate

FOUR_FIFTHS = 0.8
_SURE = 0.05
_FAR = 14.0  # logarithm of a ratio as good as none


@dataclass(frozen=True, slots=True)
class Impact:
    """How often a group gets the favourable decision, against the reference group.

    `low` and `high` bound the ratio (95 %, Koopman 1984); `p` is Fisher's exact test (1935, two-sided) that
    both rates are equal, `adjusted` the same held over all groups by Holm (1979). `verdict` is reference, too
    few (rows to tell), within (four fifths), unsure (under four fifths, but it may be chance) or under.
    """

    group: str
    favoured: Rate
    ratio: float
    low: float
    high: float
    p: float
    adjusted: float
    verdict: str


def impacts(rates: dict[str, Rate], reference: str, *, least: int) -> list[Impact]:
    """Return the disparate impact on each group against a reference, by name (29 CFR 1607.4 D).

    A ratio under four fifths counts only with a significant difference and `least` rows in the group: a few
    persons make or break the ratio of a small group, as the rule itself says.
    """
    other = rates[reference]
    p = {name: differ_p(one, other) for name, one in rates.items() if name != reference}
    adjusted = dict(zip(p, holm(list(p.values())), strict=True))
    found = []
    for name, one in rates.items():
        ratio, low, high = koopman(one, other)
        told = name != reference
        verdict = _verdict(one.rows, ratio, adjusted[name], least) if told else "reference"
        found.append(Impact(name, one, ratio, low, high, p.get(name, 1.0), adjusted.get(name, 1.0), verdict))
    return sorted(found, key=lambda one: one.group)


def _verdict(rows: int, ratio: float, adjusted: float, least: int) -> str:
    if rows < least or math.isnan(ratio):
        return "too few"
    if ratio >= FOUR_FIFTHS:
        return "within"
    return "under" if adjusted <= _SURE else "unsure"


def differ_p(one: Rate, other: Rate) -> float:
    """Return the two-sided p-value that two rates are equal (Fisher 1935); 1 without rows."""
    from scipy.stats import fisher_exact

    if not one.rows or not other.rows:
        return 1.0
    table = [[one.events, one.rows - one.events], [other.events, other.rows - other.events]]
    return float(fisher_exact(table).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted so that one false rejection among all is no likelier than said (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    found, worst = [1.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - place) * p_values[at]))
        found[at] = worst
    return found


def koopman(one: Rate, other: Rate, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return the ratio of a rate to another and its score interval (Koopman 1984).

    NaN where neither has an event or one has no rows; the upper bound is infinite where the other has none.
    """
    from scipy.optimize import brentq
    from scipy.special import chdtri

    if not one.rows or not other.rows or not one.events + other.events:
        return math.nan, math.nan, math.nan
    limit = float(chdtri(1, 1 - confidence))
    ratio = one.rate / other.rate if other.events else math.inf

    def beyond(log_ratio: float) -> float:
        return _score(one, other, math.exp(log_ratio)) - limit

    def crossed(way: int) -> float:
        near, far = _bracket(beyond, middle, way)
        return math.exp(float(brentq(beyond, near, far, xtol=1e-13, rtol=1e-13)))

    middle = math.log(ratio) if 0 < ratio < math.inf else _FAR if other.events == 0 else -_FAR
    return ratio, crossed(-1) if one.events else 0.0, crossed(1) if other.events else math.inf


def _bracket(beyond: Callable[[float], float], near: float, way: int) -> tuple[float, float]:
    """Return two points between which the limit is crossed, going one way from one that is within it."""
    step = 0.1
    while beyond(far := near + way * step) <= 0:
        near, step = far, step * 1.5
    return near, far


def _score(one: Rate, other: Rate, ratio: float) -> float:
    """Return the score statistic of a supposed ratio, chi-square with one degree of freedom.

    The sum of both squared deviations from the likeliest rates that have this ratio.
    """
    total, rows = one.events + other.events, one.rows + other.rows
    middle = ratio * (one.rows + other.events) + one.events + other.rows
    rate = 2 * total / (middle + math.sqrt(max(middle**2 - 4 * ratio * rows * total, 0.0)))
    return _deviation(one, ratio * rate) + _deviation(other, rate)


def _deviation(one: Rate, rate: float) -> float:
    if rate > 1 - 1e-12:
        return 0.0 if one.events == one.rows else math.inf
    return (one.events - one.rows * rate) ** 2 / (one.rows * rate * (1 - rate))
