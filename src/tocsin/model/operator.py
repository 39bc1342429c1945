"""Who wrote an entry: a named operator, or the operating system's account when nobody was named."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """The author of an entry. `kind` is "operator" for a named person, "account" for the OS account."""

    name: str
    kind: str = "operator"


@dataclass(frozen=True, slots=True)
class System:
    """An AI system watched: its id, its name and the other names sources use for it."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
