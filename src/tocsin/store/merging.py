"""Merging: the small chunks a live source leaves, one a round, become few; readers see no difference."""

from sqlalchemy import Connection, delete, func, select

from tocsin.store import samples
from tocsin.store.chunks import CHUNK
from tocsin.store.schema import chunk


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
