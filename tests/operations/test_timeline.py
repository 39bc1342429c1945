"""Timeline entries: added, corrected, re-timed, retracted; every earlier word stays readable."""

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.journal import FieldsSet, TimelineAdded
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import incidents, timeline
from tocsin.operations.verification import verify
from tocsin.store.folder import Store

OTHER = Author("Operator B")


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="t", system="s")


def only(store: Store, incident: Incident) -> timeline.Item:
    (item,) = timeline.listed(store, incident.id)
    return item


def test_a_line_is_noted_now(store: Store, author: Author, incident: Incident) -> None:
    timeline.log(store, author, incident.reference, " pinned v13 ")
    item = only(store, incident)
    assert (item.lane, item.text, item.happened.at, item.author) == (
        "noted",
        "pinned v13",
        store.now(),
        author.name,
    )


@pytest.mark.parametrize(
    ("line", "lane", "at", "text"),
    [
        ("/decide freeze", "decided", None, "freeze"),
        ("/do @14:20 off", "done", datetime(2026, 11, 2, 13, 20, tzinfo=UTC), "off"),
        ("@14:20 /tell leadership", "told", datetime(2026, 11, 2, 13, 20, tzinfo=UTC), "leadership"),
        ("@23:50 last night", "noted", datetime(2026, 11, 1, 22, 50, tzinfo=UTC), "last night"),
        ("a/b @home", "noted", None, "a/b @home"),
        ("mail to a@b.example /x", "noted", None, "mail to a@b.example /x"),
    ],
)
def test_a_line_may_name_its_lane_and_time(
    store: Store, author: Author, incident: Incident, line: str, lane: str, at: datetime | None, text: str
) -> None:
    timeline.log(store, author, incident.id, line)
    item = only(store, incident)
    assert (item.lane, item.happened.at, item.text) == (lane, at or store.now(), text)


@pytest.mark.parametrize("line", ["", "   ", "/decide", "/dance now", "@25:00 x", "@soon x", "x" * 20_001])
def test_a_poor_line_is_refused_and_nothing_written(
    store: Store, author: Author, incident: Incident, line: str
) -> None:
    with pytest.raises(BadInput):
        timeline.log(store, author, incident.id, line)
    assert timeline.listed(store, incident.id) == []


def test_the_same_id_twice_is_one_line(store: Store, author: Author, incident: Incident) -> None:
    id = store.new_id()
    for _ in range(2):
        timeline.log(store, author, incident.id, "once", id=id)
    assert only(store, incident).id == id


def test_sending_a_line_again_takes_no_correction_back(
    store: Store, author: Author, incident: Incident
) -> None:
    id = store.new_id()
    timeline.log(store, author, incident.id, "first", id=id)
    timeline.correct(store, OTHER, id, text="second")
    assert timeline.log(store, author, incident.id, "first", id=id).id == id
    assert only(store, incident).text == "second"
    assert verify(store).ok


def test_a_correction_keeps_the_earlier_words(
    store: Store, clock: ManualClock, author: Author, incident: Incident
) -> None:
    line = timeline.log(store, author, incident.id, "pined v13")
    clock.advance(minutes=5)
    timeline.correct(store, OTHER, line.id, text="pinned v13", lane="done")
    item = only(store, incident)
    assert (item.text, item.lane, item.edits) == ("pinned v13", "done", 1)
    first, second = timeline.history(store, line.id)
    assert isinstance(first.body, TimelineAdded)
    assert first.body.text == "pined v13"
    assert isinstance(second.body, FieldsSet)
    assert second.author == OTHER


def test_a_range_and_when_we_learned_of_it(store: Store, author: Author, incident: Incident) -> None:
    now = store.now()
    happened = When(now - timedelta(days=3), now - timedelta(days=4), now - timedelta(days=2))
    timeline.add(
        store, author, incident.id, "complaints rise", lane="happened", happened=happened, learned=now
    )
    item = only(store, incident)
    assert item.happened == happened
    assert item.learned == now
    timeline.correct(store, author, item.id, happened=happened.moved(timedelta(hours=1)))
    assert only(store, incident).happened.low == now - timedelta(days=4) + timedelta(hours=1)


def test_retracting_needs_a_reason_and_happens_once(store: Store, author: Author, incident: Incident) -> None:
    line = timeline.log(store, author, incident.id, "not so")
    with pytest.raises(BadInput):
        timeline.retract(store, author, line.id, "  ")
    timeline.retract(store, author, line.id, "was another system")
    assert only(store, incident).withdrawn == "was another system"
    with pytest.raises(NotAllowed, match="already"):
        timeline.retract(store, author, line.id, "again")


def test_an_unknown_entry_is_named(store: Store, author: Author) -> None:
    with pytest.raises(NotFound):
        timeline.correct(store, author, "none", text="x")
    with pytest.raises(NotFound):
        timeline.log(store, author, "INC-2026-WR-0099", "x")
