"""How an incident was handled: the fold of what people decided and did in it, in the order it was written."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Generic, TypeVar

from tocsin.model.filing import (
    DutyRuled,
    FilingApproved,
    FilingEdited,
    FilingOpened,
    FilingReturned,
    LettersMade,
    NoticeFiled,
    PersonalMarked,
    QuestionAnswered,
    ReviewAsked,
)
from tocsin.model.journal import Entry, RoleAssumed, Withdrawn
from tocsin.model.response import (
    CallRecorded,
    ClockPaused,
    ClockResumed,
    DeploymentAllowed,
    EscalationAcknowledged,
    FactStated,
    FixVerified,
    FreezeDeclared,
    FreezeLifted,
    HandoverCancelled,
    HandoverConfirmed,
    HandoverPrepared,
    IncidentTriaged,
    InjectGiven,
    LayerJudged,
    MarkCalled,
    NoticeSent,
    OptionPulled,
    PolicyApplied,
    PullConfirmed,
    PullReleased,
    RoleRelinquished,
    StepAdded,
    StepMarked,
    UpdateSnoozed,
    UpdateTold,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """One thing said or done: the entry it is in, when it was, who wrote it, and what it says."""

    entry: str
    at: datetime
    by: str
    body: T


@dataclass(frozen=True, slots=True)
class Conduct:
    """Everything of each kind that stands (nobody undid it), in the order it was written."""

    policies: tuple[Said[PolicyApplied], ...] = ()
    facts: tuple[Said[FactStated], ...] = ()
    triages: tuple[Said[IncidentTriaged], ...] = ()
    pauses: tuple[Said[ClockPaused], ...] = ()
    resumes: tuple[Said[ClockResumed], ...] = ()
    calls: tuple[Said[CallRecorded], ...] = ()
    notices: tuple[Said[NoticeSent], ...] = ()
    acknowledged: tuple[Said[EscalationAcknowledged], ...] = ()
    assumed: tuple[Said[RoleAssumed], ...] = ()
    relinquished: tuple[Said[RoleRelinquished], ...] = ()
    handovers: tuple[Said[HandoverPrepared], ...] = ()
    confirmations: tuple[Said[HandoverConfirmed], ...] = ()
    cancelled: tuple[Said[HandoverCancelled], ...] = ()
    marks: tuple[Said[MarkCalled], ...] = ()
    steps: tuple[Said[StepMarked], ...] = ()
    added: tuple[Said[StepAdded], ...] = ()
    layers: tuple[Said[LayerJudged], ...] = ()
    pulls: tuple[Said[OptionPulled], ...] = ()
    effects: tuple[Said[PullConfirmed], ...] = ()
    releases: tuple[Said[PullReleased], ...] = ()
    freezes: tuple[Said[FreezeDeclared], ...] = ()
    lifts: tuple[Said[FreezeLifted], ...] = ()
    allowed: tuple[Said[DeploymentAllowed], ...] = ()
    updates: tuple[Said[UpdateTold], ...] = ()
    snoozes: tuple[Said[UpdateSnoozed], ...] = ()
    verified: tuple[Said[FixVerified], ...] = ()
    injects: tuple[Said[InjectGiven], ...] = ()
    answers: tuple[Said[QuestionAnswered], ...] = ()
    rulings: tuple[Said[DutyRuled], ...] = ()
    opened: tuple[Said[FilingOpened], ...] = ()
    edits: tuple[Said[FilingEdited], ...] = ()
    reviews: tuple[Said[ReviewAsked], ...] = ()
    returned: tuple[Said[FilingReturned], ...] = ()
    approvals: tuple[Said[FilingApproved], ...] = ()
    filed: tuple[Said[NoticeFiled], ...] = ()
    personal: tuple[Said[PersonalMarked], ...] = ()
    letters: tuple[Said[LettersMade], ...] = ()


_PLACE: dict[type, str] = {
    PolicyApplied: "policies",
    FactStated: "facts",
    IncidentTriaged: "triages",
    ClockPaused: "pauses",
    ClockResumed: "resumes",
    CallRecorded: "calls",
    NoticeSent: "notices",
    EscalationAcknowledged: "acknowledged",
    RoleAssumed: "assumed",
    RoleRelinquished: "relinquished",
    HandoverPrepared: "handovers",
    HandoverConfirmed: "confirmations",
    HandoverCancelled: "cancelled",
    MarkCalled: "marks",
    StepMarked: "steps",
    StepAdded: "added",
    LayerJudged: "layers",
    OptionPulled: "pulls",
    PullConfirmed: "effects",
    PullReleased: "releases",
    FreezeDeclared: "freezes",
    FreezeLifted: "lifts",
    DeploymentAllowed: "allowed",
    UpdateTold: "updates",
    UpdateSnoozed: "snoozes",
    FixVerified: "verified",
    InjectGiven: "injects",
    QuestionAnswered: "answers",
    DutyRuled: "rulings",
    FilingOpened: "opened",
    FilingEdited: "edits",
    ReviewAsked: "reviews",
    FilingReturned: "returned",
    FilingApproved: "approvals",
    NoticeFiled: "filed",
    PersonalMarked: "personal",
    LettersMade: "letters",
}


def step(state: Conduct, entry: Entry) -> Conduct:
    """Return the conduct after one more entry that was not undone; a withdrawn one is taken out again."""
    if isinstance(entry.body, Withdrawn):
        return _without(state, entry.body.entry)
    place = _PLACE.get(type(entry.body))
    if place is None:
        return state
    said = Said(entry.id, entry.happened.at, entry.author.name, entry.body)
    return replace(state, **{place: (*getattr(state, place), said)})


def _without(state: Conduct, entry: str) -> Conduct:
    kept = {
        field.name: left
        for field in fields(state)
        if len(left := tuple(one for one in getattr(state, field.name) if one.entry != entry))
        != len(getattr(state, field.name))
    }
    return replace(state, **kept) if kept else state
