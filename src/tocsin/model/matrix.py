"""The matrix: who is called at each level and by when, and where open incidents stand in it."""

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.model.severity import Level, Route, Scheme


@dataclass(frozen=True, slots=True)
class Placed:
    """An open incident: its level, and the layer its first alert speaks of, empty without an alert."""

    id: str
    reference: str
    level: str
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell: whether the route serves the level, and the incidents that stand there."""

    served: bool
    incidents: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A level: how soon to answer, whom to call by when, a cell for each route, incidents without a route."""

    level: Level
    rank: int
    respond: str
    escalate: str
    spots: tuple[Spot, ...]
    unrouted: Spot


@dataclass(frozen=True, slots=True)
class Matrix:
    """The levels of a scheme, gravest first. `elsewhere` are incidents graded by levels it does not have."""

    title: str
    routes: tuple[Route, ...]
    columns: tuple[Column, ...]
    elsewhere: tuple[Placed, ...] = ()


def matrix(scheme: Scheme, placed: Iterable[Placed]) -> Matrix:
    """Return the matrix of a scheme with open incidents in their cells, in the order given."""
    standing = tuple(placed)
    columns = tuple(_column(scheme, rank, level, standing) for rank, level in enumerate(scheme.levels))
    elsewhere = tuple(one for one in standing if scheme.level(one.level) is None)
    return Matrix(scheme.title, scheme.routes, columns, elsewhere)


def _column(scheme: Scheme, rank: int, level: Level, standing: tuple[Placed, ...]) -> Column:
    here = [(one, scheme.route_for(one.layer)) for one in standing if one.level == level.id]
    return Column(
        level,
        rank,
        _within(scheme, "respond", level),
        _within(scheme, "escalate", level),
        tuple(
            Spot(level.id in route.levels, tuple(one for one, its in here if its is route))
            for route in scheme.routes
        ),
        Spot(True, tuple(one for one, its in here if its is None)),
    )


def _within(scheme: Scheme, clock: str, level: Level) -> str:
    offset = scheme.offset(clock, level.id)
    return offset.words if offset else ""
