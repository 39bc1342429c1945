"""All that the timeline's screen and lanes show of one incident, read in one go."""

from dataclasses import dataclass
from datetime import timedelta

from tocsin.model import history
from tocsin.model.history import Estimate, Version
from tocsin.model.incident import Incident
from tocsin.model.lanes import Mark, marks
from tocsin.model.timeline import Item
from tocsin.operations import deployments, policies, timeline
from tocsin.store import incidents, journal
from tocsin.store import timeline as stored
from tocsin.store.folder import Store

_BEFORE = timedelta(days=14)  # a deployment this long before the start may still be what began it
_MOST = 200


@dataclass(frozen=True, slots=True)
class TimelineView:
    """One incident's timeline: `items` by the time they happened, `marks` as the lanes draw them."""

    incident: Incident
    items: tuple[Item, ...]
    marks: tuple[Mark, ...]


def look(store: Store, incident: str) -> TimelineView:
    """Return what there is to show of an incident's timeline. Raises NotFound."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        items = tuple(stored.items(connection, known.id))
        scheme = policies.of(connection, known.policy)
    begin = min([known.detected, *([known.start.low] if known.start else [])]) - _BEFORE
    deployed = deployments.between(store, known.system, begin, store.now(), most=_MOST)
    return TimelineView(known, items, marks(known, items, scheme, deployed))


def versions(store: Store, item: str) -> tuple[Version, ...]:
    """Return how a timeline entry came to read as it does, oldest first."""
    return history.versions(timeline.history(store, item))


def estimates(store: Store, incident: str) -> tuple[Estimate, ...]:
    """Return every estimate of an incident's start, oldest first."""
    with store.journal.read() as connection:
        return history.estimates(
            journal.entries(connection, subject=incident, kinds=["fields.set", "undone"])
        )
