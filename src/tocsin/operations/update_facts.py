"""What an update says out of the store beside the incident: decisions since the start, whose, vendors."""

from dataclasses import dataclass

from tocsin.errors import StoreProblem
from tocsin.model.incident import Incident
from tocsin.model.instant import from_us, to_us
from tocsin.model.situation import both
from tocsin.operations import decisions, deployments, systems
from tocsin.store.decisions import count
from tocsin.store.folder import Store

_PLACES = 3  # segments told apart: an update is no table
_NO_PLACE = ("layer", "severity", "alertname", "job", "instance")


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """The system's name, a sentence of figures, the segments its alerts name, the models of vendors."""

    system: str
    decisions: str = ""
    segments: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()


def store_facts(store: Store, incident: Incident) -> StoreFacts:
    """Return what the store holds about an incident's system; empty where it holds nothing."""
    places = _places(incident, decisions.columns_of(store, incident.system))
    return StoreFacts(
        systems.name_of(store, incident.system),
        _decisions(store, incident, places),
        tuple(f"{column} {value}" for column, value in places),
        vendors(store, incident),
    )


def vendors(store: Store, incident: Incident) -> tuple[str, ...]:
    """Return the names of what serves the system and is a vendor's."""
    served = deployments.of_system(store, incident.system)
    return tuple(dict.fromkeys(one.name for one in served if one.vendor))


def _places(incident: Incident, columns: tuple[str, ...]) -> list[tuple[str, str]]:
    """The segments that its alerts name by a column of the decision logs, in the order they came."""
    named = (
        (key, value)
        for _, alert in incident.alerts
        for key, value in alert.labels.items()
        if key in columns and key not in _NO_PLACE
    )
    return list(dict.fromkeys(named))[:_PLACES]


def _decisions(store: Store, incident: Incident, places: list[tuple[str, str]]) -> str:
    """How many decisions the logs hold since the earliest it can have begun, and of whom."""
    if incident.start is None:
        return ""
    since, now = to_us(incident.start.low), to_us(store.now())
    kept = [
        log for log in decisions.logs(store, incident.system) if log.last_us >= since and log.first_us <= now
    ]
    if not kept:
        return ""
    files = [store.path / "imports" / log.file for log in kept]
    try:
        found = count(files, since, now + 1)
        parts = [f"{count(files, since, now + 1, [place]):,} with {place[0]} {place[1]}" for place in places]
    except StoreProblem:
        return ""  # better told as not known than an update that cannot be drafted
    until = min(now, max(log.last_us for log in kept))
    first, last = both(from_us(since), from_us(until), store.zone, store.now())
    span = f"from {first} to {last}"
    return f"{found:,} in the logs {span}" + (f", of these {', '.join(parts)}" if parts else "")
