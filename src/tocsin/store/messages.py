"""Messages: what people and bots wrote elsewhere, as complete imports brought them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select

from tocsin.model.decoding import converted, decoded
from tocsin.model.instant import from_us, to_us
from tocsin.model.message import Message
from tocsin.store.schema import import_, message

_MORE = ("source_id", "channel", "thread", "tags", "extra")
# Built once: thousands of messages are looked for and stored one by one.
_SAME = select(message).where(
    message.c.system == bindparam("system_"),
    message.c.at_us == bindparam("at_"),
    message.c.author == bindparam("author_"),
    message.c.text == bindparam("text_"),
)
_INSERT = insert(message)
_complete = message.c["import"].in_(select(import_.c.number).where(import_.c.complete == 1))


def same(connection: Connection, found: Message) -> tuple[Message, int] | None:
    """Return the same said by the same at the same time, and the number of its import, None if there is none.

    One of an import that is not complete yet counts too.
    """
    said = {"system_": found.system, "at_": to_us(found.at), "author_": found.author, "text_": found.text}
    row = connection.execute(_SAME, said).first()
    return None if row is None else (_message(row), int(row[2]))


def add(connection: Connection, found: Message, number: int) -> None:
    """Store a message that import `number` brought and that is not there yet."""
    more = {name: value for name in _MORE if (value := getattr(found, name))}
    row = {
        "id": found.id,
        "system": found.system,
        "import": number,
        "at_us": to_us(found.at),
        "author": found.author,
        "text": found.text,
        "more": msgspec.json.encode(more).decode(),
    }
    connection.execute(_INSERT, row)


def between(connection: Connection, system: str, t0_us: int, t1_us: int, *, most: int) -> list[Message]:
    """Return the newest `most` messages of a system in [t0, t1] (UTC microseconds), oldest first."""
    query = select(message).where(
        message.c.system == system, message.c.at_us.between(t0_us, t1_us), _complete
    )
    rows = connection.execute(query.order_by(message.c.at_us.desc(), message.c.id).limit(most))
    return [_message(row) for row in rows][::-1]


def by_ids(connection: Connection, ids: Sequence[str]) -> list[Message]:
    """Return messages of complete imports by their ids, at most some hundreds at once, oldest first."""
    query = select(message).where(message.c.id.in_(ids), _complete)
    return [_message(row) for row in connection.execute(query.order_by(message.c.at_us, message.c.id))]


def _message(row: Row[Any]) -> Message:
    fields = {"id": row.id, "system": row.system, "at": from_us(row.at_us)}
    told = decoded(row.more, dict[str, Any])
    return converted({**fields, "author": row.author, "text": row.text, **told}, Message)
