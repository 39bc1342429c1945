"""What is to do next follows from the facts alone, the nearest deadline first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.clocks import clock_states
from tocsin.model.conduct import Conduct, Said
from tocsin.model.fields import Head, Register
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Grade, Incident, Mark, Move
from tocsin.model.next_actions import Action, next_actions
from tocsin.model.response import FixVerified, OptionPulled, PullConfirmed, StepAdded
from tocsin.model.steps import find, standing
from tocsin.model.timeline import Item
from tocsin.policy.load import load_shipped

NOW = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
SCHEME = load_shipped()


def _register(value: object) -> Register:
    return Register((Head("e", 1, "s", value),))


def _incident(level: str = "SEV-1", **changes: object) -> Incident:
    grade = Grade("g", level, NOW)
    fields = {"title": _register("Scorer declines"), "severity": _register(level)}
    made = Incident(
        "i", "INC-2026-WR-0001", "sys", "p", NOW, NOW, "Operator A", fields=fields, grades=(grade,)
    )
    return replace(made, **changes)


def _told(text: str) -> Item:
    happened = {"at": "2026-11-02T13:05:00Z", "zone": "UTC"}
    fields = {"lane": _register("told"), "text": _register(text), "happened": _register(happened)}
    return Item("t", "i", "Operator A", NOW, fields)


def _actions(
    incident: Incident, *, told: tuple[Item, ...] = (), layers: tuple[str, ...] = ()
) -> list[Action]:
    return next_actions(incident, SCHEME, clock_states(incident, SCHEME, NOW, "UTC"), told, layers)


def _by_id(actions: list[Action]) -> dict[str, Action]:
    return {action.id: action for action in actions}


def test_fresh_incident_asks_for_the_nearest_deadline_first() -> None:
    actions = _actions(_incident())
    dues = {action.id: action.due for action in actions if action.due}
    order = ["role:deputy", "severity", "clock:escalate", "contain", "resolve"]
    assert [id for id in dues if id in order] == order
    assert dues["severity"] == NOW + timedelta(minutes=15)
    assert dues["role:deputy"] == NOW + timedelta(minutes=2)
    assert not any(action.done for action in actions)


def test_escalation_names_whom_the_level_calls_and_where() -> None:
    escalate = _by_id(_actions(_incident()))["clock:escalate"]
    assert escalate.text == "Call VP Engineering, Legal and CISO into the war room"
    assert escalate.place == "clock:escalate"


def test_a_level_without_an_escalation_clock_asks_for_none() -> None:
    assert "clock:escalate" not in _by_id(_actions(_incident("SEV-4")))


def test_the_roles_asked_for_are_those_the_level_needs() -> None:
    grave, mild = ({id for id in _by_id(_actions(_incident(level))) if id.startswith("role:")}
                   for level in ("SEV-1", "SEV-4"))  # fmt: skip
    assert {"role:deputy", "role:communications", "role:technical"} <= grave
    assert mild < grave
    assert "role:commander" not in grave


def test_triage_is_asked_for_and_then_the_type_if_it_was_left_open() -> None:
    assert _by_id(_actions(_incident()))["severity"].place == "triage"
    graded = _incident("SEV-1", grades=(Grade("g", "SEV-1", NOW), Grade("h", "SEV-1", NOW)))
    found = _by_id(_actions(graded))
    assert found["severity"].done
    assert found["type"].place == "triage"
    graded.fields["type"] = _register("bias")
    assert "type" not in _by_id(_actions(graded))


def test_the_type_decides_whom_to_tell_whatever_layer_the_alert_is_in() -> None:
    known = _incident()
    known.fields["type"] = _register("behaviour_change")
    found = _by_id(_actions(known, layers=("infrastructure", "cost")))
    assert [id for id in found if id.startswith("route:")] == ["route:behaviour"]


def test_the_first_steps_of_the_playbook_are_asked_for_once_the_type_is_known() -> None:
    known = _incident()
    assert not [a for a in next_actions(known, SCHEME, (), now=NOW) if a.place.startswith("step:")]
    known.fields["type"] = _register("bias")
    found = [a for a in next_actions(known, SCHEME, (), now=NOW) if a.place.startswith("step:")]
    assert len(found) == 5
    assert all("playbook" in action.reason for action in found)


def test_what_was_pulled_waits_for_a_word_on_whether_it_worked() -> None:
    pulled = Said("p", NOW, "Operator A", OptionPulled("o", "Kill switch", 5))
    known = _incident(conduct=Conduct(pulls=(pulled,)))
    waiting = _by_id(_actions(known))["pull:p"]
    assert (waiting.text, waiting.due) == ("Confirm that it worked: Kill switch", NOW + timedelta(minutes=5))
    seen = Said("q", NOW, "Operator A", PullConfirmed("p", True))
    assert "pull:p" not in _by_id(_actions(_incident(conduct=Conduct(pulls=(pulled,), effects=(seen,)))))


def test_confirming_the_same_level_ticks_the_severity() -> None:
    marked = _incident(
        marks=(Mark("m", "triage", "met", NOW + timedelta(minutes=3), "SEV-1 confirmed", "A"),)
    )
    severity = _by_id(_actions(marked))["severity"]
    assert severity.done
    assert severity.at == NOW + timedelta(minutes=3)
    assert severity.due is None


def test_another_level_ticks_the_severity_too() -> None:
    later = Grade("h", "SEV-2", NOW + timedelta(minutes=5))
    graded = _incident("SEV-1", grades=(Grade("g", "SEV-1", NOW), later))
    assert _by_id(_actions(graded))["severity"].at == later.at


def test_route_is_ticked_only_by_a_line_that_names_everybody_on_it() -> None:
    layers = ("fairness",)
    half = _by_id(_actions(_incident(), told=(_told("Legal knows"),), layers=layers))["route:fairness"]
    full = _by_id(_actions(_incident(), told=(_told("Ethics Committee and LEGAL told"),), layers=layers))
    assert not half.done
    assert half.place == "tell:ethics committee and legal"
    assert full["route:fairness"].done


def test_a_retracted_line_tells_nobody() -> None:
    taken_back = replace(_told("ethics committee and legal told"), withdrawn="it was the wrong incident")
    assert not _by_id(_actions(_incident(), told=(taken_back,), layers=("fairness",)))["route:fairness"].done


def test_leads_start_and_texts_are_ticked_by_their_facts() -> None:
    known = _incident(roles={"technical": _register("Operator B")})
    known = replace(
        known,
        fields={
            **known.fields,
            "impact": _register("41 872 decisions"),
            "start": _register({"at": "2026-11-01T10:00:00Z", "zone": "UTC"}),
        },
    )
    found = _by_id(_actions(known))
    assert found["role:technical"].done
    assert found["role:technical"].reason == "Operator B"
    assert not found["role:communications"].done
    assert found["impact"].done
    assert found["start"].done
    assert not found["root_cause"].done


def test_review_and_report_are_asked_for_only_once_resolved() -> None:
    moved = _incident(moves=(Move("a", CONTAINED, NOW), Move("b", RESOLVED, NOW + timedelta(hours=1))))
    before, after = _by_id(_actions(_incident())), _by_id(_actions(moved))
    assert not {"report", "close", "clock:review"} & before.keys()
    assert {"report", "close", "clock:review"} <= after.keys()
    assert after["contain"].done
    assert after["resolve"].at == NOW + timedelta(hours=1)


def test_re_opening_takes_the_ticks_back() -> None:
    moves = (Move("a", RESOLVED, NOW), Move("b", "re-opened", NOW + timedelta(hours=1)))
    found = _by_id(_actions(_incident(moves=moves)))
    assert not found["resolve"].done
    assert not found["contain"].done


def test_what_was_verified_before_a_re_opening_is_to_be_verified_again() -> None:
    fix = Said("v", NOW + timedelta(hours=1), "Operator A", FixVerified("v15", NOW, "quiet for 24 h"))
    resolved = (Move("a", RESOLVED, NOW),)
    again = (*resolved, Move("b", "re-opened", NOW + timedelta(hours=2)),
             Move("c", RESOLVED, NOW + timedelta(hours=3)))  # fmt: skip
    known = _incident(moves=resolved, conduct=Conduct(verified=(fix,)))
    assert _by_id(_actions(known))["verify"].reason == "quiet for 24 h"
    assert _by_id(_actions(known))["verify"].done
    assert not _by_id(_actions(replace(known, moves=again)))["verify"].done
    [step] = [one for one in SCHEME.playbooks[0].steps if one.met_by == "verified"]
    for moves, state in ((resolved, "done"), (again, "open")):
        found = find(standing(replace(known, moves=moves), SCHEME, NOW), step.id)
        assert found is not None
        assert found.state == state


def test_a_task_is_to_be_done_before_the_type_is_known_too() -> None:
    task = Said("t", NOW, "Operator A", StepAdded("t-1", "containment", "Call the vendor", "Operator B"))
    known = _incident(conduct=Conduct(added=(task,)))
    found = next_actions(known, SCHEME, clock_states(known, SCHEME, NOW, "UTC"), now=NOW)
    assert [one.text for one in found if one.id.startswith("step:")] == ["Call the vendor"]


def test_a_withdrawn_incident_asks_for_nothing() -> None:
    assert _actions(_incident(withdrawn="a drill")) == []


@given(
    st.lists(st.sampled_from([CONTAINED, RESOLVED, CLOSED, "re-opened"]), max_size=5),
    st.sampled_from([level.id for level in SCHEME.levels]),
    st.booleans(),
)
def test_open_ones_come_first_and_ids_are_unique(statuses: list[str], level: str, estimated: bool) -> None:
    moves = tuple(Move(str(i), status, NOW + timedelta(minutes=i)) for i, status in enumerate(statuses))
    known = _incident(level, moves=moves)
    if estimated:
        known.fields["start"] = _register({"at": "2026-11-01T10:00:00Z", "zone": "UTC"})
    actions = _actions(known, layers=("fairness", "cost"))
    assert [action.done for action in actions] == sorted(action.done for action in actions)
    assert len({action.id for action in actions}) == len(actions)
    dues = [action.due for action in actions if action.due is not None and not action.done]
    assert dues == sorted(dues)
