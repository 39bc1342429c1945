"""A store: one folder on one machine, its two files, its site, and the one way to write to its journal."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, insert, select

from tocsin.errors import BadInput, StoreProblem
from tocsin.model.ids import uuid7
from tocsin.model.instant import When
from tocsin.model.journal import Body, Draft, Entry, StoreCreated
from tocsin.model.operator import Author
from tocsin.now import Clock
from tocsin.paths import network_file_system
from tocsin.store import journal, projections, schema
from tocsin.store.database import Database, Presence
from tocsin.store.files import locked

SUFFIX = ".tocsin"
_FOLDERS = ("evidence", "imports", "exports", "backups")
RandomBytes = Callable[[int], bytes]


@dataclass
class Write:
    """One journal transaction: read with `connection`, append with `add`."""

    store: "Store"
    connection: Connection
    entries: list[Entry] = field(default_factory=list)

    def add(
        self,
        author: Author,
        body: Body,
        *,
        incident: str = "",
        subject: str = "",
        occurred: When | None = None,
        replaces: tuple[str, ...] = (),
        id: str = "",
    ) -> Entry:
        """Append one entry and bring the projections along. An id made before makes a retry safe."""
        draft = Draft(id or self.store.new_id(), author, body, incident, subject, occurred, replaces)
        return self.add_draft(draft)

    def add_draft(self, draft: Draft) -> Entry:
        """Append a draft made before; one that is in the journal already is returned and changes nothing.

        Its projection has moved on since then, so that taking the step again would undo later ones.
        """
        if (known := journal.find(self.connection, draft.id)) is not None:
            return known
        entry = journal.append(
            self.connection,
            draft,
            site=self.store.site,
            recorded_at=self.store.now(),
            salt=self.store.random(16),
        )
        projections.project(self.connection, entry)
        self.entries.append(entry)
        return entry

    def add_drafts(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Append several drafts in order, a few hundred at most; those in the journal already are no news."""
        there = journal.there(self.connection, [draft.id for draft in drafts])
        fresh = list({draft.id: draft for draft in drafts if draft.id not in there}.values())
        entries = journal.append_all(
            self.connection,
            fresh,
            site=self.store.site,
            recorded_at=self.store.now(),
            salts=[self.store.random(16) for _ in fresh],
        )
        projections.project_all(self.connection, entries)
        self.entries += entries
        return entries


@dataclass
class Store:
    """An open store. `site` is the id of the chain written here, `code` its letters, `zone` its home zone."""

    path: Path
    clock: Clock
    random: RandomBytes
    journal: Database
    signals: Database
    presence: Presence
    site: str = ""
    code: str = ""
    zone: str = "UTC"
    warnings: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present instant of the injected clock."""
        return self.clock.now()

    def new_id(self) -> str:
        """Return a fresh UUIDv7."""
        return uuid7(self.clock.now(), self.random(10))

    @property
    def read_only(self) -> bool:
        """Whether nothing can be written here (read-only medium)."""
        return self.journal.read_only

    def refuse_read_only(self) -> None:
        """Raise StoreProblem where nothing can be written, before any file is."""
        if self.read_only:
            raise StoreProblem("this store is open for reading only.", where=str(self.path))

    def folder(self, name: str) -> Path:
        """Return the path of evidence, imports, exports or backups, made if need be."""
        path = self.path / name
        path.mkdir(exist_ok=True)
        return path

    @contextmanager
    def write(self) -> Iterator[Write]:
        """Give one journal transaction. After a return its entries are on the disk.

        A commit that reports failure may have landed all the same: the last entry's id decides, so that
        "not saved" is never said of a saved entry.
        """
        write: Write | None = None
        try:
            with self.journal.write() as connection:
                write = Write(self, connection)
                yield write
        except StoreProblem:
            if write is None or not write.entries or not self._landed(write.entries[-1].id):
                raise

    def _landed(self, id: str) -> bool:
        with self.journal.read() as connection:
            return journal.has(connection, id)

    def load_site(self) -> None:
        """Read which site writes here; again after a restore."""
        with self.journal.read() as connection:
            row = connection.execute(select(schema.site).where(schema.site.c.current == 1)).one()
        self.site, self.code, self.zone = str(row.id), str(row.code), str(row.zone)

    def close(self) -> None:
        """Close both files."""
        self.signals.close()
        self.journal.close()
        self.presence.close()


def create_store(
    path: Path,
    *,
    code: str,
    zone: str,
    clock: Clock,
    author: Author,
    drill: str = "",
    random: RandomBytes = os.urandom,
) -> Store:
    """Make a store folder and open it; a store that is already there is opened as it is.

    `code` are 1 to 8 capital letters or digits for references, `zone` an IANA name, `drill` the scenario of a
    store that is made for one.
    Raises BadInput and StoreProblem.
    """
    if not (code.isascii() and code.isalnum() and code == code.upper() and len(code) <= 8):
        raise BadInput("a site code is 1 to 8 capital letters or digits, such as WR.", where=code)
    checked_zone(zone)
    _refuse_network(path)
    if not is_store(path) and any((path / "backups").glob("*.db")):
        raise StoreProblem(
            "its journal.db is gone, but backups are there.",
            where=str(path),
            hint="`tocsin restore` brings one back.",
        )
    _make_folder(path)
    with locked(path / "create.lock", timeout_s=30):
        store = opened_files(path, clock, random)
        if store.journal.version() == 0:
            _lay_out(store, StoreCreated(code, zone, drill), author)
        if store.signals.version() == 0:
            store.signals.create(schema.signals_tables, schema.SIGNALS_VERSION)
    return _entered(store)


def open_store(path: Path, *, clock: Clock, random: RandomBytes = os.urandom) -> Store:
    """Open a store that exists. Raises StoreProblem, saying what is wrong and what to do.

    Measurements can come again: where signals.db is gone, a new one is begun and the store says so.
    """
    if not is_store(path):
        saved = any((path / "backups").glob("*.db"))
        raise StoreProblem(
            "its journal.db is gone, but backups are there." if saved else "there is no store here.",
            where=str(path),
            hint="`tocsin restore` brings one back."
            if saved
            else "`tocsin init` makes one; --store names another.",
        )
    _refuse_network(path)
    lost = not (path / "signals.db").is_file()
    store = opened_files(path, clock, random)
    if lost:
        store.warnings.append("signals.db was gone; a new one was begun. Import the measurements again.")
    return _entered(store)


def _entered(store: Store) -> Store:
    try:
        if store.journal.version() == 0:
            raise StoreProblem(
                "the making of this store was interrupted.",
                where=str(store.path),
                hint="`tocsin init` finishes it.",
            )
        if not store.read_only and store.signals.version() == 0:
            store.signals.create(schema.signals_tables, schema.SIGNALS_VERSION)
        _check_versions(store)
        store.presence.enter()
        store.load_site()
    except BaseException:
        store.close()
        raise
    return store


def is_store(path: Path) -> bool:
    """Whether a store was made at `path`: a journal without a byte was never committed to."""
    journal_path = path / "journal.db"
    return journal_path.is_file() and journal_path.stat().st_size > 0


def checked_zone(zone: str) -> ZoneInfo:
    """Return the zone of an IANA name. Raises BadInput."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(
            "this is not a time zone name.", where=zone, hint="Use one like Europe/Berlin."
        ) from error


def opened_files(path: Path, clock: Clock, random: RandomBytes) -> Store:
    """Return a store whose files are not looked into yet, whatever they hold."""
    read_only = not os.access(path, os.W_OK)
    return Store(
        path=path,
        clock=clock,
        random=random,
        journal=journal_file(path / "journal.db", read_only=read_only),
        signals=Database(path / "signals.db", page_size=16_384, cache_kib=65_536, read_only=read_only),
        presence=Presence(path / "presence.db", read_only=read_only),
    )


def journal_file(path: Path, *, read_only: bool = False) -> Database:
    """Return a journal's file, wherever it lies."""
    return Database(path, page_size=4096, cache_kib=16_384, read_only=read_only)


def _lay_out(store: Store, body: StoreCreated, author: Author) -> None:
    """Make tables, site and first entry in one transaction, so that a crash leaves nothing half-made."""
    store.site, store.code, store.zone = store.new_id(), body.code, body.zone
    with store.write() as write:
        schema.journal_tables.create_all(write.connection)
        row = {"id": store.site, "code": body.code, "zone": body.zone, "current": 1}
        write.connection.execute(insert(schema.site).values(**row))
        write.add(author, body)
        store.journal.set_version(write.connection, schema.JOURNAL_VERSION)


def _check_versions(store: Store) -> None:
    for database, known in ((store.journal, schema.JOURNAL_VERSION), (store.signals, schema.SIGNALS_VERSION)):
        found = database.version()
        if not database.is_ours():
            raise StoreProblem("it is another program's database.", where=str(database.path))
        if found > known:
            raise StoreProblem(
                f"it was written by a newer Tocsin (schema {found}; this one knows up to {known}).",
                where=str(database.path),
                hint="Nothing was changed. Open it with the newer version.",
            )


def _make_folder(path: Path) -> None:
    if path.suffix != SUFFIX:
        raise BadInput(f"a store is a folder whose name ends in {SUFFIX}.", where=str(path))
    try:
        for name in _FOLDERS:
            (path / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreProblem(f"the folder cannot be made: {error.strerror}.", where=str(path)) from error


def _refuse_network(path: Path) -> None:
    if kind := network_file_system(path):
        raise StoreProblem(
            f"this is a network file system ({kind}), where two writers can lose each other's entries.",
            where=str(path),
            hint="Keep the live store on a local disk.",
        )
