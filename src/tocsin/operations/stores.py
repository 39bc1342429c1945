"""Opening a store as every way into the program does: made at first use, upgraded; and its daily backup."""

import os
from pathlib import Path

from tocsin.model.journal import StoreCreated
from tocsin.model.operator import Author
from tocsin.now import Clock
from tocsin.operations import imports, signals
from tocsin.operations.operators import account
from tocsin.store import backup, journal, upgrades
from tocsin.store.backup import Backup
from tocsin.store.database import Connection
from tocsin.store.folder import Store, create_store, is_store, open_store

_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"


def open_or_create(path: Path, *, clock: Clock, create: bool) -> Store:
    """Open the store at `path` and bring it up to date; with `create`, make it where there is none.

    A store made unasked gets this machine's zone and a random code; `tocsin init` chooses both.
    Raises StoreProblem.
    """
    if create and not is_store(path):
        store = make(path, clock=clock, author=account())
    else:
        store = open_store(path, clock=clock)
    try:
        prepare(store)
    except BaseException:
        store.close()
        raise
    return store


def make(
    path: Path,
    *,
    clock: Clock,
    author: Author,
    code: str | None = None,
    zone: str | None = None,
    drill: str = "",
) -> Store:
    """Make a new store; what is not given is chosen. Raises BadInput and StoreProblem.

    `drill` is the scenario of a store made for one: it is marked everywhere, and nothing leaves it.
    """
    chosen = _any_code(os.urandom(3)) if code is None else code
    return create_store(path, code=chosen, zone=zone or local_zone(), clock=clock, author=author, drill=drill)


def drill_of(store: Store) -> str:
    """Return the scenario of the drill a store was made for, empty for one of real incidents."""
    with store.journal.read() as connection:
        return drill_in(connection)


def drill_in(connection: Connection) -> str:
    """Return the same within a transaction."""
    made = journal.entries(connection, kinds=("store.created",))
    return next((e.body.drill for e in made if isinstance(e.body, StoreCreated) and e.body.drill), "")


def prepare(store: Store) -> None:
    """Bring an opened store up to date: its schema, and the entries a crash lost."""
    if store.read_only:
        store.warnings.append("This store is on a read-only medium: nothing can be written.")
        return
    upgrades.upgrade(store, account())
    imports.append_missing_entries(store)
    signals.apply(store)


def back_up_if_due(store: Store) -> Backup | None:
    """Make the daily backup when the newest is a day old; return it, or None.

    Raises UserError when it fails. Whoever calls says so and goes on: people must be able to write.
    """
    return None if store.read_only else backup.make_if_due(store)


def local_zone() -> str:
    """Return this machine's IANA zone; UTC where it does not say."""
    import tzlocal

    try:
        return tzlocal.get_localzone_name() or "UTC"
    except Exception:  # noqa: BLE001 - whatever a machine's zone files hold, a store must open
        return "UTC"


def _any_code(random: bytes) -> str:
    return "".join(_CONSONANTS[byte % len(_CONSONANTS)] for byte in random)
