"""Observations: reported with both times, corrected, withdrawn, and declared as an incident."""

from datetime import timedelta

import pytest

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.instant import When
from tocsin.model.observation import CHANNELS
from tocsin.model.operator import Author
from tocsin.operations import clocks, incidents, observations, timeline, undo
from tocsin.operations.verification import verify
from tocsin.store.folder import Store
from tocsin.store.systems import by_name

HOUR = timedelta(hours=1)


def test_a_report_needs_a_system_and_a_line(store: Store, author: Author) -> None:
    found = observations.report(store, author, system="scorer", text=" letters look wrong ")
    assert (found.text, found.channel, found.author) == ("letters look wrong", CHANNELS[2], "Operator A")
    assert found.learned == found.happened.at == store.now()
    with store.journal.read() as connection:
        known = by_name(connection, "scorer")
    assert known is not None
    assert known.id == found.system
    for wrong in ({"system": "scorer", "text": " "}, {"system": "", "text": "x"}):
        with pytest.raises(BadInput):
            observations.report(store, author, **wrong)


def test_a_retry_under_the_same_id_stores_it_once(store: Store, author: Author) -> None:
    id = store.new_id()
    for _ in range(2):
        observations.report(store, author, system="scorer", text="x", id=id)
    assert [one.observation.id for one in observations.listed(store)] == [id]


def test_a_slow_signal_keeps_when_it_happened_and_when_we_learned_of_it(store: Store, author: Author) -> None:
    happened = When(store.now() - 50 * HOUR, store.now() - 60 * HOUR, store.now() - 40 * HOUR)
    learned = store.now() - HOUR
    found = observations.report(
        store, author, system="scorer", text="complaint", channel="user", happened=happened, learned=learned
    )
    assert (found.happened, found.learned, found.recorded_at) == (happened, learned, store.now())
    for wrong in ({"learned": store.now() + HOUR}, {"happened": When(store.now() + HOUR)},
                  {"happened": When(store.now()), "learned": learned}):  # fmt: skip
        with pytest.raises(BadInput):
            observations.report(store, author, system="scorer", text="x", **wrong)


@pytest.mark.parametrize("said", ["monitoring", "User  report", "internal", "external report"])
def test_the_four_channels_are_taken_by_their_first_word_too(said: str) -> None:
    assert observations.checked_channel(said).startswith(("automated", "user", "internal", "external"))
    with pytest.raises(BadInput, match="no such channel"):
        observations.checked_channel(f"{said} or so")


def test_it_starts_no_clock_until_it_is_declared_and_then_from_when_we_learned(
    store: Store, author: Author
) -> None:
    happened, learned = When(store.now() - 50 * HOUR), store.now() - HOUR
    found = observations.report(
        store, author, system="scorer", text="complaint", channel="user",
        noticed_by="a customer", happened=happened, learned=learned,
    )  # fmt: skip
    assert clocks.wall(store) == []
    known = incidents.declare(store, author, title="Complaints", system="scorer", observation_ids=[found.id])
    assert (known.detected, known.channel, known.start) == (learned, "user report", happened)
    [item] = timeline.listed(store, known.id)
    assert (item.lane, item.text) == ("detected", "complaint (user report, a customer)")
    assert (item.happened, item.learned) == (happened, learned)
    [reported] = observations.listed(store)
    assert reported.reference == known.reference
    assert observations.listed(store, waiting=True) == []
    assert verify(store).ok


def test_declaring_again_under_the_same_id_changes_nothing(store: Store, author: Author) -> None:
    found = observations.report(store, author, system="scorer", text="x")
    id = store.new_id()
    for _ in range(2):
        incidents.declare(store, author, title="t", system="scorer", observation_ids=[found.id], id=id)
    assert len(timeline.listed(store, id)) == 1


def test_it_belongs_to_one_incident_and_comes_back_when_that_is_withdrawn(
    store: Store, author: Author
) -> None:
    found = observations.report(store, author, system="scorer", text="x")
    first = incidents.declare(store, author, title="t", system="scorer")
    observations.join(store, author, first.id, found.id)
    second = incidents.declare(store, author, title="u", system="scorer")
    with pytest.raises(NotAllowed, match="belongs to an incident already"):
        observations.join(store, author, second.id, found.id)
    with pytest.raises(NotAllowed, match="belongs to an incident already"):
        incidents.declare(store, author, title="v", system="new", observation_ids=[found.id])
    assert len(incidents.listed(store)) == 2
    incidents.withdraw(store, author, first.id, "a test")
    assert [one.observation.id for one in observations.listed(store, waiting=True)] == [found.id]
    observations.join(store, author, second.id, found.id)
    assert observations.get(store, found.id).incident == second.id
    with pytest.raises(NotAllowed, match="open incident"):
        observations.join(store, author, first.id, found.id)


def test_it_is_corrected_and_withdrawn_and_every_word_stays(store: Store, author: Author) -> None:
    found = observations.report(store, author, system="scorer", text="x")
    entry = observations.correct(
        store, author, found.id, text="y", channel="external", noticed_by="press", system="router",
        happened=When(store.now() - HOUR),
    )  # fmt: skip
    now = observations.get(store, found.id)
    assert (now.text, now.channel, now.noticed_by, now.edits) == ("y", "external report", "press", 1)
    assert now.happened.at == store.now() - HOUR
    undo.undo(store, author, entry.id)
    assert observations.get(store, found.id) == found
    observations.withdraw(store, author, found.id, "a misreading")
    assert observations.get(store, found.id).withdrawn == "a misreading"
    assert observations.listed(store, waiting=True) == []
    assert len(observations.listed(store)) == 1
    with pytest.raises(NotAllowed, match="withdrawn already"):
        observations.withdraw(store, author, found.id, "again")
    with pytest.raises(BadInput, match="no such field"):
        observations.correct(store, author, found.id, colour="red")


def test_an_incident_declared_from_an_alert_says_that_monitoring_found_it(
    store: Store, author: Author
) -> None:
    assert incidents.declare(store, author, title="t", system="s").channel == ""
    assert incidents.declare(store, author, title="t", system="s", channel="external").channel == CHANNELS[3]
