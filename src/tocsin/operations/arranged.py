"""What people arranged beforehand, as it stands: the newest entry about each thing that nobody undid."""

from typing import Any

from tocsin.model.incident import standing
from tocsin.model.journal import Entry
from tocsin.store import journal
from tocsin.store.database import Connection


def newest(connection: Connection, *kinds: str) -> list[Entry]:
    """Return the newest standing entry about each subject of these kinds, in the order they were written."""
    entries = journal.entries(connection, kinds=(*kinds, "undone"))
    about: dict[str, Entry] = {}
    for entry in standing(entries):
        about.pop(entry.subject, None)
        about[entry.subject] = entry
    return list(about.values())


def bodies(connection: Connection, *kinds: str) -> list[Any]:
    """Return what the newest standing entries say."""
    return [entry.body for entry in newest(connection, *kinds)]
