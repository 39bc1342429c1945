"""The counting rules against the worked vectors of the regulations' file, and against walks of their own."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model import counting
from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.counting import capped, count

REGULATIONS = Path(__file__).parents[3] / "shared/spec/regulations.yaml"
UNITS = {"H": Unit.HOURS, "D": Unit.DAYS, "W": Unit.WEEKS, "M": Unit.MONTHS}


@cache
def regulations() -> dict[str, Any]:
    if not REGULATIONS.exists():
        pytest.skip(f"{REGULATIONS.name} of the shared folder is not here")
    found: dict[str, Any] = yaml.load(REGULATIONS.read_text("utf-8"), yaml.CSafeLoader)
    return found


def vectors() -> list[Any]:
    if not REGULATIONS.exists():
        return [pytest.param({}, id="not here")]
    return [pytest.param(each, id=each["id"]) for each in regulations()["test_vectors"]]


def offset(written: str | dict[str, Any] | None) -> Offset | None:
    if written is None:
        return None
    if isinstance(written, dict):
        return Offset(written["business_days"], Unit.BUSINESS_DAYS)
    amount, unit = int(written.strip("PTHDWMY")), written[-1]
    return Offset(amount * 12, Unit.MONTHS) if unit == "Y" else Offset(amount, UNITS[unit])


def moment(written: str, zone: str) -> datetime:
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else datetime.combine(found.date(), time(12), ZoneInfo(zone))


@pytest.mark.parametrize("vector", vectors())
def test_a_worked_vector(vector: dict[str, Any]) -> None:
    regime = next(one for one in regulations()["regimes"] if one["id"] == vector["regime"])
    stage = next(one for one in regime["stages"] if one["id"] == vector["stage"])
    given = vector["given"]
    zone = given.get("tz", "UTC")
    days_off = frozenset(map(date.fromisoformat, given.get("holidays", ())))
    calendar = Calendar(frozenset(range(1, 6)), 540, 1020, days_off, zone)
    start = moment(given[stage["from"]], zone)
    found = count(start, offset(stage["offset"]), stage["counting"], calendar, zone)
    if cap := stage.get("not_after"):
        latest = count(
            moment(given[cap["from"]], zone), offset(cap["offset"]), stage["counting"], calendar, zone
        )
        found = capped(found, start, latest)
    assert found.plan_to is not None
    assert found.legal_outer is not None
    expected = vector["expect"]
    if isinstance(expected, dict):
        for name, at in expected.items():
            assert getattr(found, name).astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat() == at
    elif "T" in expected:
        assert found.plan_to == datetime.fromisoformat(expected)
    else:
        assert found.plan_to.astimezone(ZoneInfo(zone)).isoformat()[:19] == f"{expected}T23:59:59"
    assert found.why.endswith(".")


ZONES = ("Europe/Paris", "America/Havana", "Australia/Lord_Howe", "Asia/Tokyo", "UTC")
STARTS = st.builds(datetime.combine, st.dates(date(2026, 9, 1), date(2028, 4, 1)), st.times()).map(
    lambda at: at.replace(microsecond=0)
)
OFF = st.frozensets(st.dates(date(2026, 9, 1), date(2028, 12, 31)), max_size=60)
DAY = timedelta(days=1)


def closed(day: date, off: frozenset[date]) -> bool:
    return day.strftime("%a") in ("Sat", "Sun") or day in off


def roll(day: date, off: frozenset[date]) -> date:
    return next(d for d in (day + DAY * n for n in range(400)) if not closed(d, off))


def days(start: date, amount: int, off: frozenset[date], rule: str) -> tuple[date, date]:
    """Walk day by day: return the last day without and with the roll."""
    walked = [start + DAY * n for n in range(amount + 60)]
    if rule == "jp_days":
        plain, last = walked[amount - 1], walked[amount - 1]
        while closed(last, off) or last.strftime("%m-%d") in (
            "12-29",
            "12-30",
            "12-31",
            "01-01",
            "01-02",
            "01-03",
        ):
            last += DAY
        return plain, last
    plain = walked[amount]
    if rule in ("us_calendar_days", "sg_calendar_days", "cn_days"):
        return plain, plain
    last = roll(plain, off)
    while (
        rule == "eu_days" and amount >= 2 and sum(not closed(d, off) for d in walked if start < d <= last) < 2
    ):
        last = roll(last + DAY, off)
    return plain, last


@given(STARTS, st.integers(1, 40), OFF, st.sampled_from(ZONES),
       st.sampled_from(["eu_days", "mdr_days", "au_days", "jp_days", "us_calendar_days", "sg_calendar_days",
                        "cn_days"]))  # fmt: skip
def test_rules_of_days_agree_with_a_walk(
    start: datetime, amount: int, off: frozenset[date], zone: str, rule: str
) -> None:
    calendar = Calendar(frozenset(range(1, 6)), 540, 1020, off, zone)
    local = start.replace(tzinfo=ZoneInfo(zone))
    found = count(local, Offset(amount, Unit.DAYS), rule, calendar, "UTC")
    plain, last = days(local.astimezone(UTC).astimezone(ZoneInfo(zone)).date(), amount, off, rule)
    assert civil(found.plan_to, zone) == f"{plain}T23:59:59"
    assert civil(found.legal_outer, zone) == f"{last}T23:59:59"


@given(STARTS, st.integers(1, 30), OFF, st.sampled_from(ZONES))
def test_business_days_agree_with_a_walk(
    start: datetime, amount: int, off: frozenset[date], zone: str
) -> None:
    calendar = Calendar(frozenset(range(1, 6)), 540, 1020, off, zone)
    local = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    ahead = [d for d in (local.date() + DAY * n for n in range(1, 400)) if not closed(d, off)][amount - 1]
    back = [d for d in (local.date() - DAY * n for n in range(1, 400)) if not closed(d, off)][amount - 1]
    for rule, day in (("business_days", ahead), ("sec_business_days", ahead), ("business_days_before", back)):
        found = count(local, Offset(amount, Unit.BUSINESS_DAYS), rule, calendar, "UTC")
        assert civil(found.plan_to, zone) == f"{day}T23:59:59"


@given(STARTS, st.integers(1, 30), OFF)
def test_months_end_on_the_same_day_number_or_the_last_there_is(
    start: datetime, amount: int, off: frozenset[date]
) -> None:
    calendar = Calendar(frozenset(range(1, 6)), 540, 1020, off, "UTC")
    found = count(start.replace(tzinfo=UTC), Offset(amount, Unit.MONTHS), "eu_months", calendar, "UTC")
    assert found.plan_to is not None
    day, first = found.plan_to.date(), start.date()
    assert (day.year * 12 + day.month) - (first.year * 12 + first.month) == amount
    assert day.day == first.day or (day.day < first.day and (day + DAY).day == 1)
    assert civil(found.legal_outer, "UTC") == f"{roll(day, off)}T23:59:59"
    noon = count(start.replace(tzinfo=UTC), Offset(amount, Unit.MONTHS), "dora_months", calendar, "UTC")
    expected = f"{roll(day, off)}T12:00:00" if closed(day, off) else f"{day}T23:59:59"
    assert (civil(noon.plan_to, "UTC"), civil(noon.legal_outer, "UTC")) == (f"{day}T23:59:59", expected)


@given(
    STARTS, st.integers(1, 60), st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 9000)), max_size=4)
)
def test_days_touched_by_a_pause_do_not_count(
    start: datetime, amount: int, stops: list[tuple[int, int]]
) -> None:
    calendar = Calendar(frozenset(range(1, 6)), 540, 1020, zone="Europe/Paris")
    zone = ZoneInfo("Europe/Paris")
    begin = start.replace(tzinfo=zone).astimezone(UTC)
    still = [
        (begin + timedelta(minutes=after), begin + timedelta(minutes=after + length))
        for after, length in stops
    ]
    found = count(begin, Offset(amount, Unit.DAYS), "us_calendar_days", calendar, "UTC", pauses=still)
    day, left = begin.astimezone(zone).date(), amount
    while left:
        day += DAY
        midnight = datetime.combine(day, time(), zone)
        end = datetime.combine(day + DAY, time(), zone)
        left -= not any(b < end and e > midnight and b < e for b, e in still)
    assert civil(found.plan_to, "Europe/Paris") == f"{day}T23:59:59"


def test_relief_to_noon_is_only_for_whom_it_is_open() -> None:
    calendar = Calendar(frozenset(range(1, 6)), 540, 1020, zone="UTC")
    friday = datetime(2026, 11, 20, 22, tzinfo=UTC)
    strict = count(friday, Offset(4, Unit.HOURS), "dora_hours", calendar, "UTC")
    eased = count(friday, Offset(4, Unit.HOURS), "dora_hours", calendar, "UTC", relief=True)
    assert strict.legal_outer == strict.plan_to == eased.plan_to == datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert eased.legal_outer == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_every_rule_of_the_regulations_is_known_and_counts_what_its_stages_ask_for() -> None:
    file, calendar = regulations(), Calendar(frozenset(range(1, 6)), 540, 1020)
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert all(counting.known(rule) for rule in file["counting_rules"])
    for regime in file["regimes"]:
        for stage in regime.get("stages", ()):
            found = count(start, offset(stage["offset"]), stage["counting"], calendar, "Europe/Paris")
            assert (found.plan_to is None) == (stage["counting"] == "promptness")
            assert found.why


def test_what_makes_no_sense_is_refused() -> None:
    calendar, start = Calendar(frozenset({1}), 0, 60), datetime(2026, 11, 20, tzinfo=UTC)
    for offset_, rule in (
        (None, "eu_days"),
        (Offset(3, Unit.HOURS), "eu_days"),
        (Offset(3, Unit.DAYS), "moons"),
    ):
        with pytest.raises(ValueError):
            count(start, offset_, rule, calendar, "UTC")


def civil(at: datetime | None, zone: str) -> str:
    assert at is not None
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
