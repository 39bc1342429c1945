"""The budget of false alarms (D2): how many a week a system may raise, who has which share, what came."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tocsin.detectors.base import OneSeries, suits, weight
from tocsin.errors import BadInput, NotFound
from tocsin.model.journal import Entry
from tocsin.model.judgement import BudgetSet
from tocsin.model.operator import Author
from tocsin.operations import detectors as settings
from tocsin.operations import systems
from tocsin.store import alerts, decisions, journal, series
from tocsin.store.folder import Store

PER_WEEK = 1.0  # false alarms a system and week, where nobody set another budget
SMALLEST, LARGEST = 0.001, 1000.0
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Budgets:
    """False alarms a week: of every system, and of those that have a budget of their own, by id."""

    every: float = PER_WEEK
    own: Mapping[str, float] = field(default_factory=dict)

    def of(self, system: str) -> float:
        """Return the budget of a system, given by id."""
        return self.own.get(system, self.every)


@dataclass(frozen=True, slots=True)
class Use:
    """What a system's detectors raised lately beside what it may raise by chance alone."""

    system: str
    name: str
    per_week: float
    raised: int
    weeks: float


@dataclass(frozen=True, slots=True)
class Shares:
    """How the budgets in force are divided; `units` is the sum of weights over a system's series."""

    budgets: Budgets
    units: Mapping[str, float]
    logs: Mapping[str, float]  # the same over the detectors of its decision logs

    def of_series(self, system: str, detector: object) -> float:
        """Return how many false alarms a week a detector may raise on one series of a system."""
        return self._share(system, self.units, self.logs, weight(detector))

    def of_log(self, system: str, detector: object) -> float:
        """Return how many false alarms a week a detector may raise on a system's decision logs."""
        return self._share(system, self.logs, self.units, weight(detector))

    def _share(
        self, system: str, own: Mapping[str, float], others: Mapping[str, float], part: float
    ) -> float:
        """A system with both series and decision logs gives half of its budget to each."""
        whole = self.budgets.of(system) * (0.5 if others.get(system) else 1.0)
        return whole * part / max(own.get(system, 0.0), part, 1e-9)


def in_force(store: Store) -> Budgets:
    """Return the budgets in force."""
    every, own = PER_WEEK, {}
    for entry in history(store):
        match entry.body:
            case BudgetSet(per_week, ""):
                every = per_week
            case BudgetSet(per_week, system):
                own[system] = per_week
    return Budgets(every, own)


def history(store: Store) -> list[Entry]:
    """Return every setting of a budget, the oldest first."""
    with store.journal.read() as connection:
        return journal.entries(connection, kinds=("budget.set",))


def set_budget(
    store: Store, author: Author, per_week: float, *, system: str = "", reason: str = "", id: str = ""
) -> Entry:
    """Set how many false alarms a week a system may raise, or every system. Raises BadInput and NotFound."""
    if not math.isfinite(per_week) or not SMALLEST <= per_week <= LARGEST:
        raise BadInput(f"a budget is {SMALLEST:g} to {LARGEST:g} false alarms a week.", where=f"{per_week:g}")
    known = systems.find(store, system) if system else None
    if system and known is None:
        raise NotFound("there is no such system.", where=system)
    system_id = "" if known is None else known.id
    with store.write() as write:
        body = BudgetSet(float(per_week), system_id, reason.strip())
        return write.add(author, body, subject=system_id or "budget", id=id or store.new_id())


def shares(store: Store, using: Sequence[Any] | None = None) -> Shares:
    """Return how the budgets are divided among the detectors in force, or those given."""
    parts = settings.in_force(store) if using is None else using
    one = [part for part in parts if isinstance(part.needs, OneSeries)]
    each = math.fsum(weight(part) for part in parts if not isinstance(part.needs, OneSeries))
    units: defaultdict[str, float] = defaultdict(float)
    with store.signals.read() as connection:
        known = series.list_all(connection)
        for _, signal in known:
            units[signal.system] += math.fsum(weight(part) for part in one if suits(part, signal))
        with_logs = decisions.newest(connection)
    return Shares(in_force(store), dict(units), {system: each for system in with_logs if each})


def use(store: Store, weeks: float = 4.0) -> list[Use]:
    """Return for each system what was raised in the last weeks beside what it may raise by chance."""
    budgets, since = in_force(store), store.now() - weeks * _WEEK
    named = {one.id: one.name for one in systems.names(store)}
    with store.signals.read() as connection:
        raised = Counter(
            alert.system
            for alert in alerts.list_all(connection)
            if alert.source == "tocsin" and alert.raised is not None and alert.raised >= since
        )
    return [Use(id, name, budgets.of(id), raised[id], weeks) for id, name in named.items()]
