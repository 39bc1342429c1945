"""Which segment became worse: every value of a column and every pair, against its own past and the rest (D5).

A segment is found when its rate became worse than it was, and by more than that of all other rows did; both
p-values must be small, so the larger counts (Berger 1982). False discoveries among all cells are held by
Benjamini and Hochberg (1995). That holds for independent cells and for those that rise and fall together, as
one-sided tests of overlapping cells do (Benjamini and Yekutieli 2001); that each cell is compared with a rest
that holds the others is a slight dependence the other way, which the benchmark shows to do no harm.

Overlapping cells are explained away: the most certain one is taken, its rows are set aside, and the others
are judged by the rows that are left, until none is found.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tocsin.detectors.base import Span, Values
from tocsin.detectors.segments_explain import Found, Laid, Settings, explain, lay
from tocsin.detectors.segments_rates import change, worse_p
from tocsin.detectors.table import Table

USUAL = Settings()
_MOST_FOLDED = 8  # told of what a finding explains


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """A segment before and after: `where` are (column, value) pairs, none for all rows.

    `rate` is the mean of the column measured; `low` and `high` bound its `change` (95 %, Newcombe 1998 for
    rates of yes and no, else Welch). `rest` is the change of all other rows. `p` is the larger of that of its
    rows and that of those no finding before holds; `q` the false-discovery rate at which it is found, NaN
    where it is folded into another. `explains` is how many others were found only for the rows they share
    with it; `inside` marks one of these, `under` the finding it belongs to (its index), and whether it lies
    wholly within is `within`. `places` is `where` with stretches of numbers named by place instead of bounds.
    """

    where: tuple[tuple[str, str], ...]
    rows: tuple[int, int]
    rate: tuple[float, float]
    change: float
    low: float
    high: float
    rest: float
    p: float
    q: float
    explains: int = 0
    inside: bool = False
    under: int = -1
    within: bool = False
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """What became worse, the most certain first; what that explains; and all rows together.

    `tested` counts the cells, `untested` those with too few rows to say anything, `left_out` names pairs of
    columns with too many values.
    """

    findings: tuple[SegmentChange, ...]
    inside: tuple[SegmentChange, ...]
    overall: SegmentChange
    tested: int
    untested: int
    left_out: tuple[tuple[str, str], ...]
    settings: Settings

    @property
    def fdr(self) -> float:
        """The false-discovery rate it was held at."""
        return self.settings.fdr


def scan(
    table: Table,
    columns: Sequence[str],
    values: Values,
    baseline: Span,
    window: Span,
    settings: Settings = USUAL,
) -> Scan:
    """Return which segments by these columns became worse from the baseline to the window.

    `values` are one a row of the table: 0 or 1, or any number of which the mean matters; rows with NaN do not
    count. The windows hold their first instant and not their last.
    """
    laid = lay(table, columns, values, baseline, window, settings)
    return _told(laid, explain(laid, settings), settings)


def _told(laid: Laid, found: Sequence[Found], settings: Settings) -> Scan:
    findings, inside = [], []
    for number, one in enumerate(found):
        findings.append(_change(laid, one.cell, one.p, one.q, explains=len(one.explained)))
        conditions = set(laid.places[one.cell])
        for at, p in sorted(one.explained, key=lambda pair: pair[1])[:_MOST_FOLDED]:
            within = conditions < set(laid.places[at])
            inside.append(_change(laid, at, p, math.nan, inside=True, under=number, within=within))
    names = [one.name for one in laid.attributes]
    return Scan(
        findings=tuple(findings),
        inside=tuple(inside),
        overall=_overall(laid, settings),
        tested=len(laid.known.sums),
        untested=laid.known.untested,
        left_out=tuple((names[a], names[b]) for a, b in laid.known.left_out),
        settings=settings,
    )


def _overall(laid: Laid, settings: Settings) -> SegmentChange:
    """Return all rows together; its p-value is against its own past alone."""
    sums = laid.total[None]
    nobody = np.zeros((2, 3))
    p = worse_p(sums, laid.total, settings.worse, -1.0, binary=laid.measured.binary)
    return _described((), sums[0], nobody, float(p[0]), math.nan, laid)


def _change(laid: Laid, at: int, p: float, q: float, **more: Any) -> SegmentChange:
    where = tuple(
        (laid.attributes[number].name, laid.attributes[number].labels[code])
        for number, code in laid.places[at]
    )
    sums = laid.known.sums[at]
    places = tuple(
        (laid.attributes[number].name, laid.attributes[number].places[code])
        for number, code in laid.places[at]
    )
    told = _described(where, sums, laid.total - sums, p, q, laid)
    return replace(told, places=places, **more)


def _described(
    where: tuple[tuple[str, str], ...], sums: Values, rest: Values, p: float, q: float, laid: Laid
) -> SegmentChange:
    moved, low, high = (float(one[0]) for one in change(sums[None], binary=laid.measured.binary))
    before, after = (float(sum_ / rows) if rows else math.nan for rows, sum_, _ in sums)
    first, last = (float(sum_ / rows) if rows else math.nan for rows, sum_, _ in rest)
    return SegmentChange(
        where=where,
        rows=(int(sums[0, 0]), int(sums[1, 0])),
        rate=(before + laid.centre, after + laid.centre),
        change=moved,
        low=low,
        high=high,
        rest=last - first,
        p=p,
        q=q,
    )
