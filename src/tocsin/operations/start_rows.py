"""When did decisions change? Every column of a table of decisions as evidence: its level, spread or rates."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import joint_start, ranks
from tocsin.detectors import start as detector
from tocsin.detectors.base import Times, Values
from tocsin.detectors.joint_start import Evidence
from tocsin.detectors.rate_start import search_rate
from tocsin.detectors.table import Table, Words
from tocsin.model.instant import When, from_us
from tocsin.model.signal import Signal
from tocsin.operations.progress import Progress
from tocsin.operations.start_view import SeriesStart, StartView, as_when, density, grid, words

Rows = NDArray[np.int64]

_LABELS = 6  # of a column of words, the commonest


@dataclass(frozen=True, slots=True, eq=False)
class RowsStart:
    """When decisions changed. `row` is the first changed row, between `low` and `high` (90 %), from 0.

    All three are -1 where there is no evidence. `view` has a part for each aspect of a column looked at.
    """

    view: StartView
    row: int = -1
    low: int = -1
    high: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class _Aspect:
    name: str
    found: detector.Search
    rows: Rows  # the rows with a value


def estimate_of_rows(
    table: Table, columns: Sequence[str] | None = None, *, system: str = ""
) -> Generator[Progress, None, RowsStart]:
    """Return when some columns of a table (all of them when None) changed together. Raises KeyError.

    Of numbers the level and the spread are looked at, as normal scores of their ranks (van der Waerden 1952),
    so that heavy tails need no transform; of truths and words the rate, of words that of each of the six
    commonest. Aspects whose noise is correlated count as one (joint_start.combine).
    """
    names = list(table.columns) if columns is None else list(columns)
    aspects: list[_Aspect] = []
    for done, name in enumerate(names):
        yield Progress(done, len(names), name)
        aspects += _aspects(table, name)
    # Rows, not times: several decisions may share an instant, and their order still tells.
    joint = joint_start.combine(
        [Evidence(one.rows, one.found.factors, one.found.innovations) for one in aspects]
    )
    nothing = StartView(system, None, -np.inf, np.empty(0, np.int64), np.empty(0), evidence=words((), None))
    if joint is None:
        return RowsStart(nothing)
    edges = grid(joint)
    parts = [
        _part(table, system, one, float(joint.changed[i]), float(joint.shares[i]))
        for i, one in enumerate(aspects)
    ]
    parts.sort(key=lambda one: (-one.chance, -one.odds))
    told = replace(
        nothing,
        odds=joint.odds,
        times_us=_times(table, edges[:-1] + np.diff(edges) // 2),
        density=density(joint.edges_us, joint.chances, edges) / 1e6,
        series=tuple(parts),
    )
    if as_when(joint) is None:
        return RowsStart(replace(told, evidence=words(parts, None)))
    row, low, high = joint.at_us, joint.earliest_us, joint.latest_us
    at = _times(table, np.array([row, low, high]))
    when = When(from_us(int(at[0])), from_us(int(at[1])), from_us(int(at[2])))
    return RowsStart(replace(told, when=when, evidence=words(parts, when)), row, min(low + 1, row), high)


def _aspects(table: Table, name: str) -> Iterator[_Aspect]:
    column = table.columns[name]
    if isinstance(column, Words):
        rows = np.flatnonzero(column.codes >= 0)
        codes = column.codes[rows]
        common = np.argsort(-np.bincount(codes, minlength=len(column.labels)), kind="stable")[:_LABELS]
        two = len(column.labels) == 2
        for code in common[: 1 if two else _LABELS]:
            hits = (codes == code).astype(np.float64)
            yield from _found(f"{name} = {column.labels[code]}", search_rate(hits, np.ones(len(hits))), rows)
        return
    rows = np.flatnonzero(np.isfinite(column))
    values = column[rows]
    if len(values) and bool(np.isin(values, (0.0, 1.0)).all()):
        yield from _found(name, search_rate(values, np.ones(len(values))), rows)
        return
    scores = ranks.normal_scores(values)
    level = detector.search(scores)
    yield from _found(name, level, rows)
    yield from _found(f"spread of {name}", detector.search(_spread(scores, level)), rows)


def _spread(scores: Values, level: detector.Search | None) -> Values:
    """Return how far scores are from their level, before and after it changed."""
    centred = scores.copy()
    at = level.start.index if level is not None and level.start.odds > 0 else 0
    for part in (slice(0, at), slice(at, None)):
        if len(centred[part]):
            centred[part] -= np.median(centred[part])
    return ranks.normal_scores(np.abs(centred))


def _found(name: str, found: detector.Search | None, rows: Rows) -> Iterator[_Aspect]:
    if found is not None:
        yield _Aspect(name, found, rows)


def _part(table: Table, system: str, one: _Aspect, chance: float, share: float) -> SeriesStart:
    when, odds = _when(table, one), one.found.start.odds
    return SeriesStart(0, Signal(system, one.name), when, odds, chance, share, 0, np.empty(0))


def _when(table: Table, one: _Aspect) -> When | None:
    start = one.found.start
    if start.odds <= 0:
        return None
    rows = one.rows[[start.index, max(start.low - 1, 0), start.high]]
    at, low, high = (from_us(int(time)) for time in table.times_us[rows])
    return When(at, low, high)


def _times(table: Table, rows: Rows) -> Times:
    found: Times = table.times_us[np.clip(rows, 0, len(table) - 1)]
    return found
