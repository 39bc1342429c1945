"""Duties as clocks: from which fact, by which days, chained from what was filed; against the calculator."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.duty_stories import DETECTED, HOME, at, incident, real_rules, seen
from tests.model.small_rules import RULES
from tocsin.model import deadline
from tocsin.model.clock_state import State
from tocsin.model.duty_clocks import days_of
from tocsin.model.incident import Move
from tocsin.operations.duties import DutiesView, DutyView

MAJOR = {"dora_entity": "credit_institution", "major": "yes"}
EU = {"jurisdictions": "eu", "breach": "yes"}
EVERYTHING = {f"{one.id}/{stage.id}": True for one in real_rules().regimes for stage in one.stages}
WITH_OFFSET = [
    f"{regime.id}/{stage.id}" for regime in real_rules().regimes for stage in regime.stages if stage.offset
]


def row(found: DutiesView, duty: str) -> DutyView:
    one = found.row(duty)
    assert one is not None
    return one


def local(one: DutyView, zone: str = HOME) -> str:
    assert one.plan_to is not None
    return f"{one.plan_to.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def test_a_duty_waits_for_its_fact_and_says_for_which() -> None:
    found = seen(incident(), EU, rules=RULES)
    one = row(found, "gdpr/notify")
    assert one.clock is not None
    assert (one.state, one.waits_for, one.clock.note) == ("waiting", "awareness", "waits for: awareness")
    assert [(each.fact, each.duties) for each in found.wanted] == [
        ("awareness", ("gdpr/notify", "gdpr/register"))
    ]


def test_hours_run_through_a_weekend_and_a_changed_clock() -> None:
    late = {"awareness": at("2026-10-24T10:00:00+02:00")}
    one = row(seen(incident(late), EU, rules=RULES), "gdpr/notify")
    assert local(one, "Europe/Paris") == "2026-10-27 09:00:00"
    assert one.state == State.OVERDUE.value


def test_what_has_no_number_counts_up_with_a_house_target_labelled_as_such() -> None:
    one = row(seen(incident({"awareness": DETECTED}), EU, rules=RULES), "gdpr/register")
    assert one.clock is not None
    assert (one.clock.counts_up, one.plan_to, one.clock.target) == (
        True,
        None,
        DETECTED + timedelta(hours=24),
    )
    assert one.clock.basis == "counts up from awareness · house target 24 h · Art. register"
    assert one.clock.why == (
        "The law gives no number. It counts up. The internal target of 24 h is no legal deadline."
    )


def test_awareness_of_one_regime_goes_before_the_common_one() -> None:
    common = {"awareness": DETECTED}
    own = common | {"awareness@gdpr": DETECTED + timedelta(hours=5)}
    first, second = (
        row(seen(incident(some), EU, rules=RULES), "gdpr/notify").plan_to for some in (common, own)
    )
    assert first is not None
    assert second == first + timedelta(hours=5)


def test_stages_run_from_what_was_really_submitted() -> None:
    known = {"awareness": DETECTED, "classification_major": DETECTED + timedelta(hours=1)}
    open_ = seen(incident(known), MAJOR, rules=RULES)
    assert row(open_, "dora/initial").plan_to == DETECTED + timedelta(hours=5)
    assert row(open_, "dora/intermediate").waits_for == "submission:dora/initial"
    late = DETECTED + timedelta(hours=30)
    filed = (("dora/initial", late), ("dora/initial", late + timedelta(days=1)))
    one = seen(incident(known, filed=filed), MAJOR, rules=RULES)
    assert row(one, "dora/initial").clock.late  # type: ignore[union-attr]
    assert row(one, "dora/intermediate").plan_to == late + timedelta(hours=72)


def test_of_a_latest_group_the_newest_submission_counts_of_others_the_first() -> None:
    first, update = at("2026-11-24T09:00:00+01:00"), at("2026-12-01T09:00:00+01:00")
    filed = (("dora/initial", DETECTED), ("dora/intermediate", first), ("dora/update", update))
    answers = MAJOR | {"member_state": "DE"}
    assert (
        local(row(seen(incident(filed=filed[:2]), answers, rules=RULES), "dora/final"))
        == "2026-12-24 23:59:59"
    )
    assert (
        local(row(seen(incident(filed=filed), answers, rules=RULES), "dora/final")) == "2027-01-01 23:59:59"
    )
    early = seen(incident(ruled={"eu-ai-act-73/investigate": True}, filed=(
        ("eu-ai-act-73/report_general", update), ("eu-ai-act-73/initial_incomplete", first),
    )))  # fmt: skip
    one = row(early, "eu-ai-act-73/investigate").clock
    assert one is not None
    assert one.started == first


def test_a_fixed_date_is_the_next_one_after_the_detection() -> None:
    duty = "us-ny-dfs-500-17/annual"
    one = row(seen(incident(ruled={duty: True})), duty)
    assert local(one, "America/New_York") == "2027-04-15 23:59:59"
    assert one.clock is not None
    assert one.clock.basis.startswith("at or before: 15 April")


def test_what_repeats_begins_anew_with_each_filing_until_the_resolution() -> None:
    duty = "eu-ai-act-55-gpai/cop_intermediate"
    first, second, third = (at(f"2026-{day}T09:00:00+01:00") for day in ("11-20", "12-15", "12-18"))
    filed = (("eu-ai-act-55-gpai/cop_other", first),)
    assert local(row(seen(incident(ruled={duty: True}, filed=filed)), duty)) == "2026-12-18 23:59:59"
    again = seen(incident(ruled={duty: True}, filed=(*filed, (duty, second), (duty, third))))
    one = row(again, duty)
    assert local(one) == "2027-01-15 23:59:59"
    assert one.clock is not None
    assert (one.clock.rounds, one.clock.late_rounds) == (2, 0)
    over = replace(incident(ruled={duty: True}, filed=filed), moves=(Move("m", "resolved", second),))
    assert row(seen(over, now=third), duty).state == "met"


@pytest.mark.parametrize(("duty", "other", "anchor"), [
    ("eu-nis2-23/final", "eu-nis2-23/progress", "submission:eu-nis2-23/notification"),
    ("eu-nis2-23/notification", "eu-nis2-23/notification_tsp", "awareness"),
    ("eu-ai-act-73/report_general", "eu-ai-act-73/initial_incomplete", "awareness"),
])  # fmt: skip
def test_a_stage_that_does_the_duty_of_another_settles_it(duty: str, other: str, anchor: str) -> None:
    known = incident({anchor: DETECTED}, ruled={duty: True}, filed=((other, DETECTED + timedelta(hours=20)),))
    assert row(seen(known), duty).state == "met"


@pytest.mark.parametrize(("entity", "nis2", "outer"), [
    ("other", "none", True), ("other", "essential", False), ("other", "", False),
    ("credit_institution", "none", False), ("designated", "none", False),
])  # fmt: skip
def test_noon_of_the_next_working_day_only_for_entities_not_excluded(
    entity: str, nis2: str, outer: bool
) -> None:
    answers = {
        "dora_entity": entity,
        "jurisdictions": "eu",
        "classified_major": "major",
        "member_state": "DE",
    }
    known = {"awareness": at("2026-11-21T08:00"), "classification_major": at("2026-11-21T09:00")}
    one = row(seen(incident(known), answers | ({"nis2_entity": nis2} if nis2 else {})), "eu-dora-19/initial")
    assert one.plan_to == at("2026-11-21T13:00")
    assert one.legal_outer == (at("2026-11-23T12:00:00+01:00") if outer else None)


def test_the_early_day_is_the_deadline_and_the_rolled_one_the_detail() -> None:
    answers = {"high_risk": "yes", "confirm:act": "yes", "member_state": "DE"}
    one = row(
        seen(incident({"awareness": at("2026-11-20T09:00:00+01:00")}), answers, rules=RULES), "act/report"
    )
    assert local(one) == "2026-12-05 23:59:59"
    assert one.legal_outer == at("2026-12-07T23:59:59+01:00")
    filed = (("act/report", at("2026-12-07T10:00:00+01:00")),)
    late = row(seen(incident({"awareness": DETECTED}, filed=filed), answers, rules=RULES), "act/report")
    assert late.clock is not None
    assert (late.state, late.clock.late) == ("met", False)


def test_holidays_are_those_of_the_member_state_answered() -> None:
    answers = {"high_risk": "yes", "confirm:act": "yes"}
    aware = {"awareness": at("2026-12-10T09:00:00+01:00")}
    found = seen(incident(aware), answers, rules=RULES)
    assert row(found, "act/report").legal_outer is None  # Christmas Day is a Friday
    assert found.questions[-1].id == "member_state"
    german = seen(incident(aware), answers | {"member_state": "DE"}, rules=RULES)
    one = row(german, "act/report")
    assert one.legal_outer == at("2026-12-28T23:59:59+01:00")
    utc = row(seen(incident(aware), answers | {"member_state": "DE"}, rules=RULES, zone="UTC"), "act/report")
    assert utc.plan_to is not None
    assert utc.plan_to.isoformat() == "2026-12-25T23:59:59+01:00"  # told where its days end


def test_what_is_kept_is_no_deadline() -> None:
    one = row(seen(incident(), {"high_risk": "yes", "confirm:act": "yes"}, rules=RULES), "act/logs")
    assert (one.clock, one.plan_to, one.state) == (None, None, "kept")
    assert one.keep_until == at("2027-05-20T23:59:59+02:00")


def test_an_optional_stage_counts_once_it_is_begun() -> None:
    answers = {"high_risk": "yes", "confirm:act": "yes"}
    assert row(seen(incident(), answers, rules=RULES), "act/first").clock is None
    assert row(seen(incident(opened=("act/first",)), answers, rules=RULES), "act/first").clock is not None


def test_rights_do_not_count_until_a_person_rules() -> None:
    asked = {"request_received": at("2026-11-20T09:00:00+01:00")}
    assert row(seen(incident(asked), {"jurisdictions": "eu"}, rules=RULES), "rights/answer").clock is None
    ruled = seen(incident(asked, ruled={"rights/answer": True}), {}, rules=RULES)
    assert local(row(ruled, "rights/answer")) == "2026-12-20 23:59:59"


def test_a_gate_is_due_at_the_event() -> None:
    planned = {"before_adverse_action": at("2026-11-27T15:00")}
    one = row(seen(incident(planned), {"jurisdictions": "us"}, rules=RULES), "hipaa/ahead").clock
    assert one is not None
    assert (one.due, one.soon, one.state) == (at("2026-11-27T15:00"), at("2026-11-26T15:00"), State.RUNNING)
    assert one.basis == "at or before: planned adverse action · Art. ahead"


@pytest.mark.parametrize(("found", "due"), [
    ("2026-11-20T09:00:00-05:00", "2027-03-01"), ("2027-01-01T03:00:00+00:00", "2027-03-01"),
    ("2027-06-01T09:00:00-04:00", "2028-02-29"),
])  # fmt: skip
def test_sixty_days_after_the_year_of_discovery_in_the_zone_of_the_regime(found: str, due: str) -> None:
    answers = {"jurisdictions": "us", "persons": "20"}
    one = row(seen(incident({"discovery": at(found)}), answers, rules=RULES), "hipaa/small")
    assert local(one, "America/New_York") == f"{due} 23:59:59"


minutes = st.integers(0, 2 * 366 * 24 * 60)
moments = minutes.map(lambda minute: at("2026-03-01T00:00") + timedelta(minutes=minute))


@given(
    st.sampled_from(WITH_OFFSET),
    st.lists(moments, min_size=4, max_size=4),
    st.sampled_from(["DE", "FR", "IE"]),
)
@settings(max_examples=120, deadline=None)
def test_every_stage_with_a_number_is_due_as_the_calculator_works_it_out(
    duty: str, when: list[datetime], state: str
) -> None:
    rules = real_rules()
    needed = deadline.needed(rules, duty)
    known = {fact: one for fact, one in zip(needed, when * 3, strict=False) if not fact.startswith("due:")}
    told = {fact: one for fact, one in known.items() if fact != "resolution"}
    if len(told) < len(known):
        return  # it follows from moves of the incident
    found = row(seen(incident(told, ruled={duty: True}), {"member_state": state}), duty)
    zone = days_of(rules, found.duty, state, HOME).zone
    expected = deadline.due(
        rules, duty, known, zone=zone, state=state if "eu" in duty or "dora" in duty else ""
    )
    if found.duty.stage.counting == "minimum_retention":
        assert found.keep_until == expected.plan_to
    elif found.clock is None or found.clock.started is None:
        assert any(fact.startswith("due:") for fact in needed)
    else:
        assert found.plan_to == expected.plan_to
        assert (found.legal_outer or found.plan_to) == (expected.legal_outer or expected.plan_to)


def test_a_chained_due_time_of_another_duty() -> None:
    told = {"determination_material": at("2026-11-20T15:00:00-05:00")}
    both = {"us-sec-8k-105/file": True, "us-sec-8k-105/ag_delay": True}
    found = seen(incident(told, ruled=both))
    file, delay = row(found, "us-sec-8k-105/file"), row(found, "us-sec-8k-105/ag_delay")
    assert file.plan_to is not None
    day = file.plan_to.astimezone(ZoneInfo("America/New_York")).date()
    assert local(delay, "America/New_York")[:10] == f"{day + timedelta(days=30)}"
    assert day >= date(2026, 11, 26)
