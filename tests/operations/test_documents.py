"""The report of an incident as of an entry: built from a store, written, recorded, the same each time."""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from pypdf import PdfReader
from sqlalchemy import insert

from tocsin.errors import BadInput, NotAllowed, NotFound, StoreProblem
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.deployment import Deployment
from tocsin.model.incident import Incident
from tocsin.model.instant import When, to_us
from tocsin.model.journal import DocumentExported, Entry, ImportCompleted
from tocsin.model.operator import Author, System
from tocsin.model.signal import Signal
from tocsin.now import ManualClock
from tocsin.operations import documents, incidents, signals, systems, timeline, undo
from tocsin.operations.verification import verify
from tocsin.store import alerts, imports, journal, samples, series
from tocsin.store.folder import Store
from tocsin.store.schema import deployment

A, B = Author("Operator A"), Author("Operator B")
Arrive = Callable[..., str]


@pytest.fixture
def system(store: Store) -> System:
    return systems.ensure(store, A, "credit-scorer")


@pytest.fixture
def signal(system: System) -> Signal:
    return Signal(system.id, "approval_rate", {"group": "age > 60"})


@pytest.fixture
def arrive(store: Store, signal: Signal) -> Arrive:
    """Give a function that brings samples every five minutes from an instant on, as an import does."""

    def bring(since: datetime, count: int, level: float, *, entry: bool = True) -> str:
        id = store.new_id()
        with store.signals.write() as connection:
            number = imports.begin(
                connection, id=id, source="x.csv", sha256="0" * 64, importer="csv", record="samples",
                system=signal.system, author=A, started=store.now(),
            )  # fmt: skip
            times = to_us(since) + np.arange(count) * 300_000_000
            values = level + 0.01 * np.sin(np.arange(count))
            samples.append(connection, series.ensure(connection, signal), times, values, number)
            imports.complete(connection, number, imports.Counts(count, count, 0, 0), {}, store.now())
        if entry:
            body = ImportCompleted("x.csv", "0" * 64, "csv", "samples", signal.system, count, count, 0, 0)
            with store.write() as write:
                write.add(A, body, id=id)
        return id

    return bring


@pytest.fixture
def incident(store: Store, signal: Signal, arrive: Arrive, clock: ManualClock) -> Incident:
    """An incident declared from an alert: a level drop two days ago, after weeks of calm."""
    now = clock.now()
    arrive(now - timedelta(days=30), 28 * 288, 0.6)
    arrive(now - timedelta(days=2), 2 * 288, 0.45)
    start = When(now - timedelta(days=2), now - timedelta(days=2, hours=2), now - timedelta(hours=46))
    alert = Alert(
        "alert-1", signal.system, signal.id, signal.metric, True, AlertSeverity.HIGH, "departure", "1",
        "Approval rate fell", 0.45, 0.55, now - timedelta(hours=40), start,
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, alert, "key", series=signal.id)
    clock.advance(minutes=1)
    return incidents.declare(store, A, title="Approvals fall", system="credit-scorer", alert_ids=["alert-1"])


def pdf(store: Store, incident: Incident, as_of: str | None = None) -> bytes:
    return documents.render(documents.build(store, incident.reference, as_of))


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def last_entry(store: Store, incident: Incident) -> Entry:
    with store.journal.read() as connection:
        return journal.last_entry(connection, incident.id)


def test_the_report_tells_the_incident_as_it_stands(
    store: Store, incident: Incident, clock: ManualClock
) -> None:
    clock.advance(minutes=10)
    item = timeline.log(store, B, incident.id, "/do Group suspendet")
    timeline.correct(store, B, item.id, text="Group suspended")
    wrong = timeline.log(store, B, incident.id, "/tell Leadership told")
    timeline.retract(store, B, wrong.id, "not yet")
    incidents.set_fields(store, A, incident.id, {"impact": "About 3 100 decisions", "version": "v14"})
    clock.advance(minutes=10)
    incidents.move(store, A, incident.id, "contained", note="flag off")
    report = documents.build(store, incident.reference)
    assert (report.system, report.version, report.status) == ("credit-scorer", "v14", "contained")
    assert report.contained == clock.now()
    assert report.level.id == incident.severity
    assert report.level.rank == 2
    assert {text.title: text.text for text in report.narrative}["Impact"] == "About 3 100 decisions"
    lines = {line.text: line for line in report.timeline}
    assert lines["Group suspended"].edits == 1
    assert lines["Leadership told"].withdrawn == "not yet"
    assert lines["Contained: flag off"].lane == "done"
    assert lines["Estimated start"].happened.is_range
    assert lines["Approval rate fell"].author == "departure 1"
    assert [line.happened.at for line in report.timeline] == sorted(x.happened.at for x in report.timeline)
    assert {clock_line.name: clock_line.state for clock_line in report.clocks}["Contain"] == "met"


def test_a_clock_missed_by_the_as_of_says_by_how_much(
    store: Store, incident: Incident, clock: ManualClock
) -> None:
    clock.set_wall(incident.detected + timedelta(minutes=75))
    timeline.log(store, A, incident.id, "still working")
    contain = next(c for c in documents.build(store, incident.id).clocks if c.name == "Contain")
    assert contain.state == "overdue"
    assert contain.late_by == timedelta(minutes=15)


def test_the_chart_shows_the_signal_with_baseline_window_and_threshold(
    store: Store, incident: Incident
) -> None:
    charts = documents.build(store, incident.reference).charts
    assert charts is not None
    (strip,) = charts.strips
    assert strip.name == "approval_rate"
    assert strip.segment == "group=age > 60"
    assert strip.thresholds == (0.55,)
    assert charts.begin < charts.start.low < charts.end
    assert strip.band is not None
    before_drop = strip.band.times_us < to_us(charts.start.low)
    assert np.allclose(strip.band.centre[before_drop], 0.6, atol=0.02)
    assert np.nanmin(strip.low) == pytest.approx(0.44, abs=0.005)
    assert np.nanmax(strip.high) == pytest.approx(0.61, abs=0.005)


def test_an_incident_without_an_alert_shows_its_systems_signals(store: Store, arrive: Arrive) -> None:
    arrive(store.now() - timedelta(days=1), 288, 0.6)
    declared = incidents.declare(store, A, title="Reported by a user", system="credit-scorer")
    charts = documents.build(store, declared.reference).charts
    assert charts is not None
    assert [strip.name for strip in charts.strips] == ["approval_rate"]


def test_an_incident_without_samples_has_no_charts(store: Store, system: System) -> None:
    declared = incidents.declare(store, A, title="Reported by a user", system=system.name)
    report = documents.build(store, declared.reference)
    assert report.charts is None
    assert "No signal" in text_of(documents.render(report))


def test_what_comes_later_changes_nothing_of_an_as_of(
    store: Store, incident: Incident, arrive: Arrive, clock: ManualClock
) -> None:
    before, first = last_entry(store, incident), pdf(store, incident)
    clock.advance(days=3)
    arrive(clock.now() - timedelta(days=31), 200, 0.1)
    arrive(clock.now() - timedelta(days=3), 500, 0.2)
    documents.export(store, A, incident.reference, store.folder("exports") / "a.pdf")
    assert pdf(store, incident) == first
    timeline.log(store, A, incident.id, "later")
    incidents.set_fields(store, A, incident.id, {"title": "Another title"})
    other = incidents.declare(store, A, title="Other", system="credit-scorer")
    incidents.link(store, A, incident.id, other.id)
    every = [one.id for one in signals.look(store).rows]
    signals.place(store, A, every, layer="cost", system="another system")
    assert pdf(store, incident) != first
    assert pdf(store, incident, before.id) == first


def test_samples_after_the_as_of_or_without_an_entry_are_left_out(
    store: Store, incident: Incident, arrive: Arrive, clock: ManualClock
) -> None:
    first = pdf(store, incident)
    arrive(clock.now() - timedelta(hours=1), 5, 0.9, entry=False)
    assert pdf(store, incident) == first


def test_samples_of_a_time_still_to_come_are_not_drawn(
    store: Store, incident: Incident, arrive: Arrive, clock: ManualClock
) -> None:
    arrive(clock.now() + timedelta(hours=1), 5, 0.9)
    timeline.log(store, A, incident.id, "samples of tomorrow arrived")
    charts = documents.build(store, incident.id).charts
    assert charts is not None
    assert charts.end <= clock.now()
    assert np.nanmax(charts.strips[0].high) < 0.7


def test_an_as_of_before_a_correction_shows_the_earlier_words(
    store: Store, incident: Incident, clock: ManualClock
) -> None:
    item = timeline.log(store, A, incident.id, "first words")
    clock.advance(minutes=1)
    timeline.correct(store, A, item.id, text="second words")
    assert "second words" in text_of(pdf(store, incident))
    earlier = text_of(pdf(store, incident, item.id))
    assert "first words" in earlier
    assert "second words" not in earlier


def test_an_exported_report_is_withdrawn_with_a_reason_and_never_undone(
    store: Store, incident: Incident, tmp_path: Path
) -> None:
    export = documents.export(store, A, incident.id, tmp_path / "report.pdf")
    assert incidents.get(store, incident.id).exports == (export.id,)
    with pytest.raises(NotAllowed):
        undo.undo(store, A, export.id)
    documents.withdraw(store, A, export.id, "named the wrong segment")
    state = incidents.get(store, incident.id)
    assert (state.exports, state.withdrawn) == ((), "")
    assert (tmp_path / "report.pdf").exists()
    with pytest.raises(NotFound, match="withdrawn already"):
        documents.withdraw(store, A, export.id, "again")
    assert verify(store).ok


def test_an_undone_entry_is_not_in_the_report(store: Store, incident: Incident) -> None:
    item = timeline.log(store, A, incident.id, "said too early")
    undo.undo(store, A, item.id)
    assert "said too early" not in text_of(pdf(store, incident))
    assert "said too early" in text_of(pdf(store, incident, item.id))


def test_a_link_is_shown_by_reference_and_its_title_of_then(
    store: Store, incident: Incident, clock: ManualClock
) -> None:
    other = incidents.declare(store, A, title="Title of then", system="credit-scorer")
    link = incidents.link(store, A, incident.id, other.id)
    incidents.set_fields(store, A, other.id, {"title": "Title of now"})
    (related,) = documents.build(store, incident.id, link.id).related
    assert (related.relation, related.reference, related.title) == (
        "duplicate of",
        other.reference,
        "Title of then",
    )


def test_deployments_are_marked_on_the_charts(
    store: Store, incident: Incident, signal: Signal, clock: ManualClock
) -> None:
    at = clock.now() - timedelta(days=2)
    made = Deployment("d1", signal.system, at, "scorer", "v14")
    with store.signals.write() as connection:
        row = {"id": "d1", "system": signal.system, "import": 1, "at_us": to_us(at), "key": "k"}
        connection.execute(insert(deployment).values(body=msgspec.json.encode(made), **row))
    charts = documents.build(store, incident.reference).charts
    assert charts is not None
    assert [(mark.began, mark.label) for mark in charts.marks] == [(When(at), "scorer v14")]


def test_an_export_is_written_whole_and_recorded_with_its_hash(store: Store, incident: Incident) -> None:
    target = store.folder("exports") / "report.pdf"
    as_of = last_entry(store, incident)
    entry = documents.export(store, B, incident.reference, target)
    content = target.read_bytes()
    assert entry.author == B
    assert entry.body == DocumentExported(
        "incident report", as_of.id, hashlib.sha256(content).hexdigest(), str(target), "A4", "DRAFT"
    )
    assert content == pdf(store, incident)
    assert as_of.hash in text_of(content)
    assert [file.name for file in target.parent.iterdir()] == ["report.pdf"]
    assert documents.default_path(store, documents.build(store, incident.id)).name.startswith(
        incident.reference
    )


def test_a_second_export_of_the_same_state_is_the_same_file(
    store: Store, incident: Incident, clock: ManualClock
) -> None:
    first, second = (store.folder("exports") / name for name in ("a.pdf", "b.pdf"))
    documents.export(store, A, incident.id, first)
    clock.advance(days=400)
    documents.export(store, A, incident.id, second)
    assert first.read_bytes() == second.read_bytes()


def test_what_cannot_be_recorded_is_taken_back(store: Store, incident: Incident, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    store.journal.read_only = True
    with pytest.raises(StoreProblem):
        documents.export(store, A, incident.id, target)
    store.journal.read_only = False
    assert not target.exists()


def test_what_cannot_be_written_is_not_recorded(store: Store, incident: Incident, tmp_path: Path) -> None:
    places = [
        tmp_path,
        tmp_path / "no" / "folder.pdf",
        store.path / "journal.db",
        store.folder("imports") / "x",
    ]
    for place in places:
        with pytest.raises(BadInput):
            documents.export(store, A, incident.id, place)
    with pytest.raises(StoreProblem):
        documents.export(store, A, incident.id, tmp_path / ("n" * 300))
    with store.journal.read() as connection:
        assert journal.entries(connection, kinds=["document.exported"]) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_or_device_is_not_replaced_by_a_document(
    store: Store, incident: Incident, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(BadInput):
        documents.export(store, A, incident.id, pipe)
    assert pipe.is_fifo()


def test_only_an_entry_of_the_incident_will_do(store: Store, incident: Incident) -> None:
    other = incidents.declare(store, A, title="Other", system="credit-scorer")
    exported = documents.export(store, A, incident.id, store.folder("exports") / "a.pdf")
    for wrong in (last_entry(store, other).id, exported.id):
        with pytest.raises(BadInput):
            documents.build(store, incident.id, wrong)
    for missing in ("no-such-entry", ""):
        with pytest.raises(NotFound):
            documents.build(store, incident.id, missing)
    with pytest.raises(NotFound):
        documents.build(store, "INC-2026-XX-0001")
