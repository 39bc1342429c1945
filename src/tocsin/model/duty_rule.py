"""The clock of a duty: what a clock of a pack has, and what only the law knows."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.model.severity import ClockRule

GATES = frozenset({"at_event", "fixed_date"})  # due at a moment or on a date, with nothing to count


@dataclass(frozen=True, slots=True)
class DutyRule(ClockRule):
    """A stage of a regime as a clock; its id is that of the duty, REGIME/STAGE.

    `citation` is its source, `recipient` who gets the notice, `waits_for` the fact as the law names it.
    `anchor_title` says in words what it counts from, `anchor_at` is set where that moment is worked out and
    no fact on record. `relief` opens the noon of the next working day (RTS (EU) 2025/301 Art. 5(4)).
    `document` is how it is made on paper, empty where it is none; `standard` what the law says instead of a
    number.
    """

    citation: str = ""
    recipient: str = ""
    waits_for: str = ""
    anchor_title: str = ""
    anchor_at: datetime | None = None
    relief: bool = False
    document: str = ""
    standard: str = ""

    @property
    def no_number(self) -> str:
        """How a duty without a number is counted, in a sentence."""
        says = f": “{self.standard}”" if self.standard else ""
        own = f" The internal target of {self.within.words} is no legal deadline." if self.within else ""
        return f"The law gives no number{says}. It counts up.{own}"

    @property
    def gate(self) -> bool:
        """Whether it is due at a moment or on a date, instead of counting from one."""
        return self.counting in GATES
