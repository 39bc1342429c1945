"""What the tests of duties share: a console on an incident in which the GDPR applies, two people at hand."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import answers, incidents, operators, timeline
from tocsin.store.folder import Store
from tocsin.ui.console import App
from tocsin.ui.duties.screen import DutiesScreen

A, B = Author("Operator A"), Author("Operator B")
DUTY = "eu-gdpr-33/notify_sa"


@pytest.fixture
def incident(store: Store, clock: ManualClock) -> Incident:
    """An incident with two lines on its timeline, declared half an hour ago; nobody answered anything."""
    for person in (A, B):
        operators.add(store, person)
    made = incidents.declare(store, A, title="Assistant shows orders of others", system="assistant")
    timeline.log(store, A, made.id, "An injection in ticket 4471")
    timeline.log(store, A, made.id, "/do assistant switched off")
    clock.advance(minutes=30)
    return made


@pytest.fixture
def answered(store: Store, incident: Incident) -> Incident:
    """The same, once the four questions of a notifiable breach are answered."""
    for question, value in (("jurisdictions", "eu"), ("data_role", "controller"),
                            ("personal_data_breach", "yes"), ("breach_risk", "risk")):  # fmt: skip
        answers.answer(store, A, question, (value,), incident=incident.id)
    return incident


@pytest.fixture
def app(qapp: QApplication, qtbot: QtBot, store: Store, incident: Incident) -> Iterator[App]:
    """The console, Operator A at it, the incident in hand, the window active."""
    made = App(qapp, store, theme="dark")
    made.desk.choose_operator(A.name)
    made.start()
    made.window.finder.dismiss()
    made.window.resize(1366, 768)
    with qtbot.waitActive(made.window):
        made.window.activateWindow()
    made.desk.choose_incident(incident.id)
    yield made
    made.window.close()
    made.close()


@pytest.fixture
def screen(qtbot: QtBot, app: App) -> DutiesScreen:
    """The screen, read."""
    return shown(qtbot, app)


def shown(qtbot: QtBot, app: App) -> DutiesScreen:
    """Show the screen and wait until it has read."""
    found = app.window.show_screen("duties")
    assert isinstance(found, DutiesScreen)
    qtbot.waitUntil(lambda: found.view is not None)
    return found
