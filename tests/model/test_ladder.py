"""Escalation: whom to call now, checked against a simulation minute by minute that knows nothing of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model import ladder
from tocsin.model.alert import AlertSeverity
from tocsin.model.arrangement import ContactSet, RosterSet, Shift
from tocsin.model.calendar import Calendar, Offset, Unit
from tocsin.model.conduct import Conduct, Said
from tocsin.model.escalation import EscalationStep
from tocsin.model.fields import Head, Register
from tocsin.model.incident import Grade, Incident, Move
from tocsin.model.ladder import ANSWERED, CALLED, NO_ANSWER, State, standing
from tocsin.model.response import CallRecorded, EscalationAcknowledged
from tocsin.model.roster import key, rota
from tocsin.model.severity import Level, Route, Scheme

BEGAN = datetime(2026, 11, 2, 13, 37, tzinfo=UTC)
WEEKDAYS = Calendar(frozenset({1, 2, 3, 4, 5}), 9 * 60, 17 * 60)
LEVELS = (
    Level("SEV-1", "harm", escalate_to=("VP", "Legal")),
    Level("SEV-2", "worse"),
    Level("SEV-3", "less"),
)
STEPS = (
    EscalationStep("first", "On call", ("SEV-1", "SEV-2"), ("on call",), Offset(5, Unit.MINUTES)),
    EscalationStep("leaders", "Leaders", ("SEV-1",), ("VP", "Legal"), Offset(10, Unit.MINUTES)),
    EscalationStep("last", "Anybody", ("SEV-1",), ("VP", "commander"), Offset(15, Unit.MINUTES)),
)
CONTACTS = {
    key(one.name): one
    for one in (
        ContactSet("VP", person="Operator V"),
        ContactSet("Operator V", phone="+49 30 1", email="v@example.org"),
        ContactSet("Legal", phone="+49 30 2", person="Operator L"),
        ContactSet("Operator A", phone="+49 30 3"),
    )
}
DUTY = {
    "on call": rota(
        RosterSet(
            "on call",
            (
                Shift("Operator A", BEGAN - timedelta(hours=5), BEGAN + timedelta(minutes=2)),
                Shift("Operator B", BEGAN + timedelta(minutes=2), BEGAN + timedelta(hours=8)),
            ),
            "UTC",
        )
    )
}


def scheme(steps: tuple[EscalationStep, ...] = STEPS) -> Scheme:
    routes = (Route("fairness", "Fairness", ("committee",), types=("bias",)),)
    severities = dict.fromkeys(AlertSeverity, "SEV-1")
    return Scheme("s", "S", "1", LEVELS, routes, (), severities, WEEKDAYS, escalation=steps)


def incident(
    *,
    calls: tuple[Said[CallRecorded], ...] = (),
    taken: tuple[Said[EscalationAcknowledged], ...] = (),
    grades: tuple[Grade, ...] = (Grade("i", "SEV-1", BEGAN),),
    moves: tuple[Move, ...] = (),
    type: str = "",
) -> Incident:
    level = grades[-1]
    fields = {
        name: Register().set(Head(level.entry, 1, "s", value), ())
        for name, value in (("severity", level.level), ("type", type))
    }
    roles = {"commander": Register().set(Head("r", 1, "s", "Operator C"), ())}
    told = Conduct(calls=calls, acknowledged=taken)
    return Incident(
        "i",
        "INC-1",
        "credit",
        "p",
        BEGAN,
        BEGAN,
        "Operator C",
        fields,
        roles,
        moves,
        grades=grades,
        conduct=told,
    )


def call(
    step: str, target: str, person: str, outcome: str, minute: float, run: str = "i"
) -> Said[CallRecorded]:
    at = BEGAN + timedelta(minutes=minute)
    return Said(f"c{minute}", at, "Operator C", CallRecorded(step, target, person, "", outcome, run=run))


def took(step: str, person: str, minute: float, run: str = "i") -> Said[EscalationAcknowledged]:
    at = BEGAN + timedelta(minutes=minute)
    return Said(f"a{minute}", at, "Operator C", EscalationAcknowledged(step, person, run=run))


def at(known: Incident, minute: float, steps: tuple[EscalationStep, ...] = STEPS) -> ladder.Standing:
    return standing(known, scheme(steps), DUTY, CONTACTS, BEGAN + timedelta(minutes=minute))


def test_it_says_who_is_on_duty_now_and_when_the_next_step_begins() -> None:
    first = at(incident(), 1)
    assert first.now is not None
    assert (first.now.callee.person, first.now.callee.number) == ("Operator A", "+49 30 3")
    assert first.next_at == BEGAN + timedelta(minutes=5)
    after_the_hand_over = at(incident(), 3).now
    assert after_the_hand_over is not None
    assert after_the_hand_over.callee.person == "Operator B"


def test_a_step_nobody_acknowledged_gives_way_to_the_next_and_the_last_is_told_to_be_the_last() -> None:
    steps = [at(incident(), minute).step for minute in (0, 4.99, 5, 14.99, 15, 200)]
    assert [step.id for step in steps if step] == ["first", "first", "leaders", "leaders", "last", "last"]
    assert at(incident(), 20).next_at is None
    assert at(incident(), 29).state is State.RUNNING
    assert at(incident(), 30).state is State.EXHAUSTED
    assert at(incident(), 300).now is not None


def test_no_answer_leads_to_the_next_person_and_then_to_the_next_step() -> None:
    steps = STEPS[1:]
    one = at(incident(calls=(call("leaders", "VP", "Operator V", NO_ANSWER, 1),)), 2, steps)
    assert one.now is not None
    assert (one.now.callee.target, one.now.callee.number) == ("Legal", "+49 30 2")
    both = (
        call("leaders", "VP", "Operator V", NO_ANSWER, 1),
        call("leaders", "Legal", "Operator L", NO_ANSWER, 2),
    )
    gone_on = at(incident(calls=both), 2, steps)
    assert gone_on.step == STEPS[2]
    assert gone_on.since == BEGAN + timedelta(minutes=2)
    assert gone_on.rungs[0].given_up


def test_who_answered_has_the_rest_of_the_time_to_acknowledge() -> None:
    calls = (
        call("leaders", "VP", "Operator V", ANSWERED, 1),
        call("leaders", "Legal", "Operator L", NO_ANSWER, 2),
    )
    waiting = at(incident(calls=calls), 3, STEPS[1:])
    assert waiting.step == STEPS[1]
    assert waiting.answered == ("Operator V",)
    assert waiting.now is None
    assert at(incident(calls=calls), 10, STEPS[1:]).step == STEPS[2]


def test_a_phone_that_rings_is_the_call_of_now() -> None:
    ringing = at(incident(calls=(call("leaders", "Legal", "Operator L", CALLED, 1),)), 2, STEPS[1:]).now
    assert ringing is not None
    assert ringing.callee.target == "Legal"


def test_it_stops_when_acknowledged_and_says_whom_the_level_still_owes_a_call() -> None:
    calls = (call("first", "Legal", "Operator L", ANSWERED, 1),)
    stopped = at(incident(calls=calls, taken=(took("first", "Operator A", 2),)), 500)
    assert stopped.state is State.ACKNOWLEDGED
    assert not stopped.stands
    assert [one.callee.target for one in stopped.owed] == ["VP"]
    assert stopped.now is not None


def test_a_regrading_begins_anew_and_what_was_acknowledged_before_counts_no_longer() -> None:
    grades = (Grade("i", "SEV-2", BEGAN), Grade("g", "SEV-1", BEGAN + timedelta(minutes=30)))
    again = at(incident(grades=grades, taken=(took("first", "Operator A", 2),)), 31)
    assert again.state is State.RUNNING
    assert again.run == "g"
    assert again.since == BEGAN + timedelta(minutes=30)


def test_the_same_level_said_again_begins_nothing() -> None:
    grades = (Grade("i", "SEV-1", BEGAN), Grade("g", "SEV-1", BEGAN + timedelta(minutes=30)))
    assert (
        at(incident(grades=grades, taken=(took("first", "Operator A", 2),)), 31).state is State.ACKNOWLEDGED
    )


def test_a_reopening_begins_anew_and_a_settled_incident_calls_nobody() -> None:
    resolved = Move("m", "resolved", BEGAN + timedelta(hours=1))
    assert at(incident(moves=(resolved,)), 90).state is State.OVER
    reopened = Move("n", "re-opened", BEGAN + timedelta(hours=2))
    again = at(incident(moves=(resolved, reopened), taken=(took("first", "Operator A", 2),)), 121)
    assert again.state is State.RUNNING
    assert again.run == "n"


def test_a_level_without_steps_escalates_nothing() -> None:
    assert at(incident(grades=(Grade("i", "SEV-3", BEGAN),)), 1).state is State.NONE


def test_the_type_says_whom_the_route_means() -> None:
    steps = (
        EscalationStep("r", "Route", ("SEV-1",), ("route",), Offset(5, Unit.MINUTES), kinds=("fairness",)),
    )
    assert at(incident(), 1, steps).state is State.NONE
    led = at(incident(type="bias"), 1, steps).now
    assert led is not None
    assert led.callee.target == "committee"
    assert led.callee.person == ""
    assert "nobody is named" in led.callee.why


def test_nobody_is_called_twice_and_a_role_is_whoever_has_it() -> None:
    steps = (
        EscalationStep(
            "x", "X", ("SEV-1",), ("VP", "Operator V", "commander", "deputy"), Offset(5, Unit.MINUTES)
        ),
    )
    named = [(one.callee.target, one.callee.person) for one in at(incident(), 1, steps).calls]
    assert named == [("VP", "Operator V"), ("commander", "Operator C"), ("deputy", "")]


@pytest.mark.parametrize("minutes", [-1440, -10])
def test_a_clock_set_back_leaves_the_first_step(minutes: int) -> None:
    assert at(incident(), minutes).step == STEPS[0]


# --- The oracle: a simulation that walks minute by minute, with people in a table of its own.


@dataclass
class _Plan:
    """Steps as (people, minutes), and what happens at which minute: (minute, person, outcome)."""

    steps: list[tuple[list[str], int]]
    events: list[tuple[int, str, str]]
    taken: int | None


_PEOPLE = ["P", "Q", "R", "S"]


@st.composite
def _plans(draw: st.DrawFn) -> _Plan:
    people = st.lists(st.sampled_from(_PEOPLE), min_size=1, max_size=3, unique=True)
    steps = draw(st.lists(st.tuples(people, st.integers(1, 9)), min_size=1, max_size=4))
    event = st.tuples(st.integers(0, 30), st.sampled_from(_PEOPLE), st.sampled_from(ladder.OUTCOMES))
    events = sorted(draw(st.lists(event, max_size=14)), key=lambda one: one[0])
    return _Plan(steps, events, draw(st.none() | st.integers(0, 30)))


def _simulated(plan: _Plan, until: int) -> tuple[list[tuple[int, str, str, int]], int, str]:
    """Walk the minutes: at each, first the step's time is up or not, then the events of the minute happen.

    Returns the calls as (minute, person, outcome, step they were recorded at), the step and the state at
    `until`.
    """
    step, begun, outcomes = 0, 0, dict[str, str]()
    calls = []
    exhausted = False
    for minute in range(until + 1):
        while not exhausted and minute >= begun + plan.steps[step][1]:
            begun += plan.steps[step][1]
            if step + 1 == len(plan.steps):
                exhausted = True
            else:
                step, outcomes = step + 1, {}
        if plan.taken == minute:
            return calls, step, "acknowledged"
        for at_, person, outcome in plan.events:
            if at_ != minute:
                continue
            calls.append((minute, person, outcome, step))
            if exhausted or person not in plan.steps[step][0]:
                continue
            outcomes[person] = outcome
            if all(outcomes.get(one) == NO_ANSWER for one in plan.steps[step][0]):
                begun = minute
                if step + 1 == len(plan.steps):
                    exhausted = True
                else:
                    step, outcomes = step + 1, {}
    return calls, step, "exhausted" if exhausted else "running"


@given(_plans(), st.integers(0, 45))
def test_it_stands_where_a_walk_minute_by_minute_gets_to(plan: _Plan, until: int) -> None:
    calls, step, state = _simulated(plan, until)
    steps = tuple(
        EscalationStep(f"s{i}", f"S{i}", ("SEV-1",), tuple(people), Offset(minutes, Unit.MINUTES))
        for i, (people, minutes) in enumerate(plan.steps)
    )
    known = {key(name): ContactSet(name, phone="1") for name in _PEOPLE}
    said = tuple(
        call(f"s{place}", person, person, outcome, minute) for minute, person, outcome, place in calls
    )
    taken = (took(f"s{step}", "P", plan.taken or 0),) if state == "acknowledged" else ()
    now = BEGAN + timedelta(minutes=until)
    found = standing(incident(calls=said, taken=taken), scheme(steps), {}, known, now)
    assert found.state.value == state
    assert found.step == steps[step]
    if state == "running":
        last = [(p, o) for _, p, o, place in calls if place == step]
        assert [one.outcome for one in found.calls] == [dict(last).get(p, "") for p in plan.steps[step][0]]
