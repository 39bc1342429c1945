"""Due times against a walk through the minutes, over clock changes, leap days and year ends."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.counting import due

ZONES = ["Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
MINUTE = timedelta(minutes=1)
OFFICE = Calendar(frozenset({1, 2, 3, 4, 5}), 9 * 60, 17 * 60)

# Minutes around what breaks calendars: clock changes both ways, the leap day, the year's end.
MOMENTS = [
    datetime(2026, 3, 29, tzinfo=UTC),
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 3, 8, 6, tzinfo=UTC),
    datetime(2026, 11, 1, 5, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC),
]
starts = st.builds(
    lambda moment, minutes: moment + minutes * MINUTE,
    st.sampled_from(MOMENTS),
    st.integers(-4 * 24 * 60, 2 * 24 * 60),
)
hours_of_day = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda pair: pair[0] < pair[1])
holidays = st.frozensets(st.sampled_from([date(2026, 3, 30), date(2026, 12, 31), date(2027, 1, 1)]))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    opens, closes = draw(hours_of_day)
    days = draw(st.frozensets(st.integers(1, 7), min_size=3))
    return Calendar(days, opens * 60, closes * 60, draw(holidays))


def is_open(calendar: Calendar, minute: datetime, zone: ZoneInfo) -> bool:
    wall = minute.astimezone(zone)
    of_day = wall.hour * 60 + wall.minute
    works = wall.isoweekday() in calendar.days and wall.date() not in calendar.holidays
    return works and calendar.opens <= of_day < calendar.closes


def walk_hours(start: datetime, hours: int, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """Count open minutes one by one."""
    minute, left = start, hours * 60
    while left:
        left -= is_open(calendar, minute, zone)
        minute += MINUTE
    return minute


def walk_days(start: datetime, days: int, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """Meet working days minute by minute, leave out the first, stop when the last one closes."""
    first, minute, met = start.astimezone(zone).date(), start, set[date]()
    while len(met) < days or is_open(calendar, minute, zone):
        if is_open(calendar, minute, zone) and minute.astimezone(zone).date() != first:
            met.add(minute.astimezone(zone).date())
        minute += MINUTE
    return minute - timedelta(seconds=calendar.closes == 24 * 60)  # the end of a day prints as 23:59:59


# It closes at 02:00 in the night in which 02:00 comes twice: at the first.
@settings(max_examples=40)
@given(starts, calendars(), st.integers(1, 12), st.sampled_from(ZONES))
@example(datetime(2026, 10, 24, 20, tzinfo=UTC), Calendar(frozenset(range(1, 8)), 0, 120), 3, "Europe/Berlin")
def test_business_hours_agree_with_a_walk(start: datetime, calendar: Calendar, hours: int, zone: str) -> None:
    found = due(start, Offset(hours, Unit.BUSINESS_HOURS), calendar, zone)
    assert found == walk_hours(start, hours, calendar, ZoneInfo(zone))


@settings(max_examples=40)
@given(starts, calendars().filter(lambda one: one.closes - one.opens < 24 * 60), st.integers(1, 5),
       st.sampled_from(ZONES))  # fmt: skip
@example(datetime(2026, 10, 24, 12, tzinfo=UTC), Calendar(frozenset(range(1, 8)), 0, 180), 1, "Europe/Berlin")
def test_business_days_agree_with_a_walk(start: datetime, calendar: Calendar, days: int, zone: str) -> None:
    found = due(start, Offset(days, Unit.BUSINESS_DAYS), calendar, zone)
    assert found == walk_days(start, days, calendar, ZoneInfo(zone))


@given(starts, st.integers(1, 2000), st.sampled_from(ZONES))
def test_elapsed_time_ignores_clock_changes(start: datetime, amount: int, zone: str) -> None:
    local = start.astimezone(ZoneInfo(zone))
    assert due(local, Offset(amount, Unit.MINUTES), OFFICE, zone) - start == timedelta(minutes=amount)
    assert due(local, Offset(amount, Unit.HOURS), OFFICE, zone) - start == timedelta(hours=amount)


@pytest.mark.parametrize(
    ("start", "offset", "expected"),
    [
        # Friday afternoon: two hours are left, the other two come on Monday, in winter time by then.
        ("2026-10-23T15:00+02:00", Offset(4, Unit.BUSINESS_HOURS), "2026-10-26T11:00+01:00"),
        # Exactly filled is due at closing, not at the next opening.
        ("2026-10-23T15:00+02:00", Offset(2, Unit.BUSINESS_HOURS), "2026-10-23T17:00+02:00"),
        ("2026-10-24T15:00+02:00", Offset(1, Unit.BUSINESS_DAYS), "2026-10-26T17:00+01:00"),
        ("2026-10-26T03:00+01:00", Offset(1, Unit.BUSINESS_DAYS), "2026-10-27T17:00+01:00"),
        # The eve of the leap day, and the last days of a year.
        ("2028-02-28T12:00+01:00", Offset(1, Unit.BUSINESS_DAYS), "2028-02-29T17:00+01:00"),
        ("2026-12-31T16:00+01:00", Offset(2, Unit.BUSINESS_HOURS), "2027-01-01T10:00+01:00"),
    ],
)
def test_worked_examples_in_berlin(start: str, offset: Offset, expected: str) -> None:
    found = due(datetime.fromisoformat(start), offset, OFFICE, "Europe/Berlin")
    assert found == datetime.fromisoformat(expected)
    assert found.tzinfo is UTC


def test_the_calendar_s_own_zone_wins_over_the_home_zone() -> None:
    tokyo = Calendar(OFFICE.days, OFFICE.opens, OFFICE.closes, zone="Asia/Tokyo")
    start = datetime(2026, 11, 2, 12, tzinfo=UTC)
    found = due(start, Offset(1, Unit.BUSINESS_DAYS), tokyo, "Europe/Berlin")
    assert found == datetime(2026, 11, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "opens", "closes"), [(set(), 0, 60), ({8}, 0, 60), ({1}, 60, 60), ({1}, 0, 1441)]
)
def test_a_calendar_that_never_opens_is_refused(days: set[int], opens: int, closes: int) -> None:
    with pytest.raises(ValueError):
        Calendar(frozenset(days), opens, closes)


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (Offset(15, Unit.MINUTES), "15 min"),
        (Offset(2, Unit.HOURS), "2 h"),
        (Offset(1, Unit.BUSINESS_HOURS), "1 business hour"),
        (Offset(4, Unit.BUSINESS_HOURS), "4 business hours"),
        (Offset(1, Unit.BUSINESS_DAYS), "next business day"),
        (Offset(5, Unit.BUSINESS_DAYS), "5 business days"),
    ],
)
def test_offsets_in_words(offset: Offset, words: str) -> None:
    assert offset.words == words
