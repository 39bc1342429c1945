"""Samples are drawn as stated and again by their seed; intervals hold the truth as often as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from tocsin.detectors import sampling

sizes_and_rows = st.lists(st.integers(0, 500), min_size=1, max_size=12).flatmap(
    lambda sizes: st.tuples(
        st.just(sizes), st.integers(max(1, sum(size > 0 for size in sizes)), max(1, sum(sizes)))
    )
).filter(lambda both: sum(both[0]) > 0)  # fmt: skip


def generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@given(sizes_and_rows)
def test_every_stratum_gives_one_and_its_share(both: tuple[list[int], int]) -> None:
    sizes, rows = both
    given_rows = sampling.allocate(sizes, rows)
    assert given_rows.sum() == rows
    assert (given_rows <= sizes).all()
    assert ((given_rows > 0) == (np.array(sizes) > 0)).all()
    by_size = np.argsort(sizes, kind="stable")
    assert (np.diff(given_rows[by_size]) >= -1).all(), "a larger stratum gives no less, but for rounding"


def test_shares_are_those_of_the_strata_where_all_are_large() -> None:
    assert sampling.allocate([1000, 3000, 6000], 100).tolist() == [10, 30, 60]
    assert sampling.allocate([1, 1, 9998], 100).tolist() == [1, 1, 98]


@pytest.mark.parametrize("rows", [1, 11])
def test_what_cannot_be_allocated_is_refused(rows: int) -> None:
    with pytest.raises(ValueError, match="one of each"):
        sampling.allocate([5, 5], rows)


@given(sizes_and_rows, st.integers(0, 2**40))
def test_the_same_seed_draws_the_same_without_repeating_any(both: tuple[list[int], int], seed: int) -> None:
    sizes, rows = both
    strata = generator(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    drawn = sampling.draw(strata, rows, generator(seed))
    assert drawn.tolist() == sampling.draw(strata, rows, generator(seed)).tolist()
    assert len(set(drawn.tolist())) == rows
    counted = np.bincount(strata[drawn], minlength=len(sizes))
    assert counted.tolist() == sampling.allocate(np.bincount(strata, minlength=len(sizes)), rows).tolist()


def test_every_decision_of_a_stratum_is_as_likely_and_at_every_place() -> None:
    strata = np.array([0] * 6 + [1] * 4)
    drawn = np.array([sampling.draw(strata, 5, generator(seed)) for seed in range(4000)])
    seen = np.bincount(drawn.ravel(), minlength=10) / 4000
    assert seen == pytest.approx(0.5, abs=0.04), "three of six and two of four"
    first = np.bincount(drawn[:, 0], minlength=10) / 4000
    assert first == pytest.approx(0.1, abs=0.025), "whoever stops after one has seen any of them"


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_one_stratum_is_one_rate(count: tuple[int, int]) -> None:
    wrong, judged = count
    for exact, method in ((False, "wilson"), (True, "beta")):
        found = sampling.stratified([wrong], [judged], [1000], exact=exact)
        assert found is not None
        assert (found.low, found.high) == pytest.approx(proportion_confint(wrong, judged, 0.05, method))
        assert (found.rate, found.rows) == (pytest.approx(wrong / judged), judged)


def test_strata_count_by_their_size() -> None:
    found = sampling.stratified([0, 5], [10, 10], [900, 100])
    assert found is not None
    assert found.rate == pytest.approx(0.05)
    heavy = sampling.stratified([5, 0], [10, 10], [900, 100])
    assert heavy is not None
    assert heavy.rate == pytest.approx(0.45)
    assert heavy.effective < 15, "half of the judged stand for a tenth of the decisions"
    assert sampling.stratified([0, 0], [0, 0], [9, 1]) is None
    early = sampling.stratified([1, 0, 0], [10, 0, 1], [900, 50, 50], [18, 1, 1])
    assert early is not None
    assert early.rate == pytest.approx(1 / 11), "all stand for 50 decisions, judged or waiting"
    assert early.effective == pytest.approx(11)


@pytest.mark.parametrize("judged", [1.0, 0.3])
@pytest.mark.parametrize(
    ("sizes", "rates", "rows"),
    [
        ([1000] * 5, [0.05] * 5, 300),
        ([1000] * 5, [0.01, 0.02, 0.05, 0.1, 0.3], 300),
        ([5] * 40 + [5000] * 3, [0.5] * 40 + [0.03] * 3, 120),
        ([50, 100, 200, 400, 10_000], [0.3, 0.2, 0.1, 0.05, 0.02], 150),
        ([100] * 30, [0.1] * 30, 30),
    ],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(
    sizes: list[int], rates: list[float], rows: int, judged: float
) -> None:
    """Of those drawn all are judged, or those that come first."""
    random, drawn = generator(5), sampling.allocate(sizes, rows)
    truth = float(np.dot(sizes, rates) / np.sum(sizes))
    held = 0
    for _ in range(400):
        first = random.permutation(np.repeat(np.arange(len(sizes)), drawn))[: int(judged * rows)]
        seen = np.bincount(first, minlength=len(sizes))
        found = sampling.stratified(random.binomial(seen, rates), seen, sizes, drawn)
        assert found is not None
        held += found.low <= truth <= found.high
    assert held / 400 >= 0.92


@given(st.floats(0.005, 0.2), st.floats(0, 1), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_size_is_the_least_that_is_precise_enough(half: float, rate: float, confidence: float) -> None:
    rows = sampling.size_for(half, rate, confidence)

    def reach(n: int) -> float:
        low, high = proportion_confint(rate * n, n, 1 - confidence, "wilson")
        return float(high - low) / 2

    assert reach(rows) <= half + 1e-12
    assert rows == 1 or reach(rows - 1) > half - 1e-12


def test_a_small_population_needs_fewer_and_never_more_than_all() -> None:
    assert sampling.size_for(0.02, 0.05) > sampling.size_for(0.02, 0.05, population=1000)
    assert sampling.size_for(0.001, 0.5, population=50) == 50
    for half, rate in ((0.0, 0.1), (0.1, 1.1)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            sampling.size_for(half, rate)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=60))
def test_agreement_is_that_of_statsmodels(pairs: list[tuple[int, int]]) -> None:
    table = np.zeros((3, 3))
    for one, other in pairs:
        table[one, other] += 1
    with np.errstate(all="ignore"):
        theirs = cohens_kappa(table).kappa
    found = sampling.kappa(*zip(*pairs, strict=True))
    if np.isnan(found):
        assert len({said for pair in pairs for said in pair}) == 1
    else:
        assert found == pytest.approx(theirs, abs=1e-9)
