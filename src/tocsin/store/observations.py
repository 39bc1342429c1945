"""Observations, folded from the journal as they are asked for: there are few, and each has few entries."""

from sqlalchemy import Connection

from tocsin.errors import NotFound
from tocsin.model import observation
from tocsin.model.journal import Entry
from tocsin.model.observation import Observation
from tocsin.store import journal

_KINDS = ("observation.reported", "fields.set", "withdrawn", "undone")


def list_all(connection: Connection) -> list[Observation]:
    """Return every observation, the newest report first."""
    if not journal.entries(connection, kinds=_KINDS[:1], limit=1):
        return []  # the other kinds are many where there is no report among them
    about: dict[str, list[Entry]] = {}
    for entry in journal.entries(connection, incident="", kinds=_KINDS):
        about.setdefault(entry.subject, []).append(entry)
    found = [one for own in about.values() if (one := observation.fold(own)) is not None]
    return found[::-1]


def get(connection: Connection, id: str) -> Observation:
    """Return one observation. Raises NotFound."""
    found = observation.fold(journal.entries(connection, subject=id, kinds=_KINDS))
    if found is None:
        raise NotFound("there is no such observation.", where=id, hint="`tocsin observe --list` shows them.")
    return found


def of_incident(connection: Connection, incident: str) -> list[Observation]:
    """Return what an incident was declared from or took in, by the time it was learned."""
    found = [one for one in list_all(connection) if one.incident == incident]
    return sorted(found, key=lambda one: (one.learned, one.id))
