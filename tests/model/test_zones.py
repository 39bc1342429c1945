"""Zones frozen with a pack: the same as this machine's data, until that data changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.calendar import Calendar, Offset, Unit, frozen
from tocsin.model.counting import due

OFFICE = Calendar(frozenset({1, 2, 3, 4, 5}), 9 * 60, 17 * 60)
ZONES = ["Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata", "UTC"]
AROUND = datetime(2026, 11, 2, tzinfo=UTC)


CIVIL = st.builds(datetime.combine, st.dates(date(2023, 6, 1), date(2039, 6, 1)), st.times())


@given(st.sampled_from(ZONES), CIVIL)
def test_a_frozen_zone_tells_the_time_as_the_zone_does(name: str, at: datetime) -> None:
    zone, here = frozen(OFFICE, name, AROUND).tz(name), ZoneInfo(name)
    utc = at.replace(tzinfo=UTC)
    assert utc.astimezone(zone).replace(tzinfo=None) == utc.astimezone(here).replace(tzinfo=None)
    assert utc.astimezone(zone).fold == utc.astimezone(here).fold
    for fold in (0, 1):
        assert at.replace(tzinfo=zone, fold=fold).astimezone(UTC) == at.replace(
            tzinfo=here, fold=fold
        ).astimezone(UTC)


@pytest.mark.parametrize("name", ZONES)
def test_the_hours_that_break_clocks_are_the_same(name: str) -> None:
    zone, here = frozen(OFFICE, name, AROUND).tz(name), ZoneInfo(name)
    for at, _ in frozen(OFFICE, name, AROUND).offsets:
        for minutes in range(-180, 181, 15):
            utc = datetime.fromtimestamp(at + minutes * 60, UTC)
            mine, theirs = utc.astimezone(zone), utc.astimezone(here)
            assert (mine.replace(tzinfo=None), mine.fold) == (theirs.replace(tzinfo=None), theirs.fold)
            assert mine.astimezone(UTC) == utc


def test_freezing_twice_in_a_year_gives_the_same_pack() -> None:
    assert frozen(OFFICE, "Europe/Berlin", AROUND) == frozen(
        OFFICE, "Europe/Berlin", AROUND + timedelta(days=30)
    )
    assert frozen(OFFICE, "Europe/Berlin", AROUND).zone == "Europe/Berlin"
    assert not frozen(OFFICE, "Europe/Berlin", AROUND).moved


def test_what_was_frozen_counts_when_the_data_changes() -> None:
    """A country keeps summer time after the pack was frozen: the hours of the office stay as they were."""
    calendar = frozen(OFFICE, "Europe/Berlin", AROUND)
    summer = replace(calendar, offsets=tuple((at, 7200) for at, _ in calendar.offsets))
    start, span = datetime(2026, 11, 2, 12, tzinfo=UTC), Offset(1, Unit.BUSINESS_DAYS)
    assert summer.moved
    assert due(start, span, summer, "UTC") == datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert due(start, span, summer.thawed(), "UTC") == datetime(2026, 11, 3, 16, tzinfo=UTC)
    assert due(start, Offset(30, Unit.HOURS), summer, "UTC") == start + timedelta(hours=30)
