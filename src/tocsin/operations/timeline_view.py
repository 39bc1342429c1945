"""All that the timeline's screen and lanes show of one incident, read in one go."""

from dataclasses import dataclass

from tocsin.model import history
from tocsin.model.history import Version
from tocsin.model.incident import Incident
from tocsin.model.lanes import Mark, marks
from tocsin.model.timeline import Item
from tocsin.operations import policies, timeline
from tocsin.store import incidents
from tocsin.store import timeline as stored
from tocsin.store.folder import Store


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
    return TimelineView(known, items, marks(known, items, scheme))


def versions(store: Store, item: str) -> tuple[Version, ...]:
    """Return how a timeline entry came to read as it does, oldest first."""
    return history.versions(timeline.history(store, item))
