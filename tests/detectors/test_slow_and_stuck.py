"""Slow drift, silence, flat line, cost, confidence: each finds its own kind, and nothing in plain noise."""

import numpy as np
import pytest
from scipy import stats

from tocsin.detectors.base import DAY, HOUR, SECOND, Detector, Finding, Series, suits
from tocsin.detectors.confidence import ConfidenceDetector
from tocsin.detectors.drift import DriftDetector, slope_of
from tocsin.detectors.flatline import FlatlineDetector
from tocsin.detectors.ratio import RatioDetector
from tocsin.detectors.silence import SilenceDetector
from tocsin.model.signal import Layer, Signal

BEGIN = 20_000 * DAY
EVER = -(2**62)
QUARTER = HOUR // 4


def find(
    detector: Detector,
    times: np.ndarray,
    values: np.ndarray,
    since: int = EVER,
    metric: str = "accuracy",
    now: int | None = None,
) -> list[Finding]:
    signal = Signal("one", metric, layer=Layer.QUALITY)
    return detector.find(Series(signal, times, values, alarms_a_week=0.02, now_us=now), since)


def noise(days: int, step: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    times = BEGIN + np.arange(0, days * DAY, step)
    return times, 50 + np.random.default_rng(seed).standard_normal(len(times))


def test_a_level_that_creeps_for_weeks_is_found_with_when_it_began() -> None:
    times, values = noise(120, DAY)
    since = BEGIN + 70 * DAY
    values += 0.15 * np.maximum(times - since, 0) / DAY
    found = find(DriftDetector(), times, values)
    first = found[0]
    assert first.earliest_us <= since <= first.latest_us
    assert since < first.time_us < since + 35 * DAY
    assert first.effect > 0
    assert not first.urgent
    assert "crept up from" in first.message
    assert first.p_value < 0.01


def test_no_drift_in_noise_nor_in_one_step_nor_in_one_bad_day() -> None:
    times, values = noise(300, DAY)
    assert find(DriftDetector(), times, values) == []
    stepped = values + 5 * (times > BEGIN + 150 * DAY)
    assert find(DriftDetector(), times, stepped) == []
    values[200] += 500
    assert find(DriftDetector(), times, values) == []


def test_drift_is_judged_by_the_day_the_same_however_days_arrive() -> None:
    times, values = noise(120, DAY)
    values += 0.2 * np.maximum(times - BEGIN - 70 * DAY, 0) / DAY
    whole = find(DriftDetector(), times, values)
    parts = [
        f for end in range(60, 121) for f in find(DriftDetector(), times[:end], values[:end], times[end - 2])
    ]
    assert min(f.time_us for f in parts) == whole[0].time_us


def test_a_series_that_stops_is_silent_by_the_clock_and_until_it_comes_back() -> None:
    times, values = noise(10, QUARTER)
    last = int(times[-1])
    assert find(SilenceDetector(), times, values, last, now=last + HOUR) == []
    (found,) = find(SilenceDetector(), times, values, last, now=last + 5 * HOUR)
    assert (found.earliest_us, found.latest_us, found.ended_us) == (last, last + QUARTER, None)
    assert found.time_us == last + 5 * QUARTER
    assert found.urgent
    assert "has sent nothing since" in found.message
    back = np.append(times, last + 5 * HOUR)
    (ended,) = find(SilenceDetector(), back, np.append(values, 50.0), last)
    assert ended.ended_us == last + 5 * HOUR
    assert ended.time_us == found.time_us


def test_pauses_of_its_own_are_no_silence() -> None:
    times, values = noise(30, QUARTER)
    day = (times % DAY >= 8 * HOUR) & (times % DAY < 18 * HOUR)
    last = int(times[day][-1])
    assert find(SilenceDetector(), times[day], values[day], now=last + 14 * HOUR) == []
    assert len(find(SilenceDetector(), times[day], values[day], now=last + 12 * DAY)) == 1


def test_what_comes_at_random_is_seldom_silent() -> None:
    rng = np.random.default_rng(2)
    times = BEGIN + np.cumsum(rng.exponential(600 * SECOND, 30_000)).astype(np.int64)
    assert len(find(SilenceDetector(), times, np.ones(30_000))) <= 2


def test_a_value_that_is_stuck_is_found() -> None:
    times, values = noise(20, QUARTER)
    values[-40:] = values[-41]
    (found,) = find(FlatlineDetector(), times, values)
    assert found.start_us == times[-41]
    assert found.ended_us is None
    assert "has stood at" in found.message


def test_counts_that_repeat_by_chance_are_not_stuck() -> None:
    times, _ = noise(60, QUARTER)
    rng = np.random.default_rng(3)
    for values in (rng.poisson(0.3, len(times)), rng.poisson(3, len(times)), np.zeros(len(times))):
        assert find(FlatlineDetector(), times, values.astype(np.float64)) == []


def test_a_cost_that_doubles_is_told_as_a_ratio() -> None:
    times, _ = noise(45, HOUR)
    rng = np.random.default_rng(4)
    cost = np.exp(2 + 0.5 * np.sin(2 * np.pi * times / DAY) + 0.2 * rng.standard_normal(len(times)))
    assert find(RatioDetector(), times, cost, metric="cost_usd") == []
    cost[times >= BEGIN + 44 * DAY] *= 2
    (found,) = find(RatioDetector(), times, cost, metric="cost_usd")
    assert "times the usual" in found.message
    factor = float(found.message.split(" was ")[1].split(" times")[0])
    assert 1.6 < factor < 2.6
    assert found.value > found.threshold


def test_a_confidence_under_its_floor_is_found_and_ends() -> None:
    times, _ = noise(4, QUARTER)
    values = np.full(len(times), 0.9)
    values[200:320] = 0.355
    (found,) = find(ConfidenceDetector(), times, values, metric="confidence")
    means = np.convolve(values, np.ones(100) / 100, "valid")
    below = np.flatnonzero(means < 0.7) + 99
    assert (found.time_us, found.ended_us) == (times[below[0]], times[below[-1]])
    assert found.threshold == 0.7


@pytest.mark.parametrize(
    ("detector", "metric", "expected"),
    [
        (ConfidenceDetector(), "mean_confidence", True),
        (ConfidenceDetector(), "accuracy", False),
        (RatioDetector(), "total_tokens", True),
        (RatioDetector(), "accuracy", False),
        (DriftDetector(), "accuracy", True),
    ],
)
def test_a_detector_says_which_signals_it_is_for(detector: Detector, metric: str, expected: bool) -> None:
    assert suits(detector, Signal("one", metric)) is expected


@pytest.mark.parametrize("detector", [SilenceDetector(), FlatlineDetector()])
def test_the_cheap_look_lets_plain_samples_pass_and_no_others(detector: Detector) -> None:
    times, values = noise(20, QUARTER)
    known = detector.calm(Series(Signal("one", "accuracy"), times, values, alarms_a_week=0.02))  # type: ignore[attr-defined]
    assert known is not None
    later = times[-1] + QUARTER * np.arange(1, 30)
    all_times = np.concatenate([times[-known.lead :], later])
    plain = np.concatenate([values[-known.lead :], 50 + np.random.default_rng(9).standard_normal(29)])
    assert known.holds(all_times, plain, known.lead)
    odd_times, odd = all_times.copy(), plain.copy()
    if detector.name == "silence":
        odd_times[known.lead + 5 :] += 12 * HOUR
    else:
        odd[known.lead :] = 50.0
    assert not known.holds(odd_times, odd, known.lead)


def test_the_slope_is_that_of_least_squares_with_an_error_for_correlated_noise() -> None:
    days = np.arange(42.0)
    values = 3 + 0.1 * days + np.random.default_rng(5).standard_normal(42)
    expected = stats.linregress(days, values)
    found = slope_of(days, values)
    assert found is not None
    assert found.change == pytest.approx(expected.slope * 41, abs=1e-9)
    left = values - expected.intercept - expected.slope * days
    rho = float(left[1:] @ left[:-1] / (left @ left))
    rho = max(rho + (2 + 4 * rho) / 42, 0.0)
    error = expected.stderr * np.sqrt((1 + rho) / (1 - rho))
    assert found.t == pytest.approx(expected.slope / error, abs=1e-9)
