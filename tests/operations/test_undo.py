"""Undo and redo: of a person's own edits while nobody has built on them, never of what others were told."""

import pytest

from tocsin.errors import NotAllowed
from tocsin.model.clocks import State
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.operations import clocks, incidents, roles, timeline, undo
from tocsin.store.folder import Store

OTHER = Author("Operator B")


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="t", system="s")


def only(store: Store, incident: Incident) -> timeline.Item:
    (item,) = timeline.listed(store, incident.id)
    return item


def test_undo_and_redo_of_a_line(store: Store, author: Author, incident: Incident) -> None:
    line = timeline.log(store, author, incident.id, "oops")
    undone = undo.undo(store, author, line.id)
    assert timeline.listed(store, incident.id) == []
    redone = undo.undo(store, author, undone.id)
    assert only(store, incident).text == "oops"
    undo.undo(store, author, redone.id)
    assert timeline.listed(store, incident.id) == []


def test_undo_of_a_correction_brings_the_earlier_words_back(
    store: Store, author: Author, incident: Incident
) -> None:
    line = timeline.log(store, author, incident.id, "first")
    correction = timeline.correct(store, author, line.id, text="second")
    undo.undo(store, author, correction.id)
    assert only(store, incident).text == "first"


def test_nobody_undoes_what_another_wrote(store: Store, author: Author, incident: Incident) -> None:
    line = timeline.log(store, author, incident.id, "mine")
    with pytest.raises(NotAllowed, match="only they can"):
        undo.undo(store, OTHER, line.id)


def test_what_somebody_changed_since_is_not_undone(store: Store, author: Author, incident: Incident) -> None:
    line = timeline.log(store, author, incident.id, "first")
    mine = timeline.correct(store, author, line.id, text="second")
    timeline.correct(store, OTHER, line.id, text="third")
    for entry in (mine, line):
        with pytest.raises(NotAllowed, match="changed it since"):
            undo.undo(store, author, entry.id)
    assert only(store, incident).text == "third"


def test_undoing_twice_says_so(store: Store, author: Author, incident: Incident) -> None:
    line = timeline.log(store, author, incident.id, "oops")
    undo.undo(store, author, line.id)
    with pytest.raises(NotAllowed, match="undone already"):
        undo.undo(store, author, line.id)


def test_what_was_told_declared_or_withdrawn_is_not_undone(
    store: Store, author: Author, incident: Incident
) -> None:
    told = timeline.log(store, author, incident.id, "/tell leadership")
    moved = timeline.log(store, author, incident.id, "was told after all")
    timeline.correct(store, author, moved.id, lane="told")
    gone = timeline.retract(store, author, told.id, "wrong list")
    for entry_id in (told.id, incident.id, gone.id):
        with pytest.raises(NotAllowed):
            undo.undo(store, author, entry_id)
    with pytest.raises(NotAllowed):
        undo.undo(store, author, moved.id)


def test_a_status_move_is_undone_while_it_is_the_newest(
    store: Store, author: Author, incident: Incident
) -> None:
    contained = incidents.move(store, author, incident.id, "contained")
    resolved = incidents.move(store, author, incident.id, "resolved")
    with pytest.raises(NotAllowed):
        undo.undo(store, author, contained.id)
    undo.undo(store, author, resolved.id)
    undo.undo(store, author, contained.id)
    assert incidents.get(store, incident.id).status == "open"


def test_nothing_is_brought_back_over_what_another_has_done_meanwhile(
    store: Store, author: Author, incident: Incident
) -> None:
    mine = [
        incidents.move(store, author, incident.id, "closed", note="a test"),
        incidents.set_fields(store, author, incident.id, {"impact": "none"}),
        roles.assume_role(store, author, incident.id, "technical", "Operator A"),
        clocks.mark(store, author, incident.id, "escalate", State.MET),
    ]
    undone = [undo.undo(store, author, entry.id) for entry in reversed(mine)]
    incidents.move(store, OTHER, incident.id, "contained")
    incidents.set_fields(store, OTHER, incident.id, {"impact": "some"})
    roles.assume_role(store, OTHER, incident.id, "technical", "Operator B")
    clocks.mark(store, OTHER, incident.id, "escalate", State.WAIVED, reason="nobody to call")
    for entry in undone:
        with pytest.raises(NotAllowed, match="changed it since"):
            undo.undo(store, author, entry.id)
    found = incidents.get(store, incident.id)
    assert (found.status, found.text("impact")) == ("contained", "some")
    assert not found.fields["impact"].conflict


def test_what_is_about_something_else_hinders_no_redo(
    store: Store, author: Author, incident: Incident
) -> None:
    mine = incidents.set_fields(store, author, incident.id, {"impact": "none"})
    undone = undo.undo(store, author, mine.id)
    incidents.set_fields(store, OTHER, incident.id, {"root_cause": "a feature"})
    undo.undo(store, author, undone.id)
    assert incidents.get(store, incident.id).text("impact") == "none"


def test_two_edits_that_were_undone_are_not_both_brought_back(
    store: Store, author: Author, incident: Incident
) -> None:
    """Each was made in place of the same one: the second would stand beside the first, as a conflict."""
    undone = []
    for person, title in (("Operator B", "Second"), ("Operator C", "Third")):
        mine = [
            roles.assume_role(store, author, incident.id, "commander", person),
            incidents.set_fields(store, author, incident.id, {"title": title}),
        ]
        undone.append([undo.undo(store, author, entry.id) for entry in reversed(mine)])
    for entry in undone[0]:
        undo.undo(store, author, entry.id)
    for entry in undone[1]:
        with pytest.raises(NotAllowed, match="changed it since"):
            undo.undo(store, author, entry.id)
    found = incidents.get(store, incident.id)
    assert (found.commander, found.title) == ("Operator B", "Second")
    assert not any(each.conflict for each in (*found.roles.values(), *found.fields.values()))
