"""One SQLite file: opened with the settings that lose nothing, read back; the only SQLite-only statements.

Settings and reasons: TRUNCATE with FULL lost no acknowledged entry in simulated power cuts, where Python's
default lost some, and it is free of the WAL-reset fault of SQLite before 3.51.3. The live file must never be
opened by anything but this driver: a plain open() and close() drops SQLite's locks on POSIX systems.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection as Connection  # what the floors above call a connection
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from tocsin.errors import StoreProblem
from tocsin.store.schema import APPLICATION_ID

_BUSY_TIMEOUT_S = 10.0
_LEAVE_TIMEOUT_S = 2.0  # long enough for a command that was under way, not for a console


class Database:
    """A file with one writer at a time and any number of readers. Call `close` when done."""

    def __init__(self, path: Path, *, page_size: int, cache_kib: int, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.on_commit: Callable[[], None] = lambda: None
        self._page_size, self._cache_kib = page_size, cache_kib
        self._reader = self._engine("BEGIN", pool_size=5)
        self._writer = self._engine("BEGIN IMMEDIATE", pool_size=1, max_overflow=0)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state. Keep it short: a long read delays writers."""
        with self._guard(), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the writing connection; everything done with it is committed, or nothing is.

        Raises StoreProblem when it could not be written. After a return it is on the disk.
        """
        if self.read_only:
            raise StoreProblem("this store is open for reading only.", where=str(self.path))
        with self._guard(), self._writer.connect() as connection, connection.begin():
            yield connection
        self.on_commit()

    @contextmanager
    def watching(self) -> Iterator[Callable[[], int]]:
        """Give a function whose answer changes when anybody else, here or elsewhere, has committed."""
        with self._guard(), self._outside_transactions() as connection:
            yield lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])

    def version(self) -> int:
        """Return the schema version inside the file; 0 in a new one."""
        with self.read() as connection:
            return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())

    def is_ours(self) -> bool:
        """Whether the file bears the mark of a store; a new one does not yet."""
        with self.read() as connection:
            return int(connection.exec_driver_sql("PRAGMA application_id").scalar_one()) == APPLICATION_ID

    def set_version(self, connection: Connection, version: int) -> None:
        """Write the schema version and the mark that tells a store from other databases."""
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {version:d}")

    def create(self, tables: MetaData, version: int) -> None:
        """Lay out a new file in one transaction; harmless when another console just did."""
        with self.write() as connection:
            tables.create_all(connection, checkfirst=True)
            self.set_version(connection, version)

    def copy_to(self, path: Path) -> None:
        """Write a compact copy without freed pages (VACUUM INTO), seen at one instant."""
        with self._guard(), self._outside_transactions() as connection:
            connection.execute("VACUUM INTO ?", (str(path),))

    def is_sound(self) -> bool:
        """Whether SQLite's own quick check finds the file in order."""
        with self.read() as connection:
            return str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()) == "ok"

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _outside_transactions(self) -> Iterator[sqlite3.Connection]:
        # SQLAlchemy opens a transaction for every statement; these must run without one.
        pooled = self._reader.raw_connection()
        try:
            yield cast(sqlite3.Connection, pooled.driver_connection)
        finally:
            pooled.close()

    def _engine(self, begin: str, **pool: Any) -> Engine:
        uri = f"{self.path.absolute().as_uri()}?mode={'ro' if self.read_only else 'rwc'}"
        engine = create_engine(
            "sqlite://",
            creator=lambda: self._connected(uri),
            poolclass=QueuePool,
            **pool,
        )
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def _connected(self, uri: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_TIMEOUT_S
        )
        try:
            self._configure(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _configure(self, connection: sqlite3.Connection) -> None:
        settings = [
            f"page_size = {self._page_size}",
            f"cache_size = -{self._cache_kib}",
            "foreign_keys = ON",
            "secure_delete = ON",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "mmap_size = 0",
            "temp_store = MEMORY",
            "synchronous = FULL",
        ]
        if not self.read_only:
            settings.append("journal_mode = TRUNCATE")
        for setting in settings:
            connection.execute(f"PRAGMA {setting}").fetchall()
        self._read_back(connection)

    def _read_back(self, connection: sqlite3.Connection) -> None:
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if synchronous != 2 or (not self.read_only and mode != "truncate"):
            raise StoreProblem(
                f"SQLite did not take the safe settings (journal_mode {mode}, synchronous {synchronous}).",
                where=str(self.path),
                hint="Nothing was written. Is another program using this file?",
            )

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StoreProblem(_plain(str(error.orig)), where=str(self.path)) from error
        except sqlite3.Error as error:
            raise StoreProblem(_plain(str(error)), where=str(self.path)) from error


class Presence:
    """Whether anybody has a store open: a lock that all who have it open share, in a file of its own.

    SQLite's own locks, because they are shared ones on every system and go when a process dies.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        if not read_only or path.is_file():
            self._connection = self._opened("ro" if read_only else "rwc")

    def enter(self) -> None:
        """Say that the store is open here. Raises StoreProblem while somebody needs it alone."""
        self._lock("BEGIN", "the store is being restored or upgraded just now.", "Try again in a moment.")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the store while nobody else has it open. Raises StoreProblem when somebody has."""
        self.leave()
        self._lock(
            "BEGIN EXCLUSIVE",
            "the store is open in another console; nothing was changed.",
            "Close every other console on it and try again.",
        )
        try:
            yield
        finally:
            self.leave()

    def leave(self) -> None:
        """Say that the store is open here no more."""
        if self._connection is not None and self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Leave, and close the file; twice is once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lock(self, begin: str, refusal: str, hint: str) -> None:
        if self._connection is None:
            return
        try:
            self._connection.execute(begin)
            self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        except sqlite3.Error as error:
            self.leave()
            if "locked" in str(error):
                raise StoreProblem(refusal, where=str(self.path.parent), hint=hint) from error
            raise StoreProblem(_plain(str(error)), where=str(self.path)) from error

    def _opened(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        try:
            return sqlite3.connect(
                uri, uri=True, isolation_level=None, check_same_thread=False, timeout=_LEAVE_TIMEOUT_S
            )
        except sqlite3.Error as error:
            raise StoreProblem(_plain(str(error)), where=str(self.path)) from error


def _plain(reason: str) -> str:
    """Return SQLite's reason in words a person can act on."""
    known = {
        "database or disk is full": "the disk is full; nothing of this was saved. Free some space and retry.",
        "database is locked": "another program has kept the store busy for ten seconds; nothing was saved.",
        "attempt to write a readonly database": "the folder cannot be written to; nothing was saved.",
        "file is not a database": "this file is not a store, or it was damaged or encrypted.",
        "image is malformed": "the file is damaged. Keep it; run `tocsin verify`, then `tocsin restore`.",
        "unable to open database": "the file cannot be opened. Is the folder there, and may you read it?",
    }  # fmt: skip
    return next((words for key, words in known.items() if key in reason), f"SQLite says: {reason}.")
