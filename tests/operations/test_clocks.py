"""Clocks over a real store: listed at any instant, marked, refused, undone, ordered for the wall."""

from datetime import datetime, timedelta

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.clocks import ClockState, State
from tocsin.model.instant import When
from tocsin.model.journal import Entry, FieldsSet, IncidentDeclared, StatusMoved
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import clocks, policies
from tocsin.operations.undo import undo
from tocsin.store.folder import Store

REFERENCE = "INC-2026-WR-0001"


def declare(store: Store, author: Author, *, level: str = "SEV-2", reference: str = REFERENCE) -> str:
    """Declare straight into the journal, detected five minutes before."""
    id = store.new_id()
    detected = store.now() - timedelta(minutes=5)
    with store.write() as write:
        _, policy = policies.in_force(write, author)
        body = IncidentDeclared(reference, "Scorer declines too often", "scorer", level, policy, detected)
        write.add(author, body, incident=id, subject=id, id=id)
    return id


@pytest.fixture
def incident(store: Store, author: Author) -> str:
    return declare(store, author)


def one(store: Store, clock: str, at: datetime | None = None) -> ClockState:
    return next(state for state in clocks.listed(store, REFERENCE, at=at) if state.id == clock)


def move(store: Store, author: Author, incident: str, status: str) -> Entry:
    with store.write() as write:
        return write.add(author, StatusMoved(status), incident=incident, subject=incident)


def grade(store: Store, author: Author, incident: str, level: str) -> None:
    with store.write() as write:
        write.add(author, FieldsSet({"severity": level}), incident=incident, subject=incident)


def test_a_clock_marked_met_says_who_and_when(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    clock.advance(minutes=3)
    clocks.mark(store, Author("Operator B"), REFERENCE, "triage", State.MET)
    found = one(store, "triage")
    assert (found.state, found.met_at, found.late, found.by) == (State.MET, clock.now(), False, "Operator B")


def test_a_mark_may_say_that_it_was_earlier(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    done = clock.now() + timedelta(minutes=1)
    clock.advance(hours=5)
    clocks.mark(store, author, incident, "escalate", State.MET, at=done)
    assert (one(store, "escalate").met_at, one(store, "escalate").late) == (done, False)


def test_waiving_needs_a_reason(store: Store, author: Author, incident: str) -> None:
    with pytest.raises(BadInput, match="empty"):
        clocks.mark(store, author, incident, "contain", State.WAIVED, reason="  ")
    clocks.mark(store, author, incident, "contain", State.WAIVED, reason="nobody is affected")
    assert (one(store, "contain").state, one(store, "contain").reason) == (
        State.WAIVED,
        "nobody is affected",
    )


def test_undoing_a_mark_lets_the_clock_run_again(store: Store, author: Author, incident: str) -> None:
    entry = clocks.mark(store, author, incident, "triage", State.MET)
    undo(store, author, entry.id)
    assert one(store, "triage").state is State.RUNNING


def test_what_cannot_be_marked_is_refused_with_a_hint(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    with pytest.raises(NotFound, match="It has"):
        clocks.mark(store, author, incident, "lunch", State.MET)
    with pytest.raises(BadInput, match="before the clock's start"):
        clocks.mark(store, author, incident, "triage", State.MET, at=clock.now() - timedelta(hours=1))
    with pytest.raises(BadInput, match="still to come"):
        clocks.mark(store, author, incident, "triage", State.MET, at=clock.now() + timedelta(hours=1))
    with pytest.raises(BadInput, match="marked met, waived"):
        clocks.mark(store, author, incident, "triage", State.OVERDUE)
    clocks.mark(store, author, incident, "triage", State.MET)
    with pytest.raises(NotAllowed, match="Undo"):
        clocks.mark(store, author, incident, "triage", State.WAIVED, reason="again")
    with pytest.raises(NotFound):
        clocks.listed(store, "INC-2026-WR-9999")


def test_the_run_of_an_old_level_is_not_marked(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    clock.advance(minutes=2)
    grade(store, author, incident, "SEV-1")
    clock.advance(minutes=2)
    with pytest.raises(NotFound):
        clocks.mark(store, author, incident, "escalate/1", State.MET)
    with pytest.raises(BadInput, match="before the clock's start"):
        clocks.mark(store, author, incident, "escalate", State.MET, at=clock.now() - timedelta(minutes=3))
    clocks.mark(store, author, incident, "escalate", State.MET)
    assert (one(store, "escalate").state, one(store, "escalate/1").state) == (State.MET, State.SUPERSEDED)


def test_clocks_answer_for_any_instant(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    declared = clock.now()
    clock.advance(minutes=20)
    move(store, author, incident, "contained")
    assert one(store, "contain").state is State.MET
    assert one(store, "contain", at=declared).state is State.RUNNING
    assert one(store, "investigate", at=declared + timedelta(days=1)).state is State.OVERDUE
    assert clocks.listed(store, incident, at=declared - timedelta(days=1)) == []


def test_a_status_move_that_happened_earlier_counts_from_then(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    contained = clock.now()
    clock.advance(hours=2)
    with store.write() as write:
        body = StatusMoved("contained")
        write.add(author, body, incident=incident, subject=incident, occurred=When(contained))
    assert (one(store, "contain").met_at, one(store, "contain").late) == (contained, False)


def test_the_wall_shows_the_nearest_deadline_first_and_leaves_out_closed_ones(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    clock.advance(minutes=1)
    second = declare(store, author, level="SEV-2", reference="INC-2026-WR-0002")
    third = declare(store, author, level="SEV-2", reference="INC-2026-WR-0003")
    move(store, author, third, "closed")
    assert [watched.incident.id for watched in clocks.wall(store)] == [incident, second]
    clocks.mark(store, author, incident, "triage", State.MET)
    order = clocks.wall(store)
    assert [watched.incident.id for watched in order] == [second, incident]
    assert order[0].nearest is not None
    assert order[0].nearest.rule == "triage"


def test_a_mark_after_the_clock_was_set_back_still_meets_the_clock_that_runs(
    store: Store, author: Author, clock: ManualClock, incident: str
) -> None:
    first = one(store, "escalate").level
    clock.advance(minutes=10)
    grade(store, author, incident, "SEV-1" if first != "SEV-1" else "SEV-2")
    started = one(store, "escalate").started
    clock.set_wall(clock.now() - timedelta(hours=2))
    clocks.mark(store, author, incident, "escalate", State.MET)
    assert (one(store, "escalate").state, one(store, "escalate").met_at) == (State.MET, started)
