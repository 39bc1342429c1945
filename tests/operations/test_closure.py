"""No premature closing: what the pack asks for is named until it is settled, or a person says why not."""

from datetime import timedelta

import pytest

from tocsin.errors import NotAllowed
from tocsin.model.clocks import State
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.model.response import FixVerified
from tocsin.now import ManualClock
from tocsin.operations import clocks, closure, incidents
from tocsin.store.folder import Store


def still_open(store: Store, incident: Incident) -> set[str]:
    return {one.id for one in closure.look(store, incident.id) if not one.settled}


@pytest.fixture
def declared(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="Scores fell", system="loans", severity="SEV-3")


def test_every_condition_is_named_until_it_is_settled(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    assert still_open(store, declared) == {"verified", "clocks", "review"}
    clock.advance(hours=1)
    incidents.move(store, author, declared.id, "resolved")
    with pytest.raises(NotAllowed, match=r"not ready to be closed: no fix is verified .* 24 h; .*Triage"):
        incidents.move(store, author, declared.id, "closed")
    assert incidents.get(store, declared.id).status == "resolved"

    with store.write() as write:
        since = store.now() - timedelta(hours=24)
        body = FixVerified("2.1", since, "the detectors stayed quiet")
        write.add(author, body, incident=declared.id, subject=declared.id)
    assert still_open(store, declared) == {"clocks", "review"}
    for one in clocks.listed(store, declared.id):
        if one.ended is None and one.id != "review":
            clocks.mark(store, author, declared.id, one.id, State.WAIVED, reason="nobody was there")
    assert still_open(store, declared) == {"review"}
    clock.advance(days=1)
    clocks.mark(store, author, declared.id, "review", State.MET)
    assert still_open(store, declared) == set()
    incidents.move(store, author, declared.id, "closed")
    assert incidents.get(store, declared.id).status == "closed"


def test_a_note_says_why_it_is_closed_all_the_same(store: Store, author: Author, declared: Incident) -> None:
    with pytest.raises(NotAllowed, match="say in the note why"):
        incidents.move(store, author, declared.id, "closed", note="  ")
    incidents.move(store, author, declared.id, "closed", note="a duplicate of INC-2026-WR-0007")
    assert incidents.get(store, declared.id).moves[-1].note == "a duplicate of INC-2026-WR-0007"


def test_what_was_verified_before_a_re_opening_does_not_count(
    store: Store, author: Author, declared: Incident, clock: ManualClock
) -> None:
    with store.write() as write:
        body = FixVerified("2.1", store.now(), "quiet")
        write.add(author, body, incident=declared.id, subject=declared.id)
    incidents.move(store, author, declared.id, "contained")
    clock.advance(hours=1)
    incidents.move(store, author, declared.id, "re-opened")
    assert "verified" in still_open(store, declared)
