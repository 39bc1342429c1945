"""Do times read as people write them, and are they read back as the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.instant import When
from tocsin.model.lanes import Mark, Source
from tocsin.operations.times import parse_when
from tocsin.ui.timeline import words

ZONE = "Europe/Berlin"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)
# Both changes of the clocks lie within.
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 365 * 86_400 * 1_000_000).map(lambda us: JANUARY + timedelta(microseconds=us))


@given(INSTANTS, st.integers(0, 10**10), st.integers(0, 10**10))
def test_a_time_offered_for_correction_is_read_back_as_the_same(
    at: datetime, before: int, after: int
) -> None:
    when = When(at, at - timedelta(microseconds=before), at + timedelta(microseconds=after), ZONE)
    again = parse_when(words.typed(when, ZONE), now=LONG_AFTER, zone=ZONE)
    assert (again.at, again.low, again.high) == (when.at, when.low, when.high)


@given(INSTANTS)
def test_an_instant_is_read_back_as_the_same(at: datetime) -> None:
    assert parse_when(words.typed(When(at), ZONE), now=LONG_AFTER, zone=ZONE).at == at


@pytest.mark.parametrize("hour", [0, 1])
def test_the_hour_that_a_change_of_the_clocks_repeats_is_told_apart(hour: int) -> None:
    at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert parse_when(words.typed(When(at), ZONE), now=LONG_AFTER, zone=ZONE).at == at


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (When(NOON), "2 Nov 13:00"),
        (When(NOON, NOON - timedelta(hours=9), NOON + timedelta(hours=9)), "2 Nov 13:00 ± 9 h"),
        (When(NOON, NOON - timedelta(hours=1), NOON), "2 Nov 12:00 to 13:00, likely 13:00"),
    ],
)
def test_a_moment_says_how_sure_it_is(when: When, said: str) -> None:
    assert words.when(when, ZONE, NOON) == said


LAST_YEAR = datetime(2025, 12, 31, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (When(LAST_YEAR), "31 Dec 2025 23:30"),
        (When(LAST_YEAR + timedelta(hours=1)), "1 Jan 00:30"),
        (When(LAST_YEAR, LAST_YEAR, LAST_YEAR + timedelta(hours=1)),
         "31 Dec 2025 23:30 to 1 Jan 2026 00:30, likely 23:30"),
    ],
)  # fmt: skip
def test_a_time_of_another_year_in_the_home_zone_shows_its_year(when: When, said: str) -> None:
    assert words.when(when, ZONE, NOON) == said
    assert words.label(Mark("s", "happened", "", when, Source.START), ZONE, NOON) == f"start {said}"


def test_a_full_time_has_its_offset_and_utc_beside_it() -> None:
    assert words.full(NOON, ZONE) == "2 Nov 2026 13:00 UTC+01:00 · 12:00 UTC"
    late = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    assert words.full(late, ZONE) == "2 Nov 2026 00:30 UTC+01:00 · 1 Nov 23:30 UTC"


def test_a_label_tells_when_it_was_learned_and_never_breaks_the_line() -> None:
    mark = Mark(
        "m", "detected", "complaints\nrise", When(NOON), Source.ENTRY, learned=NOON + timedelta(hours=1)
    )
    assert words.label(mark, ZONE, NOON) == "complaints rise (learned 14:00)"
