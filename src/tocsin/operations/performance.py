"""How often a system is right, span by span: realised where outcomes are known, else estimated (D4)."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tocsin.detectors.base import Span
from tocsin.detectors.performance import Calibration, Estimate, confidence, estimate, realised, right, stated
from tocsin.detectors.proportions import Rate, clopper_pearson
from tocsin.detectors.table import Table
from tocsin.errors import BadInput
from tocsin.model.decision import Roles

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Performed:
    """One span: `realised` has Wilson's interval (95 %), `exact` is Clopper and Pearson's.

    Both are None where no outcome is known, `estimated` where no score is.
    """

    span: Span
    rows: int
    realised: Rate | None
    exact: tuple[float, float] | None
    estimated: Estimate | None


@dataclass(frozen=True, slots=True)
class PerformanceView:
    """The baseline, the window, the window in parts; whether scores kept their word in the baseline."""

    baseline: Performed
    window: Performed
    parts: tuple[Performed, ...]
    calibration: Calibration | None


def performance(
    table: Table, roles: Roles, baseline: Span, window: Span, *, parts: int = 1
) -> PerformanceView:
    """Return how often decisions were right, and the window in so many parts of equal numbers of rows.

    Raises BadInput where no column tells, or a span has no decision.
    """
    correct, said = right(table, roles), stated(table, roles)
    if correct is None and said is None:
        hint = "Roles that tell: correct, or decision with outcome or score; --set names them."
        raise BadInput("no column tells whether a decision was right, nor how sure it was.", hint=hint)
    if not 1 <= parts <= _MOST:
        raise BadInput(f"parts are 1 to {_MOST:,}.", where=str(parts))
    times = table.times_us
    before = (times >= baseline[0]) & (times < baseline[1])
    sure = None if said is None else confidence(said, correct, before)

    def performed(name: str, span: Span) -> Performed:
        rows = (times >= span[0]) & (times < span[1])
        if not rows.any():
            raise BadInput(f"the {name} has no decision.")
        known = None if correct is None else realised(correct, rows)
        known = None if known is None or not known.rows else known
        exact = None if known is None else clopper_pearson(known.events, known.rows)
        return Performed(
            span,
            int(rows.sum()),
            known,
            None if exact is None else (float(exact[0]), float(exact[1])),
            None if sure is None else estimate(sure, rows),
        )

    return PerformanceView(
        performed("baseline", baseline),
        performed("window", window),
        tuple(performed("part", span) for span in _parts(table, window, parts)),
        None if sure is None else sure.calibration,
    )


def _parts(table: Table, window: Span, parts: int) -> list[Span]:
    """Return spans of about equally many rows; rows of one instant stay together."""
    times = table.between(window).times_us
    if not len(times) or parts == 1:
        return [window]
    firsts = np.linspace(0, len(times), parts + 1).astype(np.intp)[1:-1]
    inner = {int(times[first]) for first in firsts} - {window[0], int(times[0])}
    return list(pairwise([window[0], *sorted(inner), window[1]]))
