"""What tests of the screen may ask for: the theme, the lanes, a desk."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from tocsin.now import ManualClock
from tocsin.store.folder import Store
from tocsin.ui.bell import Bell
from tocsin.ui.desk import Desk
from tocsin.ui.heartbeat import Heartbeat
from tocsin.ui.jobs import Jobs
from tocsin.ui.theme import Theme


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The dark scheme, left on afterwards: without one, Qt would keep what it knew of dead widgets."""
    return Theme(qapp, "dark")


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    """The real lanes."""
    lanes = Jobs()
    yield lanes
    lanes.close()


@pytest.fixture
def desk(store: Store, jobs: Jobs, theme: Theme, clock: ManualClock) -> Iterator[Desk]:
    """A desk on the store, Operator A at it, the bell listening."""
    made = Desk(store, jobs, Bell(store), Heartbeat(clock), theme)
    made.choose_operator("Operator A")
    made.bell.start()
    yield made
    made.bell.silence()
