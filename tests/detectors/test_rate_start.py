"""When a rate stepped: the posterior is the exact one, and rows that come in runs do not count as many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from scipy.stats import binom

from tocsin.detectors.rate_start import search_rate


def test_the_factors_are_ratios_of_integrated_likelihoods() -> None:
    hits, trials = np.array([1.0, 0, 2, 4, 3, 5]), np.array([9.0, 7, 8, 6, 5, 7])

    def chance(part: slice) -> float:
        def weighted(p: float) -> float:
            prior = 1 / (np.pi * np.sqrt(p * (1 - p)))
            return float(np.prod(binom.pmf(hits[part], trials[part], p))) * prior

        return float(integrate.quad(weighted, 0, 1)[0])

    found = search_rate(hits, trials)
    assert found is not None
    wanted = [np.log(chance(slice(0, s)) * chance(slice(s, 6)) / chance(slice(0, 6))) for s in range(1, 6)]
    assert found.factors[1:] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(("before", "after"), [(0.10, 0.15), (0.02, 0.04)])
def test_the_interval_holds_the_true_start(before: float, after: float) -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(60):
        at = int(rng.integers(2000, 8000))
        chances = np.where(np.arange(10_000) < at, before, after)
        found = search_rate((rng.random(10_000) < chances).astype(float), np.ones(10_000))
        assert found is not None
        hits += found.start.low <= at <= found.start.high
    assert hits >= 0.83 * 60


def test_a_rate_that_stays_is_no_evidence() -> None:
    rng = np.random.default_rng(2)
    found = [search_rate((rng.random(3000) < 0.1).astype(float), np.ones(3000)) for _ in range(60)]
    assert sum(one is not None and one.start.odds > 0 for one in found) <= 3


def test_decisions_in_runs_do_not_count_as_independent() -> None:
    rng = np.random.default_rng(3)
    found = 0
    for _ in range(40):
        days = np.repeat(rng.beta(2, 18, 100), 40)  # each day has a rate of its own
        told = search_rate((rng.random(4000) < days).astype(float), np.ones(4000))
        found += told is not None and told.start.odds > 0
    assert found <= 4


def test_too_few_or_equal_rows_have_no_start() -> None:
    assert search_rate(np.ones(5), np.ones(5)) is None
    assert search_rate(np.ones(50), np.ones(50)) is None
    assert search_rate(np.zeros(50), np.ones(50)) is None


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=6, max_size=50))
def test_any_counts_give_bounds_around_the_estimate(rows: list[tuple[int, int]]) -> None:
    hits = np.array([min(row) for row in rows], float)
    found = search_rate(hits, np.array([max(row) for row in rows], float))
    if found is not None:
        assert 1 <= found.start.low <= found.start.index <= found.start.high < len(rows)
