"""The AI systems watched: found by name or alias, added when new."""

from tocsin.errors import BadInput
from tocsin.model.journal import SystemAdded
from tocsin.model.operator import Author, System
from tocsin.store import systems
from tocsin.store.folder import Store

_LONGEST = 80


def ensure(store: Store, author: Author, name: str) -> System:
    """Return the system with this name, alias or id, added when new. Raises BadInput for a poor name."""
    wanted = checked_name(name)
    with store.journal.read() as connection:
        known = systems.by_name(connection, wanted)
    if known is not None:
        return known
    with store.write() as write:
        return systems.by_name(write.connection, wanted) or System(
            write.add(author, SystemAdded(wanted)).id, wanted
        )


def listed(store: Store) -> list[System]:
    """Return every system by name."""
    with store.journal.read() as connection:
        return systems.list_all(connection)


def find(store: Store, name: str) -> System | None:
    """Return the system with this name, alias or id; None when there is none."""
    with store.journal.read() as connection:
        return systems.by_name(connection, name)


def name_of(store: Store, id: str) -> str:
    """Return a system's name; the id where it is not known here."""
    found = find(store, id)
    return id if found is None else found.name


def checked_name(name: str) -> str:
    """Return a system's name on one line. Raises BadInput."""
    one_line = " ".join(name.split())
    if not one_line or len(one_line) > _LONGEST or not one_line.isprintable():
        raise BadInput(f"a system's name is one line of 1 to {_LONGEST} characters.", where=repr(name[:90]))
    return one_line
