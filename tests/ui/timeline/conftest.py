"""What tests of the timeline may ask for: an incident in hand with an entry or two."""

import pytest

from tocsin.model.incident import Incident
from tocsin.now import ManualClock
from tocsin.operations import incidents
from tocsin.store.folder import Store
from tocsin.ui.desk import Desk


@pytest.fixture
def incident(desk: Desk, store: Store, clock: ManualClock) -> Incident:
    """An incident declared two hours ago, in hand."""
    clock.advance(hours=-2)
    declared = incidents.declare(store, desk.author, title="Scores fall", system="scorer", severity="SEV-2")
    clock.advance(hours=2)
    desk.choose_incident(declared.id)
    return declared
