"""What turned out of decisions that are held: a file that has their ids and columns they have not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.importers.base import Table
from tocsin.operations.tally import Tally
from tocsin.store import outcomes
from tocsin.store.decisions import DecisionLog


@dataclass(frozen=True, slots=True)
class Taken:
    """What is new of it: a Parquet file, its columns but the time, and the span of the decisions."""

    path: Path
    columns: tuple[str, ...]
    rows: int
    first_us: int
    last_us: int


def taken(
    table: Table, known: Sequence[DecisionLog], told: Sequence[DecisionLog], folder: Path, tally: Tally
) -> Taken | None:
    """Count a table that tells of decisions held in `known` what none of these does; None if it is no such.

    `told` are such tables of before. Rows about no decision that is held are rejected.
    """
    if not {name for log in known for name in log.columns} - set(table.columns):
        return None
    columns = tuple(name for name in table.columns if name != "time")
    logs = {folder / log.file: set(log.columns).intersection(columns) - {"id"} for log in known}
    same = [folder / log.file for log in told if set(log.columns) == set(columns)]
    target = table.path.with_suffix(".later.parquet")
    found = outcomes.supplement(table.path, logs, same, target)
    if found is None:
        return None
    tally.already += found.compared.already
    tally.stored += found.compared.new
    for id, file in found.compared.differing:
        tally.reject(0, f"of decision {id} something else is told in {file}")
    if found.unknown:
        tally.reject(0, "about a decision that is not held", found.unknown)
    if found.compared.new:
        tally.spans(found.compared.first_us, found.compared.last_us)
    return Taken(target, columns, found.compared.new, found.compared.first_us, found.compared.last_us)
