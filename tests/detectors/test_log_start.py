"""When rows became others: an interval that holds the row, wide where little tells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.log_start import began, groups_of
from tocsin.detectors.rate_start import search_rate
from tocsin.detectors.table import Words


def test_the_interval_holds_the_change_nine_times_in_ten() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(1500, dtype=np.int64)
    held, runs = 0, 300
    for _ in range(runs):
        at = int(rng.integers(300, 1300))
        shares = [rng.dirichlet(np.full(5, 3.0)) for _ in range(2)]
        groups = np.concatenate([rng.choice(5, at, p=shares[0]), rng.choice(5, 1500 - at, p=shares[1])])
        found = began(times, groups, (1300, 1500))
        held += found.earliest_us < at <= found.latest_us or found.earliest_us == at
    assert 0.87 * runs <= held


def test_runs_of_equal_rows_make_it_no_surer_than_it_is() -> None:
    rng = np.random.default_rng(2)
    held, runs = 0, 150
    for _ in range(runs):
        at, run = int(rng.integers(60, 240)), 12
        rates = np.where(np.arange(300) < at, 0.3, 0.5)
        groups = np.repeat((rng.random(300) < rates).astype(np.int64), run)
        found = began(np.arange(300 * run, dtype=np.int64), groups, (240 * run, 300 * run))
        held += found.earliest_us - run <= at * run <= found.latest_us + run
    assert 0.85 * runs <= held


def test_of_two_groups_it_is_the_beta_binomial() -> None:
    rng = np.random.default_rng(3)
    yes = np.concatenate([rng.random(400) < 0.2, rng.random(300) < 0.5]).astype(np.int64)
    found = began(np.arange(700, dtype=np.int64), yes, (600, 700))
    search = search_rate(yes.astype(float), np.ones(700))
    assert search is not None
    assert found.at_us == search.start.index
    assert (found.earliest_us, found.latest_us) == pytest.approx(
        (search.start.low - 1, search.start.high), abs=1
    )


def test_where_nothing_changed_it_may_have_begun_anywhere() -> None:
    rng = np.random.default_rng(4)
    outside = 0
    for _ in range(50):
        found = began(np.arange(1000, dtype=np.int64), rng.integers(0, 10, 1000), (800, 1000))
        assert found.earliest_us <= found.at_us <= found.latest_us
        outside += (found.at_us, found.earliest_us, found.latest_us) != (800, 0, 999)
    assert outside <= 5


@given(st.lists(st.integers(-1, 2), max_size=30), st.integers(0, 29))
def test_any_rows_give_an_interval(groups: list[int], first: int) -> None:
    found = began(np.arange(len(groups), dtype=np.int64), np.array(groups, np.int64), (first, first + 5))
    assert found.earliest_us <= found.at_us <= found.latest_us


def test_groups_are_deciles_or_the_words_that_moved() -> None:
    rng = np.random.default_rng(5)
    values = rng.standard_normal(1000)
    values[5] = np.nan
    before = np.arange(1000) < 700
    groups = groups_of(values, before, ~before)
    assert groups[5] == -1
    assert np.bincount(groups[before & (groups >= 0)]).tolist() == pytest.approx([70] * 10, abs=1)
    codes = rng.integers(-1, 40, 1000).astype(np.int32)
    codes[~before] = np.where(rng.random(300) < 0.5, 7, codes[~before])
    of_words = groups_of(Words(codes, tuple(f"w{i:02}" for i in range(40))), before, ~before)
    assert set(of_words[codes == 7]) == {0}
    assert ((of_words == -1) == (codes == -1)).all()
    assert of_words.max() == 9
