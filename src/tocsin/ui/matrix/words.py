"""What holds at a cell of the matrix in a sentence, and where a draft of the pack differs from it."""

from tocsin.model.matrix import Matrix, matrix
from tocsin.model.severity import Scheme
from tocsin.ui.matrix.table import ESCALATE, RESPOND, Cell, Line, Table


def told(line: Line | None, cell: Cell | None, scheme: Scheme | None) -> str:
    """Say what holds at a cell."""
    level = scheme.level(line.level) if line and scheme else None
    if line is None or level is None:
        return "These incidents are graded by levels of the pack they froze."
    cells = {each.kind: each for each in line.cells}
    escalate = cells[ESCALATE]
    parts = [
        f"{level.id}: {cells[RESPOND].text}",
        ", ".join([f"escalation: {escalate.text}", *map(_within, escalate.small.splitlines())]),
    ]
    if cell is not None and cell.route is not None:
        takes = "take over" if level.id in cell.route.levels else "do not take over here"
        parts.append(f"{cell.route.title}: {', '.join(cell.route.to)} {takes}")
    sentence = "; ".join(parts).replace("\n", ", ")
    here = any(each.marks for each in line.cells)
    return f"{sentence}." if here else f"{sentence}. Nothing is open at this level."


def _within(line: str) -> str:
    """Return a line of a cell as it stands within a sentence."""
    return f"{line[:1].lower()}{line[1:]}"


def under(found: Matrix, scheme: Scheme) -> Matrix:
    """Return the matrix under another pack, its incidents where they stand."""
    spots = [spot for column in found.columns for spot in (*column.spots, column.unrouted)]
    every = [one for spot in spots for one in spot.incidents]
    return matrix(scheme, [*every, *found.elsewhere])


def changed(before: Table, after: Table) -> frozenset[tuple[int, int]]:
    """Return the cells whose words differ, by (line, column)."""
    return frozenset(
        (number, column)
        for number, (old, new) in enumerate(zip(before.lines, after.lines, strict=False))
        for column, (was, now) in enumerate(zip(old.cells, new.cells, strict=False))
        if _words(was) != _words(now)
    )


def _words(cell: Cell) -> tuple[str, str, tuple[str, ...]]:
    return cell.text, cell.small, cell.route.to if cell.route else ()
