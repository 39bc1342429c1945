"""Systems: the AI systems watched, added by a journal entry when first named."""

from tocsin.errors import BadInput, StoreProblem
from tocsin.model.journal import SystemAdded
from tocsin.model.operator import Author, System
from tocsin.store import systems
from tocsin.store.folder import Store, Write

_LONGEST = 120


def ensure(store: Store, author: Author, name: str, *, id: str = "") -> System:
    """Return the system with this name, alias or id; add it, under `id` if given, when it is new.

    Raises BadInput when the name is no name.
    """
    known = find(store, name)
    if known is not None:
        return known
    with store.write() as write:
        return ensure_in(write, author, name, id=id)


def ensure_in(write: Write, author: Author, name: str, *, id: str = "") -> System:
    """Do the same within a transaction that is open: what is refused later adds no system."""
    trimmed = checked_name(name)
    known = systems.by_name(write.connection, trimmed)
    if known is not None:
        return known
    new = id or write.store.new_id()
    write.add(author, SystemAdded(trimmed), subject=new)
    return System(new, trimmed)


def add_as(store: Store, author: Author, name: str, id: str) -> None:
    """Add a system under an id given out before. Raises StoreProblem when the name has another by now."""
    if ensure(store, author, name, id=id).id != id:
        raise StoreProblem(f"somebody else has just added {name}.", hint="Import the file again.")


def find(store: Store, name: str) -> System | None:
    """Return the system with this name, alias or id; None when there is none."""
    with store.journal.read() as connection:
        return systems.by_name(connection, " ".join(name.split()))


def names(store: Store) -> list[System]:
    """Return every system, by name."""
    with store.journal.read() as connection:
        return systems.list_all(connection)


def name_of(store: Store, id: str) -> str:
    """Return a system's name; the id where it is not known here."""
    found = find(store, id)
    return id if found is None else found.name


def checked_name(name: str) -> str:
    """Return a name trimmed of blanks. Raises BadInput for an empty, over-long or multi-line one."""
    trimmed = " ".join(name.split())
    if not trimmed or len(trimmed) > _LONGEST or not trimmed.isprintable():
        where = repr(name[:130]) if trimmed else ""
        raise BadInput(f"a system's name is one line of 1 to {_LONGEST} characters.", where=where)
    return trimmed
