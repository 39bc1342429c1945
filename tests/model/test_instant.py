"""Instants and ranges."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.ids import uuid7
from tocsin.model.instant import When, from_us, iso, to_us

INSTANTS = st.datetimes(timezones=st.just(UTC))
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@given(INSTANTS)
def test_microseconds_and_back_lose_nothing(instant: datetime) -> None:
    assert from_us(to_us(instant)) == instant


def test_iso_is_utc_whatever_the_zone() -> None:
    berlin = timezone(timedelta(hours=1))
    assert iso(datetime(2026, 11, 2, 13, tzinfo=berlin)) == "2026-11-02T12:00:00Z"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        When(datetime(2026, 11, 2, 12))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(("low", "high"), [(1, 2), (-2, -1)])
def test_the_estimate_lies_between_its_bounds(low: int, high: int) -> None:
    with pytest.raises(ValueError, match="between"):
        When(NOON, NOON + timedelta(hours=low), NOON + timedelta(hours=high))


def test_a_moved_range_keeps_its_width() -> None:
    when = When(NOON, NOON - timedelta(hours=2), NOON + timedelta(hours=1))
    moved = when.moved(timedelta(days=1))
    assert (moved.high - moved.low, moved.at) == (timedelta(hours=3), NOON + timedelta(days=1))


@given(INSTANTS.filter(lambda i: i.year >= 1970), st.binary(min_size=10, max_size=10))
def test_a_uuid7_carries_its_millisecond_version_and_variant(instant: datetime, random: bytes) -> None:
    text = uuid7(instant, random)
    assert int(text.replace("-", "")[:12], 16) == to_us(instant) // 1000
    assert text[14] == "7"
    assert text[19] in "89ab"


def test_uuid7s_of_one_instant_differ_by_their_random_part() -> None:
    assert uuid7(NOON, bytes(10)) != uuid7(NOON, bytes(9) + b"\x01")
