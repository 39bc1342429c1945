"""Segments: which part of the decisions became worse while the whole may look as ever (domain.md D5, K6)."""

from dataclasses import replace

import numpy as np

from tocsin.detectors.base import DAY, Span
from tocsin.detectors.segments import Scan, SegmentChange
from tocsin.detectors.segments import scan as look
from tocsin.detectors.segments_explain import WORSE, Settings
from tocsin.detectors.segments_measured import Measured, rates, segment_columns, share_of
from tocsin.detectors.table import Table, Words
from tocsin.errors import BadInput
from tocsin.model.decision import Roles

__all__ = ["Measured", "SegmentChange", "SegmentsView", "measured", "scan", "usual_windows"]

SegmentsView = Scan
_WINDOW, _BASELINE = 14 * DAY, 42 * DAY  # as the detector has them


def scan(
    table: Table,
    roles: Roles,
    baseline: Span,
    window: Span,
    *,
    fdr: float = 0.05,
    rate: str = "",
    worse: str = "",
    least: int = 50,
    pairs: bool = True,
) -> SegmentsView:
    """Return the segments whose rate became worse from the baseline to the window, by all inputs and pairs.

    `rate` and `worse` as `measured` has them; a segment needs `least` rows in each window; false discoveries
    among all cells are at most `fdr`. Raises BadInput where a window has no rows or there is nothing to
    measure or to divide by.
    """
    what = measured(table, roles, rate, worse)
    _check(table, baseline, window, fdr, least)
    columns = segment_columns(table, roles, rate.partition("=")[0])
    if not columns:
        raise BadInput("there is no column to divide the decisions by.", hint="All are results of them.")
    settings = Settings(fdr=fdr, worse=what.worse, least=least, pairs=pairs)
    return look(table, columns, what.values, baseline, window, settings)


def measured(table: Table, roles: Roles, rate: str = "", worse: str = "") -> Measured:
    """Return what is measured of each decision.

    `rate` is a column of numbers, or COLUMN=VALUE for how often it has that value; without it, how often it
    was right, else how often it decided as one hopes for. `worse` is lower, higher or either, without it
    lower for what is right or hoped for. Raises BadInput.
    """
    if worse and worse not in WORSE:
        raise BadInput("worse is lower, higher or either.", where=worse)
    found = _named(table, roles, rate) if rate else next(iter(rates(table, roles)), None)
    if found is None:
        hint = "Name a column with --rate, or say which columns are decision and outcome."
        raise BadInput("no column tells whether decisions were right, or what they were.", hint=hint)
    return replace(found, worse=worse or found.worse)


def usual_windows(table: Table) -> tuple[Span, Span]:
    """Return a baseline and a window where nobody names them: the newest two weeks, and six before.

    Of less than eight weeks the first four fifths and the rest. Raises BadInput of fewer than two instants.
    """
    times = table.times_us
    if not len(times) or times[0] == times[-1]:
        raise BadInput("the decisions have not two different times.", hint="Name --baseline and --window.")
    first, end = int(times[0]), int(times[-1]) + 1
    begin = end - _WINDOW if end - first >= _WINDOW + _BASELINE else first + (end - first) * 4 // 5
    return (max(first, begin - _BASELINE), begin), (begin, end)


def _named(table: Table, roles: Roles, rate: str) -> Measured:
    name, equals, value = rate.partition("=")
    column = table.columns.get(name)
    if column is None:
        there = ", ".join(list(table.columns)[:20])
        raise BadInput("the decisions have no such column.", where=name, hint=f"There are {there}.")
    if equals:
        favourable = name == roles.one("decision") and value == roles.favourable
        shares = share_of(column, value)
        if not np.nansum(shares):
            raise BadInput("no decision has this value.", where=rate, hint="Write it as the log does.")
        return Measured(f"{name} is {value}", shares, "lower" if favourable else "either")
    if isinstance(column, Words):
        hint = f"Name one of its values, as in {name}={column.labels[0] if column.labels else 'VALUE'}."
        raise BadInput("this column holds words, which have no mean.", where=name, hint=hint)
    return Measured(name, column, "lower" if name == roles.one("correct") else "either")


def _check(table: Table, baseline: Span, window: Span, fdr: float, least: int) -> None:
    if not 0 < fdr < 1:
        raise BadInput("the false-discovery rate lies between 0 and 1.", where=str(fdr))
    if least < 1:
        raise BadInput("a segment needs at least one row.", where=str(least))
    if max(baseline[0], window[0]) < min(baseline[1], window[1]):
        raise BadInput("the baseline and the window overlap.", hint="A row belongs to one of them.")
    for name, span in (("baseline", baseline), ("window", window)):
        if np.diff(np.searchsorted(table.times_us, span))[0] <= 0:
            hint = "Times run from the first to before the last; `tocsin decisions list` tells what there is."
            raise BadInput(f"the {name} has no decision.", hint=hint)
