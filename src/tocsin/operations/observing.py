"""What somebody needs to know to report an observation, or to read one: systems, the report, its files."""

from dataclasses import dataclass

from tocsin.model.evidence import Evidence
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


def prepare(store: Store, incident: str = "", report: str = "") -> Preparation:
    """Return what there is to offer with an incident in hand, or a report to be read, both by id."""
    known = tuple(systems.names(store))
    found = observations.get(store, report) if report else None
    about = found.system if found else incidents.get(store, incident).system if incident else ""
    name = next((one.name for one in known if one.id == about), "")
    files = tuple(evidence.of(store, report)) if report else ()
    return Preparation(known, name, found, files)
