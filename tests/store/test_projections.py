"""The projections always equal a fresh fold of the journal, whatever people did in whatever order."""

import random as randomness
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tocsin.model.fields import replaced_by
from tocsin.model.journal import (
    AlertAdded,
    ClockMarked,
    FieldsSet,
    IncidentDeclared,
    OperatorAdded,
    RoleAssumed,
    StatusMoved,
    SystemAdded,
    TimelineAdded,
    Undone,
    Withdrawn,
)
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations.verification import verify
from tocsin.store import incidents, journal, projections, timeline
from tocsin.store.folder import Store, Write, create_store

OPERATORS = (Author("Operator A"), Author("Operator B"))
STEPS = ("text", "title", "role", "move", "mark", "line", "retract", "undo", "redo", "system")


def declared(store: Store) -> str:
    id = store.new_id()
    body = IncidentDeclared("INC-2026-WR-0001", "Something", "a system", "SEV-2", "sha", store.now())
    with store.write() as write:
        write.add(OPERATORS[0], body, incident=id, subject=id, id=id)
    return id


def do(write: Write, incident: str, step: str, by: Author, pick: int) -> None:
    """Do one thing that a person can do; nothing when there is nothing to do it to."""
    items = timeline.items(write.connection, incident)
    state = incidents.get(write.connection, incident)
    item = items[pick % len(items)] if items else None
    if step == "text" and item:
        replaces = replaced_by(item.fields, ("text",))
        write.add(by, FieldsSet({"text": f"t{pick}"}), incident=incident, subject=item.id, replaces=replaces)
    elif step == "title":
        replaces = replaced_by(state.fields, ("title",)) if pick % 3 else ()
        write.add(
            by, FieldsSet({"title": f"T{pick}"}), incident=incident, subject=incident, replaces=replaces
        )
    elif step == "role":
        write.add(by, RoleAssumed("commander", by.name), incident=incident, subject=incident)
    elif step == "move":
        status = ("contained", "resolved", "re-opened")[pick % 3]
        write.add(by, StatusMoved(status), incident=incident, subject=incident)
    elif step == "mark":
        write.add(by, ClockMarked("triage", "met"), incident=incident, subject=incident)
    elif step == "line":
        write.add(by, TimelineAdded("noted", f"line {pick}"), incident=incident)
    elif step == "retract" and item:
        write.add(by, Withdrawn(item.id, "mistaken"), incident=incident, subject=item.id)
    elif step in ("undo", "redo"):
        _undo(write, incident, by, pick, undoing=step == "undo")
    elif step == "system":
        write.add(by, SystemAdded(f"system {pick}"))
        write.add(by, OperatorAdded(f"Operator {pick}"))


def _undo(write: Write, incident: str, by: Author, pick: int, *, undoing: bool) -> None:
    entries = journal.entries(write.connection, incident=incident)
    wanted = [e for e in entries if isinstance(e.body, Undone) != undoing and e.id != incident]
    if wanted:
        entry = wanted[pick % len(wanted)]
        write.add(by, Undone(entry.id), incident=incident, subject=entry.subject)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 1), st.integers(0, 50)), max_size=25))
def test_the_stored_state_equals_the_fold(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    from datetime import UTC, datetime

    path: Path = tmp_path_factory.mktemp("any") / "any.tocsin"
    clock = ManualClock(datetime(2026, 11, 2, 13, tzinfo=UTC))
    seeded = randomness.Random(3).randbytes
    store = create_store(path, code="WR", zone="UTC", clock=clock, author=OPERATORS[0], random=seeded)
    try:
        incident = declared(store)
        for step, who, pick in steps:
            clock.advance(seconds=1)
            with store.write() as write:
                do(write, incident, step, OPERATORS[who], pick)
        with store.journal.read() as connection:
            assert journal.verify(connection) is None
            assert projections.differences(projections.stored(connection), journal.entries(connection)) == []
    finally:
        store.close()


def test_a_projection_changed_by_hand_is_named(store: Store) -> None:
    id = declared(store)
    with store.journal.write() as connection:
        connection.execute(text("UPDATE incident SET status = 'closed'"))
    with store.journal.read() as connection:
        assert projections.differences(projections.stored(connection), journal.entries(connection)) == [
            f"incident {id}"
        ]


def test_another_code_for_the_references_is_named(store: Store) -> None:
    with store.journal.write() as connection:
        connection.execute(text("UPDATE site SET code = 'XX'"))
    assert verify(store).differences == (f"site {store.site}",)


def test_an_undone_line_leaves_the_timeline_and_redo_brings_it_back(store: Store, author: Author) -> None:
    incident = declared(store)
    with store.write() as write:
        line = write.add(author, TimelineAdded("noted", "oops"), incident=incident)
        undoing = write.add(author, Undone(line.id), incident=incident, subject=line.id)
        assert timeline.items(write.connection, incident) == []
        write.add(author, Undone(undoing.id), incident=incident, subject=line.id)
        assert [item.text for item in timeline.items(write.connection, incident)] == ["oops"]


def test_two_titles_set_without_knowing_of_each_other_are_both_kept(store: Store) -> None:
    incident = declared(store)
    with store.write() as write:
        first = replaced_by(incidents.get(write.connection, incident).fields, ("title",))
        for by, title in zip(OPERATORS, ("One", "Two"), strict=True):
            write.add(by, FieldsSet({"title": title}), incident=incident, subject=incident, replaces=first)
        state = incidents.get(write.connection, incident)
        assert state.fields["title"].conflict
        assert {head.value for head in state.fields["title"].heads} == {"One", "Two"}
        assert state.title == "Two"


def test_alerts_are_copied_whole(store: Store, author: Author) -> None:
    from tocsin.model.alert import Alert, AlertSeverity

    incident = declared(store)
    alert = Alert("a1", "sys", "sig", "approval rate", True, AlertSeverity.HIGH, "departure", "1", "fell",
                  0.31, 0.48, store.now())  # fmt: skip
    with store.write() as write:
        write.add(author, AlertAdded(alert), incident=incident, subject=incident)
        assert incidents.get(write.connection, incident).alerts[0][1] == alert
