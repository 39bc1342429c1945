"""What tests of the playbook share: an incident of a type, and the screen on it."""

import pytest
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.operations import incidents, operators
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk
from tocsin.ui.playbook.screen import PlaybookScreen


@pytest.fixture
def incident(store: Store, author: Author) -> Incident:
    for name in ("Operator A", "Operator B"):
        operators.add(store, Author(name))
    known = incidents.declare(store, author, title="Scorer <b>declines</b>", system="scorer")
    incidents.set_fields(store, author, known.id, {"type": "bias"})
    return known


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk, incident: Incident) -> PlaybookScreen:
    """The screen, shown with the keys on its first step."""
    made = PlaybookScreen(desk)
    qtbot.addWidget(made)
    made.resize(1302, 698)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    desk.choose_incident(incident.id)
    qtbot.waitUntil(lambda: made.view is not None)
    made.steps.phases.focus()
    return made
