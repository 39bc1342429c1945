"""Tests and intervals for pairs agree with scipy and statsmodels, and hold the truth as often as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable, mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep

from tocsin.detectors.paired import number_moved, share_moved


def generator(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80))
def test_prompts_asked_once_are_tested_by_mcnemar(pairs: list[tuple[bool, bool]]) -> None:
    first, last = (np.array(side, float) for side in zip(*pairs, strict=True))
    order = generator().permutation(len(pairs))
    found = share_moved(first, last[order], (np.arange(len(pairs)), order))
    assert found is not None
    table = [[sum(a and b for a, b in pairs), sum(a and not b for a, b in pairs)],
             [sum(b and not a for a, b in pairs), sum(not a and not b for a, b in pairs)]]  # fmt: skip
    assert found.p == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert found.change == pytest.approx(last.mean() - first.mean())
    assert -1 <= found.low <= found.change <= found.high <= 1
    assert (found.pairs, found.method) == (len(pairs), "McNemar, exact")


def test_prompts_asked_again_are_tested_by_mantel_and_haenszel() -> None:
    random = generator()
    asked = random.integers(2, 9, (12, 2))
    shares = random.random(12)
    sides = [np.repeat(np.arange(12), asked[:, side]) for side in (0, 1)]
    values = [(random.random(len(side)) < shares[side] * scale).astype(float)
              for side, scale in zip(sides, (1, 0.6), strict=True)]  # fmt: skip
    found = share_moved(*values, (sides[0], sides[1]))
    assert found is not None
    tables = []
    for prompt in range(12):
        one, two = (value[side == prompt] for value, side in zip(values, sides, strict=True))
        tables.append(np.array([[two.sum(), (1 - two).sum()], [one.sum(), (1 - one).sum()]]))
    assert found.p == pytest.approx(StratifiedTable(tables).test_null_odds(correction=False).pvalue)
    assert found.method == "Mantel-Haenszel"
    assert found.low < found.change < found.high


def test_other_prompts_are_compared_as_two_samples() -> None:
    first, last = np.array([1.0] * 40 + [0.0] * 10), np.array([1.0] * 20 + [0.0] * 20)
    found = share_moved(first, last, (np.arange(50), np.arange(100, 140)))
    assert found is not None
    assert found.pairs == 0
    assert found.p == pytest.approx(2 * stats.fisher_exact([[40, 10], [20, 20]], "greater").pvalue)
    theirs = confint_proportions_2indep(20, 40, 40, 50, method="newcomb", compare="diff")
    assert (found.low, found.high) == pytest.approx(theirs)
    numbers = number_moved(
        np.arange(30.0), np.arange(30.0) + 9, (np.full(30, -1), np.full(30, -1)), generator()
    )
    assert numbers is not None
    assert numbers.p == pytest.approx(stats.mannwhitneyu(np.arange(30.0), np.arange(30.0) + 9).pvalue)
    assert numbers.low < 9 < numbers.high


def test_numbers_of_pairs_are_tested_by_wilcoxon() -> None:
    random = generator()
    first = random.lognormal(3, 1, 60)
    last = first * random.lognormal(-0.3, 0.3, 60)
    found = number_moved(first, last, (np.arange(60), np.arange(60)), generator())
    assert found is not None
    assert found.p == pytest.approx(stats.wilcoxon(last - first).pvalue)
    theirs = stats.bootstrap(
        (last - first,), np.mean, method="percentile", random_state=3
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx(tuple(theirs), rel=0.15)
    again = number_moved(first, last, (np.arange(60), np.arange(60)), generator())
    assert again == found, "the same rows and seed tell the same"


@pytest.mark.parametrize("repeats", [1, 6])
def test_no_change_is_found_no_more_often_than_stated_and_intervals_hold_the_truth(repeats: int) -> None:
    random, false, held = generator(5), 0, 0
    prompts = np.repeat(np.arange(40), repeats)
    for _ in range(300):
        share = random.random(40)[prompts]
        first, last = ((random.random(len(prompts)) < share).astype(float) for _ in "12")
        found = share_moved(first, last, (prompts, prompts))
        assert found is not None
        false += found.p <= 0.05
        held += found.low <= 0 <= found.high
    assert false <= 25
    assert held >= 275


def test_many_values_have_the_interval_of_few() -> None:
    values = generator(2).normal(5, 2, 4_000)
    zeros = np.zeros(4_000)
    told = number_moved(zeros, values, (np.arange(4_000), np.arange(4_000)), generator())
    assert told is not None
    half = 1.96 * values.std() / np.sqrt(4_000)
    assert (told.low, told.high) == pytest.approx((values.mean() - half, values.mean() + half), rel=0.01)


def test_without_rows_nothing_is_said() -> None:
    none = np.empty(0)
    codes = np.empty(0, np.int64), np.arange(3)
    assert share_moved(none, np.ones(3), codes) is None
    assert number_moved(none, np.ones(3), codes, generator()) is None
