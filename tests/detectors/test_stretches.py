"""Evening a fast series: means of whole stretches, the same however the samples arrive."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.base import DAY, HOUR, SECOND
from tocsin.detectors.stretches import complete, evened

BEGIN = 20_000 * DAY
STRETCH = 10 * SECOND


def test_a_stretch_is_its_mean_at_its_last_sample() -> None:
    times = BEGIN + np.array([0, 4, 9, 10, 25]) * SECOND
    found, means = evened(times, np.array([1.0, 2.0, 6.0, 5.0, 7.0]), STRETCH)
    assert found.tolist() == (BEGIN + np.array([9, 10, 25]) * SECOND).tolist()
    assert means.tolist() == [3.0, 5.0, 7.0]


@pytest.mark.parametrize("step", [STRETCH, 15 * SECOND, HOUR])
def test_an_ordinary_series_stays_as_it_is(step: int) -> None:
    times = BEGIN + 3 * SECOND + np.arange(500) * step
    values = np.random.default_rng(1).standard_normal(500)
    found, means = evened(times, values, STRETCH)
    assert (found == times).all()
    assert (means == values).all()
    assert complete(times, STRETCH) == 500


def test_without_a_stretch_every_sample_is_handed_over() -> None:
    times = BEGIN + np.arange(50) * SECOND
    assert len(evened(times, np.ones(50), 0)[0]) == complete(times, 0) == 50


@given(st.integers(2, 400), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_parts_cut_between_stretches_give_what_the_whole_gives(n: int, cut: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = BEGIN + np.cumsum(rng.integers(1, 12 * SECOND, n))
    values = rng.standard_normal(n)
    at = int(np.searchsorted(times, BEGIN + cut * STRETCH))
    whole = evened(times, values, STRETCH)
    parts = [evened(times[part], values[part], STRETCH) for part in (slice(at), slice(at, None))]
    for one, joined in zip(
        whole, (np.concatenate(arrays) for arrays in zip(*parts, strict=True)), strict=True
    ):
        assert one == pytest.approx(joined, rel=1e-12)
    assert np.unique(times // STRETCH).tolist() == (whole[0] // STRETCH).tolist()


@pytest.mark.parametrize(("last", "kept"), [(38, 30), (39, 40), (40, 40), (41, 40)])
def test_a_stretch_is_over_when_the_next_sample_falls_into_another(last: int, kept: int) -> None:
    assert complete(BEGIN + np.arange(last + 1) * SECOND, STRETCH) == kept


def test_the_mean_of_the_largest_numbers_is_finite() -> None:
    times = BEGIN + np.arange(20) * SECOND
    for value in (1.7e308, -1.7e308):
        assert np.isfinite(evened(times, np.full(20, value), STRETCH)[1]).all()
