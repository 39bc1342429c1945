"""What changed within a segment: which input has other values there, which another weight (K6)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Span
from tocsin.detectors.segments_attributes import matching
from tocsin.detectors.segments_measured import segment_columns
from tocsin.detectors.segments_weights import Weight, weights
from tocsin.detectors.table import Table, Words, cut
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.operations.compare import Feature, compare

Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """Of one segment: the inputs compared, the most changed first, and their weights in the score.

    `values` are of all inputs, `weights` empty without a column of scores (`score` is its name); `elsewhere`
    are the weights in all other rows. `named` are the inputs that changed, first in weight, then in values.
    """

    where: Where
    values: tuple[Feature, ...]
    score: str
    weights: tuple[Weight, ...]
    elsewhere: tuple[Weight, ...]
    named: tuple[str, ...]


def explain(
    table: Table, roles: Roles, where: Where, baseline: Span, window: Span, *, fdr: float = 0.05
) -> Inside:
    """Return what changed within a segment between two windows. Raises BadInput where it has no rows."""
    mine = rows_of(table, where)
    names = [name for name in segment_columns(table, roles) if name not in dict(where)]
    part = Table(table.times_us[mine], {name: cut(table.columns[name], mine) for name in names})
    values = compare(part, roles, baseline, window, fdr=fdr).features
    score = roles.one("score")
    within = _weights(table, names, score, mine, baseline, window, fdr)
    changed = [one.name for one in within if one.changed] + [one.name for one in values if one.changed]
    return Inside(
        where=where,
        values=values,
        score=score if within else "",
        weights=within,
        elsewhere=_weights(table, names, score, ~mine, baseline, window, fdr) if within else (),
        named=tuple(dict.fromkeys(changed)),
    )


def rows_of(table: Table, where: Where) -> NDArray[np.bool_]:
    """Return which rows are in a segment, by its (column, label) pairs. Raises BadInput."""
    found = np.ones(len(table), np.bool_)
    for name, label in where:
        if name not in table.columns:
            raise BadInput("the decisions have no such column.", where=name)
        found &= matching(table.columns[name], label)
    return found


def _weights(
    table: Table,
    names: list[str],
    score: str,
    chosen: NDArray[np.bool_],
    baseline: Span,
    window: Span,
    fdr: float,
) -> tuple[Weight, ...]:
    column = table.columns.get(score)
    if column is None or isinstance(column, Words):
        return ()
    times = table.times_us
    before, after = ((times >= since) & (times < until) & chosen for since, until in (baseline, window))
    both = before | after
    inputs = {name: cut(table.columns[name], both) for name in names}
    return tuple(weights(inputs, column[both], after[both], fdr=fdr))
