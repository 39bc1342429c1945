"""Incidents as the projections hold them."""

from sqlalchemy import Connection, Integer, cast, func, or_, select

from tocsin.errors import NotFound
from tocsin.model.decoding import decoded
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
    return decoded(state, Incident)


def list_all(connection: Connection, *, with_closed: bool = True) -> list[Incident]:
    """Return every incident, the newest reference last."""
    query = select(incident.c.state).order_by(incident.c.reference)
    if not with_closed:
        query = query.where(incident.c.status != CLOSED)
    return [decoded(state, Incident) for state in connection.execute(query).scalars()]


def next_reference(connection: Connection, *, code: str, year: int) -> str:
    """Return the next free reference of a site in a year, such as INC-2026-WR-0007.

    Call it in the transaction that declares.
    """
    stem = f"INC-{year}-{code}-"
    number = cast(func.substr(incident.c.reference, len(stem) + 1), Integer)  # as text, 10000 is before 9999
    query = select(func.max(number)).where(incident.c.reference.startswith(stem, autoescape=True))
    last = connection.execute(query).scalar()
    return f"{stem}{(last or 0) + 1:04d}"
