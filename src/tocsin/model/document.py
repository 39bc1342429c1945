"""How a document is to be printed, whatever it is of: paper, standing, for whom."""

from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    """The two sizes of paper offices use."""

    A4 = "A4"
    LETTER = "Letter"


class Standing(StrEnum):
    """What every page says of itself."""

    DRAFT = "DRAFT"
    AS_FILED = "AS FILED"


@dataclass(frozen=True, slots=True)
class Printing:
    """What a person chooses when a document is made.

    `outside` is for readers outside: persons and what is marked personal are replaced. `record` attaches the
    incident as JSON and makes the file PDF/A-3b, for copies that stay inside.
    """

    paper: Paper = Paper.A4
    standing: Standing = Standing.DRAFT
    outside: bool = False
    record: bool = False

    @property
    def options(self) -> str:
        """The options of the command line that print a document this way, each after a blank."""
        chosen = {
            " --paper letter": self.paper is Paper.LETTER,
            " --as-filed": self.standing is Standing.AS_FILED,
            " --outside": self.outside,
            " --record": self.record,
        }
        return "".join(option for option, wanted in chosen.items() if wanted)
