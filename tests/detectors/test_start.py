"""When it began: the interval holds the truth as often as it says, with autocorrelated noise too."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.start import autocorrelation, estimate


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


def test_the_car_loan_model_changed_at_row_25000(shared_data: Path) -> None:
    with (shared_data / "nannyml_car_loan" / "synthetic_car_loan_analysis.csv").open(
        encoding="utf-8"
    ) as file:
        value = np.log([float(row["car_value"]) for row in csv.DictReader(file)])
    found = estimate(value, 0.0)
    assert found is not None
    assert found.low <= 25_000 <= found.high
    assert found.high - found.low <= 50
