"""Times as people type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.operations.times import parse_near, parse_span, parse_until, parse_when

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
    ["", "soon", "24:01", "12:61", "2026-02-30", "2026-11-02 14:00..2026-11-02 13:00", "1..2", "..",
     "13:00..12:50..14:00", "2026-11-02 14:30..14:00", "0001-01-01 10:00..11:00", "11:00..0001-01-01 10:00Z",
     "13:00..13:10..13:20..13:30", "2026-11-03 10:00", "14:50..2027-01-01", "02/11/2026", "2026-03-29 02:30",
     "0001-01-01 00:00", "9999-12-31T23:59-23:00"],
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


def berlin(text: str) -> datetime:
    """The instant that a civil time of Berlin with its offset stands for."""
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "text", "low", "high"),
    [
        ("2026-11-02T14:37+01:00", "01:00..03:00", "2026-11-02T01:00+01:00", "2026-11-02T03:00+01:00"),
        ("2026-11-02T02:00+01:00", "01:00..03:00", "2026-11-01T01:00+01:00", "2026-11-01T03:00+01:00"),
        ("2026-11-02T02:56+01:00", "01:00..03:00", "2026-11-02T01:00+01:00", "2026-11-02T03:00+01:00"),
        ("2026-11-02T00:30+01:00", "23:50..00:10", "2026-11-01T23:50+01:00", "2026-11-02T00:10+01:00"),
        ("2026-11-02T23:52+01:00", "23:50..00:10", "2026-11-01T23:50+01:00", "2026-11-02T00:10+01:00"),
        ("2026-11-02T23:58+01:00", "23:50..00:02", "2026-11-02T23:50+01:00", "2026-11-03T00:02+01:00"),
        ("2026-11-02T00:00+01:00", "23:00..00:00", "2026-11-01T23:00+01:00", "2026-11-02T00:00+01:00"),
        ("2026-11-02T00:00+01:00", "00:00..23:00", "2026-11-01T00:00+01:00", "2026-11-01T23:00+01:00"),
        ("2026-11-02T14:37+01:00", "14:00..13:00", "2026-11-01T14:00+01:00", "2026-11-02T13:00+01:00"),
        ("2026-11-02T14+01:00", "2026-10-20 14:00..15:00", "2026-10-20T14+02:00", "2026-10-20T15+02:00"),
        ("2026-11-02T14+01:00", "2026-10-20 23:00..01:00", "2026-10-20T23+02:00", "2026-10-21T01+02:00"),
        ("2026-11-02T14+01:00", "23:00..2026-10-20 01:00", "2026-10-19T23+02:00", "2026-10-20T01+02:00"),
        ("2026-11-02T14:37+01:00", "2026-11-01..14:00", "2026-11-01T00:00+01:00", "2026-11-02T14:00+01:00"),
        # The hour that comes twice, and the one that does not come.
        ("2026-10-25T03:10+01:00", "02:15..02:45", "2026-10-25T02:15+01:00", "2026-10-25T02:45+01:00"),
        ("2026-10-25T02:20+01:00", "02:30..02:10", "2026-10-25T02:30+02:00", "2026-10-25T02:10+01:00"),
        ("2026-10-25T02:50+02:00", "02:15..02:45", "2026-10-25T02:15+02:00", "2026-10-25T02:45+02:00"),
        ("2026-10-25T09:00+01:00", "01:30..03:30", "2026-10-25T01:30+02:00", "2026-10-25T03:30+01:00"),
        ("2026-03-29T09:00+02:00", "01:30..03:30", "2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00"),
        ("2026-03-29T01:10+01:00", "02:30..03:30", "2026-03-28T02:30+01:00", "2026-03-28T03:30+01:00"),
        ("2026-03-30T01:10+02:00", "03:30..01:00", "2026-03-29T03:30+02:00", "2026-03-30T01:00+02:00"),
    ],
)  # fmt: skip
def test_a_range_of_clock_times_is_the_newest_such_that_has_passed(
    now: str, text: str, low: str, high: str
) -> None:
    when = parse_when(text, now=berlin(now), zone=ZONE)
    assert (when.low, when.high) == (berlin(low), berlin(high))


@given(
    st.integers(0, 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.sampled_from([ZONE, "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    *[st.tuples(st.integers(0, 23), st.integers(0, 59))] * 2,
)
def test_a_range_of_clock_times_is_understood_at_any_time(
    now: datetime, zone: str, first: tuple[int, int], last: tuple[int, int]
) -> None:
    typed = [f"{hour}:{minute:02}" for hour, minute in (first, last)]
    try:
        when = parse_when("..".join(typed), now=now, zone=zone)
    except BadInput:
        with pytest.raises(BadInput, match="set forward"):
            parse_when("..".join(typed), now=now, zone=zone)
        return
    low, high = (at.astimezone(ZoneInfo(zone)) for at in (when.low, when.high))
    assert [(low.hour, low.minute), (high.hour, high.minute)] == [first, last]
    assert when.low <= when.high <= now + timedelta(minutes=5)
    assert now - when.high < timedelta(hours=25)
    assert when.high - when.low < timedelta(hours=25)
    assert parse_span(*typed, now=now, zone=zone) == (when.low, when.high)


def test_a_clock_time_that_the_day_skipped_is_refused_while_it_is_the_one_meant() -> None:
    morning, before, later = (
        berlin(f"2026-03-{at}") for at in ("29T09:00+02:00", "29T01:00+01:00", "30T01:00+02:00")
    )
    for read, now in [
        (parse_when, morning),
        (parse_near, morning),
        (parse_until, before),
        (parse_when, later),
    ]:
        with pytest.raises(BadInput, match="set forward"):
            read("02:30", now=now, zone=ZONE)
    assert parse_when("02:30", now=before, zone=ZONE).at == berlin("2026-03-28T02:30+01:00")
    assert parse_near("02:30", now=berlin("2026-03-28T13:00+01:00"), zone=ZONE) == berlin(
        "2026-03-28T02:30+01:00"
    )
    assert parse_until("02:30", now=morning, zone=ZONE) == berlin("2026-03-30T02:30+02:00")
    assert parse_until("02:30", now=berlin("2026-03-28T01:00+01:00"), zone=ZONE) == berlin(
        "2026-03-28T02:30+01:00"
    )


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
