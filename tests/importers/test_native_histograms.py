"""Native histograms: quantiles against distributions whose quantiles are known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.importers.native_histograms import Native, increase, native, quantile, quantiles


def laid_out(values: list[float], schema: int) -> list[tuple[float, float, float]]:
    """The exponential buckets of some positive values."""
    base = 2 ** (2**-schema)
    indices = [math.ceil(math.log(value, base) - 1e-9) for value in values]
    return sorted((base ** (i - 1), base**i, float(indices.count(i))) for i in set(indices))


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=50), st.integers(0, 4), st.floats(0.01, 0.99))
def test_a_quantile_is_within_a_bucket_of_the_true_one(
    values: list[float], schema: int, share: float
) -> None:
    true = sorted(values)[min(math.ceil(share * len(values)), len(values)) - 1]
    found = quantile(laid_out(values, schema), share)
    factor = 2 ** (2**-schema) * (1 + 1e-6)
    assert true / factor <= found <= true * factor


def test_exponential_buckets_are_spread_over_the_logarithm_others_evenly() -> None:
    assert quantile([(1, 2, 10.0)], 0.5) == pytest.approx(math.sqrt(2))
    assert quantile([(-2, -1, 10.0)], 0.5) == pytest.approx(-math.sqrt(2))
    assert quantile([(1, 2, 5.0), (2, 5, 5.0)], 0.75) == pytest.approx(3.5)


def test_zero_and_infinity_end_where_there_is_nothing_beyond() -> None:
    zero = (-0.001, 0.001, 4.0)
    assert quantile([zero, (1, 2, 0.0), (2, 4, 1.0)], 0.4) == pytest.approx(0.0005)
    assert quantile([(-4, -2, 1.0), zero], 0.6) == pytest.approx(-0.0005)
    assert quantile([zero], 0.5) == pytest.approx(0)
    assert quantile([(-math.inf, 1, 2.0), (1, 3, 2.0), (3, math.inf, 4.0)], 0.99) == 3
    assert quantile([(-math.inf, 1, 2.0)], 0.5) == pytest.approx(0.5)
    assert quantile([(-math.inf, -1, 2.0)], 0.5) == -1
    assert math.isnan(quantile([], 0.5))


def test_what_came_between_two_times_restarts_and_new_layouts() -> None:
    before = Native(4, 9, ((1, 2, 3.0), (2, 4, 1.0)))
    after = Native(7, 9, ((1, 2, 3.0), (2, 4, 2.0), (4, 8, 2.0)))
    assert increase(before, after) == ((1, 2, 0.0), (2, 4, 1.0), (4, 8, 2.0))
    assert increase(after, before) == before.buckets
    assert increase(before, Native(9, 9, ((1, 4, 9.0),))) == ()
    times, values = quantiles(np.array([1, 2, 3, 4]), [before, after, after, before], running=True)
    assert times.tolist() == [2, 4]
    assert values.shape == (2, 3)
    assert quantiles(np.array([1]), [before], running=True)[0].tolist() == [1]


@pytest.mark.parametrize(
    "told",
    [
        5,
        {"buckets": {}},
        {"count": "1", "sum": "1", "buckets": [[0, "1", "2"]]},
        {"count": "1", "sum": "1", "buckets": [[0, "2", "1", "5"]]},
        {"count": "1", "sum": "1", "buckets": [[0, "1", "2", "-5"]]},
        {"count": "1", "sum": "1", "buckets": [[0, "x", "2", "5"]]},
        {"count": "1", "sum": True},
    ],
)
def test_what_is_no_histogram_is_refused(told: object) -> None:
    with pytest.raises(ValueError):
        native(told)
