"""Limits: noise passes them as often as said, whatever its tails and however it is correlated."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, signal, stats
from statsmodels.tsa.arima_process import arma_acf

from tocsin.detectors import tails
from tocsin.detectors.limits import autocorrelations, clumps, cusum_limit, cusum_rate, level_of
from tocsin.detectors.noise import autoregression, noise_of, normal_of


def test_single_independent_samples_pass_as_the_normal_distribution_says() -> None:
    for level in (3.0, 4.0, 5.0):
        assert clumps(level, 1.0) == pytest.approx(stats.norm.sf(level), rel=0.06)


@given(st.floats(1e-8, 1e-3), st.floats(0.02, 1))
def test_the_level_of_a_rate_has_that_rate(rate: float, change: float) -> None:
    assert clumps(level_of(rate, change), change) == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("ar", [0.0, 0.8])
@pytest.mark.parametrize("width", [1, 8, 64])
def test_averages_of_correlated_noise_pass_as_often_as_stated(ar: float, width: int) -> None:
    rng, n, rate = np.random.default_rng(width), 1_500_000, 2e-4
    x = signal.lfilter([math.sqrt(1 - ar * ar)], [1, -ar], rng.standard_normal(n))
    of = noise_of(x[:100_000]).average(width)
    sums = np.cumsum(x)
    means = ((sums[width:] - sums[:-width]) / width - of.centre) / of.deviation
    beyond = np.flatnonzero(means > of.limit(rate))
    begun = 1 + int((np.diff(beyond) > max(24, width)).sum())
    assert begun == pytest.approx(n * rate, rel=0.3)


def test_autocorrelations_are_those_of_the_process() -> None:
    coefficients = np.array([0.5, -0.3, 0.2])
    expected = arma_acf(np.concatenate([[1.0], -coefficients]), [1.0], lags=40)
    assert autocorrelations(coefficients, 39) == pytest.approx(expected, abs=1e-9)


def test_the_autoregression_solves_the_equations_of_yule_and_walker() -> None:
    x = signal.lfilter([1], [1, -0.6, 0.2], np.random.default_rng(1).standard_normal(5000))
    x -= x.mean()
    covariances = [float(x[lag:] @ x[: 5000 - lag]) for lag in range(3)]
    expected = linalg.solve_toeplitz(covariances[:2], covariances[1:])
    total = expected.sum()
    expected *= (total + (1 + 3 * total) / 5000) / total
    assert autoregression(x, 2) == pytest.approx(expected, abs=1e-9)
    assert len(autoregression(np.random.default_rng(2).standard_normal(5000), 8)) <= 2
    assert len(autoregression(np.zeros(500), 8)) == 0


def test_a_cusum_passes_its_limit_as_often_as_stated() -> None:
    rng, rate, allowance = np.random.default_rng(3), 2e-3, 0.25
    limit = cusum_limit(rate, allowance, 0.0, 0.0)
    assert limit is not None
    assert cusum_rate(limit, allowance) == pytest.approx(rate, rel=0.02)
    alarms, s = 0, 0.0
    for z in rng.standard_normal(200_000).tolist():
        s = max(0.0, s + z - allowance)
        if s > limit:
            alarms, s = alarms + 1, 0.0
    assert alarms == pytest.approx(200_000 * rate, rel=0.15)


def test_what_is_little_known_needs_a_higher_limit_or_has_none() -> None:
    known, unsure = cusum_limit(1e-4, 0.25, 0.0, 0.0), cusum_limit(1e-4, 0.25, 1e-3, 1e-3)
    assert known is not None
    assert unsure is not None
    assert unsure > known
    assert cusum_limit(1e-9, 0.25, 0.05, 0.05) is None


@pytest.mark.parametrize(
    ("draw", "chance"),
    [
        (lambda rng, n: rng.standard_normal(n), stats.norm.sf),
        (lambda rng, n: rng.standard_t(4, n), lambda x: stats.t.sf(x, 4)),
    ],
)
def test_a_tail_is_carried_beyond_the_sample(draw, chance) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(1)
    reached = [chance(tails.fit(draw(rng, 8064)).level(1e-5)) / 1e-5 for _ in range(60)]  # type: ignore[union-attr]
    assert 0.5 < float(np.mean(reached)) < 3
    tail = tails.fit(draw(rng, 8064))
    assert tail is not None
    assert tail.chance(tail.level(1e-5)) == pytest.approx(1e-5, rel=0.01)


def test_what_has_no_tail_gives_none() -> None:
    assert tails.fit(np.zeros(500)) is None
    assert tails.fit(np.arange(5.0)) is None


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=60))
def test_normal_scores_rise_with_the_scores(values: list[int]) -> None:
    scores = np.array(values, np.float64)
    made = normal_of(scores)(np.sort(scores))
    assert (np.diff(made) >= 0).all()
    assert np.isfinite(made).all()


def test_normal_scores_of_heavy_tails_are_gaussian() -> None:
    scores = np.random.default_rng(1).standard_t(3, 20_000)
    made = normal_of(scores[:10_000])(scores[10_000:])
    assert stats.kstest(made, "norm").pvalue > 0.01
