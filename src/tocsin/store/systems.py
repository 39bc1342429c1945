"""The AI systems watched."""

from sqlalchemy import Connection, select

from tocsin.model.decoding import decoded
from tocsin.model.operator import System
from tocsin.store.schema import system


def list_all(connection: Connection) -> list[System]:
    """Return every system by name."""
    rows = connection.execute(select(system).order_by(system.c.name))
    return [System(row.id, row.name, decoded(row.aliases, tuple[str, ...])) for row in rows]


def by_name(connection: Connection, name: str) -> System | None:
    """Return the system with this name, alias or id; None when there is none."""
    known = list_all(connection)
    exact = next((s for s in known if name in (s.id, s.name)), None)
    return exact or next((s for s in known if name in s.aliases), None)
