"""What the decisions of a system show in two windows: inputs compared, segments that became worse, rates."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import DAY, HOUR, Span, Times, Values
from tocsin.detectors.table import Table
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.model.report import Band
from tocsin.operations import decisions
from tocsin.operations.compare import Comparison, compare
from tocsin.operations.investigation_chart import RateCurve
from tocsin.operations.investigation_windows import Windows
from tocsin.operations.progress import Progress
from tocsin.store.folder import Store

if TYPE_CHECKING:
    from tocsin.detectors.segments import Scan

_BINS, _LEAST_ROWS = 120, 20  # stretches of a curve at most; rows of the least of them, in the middle
_STEPS = (HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY)
_WIDE = 1.96
Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """What was found in the decisions. Where a part could not be made, its `why` says so in words."""

    windows: Windows
    comparison: Comparison | None
    scan: "Scan | None"
    rates: Mapping[Where, RateCurve] = field(default_factory=dict)
    why_inputs: str = ""
    why_segments: str = ""


def look_into(store: Store, system: str, compared: Windows) -> Generator[Progress, None, Decided]:
    """Read the decisions of a system (by id), compare the windows and scan for segments. Raises BadInput."""
    from tocsin.operations import segments  # what it needs is loaded when it is

    since = min(compared.baseline[0], compared.window[0])
    until = max(compared.baseline[1], compared.window[1])
    loaded = yield from decisions.load_system(store, system, since, until)
    table, roles = loaded.table, loaded.roles
    if not len(table):
        raise BadInput("there are no decisions in these windows.", hint="W chooses others.")
    yield Progress(1, 3, "comparing every column")
    comparison, why_inputs = None, ""
    try:
        comparison = compare(table, roles, compared.baseline, compared.window)
    except BadInput as error:
        why_inputs = str(error)
    yield Progress(2, 3, "looking through the segments")
    found: Scan | None = None
    why_segments, rates = "", dict[Where, RateCurve]()
    try:
        found = segments.scan(table, roles, compared.baseline, compared.window)
        rates = _rates(table, roles, found, compared)
    except BadInput as error:
        why_segments = str(error)
    return Decided(compared, comparison, found, rates, why_inputs, why_segments)


def rate_curve(
    times_us: Times,
    values: Values,
    key: str,
    title: str,
    about: str,
    compared: Windows,
    *,
    worse: bool = False,
) -> RateCurve | None:
    """Return the mean of values in equal stretches of time, with where it would lie unchanged (95 %).

    `values` are one a row, by time, NaN where unknown. Stretches at the ends that are mostly outside what is
    there are left out. None of fewer than two stretches.
    """
    kept = np.isfinite(values)
    times, found = times_us[kept], values[kept]
    if len(times) < 2 or times[0] == times[-1]:
        return None
    width = _width(times)
    at = times // width
    starts = np.flatnonzero(np.diff(at, prepend=at[0] - 1))
    counts = np.diff(np.append(starts, len(at)))
    rate = np.add.reduceat(found, starts) / counts
    middles = at[starts] * width + width // 2
    whole = _whole(counts)
    usual = found[_within(times, compared.baseline)]
    late = found[_within(times, compared.window)]
    last = float(late.mean()) if len(late) else float("nan")
    band = _band(middles[whole], counts[whole], usual)
    return RateCurve(key, title, about, middles[whole], rate[whole], band, last, worse)


def _whole(counts: NDArray[np.int64]) -> slice:
    """Return the stretches without a first or last one of less than half the usual number of rows."""
    half = float(np.median(counts)) / 2
    first = int(len(counts) > 2 and counts[0] < half)
    last = len(counts) - int(len(counts) > 2 and counts[-1] < half)
    return slice(first, last)


def _within(times: Times, span: Span) -> NDArray[np.bool_]:
    return np.asarray((times >= span[0]) & (times < span[1]), np.bool_)


def _width(times: Times) -> int:
    """Return the shortest stretch of which few have too few rows, and not too many are drawn."""
    for width in _STEPS:
        stretches = int((times[-1] - times[0]) // width) + 1
        if stretches <= _BINS and len(times) / stretches >= _LEAST_ROWS:
            return width
    return max(_STEPS[-1], int((times[-1] - times[0]) // _BINS) + 1)


def _band(middles: Times, counts: NDArray[np.int64], usual: Values) -> Band | None:
    if len(usual) < _LEAST_ROWS:
        return None
    centre, spread = float(usual.mean()), float(usual.std())
    reach = _WIDE * spread / np.sqrt(counts)
    low, high = centre - reach, centre + reach
    if usual.min() >= 0 and usual.max() <= 1:
        low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
    return Band(middles, np.full(len(middles), centre), low, high)


def _rates(table: Table, roles: Roles, found: "Scan", compared: Windows) -> dict[Where, RateCurve]:
    from tocsin.operations import segments
    from tocsin.operations.segments_inside import rows_of

    measured, curves = segments.measured(table, roles), dict[Where, RateCurve]()
    worse = {one.where for one in found.findings}
    for one in (*found.findings, *found.inside, found.overall):
        rows = rows_of(table, one.where)
        title = " and ".join(label for _, label in one.where) or "all rows"
        key, about = f"rate {one.where}", measured.name
        times, values = table.times_us[rows], measured.values[rows]
        curve = rate_curve(times, values, key, title, about, compared, worse=one.where in worse)
        if curve is not None:
            curves[one.where] = replace(curve, where=one.where)
    return curves
