"""What people decide and do about legal duties: one body each.

`duty` is REGIME/STAGE, `filing` the entry that opened it, `title` what the duty was called then, for the log.
The subject is the incident where nothing is said.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tocsin.model.regime import Rules


@dataclass(frozen=True, slots=True)
class RegimesAdopted:
    """The rules in force in this store from now on, whole. The subject is "regimes"."""

    rules: Rules
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """A question was answered; no values take the answer back. A number or text is the one value.

    The subject is the incident, `system:ID` or `organisation`, as the question's scope is. `text` and `said`
    are question and answer in words, as they were then.
    """

    question: str
    values: tuple[str, ...]
    note: str = ""
    text: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class DutyRuled:
    """A person ruled on a duty against, or without, what the answers say: it applies or not, and why."""

    duty: str
    applies: bool
    reason: str
    title: str = ""


class Fill(StrEnum):
    """What stands in a field of a notice."""

    VALUE = "value"
    ESTIMATE = "estimate"
    OPINION = "opinion"  # suspected or judged, not established
    UNKNOWN = "unknown"  # not known yet, `expected` by then
    NOT_APPLICABLE = "not_applicable"  # because of `reason`


@dataclass(frozen=True, slots=True)
class Filled:
    """What was put into one field. `origin` are the facts or entries it was taken from, for the reader."""

    value: str = ""
    fill: Fill = Fill.VALUE
    expected: datetime | None = None
    reason: str = ""
    origin: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilingOpened:
    """A notice was begun for a duty; `phase` is initial, update, final or withdrawal.

    `follows` is the filing before it, whose fields it starts from.
    """

    duty: str
    phase: str = "initial"
    follows: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class FilingEdited:
    """Fields of a draft were set; those not named stay. A field edited is one the record no longer fills."""

    filing: str
    fields: dict[str, Filled]
    title: str = ""


@dataclass(frozen=True, slots=True)
class ReviewAsked:
    """The draft with these contents (SHA-256) is to be looked at by a second person.

    `edit` is the newest edit then: any later one makes it a draft again, also one that changes it back.
    """

    filing: str
    digest: str
    note: str = ""
    edit: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class FilingReturned:
    """Whoever looked at it sends it back to draft; `review` is the entry that asked for the look."""

    filing: str
    reason: str
    review: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class FilingApproved:
    """A second person approved these very contents (SHA-256); any other contents are a draft again.

    `review` is the entry that asked for it.
    """

    filing: str
    digest: str
    note: str = ""
    review: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class NoticeFiled:
    """It went out. The entry's time is when it was submitted: later duties count from it.

    `how` is the way (portal, e-mail, post, telephone), `attachment` a file of the evidence by its SHA-256,
    `late` the reasons where it was late, `document` the SHA-256 of the paper kept. A duty without a form may
    be told without one: then `filing` is empty and `note` is what was said. `corrects` is the record it sets
    right.
    """

    filing: str
    duty: str
    digest: str
    how: str
    receipt: str = ""
    attachment: str = ""
    late: str = ""
    document: str = ""
    note: str = ""
    corrects: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class PersonalMarked:
    """A text, or a passage of it, is personal: documents for outsiders leave it out.

    `target` is an entry of the timeline or `field:NAME`; an empty passage is all of it.
    """

    target: str
    passage: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LettersMade:
    """A batch of letters was written: how many, how many rows were refused, SHA-256 of list and result."""

    kind: str
    duty: str
    letters: int
    refused: int
    people_sha256: str
    sha256: str
    path: str
    problems: tuple[str, ...] = field(default=())


Body = (
    RegimesAdopted | QuestionAnswered | DutyRuled | FilingOpened | FilingEdited | ReviewAsked | FilingReturned
    | FilingApproved | NoticeFiled | PersonalMarked | LettersMade
)  # fmt: skip

KINDS: dict[str, type] = {
    "regimes.adopted": RegimesAdopted,
    "question.answered": QuestionAnswered,
    "duty.ruled": DutyRuled,
    "filing.opened": FilingOpened,
    "filing.edited": FilingEdited,
    "filing.review": ReviewAsked,
    "filing.returned": FilingReturned,
    "filing.approved": FilingApproved,
    "notice.filed": NoticeFiled,
    "personal.marked": PersonalMarked,
    "letters.made": LettersMade,
}
