"""Chunks of live sources: the small ones, one a round, become few; and what a file brings beside them."""

from sqlalchemy import Connection, and_, delete, func, select

from tocsin.store import samples
from tocsin.store.chunks import CHUNK
from tocsin.store.schema import chunk, import_


def crowded(connection: Connection, import_number: int, most: int) -> list[int]:
    """Return the series of which an import has more than `most` chunks that are not full."""
    mine = (chunk.c["import"] == import_number) & (chunk.c.n < CHUNK)
    query = select(chunk.c.series).where(mine).group_by(chunk.c.series).having(func.count() > most)
    return list(connection.execute(query).scalars())


def merge(connection: Connection, series: int, import_number: int) -> None:
    """Put the samples of one series in chunks of an import that are not full into as few as can be."""
    mine = (chunk.c.series == series) & (chunk.c["import"] == import_number) & (chunk.c.n < CHUNK)
    rows = connection.execute(
        select(chunk.c.t0, chunk.c.n, chunk.c.data, chunk.c.number).where(mine).order_by(chunk.c.t0)
    ).all()
    if len(rows) > 1:
        times, values = samples.joined(rows)
        connection.execute(delete(chunk).where(chunk.c.number.in_([row.number for row in rows])))
        samples.append(connection, series, times, values, import_number)


def clashes(connection: Connection, import_number: int) -> bool:
    """Whether a live source has brought a sample that an import has as well, for the same series and time.

    It was not there when the import looked; live sources do not wait for imports.
    """
    live = chunk.alias()
    meets = and_(
        live.c.series == chunk.c.series,
        live.c.t0 <= chunk.c.t1,
        live.c.t1 >= chunk.c.t0,
        live.c["import"].in_(select(import_.c.number).where(import_.c.feed != "")),
    )
    query = select(chunk.c.series, func.min(chunk.c.t0), func.max(chunk.c.t1)).join(live, meets)
    met = query.where(chunk.c["import"] == import_number).group_by(chunk.c.series)
    for number, t0, t1 in connection.execute(met).all():
        times, _, _ = samples.held(connection, number, t0, t1, import_number)
        if bool((times[1:] == times[:-1]).any()):
            return True
    return False
