"""The change freeze: declared with the incident, lifted by hand or by resolving; what was deployed in it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tocsin.errors import NotAllowed, NotFound
from tocsin.importers.base import Options
from tocsin.model.incident import Incident
from tocsin.model.instant import When, iso
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import deployments, freeze, incidents, policies, progress, undo
from tocsin.operations.ingest import ingest
from tocsin.operations.verification import verify
from tocsin.store.folder import Store


@pytest.fixture
def frozen(store: Store, author: Author) -> Incident:
    """An incident of a level that asks for a change freeze."""
    known = incidents.declare(store, author, title="Scorer declines", system="scorer", severity="SEV-1")
    scheme = policies.scheme(store, known.policy)
    assert "SEV-1" in scheme.freeze
    assert "SEV-4" not in scheme.freeze
    return known


def deploy(store: Store, author: Author, version: str, at: datetime, earliest: datetime | None = None) -> str:
    when = When(at) if earliest is None else When(at, earliest, at)
    return deployments.record(store, author, "scorer", "scorer", version, since=when).id


def versions(store: Store, incident: Incident) -> list[tuple[str, bool]]:
    return [(one.deployment.version, one.sure) for one in freeze.look(store, incident.id).flagged]


def test_it_is_declared_with_the_incident_and_ends_when_it_is_resolved(
    store: Store, author: Author, clock: ManualClock, frozen: Incident
) -> None:
    begun = store.now()
    span = freeze.look(store, frozen.id).standing
    assert span is not None
    assert (span.begin, span.end, "SEV-1" in span.reason) == (begun, None, True)
    clock.advance(hours=1)
    incidents.move(store, author, frozen.id, "resolved")
    view = freeze.look(store, frozen.id)
    assert view.standing is None
    assert [(one.end, one.why_ended, one.lifted_by) for one in view.spans] == [(store.now(), "resolved", "")]
    clock.advance(minutes=1)
    deploy(store, author, "v15", store.now())
    assert versions(store, frozen) == []
    assert verify(store).ok


def test_a_level_without_one_gets_it_when_it_becomes_graver(store: Store, author: Author) -> None:
    known = incidents.declare(store, author, title="Slower", system="scorer", severity="SEV-4")
    assert freeze.look(store, known.id).standing is None
    incidents.set_fields(store, author, known.id, {"severity": "SEV-1"})
    assert freeze.look(store, known.id).standing is not None
    freeze.lift(store, author, known.id, "only the canary is touched")
    incidents.set_fields(store, author, known.id, {"severity": "SEV-2"})
    incidents.set_fields(store, author, known.id, {"severity": "SEV-1"})
    assert freeze.look(store, known.id).standing is None  # what a person lifted stays lifted


def test_what_is_deployed_within_it_is_flagged_by_its_times_whenever_it_is_imported(
    store: Store, author: Author, clock: ManualClock, frozen: Incident, tmp_path: Path
) -> None:
    begun = store.now()
    clock.advance(hours=2)
    file = tmp_path / "deployments.csv"
    minute = timedelta(minutes=1)
    rows = [(begun - minute, "v13"), (begun + 5 * minute, "v14"), (begun + 20 * minute, "v13")]
    file.write_text(
        "time,name,version\n" + "".join(f"{iso(at)},scorer,{version}\n" for at, version in rows), "utf-8"
    )
    progress.finish(ingest(store, author, file, system="scorer", options=Options(record="deployments")))
    view = freeze.look(store, frozen.id)
    assert [(one.deployment.version, one.sure, one.rolls_back) for one in view.flagged] == [
        ("v14", True, False),
        ("v13", True, False),  # what it rolls back came within the freeze too: that is for people to say
    ]
    deployments.record(store, author, "another", "scorer", "v9", since=When(begun + minute))
    assert len(freeze.look(store, frozen.id).flagged) == 2


def test_one_that_may_have_begun_before_it_is_flagged_as_such(
    store: Store, author: Author, clock: ManualClock, frozen: Incident
) -> None:
    begun = store.now()
    clock.advance(hours=1)
    deploy(store, author, "v14", begun + timedelta(minutes=5), begun - timedelta(minutes=5))
    assert versions(store, frozen) == [("v14", False)]
    clock.advance(minutes=1)
    freeze.lift(store, author, frozen.id, "the fix is out")
    deploy(store, author, "v15", store.now() + timedelta(minutes=1), store.now() - timedelta(minutes=1))
    assert versions(store, frozen) == [("v14", False), ("v15", False)]


def test_the_roll_back_is_known_by_its_version_and_allowed_by_a_person(
    store: Store, author: Author, clock: ManualClock
) -> None:
    for days, version in ((20, "v13"), (5, "v14")):
        deploy(store, author, version, store.now() - timedelta(days=days))
    known = incidents.declare(store, author, title="Declines", system="scorer", severity="SEV-1")
    clock.advance(minutes=10)
    back = deploy(store, author, "v13", store.now())
    [flag] = freeze.look(store, known.id).flagged
    assert flag.rolls_back
    assert flag.allowed is None
    entry = freeze.allow(store, author, known.id, back, "the roll-back")
    view = freeze.look(store, known.id)
    assert (len(view.flagged), view.open) == (1, ())
    undo.undo(store, author, entry.id)
    assert len(freeze.look(store, known.id).open) == 1
    with pytest.raises(NotFound, match="no deployment"):
        freeze.allow(store, author, known.id, "v99", "it was meant")


def test_it_is_declared_and_lifted_by_hand_once(
    store: Store, author: Author, clock: ManualClock, frozen: Incident
) -> None:
    with pytest.raises(NotAllowed, match="stands already"):
        freeze.declare(store, author, frozen.id)
    clock.advance(minutes=1)
    freeze.lift(store, author, frozen.id, "only the canary is touched")
    [span] = freeze.look(store, frozen.id).spans
    assert (span.why_ended, span.lifted_by) == ("only the canary is touched", author.name)
    with pytest.raises(NotAllowed, match="no change freeze stands"):
        freeze.lift(store, author, frozen.id, "again")
    clock.advance(minutes=1)
    first = freeze.declare(store, author, frozen.id, "once more", id="freeze-1")
    assert freeze.declare(store, author, frozen.id, "once more", id="freeze-1") == first
    assert len(freeze.look(store, frozen.id).spans) == 2
    incidents.withdraw(store, author, frozen.id, "a test alert")
    assert freeze.look(store, frozen.id).standing is None
