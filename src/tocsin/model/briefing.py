"""The briefing of a hand-over, in the structure of ICS-201: its blocks, and what its reader may see.

Blocks 1 to 3 and 6 of that form (name, number, initiated, prepared by) are facts of the incident, the others
texts. For a transfer of command the incident command system asks beyond the form for communications, limits,
and what it may become. `briefing_draft.py` drafts them from facts on record; people edit them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.document import Printing
from tocsin.model.handover import QUESTIONS, Handover
from tocsin.model.report import AsOf, Charts, Level

# What a briefing says, block by block. NUMBERS are those of ICS-201; blocks without one come with a transfer.
BLOCKS: dict[str, str] = {
    "situation": "Situation summary",
    "objectives": "Objectives",
    "taken": "Actions taken",
    "planned": "Actions planned",
    "organisation": "Organisation",
    "resources": "Resources",
    "clocks": "Clocks that break next",
    "communications": "Communications",
    "constraints": "Constraints",
    "potential": "What it may become",
    QUESTIONS: "Open questions",
}
NUMBERS = {"situation": "5", "objectives": "7", "taken": "8", "planned": "8", "organisation": "9",
           "resources": "10"}  # fmt: skip
LONGEST_BLOCK = 10_000  # characters


@dataclass(frozen=True, slots=True)
class Briefing:
    """A briefing before it is laid out: exactly what its reader may see.

    `blocks` are id, title and text. Without a hand-over they are a draft from the journal alone.
    """

    reference: str
    title: str
    system: str
    level: Level
    status: str
    zone: str
    as_of: AsOf
    declared: datetime
    detected: datetime
    blocks: tuple[tuple[str, str, str], ...]
    handover: Handover | None = None
    charts: Charts | None = None
    printing: Printing = Printing()  # noqa: RUF009
    record: bytes = b""


def laid_out(blocks: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Return id, title and text of each block in the order of the form, empty ones too."""
    return tuple((id, title, blocks.get(id, "")) for id, title in BLOCKS.items())
