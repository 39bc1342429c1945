"""Triage in one write: the level with its reason, the fields, and who may say otherwise."""

import pytest

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import clocks, incidents, triage, undo
from tocsin.operations.verification import verify
from tocsin.store import alerts
from tocsin.store.folder import Store

MILD = {"harm": "no", "data": "no", "protected": "no", "legal": "no", "function": "slight",
        "reach": "subset", "growing": "yes"}  # fmt: skip


@pytest.fixture
def declared(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="Scorer declines", system="scorer")


def test_the_answers_give_the_level_and_the_fields_in_one_write(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    clock.advance(minutes=4)
    fields = {"type": "bias", "category": "unfairness", "channel": "user report", "hypothesis": "data",
              "scope": "applicants over 60"}  # fmt: skip
    entries = triage.record(store, author, declared.id, MILD, fields=fields)
    known = incidents.get(store, declared.reference)
    assert known.severity == "SEV-3"
    assert {name: known.text(name) for name in fields} == fields
    (said,) = known.conduct.triages
    assert (said.body.suggested, said.body.level, said.body.override) == ("SEV-3", "SEV-3", "")
    assert said.body.because.startswith(
        "It is still as agreed, but getting worse. Tipped by: Is it growing? Yes"
    )
    assert [entry.kind for entry in entries] == ["fields.set", "incident.triaged"]
    assert verify(store).ok


def test_triage_in_time_meets_the_classification_clock(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    clock.advance(minutes=14)
    triage.record(store, author, declared.id, {**MILD, "harm": "yes"})
    met = next(one for one in clocks.listed(store, declared.id) if one.rule == "triage")
    assert (met.state, met.late) == ("met", False), "also where the level stays as it was declared"


def test_another_level_needs_a_reason(store: Store, author: Author, declared: Incident) -> None:
    with pytest.raises(BadInput, match="the answers lead to SEV-3"):
        triage.record(store, author, declared.id, MILD, level="SEV-1")
    triage.record(store, author, declared.id, MILD, level="sev-1", override="A journalist asks about it")
    body = incidents.get(store, declared.id).conduct.triages[-1].body
    assert (body.suggested, body.level, body.override) == ("SEV-3", "SEV-1", "A journalist asks about it")


def test_unanswered_questions_leave_the_gravest_that_could_be(
    store: Store, author: Author, declared: Incident
) -> None:
    triage.record(store, author, declared.id, {**MILD, "data": "unknown"})
    body = incidents.get(store, declared.id).conduct.triages[-1].body
    assert body.level == "SEV-1"
    assert "cannot be ruled out" in body.because


def test_a_retry_records_once(store: Store, author: Author, declared: Incident) -> None:
    id = store.new_id()
    for _ in range(2):
        triage.record(store, author, declared.id, MILD, fields={"scope": "EU"}, id=id)
    known = incidents.get(store, declared.id)
    assert len(known.conduct.triages) == 1
    assert len(known.fields["scope"].heads) == 1
    assert not known.fields["severity"].conflict


def test_undoing_it_brings_the_level_back(store: Store, author: Author, declared: Incident) -> None:
    entries = triage.record(store, author, declared.id, MILD, fields={"type": "bias"})
    undo.undo(store, author, entries[-1].id)
    known = incidents.get(store, declared.id)
    assert (known.severity, known.text("type"), known.conduct.triages) == ("SEV-1", "bias", ())


def test_a_level_given_by_hand_needs_a_reason_and_keeps_the_answers(
    store: Store, author: Author, declared: Incident
) -> None:
    triage.record(store, author, declared.id, MILD)
    with pytest.raises(BadInput, match="needs a reason"):
        triage.regrade(store, author, declared.id, "SEV-2", " ")
    triage.regrade(store, author, declared.id, "SEV-2", "It spreads to a second region")
    known = incidents.get(store, declared.id)
    body = known.conduct.triages[-1].body
    assert (known.severity, body.answers, body.suggested) == ("SEV-2", MILD, "SEV-3")
    assert body.because == body.override == "It spreads to a second region"


def test_the_level_can_be_confirmed_without_a_word(store: Store, author: Author, declared: Incident) -> None:
    triage.regrade(store, author, declared.id, "SEV-1", "")
    (said,) = incidents.get(store, declared.id).conduct.triages
    assert (said.body.level, said.body.because) == ("SEV-1", "SEV-1 confirmed")


@pytest.mark.parametrize(
    ("answers", "fields", "told"),
    [
        ({"harm": "perhaps"}, {}, "no answer to harm"),
        ({"mood": "good"}, {}, "no question 'mood'"),
        ({}, {"type": "flood"}, "no such type"),
        ({}, {"title": "x"}, "does not ask for this"),
    ],
)
def test_what_does_not_exist_is_refused_and_nothing_is_written(
    store: Store,
    author: Author,
    declared: Incident,
    answers: dict[str, str],
    fields: dict[str, str],
    told: str,
) -> None:
    with pytest.raises(BadInput, match=told):
        triage.record(store, author, declared.id, answers, fields=fields)
    assert incidents.get(store, declared.id) == declared


def test_a_closed_incident_is_not_graded(store: Store, author: Author, declared: Incident) -> None:
    incidents.move(store, author, declared.id, "closed", note="a test")
    with pytest.raises(NotAllowed, match="closed"):
        triage.record(store, author, declared.id, MILD)
    with pytest.raises(NotAllowed, match="closed"):
        triage.regrade(store, author, declared.id, "SEV-2", "late")


def test_alerts_suggest_what_nobody_has_said(store: Store, author: Author, declared: Incident) -> None:
    alert = Alert("a", declared.system, "", "gap", True, AlertSeverity.HIGH, "d", "1", "gap widens",
                  None, None, store.now(), labels={"layer": "fairness"})  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, alert, 0)
    incidents.add_alert(store, author, declared.id, "a")
    view = triage.look(store, declared.reference)
    assert view.suggested == {"type": "bias", "category": "unfairness"}
    assert view.fields["type"] == ""
    assert view.clock is not None
    triage.record(store, author, declared.id, MILD, fields={"type": "oversight"})
    again = triage.look(store, declared.id)
    assert (again.suggested, again.fields["type"]) == ({"category": "unfairness"}, "oversight")
    assert again.answers == MILD
