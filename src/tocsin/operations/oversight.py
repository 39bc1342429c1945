"""Human oversight (D8): how reviewers decide, by reviewer, team or any column, and whether that collapsed."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.detectors.base import Span, Values
from tocsin.detectors.oversight import Found, collapses, compared
from tocsin.detectors.oversight_change import Level, Shift, levels
from tocsin.detectors.oversight_measures import FLOOR_S, Measure, coded, measures
from tocsin.detectors.proportions import discoveries, fisher_fell, newcombe
from tocsin.detectors.table import Table, cut
from tocsin.errors import BadInput
from tocsin.model.decision import Roles
from tocsin.model.spotcheck import RIGHT, WRONG
from tocsin.operations import decisions, spotcheck
from tocsin.operations.decisions import Loaded
from tocsin.operations.progress import Progress
from tocsin.store.folder import Store

VERDICTS = "spot check"  # the column that verdicts of spot checks become
_MOST_GROUPS = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """One measure of one group, and of shares how far it is from all other rows (95 %).

    `change` is the group less the rest; `p` that both are alike (Fisher, two-sided), `q` the same held
    against every comparison made. NaN where there is no rest, and of review seconds.
    """

    by: str
    who: str
    measure: str
    level: Level
    change: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p: float = float("nan")
    q: float = float("nan")


@dataclass(frozen=True, slots=True)
class Report:
    """How reviewers decide: `overall` by measure, and each group of the columns asked for."""

    rows: int
    overall: tuple[Standing, ...]
    groups: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Collapse:
    """What was compared over time, all of it, and what of it became worse by more than chance."""

    shifts: tuple[Shift, ...]
    found: tuple[Found, ...]


def report(
    table: Table, roles: Roles, *, by: Sequence[str] = (), floor_s: float = FLOOR_S, some: bool = False
) -> Report:
    """Return the level of every measure, of all and by columns: those named, else reviewers and teams.

    With `some`, an override is a decision above 0 against a recommendation of 0, or the other way. Raises
    BadInput when no column tells of oversight, or one has too many values to be groups.
    """
    known = _measures(table, roles, floor_s, some)
    overall = tuple(_standing("all", "all", one, np.zeros(len(table), np.int64), table) for one in known)
    columns = by or [name for role in ("team", "reviewer") if (name := roles.one(role))]
    found: list[Standing] = []
    for name in columns:
        labels, codes = _groups(table, name)
        for measure in known:
            found += _compared(name, labels, codes, measure, table)
    q = discoveries([one.p for one in found]) if found else np.empty(0)
    held = (replace(one, q=value) for one, value in zip(found, q.tolist(), strict=True))
    return Report(len(table), overall, tuple(held))


def collapse(
    table: Table, roles: Roles, window: Span, *, chance: float = 0.05, floor_s: float = FLOOR_S
) -> Collapse:
    """Return how every reviewer, team and all went from before the window to it, and what became worse.

    `chance` bounds that of a single false find where nothing changed. Raises BadInput.
    """
    _measures(table, roles, floor_s, some=False)
    if not 0 < chance < 1:
        raise BadInput("a chance lies between 0 and 1.", where=str(chance))
    for name, span in (("window", window), ("baseline", (int(np.iinfo(np.int64).min), window[0]))):
        if not len(table.between(span)):
            raise BadInput(f"the {name} has no decision.", hint="The baseline is all before the window.")
    inside = table.between((int(np.iinfo(np.int64).min), window[1]))
    shifts = compared(inside, roles, window, floor_s)
    return Collapse(tuple(shifts), tuple(collapses(inside, roles, window, chance, floor_s)))


def where(table: Table, column: str, value: str) -> Table:
    """Return the rows whose column has this value in words. Raises BadInput."""
    labels, codes = _groups(table, column)
    if value not in labels:
        raise BadInput("no decision has this value.", where=f"{column}={value}", hint=_some(labels))
    rows = codes == labels.index(value)
    return Table(table.times_us[rows], {name: cut(one, rows) for name, one in table.columns.items()})


def with_verdicts(store: Store, system: str, loaded: Loaded) -> Loaded:
    """Return decisions with what spot checks said of them as a column, 1 right and 0 wrong, else NaN.

    `loaded` needs its ids. The column has the role `verdict` unless another column has it. Without any
    verdict the decisions stay as they are.
    """
    said = verdicts(store, system)
    if not said:
        return loaded
    values: Values = np.array([said.get(str(one), np.nan) for one in loaded.ids], np.float64)
    columns = {**loaded.table.columns, VERDICTS: values}
    roles = loaded.roles
    if not roles.one("verdict"):
        roles = Roles({**roles.columns, "verdict": (VERDICTS,)}, roles.favourable)
    return replace(loaded, table=Table(loaded.table.times_us, columns), roles=roles)


def verdicts(store: Store, system: str) -> dict[str, float]:
    """Return what the spot checks of a system settled: decision to 1 (right) or 0 (wrong)."""
    found: dict[str, float] = {}
    for check in reversed(spotcheck.listed(store, system)):
        for decision in check.verdicts:
            if (said := check.settled(decision)) in (RIGHT, WRONG):
                found[decision] = float(said == RIGHT)
    return found


def of_system(
    store: Store, system: str, since_us: int | None = None, until_us: int | None = None
) -> Generator[Progress, None, Loaded]:
    """Return a system's decisions with the verdicts of its spot checks. Raises NotFound."""
    roles = decisions.roles_of(store, system)
    wanted = [name for role in _ROLES for name in roles.all(role)]
    every = decisions.columns_of(store, system)
    wanted += [name for role in ("group", "segment") for name in roles.all(role)]
    kept = [name for name in dict.fromkeys(wanted) if name in every]
    loaded = yield from decisions.load_system(store, system, since_us, until_us, kept, ids=True)
    return with_verdicts(store, system, loaded)


_ROLES = ("final", "recommendation", "reviewed", "review_seconds", "verdict", "reviewer", "team")


def _measures(table: Table, roles: Roles, floor_s: float, some: bool) -> list[Measure]:
    found = measures(table, roles, floor_s=floor_s, some=some)
    if not found:
        raise BadInput(
            "no column tells what reviewers did.",
            hint="Name the roles: final and recommendation, reviewed, review_seconds, or verdict.",
        )
    return found


def _standing(
    by: str, who: str, measure: Measure, codes: NDArray[np.int64], table: Table
) -> Standing:  # fmt: skip
    [level] = levels(codes, measure.values, table.times_us, 1, measure)
    return Standing(by, who, measure.name, level)


def _compared(
    by: str, labels: Sequence[str], codes: NDArray[np.int64], measure: Measure, table: Table
) -> list[Standing]:
    own = levels(codes, measure.values, table.times_us, len(labels), measure)
    plain = [Standing(by, label, measure.name, level) for label, level in zip(labels, own, strict=True)]
    if not measure.share or len(labels) < 2:
        return plain
    known = (codes >= 0) & ~np.isnan(measure.values)
    rows = np.bincount(codes[known], minlength=len(labels))
    events = np.round(np.bincount(codes[known], measure.values[known], len(labels)))
    rest, here = (events.sum() - events, rows.sum() - rows), (events, rows)
    change, low, high = newcombe(rest, here)
    more = fisher_fell((rest[1] - rest[0], rest[1]), (rows - events, rows))
    p = np.minimum(1, 2 * np.minimum(fisher_fell(rest, here), more))
    p[(rows == 0) | (rest[1] == 0)] = np.nan
    return [
        replace(one, change=float(change[at]), low=float(low[at]), high=float(high[at]), p=float(p[at]))
        for at, one in enumerate(plain)
    ]


def _groups(table: Table, name: str) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    if name not in table.columns:
        raise BadInput("the decisions have no such column.", where=name, hint=_some(tuple(table.columns)))
    labels, codes = coded(table.columns[name])
    if len(labels) > _MOST_GROUPS:
        what = f"it has {len(labels):,} different values, too many to be groups."
        raise BadInput(what, where=name)
    return labels, codes


def _some(names: Sequence[str]) -> str:
    more = ", …" if len(names) > 20 else ""
    return f"There are {', '.join(names[:20])}{more}."
