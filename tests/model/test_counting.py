"""The counting rules against the worked vectors of the regulations' file, and against walks of their own."""

from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

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
