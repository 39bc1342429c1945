"""How far the decisions of each system were judged by each detector of decision logs."""

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from tocsin.store.schema import decision_log, import_, log_mark


def reached(connection: Connection, system: str, detector: str) -> int | None:
    """Return the newest decision judged by any version of a detector, UTC microseconds; None: none was."""
    query = select(func.max(log_mark.c.upto_us)).where(
        log_mark.c.system == system, log_mark.c.detector == detector
    )
    found = connection.execute(query).scalar()
    return None if found is None else int(found)


def advance(
    connection: Connection, system: str, detector: str, version: str, seen: int | None, upto_us: int
) -> bool:
    """Move the mark if it stands where it was seen; return whether it was moved.

    Call it first in the transaction that stores what was found: when it says no, somebody else has judged
    these decisions, or older ones have come, and nothing may be stored.
    """
    if reached(connection, system, detector) != seen:
        return False
    row = {"system": system, "detector": detector, "version": version, "upto_us": upto_us}
    query = insert(log_mark).values(row)
    connection.execute(
        query.on_conflict_do_update(
            index_elements=["system", "detector", "version"], set_={"upto_us": upto_us}
        )
    )
    return True


def reopen(connection: Connection, number: int) -> None:
    """Have the decisions an import brought judged, and those after them again, where later ones were."""
    query = select(decision_log.c.system, decision_log.c.t0).where(decision_log.c["import"] == number)
    for system, first_us in connection.execute(query).all():
        late = (log_mark.c.system == system) & (log_mark.c.upto_us >= first_us)
        connection.execute(log_mark.update().where(late).values(upto_us=int(first_us) - 1))


def spans(connection: Connection) -> dict[str, tuple[int, int]]:
    """Return the first and the newest decision of each system that has any, UTC microseconds."""
    query = (
        select(decision_log.c.system, func.min(decision_log.c.t0), func.max(decision_log.c.t1))
        .join(import_, import_.c.number == decision_log.c["import"])
        .where(import_.c.complete == 1)
        .group_by(decision_log.c.system)
    )
    return {str(row[0]): (int(row[1]), int(row[2])) for row in connection.execute(query)}
