"""The level a series reaches by itself once in so many samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.extremes import Tail, fit_tail


def test_the_level_of_gaussian_noise_is_that_of_the_normal_distribution() -> None:
    rng = np.random.default_rng(1)
    levels = []
    for _ in range(40):
        tail = fit_tail(rng.standard_normal(8000), 1)
        assert tail is not None
        levels.append(tail.level(tail.stretch / 100_000))
    # One of 100,000 normal numbers exceeds 4.26; a Gumbel tail errs on the side of silence.
    assert 4.26 <= np.median(levels) <= 4.7


def test_correlated_noise_needs_no_higher_level_than_independent_noise() -> None:
    rng = np.random.default_rng(1)
    white = rng.standard_normal(8000)
    slow = np.repeat(rng.standard_normal(400), 20)
    tails = fit_tail(white, 1), fit_tail(slow, 1)
    assert tails[0] is not None
    assert tails[1] is not None
    assert tails[1].level(0.01) < tails[0].level(0.01)


def test_one_incident_in_the_past_hardly_moves_the_level() -> None:
    values = np.random.default_rng(1).standard_normal(4000)
    clean = fit_tail(values, 1)
    values[1234] = 1000.0
    struck = fit_tail(values, 1)
    assert clean is not None
    assert struck is not None
    assert struck.level(0.01) < 2 * clean.level(0.01)


def test_too_few_samples_have_no_tail() -> None:
    assert fit_tail(np.arange(63.0), 1) is None
    assert fit_tail(np.arange(64.0), 1) is not None
    assert fit_tail(np.arange(255.0), 8) is None


def test_a_constant_has_a_level_of_its_own_value() -> None:
    tail = fit_tail(np.zeros(1000), 1)
    assert tail is not None
    assert tail.level(0.001) == 0
    assert tail.chance(0.1) == 0
    assert tail.chance(-0.1) == 1


@given(
    st.floats(-100, 100),
    st.floats(0.01, 100),
    st.floats(-0.4, 0.1),
    st.floats(1e-6, 0.5),
)
def test_the_chance_of_a_level_is_the_chance_it_was_made_for(
    location: float, scale: float, shape: float, chance: float
) -> None:
    tail = Tail(100, location, scale, shape)
    assert tail.chance(tail.level(chance)) == pytest.approx(chance, rel=1e-3)
