"""Filings: a notice for a duty from draft to filed, as the fold of what people did with it.

Nobody files alone: what is approved are contents by their SHA-256, by a second person who neither wrote any
of them nor asked for the look. Whatever is changed afterwards, also changed back, is a draft again.
"""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from heapq import merge
from typing import TypeVar

import msgspec

from tocsin.model.conduct import Conduct, Said
from tocsin.model.filing import (
    FilingApproved,
    FilingOpened,
    FilingReturned,
    Filled,
    NoticeFiled,
    ReviewAsked,
)
from tocsin.model.incident import Incident

INITIAL, UPDATE, FINAL, WITHDRAWAL = "initial", "update", "final", "withdrawal"
PHASES: dict[str, str] = {
    INITIAL: "Initial notice",
    UPDATE: "Update",
    FINAL: "Final report",
    WITHDRAWAL: "Withdrawal",
}
HOW = ("portal", "e-mail", "post", "telephone", "in person", "other")

# Evidence that goes along, by SHA-256, one a line: kept beside the fields, so that it is approved with them.
ATTACHMENTS = "@attachments"

Body = TypeVar("Body", ReviewAsked, FilingReturned, FilingApproved, NoticeFiled)


class State(StrEnum):
    """How a filing stands."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    FILED = "filed"


@dataclass(frozen=True, slots=True)
class Edit:
    """Who set what stands in a field, when, and in which entry."""

    by: str
    at: datetime
    entry: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A notice for one duty. `id` is the entry that opened it, `follows` the filing before it.

    `fields` are those set, by field id; the record fills the others while it is a draft. `editors` tell who
    wrote what stands in each. `digest` is the SHA-256 of the contents. `asked`, `approved`, `filed` are what
    stands of each; `returned` is the newest return of this draft, None once it is under review again. One
    that was told without a form has only `filed`, whose entry is its id.
    """

    id: str
    duty: str
    phase: str
    opened_by: str
    opened_at: datetime
    follows: str = ""
    fields: dict[str, Filled] = field(default_factory=dict)
    editors: dict[str, Edit] = field(default_factory=dict)
    last_edit: str = ""
    asked: Said[ReviewAsked] | None = None
    returned: Said[FilingReturned] | None = None
    approved: Said[FilingApproved] | None = None
    filed: Said[NoticeFiled] | None = None

    @property
    def state(self) -> State:
        """How it stands."""
        if self.filed is not None:
            return State.FILED
        if self.approved is not None:
            return State.APPROVED
        return State.DRAFT if self.asked is None else State.IN_REVIEW

    @property
    def digest(self) -> str:
        """The SHA-256 of its contents."""
        return digest(self.duty, self.phase, self.fields)

    @property
    def attachments(self) -> tuple[str, ...]:
        """The SHA-256 of each file that goes along."""
        return tuple(self.fields[ATTACHMENTS].value.split()) if ATTACHMENTS in self.fields else ()

    @property
    def formless(self) -> bool:
        """Whether it was told without a form."""
        return self.filed is not None and self.id == self.filed.entry


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that is another since the filing before; None where it was not there."""

    field: str
    before: Filled | None
    after: Filled | None


def filings(incident: Incident) -> tuple[Filing, ...]:
    """Return every filing of an incident, in the order they were begun, also when a clock was set back."""
    conduct = incident.conduct
    begun = (_filing(conduct, opened) for opened in conduct.opened)
    told = (_told(said) for said in conduct.filed if not said.body.filing)
    return tuple(merge(begun, told, key=lambda one: one.opened_at))


def of_duty(incident: Incident, duty: str) -> tuple[Filing, ...]:
    """Return the filings of one duty, in the order they were begun."""
    return tuple(one for one in filings(incident) if one.duty == duty)


def find(incident: Incident, filing: str) -> Filing | None:
    """Return a filing by its id."""
    return next((one for one in filings(incident) if one.id == filing), None)


def digest(duty: str, phase: str, fields: Mapping[str, Filled]) -> str:
    """Return the SHA-256 of contents: the duty, the phase, and every field set with its state and origin."""
    content = [duty, phase, *sorted(fields.items())]
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def changes(fields: Mapping[str, Filled], before: Mapping[str, Filled]) -> tuple[FieldChange, ...]:
    """Return the fields that read otherwise than before, in the order of `fields`, what is gone last.

    Where a value was taken from is no change of it.
    """
    order = [*fields, *(name for name in before if name not in fields)]
    pairs = [FieldChange(name, before.get(name), fields.get(name)) for name in order]
    return tuple(one for one in pairs if reading(one.before) != reading(one.after))


def reading(filled: Filled | None) -> tuple[object, ...]:
    """Return what a field says to its reader; where it was taken from is no part of it."""
    return () if filled is None else (filled.value, filled.fill, filled.expected, filled.reason)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: blanks, case and how a letter is composed tell nobody apart."""
    return _folded(one) == _folded(other)


def not_second(filing: Filing, person: str) -> str:
    """Return why a person may not approve a filing, empty if they may."""
    if filing.asked is not None and same_person(filing.asked.by, person):
        return f"{filing.asked.by} asked for the review"
    wrote = next((one for one in filing.editors.values() if same_person(one.by, person)), None)
    return "" if wrote is None else f"{wrote.by} wrote part of it"


def _filing(conduct: Conduct, opened: Said[FilingOpened]) -> Filing:
    edits = [said for said in conduct.edits if said.body.filing == opened.entry]
    fields: dict[str, Filled] = {}
    editors: dict[str, Edit] = {}
    for said in edits:
        for name, filled in said.body.fields.items():
            # Who only saves what stands there has written none of it: whoever did still may not approve.
            if name not in fields or reading(fields[name]) != reading(filled):
                editors[name] = Edit(said.by, said.at, said.entry)
            fields[name] = filled
    draft = Filing(
        id=opened.entry,
        duty=opened.body.duty,
        phase=opened.body.phase,
        opened_by=opened.by,
        opened_at=opened.at,
        follows=opened.body.follows,
        fields=fields,
        editors=editors,
        last_edit=edits[-1].entry if edits else "",
    )
    return _reviewed(conduct, draft)


def _reviewed(conduct: Conduct, draft: Filing) -> Filing:
    """A filing with what stands of its review: only what is about these very contents."""
    asked = _newest(conduct.reviews, draft.id)
    contents = draft.digest
    if asked is None or _over(conduct, draft, asked, contents):
        return replace(draft, returned=_newest(conduct.returned, draft.id))
    found = replace(draft, asked=asked)
    approved = [
        said
        for said in conduct.approvals
        if said.body.review == asked.entry and said.body.digest == contents and not not_second(found, said.by)
    ]
    if not approved:
        return found
    filed = _newest(conduct.filed, draft.id)
    good = filed is not None and filed.body.digest == contents
    return replace(found, approved=approved[-1], filed=filed if good else None)


def _over(conduct: Conduct, draft: Filing, asked: Said[ReviewAsked], contents: str) -> bool:
    """Whether a review is over without approval: something was changed since, or it was returned."""
    changed = asked.body.digest != contents or asked.body.edit != draft.last_edit
    return changed or any(one.body.review == asked.entry for one in conduct.returned)


def _newest(said: Sequence[Said[Body]], filing: str) -> Said[Body] | None:
    return next((one for one in reversed(said) if one.body.filing == filing), None)


def _told(said: Said[NoticeFiled]) -> Filing:
    return Filing(said.entry, said.body.duty, INITIAL, said.by, said.at, filed=said)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
