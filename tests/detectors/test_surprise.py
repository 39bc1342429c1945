"""Surprise as a detector: finds what is new and its start, however samples arrive, and seldom for nothing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import lfilter

from tocsin.detectors.base import DAY, HOUR, Finding, Series
from tocsin.detectors.surprise import Parameters, SurpriseDetector
from tocsin.model.alert import AlertSeverity
from tocsin.model.signal import Signal

BEGIN = 20_000 * DAY
EVER = -(2**62)
STEP = HOUR // 4
SIGNAL = Signal("one", "load", unit="%")


def steady(days: int = 35, ar: float = 0.3, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    times = BEGIN + np.arange(0, days * DAY, STEP)
    noise = lfilter([1], [1, -ar], np.random.default_rng(seed).standard_normal(len(times)))
    return times, 50 + noise + 4 * np.sin(2 * np.pi * times / DAY)


def find(times: np.ndarray, values: np.ndarray, since: int = EVER, budget: float = 0.02) -> list[Finding]:
    return SurpriseDetector().find(Series(SIGNAL, times, values, alarms_a_week=budget), since)


def test_a_level_well_within_the_day_is_found_at_an_odd_hour() -> None:
    times, values = steady()
    odd = BEGIN + 33 * DAY + 18 * HOUR  # where the wave is lowest
    values[times == odd] = 54.0 + 4.0  # no more than what noon may bring
    (found,) = find(times, values)
    assert found.time_us == odd == found.start_us
    assert found.earliest_us < odd
    assert "load rose to 58 %, unlike anything in" in found.message
    assert found.value > found.threshold > 46
    assert found.effect > 6
    assert found.p_value < 0.05


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_new_level_is_found_with_its_start(sign: int) -> None:
    times, values = steady()
    moved = BEGIN + 32 * DAY
    values[times >= moved] += sign * 12
    found = find(times, values)[0]
    assert found.earliest_us <= moved <= found.latest_us
    assert moved <= found.time_us <= moved + 6 * HOUR
    assert np.sign(found.effect) == sign


def test_what_varies_more_or_stops_varying_is_found() -> None:
    for factor in (3.0, 0.0):
        times, values = steady(ar=0.0)
        late = times >= BEGIN + 31 * DAY
        values[late] = 50 + factor * (values[late] - 50)
        found = find(times, values)
        assert found
        assert BEGIN + 31 * DAY <= found[0].time_us <= BEGIN + 34 * DAY  # 256 samples


def test_it_is_the_same_however_samples_arrive() -> None:
    times, values = steady(50)
    values[times >= BEGIN + 40 * DAY] += 9
    values[times == BEGIN + 46 * DAY] = 20
    whole = find(times, values)
    assert len(whole) >= 2
    for until in (BEGIN + 41 * DAY, BEGIN + 47 * DAY):
        seen = times < until
        so_far = find(times[seen], values[seen])
        assert [one.start_us for one in so_far] == [one.start_us for one in whole if one.time_us < until]
    after = BEGIN + 45 * DAY
    kept = times >= after - 36 * DAY
    later = [one for one in whole if one.time_us > after]
    assert [one.time_us for one in find(times[kept], values[kept], after)] == [one.time_us for one in later]
    assert all(one.ended_us is not None for one in whole)


def test_the_unit_does_not_matter() -> None:
    times, values = steady()
    values[3200] += 30
    one, other = find(times, values)[0], find(times, values / 1024)[0]
    assert other.value == pytest.approx(one.value / 1024)
    assert replace(other, message="", value=0, threshold=0) == replace(one, message="", value=0, threshold=0)


def test_the_largest_numbers_break_nothing() -> None:
    times, values = steady(20)
    values[[900, 1500]] = 1e308, -1e308
    assert find(times, values)


def test_nothing_is_said_of_what_stands_still_or_is_new_to_it() -> None:
    times, values = steady()
    assert find(times, np.full(len(times), 7.0)) == []
    assert find(times[:500], values[:500]) == []
    assert find(times[:0], values[:0]) == []


def test_noise_alone_is_about_as_often_a_surprise_as_the_budget_says() -> None:
    found, weeks = 0, 0.0
    for ar in (0.0, 0.8):
        times, values = steady(120, ar, seed=11)
        found += len(find(times, values, budget=1.0))
        weeks += (120 - 7) / 7
    assert 0.4 < found / weeks < 1.9


def test_a_small_surprise_is_no_grave_matter() -> None:
    times, values = steady()
    values[3200] += 8
    (found,) = find(times, values, budget=0.2)
    assert found.severity in (AlertSeverity.LOW, AlertSeverity.MEDIUM)


def test_parameters_say_what_they_are() -> None:
    assert SurpriseDetector().parameters == Parameters()
    assert SurpriseDetector(Parameters(window_days=14)).needs.window_us == 22 * DAY
