"""The matrix as it is looked at: every open incident in one cell, with who is owed what by when."""

from datetime import timedelta

from tocsin.model.operator import Author
from tocsin.now import ManualClock
from tocsin.operations import clocks, incidents, matrix, triage
from tocsin.store.folder import Store


def test_open_incidents_stand_in_their_cells_with_what_is_owed(
    store: Store, author: Author, clock: ManualClock
) -> None:
    grave = incidents.declare(store, author, title="Scorer declines", system="scorer")
    triage.regrade(store, author, grave.id, "SEV-1", "", fields={"type": "bias"})
    mild = incidents.declare(store, author, title="Router slow", system="router", severity="SEV-3")
    triage.regrade(store, author, mild.id, "SEV-3", "", fields={"hypothesis": "infrastructure"})
    closed = incidents.declare(store, author, title="Over", system="router", severity="SEV-3")
    incidents.move(store, author, closed.id, "closed", note="a test")
    clock.advance(minutes=5)
    view = matrix.look(store)
    kinds = [route.kind for route in view.matrix.routes]
    standing = {
        (column.level.id, kind): [one.reference for one in spot.incidents]
        for column in view.matrix.columns
        for kind, spot in zip([*kinds, "none"], (*column.spots, column.unrouted), strict=True)
        if spot.incidents
    }
    assert standing == {
        ("SEV-1", "fairness"): [grave.reference],
        ("SEV-3", "infrastructure"): [mild.reference],
    }
    owed = {one.clock: one for one in view.owed[grave.id]}
    escalate = next(one for one in clocks.listed(store, grave.id) if one.id == "escalate")
    assert owed["escalate"].to == ("VP Engineering", "Legal", "CISO")
    assert owed["escalate"].by == escalate.due == store.now() + timedelta(minutes=25)
    assert owed[""].to == ("ethics committee", "legal")
    assert [one.to for one in view.owed[mild.id] if one.clock == ""] == [("platform team",)]
    assert owed["update"].to == ("Leadership", "Teams")
    dues = [one.by for one in view.owed[grave.id] if one.by]
    assert dues == sorted(dues)
    assert not {"respond", "triage"} & owed.keys(), "what is met is owed to nobody"
