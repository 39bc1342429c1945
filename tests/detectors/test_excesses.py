"""The tail of the largest numbers: as scipy has it, right about what comes later, and how they cluster."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import genpareto

from tocsin.detectors.excesses import Excesses, clustering, excesses

SHAPES = st.integers(-90, 50).map(lambda percent: percent / 100)
SIZES = st.lists(st.integers(0, 40).map(lambda tenths: tenths / 10), min_size=1, max_size=20)


@given(SHAPES, st.integers(1, 9).map(float), SIZES)
def test_it_is_the_generalised_pareto_of_scipy(shape: float, scale: float, sizes: list[float]) -> None:
    tail = Excesses(2.0, 0.1, scale, shape)
    over = np.array(sizes) * scale
    chances = 0.1 * genpareto.sf(over, -shape, scale=scale)
    seen = chances > 1e-6
    assert tail.surprise(2 + over)[seen] == pytest.approx(-np.log(chances[seen]), rel=1e-9)


@given(SHAPES, st.floats(2.5, 12))
def test_the_level_of_a_surprise_is_as_surprising(shape: float, surprise: float) -> None:
    tail = Excesses(1.0, 0.1, 0.3, shape)
    assert tail.surprise(np.array([tail.level(surprise)]))[0] == pytest.approx(surprise, rel=1e-6)


@pytest.mark.parametrize("freedom", [3.0, 1000.0])
def test_what_comes_later_goes_as_far_as_it_says(freedom: float) -> None:
    rng, beyond = np.random.default_rng(3), 0
    for _ in range(50):
        tail = excesses(np.abs(rng.standard_t(freedom, 4000)))
        assert tail is not None
        beyond += int((np.abs(rng.standard_t(freedom, 10_000)) > tail.level(np.log(2000))).sum())
    assert beyond == pytest.approx(250, rel=0.35)


def test_too_few_or_all_alike_have_no_tail() -> None:
    assert excesses(np.arange(39.0)) is None
    assert excesses(np.zeros(500)) is None


def test_clusters_are_told_from_single_exceedances() -> None:
    rng = np.random.default_rng(5)
    single = np.flatnonzero(rng.random(20_000) < 0.02)
    assert clustering(single) > 0.85
    grouped = np.flatnonzero(np.repeat(rng.random(5_000) < 0.02, 4))
    assert clustering(grouped) == pytest.approx(0.25, abs=0.08)
