"""One thing to do in an incident, and where it is done."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `place` says where it is done: "clock:ID", "role:NAME", "field:NAME", "move:STATUS",
    "tell:NAMES", "step:ID", "verify", "call", "triage", "handover", "contain", "update:AUDIENCE", "report",
    "duty:REGIME/STAGE", "fact:ID" or "question:ID".

    `due` is when its clock runs out, `at` when it was done as far as that is known; `reason` says why it is
    asked for, or what settled it.
    """

    id: str
    text: str
    place: str
    done: bool
    reason: str
    due: datetime | None = None
    at: datetime | None = None
