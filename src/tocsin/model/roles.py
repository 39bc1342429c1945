"""Roles: who holds an incident's threads, with a ledger of who had which when (domain.md T5)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a pack: at these levels somebody has to have it within so many minutes."""

    id: str
    title: str
    levels: tuple[str, ...] = ()
    minutes: int = 2
