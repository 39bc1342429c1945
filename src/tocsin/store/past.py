"""Measurements as they were in the store when an entry was written: what came in later is left out.

A document made again as of an old entry must show what it showed then, so each reader here is handed the
imports that were complete at that entry (the id of an import is the id of its journal entry).
"""

from collections.abc import Collection, Iterable

import msgspec
import numpy as np
from sqlalchemy import Connection, and_, select

from tocsin.model.deployment import Deployment
from tocsin.store import samples
from tocsin.store.samples import Times, Values
from tocsin.store.schema import chunk, deployment, import_


def numbers(connection: Connection, imports: Collection[str]) -> frozenset[int]:
    """Return the numbers of those of the imports that are in this store and complete."""
    rows = connection.execute(select(import_.c.number, import_.c.id).where(import_.c.complete == 1))
    return frozenset(row.number for row in rows if row.id in imports)


def read(
    connection: Connection, series: int, t0_us: int, t1_us: int, imports: Collection[int]
) -> tuple[Times, Values]:
    """Return times (int64 UTC microseconds, increasing) and values in [t0, t1] of the imports numbered."""
    within = and_(chunk.c.series == series, chunk.c.t0 <= t1_us, chunk.c.t1 >= t0_us)
    query = select(chunk.c.t0, chunk.c.n, chunk.c.data, chunk.c["import"]).where(within).order_by(chunk.c.t0)
    rows = connection.execute(query)
    times, values = _joined((row.t0, row.n, row.data) for row in rows if row[3] in imports)
    low, high = np.searchsorted(times, t0_us, "left"), np.searchsorted(times, t1_us, "right")
    return times[low:high], values[low:high]


def last_us(connection: Connection, series: int, until_us: int, imports: Collection[int]) -> int | None:
    """Return the time of the newest sample up to an instant, None when there is none."""
    columns = select(chunk.c.t0, chunk.c.t1, chunk.c["import"])
    rows = connection.execute(columns.where(chunk.c.series == series, chunk.c.t0 <= until_us)).all()
    ends = [min(row.t1, until_us) for row in rows if row[2] in imports]
    return max(ends, default=None)


def deployments(connection: Connection, system: str, imports: Collection[int]) -> list[Deployment]:
    """Return the deployments of a system, oldest first."""
    query = select(deployment.c.body, deployment.c["import"]).where(deployment.c.system == system)
    rows = connection.execute(query.order_by(deployment.c.at_us, deployment.c.id))
    return [msgspec.json.decode(row.body, type=Deployment) for row in rows if row[1] in imports]


def _joined(chunks: Iterable[tuple[int, int, bytes]]) -> tuple[Times, Values]:
    parts = [samples.unpack(*one) for one in chunks]
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    times, values = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    order = np.argsort(times, kind="stable")
    return times[order], values[order]
