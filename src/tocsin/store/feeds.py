"""Feeds: how far each live source was read, how it goes, and the import that takes what it sends in a day."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from tocsin.model.decoding import decoded
from tocsin.model.instant import to_us
from tocsin.model.source import State
from tocsin.store import imports
from tocsin.store.schema import arrival, chunk, feed, import_, series


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a source between two rounds; both as new for one that was never asked."""

    cursor: dict[str, Any]
    state: State


def get(connection: Connection, source: str) -> Kept:
    """Return what is kept of a source."""
    row = connection.execute(select(feed).where(feed.c.source == source)).first()
    if row is None:
        return Kept({}, State())
    return Kept(msgspec.json.decode(row.cursor), decoded(row.state, State))


def put(
    connection: Connection, source: str, *, cursor: dict[str, Any] | None = None, state: State | None = None
) -> None:
    """Keep the cursor or the state of a source, or both; None leaves the one there is."""
    values = {}
    if cursor is not None:
        values["cursor"] = msgspec.json.encode(cursor).decode()
    if state is not None:
        values["state"] = msgspec.json.encode(state).decode()
    if values:
        fresh = {"source": source, "cursor": "{}", "state": "{}", **values}
        query = insert(feed).values(fresh).on_conflict_do_update(index_elements=["source"], set_=values)
        connection.execute(query)


def open_imports(connection: Connection, source: str) -> list[imports.Import]:
    """Return the imports of a source whose day is not over, the oldest first."""
    mine = (import_.c.feed == source) & import_.c.completed_us.is_(None)
    numbers = connection.execute(select(import_.c.number).where(mine).order_by(import_.c.number)).scalars()
    return [imports.get(connection, number) for number in numbers.all()]


def systems(connection: Connection) -> dict[str, set[str]]:
    """Return the systems, by id, that each live source told of in the newest day it sent anything."""
    last = select(func.max(import_.c.number)).where(import_.c.feed != "").group_by(import_.c.feed)
    query = (
        select(import_.c.feed, series.c.system)
        .join(chunk, chunk.c["import"] == import_.c.number)
        .join(series, series.c.number == chunk.c.series)
        .where(import_.c.number.in_(last))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for source, system in connection.execute(query):
        found.setdefault(source, set()).add(system)
    return found


def open_ones(connection: Connection) -> set[str]:
    """Return the names of the sources that have an import whose day is not over."""
    mine = (import_.c.feed != "") & import_.c.completed_us.is_(None)
    return set(connection.execute(select(import_.c.feed).where(mine)).scalars())


def count(
    connection: Connection,
    day: imports.Import,
    more: imports.Counts,
    assumed: dict[str, str],
    records: set[str],
) -> None:
    """Add to what became of the rows of a day's import."""
    known = {record for record in day.record.split(", ") if record}
    connection.execute(
        update(import_)
        .where(import_.c.number == day.number)
        .values(
            read=import_.c.read + more.read,
            stored=import_.c.stored + more.stored,
            already=import_.c.already + more.already,
            rejected=import_.c.rejected + more.rejected,
            assumed=msgspec.json.encode({**day.assumed, **assumed}).decode(),
            record=", ".join(sorted(known | records)),
        )
    )


def note_arrival(connection: Connection, number: int, at: datetime, newest_us: int) -> None:
    """Write down up to which time (UTC microseconds) an import had come at an instant."""
    held = arrived_by(connection, number, at)
    if held is not None and held >= newest_us:
        return
    row = {"import": number, "at_us": to_us(at), "newest_us": newest_us}
    query = insert(arrival).values(row)
    columns = ["import", "at_us"]
    connection.execute(query.on_conflict_do_update(index_elements=columns, set_={"newest_us": newest_us}))


def arrived_by(connection: Connection, number: int, at: datetime) -> int | None:
    """Return up to which time (UTC microseconds) an import had come by an instant, None when to none."""
    mine = (arrival.c["import"] == number) & (arrival.c.at_us <= to_us(at))
    return connection.execute(select(func.max(arrival.c.newest_us)).where(mine)).scalar_one_or_none()


def close(connection: Connection, number: int, completed: datetime) -> None:
    """Say that the day of an import is over: nothing is added to it any more."""
    connection.execute(
        update(import_).where(import_.c.number == number).values(completed_us=to_us(completed))
    )
