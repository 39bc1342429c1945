"""How much there is of many series and where each ends: by headers alone, or by the times of a chunk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import zstandard
from sqlalchemy import Connection, and_, func, select

from tocsin.store import chunks as chunks_
from tocsin.store.samples import Span, Times
from tocsin.store.schema import chunk, import_

_BLOBS_AT_ONCE = 500
_complete = chunk.c["import"].in_(select(import_.c.number).where(import_.c.complete == 1))


@dataclass(frozen=True, slots=True)
class End:
    """The header of the chunk that ends last: its number, length, last time (UTC microseconds) and value."""

    chunk: int
    n: int
    t1: int
    last: float


def read(connection: Connection, numbers: Collection[int]) -> dict[int, End]:
    """Return where each series with samples ends; no blob is read."""
    last = (
        select(chunk.c.series, func.max(chunk.c.t1).label("t1"))
        .where(chunk.c.series.in_(list(numbers)), _complete)
        .group_by(chunk.c.series)
        .subquery()
    )
    columns = chunk.c.series, chunk.c.number, chunk.c.n, chunk.c.t1, chunk.c.vlast
    query = select(*columns).join(last, and_(chunk.c.series == last.c.series, chunk.c.t1 == last.c.t1))
    return {row[0]: End(*row[1:]) for row in connection.execute(query.where(_complete))}


def brought(connection: Connection, chunks: Sequence[int]) -> dict[int, int]:
    """Return for each chunk when the import that brought it began, in UTC microseconds."""
    found: dict[int, int] = {}
    for start in range(0, len(chunks), _BLOBS_AT_ONCE):
        some = chunk.c.number.in_(list(chunks[start : start + _BLOBS_AT_ONCE]))
        query = select(chunk.c.number, import_.c.started_us).join(
            import_, import_.c.number == chunk.c["import"]
        )
        found |= {int(row[0]): int(row[1]) for row in connection.execute(query.where(some))}
    return found


def steps(connection: Connection, chunks: Sequence[int], most: int) -> dict[int, Times]:
    """Return the last `most` intervals between samples of each chunk, in microseconds; values stay packed."""
    press = zstandard.ZstdDecompressor()
    found = {}
    for start in range(0, len(chunks), _BLOBS_AT_ONCE):
        some = list(chunks[start : start + _BLOBS_AT_ONCE])
        query = select(chunk.c.number, chunk.c.n, chunk.c.data).where(chunk.c.number.in_(some))
        for row in connection.execute(query):
            found[int(row.number)] = chunks_.steps(row.n, row.data, press)[-most:]
    return found


def spans(connection: Connection, numbers: Collection[int]) -> dict[int, Span]:
    """Return how much there is of each series with samples, by one query."""
    columns = chunk.c.series, func.sum(chunk.c.n), func.min(chunk.c.t0), func.max(chunk.c.t1)
    query = select(*columns).where(chunk.c.series.in_(list(numbers)), _complete).group_by(chunk.c.series)
    return {row[0]: Span(*row[1:]) for row in connection.execute(query)}
