"""Is everybody known to an incident replaced, and what was marked left out."""

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.operator import Author
from tocsin.model.redaction import LEFT_OUT, Redaction
from tocsin.operations import contacts, incidents, observations, operators, redaction, roles, timeline, undo
from tocsin.store import incidents as stored
from tocsin.store.folder import Store

A, B = Author("Maria Ortega"), Author("Kofi Mensah")


@pytest.fixture
def incident(store: Store) -> str:
    return incidents.declare(store, A, title="x", system="scorer", severity="SEV-2").id


def of(store: Store, incident: str) -> Redaction:
    with store.journal.read() as connection:
        return redaction.of(connection, stored.get(connection, incident))


def test_everybody_known_to_an_incident_has_a_number_in_order(store: Store, incident: str) -> None:
    timeline.add(store, B, incident, "Seen")
    roles.assume_role(store, A, incident, "scribe", "Yuki Tanaka")
    contacts.save(store, A, "Olu Ade", phone="+49 30 901820", email="olu@example.org")
    contacts.save(store, A, "CISO", person="Rana Khan", email="ciso@example.org")
    legend = dict(redaction.legend(store, incident))
    assert list(legend.items())[:3] == [
        ("Person 1", "Maria Ortega"), ("Person 2", "Kofi Mensah"), ("Person 3", "Yuki Tanaka"),
    ]  # fmt: skip
    assert set(legend.values()) >= {"Olu Ade", "Rana Khan"}
    said = of(store, incident).text("Mensah called Olu Ade (030 901820, olu@example.org) for the CISO.")
    names = {name: pseudonym for pseudonym, name in legend.items()}
    olu = names["Olu Ade"]
    assert said == f"Person 2 called {olu} ({olu}, {olu}) for the CISO."


def test_a_number_stays_when_others_come_later(store: Store, incident: str) -> None:
    before = redaction.legend(store, incident)
    timeline.add(store, B, incident, "Seen")
    assert redaction.legend(store, incident)[: len(before)] == before


def test_what_was_marked_is_left_out_and_undo_brings_it_back(store: Store, incident: str) -> None:
    item = timeline.add(store, A, incident, "The customer J. Roe wept on the phone.").id
    marked = redaction.mark(store, A, incident, item, passage="J. Roe  wept", reason="a customer")
    assert of(store, incident).text("The customer J. Roe wept on the phone.") == (
        f"The customer {LEFT_OUT} on the phone."
    )
    with pytest.raises(NotAllowed, match="already"):
        redaction.mark(store, A, incident, item, passage="j. roe wept")
    undo.undo(store, A, marked.id)
    assert "wept" in of(store, incident).text("The customer J. Roe wept on the phone.")


def test_a_text_marked_whole_is_left_out_as_it_reads_now_and_read_before(store: Store, incident: str) -> None:
    item = timeline.add(store, A, incident, "First words about somebody.").id
    timeline.correct(store, A, item, text="Other words about somebody.")
    incidents.set_fields(store, A, incident, {"scope": "Only the ward of Dr Lind."})
    redaction.mark(store, A, incident, item)
    redaction.mark(store, A, incident, "field:scope")
    found = of(store, incident)
    for text in ("First words about somebody.", "other words about somebody.", "Only the ward of Dr Lind."):
        assert found.text(text) == LEFT_OUT
    assert found.text("changed meanwhile", "field:scope") == LEFT_OUT


def test_what_is_not_there_cannot_be_marked(store: Store, incident: str) -> None:
    item = timeline.add(store, A, incident, "Words").id
    other = incidents.declare(store, A, title="y", system="z", severity="SEV-2").id
    with pytest.raises(BadInput, match="not in it"):
        redaction.mark(store, A, incident, item, passage="other")
    with pytest.raises(BadInput, match="no such field"):
        redaction.mark(store, A, incident, "field:nothing")
    with pytest.raises(BadInput, match="another incident"):
        redaction.mark(store, A, other, item)
    with pytest.raises(NotFound):
        redaction.mark(store, A, incident, "nothing")


def test_who_noticed_is_known(store: Store) -> None:
    seen = observations.report(
        store, A, system="scorer", text="Odd", channel="user report", noticed_by="Ines Prado"
    )
    incident = incidents.declare(
        store, A, title="x", system="scorer", severity="SEV-2", observation_ids=[seen.id]
    )
    assert of(store, incident.id).text("Prado told us.") == "Person 2 told us."


def test_a_number_stays_when_somebody_joins_the_store_later(store: Store, incident: str) -> None:
    operators.add(store, Author("Zoe Operator"))
    contacts.save(store, A, "Olu Ade", email="olu@example.org")
    before = redaction.legend(store, incident)
    operators.add(store, Author("Abel Operator"))
    contacts.save(store, A, "Ada Contact", email="ada@example.org")
    assert redaction.legend(store, incident)[: len(before)] == before


def test_what_was_marked_and_undone_afterwards_is_left_out_still(store: Store, incident: str) -> None:
    item = timeline.add(store, A, incident, "The customer J. Roe wept on the phone.").id
    redaction.mark(store, A, incident, item)
    undo.undo(store, A, item)
    assert of(store, incident).text("The customer J. Roe wept on the phone.") == LEFT_OUT
