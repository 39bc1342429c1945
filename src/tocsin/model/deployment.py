"""What ran when: a version of something, served from and to (domain.md C7)."""

from dataclasses import dataclass
from datetime import datetime

KINDS = ("model", "prompt", "index", "feature pipeline", "configuration")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One version in service. `kind` is one of KINDS.

    `at` is when it began to serve, at the latest; `earliest` is the other bound where only an interval is
    known, None where `at` is exact. `until` is None while it serves, or until the next of the same system,
    kind, name and slot. `slot` tells several of one name apart: an alias (`@champion`) or a stage.
    `pinned` and `vendor` are None where the source does not say. `source` is empty for one a person recorded.
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
    slot: str = ""
    earliest: datetime | None = None
    source: str = ""
