"""Messages: what people and bots wrote elsewhere, as complete imports brought them."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from tocsin.model.instant import from_us, to_us
from tocsin.store.schema import import_, message


def add(
    connection: Connection, *, id: str, system: str, at: datetime, author: str, text: str, number: int
) -> bool:
    """Store a message unless the same is there; return whether it was new."""
    same = (
        message.c.system == system,
        message.c.at_us == to_us(at),
        message.c.author == author,
        message.c.text == text,
    )
    if connection.execute(select(message.c.id).where(*same)).first() is not None:
        return False
    row = {"id": id, "system": system, "import": number, "at_us": to_us(at), "author": author, "text": text}
    connection.execute(insert(message).values(row))
    return True


def between(
    connection: Connection, system: str, t0_us: int, t1_us: int, *, most: int
) -> list[tuple[datetime, str, str]]:
    """Return the newest `most` messages (time, author, text) of a system in [t0, t1], oldest first."""
    complete = select(import_.c.number).where(import_.c.complete == 1)
    query = select(message.c.at_us, message.c.author, message.c.text).where(
        message.c.system == system, message.c.at_us.between(t0_us, t1_us), message.c["import"].in_(complete)
    )
    rows = connection.execute(query.order_by(message.c.at_us.desc(), message.c.id).limit(most))
    return [(from_us(row.at_us), row.author, row.text) for row in rows][::-1]
