"""Is all there is to show of a timeline read, deployments among it, and what each entry said before."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import insert

from tocsin.errors import NotFound
from tocsin.model.deployment import Deployment
from tocsin.model.instant import to_us
from tocsin.model.lanes import Source
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import incidents, timeline, timeline_view
from tocsin.store import imports
from tocsin.store.folder import Store
from tocsin.store.schema import deployment


def deployed(store: Store, author: Author, system: str, *, days_ago: float, complete: bool = True) -> None:
    at = store.now() - timedelta(days=days_ago)
    one = Deployment(store.new_id(), system, at, "scorer", f"v{days_ago}")
    with store.signals.write() as connection:
        number = imports.begin(
            connection, id=store.new_id(), source="d.csv", sha256="", importer="csv", record="deployments",
            system=system, author=author, started=store.now(),
        )  # fmt: skip
        row = {"id": one.id, "system": system, "import": number, "at_us": to_us(at), "key": one.id}
        connection.execute(insert(deployment).values(**row, body=msgspec.json.encode(one)))
        if complete:
            imports.complete(connection, number, imports.Counts(1, 1, 0, 0), {}, store.now())


def test_the_view_holds_entries_and_marks(store: Store, author: Author, clock: ManualClock) -> None:
    incident = incidents.declare(store, author, title="Scores fall", system="scorer", severity="SEV-2")
    clock.advance(minutes=3)
    entry = timeline.add(store, author, incident.id, "Queue restarted", lane="done")
    view = timeline_view.look(store, incident.reference)
    assert [item.text for item in view.items] == ["Queue restarted"]
    assert {mark.id for mark in view.marks if mark.source is Source.ENTRY} == {entry.id}


def test_deployments_of_two_weeks_before_are_there_but_none_of_a_broken_import(
    store: Store, author: Author
) -> None:
    incident = incidents.declare(store, author, title="Scores fall", system="scorer", severity="SEV-2")
    deployed(store, author, incident.system, days_ago=3)
    deployed(store, author, incident.system, days_ago=30)
    deployed(store, author, incident.system, days_ago=1, complete=False)
    deployed(store, author, "another system", days_ago=2)
    marks = timeline_view.look(store, incident.id).marks
    assert [mark.text for mark in marks if mark.source is Source.DEPLOYMENT] == ["scorer v3"]


def test_an_incident_nobody_knows_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        timeline_view.look(store, "INC-2026-WR-0099")


def test_versions_tell_the_life_of_an_entry(store: Store, author: Author) -> None:
    incident = incidents.declare(store, author, title="Scores fall", system="scorer", severity="SEV-2")
    entry = timeline.add(store, author, incident.id, "Restarted")
    timeline.correct(store, Author("Operator B"), entry.id, text="Restarted the queue")
    assert [(v.author, v.deed) for v in timeline_view.versions(store, entry.id)] == [
        ("Operator A", "written"),
        ("Operator B", "corrected"),
    ]
