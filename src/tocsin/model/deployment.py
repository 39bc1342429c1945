"""What ran when: a version of something, served from and to (domain.md C7)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version in service. `kind` is model, prompt, index, feature pipeline or configuration.

    `until` is None while it serves; `pinned` and `vendor` are None where the source does not say.
    """

    id: str
    system: str
    at: datetime
    name: str
    version: str
    kind: str = "model"
    until: datetime | None = None
    vendor: bool | None = None
    pinned: bool | None = None
