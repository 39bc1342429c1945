"""Operators: named people; whoever is not named is recorded as the operating system's account."""

import getpass
import socket

from tocsin.errors import BadInput
from tocsin.model.journal import Entry, OperatorAdded
from tocsin.model.operator import Author
from tocsin.store import operators
from tocsin.store.folder import Store

_LONGEST = 80


def account() -> Author:
    """Return the OS account that runs the program, recorded as such."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return Author(f"{user}@{socket.gethostname()}", "account")


def author(store: Store, name: str | None) -> Author:
    """Return who writes: the person named, added when new, or the OS account. Raises BadInput."""
    if name is None:
        return account()
    person = Author(checked_name(name))
    if not store.read_only:
        add(store, person)
    return person


def add(store: Store, person: Author) -> Entry | None:
    """Add an operator; None when the store knows the name already."""
    with store.journal.read() as connection:
        if person.name in operators.names(connection):
            return None
    with store.write() as write:
        if person.name in operators.names(write.connection):
            return None
        return write.add(person, OperatorAdded(person.name))


def names(store: Store) -> list[str]:
    """Return the operators' names, alphabetically."""
    with store.journal.read() as connection:
        return operators.names(connection)


def checked_name(name: str) -> str:
    """Return a name trimmed of blanks. Raises BadInput for an empty, over-long or multi-line one."""
    trimmed = " ".join(name.split())
    if not trimmed or len(trimmed) > _LONGEST or not trimmed.isprintable():
        where = repr(name[:90]) if trimmed else ""
        raise BadInput(f"an operator's name is one line of 1 to {_LONGEST} characters.", where=where)
    return trimmed
