"""The people who write in this store."""

from sqlalchemy import Connection, select

from tocsin.store.schema import operator


def names(connection: Connection) -> list[str]:
    """Return the operators' names, alphabetically."""
    return list(connection.execute(select(operator.c.name).order_by(operator.c.name)).scalars())
