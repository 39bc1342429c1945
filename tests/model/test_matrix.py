"""Severity x escalation: open incidents stand at their level, in the route of their layer."""

from tocsin.model.matrix import Matrix, Placed, matrix
from tocsin.model.signal import Layer
from tocsin.policy.load import load_shipped


def spots(found: Matrix, place: Placed) -> list[tuple[str, str]]:
    routes = [route.kind for route in found.routes]
    return [
        (column.level.id, routes[at] if at < len(routes) else "none")
        for column in found.columns
        for at, spot in enumerate([*column.spots, column.unrouted])
        if place in spot.incidents
    ]


def test_an_incident_stands_in_exactly_one_cell() -> None:
    fairness = Placed("a", "INC-1", "SEV-1", Layer.FAIRNESS)
    pipeline = Placed("b", "INC-2", "SEV-3", Layer.PIPELINE)
    without = Placed("c", "INC-3", "SEV-1")
    found = matrix(load_shipped(), [fairness, pipeline, without])
    assert spots(found, fairness) == [("SEV-1", "fairness")]
    assert spots(found, pipeline) == [("SEV-3", "infrastructure")]
    assert spots(found, without) == [("SEV-1", "none")]
    assert found.elsewhere == ()


def test_a_level_the_scheme_does_not_have_is_not_lost() -> None:
    other = Placed("a", "INC-1", "P0", Layer.FAIRNESS)
    found = matrix(load_shipped(), [other])
    assert found.elsewhere == (other,)
    assert spots(found, other) == []


def test_a_column_says_how_soon_and_whether_a_route_serves_it() -> None:
    found = matrix(load_shipped(), [])
    first, last = found.columns[0], found.columns[-1]
    assert (first.respond, first.escalate) == ("15 min", "30 min")
    assert (last.respond, last.escalate) == ("next business day", "")
    assert [spot.served for spot in last.spots] == [False, False, False, True]


def test_the_type_of_an_incident_weighs_more_than_the_layer_it_shows_in() -> None:
    scheme = load_shipped()
    typed = Placed("a", "INC-1", "SEV-1", Layer.INFRASTRUCTURE, "bias")
    assert spots(matrix(scheme, [typed]), typed) == [("SEV-1", "fairness")]
    changed = Placed("b", "INC-2", "SEV-2", Layer.INFRASTRUCTURE, "behaviour_change")
    assert spots(matrix(scheme, [changed]), changed) == [("SEV-2", "behaviour")]
