"""Times, durations and numbers in their fixed form."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.model.instant import When
from tocsin.reports import words

WINTER = datetime(2026, 11, 2, 13, 37, 12, 999_999, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


def test_a_time_is_shown_in_the_home_zone_with_utc_beside_it() -> None:
    assert words.both(WINTER, "Europe/Berlin") == "2 Nov 2026, 14:37:12 UTC+01:00 · 13:37:12 UTC"
    for utc in ("UTC", "Etc/UTC"):
        assert words.both(WINTER, utc) == "2 Nov 2026, 13:37:12 UTC"


def test_a_utc_time_of_another_day_says_its_day() -> None:
    assert words.both(SUMMER, "Europe/Berlin") == "2 Jul 2026, 00:30:00 UTC+02:00 · 1 Jul 2026 22:30:00 UTC"


def test_both_hours_of_the_night_the_clocks_go_back_are_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert words.local(first, "Europe/Berlin").endswith("02:30:00 UTC+02:00")
    assert words.local(first + timedelta(hours=1), "Europe/Berlin").endswith("02:30:00 UTC+01:00")


def test_the_day_has_its_name() -> None:
    assert words.day(WINTER, "Asia/Tokyo") == "Monday 2 Nov 2026"
    assert words.day(SUMMER, "Europe/Berlin") == "Thursday 2 Jul 2026"


def test_bounds_are_only_said_of_an_uncertain_moment() -> None:
    assert words.bounds(When(WINTER), "UTC") == ""
    said = words.bounds(When(WINTER, WINTER - timedelta(hours=1)), "UTC")
    assert said == "between 2 Nov 2026, 12:37:12 UTC and 2 Nov 2026, 13:37:12 UTC"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=60), "1 h"),
        (timedelta(minutes=99), "1 h 39 min"),
        (timedelta(days=23, hours=9), "23 d 9 h"),
        (timedelta(days=2, minutes=5, seconds=59), "2 d 5 min"),
    ],
)
def test_a_duration_is_said_in_its_greatest_units(span: timedelta, said: str) -> None:
    assert words.duration(span) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (0.31249, "0.3125"),
        (182.0, "182"),
        (41872.4, "41\u202f872"),
        (3e-9, "3e-09"),
        (-1500.0, "-1\u202f500"),
    ],
)
def test_a_number_has_few_digits(value: float, said: str) -> None:
    assert words.number(value) == said
