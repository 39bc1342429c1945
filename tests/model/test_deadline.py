"""Deadlines worked out without an incident: what is counted from, in which zone, with which relief."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tocsin.errors import BadInput, NotFound
from tocsin.model.calendar import DAY_MINUTES, Calendar, Offset, Unit
from tocsin.model.deadline import due, needed, relief_open
from tocsin.model.regime import Kind, Regime, Rules, Stage


def stage(id_: str, anchor: str, amount: int, unit: Unit, counting: str, **more: Any) -> Stage:
    offset = Offset(amount, unit) if amount else None
    return Stage(id_, id_, "sa", "regulator", anchor, counting, "Art. 1", offset=offset, **more)


DORA = Regime(
    "dora", "DORA", "EU", Kind.NOTIFICATION, "yes", "", "", "", "", date(2026, 11, 20),
    stages=(
        stage("initial", "classification_major", 4, Unit.HOURS, "dora_hours",
              not_after=Offset(24, Unit.HOURS), not_after_from="awareness"),
        stage("intermediate", "submission:dora/initial", 72, Unit.HOURS, "dora_hours"),
        stage("update", "recovery", 0, Unit.HOURS, "promptness", house=Offset(4, Unit.HOURS)),
        stage("final", "submission:dora/intermediate_latest", 1, Unit.MONTHS, "dora_months"),
        stage("first", "submission:dora/any_initial", 15, Unit.DAYS, "eu_days"),
        stage("delay", "due:dora/file", 30, Unit.DAYS, "us_calendar_days"),
        stage("file", "determination_material", 4, Unit.BUSINESS_DAYS, "sec_business_days",
              calendar="us_sec"),
        stage("small", "end_of_calendar_year", 60, Unit.DAYS, "us_calendar_days"),
        stage("month", "awareness", 1, Unit.MONTHS, "eu_months"),
    ),
    groups={"any_initial": ("initial", "intermediate"), "intermediate_latest": ("intermediate", "update")},
)  # fmt: skip
WEEK = frozenset(range(1, 6))
RULES = Rules(
    date(2026, 11, 20), "", regimes=(DORA,),
    calendars={
        "us_sec": Calendar(
            WEEK, 0, DAY_MINUTES, zone="America/New_York", public=frozenset({date(2026, 11, 26)})
        ),
        "eu:FR": Calendar(WEEK, 0, DAY_MINUTES, zone="Europe/Paris", public=frozenset({date(2026, 12, 25)})),
    },
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_cap_beats_four_hours_but_not_for_what_was_classified_after_it() -> None:
    first = {
        "classification_major": at("2026-11-19T07:00:00+00:00"),
        "awareness": at("2026-11-18T08:00:00+00:00"),
    }
    assert due(RULES, "dora/initial", first).plan_to == at("2026-11-19T08:00:00+00:00")
    late = {**first, "classification_major": at("2026-11-20T09:00:00+00:00")}
    assert due(RULES, "dora/initial", late).plan_to == at("2026-11-20T13:00:00+00:00")


@pytest.mark.parametrize(
    ("entity", "relief"),
    [
        ("", False),
        ("credit institution", False),
        ("a small Bank", False),
        ("central counterparty", False),
        ("operator of a trading venue", False),
        ("insurer, important entity under NIS2", False),
        ("designated by the authority", False),
        ("payment institution", True),
        ("insurance undertaking, neither essential nor important", True),
        ("not a credit institution", True),
        ("non-bank lender", True),
        ("credit institution, not essential", False),
        ("banknote printer", True),
    ],
)
def test_the_relief_of_noon_is_open_to_whom_the_rule_leaves_it(entity: str, relief: bool) -> None:
    assert relief_open(entity) is relief
    saturday = {"classification_major": at("2026-11-21T10:00:00+01:00")}
    found = due(RULES, "dora/initial", saturday, zone="Europe/Paris", entity=entity)
    assert found.plan_to == at("2026-11-21T14:00:00+01:00"), "planned without the relief in any case"
    assert found.legal_outer == (at("2026-11-23T12:00:00+01:00") if relief else None)


def test_a_later_stage_runs_from_the_actual_submission_named_in_short_or_in_full() -> None:
    for name in ("submission:initial", "submission:dora/initial"):
        found = due(RULES, "dora/intermediate", {name: at("2026-11-20T14:00:00+00:00")})
        assert found.plan_to == at("2026-11-23T14:00:00+00:00")
        assert found.anchor == "submission:dora/initial"


def test_of_a_group_the_earliest_or_the_newest_submission_counts() -> None:
    given = {"submission:initial": at("2026-11-10T10:00:00+00:00"),
             "submission:intermediate": at("2026-11-12T10:00:00+00:00"),
             "submission:update": at("2026-11-30T10:00:00+00:00")}  # fmt: skip
    first, final = due(RULES, "dora/first", given), due(RULES, "dora/final", given)
    assert first.plan_to == at("2026-11-25T23:59:59+00:00")
    assert final.plan_to == at("2026-12-30T23:59:59+00:00")
    assert final.anchor == "submission:dora/update"
    assert set(given) <= {
        one.replace("dora/", "") for one in (*needed(RULES, "dora/final"), "submission:initial")
    }


def test_a_stage_after_another_ones_due_time_needs_only_the_facts_of_that() -> None:
    found = due(RULES, "dora/delay", {"determination_material": date(2026, 11, 20)})
    assert found.start.date() == date(2026, 11, 27), "Thanksgiving of the calendar is no business day"
    assert found.plan_to is not None
    assert found.plan_to.date() == date(2026, 12, 27)
    assert "determination_material" in needed(RULES, "dora/delay")


def test_the_end_of_the_year_follows_from_the_discovery() -> None:
    found = due(RULES, "dora/small", {"discovery": at("2026-03-03T09:00:00-05:00")})
    assert found.plan_to is not None
    assert found.plan_to.isoformat() == "2027-03-01T23:59:59+00:00"


def test_days_end_in_the_zone_said_else_in_that_of_the_moment_given() -> None:
    moment = {"awareness": at("2026-11-30T23:30:00+05:30")}
    here = due(RULES, "dora/month", moment)
    assert here.plan_to is not None
    assert here.plan_to.isoformat() == "2026-12-30T23:59:59+05:30"
    there = due(RULES, "dora/month", moment, zone="Asia/Tokyo")
    assert there.plan_to is not None
    assert there.plan_to.isoformat() == "2027-01-01T23:59:59+09:00", "in Tokyo it was the first of December"


def test_holidays_of_the_member_state_and_those_given_roll_the_outer_end_only() -> None:
    moment = {"awareness": at("2026-11-25T09:00:00+01:00")}
    found = due(RULES, "dora/month", moment, zone="Europe/Paris", state="FR", holidays=[date(2026, 12, 28)])
    assert found.plan_to == at("2026-12-25T23:59:59+01:00")
    assert found.legal_outer == at("2026-12-29T23:59:59+01:00")
    assert "Plan to Fri 25 Dec 2026" in found.why


def test_a_rule_without_a_number_gives_no_deadline_but_a_house_target() -> None:
    found = due(RULES, "dora/update", {"recovery": at("2026-11-20T10:00:00+00:00")})
    assert (found.plan_to, found.legal_outer) == (None, None)
    assert found.house == at("2026-11-20T14:00:00+00:00")
    assert "not the law's" in found.why


@pytest.mark.parametrize(
    ("duty", "given", "zone", "told"),
    [
        ("dora/initial", {"awareness": datetime(2026, 1, 1, tzinfo=UTC)}, "", "classification as major"),
        ("dora/initial", {"classification_major": date(2026, 1, 1)}, "", "needs a time"),
        ("dora/month", {"awareness": date(2026, 1, 1)}, "Mars/Olympus", "time zone"),
        ("dora/month", {"awareness": date(9999, 12, 30)}, "", "too far away"),
        ("dora/month", {"awareness": at("0001-01-01T00:00:00+05:00")}, "", "too far away"),
        ("dora/month", {"awareness": datetime.max.replace(tzinfo=UTC)}, "Asia/Tokyo", "too far away"),
    ],
)
def test_what_cannot_be_counted_is_told_in_words(
    duty: str, given: dict[str, Any], zone: str, told: str
) -> None:
    with pytest.raises(BadInput, match=told):
        due(RULES, duty, given, zone=zone)


def test_an_unknown_stage_is_not_found() -> None:
    for call in (lambda: due(RULES, "dora/none", {}), lambda: needed(RULES, "none/none")):
        with pytest.raises(NotFound):
            call()
