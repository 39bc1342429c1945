"""Measurements as they were in the store when an entry was written: what came in later is left out.

A document made again as of an old entry must show what it showed then, so each reader here is handed the
imports that were complete at that entry (the id of an import is the id of its journal entry).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, and_, select

from tocsin.model.decoding import decoded
from tocsin.model.deployment import Deployment
from tocsin.model.ids import made
from tocsin.store import feeds, samples
from tocsin.store.samples import LATEST, Times, Values
from tocsin.store.schema import chunk, deployment, import_

# By the number of an import, up to which time it counts, in UTC microseconds.
Limits = Mapping[int, int]


def limits(connection: Connection, imports: Collection[str], at: datetime) -> Limits:
    """Return up to which time each import counts that had been seen at an instant.

    Of the imports named by id everything does. Of what a live source sent in a day that was not over, it is
    what had arrived by then: a source sends in order of time, so that the newest time it had come to tells.
    """
    query = select(import_.c.number, import_.c.id, import_.c.feed).where(import_.c.complete == 1)
    found: dict[int, int] = {}
    for row in connection.execute(query).all():
        if row.id in imports:
            found[row.number] = LATEST
        elif row.feed and (upto := feeds.arrived_by(connection, row.number, at)) is not None:
            found[row.number] = upto
    return found


def read(connection: Connection, series: int, t0_us: int, t1_us: int, limits: Limits) -> tuple[Times, Values]:
    """Return times (int64 UTC microseconds, increasing) and values in [t0, t1] of the imports that count."""
    within = and_(chunk.c.series == series, chunk.c.t0 <= t1_us, chunk.c.t1 >= t0_us)
    query = select(chunk.c.t0, chunk.c.n, chunk.c.data, chunk.c["import"]).where(within).order_by(chunk.c.t0)
    rows = connection.execute(query)
    times, values = _joined(
        (row.t0, row.n, row.data, limits[row[3]]) for row in rows if row.t0 <= limits.get(row[3], row.t0 - 1)
    )
    low, high = np.searchsorted(times, t0_us, "left"), np.searchsorted(times, t1_us, "right")
    return times[low:high], values[low:high]


def last_us(connection: Connection, series: int, until_us: int, limits: Limits) -> int | None:
    """Return the time of the newest sample up to an instant, None when there is none."""
    columns = select(chunk.c.t0, chunk.c.t1, chunk.c["import"])
    rows = connection.execute(columns.where(chunk.c.series == series, chunk.c.t0 <= until_us)).all()
    counted = [(row.t1, limits[row[2]]) for row in rows if row.t0 <= limits.get(row[2], row.t0 - 1)]
    return max((min(end, limit, until_us) for end, limit in counted), default=None)


def deployments(connection: Connection, system: str, limits: Limits, at: datetime) -> list[Deployment]:
    """Return the deployments of a system that were known at an instant, oldest first.

    A live source tells of them late, by no order of time: each counts from the instant its id was made.
    """
    query = select(deployment.c.id, deployment.c.body, deployment.c["import"])
    rows = connection.execute(
        query.where(deployment.c.system == system).order_by(deployment.c.at_us, deployment.c.id)
    )
    counted = [row for row in rows if row[2] in limits and (limits[row[2]] == LATEST or made(row.id) <= at)]
    return [decoded(row.body, Deployment) for row in counted]


def _joined(chunks: Iterable[tuple[int, int, bytes, int]]) -> tuple[Times, Values]:
    parts = []
    for t0, n, data, limit in chunks:
        times, values = samples.unpack(t0, n, data)
        kept = np.searchsorted(times, limit, "right")
        parts.append((times[:kept], values[:kept]))
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.float64)
    times, values = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    order = np.argsort(times, kind="stable")
    return times[order], values[order]
