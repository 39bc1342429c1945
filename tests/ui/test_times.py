"""Are times, spans and numbers written as people read them, whatever the locale."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tocsin.ui.times import countdown, number, short_stamp, span, stamp, zone_name

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 10, 28, 2, 10, tzinfo=UTC)


def test_a_stamp_names_day_time_and_zone() -> None:
    assert stamp(AT, BERLIN) == "Wed 28 Oct 2026, 03:10 CET"
    assert stamp(AT - timedelta(days=4), BERLIN) == "Sat 24 Oct 2026, 04:10 CEST"
    assert zone_name(AT, ZoneInfo("America/Sao_Paulo")) == "UTC-03"


@pytest.mark.parametrize(
    ("later", "text"),
    [
        (timedelta(hours=1), "03:10"),
        (timedelta(days=2), "28 Oct 03:10"),
        (timedelta(days=99), "28 Oct 2026 03:10"),
    ],
)
def test_a_short_stamp_says_no_more_than_needed(later: timedelta, text: str) -> None:
    assert short_stamp(AT, BERLIN, AT + later) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(minutes=8, seconds=48), "00:08:48"),
        (timedelta(milliseconds=300), "00:00:01"),
        (timedelta(0), "00:00:00"),
        (-timedelta(minutes=9, seconds=12), "−00:09:12"),
        (timedelta(hours=99, minutes=59), "99:59:00"),
        (timedelta(hours=100), "4 d 04 h"),
        (timedelta(days=14, hours=22, minutes=59), "14 d 22 h"),
    ],
)
def test_a_countdown(left: timedelta, text: str) -> None:
    assert countdown(left) == text


def test_a_span_has_its_two_largest_units() -> None:
    assert span(timedelta(days=23, hours=9, minutes=5)) == "23 d 9 h"
    assert span(timedelta(minutes=4, seconds=10)) == "4 min 10 s"
    assert span(timedelta(hours=2)) == "2 h"
    assert span(timedelta(0)) == "0 s"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.3123, "0.312"), (182.0, "182"), (41872.4, "41\u202f872"), (-0.05, "−0.05"), (0.0, "0"),
     (4.1e-13, "4.10e−13"), (math.nan, "—"), (math.inf, "—"), (100.0, "100")],
)  # fmt: skip
def test_a_number_shows_what_matters(value: float, text: str) -> None:
    assert number(value) == text
