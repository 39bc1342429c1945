"""What may come of asking a server, and what it is shown."""

from dataclasses import dataclass, field

from tocsin.errors import BadInput


class NoAnswer(BadInput):
    """Nothing came, or nothing whole; it may well come later. `after_s` is what the server asked to wait."""

    def __init__(self, what: str, *, where: str = "", hint: str = "", after_s: float = 0.0) -> None:
        super().__init__(what, where=where, hint=hint)
        self.after_s = after_s


class Stopped(Exception):
    """The program is closing, or the person has stopped the work."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a server is shown: a user name and a password, or a bearer token where `user` is empty."""

    user: str
    secret: str = field(repr=False)
