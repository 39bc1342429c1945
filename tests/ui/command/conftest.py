"""A command screen as it stands in the window, on a store with one incident."""

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.operations import incidents
from tocsin.store.folder import Store
from tocsin.ui.command.screen import CommandScreen
from tocsin.ui.desk import Desk


@pytest.fixture
def declared(store: Store) -> Incident:
    """One incident of the gravest level, declared by Operator A."""
    return incidents.declare(store, Author("Operator A"), title="Scorer declines", system="scorer")


@pytest.fixture
def show(qtbot: QtBot, desk: Desk) -> Callable[[], CommandScreen]:
    """How a screen is made, shown and given the keyboard."""

    def make() -> CommandScreen:
        made = CommandScreen(desk)
        qtbot.addWidget(made)
        made.resize(1302, 698)
        with qtbot.waitExposed(made):
            made.show()
        made.activateWindow()
        made.setFocus()
        return made

    return make


@pytest.fixture
def screen(qtbot: QtBot, show: Callable[[], CommandScreen], declared: Incident) -> CommandScreen:
    """The screen with that incident read."""
    made = show()
    qtbot.waitUntil(lambda: made.view is not None)
    return made
