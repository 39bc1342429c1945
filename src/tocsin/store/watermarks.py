"""How far each series was judged by each detector; moved only by whoever judged all that is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

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


_KEY = (
    watermark.c.series == bindparam("of_series"),
    watermark.c.detector == bindparam("by_detector"),
    watermark.c.version == bindparam("by_version"),
)
_UPTO = select(watermark.c.upto_us).where(*_KEY)
_SEEN = select(func.count(), func.coalesce(func.max(chunk.c.number), 0)).where(
    chunk.c.series == bindparam("of_series"), _complete
)
_MOVE = update(watermark).where(*_KEY)


def mark(connection: Connection, number: int, detector: str, version: str) -> Mark:
    """Return how far a series was judged, and what there is of it now."""
    key = {"of_series": number, "by_detector": detector, "by_version": version}
    upto = connection.execute(_UPTO, key).scalar()
    chunks, newest = connection.execute(_SEEN, {"of_series": number}).one()
    return Mark(number, detector, version, upto, int(chunks), int(newest))


def advance(connection: Connection, seen: Mark, upto_us: int) -> bool:
    """Move the watermark if nothing has changed since `seen`; return whether it was moved.

    Call it first in the transaction that stores what was found: when it says no, somebody else has judged
    these samples, or more have come, and nothing may be stored.
    """
    if mark(connection, seen.series, seen.detector, seen.version) != seen:
        return False
    if seen.upto_us is None:
        row = {"series": seen.series, "detector": seen.detector, "version": seen.version, "upto_us": upto_us}
        connection.execute(insert(watermark), row)
    else:
        key = {"of_series": seen.series, "by_detector": seen.detector, "by_version": seen.version}
        connection.execute(_MOVE, {**key, "upto_us": upto_us})
    return True


def lagging(connection: Connection, detector: str, version: str) -> dict[int, int]:
    """Return the series that another version of a detector judged further, and how far (UTC microseconds)."""
    query = select(watermark.c.series, func.max(watermark.c.upto_us)).where(watermark.c.detector == detector)
    there = reached(connection, detector, version)
    furthest = connection.execute(query.group_by(watermark.c.series))
    return {int(row[0]): int(row[1]) for row in furthest if row[0] not in there or there[row[0]] < row[1]}


def inherit(connection: Connection, detector: str, version: str) -> None:
    """Let a version of a detector go on where the furthest other version of it stands.

    So that changed parameters judge what comes from now on, and raise no history anew.
    """
    key = {"detector": detector, "version": version}
    rows = [
        {"series": number, **key, "upto_us": upto}
        for number, upto in lagging(connection, detector, version).items()
    ]
    if rows:
        put = upsert(watermark)
        whole = ["series", "detector", "version"]
        connection.execute(
            put.on_conflict_do_update(index_elements=whole, set_={"upto_us": put.excluded.upto_us}), rows
        )


def reopen(connection: Connection, firsts: Mapping[int, int]) -> None:
    """Have samples judged again from an instant (UTC microseconds) on, by series: late ones have come."""
    if not firsts:
        return
    late = select(watermark.c.series).where(watermark.c.upto_us >= min(firsts.values())).distinct()
    for number in connection.execute(late).scalars().all():
        if number in firsts:
            mark = (watermark.c.series == number) & (watermark.c.upto_us >= firsts[number])
            connection.execute(update(watermark).where(mark).values(upto_us=firsts[number] - 1))


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


def reached(connection: Connection, detector: str, version: str) -> dict[int, int]:
    """Return how far each series was judged by one version of a detector, in UTC microseconds."""
    query = select(watermark.c.series, watermark.c.upto_us).where(
        watermark.c.detector == detector, watermark.c.version == version
    )
    return {int(row[0]): int(row[1]) for row in connection.execute(query)}
