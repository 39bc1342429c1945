"""Backups of the journal that were reopened and verified before they count, and bringing one back."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select, update

from tocsin.errors import NotFound, StoreProblem
from tocsin.model.journal import Entry, StoreRestored, SystemAdded
from tocsin.model.operator import Author, System
from tocsin.now import Clock
from tocsin.store import journal, schema, systems
from tocsin.store.files import locked, replacing, sync_folder
from tocsin.store.folder import RandomBytes, Store, journal_file, opened_files

KEPT = 10
DAILY = timedelta(days=1)
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified copy of the journal: where it is, when it was made (UTC), how many entries it has."""

    path: Path
    made: datetime
    entries: int


def make(store: Store) -> Backup:
    """Copy the journal, sync it, reopen the copy and verify its chain; then drop all but the newest ten.

    Raises StoreProblem when the copy does not verify; it is then removed and the older ones stay.
    """
    store.refuse_read_only()
    with locked(store.path / "backup.lock", timeout_s=60):
        return _make(store)


def make_if_due(store: Store) -> Backup | None:
    """Make a backup when the newest is more than a day old; return it, or None."""
    if not _is_due(store):
        return None
    with locked(store.path / "backup.lock", timeout_s=60):
        return _make(store) if _is_due(store) else None


def _is_due(store: Store) -> bool:
    # One that lies ahead was made while the machine's clock was wrong and says nothing about today.
    now = store.now()
    return all(now - one.made >= DAILY for one in listed(store.path) if one.made <= now)


def _make(store: Store) -> Backup:
    path = store.folder("backups") / f"journal-{store.now().strftime(_STAMP)}.db"
    for left in path.parent.glob(".journal-*.part*"):
        left.unlink(missing_ok=True)  # by a program that was killed while it copied
    with replacing(path) as temporary:
        store.journal.copy_to(temporary)
        entries = check(temporary)
    for old in listed(store.path)[:-KEPT]:
        old.path.unlink(missing_ok=True)
    return Backup(path, store.now(), entries)


def listed(store_path: Path) -> list[Backup]:
    """Return the backups there are, oldest first; `entries` is not counted here (-1)."""
    found = ((path, _made(path)) for path in (store_path / "backups").glob("journal-*.db"))
    known = [Backup(path, made, -1) for path, made in found if made is not None]
    return sorted(known, key=lambda one: one.made)


def check(path: Path) -> int:
    """Return the number of entries of a journal copy. Raises StoreProblem when it does not verify."""
    copy = journal_file(path, read_only=True)
    try:
        if not copy.is_sound():
            raise StoreProblem("SQLite finds this copy damaged.", where=str(path))
        with copy.read() as connection:
            fault = journal.verify(connection)
            if fault is not None:
                raise StoreProblem(f"entry {fault.seq} does not verify: {fault.reason}.", where=str(path))
            return journal.count(connection)
    finally:
        copy.close()


def restore(
    path: Path, author: Author, backup: Path, *, clock: Clock, random: RandomBytes = os.urandom
) -> Entry:
    """Bring a backup back as a new site of the store at `path`, whatever is left of its journal.

    The journal it replaces is kept whole beside the backups: what came after the backup stays in it. The new
    site gets its own code (WR becomes WR2), so that no reference is ever given twice. Raises NotFound, and
    StoreProblem when the backup is damaged or a console has the store open.
    """
    if not backup.is_file():
        raise NotFound(
            "there is no such backup.", where=str(backup), hint="`tocsin restore --list` shows them."
        )
    check(backup)
    store = opened_files(path, clock, random)
    if store.read_only:
        raise StoreProblem("nothing can be written here.", where=str(path))
    try:
        with store.presence.alone():
            return _bring_back(store, author, backup)
    finally:
        store.close()


def _bring_back(store: Store, author: Author, backup: Path) -> Entry:
    aside = store.folder("backups") / f"replaced-{store.now().strftime(_STAMP)}.db"
    prepared = store.path / "restored.db"
    head, used, watched = _head(store), set(_codes(store.path)), _systems(store)
    store.journal.close()
    copy = journal_file(backup, read_only=True)
    with replacing(prepared) as temporary:
        copy.copy_to(temporary)
    copy.close()
    store.journal = journal_file(prepared)
    entry = _begin_site(store, author, backup.name, aside.name, head, used)
    _keep_systems(store, author, watched)
    store.journal.close()
    _exchange(prepared, store.path / "journal.db", aside)
    return entry


def _begin_site(store: Store, author: Author, backup: str, aside: str, head: str, used: set[str]) -> Entry:
    """Begin the new site in the copy, before it is put in place: a crash leaves the old journal or this."""
    store.load_site()
    body = StoreRestored(backup, aside, head, _next_code(store.code, used), store.zone)
    store.site = store.new_id()
    with store.write() as write:
        write.connection.execute(update(schema.site).values(current=0))
        row = {"id": store.site, "code": body.code, "zone": store.zone, "current": 1}
        write.connection.execute(insert(schema.site).values(**row))
        return write.add(author, body)


def _keep_systems(store: Store, author: Author, watched: list[System]) -> None:
    """Add again the systems that came after the backup: the signals that are here go by their ids."""
    with store.write() as write:
        known = {system.id for system in systems.list_all(write.connection)}
        for system in watched:
            if system.id not in known:
                write.add(author, SystemAdded(system.name, system.aliases), subject=system.id)


def _exchange(prepared: Path, place: Path, aside: Path) -> None:
    """Put the prepared journal in place of the present one, which is kept as `aside`."""
    rollback = place.with_name(f"{place.name}-journal")
    if rollback.is_file() and rollback.stat().st_size:
        # Belongs to a journal too damaged to be opened; beside the new one SQLite would play it into that.
        rollback.replace(aside.with_name(f"{aside.name}-journal"))
    if place.is_file():
        try:
            aside.hardlink_to(place)
        except OSError:  # a file system without hard links; for a moment there is no journal then
            place.replace(aside)
        sync_folder(aside.parent)
    prepared.replace(place)
    sync_folder(place.parent)
    prepared.with_name(f"{prepared.name}-journal").unlink(missing_ok=True)


def _head(store: Store) -> str:
    """Return the last hash of the journal being replaced, or why it cannot be read."""
    if not store.journal.path.is_file():
        return "gone"
    try:
        store.load_site()
        with store.journal.read() as connection:
            return journal.head_of(connection, store.site)[1]
    except StoreProblem as problem:
        return f"unreadable: {problem.what}"


def _systems(store: Store) -> list[System]:
    """Return the systems of the journal being replaced, as far as it can be read."""
    if not store.journal.path.is_file():
        return []
    with suppress(StoreProblem), store.journal.read() as connection:
        return systems.list_all(connection)
    return []


def _codes(path: Path) -> Iterator[str]:
    """Give the code of every site in the journal and its copies, as far as they can be read."""
    for file in (path / "journal.db", *(path / "backups").glob("*.db")):
        if file.is_file():
            copy = journal_file(file, read_only=True)
            with suppress(StoreProblem), copy.read() as connection:
                yield from connection.execute(select(schema.site.c.code)).scalars()
            copy.close()


def _next_code(code: str, used: set[str]) -> str:
    stem = code.rstrip("0123456789")
    number = int(code[len(stem) :] or "1") + 1
    while f"{stem}{number}" in used:
        number += 1
    return f"{stem}{number}"


def _made(path: Path) -> datetime | None:
    """Return when a backup was made, None for a file that somebody else put there."""
    with suppress(ValueError):
        return datetime.strptime(path.stem.removeprefix("journal-"), _STAMP).replace(tzinfo=UTC)
    return None
