"""The blast radius by a count of its own: decisions, parts, people, what comes, who shares the cause."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tocsin.importers.base import Options
from tocsin.model import blast_radius as model
from tocsin.model.blast_radius import Radius
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import blast_radius, decisions, deployments, incidents
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

HOUR = timedelta(hours=1)
REGIONS = ("N-01", "N-07", "N-70")


@pytest.fixture
def made(store: Store, author: Author, tmp_path: Path) -> list[tuple[datetime, str, int, str]]:
    """Ten days of decisions until half an hour ago, imported: (time, region, person, version) of each."""
    random = np.random.default_rng(3)
    end = store.now() - HOUR / 2
    ages = np.sort(random.uniform(0, 240, 6000))[::-1]
    rows = [
        (
            (end - timedelta(hours=float(age))).replace(microsecond=0),
            REGIONS[int(random.choice(3, p=(0.6, 0.3, 0.1)))],
            int(random.integers(0, 700)),
            "v14" if age > 0.5 else "v13",
        )
        for age in ages
    ]
    file = tmp_path / "log.csv"
    lines = [
        f"D{n},{at:%Y-%m-%dT%H:%M:%SZ},{region},{who},{version}"
        for n, (at, region, who, version) in enumerate(rows)
    ]
    file.write_text("\n".join(["id,time,region,customer_id,model", *lines]) + "\n", "utf-8")
    finish(ingest(store, author, file, system="router", options=Options(record="decisions")))
    assert decisions.roles_of(store, "router").one("person") == "customer_id"
    return rows


@pytest.fixture
def declared(store: Store, author: Author) -> Incident:
    known = incidents.declare(store, author, title="N-07 is late", system="router", severity="SEV-2")
    now = store.now()
    start = When(now - 30 * HOUR, now - 40 * HOUR, now - 20 * HOUR)
    incidents.set_fields(store, author, known.id, {"start": start, "scope": "region N-07 only"})
    return incidents.get(store, known.id)


def look(store: Store, incident: Incident) -> Radius:
    return finish(blast_radius.look(store, incident.reference))


def test_it_counts_what_a_person_would_count(
    store: Store, declared: Incident, made: list[tuple[datetime, str, int, str]]
) -> None:
    found, now = look(store, declared), store.now()

    def since(hours: int) -> list[tuple[datetime, str, int, str]]:
        return [row for row in made if row[0] >= now - hours * HOUR]

    assert found.decisions == model.Count(len(since(20)), len(since(30)), len(since(40)))
    [hit] = found.hit
    there = [row for row in since(30) if row[1] == "N-07"]
    assert (hit.value, hit.count, hit.share) == ("N-07", len(there), len(there) / len(since(30)))
    assert found.parts[0] == hit  # what it is about comes first
    assert sum(part.count for part in found.parts) == len(since(30))
    assert found.people == len({row[2] for row in since(30)})
    newest = made[-1][0]
    day = [row for row in made if row[0] > newest - 24 * HOUR]
    assert found.per_hour == len(day) / 24
    week = timedelta(days=7)
    for one in found.ahead:
        end = now + one.hours * HOUR - week
        same = [row for row in made if newest - week < row[0] < end]
        assert one.decisions == len(same)
        assert one.hit == round(len(same) * hit.share)
    assert [one.hours for one in found.ahead] == [12, 24, 48, 72]
    last = [row for row in made if row[0] > newest - HOUR]
    assert found.off is None
    assert "no version is named" in found.rests["off"]
    incidents.set_fields(store, Author("Operator A"), declared.id, {"version": "v14"})
    off = look(store, declared).off
    assert off is not None
    assert off.share == pytest.approx(sum(row[3] == "v13" for row in last) / len(last))


def test_it_stops_counting_when_it_was_contained_and_tells_nothing_ahead(
    store: Store, author: Author, clock: ManualClock, declared: Incident,
    made: list[tuple[datetime, str, int, str]],
) -> None:  # fmt: skip
    at = store.now() - 2 * HOUR
    incidents.move(store, author, declared.id, "contained", at=at)
    clock.advance(days=30)
    found = look(store, declared)
    begin = found.begin
    assert found.decisions is not None
    assert found.decisions.at == sum(begin <= row[0] < at for row in made)
    assert (found.contained, found.until, found.ahead) == (True, at, ())
    assert "contained" in found.rests["ahead"]


def test_an_old_log_tells_nothing_ahead(
    store: Store, clock: ManualClock, declared: Incident, made: list[tuple[datetime, str, int, str]]
) -> None:
    clock.advance(days=5)
    found = look(store, declared)
    assert (found.ahead, "the log ends 5 d before now" in found.rests["ahead"]) == ((), True)


def test_without_a_log_it_says_that_it_does_not_know(store: Store, declared: Incident) -> None:
    found = look(store, declared)
    assert (found.decisions, found.people, found.per_hour, found.ahead, found.off) == (
        None,
        None,
        None,
        (),
        None,
    )
    for figure in ("decisions", "people", "per_hour", "ahead"):
        assert found.rests[figure] == "not known: no decision log of router"


def test_what_is_deployed_tells_the_traffic_off_where_the_log_does_not(
    store: Store, author: Author, clock: ManualClock, declared: Incident
) -> None:
    def deploy(version: str, slot: str, **ago: float) -> None:
        since = When(store.now() - timedelta(**ago))
        deployments.record(store, author, "router", "routing", version, slot=slot, since=since)

    for slot in ("@north", "@south"):
        deploy("v13", slot, days=20)
        deploy("v14", slot, hours=31)
    incidents.set_fields(store, author, declared.id, {"version": "v1"})
    off = look(store, declared)
    assert (off.off, off.rests["off"]) == (None, "not known: no deployment of v1 is known")
    incidents.set_fields(store, author, declared.id, {"version": "routing v14"})
    told = look(store, declared).off
    assert told is not None
    assert told.share == 0
    clock.advance(minutes=5)
    deploy("v13", "@north", minutes=1)
    told = look(store, declared).off
    assert told is not None
    assert (told.share, told.faulty) == (0.5, ("v14",))


def test_systems_that_serve_the_same_version_or_vendor_are_named(
    store: Store, author: Author, declared: Incident
) -> None:
    def deploy(system: str, name: str, version: str, vendor: bool | None = None) -> None:
        since = When(datetime(2026, 10, 1, tzinfo=UTC))
        deployments.record(store, author, system, name, version, vendor=vendor, since=since)

    deploy("router", "features", "4.2")
    deploy("router", "large-model", "2026-09", vendor=True)
    deploy("claims", "features", "4.2")
    deploy("search", "features", "4.1")
    deploy("assistant", "large-model", "2026-05", vendor=True)
    found = look(store, declared).shared
    assert {(one.name, one.what, one.by) for one in found} == {
        ("claims", "deployment", "features 4.2"),
        ("assistant", "vendor", "large-model"),
    }
