"""Deployments as complete imports brought them."""

import msgspec
from sqlalchemy import Connection, select

from tocsin.model.deployment import Deployment
from tocsin.store.schema import deployment, import_


def between(connection: Connection, system: str, t0_us: int, t1_us: int, *, most: int) -> list[Deployment]:
    """Return the newest `most` deployments of a system in [t0, t1] (UTC microseconds), oldest first."""
    complete = select(import_.c.number).where(import_.c.complete == 1)
    query = select(deployment.c.body).where(
        deployment.c.system == system,
        deployment.c.at_us.between(t0_us, t1_us),
        deployment.c["import"].in_(complete),
    )
    rows = connection.execute(query.order_by(deployment.c.at_us.desc(), deployment.c.id).limit(most))
    return [msgspec.json.decode(row.body, type=Deployment) for row in rows][::-1]
