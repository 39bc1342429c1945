"""An incident: the fold of its entries. Nothing here is stored but what the entries state."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import reduce
from typing import Any

import msgspec

from tocsin.model import conduct
from tocsin.model.alert import Alert
from tocsin.model.conduct import Conduct
from tocsin.model.decoding import converted
from tocsin.model.fields import Fields, Head, Register, value_of
from tocsin.model.incident_fields import FIELDS as FIELDS
from tocsin.model.instant import When
from tocsin.model.journal import (
    AlertAdded,
    ClockMarked,
    DocumentExported,
    Entry,
    FieldsSet,
    IncidentDeclared,
    IncidentLinked,
    RoleAssumed,
    StatusMoved,
    Undone,
    Withdrawn,
)
from tocsin.model.judgement import StartJudged
from tocsin.model.response import IncidentTriaged, PolicyApplied, RoleRelinquished

OPEN, CONTAINED, RESOLVED, CLOSED, REOPENED = "open", "contained", "resolved", "closed", "re-opened"

# Which status may follow which; "re-opened" leads back to work.
FOLLOWS: dict[str, tuple[str, ...]] = {
    OPEN: (CONTAINED, RESOLVED, CLOSED),
    CONTAINED: (RESOLVED, CLOSED, REOPENED),
    RESOLVED: (CLOSED, REOPENED),
    CLOSED: (REOPENED,),
    REOPENED: (CONTAINED, RESOLVED, CLOSED),
}

# What was written for other tools or for a hand-over is no report, and does no duty of one.
TIMELINE, BRIEFING, UPDATE = "timeline", "briefing", "status update"
REPORT = "incident report"

# Who holds an incident's threads (domain.md T5).
ROLES = ("commander", "deputy", "communications", "technical", "scribe", "compliance")


@dataclass(frozen=True, slots=True)
class Move:
    """One status move with the time it happened at."""

    entry: str
    status: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grade:
    """A severity level given, with the time it holds from."""

    entry: str
    level: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A clock marked by a person: met, waived, or not applicable."""

    entry: str
    clock: str
    state: str
    at: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another incident, and how it relates to this one."""

    entry: str
    other: str
    relation: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as its entries leave it. `fields` and `roles` keep every standing value.

    `exports` are the entries of the documents that left and were not withdrawn, `reports` those of them that
    are incident reports. `conduct` tells how it was handled. `policy` is the frozen pack in force, `former`
    are those before it and until when they were.
    """

    id: str
    reference: str
    system: str
    policy: str
    declared: datetime
    detected: datetime
    author: str
    fields: Fields = field(default_factory=dict)
    roles: Fields = field(default_factory=dict)
    moves: tuple[Move, ...] = ()
    alerts: tuple[tuple[str, Alert], ...] = ()
    marks: tuple[Mark, ...] = ()
    links: tuple[Link, ...] = ()
    exports: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    withdrawn: str = ""
    grades: tuple[Grade, ...] = ()
    conduct: Conduct = field(default_factory=Conduct)
    former: tuple[tuple[str, datetime], ...] = ()

    @property
    def title(self) -> str:
        """The title shown."""
        return str(value_of(self.fields, "title", ""))

    @property
    def severity(self) -> str:
        """The id of the level in the incident's scheme."""
        return str(value_of(self.fields, "severity", ""))

    @property
    def channel(self) -> str:
        """How it was noticed (domain.md K3), empty while nobody knows."""
        return self.text("channel")

    @property
    def status(self) -> str:
        """The status after the newest move."""
        return self.moves[-1].status if self.moves else OPEN

    @property
    def commander(self) -> str:
        """Who commands: whoever took command last, and who declared while nobody did. There always is one."""
        return str(value_of(self.roles, "commander", "") or self.author)

    @property
    def staff(self) -> dict[str, str]:
        """Who has which role now; a role nobody has is not there."""
        held = {role: str(register.value or "") for role, register in self.roles.items()}
        return {"commander": self.commander, **{role: person for role, person in held.items() if person}}

    @property
    def start(self) -> When | None:
        """The estimated start with its bounds, if anybody has estimated one."""
        value = value_of(self.fields, "start")
        return None if value is None else converted(value, When)

    def text(self, name: str) -> str:
        """Return a text field, empty when never set."""
        return str(value_of(self.fields, name, ""))

    def reached(self, status: str) -> datetime | None:
        """Return when the incident last came to `status` and stayed at or beyond it; None if not."""
        at = None
        for move in self.moves:
            if move.status == REOPENED:
                at = None
            elif move.status == status:
                at = move.at
        return at


def fold(entries: Iterable[Entry]) -> Incident | None:
    """Return the incident its entries describe; None when the declaration is not among them.

    `entries` are those whose subject is the incident, in (lamport, site) order.
    """
    nothing: Incident | None = None
    return reduce(step, standing(entries), nothing)


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that nobody undid, in order; an `Undone` that was undone counts for nothing."""
    ordered = list(entries)
    undone: set[str] = set()
    for entry in reversed(ordered):
        if isinstance(entry.body, Undone) and entry.id not in undone:
            undone.add(entry.body.entry)
    return [e for e in ordered if e.id not in undone and not isinstance(e.body, Undone)]


def step(state: Incident | None, entry: Entry) -> Incident | None:
    """Return the incident after one more entry that was not undone."""
    if isinstance(entry.body, IncidentDeclared):
        state = _declared(entry, entry.body)
    elif state is not None:
        state = replace(_later(state, entry), conduct=conduct.step(state.conduct, entry))
    return state


def _declared(entry: Entry, body: IncidentDeclared) -> Incident:
    fields = {
        "title": _set(Register(), entry, body.title),
        "severity": _set(Register(), entry, body.severity),
    }
    if body.channel:
        fields["channel"] = _set(Register(), entry, body.channel)
    return Incident(
        id=entry.subject,
        reference=body.reference,
        system=body.system,
        policy=body.policy,
        declared=entry.happened.at,
        detected=body.detected,
        author=entry.author.name,
        fields=fields,
        grades=(Grade(entry.id, body.severity, entry.happened.at),),
    )


def _later(state: Incident, entry: Entry) -> Incident:
    body, at = entry.body, entry.happened.at
    match body:
        case FieldsSet():
            return _fields_set(state, entry, body.fields)
        case IncidentTriaged():
            return _fields_set(state, entry, {"severity": body.level})
        case PolicyApplied():
            former = (*state.former, (state.policy, at))
            return replace(state, policy=body.sha256, former=former)
        case StartJudged(chosen=chosen) if chosen is not None:
            return replace(
                state, fields=set_fields(state.fields, entry, {"start": msgspec.to_builtins(chosen)})
            )
        case RoleAssumed() | RoleRelinquished():
            return _staffed(state, entry, body)
        case StatusMoved():
            return replace(state, moves=(*state.moves, Move(entry.id, body.status, at, body.note)))
        case AlertAdded():
            return replace(state, alerts=(*state.alerts, (entry.id, body.alert)))
        case ClockMarked():
            mark = Mark(entry.id, body.clock, body.state, at, body.reason, entry.author.name)
            return replace(state, marks=(*state.marks, mark))
        case IncidentLinked():
            return replace(state, links=(*state.links, Link(entry.id, body.other, body.relation)))
        case DocumentExported() if not body.document.startswith((TIMELINE, BRIEFING, UPDATE)):
            reports = (entry.id,) if body.document.startswith(REPORT) else ()
            return replace(state, exports=(*state.exports, entry.id), reports=state.reports + reports)
        case Withdrawn():
            return _without(state, body)
        case _:
            return state


def _without(state: Incident, body: Withdrawn) -> Incident:
    if body.entry == state.id:
        return replace(state, withdrawn=body.reason)
    kept = {one for one in state.exports if one != body.entry}
    exports, reports = (tuple(one for one in own if one in kept) for own in (state.exports, state.reports))
    return replace(state, exports=exports, reports=reports)


def _fields_set(state: Incident, entry: Entry, values: dict[str, Any]) -> Incident:
    given = values.get("severity")
    grades = () if given is None else (Grade(entry.id, str(given), entry.happened.at),)
    return replace(state, fields=set_fields(state.fields, entry, values), grades=state.grades + grades)


def _staffed(state: Incident, entry: Entry, body: RoleAssumed | RoleRelinquished) -> Incident:
    person = body.person if isinstance(body, RoleAssumed) else ""
    if not person and body.role == "commander":  # somebody always commands
        return state
    return replace(state, roles=set_fields(state.roles, entry, {body.role: person}))


def set_fields(fields: Fields, entry: Entry, values: dict[str, Any]) -> Fields:
    """Return the registers after `entry` set some of them."""
    changed = {name: _set(fields.get(name, Register()), entry, value) for name, value in values.items()}
    return {**fields, **changed}


def _set(register: Register, entry: Entry, value: Any) -> Register:
    return register.set(Head(entry.id, entry.lamport, entry.site, value), entry.replaces)
