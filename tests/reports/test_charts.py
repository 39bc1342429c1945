"""The parts of a drawn chart that are computed: its ticks and its range of values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.report import Band, Chart
from tocsin.reports.charts import ticks, value_range

NIGHT = datetime(2026, 10, 24, 12, tzinfo=UTC)


def chart(*values: float) -> Chart:
    low = np.array(values, dtype=float)
    return Chart("m", "", "", len(values), np.arange(len(values)), low, low)


@given(
    st.integers(60, 4_000_000),
    st.integers(0, 10**9),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]),
)
def test_ticks_are_few_and_in_order_and_inside(minutes: int, start: int, zone: str) -> None:
    begin = datetime.fromtimestamp(start, UTC)
    end = begin + timedelta(minutes=minutes)
    found = [at for at, _ in ticks(begin, end, zone)]
    assert len(found) <= 8
    assert all(begin <= at <= end for at in found)
    assert all(first < second for first, second in pairwise(found))


def test_days_tick_at_local_midnight_when_the_clocks_change() -> None:
    found = list(ticks(NIGHT, NIGHT + timedelta(days=5), "Europe/Berlin"))
    assert [label for _, label in found] == ["25 Oct", "26 Oct", "27 Oct", "28 Oct", "29 Oct"]
    assert {(at.hour, at.minute) for at, _ in found} == {(0, 0)}


def test_hours_tick_once_each_when_the_clocks_go_back() -> None:
    begin = datetime(2026, 10, 24, 22, tzinfo=UTC)
    labels = [label for _, label in ticks(begin, begin + timedelta(hours=5), "Europe/Berlin")]
    assert labels == ["25 Oct", "01:00", "02:00", "02:00", "03:00", "04:00"]


@pytest.mark.parametrize("values", [(), (np.nan,), (5.0,), (0.0, 0.0), (-1.0, 1.0), (1e9, 1e9 + 1)])
def test_a_range_is_never_empty_and_holds_every_value(values: tuple[float, ...]) -> None:
    low, high = value_range(chart(*values))
    assert low < high
    assert all(low <= value <= high for value in values if value == value)


def test_a_threshold_is_always_in_view() -> None:
    low, high = value_range(replace(chart(1.0, 2.0), thresholds=(9.0,)))
    assert low < 1.0
    assert high > 9.0


def test_a_far_wider_band_does_not_flatten_the_signal() -> None:
    times, centre = np.arange(2), np.array([1.5, 1.5])
    narrow = Band(times, centre, centre - 0.6, centre + 0.6)
    wide = Band(times, centre, centre - 1000, centre + 1000)
    assert value_range(replace(chart(1.0, 2.0), band=narrow)) == pytest.approx((0.9 - 0.072, 2.1 + 0.072))
    assert value_range(replace(chart(1.0, 2.0), band=wide)) == pytest.approx((0.5 - 0.12, 2.5 + 0.12))
