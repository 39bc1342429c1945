"""Intervals and tests of rates agree with statsmodels and scipy, and hold what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import multitest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tocsin.detectors import proportions

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@given(counts, confidences)
def test_one_rate_has_the_intervals_of_statsmodels(count: tuple[int, int], confidence: float) -> None:
    k, n = count
    alpha = 1 - confidence
    assert proportions.wilson(k, n, confidence) == pytest.approx(
        proportion_confint(k, n, alpha, "wilson"), abs=1e-12
    )
    assert proportions.clopper_pearson(k, n, confidence) == pytest.approx(
        proportion_confint(k, n, alpha, "beta"), abs=1e-9
    )


@given(counts, counts)
def test_the_difference_of_two_has_the_interval_of_statsmodels(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    change, low, high = proportions.newcombe(before, after)
    assert change == pytest.approx(after[0] / after[1] - before[0] / before[1])
    theirs = confint_proportions_2indep(*after, *before, method="newcomb", compare="diff")
    assert (low, high) == pytest.approx(theirs, abs=1e-9)


@given(counts, counts)
def test_a_fall_has_the_p_value_of_fisher(before: tuple[int, int], after: tuple[int, int]) -> None:
    table = [[after[0], after[1] - after[0]], [before[0], before[1] - before[0]]]
    theirs = stats.fisher_exact(table, alternative="less").pvalue
    assert proportions.fisher_fell(before, after) == pytest.approx(theirs, rel=1e-7, abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_false_discoveries_are_those_of_statsmodels(p: list[float]) -> None:
    assert proportions.discoveries(p) == pytest.approx(multitest.multipletests(p, method="fdr_bh")[1])
    with_untested = [*p, float("nan")]
    assert proportions.discoveries(with_untested)[:-1] == pytest.approx(proportions.discoveries(p))
    assert np.isnan(proportions.discoveries(with_untested)[-1])


def test_without_rows_nothing_is_known() -> None:
    assert np.isnan(proportions.wilson(0, 0)).all()
    assert np.isnan(proportions.clopper_pearson(0, 0)).all()
    assert np.isnan(proportions.rate(0, 0).rate)
    assert proportions.fisher_fell((0, 0), (1, 2)) == 1


def test_many_rates_are_done_at_once() -> None:
    low, high = proportions.wilson([0, 3, 10], [10, 10, 10])
    assert (low[0], high[2]) == (0, 1)
    assert (np.diff(low) > 0).all()
    assert (np.diff(high) > 0).all()
