"""No document leaves a heading alone at the foot of a page, however much stands before it."""

import pytest

from tests.headings import lone
from tests.operations.test_document_kinds import incident, of  # noqa: F401  the incident is a fixture
from tocsin.model.document import Paper, Printing
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import documents, timeline
from tocsin.store.folder import Store

LONG = ("report", "review", "assessment", "evidence")


@pytest.mark.parametrize("kind", LONG)
def test_no_heading_stands_alone(
    store: Store,
    incident: Incident,  # noqa: F811
    clock: ManualClock,
    kind: str,
) -> None:
    for paper in (Paper.A4, Paper.LETTER, Paper.A4):
        assert lone(documents.make(store, of(kind, incident), kind, Printing(paper)).content) == []
        clock.advance(minutes=1)
        for number in range(4):
            timeline.log(store, Author("Operator A"), incident.id, f"Entry {number} of what was seen " * 3)
