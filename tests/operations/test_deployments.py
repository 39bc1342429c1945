"""Deployments by hand and by import: recorded, corrected, withdrawn, undone; and what served when."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.importers.base import Options
from tocsin.model.instant import When, iso
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import deployments, incidents, progress, systems, timeline_view, undo
from tocsin.operations.ingest import ingest
from tocsin.operations.verification import verify
from tocsin.store.folder import Store


def served(store: Store, at: datetime) -> list[tuple[str, ...]]:
    return [tuple(d.version for d in each.candidates) for each in deployments.serving(store, "scorer", at)]


def before(store: Store, **ago: float) -> When:
    return When(store.now() - timedelta(**ago))


def record(store: Store, author: Author, version: str, **ago: float) -> str:
    since = before(store, **ago)
    return deployments.record(store, author, "scorer", "credit-scoring", version, since=since).id


def test_a_deployment_by_hand_is_a_journal_entry_and_answers_what_served(
    store: Store, author: Author
) -> None:
    record(store, author, "v1", days=2)
    record(store, author, "v2", hours=3)
    assert served(store, store.now()) == [("v2",)]
    assert served(store, store.now() - timedelta(days=1)) == [("v1",)]
    assert served(store, store.now() - timedelta(days=3)) == []
    assert verify(store).ok


def test_those_by_hand_and_by_import_stand_together(store: Store, author: Author, tmp_path: Path) -> None:
    record(store, author, "v1", days=2)
    file = tmp_path / "deployments.csv"
    at = iso(store.now() - timedelta(days=1))
    file.write_text(f"time,name,version\n{at},credit-scoring,v2\n", "utf-8")
    options = Options(record="deployments")
    progress.finish(ingest(store, author, file, system="scorer", options=options))
    record(store, author, "v3", hours=1)
    known = systems.find(store, "scorer")
    assert known is not None
    week = deployments.between(store, known.id, store.now() - timedelta(days=7), store.now())
    assert [(d.version, bool(d.source)) for d in week] == [("v1", False), ("v2", True), ("v3", False)]
    assert served(store, store.now() - timedelta(hours=12)) == [("v2",)]
    newest = deployments.between(store, known.id, store.now() - timedelta(days=7), store.now(), most=1)
    assert [d.version for d in newest] == ["v3"]


def test_a_correction_counts_and_the_former_stays_in_the_journal(store: Store, author: Author) -> None:
    id = record(store, author, "v1", hours=3)
    deployments.correct(store, author, id, version="v1.1", at=before(store, hours=6))
    assert served(store, store.now() - timedelta(hours=5)) == [("v1.1",)]
    (known,) = deployments.recorded(store)
    assert (known.edits, known.deployment.version, known.author) == (1, "v1.1", "Operator A")


def test_a_range_leaves_both_candidates(store: Store, author: Author) -> None:
    record(store, author, "v1", days=2)
    now = store.now()
    unsure = When(now - timedelta(hours=2), now - timedelta(hours=4), now - timedelta(hours=1))
    deployments.record(store, author, "scorer", "credit-scoring", "v2", since=unsure)
    assert served(store, now - timedelta(hours=3)) == [("v1", "v2")]
    assert served(store, now) == [("v2",)]


def test_what_was_withdrawn_no_longer_serves_and_stays_readable(store: Store, author: Author) -> None:
    record(store, author, "v1", days=2)
    wrong = record(store, author, "v2", hours=2)
    deployments.withdraw(store, author, wrong, "that was staging")
    assert served(store, store.now()) == [("v1",)]
    assert [one.withdrawn for one in deployments.recorded(store)] == ["", "that was staging"]
    with pytest.raises(NotAllowed, match="that was staging"):
        deployments.withdraw(store, author, wrong, "again")


def test_undo_and_redo_reach_a_deployment(store: Store, author: Author) -> None:
    id = record(store, author, "v1", hours=2)
    undone = undo.undo(store, author, id)
    assert served(store, store.now()) == []
    undo.undo(store, author, undone.id)
    assert served(store, store.now()) == [("v1",)]


def test_a_retry_with_the_same_id_records_once(store: Store, author: Author) -> None:
    id = store.new_id()
    for _ in range(2):
        deployments.record(store, author, "scorer", "credit-scoring", "v1", id=id)
    assert len(deployments.recorded(store)) == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"version": " "}, "version"), ({"name": "a\nb\x07"}, "name"), ({"kind": "horse"}, "no such kind")],
)
def test_what_is_no_deployment_is_refused(
    store: Store, author: Author, wrong: dict[str, str], words: str
) -> None:
    said = {"name": "credit-scoring", "version": "v1", **wrong}
    with pytest.raises(BadInput, match=words):
        deployments.record(store, author, "scorer", **said)
    assert systems.find(store, "scorer") is None


def test_an_end_before_the_beginning_is_refused(store: Store, author: Author) -> None:
    id = record(store, author, "v1", hours=2)
    with pytest.raises(BadInput, match="ended before it began"):
        deployments.correct(store, author, id, until=store.now() - timedelta(hours=3))


def test_only_what_was_recorded_by_hand_is_corrected_here(store: Store, author: Author) -> None:
    with pytest.raises(NotFound, match="recorded by hand"):
        deployments.correct(store, author, "nobody", version="v2")
    with pytest.raises(NotFound, match="system"):
        deployments.serving(store, "nobody", store.now())


def test_one_by_hand_is_marked_on_the_timeline(store: Store, author: Author, clock: ManualClock) -> None:
    incident = incidents.declare(store, author, title="Scores fall", system="scorer", severity="SEV-2")
    record(store, author, "v2", hours=3)
    marks = timeline_view.look(store, incident.id).marks
    assert [mark.text for mark in marks if mark.lane == "deployed"] == ["credit-scoring v2"]
