"""When it began: the interval holds the truth as often as it says, with autocorrelated noise too."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.start_cases import autoregressive, noises, outcome, reference
from tocsin.detectors.autoregression import whitened
from tocsin.detectors.shifts import factors, ramp
from tocsin.detectors.start import autocorrelation, estimate, search, shortest


def correlated(rng: np.random.Generator, n: int, ar: float) -> np.ndarray:
    """Noise of variance 1 with lag-1 autocorrelation `ar`."""
    steps = rng.standard_normal(n + 100) * np.sqrt(1 - ar * ar)
    values = np.zeros(n + 100)
    for i in range(1, n + 100):
        values[i] = ar * values[i - 1] + steps[i]
    return values[100:]


@pytest.mark.parametrize("ar", [0.0, 0.5, 0.8])
def test_the_interval_holds_the_true_start_as_often_as_it_says(ar: float) -> None:
    rng = np.random.default_rng(7)
    hits, widths = 0, []
    for _ in range(150):
        noise = correlated(rng, 900, ar)
        start = int(rng.integers(100, 300))
        values = noise[500:].copy()
        values[start:] += 1.5
        found = estimate(values, autocorrelation(noise[:500]))
        assert found is not None
        assert found.low <= found.index <= found.high
        hits += found.low <= start <= found.high
        widths.append(found.high - found.low)
    assert hits >= 0.87 * 150
    assert np.median(widths) < 100


def test_heavy_tailed_noise_does_not_fool_the_interval() -> None:
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(150):
        values = rng.standard_t(3, 400)
        start = int(rng.integers(100, 300))
        values[start:] += 2
        found = estimate(values, 0.0)
        assert found is not None
        hits += found.low <= start <= found.high
    assert hits >= 0.87 * 150


def test_ignoring_the_autocorrelation_would_be_dishonest() -> None:
    rng = np.random.default_rng(7)
    honest, naive = 0, 0
    for _ in range(100):
        values = correlated(rng, 400, 0.8)
        values[200:] += 1
        with_ar, without = estimate(values, 0.8), estimate(values, 0.0)
        assert with_ar is not None
        assert without is not None
        honest += with_ar.low <= 200 <= with_ar.high
        naive += without.low <= 200 <= without.high
    assert naive < 70 < 87 <= honest


def test_where_nothing_changed_there_is_no_evidence() -> None:
    rng = np.random.default_rng(3)
    found = [estimate(rng.standard_normal(300), 0.0) for _ in range(100)]
    assert sum(one is not None and one.odds > 0 for one in found) <= 5


def test_a_sample_known_to_be_changed_bounds_the_start() -> None:
    values = np.concatenate([np.zeros(50), np.ones(50)]) + np.random.default_rng(1).standard_normal(100) * 0.1
    found = estimate(values, 0.0, by=40)
    assert found is not None
    assert found.high <= 40


def test_too_few_or_equal_values_have_no_start() -> None:
    assert estimate(np.arange(5.0), 0.0) is None
    assert estimate(np.ones(100), 0.0) is None


@given(st.lists(st.floats(-1e9, 1e9), min_size=6, max_size=60), st.floats(0, 1))
def test_any_values_give_bounds_around_the_estimate(values: list[float], ar: float) -> None:
    found = estimate(np.array(values), ar)
    if found is not None:
        assert 1 <= found.low <= found.index <= found.high < len(values)


def shifted(
    rng: np.random.Generator, noise: np.ndarray, size: float, ramp: int = 1
) -> tuple[np.ndarray, int]:
    n = len(noise)
    at = int(rng.integers(n // 5, n - n // 5))
    return noise + size * np.clip((np.arange(n) - at + 1) / ramp, 0, 1), at


def test_the_factors_are_ratios_of_integrated_likelihoods() -> None:
    rng = np.random.default_rng(1)
    values, n = rng.standard_normal(12), 12
    values[7:] += 1.5
    found = factors(values, np.zeros(0))[0]

    def log_marginal(columns: np.ndarray) -> float:
        """Of y ~ N(0, v (I + K)) with a flat mean taken out and 1/v on v, but for what does not change."""
        cov = np.eye(n) + columns @ columns.T
        inverse, ones = np.linalg.inv(cov), np.ones(n)
        weight = ones @ inverse @ ones
        rest = values @ inverse @ values - (ones @ inverse @ values) ** 2 / weight
        return -0.5 * np.linalg.slogdet(cov)[1] - 0.5 * np.log(weight) - 0.5 * (n - 1) * np.log(rest)

    none = log_marginal(np.zeros((n, 1)))
    wanted = [log_marginal((np.arange(n) >= s)[:, None].astype(float)) - none for s in range(1, n)]
    assert found[1:] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("coefficients", [[], [0.6], [0.5, -0.3, 0.2]])
@pytest.mark.parametrize("length", [1, 8, 16])
def test_every_position_is_as_a_regression_of_its_own_tells(coefficients: list[float], length: int) -> None:
    rng = np.random.default_rng(2)
    values, ar = rng.standard_normal(60), np.array(coefficients)
    white = whitened(values, ar)
    found = factors(white, ar, (1, length))[1]
    n, centred = len(white), white - white.mean()
    for s in (max(len(ar), 1), 20, 41, 58):
        regressor = whitened(ramp(60, s, length), ar)
        regressor = regressor - regressor.mean()
        squares = 1 + regressor @ regressor
        gain = (regressor @ centred) ** 2 / squares
        wanted = -0.5 * np.log(squares) - 0.5 * (n - 1) * np.log(1 - gain / (centred @ centred))
        assert found[s] == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("runs", "covered", "ratio"),
    # So few runs tell less than the bar does; the median width of many real series tells least.
    [(60, 0.82, 1.75), pytest.param(500, 0.87, 1.25, marks=pytest.mark.soak)],
)
def test_the_interval_holds_the_start_with_noise_that_is_not_known(
    shared_data: Path, runs: int, covered: float, ratio: float
) -> None:
    for name, noise in noises(11, runs, 1000, shared_data / "nab"):
        rng = np.random.default_rng(12)
        made = [shifted(rng, row, 1.0) for row in noise]
        found = [search(values) for values, _ in made]
        told = [(one.start.index, one.start.low, one.start.high) for one in found if one is not None]
        assert len(told) == len(made)
        own = outcome([at for _, at in made], told)
        plain = outcome([at for _, at in made], [reference(values) for values, _ in made])
        assert own.covered >= covered, name
        assert own.width <= ratio * plain.width, name


@pytest.mark.parametrize("ar", [0.0, 0.5, 0.8])
def test_noise_alone_is_no_evidence_however_it_remembers(ar: float) -> None:
    noise = autoregressive(np.random.default_rng(4), 60, 400, ar)
    found = [search(row) for row in noise]
    assert sum(one is not None and one.start.odds > 0 for one in found) <= 3


def test_a_long_ramp_is_told_from_where_it_begins() -> None:
    rng = np.random.default_rng(5)
    made = [shifted(rng, row, 3.0, 300) for row in autoregressive(rng, 30, 1000, 0.3)]
    found = [search(values) for values, _ in made]
    ramps = [one.start.ramp for one in found if one is not None]
    errors = [abs(one.start.index - at) for one, (_, at) in zip(found, made, strict=True) if one is not None]
    assert abs(np.median(ramps) - 300) < 60
    assert np.median(errors) < 40


def test_a_step_is_told_as_one() -> None:
    rng = np.random.default_rng(6)
    found = [search(shifted(rng, row, 2.0)[0]) for row in autoregressive(rng, 30, 500, 0.5)]
    assert sum(one is not None and one.start.ramp > 1 for one in found) <= 2


def test_single_shocks_do_not_move_the_start() -> None:
    rng = np.random.default_rng(6)
    values = rng.standard_normal(400) + 2.0 * (np.arange(400) >= 250)
    values[[60, 61, 320]] += 500
    found = search(values)
    assert found is not None
    assert found.start.low <= 250 <= found.start.high
    assert found.start.high - found.start.low < 15


def test_a_search_does_not_look_past_what_is_known_to_be_changed() -> None:
    values = np.random.default_rng(8).standard_normal(200) + 1.0 * (np.arange(200) >= 150)
    found = search(values, by=100)
    assert found is not None
    assert found.start.high <= 100


@given(st.lists(st.floats(-1e9, 1e9), min_size=6, max_size=60), st.integers(0, 60))
def test_a_search_gives_bounds_around_the_estimate(values: list[float], by: int) -> None:
    found = search(np.array(values), by=by)
    if found is not None:
        start = found.start
        assert 1 <= start.low <= start.index <= start.high < len(values)
        assert len(found.factors) == len(values)


def test_the_shortest_run_is_the_shortest() -> None:
    rng = np.random.default_rng(9)
    for _ in range(50):
        weights = rng.dirichlet(np.full(30, 0.2))
        best = int(np.argmax(weights))
        low, high = shortest(weights, 0.9, best)
        assert weights[low : high + 1].sum() >= 0.9 - 1e-9
        runs = [
            last - first
            for first in range(best + 1)
            for last in range(best, 30)
            if weights[first : last + 1].sum() >= 0.9
        ]
        assert high - low == min(runs)


def test_the_car_loan_model_changed_at_row_25000(shared_data: Path) -> None:
    with (shared_data / "nannyml_car_loan" / "synthetic_car_loan_analysis.csv").open(
        encoding="utf-8"
    ) as file:
        value = np.log([float(row["car_value"]) for row in csv.DictReader(file)])
    found = estimate(value, 0.0)
    assert found is not None
    assert found.low <= 25_000 <= found.high
    assert found.high - found.low <= 50
