"""Drills: a past, what is brought in once whatever happens, and a score that the journal alone gives."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tocsin.errors import BadInput, NotFound
from tocsin.model.classification import TYPES
from tocsin.model.drill import Scenario
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import (
    documents,
    drill,
    incidents,
    observations,
    stores,
    update_paper,
    updates,
)
from tocsin.operations.progress import finish
from tocsin.store import samples, series
from tocsin.store.folder import Store, open_store

A = Author("Operator A")
NOW = datetime(2026, 11, 2, 13, tzinfo=UTC)
SMALL = """
title = "Answers get longer"
type = "behaviour_change"
system = "assistant"
brief = "You take over the watch."
minutes = 60
sign_minutes = 10
days = 3
every_minutes = 10
seed = 1
[targets]
declare = 15
triage = 15
contain = 30
[expected]
type = "behaviour_change"
[[systems]]
name = "assistant"
[systems.signals]
words = { level = 112, daily = 6, noise = 5, low = 0, shift = { minutes = 10, over_minutes = 5, by = 90 } }
[[injects]]
id = "call"
minutes = 5
kind = "message"
role = "commander"
who = "Support desk"
text = "Are you aware?"
[[injects]]
id = "user"
minutes = 12
kind = "observation"
channel = "user report"
text = "It rambles"
[[injects]]
id = "release"
minutes = 30
kind = "deployment"
name = "prompt"
version = "9"
deployed = "prompt"
text = "A new prompt went out"
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    return file


@pytest.fixture
def told(script: Path) -> Scenario:
    return drill.scenario(str(script))


@pytest.fixture
def path(tmp_path: Path, script: Path, told: Scenario) -> Path:
    """The folder of the drill's store, built."""
    place = tmp_path / "drill.tocsin"
    began = finish(drill.build(place, told, str(script), ManualClock(NOW), tmp_path))
    assert began == NOW - timedelta(hours=1)
    return place


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW - timedelta(hours=1))


def values(store: Store) -> tuple[np.ndarray, np.ndarray]:
    with store.signals.read() as connection:
        [(number, _)] = series.list_all(connection)
        return samples.read(connection, number)


def test_every_type_of_incident_has_a_scenario_that_reads() -> None:
    shipped = drill.scenarios()
    assert {one.type for one in shipped} == set(TYPES)
    assert "delivery routing" in {one.system for one in shipped}
    for one in shipped:
        assert one.targets.keys() == {"declare", "triage", "contain", "update"}
        assert all(0 < each.minutes < one.minutes for each in one.injects)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('type = "mischief"', "none of behaviour_change"),
        ('system = "other"', "none of the systems"),
        ("minutes = 100000", "a day at most"),
        ("seed = 'x'", "int"),
        ("words = { level = 112, daily = 6 }", "noise"),
        ("words = { level = 1, daily = 6, noise = -1 }", "noise is not below 0"),
    ],
)
def test_a_script_that_makes_no_sense_is_refused(script: Path, wrong: str, said: str) -> None:
    key = wrong.split(" ")[0]
    lines = [wrong if line.startswith(f"{key} ") else line for line in SMALL.splitlines()]
    script.write_text("\n".join(lines))
    with pytest.raises(BadInput, match=said):
        drill.scenario(str(script))


@pytest.mark.parametrize(
    ("log", "said"),
    [("rows = 5", "a log has a system"), ("system = 'assistant'\nroles = {}\nrows = 'many'", "int")],
)
def test_a_decision_log_that_makes_no_sense_is_refused(script: Path, log: str, said: str) -> None:
    script.write_text(f"{SMALL}[[decisions]]\n{log}\n")
    with pytest.raises(BadInput, match=said):
        drill.scenario(str(script))


def test_what_is_no_drill_is_told(store: Store) -> None:
    with pytest.raises(NotFound, match="routing"):
        drill.scenario("nothing")
    with pytest.raises(NotFound, match="not made for a drill"):
        drill.scored(store)


def test_it_is_brought_in_as_the_clock_runs_and_only_once(
    path: Path, told: Scenario, clock: ManualClock
) -> None:
    with closing(open_store(path, clock=clock)) as store:
        assert stores.drill_of(store).endswith("small.toml")
        before = values(store)
        assert finish(drill.give_due(store, told)) == []
        clock.advance(minutes=12)
        assert [one.id for one in finish(drill.give_due(store, told))] == ["call", "user"]
        assert finish(drill.give_due(store, told)) == []
        [report] = observations.listed(store, waiting=True)
        assert report.observation.text == "It rambles"
        clock.advance(minutes=120)  # a machine that slept: what is due comes late, and nothing after the end
        assert [one.id for one in finish(drill.give_due(store, told))] == ["release"]
        times, found = values(store)
        assert len(times) == len(before[0]) + 6
        assert found[-3:].mean() > before[1].mean() + 60
        assert times[-1] <= int(drill.ends(store, told).timestamp() * 1e6)


def test_a_script_of_ones_own_is_found_from_another_folder(
    script: Path, told: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(script.parent)
    place = tmp_path / "drill.tocsin"
    finish(drill.build(place, told, script.name, ManualClock(NOW), tmp_path))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with closing(open_store(place, clock=ManualClock(NOW))) as store:
        assert drill.of(store) == told


def test_stopped_in_the_middle_it_goes_on_where_it_was(
    path: Path, told: Scenario, clock: ManualClock
) -> None:
    with closing(open_store(path, clock=clock)) as store:
        clock.advance(minutes=40)
        work = drill.give_due(store, told)
        next(work)
        next(work)
        work.close()
    with closing(open_store(path, clock=clock)) as store:
        finish(drill.give_due(store, told))
        assert list(drill.given(store)) == ["call", "user", "release"]
        assert len(observations.listed(store, waiting=True)) == 1
        assert len(values(store)[0]) == len(np.unique(values(store)[0]))


def test_the_score_counts_from_the_sign_and_from_the_declaration(
    path: Path, told: Scenario, clock: ManualClock
) -> None:
    with closing(open_store(path, clock=clock)) as store:
        assert [one.passed for one in drill.scored(store).marks] == [False]
        clock.advance(minutes=20)
        incident = incidents.declare(store, A, title="It rambles", system="assistant", severity="SEV-2")
        clock.advance(minutes=25)
        incidents.set_fields(store, A, incident.id, {"type": "behaviour_change"})
        incidents.move(store, A, incident.id, "contained")
        marks = {one.title: one for one in drill.scored(store).marks}
        assert (drill.scored(store).passed, drill.scored(store).judged) == (3, 4)
        assert marks["Declared"].took == timedelta(minutes=10)
        assert marks["Declared"].passed
        assert marks["Contained"].took == timedelta(minutes=25)
        assert marks["Contained"].passed
        assert marks["Triaged"].passed is False  # 15 minutes have passed without
        assert marks["Right type"].passed
        incidents.declare(store, A, title="Something else", system="other", severity="SEV-4")
        assert drill.scored(store).marks[-1].passed is False
        missed = drill.scored(store).missed
        assert any("Triage" in line for line in missed)


def test_the_score_sheet_says_on_every_page_that_it_is_a_drill(
    path: Path, clock: ManualClock, tmp_path: Path
) -> None:
    from pypdf import PdfReader

    with closing(open_store(path, clock=clock)) as store:
        file = tmp_path / "score.pdf"
        drill.write_sheet(store, drill.scored(store), file)
        once = file.read_bytes()
        drill.write_sheet(store, drill.scored(store), file)
        assert file.read_bytes() == once
    pages = PdfReader(file).pages
    assert all("DRILL, NO REAL INCIDENT: Answers get longer" in page.extract_text() for page in pages)
    assert "nobody declared" in pages[0].extract_text()


def test_a_report_and_an_update_of_a_drill_say_so_on_every_page(path: Path, clock: ManualClock) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    from tocsin.reports import incident_report

    with closing(open_store(path, clock=clock)) as store:
        clock.advance(minutes=5)
        incident = incidents.declare(store, A, title="It rambles", system="assistant")
        found = incident_report.render(documents.build(store, incident.reference))
        draft = updates.draft(store, incident.id, "public")
        update = update_paper.pdf(update_paper.sheet(store, draft, draft.text))
    for content in (found, update):
        pages = PdfReader(BytesIO(content)).pages
        assert all("DRILL, NO REAL INCIDENT: small" in page.extract_text() for page in pages)
