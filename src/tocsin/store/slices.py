"""A long series slice by slice: the samples after an instant with their past, in pieces of bounded size."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import zstandard
from sqlalchemy import Connection, bindparam, func, select

from tocsin.store import samples
from tocsin.store.schema import chunk, import_

_FEWEST = 50_000  # new samples in a slice, unless the series ends before
_PIECE = 400_000  # samples held at once, if they lie evenly

_AT_ONCE = 500  # chunks read by one statement
_complete = chunk.c["import"].in_(select(import_.c.number).where(import_.c.complete == 1))
_HEADERS = (
    select(chunk.c.t0, chunk.c.t1, chunk.c.n)
    .where(
        chunk.c.series == bindparam("of_series"),
        chunk.c.t1 >= bindparam("since"),
        _complete,
    )
    .order_by(chunk.c.t1)
)


@dataclass(frozen=True, slots=True)
class Slice:
    """From `t0` until `t1`, both inclusive, lie about `samples`; `more` when the series goes on."""

    series: int
    t0: int
    t1: int
    samples: int
    more: bool


def following(connection: Connection, series: int, upto_us: int | None, back_us: int) -> Slice | None:
    """Return the next slice after `upto_us` and `back_us` of past before it, None when there is nothing new.

    With a longer past it holds more that is new, a quarter of that past: reading the past anew for each slice
    then costs a few times what reading the series once does. Without `upto_us` it begins with the series.
    """
    upto = samples.EARLIEST if upto_us is None else upto_us
    begin = samples.EARLIEST if upto_us is None else upto_us - back_us
    rows = connection.execute(_HEADERS, {"of_series": series, "since": begin}).all()
    if not rows or rows[-1][1] <= upto:
        return None
    starts, ends, counts = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    past = int(np.searchsorted(ends, upto, side="right"))
    wanted = max(_FEWEST, int(counts[:past].sum()) // 4)
    last = past + int(np.searchsorted(counts[past:].cumsum(), wanted))
    t1 = int(ends[min(last, len(ends) - 1)])
    return Slice(
        series, max(begin, int(starts.min())), t1, int(counts[starts <= t1].sum()), t1 < int(ends[-1])
    )


def pieces(
    connection: Connection, wanted: Slice, every_us: int
) -> Iterator[tuple[samples.Times, samples.Values]]:
    """Give the samples of a slice, oldest first; cut at whole multiples of `every_us` only."""
    every = max(every_us, 1)
    width = (wanted.t1 - wanted.t0) // (wanted.samples // _PIECE + 1) + 1
    width += -width % every
    for begin in range(wanted.t0 - wanted.t0 % every, wanted.t1 + 1, width):
        yield samples.read(
            connection, wanted.series, max(begin, wanted.t0), min(begin + width - 1, wanted.t1)
        )


def extents(connection: Connection, series: int | None = None) -> dict[int, tuple[int, int]]:
    """Return of every series, or one, how many samples it has, and the newest's time (UTC microseconds)."""
    columns = chunk.c.series, func.sum(chunk.c.n), func.max(chunk.c.t1)
    query = select(*columns).where(_complete).group_by(chunk.c.series)
    rows = connection.execute(query if series is None else query.where(chunk.c.series == series))
    return {int(row[0]): (int(row[1]), int(row[2])) for row in rows}


def fresh(
    connection: Connection, seen_us: Mapping[int, int]
) -> dict[int, tuple[samples.Times, samples.Values]]:
    """Return the samples that came after an instant (UTC microseconds), which each series has of its own."""
    if not seen_us:
        return {}
    columns = chunk.c.number, chunk.c.series, chunk.c.t1
    later = connection.execute(select(*columns).where(chunk.c.t1 > min(seen_us.values()), _complete))
    wanted = [row[0] for row in later if row[2] > seen_us.get(row[1], samples.LATEST)]
    parts: dict[int, list[tuple[samples.Times, samples.Values]]] = {}
    blobs = select(chunk.c.series, chunk.c.t0, chunk.c.n, chunk.c.data).order_by(chunk.c.t0)
    press = zstandard.ZstdDecompressor()
    for start in range(0, len(wanted), _AT_ONCE):
        some = chunk.c.number.in_(wanted[start : start + _AT_ONCE])
        for series, t0, n, data in connection.execute(blobs.where(some)).all():
            times, values = samples.unpack(t0, n, data, press)
            first = int(np.searchsorted(times, seen_us[series], side="right"))
            parts.setdefault(series, []).append((times[first:], values[first:]))
    return {series: _in_order(found) for series, found in parts.items()}


def _in_order(parts: list[tuple[samples.Times, samples.Values]]) -> tuple[samples.Times, samples.Values]:
    if len(parts) == 1:
        return parts[0]
    times, values = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(times, kind="stable")
    return times[order], values[order]
