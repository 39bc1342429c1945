"""Clocks through the life of an incident: running out, met, re-graded, closed, re-opened, looked back on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.calendar import Offset, Unit
from tocsin.model.clocks import TICKING, ClockState, State, as_of, at, clock_states, facts
from tocsin.model.fields import Head, Register
from tocsin.model.incident import CLOSED, CONTAINED, REOPENED, RESOLVED, Grade, Incident, Mark, Move
from tocsin.model.instant import When
from tocsin.model.severity import Scheme
from tocsin.policy.load import load_shipped

HOME = "Europe/Berlin"
LEVELS = ["SEV-1", "SEV-2", "SEV-3", "SEV-4"]
SIX = ("respond", "escalate", "triage", "contain", "investigate", "review")
DETECTED = datetime(2026, 11, 2, 12, 58, tzinfo=UTC)  # a Monday, 13:58 in Berlin


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    """The six clocks of the shipped pack that these tests live through."""
    shipped = load_shipped()
    return replace(shipped, clocks=tuple(rule for rule in shipped.clocks if rule.id in SIX))


def after(minutes: float) -> datetime:
    return DETECTED + timedelta(minutes=minutes)


def incident(level: str = "SEV-1", declared: float = 5) -> Incident:
    grades = (Grade("first", level, after(declared)),)
    return Incident("i", "INC-2026-WR-0001", "s", "p", after(declared), DETECTED, "Operator A", grades=grades)


def graded(one: Incident, level: str, minutes: float) -> Incident:
    return replace(one, grades=(*one.grades, Grade(f"grade {minutes}", level, after(minutes))))


def moved(one: Incident, status: str, minutes: float) -> Incident:
    return replace(one, moves=(*one.moves, Move(f"move {minutes}", status, after(minutes))))


def marked(one: Incident, clock: str, minutes: float, state: State = State.MET, reason: str = "") -> Incident:
    mark = Mark(f"mark {minutes}", clock, state.value, after(minutes), reason, "Operator B")
    return replace(one, marks=(*one.marks, mark))


def states(one: Incident, scheme: Scheme, minutes: float) -> dict[str, ClockState]:
    return {clock.id: clock for clock in clock_states(one, scheme, after(minutes), HOME)}


@pytest.mark.parametrize(
    ("minutes", "state", "late"),
    [
        (44.9, State.RUNNING, False),
        (45, State.DUE_SOON, False),
        (60, State.DUE_SOON, False),
        (60.1, State.OVERDUE, True),
    ],
)
def test_a_clock_runs_out(scheme: Scheme, minutes: float, state: State, late: bool) -> None:
    contain = states(incident(), scheme, minutes)["contain"]
    assert (contain.state, contain.late, contain.due) == (state, late, after(60))
    assert contain.left(after(minutes)) == timedelta(minutes=60 - minutes)
    assert contain.basis == "60 min from detection · SEV-1–4"


def test_the_nearest_comes_first_then_what_waits_then_what_ended(scheme: Scheme) -> None:
    listed = [clock.id for clock in clock_states(incident(), scheme, after(20), HOME)]
    assert listed == ["triage", "escalate", "contain", "investigate", "review", "respond"]


@pytest.mark.parametrize(
    ("level", "respond", "escalate"),
    [
        ("SEV-1", after(15), after(30)),
        ("SEV-2", after(60), after(120)),
        ("SEV-3", datetime(2026, 11, 3, 8, 58, tzinfo=UTC), None),
        ("SEV-4", datetime(2026, 11, 3, 16, 0, tzinfo=UTC), None),
    ],
)
def test_each_level_has_its_own_times(
    scheme: Scheme, level: str, respond: datetime, escalate: datetime | None
) -> None:
    found = states(incident(level), scheme, 6)
    assert found["respond"].due == respond
    assert (found["escalate"].due if "escalate" in found else None) == escalate
    assert found["respond"].level == level


def test_facts_meet_clocks_by_themselves_early_or_late(scheme: Scheme) -> None:
    found = states(moved(moved(incident(), CONTAINED, 50), RESOLVED, 300), scheme, 400)
    assert (found["respond"].met_at, found["respond"].late, found["respond"].by) == (after(5), False, "")
    assert (found["contain"].met_at, found["contain"].late) == (after(50), False)
    assert (found["investigate"].met_at, found["investigate"].late) == (after(300), True)
    assert found["review"].started == after(300)
    assert found["review"].due == datetime(2026, 11, 9, 16, 0, tzinfo=UTC)


def test_a_person_marks_a_clock_met_or_waives_it_with_a_reason(scheme: Scheme) -> None:
    one = marked(marked(incident(), "escalate", 40), "triage", 10, State.WAIVED, "a drill")
    found = states(one, scheme, 100)
    assert (found["escalate"].state, found["escalate"].late) == (State.MET, True)
    assert found["escalate"].by == "Operator B"
    assert (found["triage"].state, found["triage"].reason) == (State.WAIVED, "a drill")
    assert found["triage"].met_at is None
    assert found["triage"].ended == after(10)


def test_a_mark_of_a_kind_unknown_here_changes_nothing(scheme: Scheme) -> None:
    strange = Mark("m", "contain", "postponed", after(7), "", "Operator B")
    one = replace(incident(), marks=(strange,))
    assert states(one, scheme, 20)["contain"].state is State.RUNNING


def test_regrading_supersedes_the_clocks_of_the_old_level_only(scheme: Scheme) -> None:
    before = states(incident("SEV-2"), scheme, 20)
    found = states(graded(incident("SEV-2"), "SEV-1", 21), scheme, 22)
    assert (found["escalate/1"].state, found["escalate/1"].ended) == (State.SUPERSEDED, after(21))
    assert (found["escalate"].started, found["escalate"].due) == (after(21), after(51))
    assert found["escalate"].basis == "30 min from re-grading · SEV-1–4"
    assert found["contain"] == before["contain"]
    assert found["investigate"] == before["investigate"]


def test_a_response_to_the_old_level_is_none_to_the_new_one(scheme: Scheme) -> None:
    found = states(graded(incident("SEV-2"), "SEV-1", 21), scheme, 30)
    assert (found["respond/1"].state, found["respond/1"].level) == (State.MET, "SEV-2")
    assert (found["respond"].state, found["respond"].due) == (State.RUNNING, after(36))


def test_a_superseded_clock_that_had_run_out_stays_late(scheme: Scheme) -> None:
    found = states(graded(incident(), "SEV-3", 45), scheme, 46)
    assert (found["escalate/1"].state, found["escalate/1"].late) == (State.SUPERSEDED, True)
    assert "escalate" not in found


def test_giving_the_same_level_again_restarts_nothing(scheme: Scheme) -> None:
    assert states(graded(incident(), "SEV-1", 10), scheme, 20) == states(incident(), scheme, 20)


def test_a_clock_that_need_not_restart_keeps_its_anchor_at_the_new_level(scheme: Scheme) -> None:
    rules = tuple(replace(rule, restarts_on_regrading=False) for rule in scheme.clocks)
    found = states(graded(incident("SEV-2"), "SEV-1", 21), replace(scheme, clocks=rules), 22)
    assert (found["escalate"].started, found["escalate"].due) == (DETECTED, after(30))
    assert found["respond"].met_at == after(5) or found["respond"].state is State.MET


def test_closing_leaves_running_clocks_as_they_were(scheme: Scheme) -> None:
    closed = moved(incident(), CLOSED, 50)
    first, later = states(closed, scheme, 50), states(closed, scheme, 9000)
    assert first == later
    contain = later["contain"]
    assert (contain.state, contain.stopped, contain.late) == (State.DUE_SOON, after(50), False)
    assert not contain.ticking
    assert contain.left(after(9000)) == timedelta(minutes=10)


def test_reopening_begins_anew_what_the_containment_had_met(scheme: Scheme) -> None:
    one = incident()
    for status, minutes in ((CONTAINED, 40), (RESOLVED, 100), (CLOSED, 200), (REOPENED, 3000)):
        one = moved(one, status, minutes)
    found = states(one, scheme, 3010)
    assert (found["contain"].state, found["contain"].due) == (State.RUNNING, after(3060))
    assert found["contain"].basis == "60 min from re-opening · SEV-1–4"
    assert found["review"].state is State.WAITING
    again = states(moved(one, CONTAINED, 3020), scheme, 3030)
    assert (again["contain"].met_at, again["contain"].late) == (after(3020), False)


def test_reopening_lets_what_was_never_met_run_on(scheme: Scheme) -> None:
    one = moved(moved(incident(), CONTAINED, 40), REOPENED, 90)
    found = states(one, scheme, 100)
    assert (found["investigate"].state, found["investigate"].due) == (State.RUNNING, after(240))
    assert (found["triage"].state, found["triage"].due) == (State.OVERDUE, after(15))


def test_reopening_takes_back_neither_a_declaration_nor_a_waiver(scheme: Scheme) -> None:
    one = marked(incident(), "contain", 30, State.WAIVED, "nothing to contain")
    found = states(moved(moved(one, RESOLVED, 40), REOPENED, 90), scheme, 100)
    assert found["respond"].met_at == after(5)
    assert (found["contain"].state, found["contain"].ended) == (State.WAIVED, after(30))
    assert found["investigate"].started == after(90)


def test_containing_an_incident_is_a_response_to_its_new_level(scheme: Scheme) -> None:
    found = states(moved(graded(incident("SEV-2"), "SEV-1", 21), CONTAINED, 30), scheme, 40)
    assert found["respond"].met_at == after(30)


def test_regrading_and_reopening_each_begin_a_run_the_later_one_counts(scheme: Scheme) -> None:
    spans = dict.fromkeys(LEVELS, Offset(60, Unit.MINUTES))
    rules = [
        replace(rule, within=None, within_by_level=spans, restarts_on_regrading=True)
        for rule in scheme.clocks
        if rule.id == "contain"
    ]
    by_level = replace(scheme, clocks=tuple(rules))
    one = moved(incident("SEV-2"), CONTAINED, 40)
    reopened_last = states(moved(graded(one, "SEV-1", 50), REOPENED, 90), by_level, 95)
    assert reopened_last["contain/1"].met_at == after(40)
    assert (reopened_last["contain"].started, reopened_last["contain"].ended) == (after(50), None)
    graded_last = states(graded(moved(one, REOPENED, 90), "SEV-1", 100), by_level, 105)
    assert graded_last["contain"].started == after(100)
    assert graded_last["contain"].basis == "60 min from re-grading · SEV-1–4"
    both = moved(moved(graded(one, "SEV-1", 50), CONTAINED, 60), REOPENED, 90)
    assert states(both, by_level, 95)["contain"].started == after(90)


def test_a_mark_between_reopening_and_regrading_belongs_to_the_old_run(scheme: Scheme) -> None:
    spans = dict.fromkeys(LEVELS, Offset(5, Unit.BUSINESS_DAYS))
    review = scheme.clocks[-1]
    rule = replace(review, within=None, within_by_level=spans, restarts_on_regrading=True)
    one = marked(moved(moved(incident("SEV-2"), RESOLVED, 40), REOPENED, 90), "review", 95)
    found = states(graded(one, "SEV-1", 100), replace(scheme, clocks=(rule,)), 105)
    assert found["review/1"].met_at == after(95)
    assert (found["review"].started, found["review"].ended) == (after(100), None)


def test_what_was_done_at_the_moment_of_regrading_counts_for_the_new_level(scheme: Scheme) -> None:
    found = states(marked(graded(incident("SEV-2"), "SEV-1", 21), "escalate", 21), scheme, 30)
    assert (found["escalate"].state, found["escalate/1"].state) == (State.MET, State.SUPERSEDED)


def test_contained_as_two_sites_wrote_it_counts_from_the_first(scheme: Scheme) -> None:
    one = moved(moved(incident(), RESOLVED, 50), RESOLVED, 70)
    assert facts(one)["resolution"] == after(50)
    assert states(one, scheme, 80)["contain"].met_at == after(50)


def test_an_estimated_start_is_a_fact_too(scheme: Scheme) -> None:
    start = Register((Head("e", 1, "s", msgspec.to_builtins(When(after(-600)))),))
    one = replace(incident(), fields={"start": start})
    assert facts(one)["incident_occurred"] == after(-600)


def test_a_review_before_the_reopening_does_not_stand_for_the_next_one(scheme: Scheme) -> None:
    one = marked(moved(incident(), RESOLVED, 60), "review", 90)
    assert states(one, scheme, 95)["review"].state is State.MET
    one = moved(moved(one, REOPENED, 200), RESOLVED, 300)
    review = states(one, scheme, 310)["review"]
    assert (review.state, review.started) == (State.RUNNING, after(300))


def test_a_machine_clock_set_back_undoes_nothing(scheme: Scheme) -> None:
    one = moved(incident(), CONTAINED, 50)
    assert states(one, scheme, -24 * 60)["contain"].state is State.MET


def test_looking_back_sees_only_what_had_happened(scheme: Scheme) -> None:
    one = graded(marked(moved(incident("SEV-2"), CONTAINED, 50), "escalate", 30), "SEV-1", 70)
    then = as_of(one, after(29))
    assert then is not None
    found = states(then, scheme, 29)
    assert found["contain"].state is State.RUNNING
    assert (found["escalate"].state, found["escalate"].level) == (State.RUNNING, "SEV-2")
    assert as_of(one, after(4.9)) is None
    assert as_of(one, after(70)) == one


def test_facts_are_keyed_by_the_anchors_of_legal_regimes(scheme: Scheme) -> None:
    one = moved(moved(graded(incident("SEV-2"), "SEV-1", 8), CONTAINED, 50), RESOLVED, 60)
    assert facts(one) == {
        "detection": DETECTED,
        "declared": after(5),
        "graded": after(8),
        "contained": after(50),
        "resolution": after(60),
    }
    assert "contained" not in facts(moved(one, REOPENED, 90))


def test_a_withdrawn_incident_owes_nothing(scheme: Scheme) -> None:
    assert states(replace(incident(), withdrawn="a drill"), scheme, 10) == {}


events = st.lists(
    st.one_of(
        st.tuples(st.just("grade"), st.sampled_from(LEVELS)),
        st.tuples(st.just("move"), st.sampled_from([CONTAINED, RESOLVED, CLOSED, REOPENED])),
        st.tuples(st.just("met"), st.sampled_from(["respond", "escalate", "triage", "contain", "review"])),
    ),
    max_size=12,
)


def lived(happenings: list[tuple[str, str]], step: int) -> Incident:
    one = incident()
    for number, (kind, what) in enumerate(happenings, start=1):
        minutes = 5 + number * step
        if kind == "grade":
            one = graded(one, what, minutes)
        elif kind == "move":
            one = moved(one, what, minutes)
        else:
            one = marked(one, what, minutes)
    return one


@given(events, st.integers(1, 200), st.integers(0, 5000), st.integers(0, 5000))
def test_a_tick_equals_a_fresh_computation(
    scheme: Scheme, happenings: list[tuple[str, str]], step: int, first: int, second: int
) -> None:
    one = lived(happenings, step)
    ticked = {id_: at(clock, after(second)) for id_, clock in states(one, scheme, first).items()}
    assert ticked == states(one, scheme, second)


@given(events, st.integers(1, 200))
def test_no_clock_is_lost_and_each_counts_once(
    scheme: Scheme, happenings: list[tuple[str, str]], step: int
) -> None:
    one = lived(happenings, step)
    listed = clock_states(one, scheme, after(5000), HOME)
    assert len({clock.id for clock in listed}) == len(listed)
    current = {clock.rule for clock in listed if clock.id == clock.rule}
    level = one.grades[-1].level
    assert current == {rule.id for rule in scheme.clocks if rule.offset(level)}
    for clock in listed:
        assert (clock.state in TICKING or clock.state is State.WAITING) == (clock.ended is None)
        assert clock.id == clock.rule or clock.state in (State.SUPERSEDED, State.MET)


@given(events, st.integers(1, 200))
def test_each_regrading_of_respond_gives_one_run_of_its_own(
    scheme: Scheme, happenings: list[tuple[str, str]], step: int
) -> None:
    one = lived([(kind, what) for kind, what in happenings if kind == "grade"], step)
    changes = [grade for i, grade in enumerate(one.grades) if not i or grade.level != one.grades[i - 1].level]
    runs = [clock for clock in clock_states(one, scheme, after(5000), HOME) if clock.rule == "respond"]
    assert sorted((c.level, c.started) for c in runs) == sorted(
        (grade.level, grade.at if i else DETECTED) for i, grade in enumerate(changes)
    )
