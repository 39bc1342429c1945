"""Every long document, on either paper, drafted or filed: PDF/A, and no heading alone at a page's foot."""

from itertools import product

import pytest

from tests.headings import lone
from tests.operations.test_document_kinds import incident, of  # noqa: F401  the incident is a fixture
from tocsin.model.document import Paper, Printing, Standing
from tocsin.model.incident import Incident
from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import documents, timeline
from tocsin.reports import archive
from tocsin.store.folder import Store

LONG = ("review", "assessment")


@pytest.mark.parametrize("kind", LONG)
def test_a_document_is_pdfa_and_no_heading_stands_alone(
    store: Store,
    incident: Incident,  # noqa: F811
    clock: ManualClock,
    kind: str,
) -> None:
    for paper, standing in product(Paper, Standing):
        content = documents.make(store, of(kind, incident), kind, Printing(paper, standing)).content
        assert archive.checked(content) == ()
        assert lone(content) == []
        clock.advance(minutes=1)
        for number in range(4):
            timeline.log(store, Author("Operator A"), incident.id, f"Entry {number} of what was seen " * 3)
