"""One look has all that the command screen shows."""

import pytest

from tocsin.errors import NotFound
from tocsin.model.clocks import State
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import clocks, incidents, timeline, undo
from tocsin.operations.command import CommandView, look
from tocsin.store.folder import Store


def _look(store: Store, incident: str = "") -> CommandView:
    view = look(store, incident)
    assert view is not None
    return view


def test_an_empty_store_shows_nothing(store: Store) -> None:
    assert look(store) is None


def test_an_unknown_incident_is_said_so(store: Store) -> None:
    with pytest.raises(NotFound):
        look(store, "INC-2026-WR-0099")


def test_the_most_urgent_is_shown_when_none_is_named(store: Store, author: Author) -> None:
    incidents.declare(store, author, title="Slow", system="router", severity="SEV-4")
    grave = incidents.declare(store, author, title="Harm", system="scorer", severity="SEV-1")
    view = _look(store)
    assert view.incident.id == grave.id
    assert view.system == "scorer"
    assert view.rank == 0
    assert [one.level for one in view.open] == ["SEV-1", "SEV-4"]


def test_closed_ones_are_shown_by_reference_but_not_offered(store: Store, author: Author) -> None:
    known = incidents.declare(store, author, title="Harm", system="scorer")
    incidents.move(store, author, known.id, "closed", note="a test")
    view = _look(store, known.reference)
    assert view.incident.status == "closed"
    assert view.open == ()
    assert look(store) is None


def test_the_log_has_lines_moves_and_marks_newest_first(
    store: Store, author: Author, clock: ManualClock
) -> None:
    known = incidents.declare(store, author, title="Harm", system="scorer")
    clock.advance(minutes=1)
    timeline.log(store, Author("Operator B"), known.id, "/tell @14:20 Legal told")
    clock.advance(minutes=1)
    clocks.mark(store, author, known.id, "escalate", State.MET)
    clock.advance(minutes=1)
    incidents.move(store, author, known.id, "contained", note="flag off")
    texts = [(line.kind, line.text) for line in _look(store).lines]
    assert texts[0] == ("status", "Contained: flag off")
    assert texts[1] == ("clock", "Escalate met")
    assert texts[2] == ("said", "Legal told")
    assert texts[-1] == ("status", "Declared as SEV-1: Harm")


def test_a_corrected_line_reads_as_corrected_and_an_undone_one_is_gone(store: Store, author: Author) -> None:
    known = incidents.declare(store, author, title="Harm", system="scorer")
    kept = timeline.log(store, author, known.id, "Rolled bakc")
    gone = timeline.log(store, author, known.id, "Wrong window")
    timeline.correct(store, author, kept.id, text="Rolled back")
    undo.undo(store, author, gone.id)
    said = [line for line in _look(store).lines if line.kind == "said"]
    assert [(line.text, line.edits) for line in said] == [("Rolled back", 1)]


def test_a_move_that_was_undone_leaves_no_line(store: Store, author: Author) -> None:
    known = incidents.declare(store, author, title="Harm", system="scorer")
    moved = incidents.move(store, author, known.id, "contained")
    undo.undo(store, author, moved.id)
    assert "Contained" not in [line.text for line in _look(store).lines]


def test_a_retracted_line_stays_with_its_reason(store: Store, author: Author) -> None:
    known = incidents.declare(store, author, title="Harm", system="scorer")
    line = timeline.log(store, author, known.id, "Freeze lifted")
    timeline.retract(store, author, line.id, "it was not")
    said = next(each for each in _look(store).lines if each.kind == "said")
    assert (said.text, said.withdrawn) == ("Freeze lifted", "it was not")


def test_links_are_said_from_both_ends(store: Store, author: Author) -> None:
    first = incidents.declare(store, author, title="Harm", system="scorer")
    second = incidents.declare(store, author, title="Harm again", system="scorer")
    incidents.link(store, author, second.id, first.id)
    assert _look(store, second.id).links == (f"duplicate of {first.reference}",)
    assert _look(store, first.id).links == (f"has the duplicate {second.reference}",)
