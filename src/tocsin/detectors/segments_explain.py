"""Cells that became worse, with overlapping ones explained away: found, set aside, and looked for again."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors import segments_cells as cell
from tocsin.detectors.base import Span, Values
from tocsin.detectors.proportions import discoveries
from tocsin.detectors.segments_attributes import Attribute, attribute
from tocsin.detectors.segments_rates import differs_p, stratified, worse_p
from tocsin.detectors.table import Table, cut

WORSE = ("lower", "higher", "either")
_MOST_FOUND = 50
_ROUNDS, _RIVALS = 3, 24
_MARGIN = 1.0  # standard errors: less is noise
_STEADY = 0.1  # of the logarithm of a part of the rows
_LARGEST = 1e70  # numbers are held within, so that no square of a variance overflows
_SURE = 0.05  # a pair is told instead of one of its values when the rest of that value differs this surely


@dataclass(frozen=True, slots=True)
class Settings:
    """How to look: the false-discovery rate, which way is worse, the rows a cell needs in each window.

    Numbers are cut into `bins` of equally many rows of the baseline.
    """

    fdr: float = 0.05
    worse: str = "lower"
    least: int = 50
    bins: int = 5
    pairs: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """The rows of both windows, laid out for counting; of numbers what they are less `centre`."""

    attributes: tuple[Attribute, ...]
    measured: cell.Measured
    known: cell.Cells
    places: list[cell.Where]
    total: Values
    centre: float = 0.0


@dataclass(slots=True, eq=False)
class Found:
    """A cell found, by its index: its p-value and the cells it explains, with theirs."""

    cell: int
    p: float
    explained: list[tuple[int, float]] = field(default_factory=list)
    q: float = math.nan


def lay(
    table: Table, columns: Sequence[str], values: Values, baseline: Span, window: Span, settings: Settings
) -> Laid:
    """Return the rows of both windows that have a value, laid out for counting, and the cells."""
    rows, later = _rows(table, baseline, window, values)
    wanted = values[rows]
    binary, centre = bool(((wanted == 0) | (wanted == 1)).all()), 0.0
    if not binary:
        # Else the spread of numbers far from zero would drown in the rounding of their squares.
        wanted = np.clip(wanted, -_LARGEST, _LARGEST)
        centre = float(np.median(wanted))
        wanted = wanted - centre
    measured = cell.Measured(later, wanted, binary)
    made = (
        attribute(name, cut(table.columns[name], rows), later, settings.least, settings.bins)
        for name in columns
    )
    attributes = tuple(one for one in made if one is not None)
    found = cell.cells(attributes, measured, settings.least, pairs=settings.pairs)
    total = cell.sums_of(measured, cell.EVERY)
    return Laid(attributes, measured, found, cell.places(attributes, found), total, centre)


def _rows(table: Table, baseline: Span, window: Span, values: Values) -> tuple[cell.Rows, NDArray[np.intp]]:
    """Return which rows lie in both windows and have a value, and whether each lies in the later one."""
    (first, middle), (begin, end) = (np.searchsorted(table.times_us, span) for span in (baseline, window))
    later = np.zeros(middle - first + end - begin, np.intp)
    later[middle - first :] = 1
    if middle == begin and not np.isnan(values[first:end]).any():
        return slice(int(first), int(end)), later  # views cost no copy
    rows = np.concatenate([np.arange(first, middle), np.arange(begin, end)])
    known = ~np.isnan(values[rows])
    return rows[known], later[known]


def explain(laid: Laid, settings: Settings) -> list[Found]:
    """Return what is found when each finding's rows are set aside before the next is looked for."""
    left, total = laid.known.sums.copy(), laid.total
    taken = np.zeros(len(laid.measured.window), np.bool_)
    whole = _judge(left, total, laid, settings)
    p, found = whole, list[Found]()
    passing = discoveries(p) <= settings.fdr
    while passing.any() and len(found) < _MOST_FOUND:
        first = _general(_top(p, passing, left), passing, left, p, laid, settings)
        isolated, minus = _isolated(first, left, p, laid, ~taken, settings)
        best = _general(isolated, passing, left, p, laid, settings)
        rows = np.flatnonzero(cell.members(laid.attributes, laid.places[best]) & ~taken)
        taken[rows] = True
        left -= minus if best == isolated else _recounted(laid, rows)
        total = total - cell.sums_of(laid.measured, rows)
        found.append(Found(best, float(p[best])))
        before, p_before = passing, p
        # By all its rows a segment became worse too, else it is no more than what others leave of it.
        p = np.maximum(whole, _judge(left, total, laid, settings))
        p[[one.cell for one in found]] = [one.p for one in found]
        passing = discoveries(p) <= settings.fdr
        passing[[one.cell for one in found]] = False
        gone = before & ~passing
        gone[best] = False
        found[-1].explained = [(int(at), float(p_before[at])) for at in np.flatnonzero(gone)]
    q = discoveries(p)
    for one in found:
        one.q = float(q[one.cell])
    # What passed only together with cells that are its own rows again does not stand by itself.
    return [one for one in found if one.q <= settings.fdr]


def _judge(left: Values, total: Values, laid: Laid, settings: Settings) -> Values:
    """Return the p-value of each cell by the rows that are left; 1 where they are too few."""
    p = np.ones(len(left))
    enough = left[:, :, 0].min(axis=1, initial=np.inf) >= settings.least
    if enough.any():
        p[enough] = worse_p(left[enough], total, settings.worse, settings.fdr, binary=laid.measured.binary)
    return p


def _top(p: Values, passing: NDArray[np.bool_], left: Values) -> int:
    """Return the most certain cell; of several that are as certain as numbers can say, the largest."""
    among = np.flatnonzero(passing)
    return int(among[np.lexsort((-left[among, 1, 0], p[among]))[0]])


def _isolated(
    best: int, left: Values, p: Values, laid: Laid, free: NDArray[np.bool_], settings: Settings
) -> tuple[int, Values]:
    """Return a cell in its place that isolates the change better: surer within the strata of the other.

    A cell that has come to hold mostly rows of another that became worse, has become worse itself; but not
    within the other, nor outside of it. Where neither is surer, the one that holds as large a part of all
    rows as it did is named. Whether it is told is for its own p-value to say. Returned with it are the counts
    of its rows in every cell.
    """
    rows = left[:, :, 0]
    both = _recounted(laid, np.flatnonzero(cell.members(laid.attributes, laid.places[best]) & free))
    for _ in range(_ROUNDS):
        most = both[:, 1, 0] >= 0.5 * np.minimum(rows[:, 1], rows[best, 1])
        likely = np.flatnonzero((p <= settings.fdr) & (rows.min(axis=1) >= settings.least) & most)
        nearest = likely[np.argsort(p[likely], kind="stable")[:_RIVALS]].tolist()
        margins = {
            at: stratified([both[at], left[at] - both[at]], settings.worse)
            - stratified([both[at], left[best] - both[at]], settings.worse)
            for at in nearest
            if at != best
        }
        grown = {at: _grown(rows[at], laid) for at in (best, *margins)}
        surer = [
            at
            for at, margin in margins.items()
            if margin > _bar(grown[best] - grown[at], certain=p[at] <= p[best])
        ]
        if not surer:
            break
        best = max(surer, key=lambda at: margins[at])
        both = _recounted(laid, np.flatnonzero(cell.members(laid.attributes, laid.places[best]) & free))
    return best, both


def _recounted(laid: Laid, rows: cell.Rows) -> Values:
    return cell.recount(laid.attributes, laid.known, laid.measured, rows)


def _grown(rows: Values, laid: Laid) -> float:
    """Return by what ratio, as a logarithm, a cell holds more or less of all rows than it did."""
    return abs(float(np.log(rows[1] / rows[0] * laid.total[0, 0] / laid.total[1, 0])))


def _bar(steadier: float, *, certain: bool) -> float:
    """Return how many standard errors surer a rival must be: less if its part of the rows changed less."""
    if abs(steadier) > _STEADY:
        return -_MARGIN if steadier > 0 else _MARGIN
    return 0.0 if certain else _MARGIN


def _general(
    best: int, passing: NDArray[np.bool_], left: Values, p: Values, laid: Laid, settings: Settings
) -> int:
    """Return one of the two values of a pair in its place, where the pair stands out from it only by chance.

    The pair was chosen among all that hold this value, so that its difference from the other rows must be
    sure among so many (Bonferroni).
    """
    where = laid.places[best]
    if len(where) == 1:
        return best
    broader: list[int] = []
    for condition in where:
        parent = laid.places.index((condition,))
        children = sum(condition in one for one in laid.places) - 1
        differs = differs_p(
            left[best], left[parent] - left[best], settings.worse, binary=laid.measured.binary
        )
        if passing[parent] and differs * children > _SURE:
            broader.append(parent)
    return min(broader, key=lambda one: float(p[one]), default=best)
