"""Undo and redo of an operator's own edits, by appending an entry that names what it undoes."""

from collections.abc import Sequence

from tocsin.errors import NotAllowed
from tocsin.model.arrangement import (
    ChannelRemoved,
    ChannelSet,
    ContactSet,
    OptionRegistered,
    OptionRehearsed,
    OptionRemoved,
    PolicyChosen,
    RosterSet,
)
from tocsin.model.filing import (
    DutyRuled,
    FilingApproved,
    FilingEdited,
    FilingOpened,
    FilingReturned,
    NoticeFiled,
    PersonalMarked,
    QuestionAnswered,
    RegimesAdopted,
    ReviewAsked,
)
from tocsin.model.incident import standing
from tocsin.model.journal import (
    AlertAdded,
    ClockMarked,
    DeploymentRecorded,
    Entry,
    FieldsSet,
    IncidentDeclared,
    IncidentLinked,
    RoleAssumed,
    SignalsPlaced,
    StatusMoved,
    TimelineAdded,
    Undone,
)
from tocsin.model.judgement import (
    AlertsAccepted,
    AlertsSnoozed,
    RolesSet,
    SpotCheckDrawn,
    SpotCheckJudged,
    StartJudged,
)
from tocsin.model.operator import Author
from tocsin.model.response import (
    AlarmShelved,
    CallRecorded,
    ClockPaused,
    ClockResumed,
    DeploymentAllowed,
    EscalationAcknowledged,
    ExamplesAdded,
    FactStated,
    FixVerified,
    FreezeDeclared,
    FreezeLifted,
    IncidentTriaged,
    LayerJudged,
    MarkCalled,
    PullConfirmed,
    PullReleased,
    ResultsRecorded,
    RoleRelinquished,
    StepAdded,
    StepMarked,
    UpdateSnoozed,
)
from tocsin.model.timeline import FINAL_LANES
from tocsin.operations import normals, signals
from tocsin.store import journal, timeline
from tocsin.store.folder import Store

# Declared, told, filed and exported are facts to others: they are withdrawn with a reason.
_UNDOABLE = (
    FieldsSet,
    TimelineAdded,
    StatusMoved,
    RoleAssumed,
    ClockMarked,
    IncidentLinked,
    AlertAdded,
    DeploymentRecorded,
    SignalsPlaced,
    RolesSet,
    AlertsAccepted,
    AlertsSnoozed,
    SpotCheckDrawn,
    SpotCheckJudged,
    StartJudged,
    Undone,
    PolicyChosen,
    RegimesAdopted,
    OptionRegistered,
    OptionRemoved,
    OptionRehearsed,
    RosterSet,
    ContactSet,
    ChannelSet,
    ChannelRemoved,
    FactStated,
    IncidentTriaged,
    ClockPaused,
    ClockResumed,
    RoleRelinquished,
    StepMarked,
    StepAdded,
    LayerJudged,
    MarkCalled,
    PullConfirmed,
    PullReleased,
    FreezeDeclared,
    FreezeLifted,
    DeploymentAllowed,
    UpdateSnoozed,
    AlarmShelved,
    CallRecorded,
    EscalationAcknowledged,
    ExamplesAdded,
    ResultsRecorded,
    FixVerified,
    PersonalMarked,
    QuestionAnswered,
    DutyRuled,
    FilingOpened,
    FilingEdited,
    ReviewAsked,
    FilingReturned,
    FilingApproved,
)


def undo(store: Store, author: Author, entry_id: str) -> Entry:
    """Append an entry that makes `entry_id` no longer count; of an `Undone`, that is redo.

    Raises NotAllowed when it is another person's, was told or filed, or somebody has built on it since.
    """
    with store.write() as write:
        entry = journal.entry(write.connection, entry_id)
        about = journal.entries(write.connection, subject=entry.subject)
        _check(entry, about, author)
        if (
            isinstance(entry.body, TimelineAdded)
            and timeline.get(write.connection, entry.subject).lane in FINAL_LANES
        ):
            raise NotAllowed("what was told cannot be undone.", hint="Retract it with a reason.")
        target = _target(entry, about)
        done = write.add(author, Undone(entry.id), incident=entry.incident, subject=entry.subject)
    if isinstance(target.body, SignalsPlaced):
        signals.carry_out(store)
    if isinstance(target.body, AlertsAccepted):
        normals.judge_again(store, target.body.signals, target.body.since)
    return done


def may_undo(entry: Entry) -> bool:
    """Whether an entry is of a kind that undo applies to; the rest is withdrawn with a reason."""
    if isinstance(entry.body, TimelineAdded):
        return entry.body.lane not in FINAL_LANES
    return isinstance(entry.body, _UNDOABLE)


def _check(entry: Entry, about: Sequence[Entry], author: Author) -> None:
    if not may_undo(entry):
        raise NotAllowed("this is not undone but withdrawn with a reason.", where=entry.kind)
    if entry.author != author:
        raise NotAllowed(f"this was written by {entry.author.name}; only they can undo it.", where=entry.kind)
    counting = _counting(about)
    if entry.id not in counting:
        raise NotAllowed("it was undone already.", where=entry.kind)
    if later := _built_on(entry, [e for e in about if e.id in counting], _target(entry, about)):
        raise NotAllowed(f"{later.author.name} has changed it since.", where=entry.kind)


def _counting(about: Sequence[Entry]) -> set[str]:
    """Return the ids that still count, `Undone` entries among them."""
    undone: set[str] = set()
    for entry in reversed(about):
        if isinstance(entry.body, Undone) and entry.id not in undone:
            undone.add(entry.body.entry)
    return {entry.id for entry in about} - undone


def _built_on(entry: Entry, about: Sequence[Entry], target: Entry) -> Entry | None:
    """Return a later entry that replaced what `entry` did, or that rests on it.

    For a redo, `target` is what it would bring back: nobody may have stated the same thing anew meanwhile.
    """
    counting = standing(about)
    for other in counting:
        if other.lamport <= entry.lamport:
            continue
        if target.id in other.replaces or entry.id == entry.subject or _rests_on(target, other):
            return other
        if _same_ground(entry, target, other):
            return other
    return None if entry is target else _beside(target, counting)


def _beside(target: Entry, counting: Sequence[Entry]) -> Entry | None:
    """Return what an edit that is brought back would stand beside, as if two people had set it unawares."""
    for register in _registers(target):
        own = [each for each in counting if each.id != target.id and register in _registers(each)]
        replaced = {id for each in own for id in each.replaces} | set(target.replaces)
        if left := next((each for each in own if each.id not in replaced), None):
            return left
    return None


def _registers(entry: Entry) -> set[str]:
    """Return the fields and roles that an entry sets."""
    match entry.body:
        case FieldsSet() | StartJudged() as body:
            return _fields(body)
        case RoleAssumed(role=role) | RoleRelinquished(role=role):
            return {f"role {role}"}
        case IncidentTriaged():
            return {"severity"}
        case IncidentDeclared(channel=channel):
            return {"title", "severity", "channel"} if channel else {"title", "severity"}
        case _:
            return set()


def _target(entry: Entry, about: Sequence[Entry]) -> Entry:
    """Return the edit that an `Undone`, or the undoing of one, is about in the end."""
    by_id = {each.id: each for each in about}
    while isinstance(entry.body, Undone):
        entry = by_id[entry.body.entry]
    return entry


def _same_ground(entry: Entry, target: Entry, other: Entry) -> bool:
    if isinstance(target.body, StatusMoved):
        return isinstance(other.body, StatusMoved)
    if isinstance(target.body, StepAdded) and isinstance(other.body, StepMarked):
        return target.body.id == other.body.step  # somebody has taken the task up
    if entry is target:
        return False
    match target.body, other.body:
        case (FieldsSet() | StartJudged() as mine, FieldsSet() | StartJudged() as theirs):
            return not _fields(mine).isdisjoint(_fields(theirs))
        case (RoleAssumed(role=mine) | RoleRelinquished(role=mine),
              RoleAssumed(role=theirs) | RoleRelinquished(role=theirs)):  # fmt: skip
            return mine == theirs
        case ClockMarked(clock=mine), ClockMarked(clock=theirs):
            return mine == theirs
        case QuestionAnswered(question=mine), QuestionAnswered(question=theirs):
            return mine == theirs
        case DutyRuled(duty=mine), DutyRuled(duty=theirs):
            return mine == theirs
        case StepMarked(step=mine), StepMarked(step=theirs):
            return mine == theirs
        case LayerJudged(layer=mine), LayerJudged(layer=theirs):
            return mine == theirs
        case SpotCheckJudged(decision=mine), SpotCheckJudged(decision=theirs):
            return mine == theirs and target.author == other.author
        case _:
            return False


def _rests_on(target: Entry, other: Entry) -> bool:
    """Whether a later entry rests on what was done with a notice: what went out stays as it is."""
    match target.body, other.body:
        case (
            FilingOpened(),
            FilingEdited() | ReviewAsked() | FilingReturned() | FilingApproved() | NoticeFiled(),
        ):
            return other.body.filing == target.id
        case (FilingEdited() | ReviewAsked() | FilingReturned() | FilingApproved(), NoticeFiled()):
            return target.body.filing == other.body.filing
        case FilingEdited() as mine, FilingEdited() as theirs:
            return mine.filing == theirs.filing and not mine.fields.keys().isdisjoint(theirs.fields)
        case ReviewAsked(), FilingReturned(review=review) | FilingApproved(review=review):
            return review == target.id
        case _:
            return False


def _fields(body: FieldsSet | StartJudged) -> set[str]:
    """Return the fields of an incident that a body sets."""
    if isinstance(body, StartJudged):
        return set() if body.chosen is None else {"start"}
    return set(body.fields)
