"""What somebody needs to know to report an observation, or to read one: systems, the report, its files."""

from dataclasses import dataclass

from tocsin.model.evidence import Evidence
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.observation import Observation
from tocsin.model.operator import System
from tocsin.operations import evidence, incidents, observations, systems
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the sheet offers: the systems, the name of the one in hand, and the report with its files."""

    systems: tuple[System, ...]
    system: str
    report: Observation | None = None
    files: tuple[Evidence, ...] = ()
    incident: Incident | None = None


def prepare(store: Store, incident: str = "", report: str = "") -> Preparation:
    """Return what there is to offer with an incident in hand, or a report to be read, both by id.

    The incident is given where the report may be taken into it: it stands open, the report in none.
    """
    known = tuple(systems.names(store))
    found = observations.get(store, report) if report else None
    held = incidents.get(store, incident) if incident else None
    about = found.system if found else held.system if held else ""
    name = next((one.name for one in known if one.id == about), "")
    files = tuple(evidence.of(store, report)) if report else ()
    waits = found is not None and any(
        one.observation.id == report for one in observations.listed(store, waiting=True)
    )
    joins = waits and held is not None and held.status != CLOSED and not held.withdrawn
    return Preparation(known, name, found, files, held if joins else None)
