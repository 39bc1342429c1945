"""How far each series was judged by each detector; moved only by whoever judged all that is there."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from tocsin.store import samples
from tocsin.store.schema import chunk, import_, series, watermark

_complete = chunk.c["import"].in_(select(import_.c.number).where(import_.c.complete == 1))


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen of a series before judging it.

    `upto_us` is the newest sample judged, None when none was; `chunks` and `newest` (a chunk's number) tell
    whether samples have arrived since.
    """

    series: int
    detector: str
    version: str
    upto_us: int | None
    chunks: int
    newest: int


def mark(connection: Connection, number: int, detector: str, version: str) -> Mark:
    """Return how far a series was judged, and what there is of it now."""
    upto = connection.execute(select(watermark.c.upto_us).where(*_key(number, detector, version))).scalar()
    seen = select(func.count(), func.coalesce(func.max(chunk.c.number), 0)).where(chunk.c.series == number)
    chunks, newest = connection.execute(seen.where(_complete)).one()
    return Mark(number, detector, version, upto, int(chunks), int(newest))


def advance(connection: Connection, seen: Mark, upto_us: int) -> bool:
    """Move the watermark if nothing has changed since `seen`; return whether it was moved.

    Call it first in the transaction that stores what was found: when it says no, somebody else has judged
    these samples, or more have come, and nothing may be stored.
    """
    if mark(connection, seen.series, seen.detector, seen.version) != seen:
        return False
    key = _key(seen.series, seen.detector, seen.version)
    if seen.upto_us is None:
        row = {"series": seen.series, "detector": seen.detector, "version": seen.version, "upto_us": upto_us}
        connection.execute(insert(watermark).values(row))
    else:
        connection.execute(update(watermark).where(*key).values(upto_us=upto_us))
    return True


def unjudged(
    connection: Connection, number: int, since_us: int, *, back_us: int, longest_us: int, least: int
) -> tuple[samples.Times, samples.Values]:
    """Return the samples after `since_us` with their past.

    The past goes `back_us` back, and further, up to `longest_us`, until it holds `least` samples.
    """
    while True:
        times, values = samples.read(connection, number, since_us - back_us)
        enough = int((times <= since_us).sum()) >= least
        if enough or back_us >= longest_us:
            return times, values
        back_us = min(2 * back_us, longest_us)


def behind(connection: Connection, detector: str, version: str, system: str | None = None) -> list[int]:
    """Return the numbers of the series with samples that were not judged yet, of one system if named."""
    newest = (
        select(chunk.c.series, func.max(chunk.c.t1).label("t1")).where(_complete).group_by(chunk.c.series)
    )
    there = newest.subquery()
    judged = (
        select(watermark.c.series, watermark.c.upto_us)
        .where(watermark.c.detector == detector, watermark.c.version == version)
        .subquery()
    )
    query = (
        select(there.c.series)
        .join(series, series.c.number == there.c.series)
        .outerjoin(judged, judged.c.series == there.c.series)
        .where(judged.c.upto_us.is_(None) | (judged.c.upto_us < there.c.t1))
        .order_by(there.c.series)
    )
    if system is not None:
        query = query.where(series.c.system == system)
    return list(connection.execute(query).scalars())


def _key(number: int, detector: str, version: str) -> tuple[ColumnElement[bool], ...]:
    return (
        watermark.c.series == number,
        watermark.c.detector == detector,
        watermark.c.version == version,
    )
