"""Imports: what came from outside, when, and what became of it. Readers see only complete ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import NoResultFound

from tocsin.errors import NotFound
from tocsin.model.decoding import decoded
from tocsin.model.instant import from_us, to_us
from tocsin.model.operator import Author
from tocsin.store import samples
from tocsin.store.schema import alert, chunk, decision_log, deployment, import_, message, series, watermark

_SWEPT_AT_ONCE = 256
_REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows: read = stored + already + rejected + missing."""

    read: int = 0
    stored: int = 0
    already: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `id` is that of its journal entry, made before the first row was written."""

    number: int
    id: str
    complete: bool
    source: str
    sha256: str
    importer: str
    record: str
    system: str
    author: Author
    started: datetime
    completed: datetime | None
    counts: Counts
    assumed: dict[str, str]
    options: dict[str, str]
    feed: str


def begin(
    connection: Connection,
    *,
    id: str,
    source: str,
    sha256: str,
    importer: str,
    record: str,
    system: str,
    author: Author,
    started: datetime,
    options: dict[str, str] | None = None,
    feed: str = "",
) -> int:
    """Open an import and return its number; readers see it when it is complete, that of a `feed` at once."""
    created = connection.execute(
        insert(import_).values(
            id=id,
            complete=1 if feed else 0,
            source=source,
            sha256=sha256,
            importer=importer,
            record=record,
            system=system,
            author=msgspec.json.encode(author).decode(),
            started_us=to_us(started),
            read=0,
            stored=0,
            already=0,
            rejected=0,
            assumed="{}",
            options=msgspec.json.encode(options or {}).decode(),
            feed=feed,
        )
    ).inserted_primary_key
    assert created is not None
    return int(created[0])


def complete(
    connection: Connection,
    number: int,
    counts: Counts,
    assumed: dict[str, str],
    completed: datetime,
    record: str = "samples",
) -> None:
    """Make everything of an import visible at once, and have late samples judged by the detectors too."""
    connection.execute(
        update(import_)
        .where(import_.c.number == number)
        .values(
            complete=1,
            record=record,
            completed_us=to_us(completed),
            read=counts.read,
            stored=counts.stored,
            already=counts.already,
            rejected=counts.rejected,
            assumed=msgspec.json.encode(assumed).decode(),
        )
    )
    for series_number, first, _last in samples.numbers_in(connection, number):
        mark = (watermark.c.series == series_number) & (watermark.c.upto_us >= first)
        connection.execute(update(watermark).where(mark).values(upto_us=first - 1))


def pending(connection: Connection) -> list[Import]:
    """Return the imports that are not complete."""
    return [_import(row) for row in connection.execute(select(import_).where(import_.c.complete == 0))]


def is_kept(connection: Connection, sha256: str) -> bool:
    """Whether a complete import is of the file with this SHA-256."""
    query = select(import_.c.number).where(import_.c.complete == 1, import_.c.sha256 == sha256)
    return connection.execute(query.limit(1)).first() is not None


def of_file(connection: Connection, sha256: str) -> Import | None:
    """Return the newest complete import of the file with this SHA-256, None when there is none."""
    query = select(import_).where(import_.c.complete == 1, import_.c.sha256 == sha256)
    row = connection.execute(query.order_by(import_.c.number.desc()).limit(1)).first()
    return None if row is None else _import(row)


def said(connection: Connection, system: str) -> Iterator[Import]:
    """Give the complete imports into a system of which a person said something, the newest first."""
    query = select(import_).where(
        import_.c.complete == 1, import_.c.system == system, import_.c.options != "{}", import_.c.feed == ""
    )
    for row in connection.execute(query.order_by(import_.c.number.desc()).limit(_REMEMBERED)):
        yield _import(row)


def sweep_some(connection: Connection, number: int) -> bool:
    """Delete a part of an import that will never be complete; return whether there is more.

    Short steps, so that nobody waits long; call each in a transaction of its own.
    """
    some = select(chunk.c.number).where(chunk.c["import"] == number).limit(_SWEPT_AT_ONCE)
    if connection.execute(delete(chunk).where(chunk.c.number.in_(some))).rowcount:
        return True
    for table in (alert, deployment, decision_log, message):
        connection.execute(delete(table).where(table.c["import"] == number))
    connection.execute(
        delete(series).where(~select(chunk.c.number).where(chunk.c.series == series.c.number).exists())
    )
    connection.execute(delete(import_).where(import_.c.number == number, import_.c.complete == 0))
    return False


def let_go(connection: Connection, number: int, id: str) -> bool:
    """Delete an alert, deployment or message of an import that is not complete; return whether it is not.

    Somebody else has brought the same record, who must not lose it when this import is refused.
    """
    mine = (import_.c.number == number) & (import_.c.complete == 0)
    if connection.execute(select(import_.c.number).where(mine)).first() is None:
        return False
    for table in (alert, deployment, message):
        connection.execute(delete(table).where(table.c.id == id, table.c["import"] == number))
    return True


def get(connection: Connection, number: int) -> Import:
    """Return an import by its number. Raises NotFound."""
    try:
        return _import(connection.execute(select(import_).where(import_.c.number == number)).one())
    except NoResultFound:
        raise NotFound(f"there is no import number {number}.") from None


def list_all(connection: Connection) -> Iterator[Import]:
    """Give every complete import, the oldest first; that of a live source when its day is over."""
    over = import_.c.completed_us.is_not(None)
    query = select(import_).where(import_.c.complete == 1, over).order_by(import_.c.number)
    for row in connection.execute(query):
        yield _import(row)


def _import(row: Row[tuple[object, ...]]) -> Import:
    return Import(
        number=row.number,
        id=row.id,
        complete=bool(row.complete),
        source=row.source,
        sha256=row.sha256,
        importer=row.importer,
        record=row.record,
        system=row.system,
        author=decoded(row.author, Author),
        started=from_us(row.started_us),
        completed=None if row.completed_us is None else from_us(row.completed_us),
        counts=Counts(row.read, row.stored, row.already, row.rejected),
        assumed=decoded(row.assumed, dict[str, str]),
        options=decoded(row.options, dict[str, str]),
        feed=row.feed,
    )
