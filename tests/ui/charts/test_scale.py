"""Do ranges jump instead of scroll, and do ticks stand at round local times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tocsin.ui.charts.scale import live_range, ticks, value_range

BERLIN = ZoneInfo("Europe/Berlin")
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_a_range_stays_while_it_serves() -> None:
    first = value_range(0.0, 1.0, None)
    assert first == (-0.12, 1.12)
    assert value_range(0.1, 0.9, first) == first
    assert value_range(0.1, 1.3, first) != first
    assert value_range(0.5, 0.6, first) != first


def test_a_flat_curve_still_has_a_range() -> None:
    assert value_range(5.0, 5.0, None) == (4.75, 5.25)
    assert value_range(0.0, 0.0, None) == (-1.0, 1.0)


@given(moments, st.timedeltas(timedelta(minutes=1), timedelta(days=400)))
def test_a_live_axis_holds_its_span_and_the_latest_moment(latest: datetime, span: timedelta) -> None:
    start, end = live_range(latest, span)
    assert start <= latest <= end
    assert abs((end - start) - span) < timedelta(milliseconds=1)
    assert end - latest <= span / 8 + timedelta(milliseconds=1)


def test_a_live_axis_stands_still_between_its_jumps() -> None:
    at, hour = datetime(2026, 11, 2, 13, 0, 1, tzinfo=UTC), timedelta(hours=1)
    ranges = {live_range(at + timedelta(seconds=s), hour) for s in range(0, 3600, 10)}
    assert len(ranges) == 8


@given(moments, st.timedeltas(timedelta(seconds=5), timedelta(days=3000)), st.integers(1, 12))
def test_ticks_are_in_order_inside_and_not_too_many(start: datetime, span: timedelta, most: int) -> None:
    found = [tick.at for tick in ticks(start, start + span, BERLIN, most)]
    assert found == sorted(set(found))
    assert all(start <= at <= start + span for at in found)
    assert len(found) <= most + 2


def test_days_begin_at_local_midnight_also_when_the_clocks_change() -> None:
    start = datetime(2026, 10, 23, 12, tzinfo=UTC)
    found = ticks(start, start + timedelta(days=4), BERLIN, 4)
    assert [tick.label for tick in found] == ["24 Oct", "25 Oct", "26 Oct", "27 Oct"]
    assert [tick.at.hour for tick in found] == [22, 22, 23, 23]


def test_an_hour_that_does_not_exist_gets_no_tick() -> None:
    start = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    found = ticks(start, start + timedelta(hours=4), BERLIN, 4)
    assert [tick.label for tick in found] == ["29 Mar", "01:00", "03:00", "04:00", "05:00"]


def test_within_a_day_the_first_tick_says_which() -> None:
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert [tick.label for tick in ticks(start, start + timedelta(hours=4), BERLIN, 5)] == [
        "25 Oct 02:00", "03:00", "04:00",
    ]  # fmt: skip


def test_years_are_named_where_they_begin() -> None:
    start = datetime(2025, 8, 1, tzinfo=UTC)
    labels = [tick.label for tick in ticks(start, start + timedelta(days=330), BERLIN, 4)]
    assert labels == ["Oct", "2026", "Apr"]
