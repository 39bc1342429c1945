"""Departures: found both ways, once each, no more often by chance than stated, however samples arrive."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.detectors.base import DAY, HOUR, Finding, Series, version
from tocsin.detectors.departure import DepartureDetector, Parameters
from tocsin.model.alert import AlertSeverity
from tocsin.model.instant import to_us
from tocsin.model.signal import Signal

BEGIN = 20_000 * DAY
EVER = -(2**62)
SIGNAL = Signal("system", "accuracy", unit="%")


def correlated(rng: np.random.Generator, shape: tuple[int, int], ar: float) -> np.ndarray:
    """Rows of noise of variance 1 with lag-1 autocorrelation `ar`."""
    values = rng.standard_normal(shape)
    for i in range(1, shape[1]):
        values[:, i] = ar * values[:, i - 1] + np.sqrt(1 - ar * ar) * values[:, i]
    return values


def steady(days: int, step: int = HOUR // 4, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """A series with a daily cycle, noise of variance 1 and no change."""
    times = BEGIN + np.arange(0, days * DAY, step)
    noise = np.random.default_rng(seed).standard_normal(len(times))
    return times, 90 + 3 * np.sin(2 * np.pi * times / DAY) + noise


def find(times: np.ndarray, values: np.ndarray, since: int = EVER, a_week: float = 0.02) -> list[Finding]:
    return DepartureDetector().find(Series(SIGNAL, times, values, alarms_a_week=a_week), since)


def test_a_fall_is_found_with_its_start_size_and_words() -> None:
    times, values = steady(35)
    fell = BEGIN + 33 * DAY
    values[times >= fell] -= 8
    (found,) = find(times, values)
    assert found.earliest_us < fell <= found.latest_us
    assert abs(found.start_us - fell) <= HOUR
    assert found.ended_us is None
    assert found.severity in (AlertSeverity.HIGH, AlertSeverity.CRITICAL)
    assert found.urgent
    assert found.value < found.threshold < 90
    assert found.effect < -4
    assert found.p_value < 1e-3
    assert found.message.startswith("accuracy fell to ")
    assert [w.name for w in found.windows] == ["baseline", "departure"]
    assert found.windows[1].samples == int((times >= found.start_us).sum())


def test_a_departure_ends_when_the_series_has_come_back() -> None:
    times, values = steady(35)
    out = (times >= BEGIN + 30 * DAY) & (times < BEGIN + 30 * DAY + 12 * HOUR)
    values[out] += 8
    (found,) = find(times, values)
    assert found.ended_us is not None
    assert abs(found.ended_us - (BEGIN + 30 * DAY + 12 * HOUR)) <= 3 * HOUR


def test_up_and_down_are_judged_alike() -> None:
    times, values = steady(35)
    values[times >= BEGIN + 33 * DAY] -= 8
    (down,), (up,) = find(times, values), find(times, -values)
    assert (up.severity, up.time_us, up.start_us, up.urgent) == (
        down.severity,
        down.time_us,
        down.start_us,
        down.urgent,
    )
    assert up.effect == pytest.approx(-down.effect)


def test_a_small_shift_that_no_single_sample_shows_is_found_and_is_not_critical() -> None:
    times, values = steady(40, HOUR)
    values[times >= BEGIN + 33 * DAY] -= 2.2
    (found,) = find(times, values)
    assert "mean of 8 samples" in found.message
    assert found.severity in (AlertSeverity.MEDIUM, AlertSeverity.HIGH)
    assert found.earliest_us <= BEGIN + 33 * DAY <= found.latest_us


def test_what_takes_long_to_show_is_for_the_daily_review() -> None:
    for seed in (4, 5, 6):
        times, values = steady(40, seed=seed)
        values[times >= BEGIN + 33 * DAY] -= 0.6
        found = find(times, values)  # may end and come again: the noise is wider than the shift
        assert any("mean of 64 samples" in one.message for one in found)
        assert not any(one.urgent for one in found)
        assert {one.severity for one in found} <= {AlertSeverity.MEDIUM, AlertSeverity.LOW}
        assert AlertSeverity.MEDIUM in {one.severity for one in found}


def test_one_spike_is_one_alert_of_one_sample() -> None:
    times, values = steady(35)
    values[len(values) - 200] += 500
    (found,) = find(times, values)
    assert found.time_us == found.start_us == found.ended_us == times[len(times) - 200]
    assert found.severity is not AlertSeverity.CRITICAL


def test_a_change_that_stays_becomes_the_new_normal_and_is_one_alert() -> None:
    times, values = steady(90)
    values[times >= BEGIN + 40 * DAY] += 10
    (found,) = [f for f in find(times, values) if f.severity is AlertSeverity.CRITICAL]
    assert found.ended_us is not None
    assert 40 + 14 < (found.ended_us - BEGIN) / DAY < 40 + 42


def test_a_constant_series_that_moves_has_departed() -> None:
    times = BEGIN + np.arange(0, 20 * DAY, HOUR)
    values = np.full(len(times), 45.0)
    assert find(times, values) == []
    values[-3:] = 46
    (found,) = find(times, values)
    assert found.effect > 100
    assert np.isfinite([found.value, found.threshold, found.effect, found.p_value]).all()


@pytest.mark.parametrize(
    ("scale", "offset"), [(1e307, 0), (1e305, 1e307), (1e-300, 0), (1e-12, 1), (1, 1e15)]
)
def test_numbers_of_any_size_give_finite_findings(scale: float, offset: float) -> None:
    times, values = steady(35)
    values[times >= BEGIN + 33 * DAY] -= 8
    values = (values - 90) / 20 * scale + offset
    for found in find(times, values):
        assert np.isfinite([found.value, found.threshold, found.effect, found.p_value]).all()


def test_before_a_week_or_a_hundred_samples_nothing_is_judged() -> None:
    times, values = steady(6)
    values[-10:] += 100
    assert find(times, values) == []
    few = BEGIN + np.arange(60) * DAY
    assert find(few, np.where(np.arange(60) < 59, 1.0, 9.0)) == []


def test_a_silence_of_days_is_bridged() -> None:
    times, values = steady(40)
    silent = (times > BEGIN + 20 * DAY) & (times < BEGIN + 25 * DAY)
    assert find(times[~silent], values[~silent]) == []
    values[times >= BEGIN + 39 * DAY] -= 10
    assert len(find(times[~silent], values[~silent])) == 1


@settings(max_examples=8)
@given(st.lists(st.integers(1, 35 * 96 - 1), min_size=1, max_size=4, unique=True))
def test_the_same_departures_are_found_however_the_samples_arrive(cuts: list[int]) -> None:
    times, values = steady(35)
    values[(times >= BEGIN + 20 * DAY) & (times < BEGIN + 21 * DAY)] += 9
    values[times >= BEGIN + 33 * DAY] -= 9
    whole = find(times, values)
    ends = [*sorted(cuts), len(times)]
    begins = [0, *ends[:-1]]
    parts = [
        f
        for begin, end in zip(begins, ends, strict=True)
        for f in find(times[:end], values[:end], EVER if begin == 0 else int(times[begin - 1]))
    ]
    assert len(whole) == 2
    assert {f.time_us for f in whole} <= {f.time_us for f in parts}
    # What goes on at a cut is seen from both sides, so each part lies within one of the whole.
    for part in parts:
        assert any(f.time_us <= part.time_us <= (f.ended_us or times[-1]) for f in whole)


@pytest.mark.parametrize("ar", [0.0, 0.5, 0.8])
@pytest.mark.parametrize("step", [HOUR // 12, HOUR])
def test_false_alarms_are_about_as_frequent_as_stated(ar: float, step: int) -> None:
    """The exact rates, over thousands of weeks, are measured by bench_false_alarms.py."""
    rows, days, a_week = (6, 70, 0.5) if step < HOUR else (10, 250, 0.3)
    times = BEGIN + np.arange(0, days * DAY, step)
    noise = correlated(np.random.default_rng(5), (rows, len(times)), ar)
    alarms = sum(len(find(times, row, a_week=a_week)) for row in noise)
    stated = rows * (days - 7) / 7 * a_week
    assert 0.4 * stated < alarms < 1.7 * stated


def test_false_alarms_of_heavy_tailed_noise_stay_near_the_rate() -> None:
    times = BEGIN + np.arange(0, 250 * DAY, HOUR)
    noise = np.random.default_rng(5).standard_t(4, (10, len(times)))
    alarms = sum(len(find(times, row, a_week=0.2)) for row in noise)
    assert alarms <= 2 * 10 * 243 / 7 * 0.2


def test_a_larger_budget_gives_more_false_alarms() -> None:
    times = BEGIN + np.arange(0, 365 * DAY, HOUR)
    noise = np.random.default_rng(5).standard_normal((4, len(times)))
    eager = sum(len(find(times, row, a_week=1.0)) for row in noise)
    assert eager > 3 * sum(len(find(times, row, a_week=0.1)) for row in noise)


def test_changed_parameters_change_the_version() -> None:
    assert version(DepartureDetector()) == version(DepartureDetector(Parameters())) == "2"
    changed = version(DepartureDetector(Parameters(window_days=14)))
    assert changed.startswith("2+")
    assert changed != version(DepartureDetector(Parameters(window_days=15)))


def nab(shared_data: Path, file: str) -> tuple[np.ndarray, np.ndarray]:
    with (shared_data / "nab" / "data" / file).open(encoding="utf-8") as lines:
        rows = {
            to_us(datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC)): float(row["value"])
            for row in csv.DictReader(lines)
        }
    times = np.array(sorted(rows))
    return times, np.array([rows[time] for time in times])


@pytest.mark.parametrize(
    ("file", "since", "until"),
    [
        ("artificialWithAnomaly/art_daily_jumpsup.csv", "2014-04-11T09:00", "2014-04-11T18:00"),
        ("artificialWithAnomaly/art_daily_jumpsdown.csv", "2014-04-11T09:00", "2014-04-11T18:00"),
        ("artificialWithAnomaly/art_daily_nojump.csv", "2014-04-11T09:00", "2014-04-11T18:00"),
        ("artificialWithAnomaly/art_daily_flatmiddle.csv", "2014-04-11T00:00", "2014-04-11T18:00"),
        ("realKnownCause/ambient_temperature_system_failure.csv", "2013-12-20T00:00", "2013-12-24T00:00"),
        ("realKnownCause/cpu_utilization_asg_misconfiguration.csv", "2014-07-11T00:00", "2014-07-15T12:00"),
        ("realKnownCause/nyc_taxi.csv", "2015-01-26T00:00", "2015-01-28T00:00"),
        ("realAWSCloudwatch/grok_asg_anomaly.csv", "2014-01-27T00:00", "2014-02-01T00:00"),
        ("realTweets/Twitter_volume_AAPL.csv", "2015-03-31T00:00", "2015-04-01T00:00"),
    ],
)
def test_plain_departures_of_real_series_are_found(
    shared_data: Path, file: str, since: str, until: str
) -> None:
    times, values = nab(shared_data, file)
    begin, end = (to_us(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in (since, until))
    found = [f for f in find(times, values, a_week=1 / 12) if begin <= f.time_us <= end]
    assert any(f.severity is not AlertSeverity.LOW for f in found)


@pytest.mark.parametrize(
    "file",
    ["daily_no_noise", "daily_perfect_square_wave", "daily_small_noise", "flatline", "noisy"],
)
def test_series_without_an_anomaly_raise_no_alert(shared_data: Path, file: str) -> None:
    assert find(*nab(shared_data, f"artificialNoAnomaly/art_{file}.csv")) == []
