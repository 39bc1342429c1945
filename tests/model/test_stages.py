"""The stages follow from moves, grades and marks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tocsin.model.clocks import clock_states
from tocsin.model.incident import CONTAINED, REOPENED, RESOLVED, Grade, Incident, Mark, Move
from tocsin.model.stages import NAMES, Stage, stages
from tocsin.policy.load import load_shipped

NOW = datetime(2026, 11, 2, 13, 0, tzinfo=UTC)
SCHEME = load_shipped()
FRESH = Incident("i", "INC-1", "s", "p", NOW, NOW, "Operator A", grades=(Grade("g", "SEV-1", NOW),))


def _stages(incident: Incident) -> dict[str, Stage]:
    found = stages(incident, SCHEME, clock_states(incident, SCHEME, NOW, "UTC"))
    assert tuple(stage.name for stage in found) == NAMES
    return {stage.name: stage for stage in found}


def _current(incident: Incident) -> list[str]:
    return [name for name, stage in _stages(incident).items() if stage.current]


def test_a_fresh_incident_waits_for_triage() -> None:
    assert _stages(FRESH)["detected"].at == NOW
    assert _current(FRESH) == ["triaged"]


def test_a_stage_passed_over_is_not_current() -> None:
    contained = replace(FRESH, moves=(Move("a", CONTAINED, NOW),))
    assert _stages(contained)["triaged"].at is None
    assert _current(contained) == ["resolved"]


def test_triage_is_the_moment_a_person_confirmed_or_changed_the_level() -> None:
    at = NOW + timedelta(minutes=4)
    confirmed = replace(FRESH, marks=(Mark("m", "triage", "met", at, "", "Operator A"),))
    changed = replace(FRESH, grades=(*FRESH.grades, Grade("h", "SEV-2", at)))
    assert _stages(confirmed)["triaged"].at == _stages(changed)["triaged"].at == at


def test_the_review_is_reached_by_its_mark() -> None:
    at = NOW + timedelta(days=1)
    resolved = replace(FRESH, moves=(Move("a", RESOLVED, NOW),))
    assert _current(resolved) == ["reviewed"]
    reviewed = replace(resolved, marks=(Mark("m", "review", "met", at, "", "Operator A"),))
    assert _stages(reviewed)["reviewed"].at == at
    assert _current(reviewed) == ["closed"]


def test_re_opening_leads_back() -> None:
    moves = (Move("a", CONTAINED, NOW), Move("b", RESOLVED, NOW), Move("c", REOPENED, NOW))
    assert _stages(replace(FRESH, moves=moves))["resolved"].at is None
