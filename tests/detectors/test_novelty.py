"""Novelty: the same as looking at one sample after the other, never ahead, and honest about its chances."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests import nab
from tocsin.detectors.base import DAY, SECOND
from tocsin.detectors.novelty import chances, merged, nearest, news, surprise

FEW = arrays(np.float64, st.integers(1, 200), elements=st.integers(-20, 20).map(float))
BEGIN = 20_000 * DAY


def times(n: int) -> np.ndarray:
    return BEGIN + np.arange(n) * 300 * SECOND


@given(FEW, st.integers(1, 5))
def test_the_nearest_are_those_of_a_search_through_all_before(values: np.ndarray, k: int) -> None:
    for at, found in enumerate(nearest(values, k)):
        before = np.sort(np.abs(values[:at] - values[at]))
        assert found == (before[k - 1] if len(before) >= k else 0.0)


@given(FEW)
def test_chances_are_shares_of_all_before(values: np.ndarray) -> None:
    for at, found in enumerate(chances(values)):
        assert found == pytest.approx((1 + (values[:at] >= values[at]).sum()) / (1 + at), rel=1e-12)


def test_chances_of_noise_are_uniform() -> None:
    found = chances(np.random.default_rng(4).standard_cauchy(5000))
    for level in (0.01, 0.1, 0.5):
        assert (found[200:] <= level).mean() == pytest.approx(level, abs=4 * math.sqrt(level / 4800))


def test_merging_alike_chances_changes_nothing_and_the_least_weighs_most() -> None:
    one = np.array([0.5, 3.0, 8.0])
    assert merged([one, one, one]) == pytest.approx(one)
    zero = np.zeros(1)
    assert merged([np.full(1, 12.0), zero, zero])[0] == pytest.approx(2 * math.log((math.exp(6) + 2) / 3))


@pytest.mark.parametrize("n", [1, 3, 63, 64, 65, 700])
def test_what_comes_later_changes_nothing(n: int) -> None:
    values = np.random.default_rng(7).standard_normal(1000)
    assert np.array_equal(surprise(times(1000), values)[:n], surprise(times(n), values[:n]))


def test_the_unit_does_not_matter_and_no_change_is_no_surprise() -> None:
    values = np.random.default_rng(8).standard_normal(800)
    assert np.allclose(surprise(times(800), values), surprise(times(800), values * 4096 - 1024))
    assert (surprise(times(800), np.full(800, 0.1)) == 0).all()


@pytest.mark.parametrize(("at", "added"), [(1700, 9.0), (1700, -9.0)])
def test_a_spike_at_an_odd_hour_is_the_greatest_surprise(at: int, added: float) -> None:
    rng, when = np.random.default_rng(9), times(2500)
    values = 20 * np.sin(2 * np.pi * (when % DAY) / DAY) + rng.standard_normal(2500)
    values[at] += added * 2
    found = surprise(when, values)
    assert found[at] == found[600:].max()


def test_a_new_level_and_a_new_deviation_are_news_once() -> None:
    rng = np.random.default_rng(10)
    for changed in (rng.standard_normal(400) + 4, rng.standard_normal(400) * 4):
        values = np.concatenate([rng.standard_normal(2000), changed])
        found = np.flatnonzero(news(surprise(times(2400), values), 200) > 4)
        assert 0 < len(found) <= 8
        assert found.min() >= 2000


def test_news_rests_after_news_and_tells_habits_ever_less() -> None:
    said = np.zeros(400)
    said[[10, 20, 200, 390]] = 5.0
    said[30] = 7.0
    found = news(said, 100)
    assert np.flatnonzero(np.isfinite(found)).tolist() == [10, 30, 200, 390]
    assert found[[10, 30, 200, 390]] == pytest.approx([5, 7, 5 - math.log(3), 5 - math.log(4)])


def test_it_does_well_in_the_anomaly_benchmark(shared_data: Path) -> None:
    files = nab.read(shared_data / "nab")
    scores = {
        file.name: news(surprise(file.times.astype(np.int64), file.values), file.probation // 2)
        for file in files
    }
    assert nab.score(files, scores, nab.PROFILES["standard"]).score >= 70.2
