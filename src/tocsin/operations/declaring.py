"""What somebody needs to know to declare: the systems there are, the levels, and what the alert says."""

from dataclasses import dataclass

from tocsin.model.alert import Alert
from tocsin.model.operator import System
from tocsin.model.severity import Scheme
from tocsin.operations import systems
from tocsin.operations.incidents import severity_or_default
from tocsin.policy.load import load_shipped
from tocsin.store import alerts
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the declaration starts from: `level` is taken unless somebody chooses another, and `why`."""

    scheme: Scheme
    systems: tuple[System, ...]
    alert: Alert | None
    system: str
    level: str
    why: str


def prepare(store: Store, alert: str = "", system: str = "") -> Preparation:
    """Return what a declaration from an alert, about a system (by id), or from nothing starts from.

    Raises NotFound for an alert that is not there.
    """
    scheme, known = load_shipped(), tuple(systems.names(store))
    found = None
    if alert:
        with store.signals.read() as connection:
            found = alerts.get(connection, alert)
    about = found.system if found else system
    name = next((one.name for one in known if one.id == about), "")
    level = severity_or_default(scheme, None, [found] if found else [])
    why = f"the alert is {found.severity.value}" if found else "the gravest while unsure"
    return Preparation(scheme, known, found, name, level, why)
