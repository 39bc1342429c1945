"""What is normal: cycles are found where they are and nowhere else, and incidents do not become normal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.detectors.base import DAY, HOUR
from tocsin.detectors.baseline import Cycle, band, expected, fit

MONDAY = 20_000 * DAY - 20_000 * DAY % (7 * DAY) + 4 * DAY  # 1970-01-05 was a Monday


def hourly(days: int, step: int = HOUR) -> np.ndarray:
    return MONDAY + np.arange(0, days * DAY, step)


def noise(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def test_noise_has_no_cycle() -> None:
    times = hourly(28)
    found = fit(times, 5 + noise(len(times)), MONDAY + 28 * DAY)
    assert found.cycle is Cycle.NONE
    assert found.centre == pytest.approx([5], abs=0.2)
    assert found.spread == pytest.approx(np.ones(24), rel=0.15)


def test_the_hour_of_the_day_is_found_in_four_days() -> None:
    times = hourly(4, HOUR // 12)
    values = 10 * np.sin(2 * np.pi * times / DAY) + noise(len(times))
    found = fit(times, values, MONDAY + 4 * DAY)
    assert found.cycle is Cycle.DAY
    assert found.centre[6] == pytest.approx(10, abs=0.8)
    assert found.centre[18] == pytest.approx(-10, abs=0.8)


def test_the_hour_of_the_week_starts_on_monday_and_needs_three_weeks() -> None:
    times = hourly(28)
    weekend = (times - MONDAY) // DAY % 7 >= 5
    values = np.where(weekend, 20.0, 50.0) + noise(len(times))
    found = fit(times, values, MONDAY + 28 * DAY)
    assert found.cycle is Cycle.WEEK
    assert found.centre[5 * 24 : 7 * 24].mean() == pytest.approx(20, abs=0.5)
    assert found.centre[: 5 * 24].mean() == pytest.approx(50, abs=0.5)
    assert fit(times[: 14 * 24], values[: 14 * 24], MONDAY + 14 * DAY).cycle is not Cycle.WEEK


def test_hours_that_vary_more_have_a_wider_spread() -> None:
    times = hourly(28, HOUR // 4)
    busy = (times // HOUR) % 24 >= 12
    values = np.where(busy, 30, 10) + noise(len(times)) * np.where(busy, 5, 1)
    _, spread = expected(times, fit(times, values, MONDAY + 28 * DAY))
    assert spread[busy].mean() == pytest.approx(5, rel=0.3)
    assert spread[~busy].mean() == pytest.approx(1, rel=0.6)


def test_hours_that_vary_more_at_the_same_level_have_a_wider_spread() -> None:
    times = hourly(28, HOUR // 4)
    busy = (times // HOUR) % 24 >= 12
    found = fit(times, 10 + noise(len(times)) * np.where(busy, 4, 1), MONDAY + 28 * DAY)
    assert found.cycle is Cycle.NONE
    assert found.spread[12:] == pytest.approx(np.full(12, 4), rel=0.3)
    assert found.spread[:12] == pytest.approx(np.ones(12), rel=0.3)


def test_hours_that_differ_by_chance_have_one_spread() -> None:
    times = hourly(28, HOUR // 4)
    one = [
        len(set(fit(times, noise(len(times), seed), MONDAY + 28 * DAY).spread.tolist())) for seed in range(40)
    ]
    assert np.mean(np.equal(one, 1)) >= 0.9


def test_an_hour_that_never_moved_is_not_promised_to_stay() -> None:
    times = hourly(28, HOUR // 4)
    values = np.where((times // HOUR) % 24 < 6, 1e-9, 1.0) * noise(len(times))
    found = fit(times, values, MONDAY + 28 * DAY)
    assert found.spread.min() > 0.1 * found.spread.max()


def test_three_days_of_an_incident_do_not_become_normal() -> None:
    times = hourly(28)
    values = noise(len(times))
    values[10 * 24 : 13 * 24] += 50
    found = fit(times, values, MONDAY + 28 * DAY)
    assert abs(found.centre[0]) < 0.3
    assert found.spread[0] < 2


def test_between_low_and_high_lie_ninety_nine_percent() -> None:
    times = hourly(28, HOUR // 12)
    values = 3 * np.sin(2 * np.pi * times / DAY) + noise(len(times))
    centre, low, high = band(times, fit(times, values, MONDAY + 28 * DAY))
    assert (low < centre).all()
    assert (centre < high).all()
    assert ((values >= low) & (values <= high)).mean() == pytest.approx(0.99, abs=0.003)


def test_a_series_that_never_moved_has_a_spread_that_can_be_divided_by() -> None:
    times = hourly(10)
    found = fit(times, np.full(len(times), 45.0), MONDAY + 10 * DAY)
    assert found.centre.tolist() == [45.0]
    assert (found.spread > 0).all()
    assert (found.scores == 0).all()


@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_any_times_and_values_give_a_finite_baseline(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = MONDAY + np.cumsum(rng.integers(1, 9 * HOUR, n))
    values = rng.standard_normal(n) * 10.0 ** rng.integers(-9, 12)
    found = fit(times, values, int(times[-1]) + 1)
    for part in (found.centre, found.spread, found.scores, *band(times, found)):
        assert np.isfinite(part).all()
    assert (found.spread > 0).all()
