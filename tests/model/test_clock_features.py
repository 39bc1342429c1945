"""Clocks that are chained, conditional, capped, counting up or repeating; packs applied while they run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tocsin.model.calendar import Calendar, Offset, Unit, frozen
from tocsin.model.clocks import ClockState, State, as_of, clock_states
from tocsin.model.conduct import Said
from tocsin.model.facts import facts
from tocsin.model.fields import Head, Register
from tocsin.model.incident import CONTAINED, REOPENED, RESOLVED, Grade, Incident, Mark, Move
from tocsin.model.response import ClockPaused, ClockResumed, FactStated, UpdateSnoozed, UpdateTold
from tocsin.model.severity import ClockRule, Scheme
from tocsin.policy.load import load_shipped

START = datetime(2026, 11, 2, 12, 58, tzinfo=UTC)
PLACES = {FactStated: "facts", ClockPaused: "pauses", ClockResumed: "resumes", UpdateTold: "updates",
          UpdateSnoozed: "snoozes"}  # fmt: skip
MINUTES30, HOURS4 = Offset(30, Unit.MINUTES), Offset(4, Unit.HOURS)
UPDATE = ClockRule("update", "Update", "declared", within=MINUTES30, met_by=("update",), repeats=True,
                   until=("contained",))  # fmt: skip


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def scheme(*rules: ClockRule) -> Scheme:
    return replace(load_shipped(), clocks=rules)


def incident(*said: tuple[float, Any]) -> Incident:
    grade = Grade("first", "SEV-1", START)
    one = Incident("i", "INC-2026-WR-0001", "s", "p", START, START, "Operator A", grades=(grade,))
    for minutes, what in said:
        at = after(minutes)
        if isinstance(what, str):
            one = replace(one, moves=(*one.moves, Move(f"m{minutes}", what, at)))
        elif isinstance(what, tuple):
            mark = Mark(f"k{minutes}", what[0], what[1], at, "", "Operator B")
            one = replace(one, marks=(*one.marks, mark))
        else:
            place = PLACES[type(what)]
            entry = Said(f"s{minutes}", at, "Operator B", what)
            conduct = replace(one.conduct, **{place: (*getattr(one.conduct, place), entry)})
            one = replace(one, conduct=conduct)
    return one


def told(minutes: float) -> tuple[float, UpdateTold]:
    return minutes, UpdateTold("leadership", "words", "them")


def states(
    one: Incident, pack: Scheme, minutes: float, *former: tuple[Scheme, float]
) -> dict[str, ClockState]:
    past = [(each, after(until)) for each, until in former]
    return {clock.id: clock for clock in clock_states(one, pack, after(minutes), "Europe/Berlin", past)}


def test_a_clock_waits_for_a_fact_that_a_person_states_and_the_newest_counts() -> None:
    pack = scheme(ClockRule("notify", "Notify", "awareness", within=Offset(72, Unit.HOURS)))
    assert states(incident(), pack, 5)["notify"].state is State.WAITING
    one = incident((10, FactStated("awareness")), (3, FactStated("awareness", "the mail shows it")))
    assert states(one, pack, 20)["notify"].due == after(3) + timedelta(hours=72)
    assert facts(one)["awareness"] == after(3)
    assert states(one, pack, 20)["notify"].basis == "72 h from awareness · SEV-1–4"


def test_chained_clocks_run_from_the_end_the_due_time_and_the_submission_of_another() -> None:
    pack = scheme(
        ClockRule("final", "Final", "submission:first", within=Offset(1, Unit.MONTHS)),
        ClockRule("after", "After", "met:contain", within=HOURS4),
        ClockRule("beyond", "Beyond", "due:contain", within=HOURS4),
        ClockRule("contain", "Contain", "detection", within=Offset(1, Unit.HOURS), met_by=("contained",)),
    )
    found = states(incident(), pack, 5)
    assert found["after"].state is State.WAITING
    assert found["final"].state is State.WAITING
    assert found["beyond"].due == after(300)
    one = incident((20, CONTAINED), (50, FactStated("submission:first")))
    found = states(one, pack, 60)
    assert found["after"].started == after(20)
    assert found["final"].due == datetime(2026, 12, 2, 22, 59, 59, tzinfo=UTC)
    assert states(incident((20, CONTAINED), (30, REOPENED)), pack, 60)["after"].state is State.WAITING


def test_clocks_chained_in_a_circle_wait_for_each_other() -> None:
    pack = scheme(
        ClockRule("hen", "Hen", "met:egg", within=HOURS4), ClockRule("egg", "Egg", "met:hen", within=HOURS4)
    )
    assert {one.state for one in states(incident(), pack, 5).values()} == {State.WAITING}


def test_a_condition_that_does_not_hold_says_why_and_one_not_known_waits() -> None:
    pack = scheme(ClockRule("audit", "Audit", "detection", within=HOURS4, when={"type": ("bias",)}))
    waiting = states(incident(), pack, 5)["audit"]
    assert (waiting.state, waiting.note) == (State.WAITING, "until the type is known")

    def typed(value: str) -> ClockState:
        register = Register((Head("e", 1, "s", value),))
        return states(replace(incident(), fields={"type": register}), pack, 5)["audit"]

    assert typed("bias").due == after(240)
    other = typed("distribution_shift")
    assert (other.state, other.reason) == (State.NOT_APPLICABLE, "type is distribution shift")


def test_a_cap_from_another_anchor_holds_unless_the_clock_began_after_it() -> None:
    rule = ClockRule("initial", "Initial", "classification_major", within=HOURS4, counting="dora_hours",
                     not_after=Offset(24, Unit.HOURS), not_after_from="awareness")  # fmt: skip
    aware = (0, FactStated("awareness"))
    soon = incident(aware, (23 * 60, FactStated("classification_major")))
    late = incident(aware, (25 * 60, FactStated("classification_major")))
    assert states(soon, scheme(rule), 1500)["initial"].due == after(24 * 60)
    assert states(late, scheme(rule), 1500)["initial"].due == after(29 * 60)


def test_a_clock_that_counts_up_has_a_house_target_and_no_due_time() -> None:
    pack = scheme(
        ClockRule("tell", "Tell", "detection", within=HOURS4, counts_up=True, met_by=("update:users",))
    )
    found = states(incident(), pack, 600)["tell"]
    assert (found.state, found.due, found.target) == (State.RUNNING, None, after(240))
    assert found.past_target(after(600))
    assert found.elapsed(after(600)) == timedelta(hours=10)
    assert found.basis == "counts up from detection · house target 4 h · SEV-1–4"
    met = states(incident((30, UpdateTold("users", "words", "them"))), pack, 600)["tell"]
    assert (met.state, met.ended, met.late) == (State.MET, after(30), False)


def test_an_update_stays_due_until_it_is_told_and_the_next_counts_from_then() -> None:
    pack = scheme(UPDATE)
    assert states(incident(), pack, 95)["update"].due == after(30)
    one = incident(told(95))
    found = states(one, pack, 100)["update"]
    assert (found.started, found.due, found.rounds, found.late_rounds) == (after(95), after(125), 1, 1)
    snoozed = incident(told(95), (100, UpdateSnoozed(after(200), "waits for the vendor")))
    moved = states(snoozed, pack, 110)["update"]
    assert (moved.due, moved.note) == (after(200), "snoozed by Operator B: waits for the vendor")
    ended = states(incident(told(20), (40, CONTAINED), told(300)), pack, 400)["update"]
    assert (ended.state, ended.ended, ended.late, ended.rounds) == (State.MET, after(40), False, 1)
    assert states(incident(told(20), (40, CONTAINED), (50, REOPENED)), pack, 60)["update"].due == after(80)


def test_updates_to_one_or_the_other_audience_count_in_the_order_they_were_told() -> None:
    rule = replace(UPDATE, met_by=("update:leadership", "update:teams"))
    teams = UpdateTold("teams", "words", "them")
    one = incident((10, teams), told(20), (35, UpdateTold("users", "words", "them")), (45, teams))
    found = states(one, scheme(rule), 50)["update"]
    assert (found.started, found.rounds, found.late_rounds) == (after(45), 3, 0)


def test_a_correction_of_an_update_is_no_further_telling() -> None:
    correction = UpdateTold("leadership", "better words", "them", corrects="s10")
    found = states(incident(told(10), told(30), (12, correction)), scheme(UPDATE), 40)["update"]
    assert (found.started, found.rounds) == (after(30), 2)


def test_time_in_a_pause_does_not_count_and_a_rule_may_refuse_to_pause() -> None:
    rule = ClockRule("contain", "Contain", "detection", within=Offset(60, Unit.MINUTES))
    one = incident((10, ClockPaused("contain", "waits")))
    paused = states(one, scheme(rule), 5000)["contain"]
    assert (paused.state, paused.due, paused.remaining) == (State.PAUSED, None, timedelta(minutes=50))
    gone_on = incident((10, ClockPaused("contain", "waits")), (100, ClockResumed("contain")))
    assert states(gone_on, scheme(rule), 120)["contain"].due == after(150)
    strict = replace(rule, pausable=False)
    assert states(one, scheme(strict), 30)["contain"].due == after(60)
    back = as_of(gone_on, after(50))
    assert back is not None
    assert states(back, scheme(rule), 50)["contain"].state is State.PAUSED


def test_newer_data_of_time_zones_is_shown_and_not_applied() -> None:
    shipped = load_shipped()
    calendar = frozen(Calendar(frozenset(range(1, 6)), 540, 1020), "Europe/Berlin", START)
    old = replace(calendar, offsets=tuple((at, 7200) for at, _ in calendar.offsets))
    rule = ClockRule("review", "Review", "detection", within=Offset(1, Unit.BUSINESS_DAYS))
    found = states(incident(), replace(shipped, clocks=(rule,), calendar=old), 5)["review"]
    assert found.due == datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert found.due_today == datetime(2026, 11, 3, 16, tzinfo=UTC)
    same = states(incident(), replace(shipped, clocks=(rule,), calendar=calendar), 5)["review"]
    assert (same.due, same.due_today) == (datetime(2026, 11, 3, 16, tzinfo=UTC), None)


@pytest.fixture
def packs() -> tuple[Scheme, Scheme]:
    """A pack, and one to follow it: other times for two clocks, one clock gone, one new."""
    contain = ClockRule(
        "contain", "Contain", "detection", within=Offset(60, Unit.MINUTES), met_by=("contained",)
    )
    triage = ClockRule("triage", "Triage", "detection", within=Offset(15, Unit.MINUTES))
    gone = ClockRule("gone", "Gone", "detection", within=HOURS4)
    new = ClockRule("new", "New", "detection", within=HOURS4)
    longer = replace(contain, within=Offset(90, Unit.MINUTES))
    return scheme(contain, triage, gone), scheme(longer, replace(triage, within=HOURS4), new)


def test_a_pack_applied_leaves_what_ended_and_counts_what_runs_anew(packs: tuple[Scheme, Scheme]) -> None:
    old, new = packs
    one = incident((20, ("triage", "met")))
    found = states(one, new, 45, (old, 40))
    assert (found["triage"].state, found["triage"].due, found["triage"].late) == (State.MET, after(15), True)
    assert (found["contain"].due, found["new"].due) == (after(90), after(240))
    assert (found["gone/1"].state, found["gone/1"].ended) == (State.SUPERSEDED, after(40))
    assert found["gone/1"].reason == "another pack was applied"


def test_what_ended_before_the_pack_was_applied_begins_anew_by_the_new_one(
    packs: tuple[Scheme, Scheme],
) -> None:
    old, new = packs
    held = incident((30, CONTAINED))
    assert states(held, new, 45, (old, 40))["contain"].due == after(60)
    found = states(incident((30, CONTAINED), (50, REOPENED)), new, 55, (old, 40))
    assert (found["contain"].state, found["contain"].due) == (State.RUNNING, after(140))


def test_no_clock_is_lost_when_the_levels_of_the_packs_differ() -> None:
    by_level = ClockRule("contain", "Contain", "detection", met_by=("contained", "resolution"),
                         within_by_level={"SEV-1": HOURS4, "SEV-2": Offset(8, Unit.HOURS)})  # fmt: skip
    flat = replace(by_level, within_by_level={}, within=Offset(2, Unit.HOURS))
    one = replace(incident((70, RESOLVED)), grades=(
        Grade("a", "SEV-1", START), Grade("b", "SEV-2", after(20)), Grade("c", "SEV-1", after(60)),
    ))  # fmt: skip
    found = states(one, scheme(flat), 80, (scheme(by_level), 40))
    assert sorted(found) == ["contain", "contain/1"]
    assert (found["contain/1"].ended, found["contain"].due) == (after(20), after(120))
    back = states(one, scheme(by_level), 80, (scheme(flat), 40))
    assert sorted(back) == ["contain", "contain/1"]
    assert back["contain/1"].ended == after(60)
