"""The demonstration goes the real way, and its walk without a display leaves pictures and the report."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tocsin.cli import main
from tocsin.now import SystemClock
from tocsin.operations import alerts, demo, incidents, systems, timeline
from tocsin.operations.progress import finish
from tocsin.operations.verification import verify
from tocsin.store.folder import Store, open_store
from tocsin.ui import tour


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, built once."""
    work = tmp_path_factory.mktemp("demo")
    return finish(demo.build(work / "shown.tocsin", SystemClock(), work))


@pytest.fixture
def store(built: Path) -> Iterator[Store]:
    opened = open_store(built, clock=SystemClock())
    yield opened
    opened.close()


def test_everything_in_it_came_by_import_detection_and_commands(store: Store) -> None:
    told = demo.story()
    assert {system.name for system in systems.names(store)} == {system["name"] for system in told.systems}
    known = incidents.listed(store)
    assert [incident.title for incident in known] == [incident["title"] for incident in told.incidents]
    raised = {alert.id for alert in alerts.list_all(store)}
    for incident in known:
        assert {alert.id for _, alert in incident.alerts} <= raised
        assert incident.alerts, f"no detector found anything for {incident.title}"
    assert verify(store).ok


def test_what_was_planted_is_dated_near_its_beginning(store: Store) -> None:
    planted = {
        (system["name"], name): shape["shift"]
        for system in demo.story().systems
        for name, shape in system["signals"].items()
        if "shift" in shape
    }
    for (system, metric), shift in planted.items():
        found = [one for one in alerts.list_all(store, system=system) if one.metric == metric and one.start]
        ages = [(store.now() - one.start.at).total_seconds() / 86_400 for one in found if one.start]
        latest = shift["days"] - shift["over_days"] - 0.5
        assert any(latest <= age <= shift["days"] + 0.5 for age in ages), (system, metric, ages)


def test_its_story_is_in_order(store: Store) -> None:
    for incident in incidents.listed(store):
        items = timeline.listed(store, incident.id)
        recorded = [item.recorded_at for item in sorted(items, key=lambda item: item.id)]
        assert recorded == sorted(recorded)
        assert all(item.happened.at <= item.recorded_at for item in items)


def test_a_walk_leaves_every_screen_and_the_report(built: Path, tmp_path: Path, qapp: QApplication) -> None:
    folder = tmp_path / "left"
    looks = [("dark", *tour.SIZES[0]), ("light", *tour.SIZES[1])]  # two of the four: each theme, each size
    assert set(looks) < set(tour.LOOKS)
    made = tour.walk(built, folder, SystemClock(), looks)
    assert len(made) == len(looks) * len(tour.SCREENS) + 1
    for file in made[:-1]:
        image = QImage(str(file))
        assert (image.width(), image.height()) in tour.SIZES
        assert (
            len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)})
            > 20
        )
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(made[-1]).pages).split())
    assert tour.LINE in words


def test_it_is_not_built_over_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.tocsin").mkdir()
    assert main(["demo", "--headless", str(tmp_path), "--store", str(tmp_path / "mine.tocsin")]) == 1
    assert "already" in capsys.readouterr().err
