"""Status updates: whom they are for and how they are drafted (domain.md M1, M2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """The draft for one audience. `text` is Markdown with {names} of facts, see `operations/updates.py`.

    `outside` audiences are held to the four rules of external messages (M3).
    """

    audience: str
    title: str
    text: str
    outside: bool = False
