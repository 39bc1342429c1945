"""The wall and the sheet in a window, on a store with one system and one lasting alert."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tocsin.importers.base import Options
from tocsin.model.alert import Alert, AlertSeverity
from tocsin.model.instant import When, iso
from tocsin.operations.ingest import ingest
from tocsin.operations.progress import finish
from tocsin.store import alerts, series
from tocsin.store.folder import Store
from tocsin.ui.declare import DeclareSheet
from tocsin.ui.desk import Desk
from tocsin.ui.wall.screen import WallScreen
from tocsin.ui.window import Window


@pytest.fixture
def alert(store: Store, desk: Desk, tmp_path: Path) -> Alert:
    """A lasting high alert on the accuracy of the system "scorer"."""
    file = tmp_path / "accuracy.csv"
    times = [store.now() - timedelta(minutes=10 * i) for i in reversed(range(200))]
    file.write_text("time,accuracy\n" + "".join(f"{iso(at)},{at.minute}\n" for at in times))
    finish(ingest(store, desk.author, file, system="scorer", options=Options()))
    with store.signals.read() as connection:
        [(_, signal)] = series.list_all(connection)
    time = store.now() - timedelta(hours=3)
    found = Alert(
        store.new_id(), signal.system, signal.id, "accuracy", True, AlertSeverity.HIGH, "departure", "1",
        "<b>accuracy</b> fell", 0.61, 0.9, time, When(time),
    )  # fmt: skip
    with store.signals.write() as connection:
        alerts.add(connection, found, "k", series=signal.id)
    return found


@pytest.fixture
def window(qtbot: QtBot, desk: Desk) -> Window:
    made = Window(desk)
    qtbot.addWidget(made)
    made.show()
    with qtbot.waitActive(made):
        made.activateWindow()
    return made


@pytest.fixture
def sheet(desk: Desk, window: Window) -> DeclareSheet:
    made = DeclareSheet(desk, window)
    window.declare_wanted.connect(made.open)
    return made


@pytest.fixture
def wall(qtbot: QtBot, desk: Desk, window: Window) -> WallScreen:
    made = WallScreen(desk)
    window.add_screen("wall", "Wall", "wall", made)
    window.show_screen("wall")
    qtbot.waitUntil(lambda: made.view is not None)
    return made
