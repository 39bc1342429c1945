"""Distances and tests: exact ones agree with scipy, fast ones stay within what they state."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from tests.detectors.test_histograms import SHAPES, column
from tocsin.detectors import distributions as d
from tocsin.detectors.base import Values
from tocsin.detectors.histograms import EXACT, Counts, histograms

SMALL, LARGE = 4_000, EXACT + 10_000


def by_deciles(before: Values, after: Values) -> tuple[Counts, Counts]:
    """Count over PSI's usual bins, by an independent way."""
    edges = np.quantile(before, np.arange(1, 10) / 10, method="inverted_cdf")
    found = [np.bincount(np.searchsorted(edges, one), minlength=10) for one in (before, after)]
    return found[0], found[1]


def plain_psi(before: Counts, after: Counts) -> float:
    a, b = (np.maximum(one / one.sum(), d.FLOOR) for one in (before, after))
    return float(((b - a) * np.log(b / a)).sum())


def ours(before: Values, after: Values) -> tuple[Counts, Counts]:
    one, other = histograms(before, after)
    groups = d.deciles(one.counts)
    return d.grouped(one.counts, groups), d.grouped(other.counts, groups)


def moved(shape: str, rows: int, seed: int) -> tuple[Values, Values]:
    rng = np.random.default_rng(seed)
    return column(shape, rng, rows), column(shape, rng, rows - 7) * 1.3


@pytest.mark.parametrize("shape", ["normal", "lognormal", "cauchy", "far apart", "tiny range"])
def test_exact_ones_agree_with_scipy(shape: str) -> None:
    before, after = moved(shape, SMALL, 1)
    one, other = histograms(before, after)
    a, b = by_deciles(before, after)
    assert d.psi(*ours(before, after)) == pytest.approx(plain_psi(a, b), abs=1e-9)
    assert d.jensen_shannon(a, b) == pytest.approx(jensenshannon(a, b, 2), abs=1e-9)
    ks = stats.ks_2samp(before, after, method="asymp")
    assert d.kolmogorov_smirnov(one.counts, other.counts) == pytest.approx(ks.statistic, abs=1e-9)
    assert d.kolmogorov_smirnov_p(ks.statistic, len(before), len(after)) == pytest.approx(ks.pvalue, abs=1e-9)
    assert d.wasserstein(one, other) == pytest.approx(stats.wasserstein_distance(before, after), rel=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_fast_ones_stay_within_what_they_state(shape: str) -> None:
    before, after = moved(shape, LARGE, 2)
    one, other = histograms(before, after)
    exact = stats.ks_2samp(before, after, method="asymp").statistic
    wide = float(np.minimum(one.counts / one.rows, other.counts / other.rows).max())
    found = d.kolmogorov_smirnov(one.counts, other.counts)
    assert exact - wide - 1e-12 <= found <= exact + 1e-12
    away = sum(spread(values, histogram) for values, histogram in ((before, one), (after, other)))
    distance = stats.wasserstein_distance(before, after)
    assert abs(d.wasserstein(one, other) - distance) <= away + 1e-9 * abs(distance)


def spread(values: Values, histogram: object) -> float:
    """The mean distance of rows from the mean of their bin, found from the bins' own counts."""
    counts, sums = histogram.counts, histogram.sums  # type: ignore[attr-defined]
    place = np.repeat(np.arange(len(counts)), counts)
    means = sums / np.maximum(counts, 1)
    return float(np.abs(np.sort(values) - means[place]).mean())


@pytest.mark.parametrize("shape", ["normal", "lognormal", "cauchy", "far apart"])
def test_fast_psi_is_that_of_the_deciles(shape: str) -> None:
    before, after = moved(shape, LARGE, 3)
    assert d.psi(*ours(before, after)) == pytest.approx(plain_psi(*by_deciles(before, after)), rel=0.03)


def test_an_outlier_hides_no_shift_of_heavy_tailed_amounts() -> None:
    rng = np.random.default_rng(4)
    before, after = (np.exp(rng.standard_normal(50_000)) for _ in range(2))
    after = 2 * after
    after[0] = 5e8
    assert d.psi(*ours(before, after)) == pytest.approx(plain_psi(*by_deciles(before, after)), rel=0.01)
    assert 0.42 < d.psi(*ours(before, after)) < 0.48


def test_a_value_that_repeats_is_a_bin_of_its_own() -> None:
    before = np.array([0.0] * 90 + [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    after = np.array([0.0] * 50 + [1.0] * 50)
    expected = 0.4 * np.log(90 / 50) + 0.4 * np.log(50 / 10)
    assert d.psi(*ours(before, after)) == pytest.approx(expected, abs=1e-9)
    truths = np.array([0.0] * 70 + [1.0] * 30), np.array([0.0] * 60 + [1.0] * 40)
    assert d.psi(*ours(*truths)) == pytest.approx(0.1 * np.log(70 / 60) + 0.1 * np.log(40 / 30), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=9))
def test_chi_square_is_that_of_scipy(table: list[tuple[int, int]]) -> None:
    before, after = np.array(table).T
    statistic, p = d.chi_square(before, after)
    used = [row for row in table if sum(row)]
    if len(used) < 2 or not before.sum() or not after.sum():
        assert p == 1
        return
    expected = stats.chi2_contingency(np.array(used).T, correction=False)
    assert (statistic, p) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-9)


def test_pooling_keeps_every_row_and_leaves_few_rare_ones() -> None:
    rng = np.random.default_rng(5)
    before, after = rng.poisson(1.5, 500), rng.poisson(1.5, 500)
    before[:5] += 1000
    a, b = d.pooled(before, after)
    assert (a.sum(), b.sum(), len(a)) == (before.sum(), after.sum(), 6)


def test_psi_by_chance_is_what_chance_makes_of_it() -> None:
    rng = np.random.default_rng(6)
    found, told = [], []
    for _ in range(200):
        counts = ours(rng.standard_normal(500), rng.standard_normal(300))
        found.append(d.psi(*counts))
        told.append(d.psi_noise(*counts))
    assert np.mean(found) == pytest.approx(np.mean(told), rel=0.1)


def test_the_limit_of_kolmogorov_is_close_where_it_takes_over() -> None:
    for statistic in (0.012, 0.016, 0.02):
        exact = stats.kstwo.sf(statistic, 10_001)
        assert d.kolmogorov_smirnov_p(statistic, 20_002, 20_002) == pytest.approx(exact, rel=0.03)


def test_nothing_to_compare_is_no_number() -> None:
    none, some = np.zeros(3, np.int64), np.array([1, 2, 3])
    one, other = histograms(np.empty(0), np.array([1.0, 2.0]))
    assert np.isnan([d.psi(none, some), d.jensen_shannon(some, none), d.kolmogorov_smirnov(none, some)]).all()
    assert np.isnan([d.wasserstein(one, other), d.psi_noise(none, some)]).all()
