"""Samples as packed chunks: written in order of time, read into numpy, reduced to what a chart can show.

A chunk holds up to 4096 samples of one series and one import; `store.chunks` makes its blob. A time occurs
once in a series, whatever import it came from; `operations.ingest` and `operations.feeds` see to that. Chunks
of different imports may overlap in time.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, and_, bindparam, exists, func, insert, select

from tocsin.store.chunks import CHUNK as CHUNK
from tocsin.store.chunks import Times as Times
from tocsin.store.chunks import Values as Values
from tocsin.store.chunks import compressor as compressor
from tocsin.store.chunks import pack as pack
from tocsin.store.chunks import unpack as unpack
from tocsin.store.schema import chunk, import_

EARLIEST, LATEST = -(2**63), 2**63 - 1

Packed = list[dict[str, Any]]

_complete = chunk.c["import"].in_(select(import_.c.number).where(import_.c.complete == 1))
_in_range = and_(
    chunk.c.series == bindparam("series"),
    chunk.c.t0 <= bindparam("t1"),
    chunk.c.t1 >= bindparam("t0"),
)


def _choose(*columns: Any) -> Select[Any]:
    return select(*columns).where(_in_range, _complete).order_by(chunk.c.t0)


_BLOBS = _choose(chunk.c.t0, chunk.c.n, chunk.c.data)
_T0, _T1, _N, _LOW, _HIGH, _NUMBER = range(6)
_HEADERS = _choose(chunk.c.t0, chunk.c.t1, chunk.c.n, chunk.c.vmin, chunk.c.vmax, chunk.c.number)
_HELD = (
    select(chunk.c.t0, chunk.c.n, chunk.c.data, chunk.c["import"])
    .where(_in_range, _complete | (chunk.c["import"] == bindparam("own")))
    .order_by(chunk.c.t0)
)


@dataclass(frozen=True, slots=True)
class Span:
    """How many samples a series has, and the instants of the first and the last in UTC microseconds."""

    count: int
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True, eq=False)
class Newest:
    """The samples of the chunk that ends last; `whole` when no other holds any since then."""

    times: Times
    values: Values
    whole: bool


def append(connection: Connection, series: int, times: Times, values: Values, import_number: int) -> None:
    """Add samples of one series, `times` strictly increasing, `values` finite; both of the same length."""
    insert_packed(connection, series, import_number, pack_all(times, values))


def pack_all(times: Times, values: Values, press: zstandard.ZstdCompressor | None = None) -> Packed:
    """Return the chunks of samples, which can be made before the transaction that inserts them."""
    press = press or compressor()
    starts = range(0, len(times), CHUNK)
    return [_packed(press, times[start : start + CHUNK], values[start : start + CHUNK]) for start in starts]


def insert_packed(connection: Connection, series: int, import_number: int, packed: Packed) -> None:
    """Add chunks of one series that `pack_all` made."""
    if packed:
        connection.execute(
            insert(chunk), [{"series": series, "import": import_number, **one} for one in packed]
        )


def insert_many(
    connection: Connection, import_number: int, packed: Sequence[tuple[int, dict[str, Any]]]
) -> None:
    """Add chunks that `pack_all` made, each with the number of its series, by a single statement."""
    if packed:
        connection.execute(
            insert(chunk), [{"series": number, "import": import_number, **one} for number, one in packed]
        )


def ends_since(connection: Connection, t0: int) -> dict[int, int]:
    """Return by series the newest time (UTC microseconds) of those with samples at or after `t0`."""
    query = select(chunk.c.series, func.max(chunk.c.t1)).where(chunk.c.t1 >= t0, _complete)
    return {int(row[0]): int(row[1]) for row in connection.execute(query.group_by(chunk.c.series))}


def read(connection: Connection, series: int, t0: int = EARLIEST, t1: int = LATEST) -> tuple[Times, Values]:
    """Return times (int64 UTC microseconds, increasing) and values in [t0, t1], of complete imports only."""
    rows = connection.execute(_BLOBS, {"series": series, "t0": t0, "t1": t1}).all()
    return _cut(*joined(rows), t0, t1)


def held(
    connection: Connection, series: int, t0: int, t1: int, own: int
) -> tuple[Times, Values, NDArray[np.int64]]:
    """Return times, values and import numbers in [t0, t1] of complete imports and of `own`."""
    rows = connection.execute(_HELD, {"series": series, "t0": t0, "t1": t1, "own": own}).all()
    owners = np.repeat(
        np.array([row[3] for row in rows], np.int64), np.array([row[1] for row in rows], np.int64)
    )
    times, values = _unpacked(rows)
    order = np.argsort(times, kind="stable")
    times, values, owners = times[order], values[order], owners[order]
    low, high = np.searchsorted(times, (t0, t1), "left")[0], np.searchsorted(times, t1, "right")
    return times[low:high], values[low:high], owners[low:high]


def minmax(
    connection: Connection, series: int, t0: int, t1: int, pixels: int
) -> tuple[Times, Values, Values]:
    """Return (times, lowest, highest) to draw [t0, t1] on `pixels` columns; one item a column with samples.

    A chunk narrower than a column counts by its header, in each column it touches; wider ones are unpacked.
    Where there are no more samples than columns, the samples themselves come back, lowest equal to highest.
    """
    width = max((t1 - t0) / pixels, 1.0)
    headers = _headers(connection, series, t0, t1)
    wide = headers[:, _T1] - headers[:, _T0] > width
    if wide.all() or headers[:, _N].sum() <= pixels:
        times, values = read(connection, series, t0, t1)
        if len(times) <= pixels:
            return times, values, values
        return _columns(*_reduced(times, values, t0, width, pixels), t0, width)
    lowest, highest = _by_headers(headers[~wide], t0, width, pixels)
    for number in headers[wide, _NUMBER].astype(int).tolist():
        low, high = _reduced(*_cut(*_one(connection, number), t0, t1), t0, width, pixels)
        np.fmin(lowest, low, out=lowest)
        np.fmax(highest, high, out=highest)
    return _columns(lowest, highest, t0, width)


def latest(connection: Connection, numbers: Collection[int]) -> dict[int, tuple[int, float]]:
    """Return the newest sample (UTC microseconds, value) of each series that has one."""
    newest = (
        select(chunk.c.series, func.max(chunk.c.t1).label("t1"))
        .where(chunk.c.series.in_(list(numbers)), _complete)
        .group_by(chunk.c.series)
        .subquery()
    )
    query = select(chunk.c.series, chunk.c.t1, chunk.c.vlast).join(
        newest, and_(chunk.c.series == newest.c.series, chunk.c.t1 == newest.c.t1)
    )
    return {row.series: (row.t1, row.vlast) for row in connection.execute(query.where(_complete))}


def newest(connection: Connection, numbers: Collection[int], since: int) -> dict[int, Newest]:
    """Return the chunk that ends last of each series that has one, by a single query for all of them.

    It is `whole` when no other chunk holds samples at or after `since` (UTC microseconds).
    """
    other = chunk.alias()
    more = exists().where(
        other.c.series == chunk.c.series,
        other.c.number != chunk.c.number,
        other.c.t1 >= since,
        other.c["import"].in_(select(import_.c.number).where(import_.c.complete == 1)),
    )
    last = (
        select(chunk.c.series, func.max(chunk.c.t1).label("t1"))
        .where(chunk.c.series.in_(list(numbers)), _complete)
        .group_by(chunk.c.series)
        .subquery()
    )
    query = select(chunk.c.series, chunk.c.t0, chunk.c.n, chunk.c.data, more.label("more")).join(
        last, and_(chunk.c.series == last.c.series, chunk.c.t1 == last.c.t1)
    )
    press = zstandard.ZstdDecompressor()
    return {
        row.series: Newest(*unpack(row.t0, row.n, row.data, press), not row.more)
        for row in connection.execute(query.where(_complete)).all()
    }


def reduced(times: Times, values: Values, t0: int, t1: int, pixels: int) -> tuple[Times, Values, Values]:
    """Return of samples at hand what `minmax` returns of those in the store."""
    times, values = _cut(times, values, t0, t1)
    if len(times) <= pixels:
        return times, values, values
    width = max((t1 - t0) / pixels, 1.0)
    return _columns(*_reduced(times, values, t0, width, pixels), t0, width)


def tail(connection: Connection, series: int, n: int) -> tuple[Times, Values]:
    """Return the last `n` samples of a series, fewer when it has no more."""
    query = select(chunk.c.t0, chunk.c.n).where(chunk.c.series == series, _complete)
    start, count = LATEST, 0
    for row in connection.execute(query.order_by(chunk.c.t0.desc())):
        start, count = row.t0, count + row.n
        if count >= n:
            break
    times, values = read(connection, series, start, LATEST)
    return times[len(times) - min(n, len(times)) :], values[len(values) - min(n, len(values)) :]


def span(connection: Connection, series: int) -> Span | None:
    """Return how much there is of a series, None when nothing."""
    columns = func.sum(chunk.c.n), func.min(chunk.c.t0), func.max(chunk.c.t1)
    count, first, last = connection.execute(select(*columns).where(chunk.c.series == series, _complete)).one()
    return None if count is None else Span(count, first, last)


def last_instant(connection: Connection, series: int, own: int) -> int:
    """Return the newest time of a series in complete imports and in the pending one `own`."""
    mine = chunk.c["import"] == own
    query = select(func.max(chunk.c.t1)).where(chunk.c.series == series, _complete | mine)
    newest = connection.execute(query).scalar_one()
    return EARLIEST if newest is None else int(newest)


def _packed(press: zstandard.ZstdCompressor, times: Times, values: Values) -> dict[str, Any]:
    return {
        "t0": int(times[0]),
        "t1": int(times[-1]),
        "n": len(times),
        "vmin": float(values.min()),
        "vmax": float(values.max()),
        "vsum": float(values.sum()),
        "vlast": float(values[-1]),
        "data": pack(press, times, values),
    }


def _unpacked(rows: Sequence[Any]) -> tuple[Times, Values]:
    press = zstandard.ZstdDecompressor()
    parts = [unpack(row[0], row[1], row[2], press) for row in rows]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def joined(rows: Sequence[Any]) -> tuple[Times, Values]:
    """Return the samples of chunks (t0, n, blob and whatever follows) in order of time."""
    times, values = _unpacked(rows)
    if len(times) > 1 and not bool((times[1:] > times[:-1]).all()):
        order = np.argsort(times, kind="stable")
        return times[order], values[order]
    return times, values


def _cut(times: Times, values: Values, t0: int, t1: int) -> tuple[Times, Values]:
    low, high = np.searchsorted(times, t0, "left"), np.searchsorted(times, t1, "right")
    return times[low:high], values[low:high]


def _one(connection: Connection, number: int) -> tuple[Times, Values]:
    row = connection.execute(
        select(chunk.c.t0, chunk.c.n, chunk.c.data).where(chunk.c.number == number)
    ).one()
    return unpack(row.t0, row.n, row.data)


def _reduced(times: Times, values: Values, t0: int, width: float, pixels: int) -> tuple[Values, Values]:
    """Return lowest and highest of each column, NaN in columns without samples."""
    edges = (t0 + np.arange(pixels) * width).astype(np.int64)
    starts = np.searchsorted(times, edges)
    ends = np.append(starts[1:], len(times))
    filled = np.flatnonzero(ends > starts)
    lowest, highest = np.full(pixels, np.nan), np.full(pixels, np.nan)
    if len(filled):
        lowest[filled] = np.minimum.reduceat(values, starts[filled])
        highest[filled] = np.maximum.reduceat(values, starts[filled])
    return lowest, highest


def _headers(connection: Connection, series: int, t0: int, t1: int) -> NDArray[np.float64]:
    """Return a row a chunk in [t0, t1]; microseconds of this century are exact in float64."""
    found = connection.execute(_HEADERS, {"series": series, "t0": t0, "t1": t1})
    # The driver's own tuples: a Row object each would take half of the time.
    rows = found.cursor.fetchall() if found.cursor is not None else []
    found.close()
    return np.array(rows, np.float64).reshape(-1, _NUMBER + 1)


def _by_headers(headers: NDArray[np.float64], t0: int, width: float, pixels: int) -> tuple[Values, Values]:
    lowest, highest = np.full(pixels, np.nan), np.full(pixels, np.nan)
    for instants in (headers[:, _T0], headers[:, _T1]):
        column = np.clip((instants - t0) // width, 0, pixels - 1).astype(np.int64)
        np.fmin.at(lowest, column, headers[:, _LOW])
        np.fmax.at(highest, column, headers[:, _HIGH])
    return lowest, highest


def _columns(lowest: Values, highest: Values, t0: int, width: float) -> tuple[Times, Values, Values]:
    filled = np.flatnonzero(~np.isnan(lowest))
    middles = (t0 + (filled + 0.5) * width).astype(np.int64)
    return middles, lowest[filled], highest[filled]


def numbers_in(connection: Connection, import_number: int) -> Iterator[tuple[int, int, int]]:
    """Give (series, first, last) in UTC microseconds for each series an import brought samples of."""
    query = select(chunk.c.series, func.min(chunk.c.t0), func.max(chunk.c.t1))
    for row in connection.execute(query.where(chunk.c["import"] == import_number).group_by(chunk.c.series)):
        yield int(row[0]), int(row[1]), int(row[2])
