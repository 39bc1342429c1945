"""Alerts: our own and imported ones. The same alert found or sent again is stored once, by its key."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from tocsin.errors import NotFound
from tocsin.model.alert import Alert
from tocsin.model.decoding import decoded
from tocsin.model.instant import to_us
from tocsin.store.schema import alert, import_

_complete = select(import_.c.number).where(import_.c.complete == 1)
_OF_SERIES = (
    select(alert.c.body)
    .where(
        alert.c.series == bindparam("of_series"),
        alert.c.detector == bindparam("by_detector"),
        alert.c["import"].is_(None),
    )
    .order_by(alert.c.time_us)
)
_BY_OTHERS = (
    select(alert.c.body)
    .where(
        alert.c.series == bindparam("of_series"),
        alert.c.detector != bindparam("by_detector"),
        alert.c["import"].is_(None),
    )
    .order_by(alert.c.time_us)
)
# Built once, like the one above: thousands of alerts are looked for and stored one by one.
_BY_KEY = select(alert.c.body, alert.c["import"]).where(
    alert.c.series == "",
    alert.c.detector == bindparam("by_detector"),
    alert.c.version == "",
    alert.c.key == bindparam("of_key"),
)
_INSERT = insert(alert).prefix_with("OR IGNORE")
_visible = alert.c["import"].is_(None) | alert.c["import"].in_(_complete)


def add(
    connection: Connection, found: Alert, key: str, *, series: str = "", number: int | None = None
) -> bool:
    """Store an alert unless one with its key is there; return whether it was new.

    `series` is the id of the signal, empty for an alert about none; `number` that of the import it came by.
    """
    row = {
        "id": found.id,
        "system": found.system,
        "series": series,
        "detector": found.detector,
        "version": found.version,
        "key": key,
        "time_us": to_us(found.time),
        "import": number,
        "body": msgspec.json.encode(found),
        "ended_us": _ended_us(found),
    }
    return connection.execute(_INSERT, row).rowcount == 1


def by_key(connection: Connection, detector: str, key: str) -> tuple[Alert, int] | None:
    """Return the imported alert with this key and the number of its import, None when there is none."""
    row = connection.execute(_BY_KEY, {"by_detector": detector, "of_key": key}).first()
    return None if row is None else (_alert(row[0]), int(row[1] or 0))


def import_of(connection: Connection, id: str) -> int | None:
    """Return the number of the import an alert came by; None for one of our own, or one that is not there."""
    number = connection.execute(select(alert.c["import"]).where(alert.c.id == id)).scalar()
    return None if number is None else int(number)


def replace(connection: Connection, found: Alert) -> None:
    """Store the newer state of an alert: it went on, it ended, its start is known better."""
    values = {
        "time_us": to_us(found.time),
        "body": msgspec.json.encode(found),
        "ended_us": _ended_us(found),
    }
    connection.execute(update(alert).where(alert.c.id == found.id).values(values))


def move(connection: Connection, systems: Mapping[str, str]) -> None:
    """Let what our detectors raised about signals be of the system their signal is of now, both by id.

    What other tools sent stays as they said it: sent again it is the same alert.
    """
    query = select(alert.c.body).where(alert.c.series != "", alert.c["import"].is_(None))
    moved = [
        {"of_alert": found.id, "system": system, "body": msgspec.json.encode(there)}
        for found in map(_alert, _bodies(connection, query))
        if (system := systems.get(found.signal, found.system)) != found.system
        and (there := dataclasses.replace(found, system=system))
    ]
    if moved:
        connection.execute(update(alert).where(alert.c.id == bindparam("of_alert")), moved)


def get(connection: Connection, id: str) -> Alert:
    """Return one alert. Raises NotFound."""
    body = connection.execute(select(alert.c.body).where(alert.c.id == id, _visible)).scalar_one_or_none()
    if body is None:
        raise NotFound("there is no such alert.", where=id, hint="`tocsin alerts` lists them.")
    return _alert(body)


def list_all(
    connection: Connection, system: str | None = None, since: datetime | None = None, limit: int | None = None
) -> list[Alert]:
    """Return alerts newest first, of one system if named (by id), of departures that lasted until `since`."""
    query = select(alert.c.body).where(_visible).order_by(alert.c.time_us.desc(), alert.c.id)
    if system is not None:
        query = query.where(alert.c.system == system)
    if since is not None:
        query = query.where(alert.c.ended_us.is_(None) | (alert.c.ended_us >= to_us(since)))
    return [_alert(body) for body in _bodies(connection, query.limit(limit))]


def count(connection: Connection, system: str | None = None) -> int:
    """Return how many alerts there are, of one system if named (by id)."""
    query = select(func.count()).select_from(alert).where(_visible)
    if system is not None:
        query = query.where(alert.c.system == system)
    return int(connection.execute(query).scalar_one())


def mark(connection: Connection) -> tuple[int, ...]:
    """Return what is another when an alert came, ended, or is told at another length: cheap to ask for."""
    told = func.count(), func.count(alert.c.ended_us), func.coalesce(func.sum(func.length(alert.c.body)), 0)
    return tuple(int(one) for one in connection.execute(select(*told).where(_visible)).one())


def of_series(connection: Connection, series: str, detector: str) -> list[Alert]:
    """Return what a detector of ours raised about a series under any version, oldest first."""
    key = {"of_series": series, "by_detector": detector}
    return [_alert(body) for body in connection.execute(_OF_SERIES, key).scalars()]


def by_others(connection: Connection, series: str, detector: str) -> list[Alert]:
    """Return what our other detectors raised about a series, oldest first."""
    key = {"of_series": series, "by_detector": detector}
    return [_alert(body) for body in connection.execute(_BY_OTHERS, key).scalars()]


def lasting(connection: Connection, detector: str) -> list[Alert]:
    """Return the alerts of a detector of ours that last."""
    query = select(alert.c.body).where(
        alert.c.detector == detector, alert.c["import"].is_(None), alert.c.ended_us.is_(None)
    )
    return [_alert(body) for body in _bodies(connection, query)]


def _bodies(connection: Connection, query: Select[Any]) -> Sequence[bytes]:
    return connection.execute(query).scalars().all()


def _ended_us(found: Alert) -> int | None:
    return None if found.ended is None else to_us(max(found.ended, found.time))


def _alert(body: bytes) -> Alert:
    return decoded(body, Alert)
