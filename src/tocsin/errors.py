"""The errors a person can act on; anything else that is raised is a fault of the program.

UserError
├── BadInput       a file, argument or answer from outside is wrong
├── NotFound       the thing named does not exist here
├── NotAllowed     the journal's rules forbid it (undo of a filed notice, closing a closed incident)
├── StoreProblem   the store cannot be opened, read or written
└── Missing        a library or system package is absent
"""


class UserError(Exception):
    """Says what is wrong, where, and what to do. Shown as it stands, never with a traceback."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.hint}" if self.hint else ""
        return f"{place}{self.what}{advice}"


class BadInput(UserError):
    """A file, argument or answer from outside is wrong; nothing of it was stored."""


class NotFound(UserError):
    """The incident, system, operator, file or entry named does not exist here."""


class NotAllowed(UserError):
    """The rules of the journal or of an incident's life forbid this step."""


class StoreProblem(UserError):
    """The store cannot be opened, read or written as asked."""


class Missing(UserError):
    """A library or a system package is absent; the hint names what brings it."""
