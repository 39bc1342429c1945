"""Whether a rate rose: the same as term by term where counts are small, close to it where they are not."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom
from statsmodels.stats.contingency_tables import StratifiedTable

from tocsin.detectors.segments_odds import counts, rose, rose_more

rows = st.integers(1, 120)


def mid_p(k0: int, n0: int, k1: int, n1: int, odds: Fraction) -> float:
    """The definition, in whole numbers."""
    total = k0 + k1
    support = range(max(0, total - n0), min(n1, total) + 1)
    weights = {k: comb(n1, k) * comb(n0, total - k) * odds**k for k in support}
    above = sum(weight for k, weight in weights.items() if k > k1)
    return float((above + weights[k1] / 2) / sum(weights.values()))


@given(rows, rows, st.integers(0, 9), st.integers(0, 120), st.fractions(Fraction(1, 2), 2, max_denominator=9))
def test_small_counts_give_the_exact_mid_p_value(n0: int, n1: int, k0: int, k1: int, odds: Fraction) -> None:
    k0, k1 = min(k0, n0), min(k1, n1)
    assume(0 < k0 + k1 < n0 + n1)
    wanted = mid_p(k0, n0, k1, n1, odds)
    assume(wanted < 0.3)
    assert rose(counts((k0, n0), (k1, n1)), float(odds))[0] == pytest.approx(wanted, rel=1e-9)


@given(st.integers(100, 20000), st.integers(100, 20000), st.floats(0.1, 0.9), st.floats(0.6, 6))
def test_large_counts_come_close_to_it(n0: int, n1: int, share: float, spreads: float) -> None:
    """By so many spreads more events than before, so that the p-value decides something."""
    spread = (n1 * share * (1 - share) * (1 + n1 / n0)) ** 0.5
    k0, k1 = round(n0 * share), min(round(n1 * share + spreads * spread), n1 - 10)
    wanted = float(hypergeom.sf(k1, n0 + n1, k0 + k1, n1) + 0.5 * hypergeom.pmf(k1, n0 + n1, k0 + k1, n1))
    assume(1e-12 < wanted < 0.3)
    assert rose(counts((k0, n0), (k1, n1)))[0] == pytest.approx(wanted, rel=0.02)


def test_it_is_less_than_fishers_p_value_by_half_the_chance_of_what_was_seen() -> None:
    table = [[9, 21], [4, 36]]
    seen = hypergeom.pmf(9, 70, 13, 30)
    exact = fisher_exact(table, alternative="greater").pvalue
    assert rose(counts((4, 40), (9, 30)))[0] == pytest.approx(exact - seen / 2, rel=1e-9)


@given(rows, rows, rows, rows)
def test_what_fell_is_that_the_others_rose(n0: int, n1: int, k0: int, k1: int) -> None:
    cells = counts((min(k0, n0), n0), (min(k1, n1), n1))
    up, down = rose(cells, worth=1.1)[0], rose(cells.others(), worth=1.1)[0]
    certain = cells.events0 + cells.events1 in (0, n0 + n1)
    assert up + down == pytest.approx(2.0 if certain else 1.0, abs=0.05)


def test_against_a_rest_that_moved_alike_there_is_nothing() -> None:
    cells, rest = counts((200, 2000), (300, 2000)), counts((20_000, 200_000), (30_000, 200_000))
    assert rose(cells)[0] < 1e-5
    assert rose_more(cells, rest)[0] == pytest.approx(0.5, abs=0.02)


def test_two_of_a_size_give_the_test_of_equal_odds_ratios() -> None:
    """Woolf's, which statsmodels has as the test of homogeneity of two strata, signed and one-sided."""
    cells, rest = counts((600, 3000), (760, 3000)), counts((900, 4000), (950, 4100))
    tables = [np.array([[760, 2240], [600, 2400]]), np.array([[950, 3150], [900, 3100]])]
    two_sided = StratifiedTable(tables).test_equal_odds().pvalue
    assert rose_more(cells, rest)[0] == pytest.approx(two_sided / 2, rel=0.05)


def test_no_rows_or_no_rest_say_nothing() -> None:
    assert rose(counts((0, 0), (5, 10)))[0] == 1
    assert rose(counts((0, 10), (0, 10)))[0] == 1
    assert rose_more(counts((1, 10), (9, 10)), counts((0, 0), (0, 0)))[0] == 1


def test_many_looks_without_change_reject_as_often_as_they_say() -> None:
    random = np.random.default_rng(3)
    cells = counts((random.binomial(300, 0.06, 20_000), 300), (random.binomial(80, 0.06, 20_000), 80))
    p = rose(cells)
    for level in (0.05, 0.01, 0.001):
        assert (p <= level).mean() == pytest.approx(level, abs=0.6 * level)
