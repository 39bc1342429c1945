"""Do ticks stand on round local times, far enough apart, with the day said where it changes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tocsin.model.instant import from_us, to_us
from tocsin.ui.timeline.ticks import day_mark, ticks

ZONE = "Europe/Berlin"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SECOND = 1_000_000


@pytest.mark.parametrize("least_s", [1, 40, 700, 3000, 20_000, 90_000, 10**6, 10**7])
def test_ticks_are_as_far_apart_as_asked(least_s: int) -> None:
    low, high = to_us(NOON), to_us(NOON) + 20 * least_s * SECOND
    found = [tick.us for tick in ticks(low, high, least_us=least_s * SECOND, zone=ZONE, now_us=to_us(NOON))]
    assert 3 <= len(found) <= 21
    # A day on which the clocks change is an hour shorter.
    assert all(b - a >= (least_s - 3600 * (least_s > 86400)) * SECOND for a, b in pairwise(found))
    assert low <= found[0]
    assert found[-1] <= high


def test_days_begin_at_local_midnight_across_a_change_of_the_clocks() -> None:
    low, high = to_us(datetime(2026, 10, 22, tzinfo=UTC)), to_us(datetime(2026, 10, 29, tzinfo=UTC))
    found = ticks(low, high, least_us=86_400 * SECOND, zone=ZONE, now_us=to_us(NOON))
    assert {from_us(tick.us).astimezone(ZoneInfo(ZONE)).hour for tick in found} == {0}
    assert [tick.day for tick in found][:2] == ["23 Oct", "24 Oct"]


def test_the_day_is_said_once() -> None:
    night = to_us(NOON + timedelta(hours=10))
    found = ticks(night, night + 4 * 3600 * SECOND, least_us=3600 * SECOND, zone=ZONE, now_us=to_us(NOON))
    said, day = [], ""
    for tick in found:
        said.append(tick.label(day))
        day = tick.day
    assert said == ["2 Nov 23:00", "3 Nov 00:00", "01:00", "02:00", "03:00"]


def test_a_day_of_another_year_bears_it() -> None:
    night = to_us(datetime(2025, 12, 31, 12, tzinfo=UTC))
    found = ticks(night, night + 2 * 86_400 * SECOND, least_us=86_400 * SECOND, zone=ZONE, now_us=to_us(NOON))
    assert [tick.day for tick in found] == ["1 Jan", "2 Jan"]
    before = ticks(night - 86_400 * SECOND, night, least_us=86_400 * SECOND, zone=ZONE, now_us=to_us(NOON))
    assert [tick.day for tick in before] == ["31 Dec 2025"]
    assert day_mark(night, night + SECOND, ZONE, to_us(NOON)).day == "31 Dec 2025"
