"""Timeline entries as the projections hold them."""

from sqlalchemy import Connection, select

from tocsin.errors import NotFound
from tocsin.model.decoding import decoded
from tocsin.model.timeline import Item
from tocsin.store import projections
from tocsin.store.schema import timeline


def get(connection: Connection, id: str) -> Item:
    """Return one timeline entry. Raises NotFound, also for one that was undone."""
    item = projections.read_item(connection, id)
    if item is None:
        raise NotFound("there is no such timeline entry, or it was undone.", where=id)
    return item


def items(connection: Connection, incident: str) -> list[Item]:
    """Return the timeline entries of an incident, by the time they happened."""
    query = select(timeline.c.state).where(timeline.c.incident == incident)
    found = [decoded(state, Item) for state in connection.execute(query).scalars()]
    return sorted(found, key=lambda item: (item.happened.at, item.recorded_at, item.id))
