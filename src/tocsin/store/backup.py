"""Backups of the journal that were reopened and verified before they count, and bringing one back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update

from tocsin.errors import NotFound, StoreProblem
from tocsin.model.journal import Entry, StoreRestored
from tocsin.model.operator import Author
from tocsin.store import journal, schema
from tocsin.store.database import Database
from tocsin.store.files import replacing, sync_folder
from tocsin.store.folder import Store

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
    path = store.folder("backups") / f"journal-{store.now().strftime(_STAMP)}.db"
    from filelock import FileLock  # when used: it brings asyncio along, which every start would pay for

    with FileLock(store.path / "backup.lock", timeout=60):
        with replacing(path) as temporary:
            store.journal.copy_to(temporary)
            entries = check(temporary)
        for old in sorted(path.parent.glob("journal-*.db"))[:-KEPT]:
            old.unlink(missing_ok=True)
    return Backup(path, store.now(), entries)


def make_if_due(store: Store) -> Backup | None:
    """Make a backup when the newest is more than a day old; return it, or None."""
    newest = max((b.made for b in listed(store.path)), default=None)
    if newest is not None and abs(store.now() - newest) < DAILY:
        return None
    return make(store)


def listed(store_path: Path) -> list[Backup]:
    """Return the backups there are, oldest first; `entries` is not counted here (-1)."""
    found = sorted((store_path / "backups").glob("journal-*.db"))
    return [Backup(path, _made(path), -1) for path in found]


def check(path: Path) -> int:
    """Return the number of entries of a journal copy. Raises StoreProblem when it does not verify."""
    copy = Database(path, page_size=4096, cache_kib=4096, read_only=True)
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


def restore(store: Store, author: Author, backup: Path) -> Entry:
    """Bring a backup back as a new site of this store; the journal it replaces is moved aside whole.

    What came after the backup stays in the moved file. The new site gets its own code (WR becomes WR2), so
    that no reference is ever given twice. No other console may have the store open. The store is open on
    the restored journal afterwards.
    """
    if not backup.is_file():
        raise NotFound(
            "there is no such backup.", where=str(backup), hint="`tocsin restore --list` shows them."
        )
    check(backup)
    head, journal_path = _head(store), store.journal.path
    aside = store.folder("backups") / f"replaced-{store.now().strftime(_STAMP)}.db"
    with replacing(store.path / "restored.db") as temporary:
        copy = Database(backup, page_size=4096, cache_kib=4096, read_only=True)
        copy.copy_to(temporary)
        copy.close()
    store.journal.close()
    journal_path.replace(aside)
    sync_folder(aside.parent)
    (store.path / "restored.db").replace(journal_path)
    sync_folder(store.path)
    return _begin_site(store, author, backup.name, aside.name, head)


def _begin_site(store: Store, author: Author, backup: str, aside: str, head: str) -> Entry:
    store.load_site()
    code = _next_code(store.code)
    store.site = store.new_id()
    with store.write() as write:
        write.connection.execute(update(schema.site).values(current=0))
        row = {"id": store.site, "code": code, "zone": store.zone, "current": 1}
        write.connection.execute(insert(schema.site).values(**row))
        entry = write.add(author, StoreRestored(backup, aside, head, code, store.zone))
    store.load_site()
    return entry


def _head(store: Store) -> str:
    """Return the last hash of the journal being replaced, or why it cannot be read."""
    try:
        with store.journal.read() as connection:
            return journal.head_of(connection, store.site)[1]
    except StoreProblem as problem:
        return f"unreadable: {problem.what}"


def _next_code(code: str) -> str:
    stem = code.rstrip("0123456789")
    return f"{stem}{int(code[len(stem) :] or '1') + 1}"


def _made(path: Path) -> datetime:
    return datetime.strptime(path.stem.removeprefix("journal-"), _STAMP).replace(tzinfo=UTC)
