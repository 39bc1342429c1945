"""A notice before it is laid out: exactly what a reader outside may see (`Notice`), and the copy kept inside.

Nothing of the inside is in a `Notice`, so that no layout can let it out: not who wrote or approved what, not
where a field was taken from, no decision and no score. `InternalNotice` puts these beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tocsin.model.document import Standing
from tocsin.model.report import AsOf, Charts


class Says(StrEnum):
    """What a field of a notice says of itself."""

    VALUE = "stated"
    ESTIMATE = "estimate"
    OPINION = "not established"
    UNKNOWN = "not yet available"
    NOT_APPLICABLE = "not applicable"
    BLANK = "not stated"
    NOT_DUE = "not due in this report"


@dataclass(frozen=True, slots=True)
class Entry:
    """One field in the law's order. `text` is what is said, or the words for why nothing is.

    `code` is the field's own number where the form has one (3.12), `stages` the titles of the stages of the
    same form that ask for it, `needed` tells that it may not be blank.
    """

    id: str
    label: str
    citation: str
    says: Says
    text: str
    code: str = ""
    help: str = ""
    needed: bool = False
    stages: tuple[str, ...] = ()
    when: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A field that reads otherwise than in the notice before."""

    label: str
    citation: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along; `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ClockBlock:
    """The deadline as the law counts it. `set_by` is the office of whoever stated the trigger, not a name.

    `late` tells whether it was filed, or would be now, after `due`; None where the law gives no number.
    `outer` is the rolled end where it differs. `reasons` are those for the lateness.
    `zone` (IANA) is where its days end, empty: the notice's own.
    """

    rule: str
    trigger: str
    start: datetime | None
    set_by: str
    due: datetime | None
    outer: datetime | None
    why: str
    standard: str
    filed: datetime | None
    late: bool | None
    reasons: str = ""
    target: datetime | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who files, as the organisation answered: label and value."""

    name: str = ""
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to somebody outside. Instants are aware UTC and laid out in `zone`.

    `title` and `law` name it, `kind` is its phase in words, `version` counts the notices of this duty.
    `clock` is None for readers whom our deadlines do not concern: persons, the public. `digest` is the
    SHA-256 of the contents, empty while nobody has begun it. `statement` is what the law wants said beside
    the fields. `receipt` and `how` tell of the filing. `form` and `columns` are all fields and stages of the
    same form, for the worksheet; `portal` are field ids in the portal's order. `language` (BCP 47) is the one
    the authority wants to be written to in; ours is English. `confidential` is what only an authority reads.
    """

    reference: str
    duty: str
    title: str
    law: str
    citation: str
    jurisdiction: str
    kind: str
    version: int
    standing: Standing
    sender: Sender
    recipient: str
    authority: str
    authority_reference: str
    language: str
    zone: str
    issued: datetime
    clock: ClockBlock | None
    entries: tuple[Entry, ...]
    changes: tuple[Change, ...]
    before: str
    contacts: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...]
    statement: tuple[str, ...]
    charts: Charts | None
    rules_as_of: date
    as_of: AsOf
    digest: str = ""
    how: str = ""
    receipt: str = ""
    form: tuple[Entry, ...] = ()
    columns: tuple[str, ...] = ()
    column: str = ""
    portal: tuple[str, ...] = ()
    format: str = ""
    confidential: bool = False

    @property
    def identity(self) -> str:
        """What tells it apart from every other file."""
        return f"notice {self.reference} {self.duty} {self.version} {self.digest} {self.as_of.sha256}"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who did what with the contents, and when; `role` is the one they had in the incident."""

    what: str
    name: str
    role: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a field comes from: who wrote it and what it was taken from."""

    label: str
    by: str
    at: datetime | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One file of the evidence."""

    name: str
    size: int
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InternalNotice:
    """The copy kept inside: the notice as it goes out, and behind it what never leaves.

    `verdict` says why the duty applies or not, `decided` are the answers and rulings that led to it.
    `record` is the incident as JSON where the copy carries it.
    """

    notice: Notice
    approvals: tuple[Approval, ...]
    origins: tuple[Origin, ...]
    evidence: tuple[Exhibit, ...]
    verdict: str
    decided: tuple[Approval, ...]
    clock: ClockBlock | None = None
    notes: tuple[str, ...] = ()
    record: bytes = b""


def portal_order(notice: Notice) -> Sequence[Entry]:
    """Return the whole form in the order of the authority's portal; the others follow in the law's."""
    rank = {id_: number for number, id_ in enumerate(notice.portal)}
    return sorted(notice.form or notice.entries, key=lambda one: rank.get(one.id, len(rank)))
