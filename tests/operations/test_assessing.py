"""The impact assessment and the review on a real decision log: what they count, and whom they leave out."""

from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from tocsin.importers.base import Options
from tocsin.model.document import Printing
from tocsin.model.incident import Incident
from tocsin.model.instant import When
from tocsin.model.operator import Author
from tocsin.model.sheet import Events, Table
from tocsin.now import ManualClock
from tocsin.operations import documents, incidents, sheets, spotcheck, timeline
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store.folder import Store

A, B = Author("Operator A"), Author("Operator B")
HOUR = timedelta(hours=1)


@pytest.fixture
def made(store: Store, tmp_path: Path) -> list[tuple[datetime, str, int]]:
    """Four days of decisions until half an hour ago, imported: (time, region, person) of each."""
    random, end = np.random.default_rng(5), store.now() - HOUR / 2
    ages = sorted(random.uniform(0, 96, 1500), reverse=True)
    rows = [
        (
            (end - timedelta(hours=float(age))).replace(microsecond=0),
            ("north", "south")[int(random.integers(0, 2))],
            int(random.integers(0, 300)),
        )
        for age in ages
    ]
    file = tmp_path / "log.csv"
    lines = [f"D{n},{at:%Y-%m-%dT%H:%M:%SZ},{region},{who}" for n, (at, region, who) in enumerate(rows)]
    file.write_text("\n".join(["id,time,region,customer_id", *lines]) + "\n", "utf-8")
    finish(ingest(store, A, file, system="router", options=Options(record="decisions")))
    return rows


@pytest.fixture
def declared(store: Store, made: object) -> Incident:
    known = incidents.declare(store, A, title="The south waits", system="router")
    now = store.now()
    start = When(now - 30 * HOUR, now - 40 * HOUR, now - 20 * HOUR)
    incidents.set_fields(store, A, known.id, {"start": start, "scope": "all of the south"})
    return incidents.get(store, known.id)


def text_of(content: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_it_counts_decisions_people_segments_and_what_is_likely_wrong(
    store: Store, clock: ManualClock, declared: Incident, made: list[tuple[datetime, str, int]]
) -> None:
    draw = spotcheck.draw(store, B, "router", size=20, seed=4)
    check = spotcheck.get(store, draw.id)
    for number, decision in enumerate(check.drawn.drawn):
        spotcheck.record(store, B, draw.id, decision, "wrong" if number < 5 else "right")
    first = documents.make(store, declared.id, "assessment")
    told = text_of(first.content)

    def since(hours: int) -> list[tuple[datetime, str, int]]:
        return [row for row in made if row[0] >= declared.detected - hours * HOUR]

    affected = since(30)
    south = [row for row in affected if row[1] == "south"]
    for words in (
        f"{len(affected)}", f"{len(since(20))}to{len(since(40))}", f"{len({row[2] for row in affected})}",
        f"{len(south)}({len(south) / len(affected):.1%})", f"about{round(len(affected) * 0.25)}",
        "25.0%", "log.csv", "SpotchecksDecisionsof",
    ):  # fmt: skip
        assert words in told, (words, told[told.find("Ofthesewrong") :][:120])

    clock.advance(hours=5)
    again = documents.make(store, declared.id, "assessment", as_of=first.report.as_of.entry)
    assert again.content == first.content


def test_decisions_imported_later_change_no_assessment_of_before(
    store: Store, clock: ManualClock, declared: Incident, tmp_path: Path
) -> None:
    before = documents.make(store, declared.id, "assessment")
    clock.advance(minutes=1)
    file = tmp_path / "more.csv"
    at = store.now() - 2 * HOUR
    lines = [f"E{n},{at + timedelta(seconds=n):%Y-%m-%dT%H:%M:%SZ},south,9{n}" for n in range(200)]
    file.write_text("\n".join(["id,time,region,customer_id", *lines]) + "\n", "utf-8")
    finish(ingest(store, A, file, system="router", options=Options(record="decisions")))
    assert documents.make(store, declared.id, "assessment", as_of=before.report.as_of.entry).content == (
        before.content
    )
    now = documents.make(store, declared.id, "assessment")
    assert now.report.as_of.kind == "import.completed"
    assert "more.csv" in text_of(now.content)


def test_a_review_names_roles_and_no_person(store: Store, declared: Incident) -> None:
    timeline.log(store, B, declared.id, "/do Put the old route back")
    incidents.set_fields(store, A, declared.id, {"prevention": "- Watch the south\n[X] Tell the owners"})
    found = sheets.review_of(store, declared.reference, Printing(), None)
    by = {
        line.author
        for section in found.sections
        for block in section.blocks
        if isinstance(block, Events)
        for line in block.lines
    }
    assert by == {"commander", "responder 1"}
    assert "Operator B" not in str(found.sections)
    tables = [block for section in found.sections for block in section.blocks if isinstance(block, Table)]
    asked = [row for table in tables if table.heads == ("Question", "Answer") for row in table.rows]
    assert len(asked) == 8
    assert all("Blank" in str(row) for row in asked)
