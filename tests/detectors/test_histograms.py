"""Fine histograms: bins that the baseline fixes, whatever its shape, and nothing lost in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.base import Values
from tocsin.detectors.histograms import EXACT, fine_grid, histogram, histograms, places

N = 60_000
SHAPES = [
    "normal",
    "lognormal",
    "cauchy",
    "far apart",
    "counts",
    "zeros",
    "negative tail",
    "tiny range",
    "one",
]


def column(shape: str, rng: np.random.Generator, rows: int = N) -> Values:
    z = rng.standard_normal(rows)
    return {
        "normal": z,
        "lognormal": np.exp(2 * z),
        "cauchy": rng.standard_cauchy(rows),
        "far apart": np.where(rng.random(rows) < 0.5, z, 1e9 + z),
        "counts": rng.poisson(3, rows).astype(float),
        "zeros": np.where(rng.random(rows) < 0.9, 0.0, np.exp(z)),
        "negative tail": -np.exp(2 * z),
        "tiny range": 1e6 + z * 1e-6,
        "one": np.full(rows, 4.2),
    }[shape]


@pytest.mark.parametrize("shape", SHAPES)
def test_bins_are_in_the_order_of_values_and_keep_every_row(shape: str) -> None:
    rng = np.random.default_rng(1)
    values = column(shape, rng)
    grid = fine_grid(values)
    wild = np.concatenate([values, rng.standard_normal(1000) * 1e12, [0.0, -0.0, -1e-300, 1e300, -1e300]])
    at = places(np.sort(wild), grid)
    assert (np.diff(at) >= 0).all()
    assert at.min() >= 0
    assert at.max() < grid.bins
    found = histogram(np.append(wild, [np.nan] * 7), grid)
    assert (found.rows, found.missing) == (len(wild), 7)
    assert found.sums.sum() == pytest.approx(wild.sum(), rel=1e-9, abs=1e-6 * np.abs(wild).max())


@pytest.mark.parametrize("shape", SHAPES)
def test_no_bin_is_too_wide(shape: str) -> None:
    rng = np.random.default_rng(2)
    values = column(shape, rng)
    at = places(values, fine_grid(values))
    for where in np.unique(at):
        _, repeats = np.unique(values[at == where], return_counts=True)
        assert repeats.sum() - repeats.max() <= 0.02 * len(values)


@pytest.mark.parametrize("shape", ["normal", "lognormal"])
def test_outliers_take_no_bins_from_the_others(shape: str) -> None:
    values = column(shape, np.random.default_rng(3))
    values[:4] = (5e8, -5e8, 1e300, -1e300)
    at = places(values[4:], fine_grid(values))
    assert np.bincount(at).max() < 0.01 * N
    assert len(np.unique(at)) > 1000


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=40),
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=40),
)
def test_few_rows_have_a_bin_for_every_value(before: list[float], after: list[float]) -> None:
    one, other = histograms(np.array(before), np.array(after))
    assert one.missing == sum(np.isnan(before))
    values = np.concatenate([before, after])
    assert np.count_nonzero(one.counts + other.counts) == len(np.unique(values[~np.isnan(values)]))


def test_a_large_window_does_not_change_the_bins_of_its_baseline() -> None:
    rng = np.random.default_rng(4)
    values = rng.standard_normal(EXACT + 1)
    one, _ = histograms(values, rng.standard_normal(100))
    two, _ = histograms(values, 1e6 * rng.standard_normal(100))
    assert np.array_equal(one.counts, two.counts)
