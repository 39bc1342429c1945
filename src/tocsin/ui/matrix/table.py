"""What stands in the cells of the matrix: the columns, the words of each cell, and the incidents in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.model.matrix import Column, Matrix, Placed
from tocsin.model.severity import Route

MEANING, RESPOND, ESCALATE, ROUTE, UNROUTED = "meaning", "respond", "escalate", "route", "unrouted"
_NO_CLOCK = "no time given"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `text` as people read it, `small` beneath it, and the open incidents that stand there."""

    kind: str
    text: str
    small: str = ""
    marks: tuple[Placed, ...] = ()
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A level with its cells. `level` is empty for incidents graded by levels this pack does not have."""

    level: str
    rank: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole matrix. `heads` are (title, whom it leads to) of the columns."""

    heads: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def table(matrix: Matrix) -> Table:
    """Return the matrix as a table, levels one below the other, gravest first."""
    routes = [(route.title, ", ".join(route.to)) for route in matrix.routes]
    heads = [("Definition", ""), ("Response", ""), ("Escalation", ""), *routes, ("No route yet", "")]
    lines = [Line(one.level.id, one.rank, tuple(_cells(one, matrix))) for one in matrix.columns]
    if matrix.elsewhere:
        lines.append(Line("", len(lines), tuple(_strangers(matrix))))
    return Table(tuple(heads), tuple(lines))


def _cells(column: Column, matrix: Matrix) -> Iterator[Cell]:
    level = column.level
    yield Cell(MEANING, level.meaning, f"found by {level.found_by}" if level.found_by else "")
    yield Cell(RESPOND, _times(column.responses) or _NO_CLOCK)
    who = ", ".join(level.escalate_to) or ("" if level.forum else "nobody")
    where = f"in the {level.forum}" if who and level.forum else level.forum
    small = [where if who else "", *(f"{name} within {words}" for name, words in column.tellings)]
    yield Cell(ESCALATE, who or where, "\n".join(filter(None, small)).replace("within at once", "at once"))
    for route, spot in zip(matrix.routes, column.spots, strict=True):
        yield Cell(ROUTE, "takes over" if spot.served else "—", "", spot.incidents, route)
    yield Cell(UNROUTED, "", "", column.unrouted.incidents)


def _times(times: tuple[tuple[str, str], ...]) -> str:
    """A line for each clock."""
    return "\n".join(f"{name} {words}" for name, words in times)


def _strangers(matrix: Matrix) -> Iterator[Cell]:
    """The incidents that another pack grades; they stand below the levels, in one cell."""
    yield Cell(MEANING, "Graded by another pack")
    yield from (Cell(kind, "") for kind in (RESPOND, ESCALATE))
    yield from (Cell(ROUTE, "", "", (), route) for route in matrix.routes)
    yield Cell(UNROUTED, "", "", matrix.elsewhere)
