"""What somebody needs to know to declare: the systems, the levels, what the alert or the report says."""

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.model import coverage
from tocsin.model.alert import Alert
from tocsin.model.observation import Observation
from tocsin.model.operator import System
from tocsin.model.severity import Scheme
from tocsin.operations import evidence, observations, policies, systems
from tocsin.operations.incidents import severity_or_default
from tocsin.store import alerts
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the declaration starts from: `level` is taken unless somebody chooses another, and `why`.

    `alert` is the gravest of those it is declared from, and there are `more` beside it.
    """

    scheme: Scheme
    systems: tuple[System, ...]
    alert: Alert | None
    system: str
    level: str
    why: str
    observation: Observation | None = None
    evidence: int = 0
    more: int = 0


def prepare(
    store: Store, alert: str | Sequence[str] = (), system: str = "", observation: str = ""
) -> Preparation:
    """Return what a declaration from alerts, a report, about a system, or from nothing starts from.

    All are named by id; `evidence` counts the files attached to the report. Raises NotFound for what
    is not there.
    """
    scheme, known = policies.current(store)[0], tuple(systems.names(store))
    seen = observations.get(store, observation) if observation else None
    ids = tuple(filter(None, (alert,) if isinstance(alert, str) else alert))
    with store.signals.read() as connection:
        every = [alerts.get(connection, id) for id in ids]
    found = coverage.gravest(every)
    about = found.system if found else seen.system if seen else system
    name = next((one.name for one in known if one.id == about), "")
    level = severity_or_default(scheme, None, [found] if found else [])
    why = (
        f"the {'gravest ' if len(every) > 1 else ''}alert is {found.severity.value}"
        if found
        else "the gravest while unsure"
    )
    files = len(evidence.of(store, seen.id)) if seen else 0
    more = max(len(every) - 1, 0)
    return Preparation(scheme, known, found, name, level, why, seen, files, more)
