"""Times as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.operations.times import parse_until, parse_when

NOW = datetime(2026, 11, 2, 13, 37, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:20", datetime(2026, 11, 2, 13, 20, tzinfo=UTC)),
        ("14:20:30", datetime(2026, 11, 2, 13, 20, 30, tzinfo=UTC)),
        ("23:00", datetime(2026, 11, 1, 22, 0, tzinfo=UTC)),
        ("2026-10-24 12:00", datetime(2026, 10, 24, 10, 0, tzinfo=UTC)),
        ("2026-10-26 12:00", datetime(2026, 10, 26, 11, 0, tzinfo=UTC)),
        ("2026-11-02T09:00:00Z", datetime(2026, 11, 2, 9, 0, tzinfo=UTC)),
        ("2026-11-02T09:00:00+05:30", datetime(2026, 11, 2, 3, 30, tzinfo=UTC)),
        (" 2026-11-01 ", datetime(2026, 10, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_an_instant(text: str, expected: datetime) -> None:
    when = parse_when(text, now=NOW, zone=ZONE)
    assert (when.at, when.is_range, when.zone) == (expected, False, ZONE)


def test_a_range_takes_its_middle_or_the_estimate_stated() -> None:
    when = parse_when("13:00..14:00", now=NOW, zone=ZONE)
    assert (when.low.minute, when.at.minute, when.high.minute) == (0, 30, 0)
    when = parse_when("13:00 .. 13:10 .. 14:00", now=NOW, zone=ZONE)
    assert when.at.minute == 10


@pytest.mark.parametrize(
    "text",
    ["", "soon", "24:01", "12:61", "2026-02-30", "14:00..13:00", "1..2", "..", "13:00..13:10..13:20..13:30",
     "2026-11-03 10:00", "14:50..2027-01-01", "02/11/2026", "2026-03-29 02:30", "0001-01-01 00:00",
     "9999-12-31T23:59-23:00"],
)  # fmt: skip
def test_nonsense_and_the_future_are_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_when(text, now=NOW, zone=ZONE)
    assert refused.value.what


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_clock_time_is_the_newest_one_that_passed(hour: int, minute: int) -> None:
    at = parse_when(f"{hour}:{minute:02}", now=NOW, zone=ZONE).at.astimezone(ZoneInfo(ZONE))
    assert (at.hour, at.minute) == (hour, minute)
    age = (NOW - at).total_seconds()
    assert -300 <= age < 86_400 - 300 + 1


def test_in_the_hour_that_comes_twice_a_clock_time_is_the_newest_of_both() -> None:
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert parse_when("02:30", now=first.replace(minute=40), zone=ZONE).at == first
    assert parse_when("02:30", now=second.replace(minute=40), zone=ZONE).at == second
    assert parse_when("2026-10-25 02:30", now=NOW, zone=ZONE).at == first
    assert parse_when("2026-10-25 02:30+01:00", now=NOW, zone=ZONE).at == second


def test_a_clock_time_that_the_day_skipped_is_refused() -> None:
    with pytest.raises(BadInput, match="set forward"):
        parse_when("02:30", now=datetime(2026, 3, 29, 8, 0, tzinfo=UTC), zone=ZONE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 h", datetime(2026, 11, 2, 17, 37, 12, tzinfo=UTC)),
        ("90min", datetime(2026, 11, 2, 15, 7, 12, tzinfo=UTC)),
        ("2 D", datetime(2026, 11, 4, 13, 37, 12, tzinfo=UTC)),
        ("15:00", datetime(2026, 11, 2, 14, 0, tzinfo=UTC)),
        ("14:00", datetime(2026, 11, 3, 13, 0, tzinfo=UTC)),
        ("Tomorrow  09:00", datetime(2026, 11, 3, 8, 0, tzinfo=UTC)),
        ("2026-12-01 12:00", datetime(2026, 12, 1, 11, 0, tzinfo=UTC)),
    ],
)
def test_an_instant_ahead(text: str, expected: datetime) -> None:
    assert parse_until(text, now=NOW, zone=ZONE) == expected


@pytest.mark.parametrize("text", ["", "soon", "4 weeks", "25:00", "2026-11-02 14:00", "tomorrow", "-4 h"])
def test_nonsense_and_what_has_passed_is_nothing_ahead(text: str) -> None:
    with pytest.raises(BadInput):
        parse_until(text, now=NOW, zone=ZONE)
