"""A message: what a person or a bot wrote elsewhere, as a chat or another timeline tells it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `source_id` is the source's own id, `channel` where it was said, `thread` what it answers.

    `extra` are fields the source has besides, as text.
    """

    id: str
    system: str
    at: datetime
    author: str
    text: str
    source_id: str = ""
    channel: str = ""
    thread: str = ""
    tags: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)
