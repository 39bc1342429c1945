"""Public holidays are written out for the years around now, and nothing else of a calendar changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tocsin.policy.expand import as_written, expanded, unknown_place
from tocsin.policy.load import load_shipped

NOW = datetime(2026, 11, 2, 13, 37, tzinfo=UTC)


def easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    last = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    return date(year, month, day + 1)


def berlin(year: int) -> set[date]:
    """The public holidays of Berlin since 2026, from the law."""
    fixed = [(1, 1), (3, 8), (5, 1), (10, 3), (12, 25), (12, 26)]
    moving = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension, Whit Monday
    return {date(year, *day) for day in fixed} | {easter(year) + timedelta(days=n) for n in moving}


def test_the_holidays_of_a_place_are_those_of_its_law_from_last_year_to_ten_years_on() -> None:
    scheme = load_shipped()
    calendar = replace(scheme.calendar, country="DE", subdivision="BE")
    found = expanded(replace(scheme, calendar=calendar), "Europe/Berlin", NOW).calendar
    once = {date(2025, 5, 8), date(2028, 6, 17)}  # eighty years of peace, seventy-five after the uprising
    assert found.public == {day for year in range(2025, 2037) for day in berlin(year)} | once
    assert not found.works(date(2027, 3, 8))
    assert found.works(date(2027, 3, 9))


def test_days_off_in_place_of_a_weekend_count_too() -> None:
    scheme = load_shipped()
    calendar = replace(scheme.calendar, country="US")
    days = expanded(replace(scheme, calendar=calendar), "America/New_York", NOW).calendar.public
    # Independence Day of 2026 is a Saturday, New Year's Day of 2028 too: the days before are free.
    assert {date(2026, 7, 3), date(2027, 12, 31), date(2027, 7, 5)} <= days


def test_a_pack_frozen_twice_in_a_year_is_the_same_and_the_next_year_knows_a_year_more() -> None:
    scheme = replace(load_shipped(), calendar=replace(load_shipped().calendar, country="GB"))
    first, same = (expanded(scheme, "Europe/London", NOW + timedelta(days=n)) for n in (0, 50))
    later = expanded(as_written(first), "Europe/London", NOW + timedelta(days=400))
    assert first == same
    assert max(later.calendar.public).year == max(first.calendar.public).year + 1
    assert as_written(first) == replace(scheme, calendar=replace(scheme.calendar, zone="Europe/London"))


def test_a_calendar_without_a_country_has_its_own_days_only() -> None:
    own = replace(load_shipped().calendar, holidays=frozenset({date(2026, 11, 3)}))
    found = expanded(replace(load_shipped(), calendars={"own": own}), "Asia/Tokyo", NOW).calendars["own"]
    assert (found.public, found.zone, found.works(date(2026, 11, 3))) == (frozenset(), "Asia/Tokyo", False)


@pytest.mark.parametrize(("country", "subdivision"), [("XX", ""), ("DE", "XX"), ("de", ""), ("../x", "")])
def test_a_place_nobody_knows_is_told(country: str, subdivision: str) -> None:
    assert "ISO 3166" in unknown_place(country, subdivision)
    assert unknown_place("DE", "BE") == ""
