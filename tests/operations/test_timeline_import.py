"""Messages taken to a timeline: once, with who said them and when, and without moving any clock."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tocsin.errors import BadInput
from tocsin.exchange.cells import guarded, unguarded
from tocsin.importers.base import Options
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.incident import Incident
from tocsin.model.instant import When, from_us
from tocsin.model.lanes import learned_apart
from tocsin.model.operator import Author
from tocsin.model.timeline import LANES, Item
from tocsin.operations import clocks, command, incidents, timeline, timeline_export, timeline_import
from tocsin.operations.ingest import ImportReport, ingest
from tocsin.operations.progress import finish
from tocsin.operations.timeline_import import Taken
from tocsin.operations.verification import verify
from tocsin.store import alerts
from tocsin.store.folder import Store

CSV, JSONL = timeline_export.FORMATS


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    return incidents.declare(store, author, title="Scores fell", system="scorer")


@pytest.fixture
def bring(store: Store, author: Author, tmp_path: Path) -> Callable[..., Taken]:
    """Import a file and take its messages to an incident's timeline."""

    def brought(incident: str, file: Path, system: str = "scorer") -> Taken:
        report: ImportReport = finish(ingest(store, author, file, system=system, options=Options()))
        return finish(timeline_import.take(store, author, incident, report.messages, source=report.source))

    return brought


def chat(folder: Path, *lines: tuple[datetime, str]) -> Path:
    file = folder / "chat.jsonl"
    asked = [{"message": text, "datetime": at.isoformat(), "timestamp_desc": "chat"} for at, text in lines]
    file.write_text("".join(json.dumps(one) + "\n" for one in asked))
    return file


def test_messages_become_entries_that_say_where_they_are_from(
    store: Store, incident: Incident, bring: Callable[..., Taken], tmp_path: Path
) -> None:
    then = store.now() - timedelta(days=3)
    file = chat(tmp_path, (then, "is it just me?"), (store.now() + timedelta(hours=1), "not yet"))
    assert bring(incident.id, file) == Taken(added=1, ahead=1)
    [item] = timeline.listed(store, incident.id)
    assert (item.lane, item.text, item.happened) == ("noted", "is it just me?", When(then))
    assert (item.source, item.author) == ("chat.jsonl, chat", "not named")
    assert item.learned == store.now()
    assert verify(store).ok


def test_taking_twice_adds_nothing_also_after_a_stop_half_way(
    store: Store, author: Author, incident: Incident, tmp_path: Path
) -> None:
    then = store.now() - timedelta(days=3)
    file = chat(tmp_path, *((then + timedelta(seconds=n), f"line {n}") for n in range(250)))
    report = finish(ingest(store, author, file, system="scorer", options=Options()))

    def again() -> Taken:
        return finish(timeline_import.take(store, author, incident.id, report.messages, source="chat"))

    work = timeline_import.take(store, author, incident.id, report.messages, source="chat")
    next(work)
    work.close()
    there = len(timeline.listed(store, incident.id))
    assert 0 < there < 250
    assert again() == Taken(added=250 - there, already=there)
    assert again() == Taken(already=250)
    assert len(timeline.listed(store, incident.id)) == 250


def test_a_file_imported_before_can_still_be_taken(
    store: Store, author: Author, incident: Incident, bring: Callable[..., Taken], tmp_path: Path
) -> None:
    file = chat(tmp_path, (store.now() - timedelta(days=3), "earlier"))
    finish(ingest(store, author, file, system="scorer", options=Options()))
    assert bring(incident.id, file) == Taken(added=1)


def test_imported_history_moves_no_clock_and_does_no_duty(
    store: Store, author: Author, incident: Incident, bring: Callable[..., Taken], tmp_path: Path
) -> None:
    """What was told in another console, to everybody on the route, was not told from here."""
    other = incidents.declare(store, author, title="Elsewhere", system="other")
    found = Alert(store.new_id(), incident.system, "", "impact_ratio", True, AlertSeverity.CRITICAL, "rule",
                  "", "below 0.8", 0.7, 0.8, store.now())  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, found, "key")
    incidents.add_alert(store, author, incident.id, found.id)
    view = command.look(store, incident.id)
    assert view is not None
    routes = [action for action in view.actions if action.place.startswith("tell:")]
    assert routes
    for action in routes:
        timeline.add(store, author, other.id, action.place.removeprefix("tell:"), lane="told")
    timeline_export.export(store, author, other.id, tmp_path / "other.jsonl", JSONL)
    before = clocks.listed(store, incident.id)
    assert bring(incident.id, tmp_path / "other.jsonl").added == len(routes)
    assert clocks.listed(store, incident.id) == before
    after = command.look(store, incident.id)
    assert after is not None
    assert after.actions == view.actions
    assert [item.lane for item in timeline.listed(store, incident.id)] == ["told"] * len(routes)


def test_more_than_a_timeline_can_show_is_refused_before_anything_is_written(
    store: Store, author: Author, incident: Incident
) -> None:
    with pytest.raises(BadInput, match="more than 20,000"):
        finish(timeline_import.take(store, author, incident.id, ["x"] * 20_001, source="chat"))


def test_an_export_that_comes_back_to_its_own_incident_adds_nothing(
    store: Store, author: Author, incident: Incident, bring: Callable[..., Taken], tmp_path: Path
) -> None:
    timeline.add(store, author, incident.id, "rolled back", lane="done")
    timeline_export.export(store, author, incident.id, tmp_path / "mine.csv")
    assert bring(incident.id, tmp_path / "mine.csv") == Taken(already=1)


def test_an_export_is_recorded_but_is_not_the_report(
    store: Store, author: Author, incident: Incident, tmp_path: Path
) -> None:
    entry = timeline_export.export(store, author, incident.id, tmp_path / "t.csv")
    assert entry.kind == "document.exported"
    assert incidents.get(store, incident.id).exports == ()
    with pytest.raises(BadInput, match="no such format"):
        timeline_export.export(store, author, incident.id, tmp_path / "t.csv", "pdf")
    with pytest.raises(BadInput, match="not a place"):
        timeline_export.export(store, author, incident.id, store.path / "journal.db")


@given(st.text())
def test_a_guarded_cell_begins_no_formula_and_is_read_back(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text).strip()[:1] not in tuple("=+-@") or not text.strip()


@pytest.mark.parametrize("text", ["=1", "@SUM(A1)", "+1", "-5", " =1", "\t=1", "＝1", "'=1", "''+1", "\rx"])
def test_what_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


_WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
_ODD = [
    "=1+1",
    "'=x",
    "a\r\nb",
    "a\rb",
    "a\nb",
    'say "x", then',
    "a\u2028b",
    "a\x85b",
    "-",
    "[a]",
    "1,5",
    "\\N",
]
_PAST = st.integers(1_767_225_600_000_000, 1_793_500_000_000_000).map(from_us)
_ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(LANES),
        _WORDS.filter(lambda text: bool(text.strip())),
        _PAST,
        st.none() | st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)),
        st.none() | _PAST,
        st.sampled_from(["Operator A", "Operator B"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda entry: (entry[1].strip(), entry[2], entry[5]),
)


@pytest.mark.parametrize("form", [CSV, JSONL])
@given(entries=_ENTRIES)
@example(
    [("done", f"{odd} ", from_us(1_770_000_000_000_001), None, None, "Operator B", False) for odd in _ODD]
)
@example([("told", "x", from_us(1_770_000_000_000_000), (5, 7), from_us(1_780_000_000_000_000), "A", True)])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_timeline_exported_and_brought_elsewhere_is_the_same(
    store: Store,
    author: Author,
    bring: Callable[..., Taken],
    tmp_path: Path,
    form: str,
    entries: list[tuple[str, str, datetime, tuple[int, int] | None, datetime | None, str, bool]],
) -> None:
    """Lanes, texts, times with their bounds and zones, when it was learned, by whom, what was taken back."""
    first = incidents.declare(store, author, title="here", system="scorer")
    for lane, text, at, around, learned, by, retracted in entries:
        when = When(at, zone="Europe/Berlin")
        if around is not None:
            early, late = (timedelta(microseconds=us) for us in around)
            when = When(at, at - early, at + late, "Europe/Berlin")
        entry = timeline.add(store, Author(by), first.id, text, lane=lane, happened=when, learned=learned)
        if retracted:
            timeline.retract(store, Author(by), entry.id, "=wrong")
    file = tmp_path / "timeline"
    timeline_export.export(store, author, first.id, file, form)
    second = incidents.declare(store, author, title="there", system="scorer")
    bring(second.id, file, system=f"scorer {second.reference}")
    here, there = (timeline.listed(store, one.id) for one in (first, second))
    assert sorted(map(told, there), key=str) == sorted(map(told, here), key=str)
    assert all(item.source for item in there)


def told(item: Item) -> tuple[object, ...]:
    return item.lane, item.text, item.happened, learned_apart(item), item.author, item.withdrawn
