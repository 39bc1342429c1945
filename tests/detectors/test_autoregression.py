"""Noise that remembers: its coefficients as others estimate them, and white what they explain."""

import numpy as np
import pytest
from scipy.signal import lfilter
from statsmodels.regression.linear_model import burg as peer

from tests.start_cases import autoregressive
from tocsin.detectors.autoregression import burg, dispersion, unbiased, whitened, without_shocks


def test_the_coefficients_are_burgs() -> None:
    rng = np.random.default_rng(1)
    values = lfilter([1], [1, -0.5, 0.4], rng.standard_normal(800))
    values = values - values.mean()
    found = burg(values, 6)
    assert len(found) >= 2
    assert found == pytest.approx(peer(values, len(found), demean=False)[0], abs=1e-9)


def test_white_noise_has_none_and_whitening_undoes_the_filter() -> None:
    rng = np.random.default_rng(2)
    few = [len(burg(row, 6)) for row in rng.standard_normal((40, 500))]
    assert np.median(few) == 0
    shocks = rng.standard_normal(300)
    made = lfilter([1], [1, -0.7, 0.1], shocks)
    assert whitened(made, np.array([0.7, -0.1])) == pytest.approx(shocks[2:])


def test_the_correction_takes_the_bias_away() -> None:
    noise = autoregressive(np.random.default_rng(3), 400, 80, 0.6)
    noise[:, 40:] -= noise[:, 40:].mean(axis=1, keepdims=True)
    noise[:, :40] -= noise[:, :40].mean(axis=1, keepdims=True)
    plain = [float(burg(row, 1).sum()) for row in noise]
    corrected = [float(unbiased(burg(row, 1), 80).sum()) for row in noise]
    assert abs(np.mean(corrected) - 0.6) < 0.3 * abs(np.mean(plain) - 0.6)


def test_dispersion_is_one_for_white_noise_and_tells_slow_noise() -> None:
    rng = np.random.default_rng(4)
    assert np.median([dispersion(row) for row in rng.standard_normal((50, 1000))]) < 1.1
    slow = np.repeat(rng.standard_normal(50), 20) + rng.standard_normal(1000)
    assert dispersion(slow) > 4
    assert dispersion(np.zeros(100)) == dispersion(np.zeros(0)) == 1


def test_shocks_are_clipped_and_the_rest_left_alone() -> None:
    values = np.random.default_rng(5).standard_normal(200)
    values[17] = 1e9
    calm = without_shocks(values)
    assert calm[17] < 10
    assert np.array_equal(np.delete(calm, 17), np.delete(values, 17))
    assert np.array_equal(without_shocks(np.ones(5)), np.ones(5))
