"""Incidents as the projections hold them."""

import msgspec
from sqlalchemy import Connection, func, or_, select

from tocsin.errors import NotFound
from tocsin.model.incident import CLOSED, Incident
from tocsin.store.schema import incident


def get(connection: Connection, reference_or_id: str) -> Incident:
    """Return one incident by reference or id. Raises NotFound."""
    query = select(incident.c.state).where(
        or_(incident.c.id == reference_or_id, incident.c.reference == reference_or_id)
    )
    state = connection.execute(query).scalar()
    if state is None:
        raise NotFound(
            "there is no such incident.", where=reference_or_id, hint="`tocsin incident list` shows them all."
        )
    return msgspec.json.decode(state, type=Incident)


def list_all(connection: Connection, *, with_closed: bool = True) -> list[Incident]:
    """Return every incident, the newest reference last."""
    query = select(incident.c.state).order_by(incident.c.reference)
    if not with_closed:
        query = query.where(incident.c.status != CLOSED)
    return [msgspec.json.decode(state, type=Incident) for state in connection.execute(query).scalars()]


def next_reference(connection: Connection, *, code: str, year: int) -> str:
    """Return the next free reference of a site in a year, such as INC-2026-WR-0007.

    Call it in the transaction that declares.
    """
    stem = f"INC-{year}-{code}-"
    query = select(func.max(incident.c.reference)).where(incident.c.reference.like(f"{stem}____"))
    last = connection.execute(query).scalar()
    number = 1 if last is None else int(str(last).removeprefix(stem)) + 1
    return f"{stem}{number:04d}"
