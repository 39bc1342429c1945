"""Ids made before the write, so that a retry of the same write is safe."""

import json
import uuid
from datetime import datetime

from tocsin.model.instant import from_us, to_us


def uuid7(now: datetime, random: bytes) -> str:
    """Return a UUIDv7 (RFC 9562, 5.7) from an instant and 10 random bytes.

    Never sort by it: a clock set back reorders ids.
    """
    milliseconds = to_us(now) // 1000
    tail = int.from_bytes(random[:10], "big")
    random_a, random_b = tail >> 68, tail & ((1 << 62) - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (random_a << 64) | (0b10 << 62) | random_b
    return str(uuid.UUID(int=value))


def made(id: str) -> datetime:
    """Return the instant a UUIDv7 was made from, to the millisecond."""
    return from_us((uuid.UUID(id).int >> 80) * 1000)


_DERIVED = uuid.UUID("5d0cbd2b-0f0e-4f7a-9d5c-6a1b7c1d9e42")


def derived(*parts: str) -> str:
    """Return the id (RFC 9562 UUIDv5) that these parts always give: what is made from them is made once."""
    return str(uuid.uuid5(_DERIVED, json.dumps(parts)))
