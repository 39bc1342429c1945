"""Ids made before the write, so that a retry of the same write is safe."""

import uuid
from datetime import datetime

from tocsin.model.instant import to_us


def uuid7(now: datetime, random: bytes) -> str:
    """Return a UUIDv7 (RFC 9562, 5.7) from an instant and 10 random bytes.

    Never sort by it: a clock set back reorders ids.
    """
    milliseconds = to_us(now) // 1000
    tail = int.from_bytes(random[:10], "big")
    random_a, random_b = tail >> 68, tail & ((1 << 62) - 1)
    value = (milliseconds << 80) | (0x7 << 76) | (random_a << 64) | (0b10 << 62) | random_b
    return str(uuid.UUID(int=value))
