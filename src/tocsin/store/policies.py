"""Policy packs as they were when an incident first used them."""

from typing import Any

from sqlalchemy import Connection, select

from tocsin.errors import NotFound
from tocsin.model.decoding import decoded
from tocsin.store.schema import policy


def get(connection: Connection, sha256: str) -> dict[str, Any]:
    """Return a frozen pack's content. Raises NotFound."""
    content = connection.execute(select(policy.c.content).where(policy.c.sha256 == sha256)).scalar()
    if content is None:
        raise NotFound("this policy pack is not in the journal.", where=sha256)
    return decoded(content, dict[str, Any])
