"""A live source: what is asked for signals again and again, and how that goes."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LiveSource:
    """One source as it was set last.

    `importer` is a live importer's name, or "folder" or "webhook"; `place` its URL, folder or address.
    `system` is the id of the system its records belong to unless they name another; `every_s` the time
    between two rounds in seconds.
    """

    name: str
    importer: str
    place: str
    system: str
    every_s: float
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """How it goes with a source. `rows` counts what it ever sent and was stored.

    `newest` is the time of the newest record it sent; `error` is empty after a round that went well, else in
    plain words what went wrong in the last one; `failures` counts the rounds since the last success.
    """

    last_success: datetime | None = None
    last_try: datetime | None = None
    next_try: datetime | None = None
    newest: datetime | None = None
    rows: int = 0
    error: str = ""
    failures: int = 0
