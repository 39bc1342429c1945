"""Deployments as complete imports brought them."""

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, true, update

from tocsin.model.decoding import decoded
from tocsin.model.deployment import Deployment
from tocsin.model.instant import to_us
from tocsin.store.schema import deployment, import_

# Built once: an import looks for its deployments and stores them one by one.
_BY_KEY = select(deployment.c.body, deployment.c["import"]).where(
    deployment.c.system == bindparam("of_system"), deployment.c.key == bindparam("of_key")
)
_INSERT = insert(deployment)


def of_system(connection: Connection, system: str) -> list[Deployment]:
    """Return all deployments of a system, oldest first."""
    return _read(connection, deployment.c.system == system)


def list_all(connection: Connection) -> list[Deployment]:
    """Return all deployments of every system, oldest first."""
    return _read(connection, true())


def _read(connection: Connection, which: ColumnElement[bool]) -> list[Deployment]:
    complete = select(import_.c.number).where(import_.c.complete == 1)
    query = select(deployment.c.body).where(which, deployment.c["import"].in_(complete))
    rows = connection.execute(query.order_by(deployment.c.at_us, deployment.c.id))
    return [decoded(row.body, Deployment) for row in rows]


def find(connection: Connection, system: str, key: str) -> tuple[Deployment, int] | None:
    """Return the deployment with this key and the number of the import that brought it, None if none did."""
    row = connection.execute(_BY_KEY, {"of_system": system, "of_key": key}).first()
    return None if row is None else (decoded(row[0], Deployment), int(row[1]))


def add(connection: Connection, found: Deployment, key: str, number: int) -> None:
    """Store a deployment that import `number` brought; `key` is what makes it the same when sent again."""
    row = {
        "id": found.id,
        "system": found.system,
        "import": number,
        "at_us": to_us(found.at),
        "key": key,
        "body": msgspec.json.encode(found),
    }
    connection.execute(_INSERT, row)


def replace(connection: Connection, found: Deployment) -> None:
    """Store the newer state of a deployment: it serves no more."""
    values = {"body": msgspec.json.encode(found)}
    connection.execute(update(deployment).where(deployment.c.id == found.id).values(values))
