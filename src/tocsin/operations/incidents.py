"""Incidents: declare, grade, move, join with alerts and other incidents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model.alert import Alert
from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.fields import replaced_by
from tocsin.model.incident import CLOSED, FIELDS, FOLLOWS, Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import (
    AlertAdded,
    Entry,
    FieldsSet,
    IncidentDeclared,
    IncidentLinked,
    RoleAssumed,
    StatusMoved,
    Withdrawn,
)
from tocsin.model.observation import MONITORING, Observation
from tocsin.model.operator import Author
from tocsin.model.severity import Scheme
from tocsin.operations import closure, freeze, observations, policies, systems
from tocsin.operations.timeline import checked_text
from tocsin.store import alerts, incidents
from tocsin.store.folder import Store, Write

_LONGEST_LINE = 200
_AHEAD = timedelta(minutes=5)
_CHOICES = {"type": TYPES, "category": CATEGORIES}
RELATIONS = ("duplicate of", "related to")


def declare(
    store: Store,
    author: Author,
    *,
    title: str,
    system: str,
    severity: str | None = None,
    alert_ids: Sequence[str] = (),
    observation_ids: Sequence[str] = (),
    detected: datetime | None = None,
    channel: str = "",
    id: str = "",
) -> Incident:
    """Declare an incident; its author becomes commander. Raises BadInput and NotFound.

    Without a severity it takes the gravest its alerts speak of, and the gravest of all when nothing speaks.
    Without `detected` it was detected when the first of its alerts was noticed or its observations learned
    of, else now: alerts found in imported history start no clock in the past. A time that a person states may
    not lie ahead. Without a channel it is that of what it was declared from.
    """
    title = checked_title(title)
    found = [_alert(store, alert_id) for alert_id in alert_ids]
    reported = [observations.get(store, observation) for observation in observation_ids]
    id = id or store.new_id()
    with store.write() as write:
        if known := _declared(write, id):
            return known
        scheme, policy = policies.in_force(write, author)
        level = severity_or_default(scheme, severity, found)
        at = _detected(store, detected, found, reported)
        watched = systems.ensure_in(write, author, system)
        year = store.now().astimezone(ZoneInfo(store.zone)).year
        reference = incidents.next_reference(write.connection, code=store.code, year=year)
        way = _channel(channel, found, reported)
        body = IncidentDeclared(reference, title, watched.id, level, policy, at, way)
        write.add(author, body, incident=id, subject=id, id=id)
        write.add(author, RoleAssumed("commander", author.name), incident=id, subject=id)
        for alert in found:
            write.add(author, AlertAdded(alert), incident=id, subject=id, occurred=When(alert.time))
        for observation in reported:
            observations.join_in(write, author, id, observation.id)
        _take_start(write, author, id, found, reported)
        freeze.with_level_in(write, author, incidents.get(write.connection, id), scheme, level)
        return incidents.get(write.connection, id)


def _declared(write: Write, id: str) -> Incident | None:
    """Return the incident declared under this id before: a retry declares nothing twice."""
    try:
        return incidents.get(write.connection, id)
    except NotFound:
        return None


def severity_or_default(scheme: Scheme, severity: str | None, found: Sequence[Alert]) -> str:
    """Return the level stated, else the gravest the alerts map to, else the gravest there is."""
    if severity is not None:
        return checked_level(scheme, severity)
    level = scheme.level_for(found[0].severity) if found else scheme.levels[0].id
    for alert in found[1:]:
        level = scheme.graver(level, scheme.level_for(alert.severity))
    return level


def set_fields(
    store: Store, author: Author, incident: str, values: dict[str, str | When], *, at: When | None = None
) -> Entry:
    """Set fields of an incident (see model.incident.FIELDS). Raises BadInput and NotFound."""
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        checked = {name: _checked_value(write, known, name, value) for name, value in values.items()}
        replaces = replaced_by(known.fields, checked)
        entry = write.add(
            author, FieldsSet(checked), incident=known.id, subject=known.id, occurred=at, replaces=replaces
        )
        if level := checked.get("severity"):
            scheme = policies.of(write.connection, known.policy)
            freeze.with_level_in(write, author, known, scheme, str(level))
        return entry


def move(
    store: Store, author: Author, incident: str, status: str, *, at: datetime | None = None, note: str = ""
) -> Entry:
    """Move an incident to another status; `at` is when it really was contained, resolved ...

    Raises NotAllowed when that status cannot follow the present one, and for closing without a note while
    what the pack asks for before is open; BadInput for a time before that one's.
    """
    when = None if at is None else When(_past(store, at), zone=store.zone)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if status not in FOLLOWS[known.status]:
            after = ", ".join(FOLLOWS[known.status])
            raise NotAllowed(
                f"an incident that is {known.status} cannot become {status}.",
                where=known.reference,
                hint=f"It can become {after}.",
            )
        if at is not None and known.moves and at < known.moves[-1].at:
            raise BadInput(
                f"it was {known.status} only later.",
                where=iso(at),
                hint=f"It has been since {iso(known.moves[-1].at)}; undo that move if its time is wrong.",
            )
        if status == CLOSED and not note.strip():
            closure.check(write.connection, store, known)
        body = StatusMoved(status, _optional(note))
        return write.add(author, body, incident=known.id, subject=known.id, occurred=when)


def add_alert(store: Store, author: Author, incident: str, alert_id: str) -> Entry:
    """Add an alert to an open incident, all its fields copied.

    Raises NotAllowed when it is there already, and for an incident that was closed or withdrawn.
    """
    return add_alerts(store, author, incident, [alert_id])[0]


def add_alerts(store: Store, author: Author, incident: str, alert_ids: Sequence[str]) -> list[Entry]:
    """Add several alerts to an open incident, all or none of them. Raises NotAllowed as `add_alert` does."""
    found = [_alert(store, id) for id in alert_ids]
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if known.status == CLOSED or known.withdrawn:
            raise NotAllowed(
                f"an alert joins an open incident; this one is {'withdrawn' if known.withdrawn else CLOSED}.",
                where=known.reference,
                hint="Re-open it, or declare another and link the two.",
            )
        there = {other.id for _, other in known.alerts}
        if any(alert.id in there for alert in found):
            raise NotAllowed("this alert belongs to the incident already.", where=known.reference)
        return [
            write.add(author, AlertAdded(a), incident=known.id, subject=known.id, occurred=When(a.time))
            for a in found
        ]


def link(store: Store, author: Author, incident: str, other: str, relation: str = "duplicate of") -> Entry:
    """Link an incident to another; both are kept. Raises BadInput and NotFound."""
    if relation not in RELATIONS:
        raise BadInput("there is no such relation.", where=relation, hint=f"Use {' or '.join(RELATIONS)}.")
    with store.write() as write:
        known, target = incidents.get(write.connection, incident), incidents.get(write.connection, other)
        if known.id == target.id:
            raise BadInput("an incident cannot be linked to itself.", where=known.reference)
        body = IncidentLinked(target.id, relation)
        return write.add(author, body, incident=known.id, subject=known.id)


def withdraw(store: Store, author: Author, incident: str, reason: str) -> Entry:
    """Withdraw a declaration with a reason; the incident and all its entries stay readable."""
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if known.withdrawn:
            raise NotAllowed(f"it was withdrawn already: {known.withdrawn}", where=known.reference)
        body = Withdrawn(known.id, checked_text(reason))
        return write.add(author, body, incident=known.id, subject=known.id)


def get(store: Store, incident: str) -> Incident:
    """Return one incident by reference or id. Raises NotFound."""
    with store.journal.read() as connection:
        return incidents.get(connection, incident)


def listed(store: Store, *, with_closed: bool = True) -> list[Incident]:
    """Return the incidents by reference."""
    with store.journal.read() as connection:
        return incidents.list_all(connection, with_closed=with_closed)


def checked_title(title: str) -> str:
    """Return a title on one line. Raises BadInput."""
    one_line = _checked_line(title)
    if not one_line:
        raise BadInput("the title is empty.", hint="Say what is wrong, in a few words.")
    return one_line


def _checked_line(text: str) -> str:
    one_line = " ".join(text.split())
    if len(one_line) > _LONGEST_LINE or not one_line.isprintable():
        raise BadInput(f"this is one line of at most {_LONGEST_LINE} characters.", where=repr(one_line[:60]))
    return one_line


def _optional(text: str) -> str:
    return checked_text(text) if text.strip() else ""


def checked_level(scheme: Scheme, severity: str) -> str:
    """Return a level's id, whatever its case. Raises BadInput."""
    known = {level.id.upper(): level.id for level in scheme.levels}
    if severity.upper() not in known:
        levels = ", ".join(known.values())
        raise BadInput(
            "this scheme has no such level.", where=severity, hint=f"Levels of {scheme.title}: {levels}."
        )
    return known[severity.upper()]


def _checked_value(write: Write, incident: Incident, name: str, value: str | When) -> Any:
    if name not in FIELDS:
        raise BadInput("an incident has no such field.", where=name, hint=f"Fields: {', '.join(FIELDS)}.")
    if name == "start":
        if not isinstance(value, When):
            raise BadInput("the start is a time or a range.", where=name)
        return msgspec.to_builtins(value)
    text = str(value)
    if name == "title":
        return checked_title(text)
    if name == "severity":
        return checked_level(policies.of(write.connection, incident.policy), text)
    if name == "channel":
        return observations.checked_channel(text)
    if name in _CHOICES:
        return _checked_choice(name, text)
    return _optional(text)


def _checked_choice(name: str, text: str) -> str:
    if text and text not in _CHOICES[name]:
        raise BadInput(
            f"there is no such {name}.", where=text, hint=f"There are: {', '.join(_CHOICES[name])}."
        )
    return text


def _take_start(
    write: Write, author: Author, id: str, found: Sequence[Alert], reported: Sequence[Observation]
) -> None:
    """Take the earliest start that an alert estimates or a person tells of, to be corrected by people."""
    starts = [alert.start for alert in found if alert.start is not None]
    starts += [observation.happened for observation in reported if observation.is_late]
    if starts:
        first = min(starts, key=lambda start: start.at)
        body = FieldsSet({"start": msgspec.to_builtins(first)})
        write.add(author, body, incident=id, subject=id)


def _alert(store: Store, alert_id: str) -> Alert:
    with store.signals.read() as connection:
        found = alerts.get(connection, alert_id)
    if found is None:
        raise NotFound("there is no such alert.", where=alert_id, hint="`tocsin alerts` lists them.")
    return found


def _detected(
    store: Store, stated: datetime | None, found: Sequence[Alert], reported: Sequence[Observation]
) -> datetime:
    if stated is not None:
        return _past(store, stated)
    known = [*(alert.noticed for alert in found), *(observation.learned for observation in reported)]
    return min(known, default=store.now())


def _channel(stated: str, found: Sequence[Alert], reported: Sequence[Observation]) -> str:
    """Return how it was noticed: as stated, else as what it is declared from says."""
    if stated.strip():
        return observations.checked_channel(stated)
    if reported:
        return reported[0].channel
    return MONITORING if found else ""


def _past(store: Store, at: datetime) -> datetime:
    if at > store.now() + _AHEAD:
        raise BadInput(
            "this time lies ahead.", where=at.isoformat(), hint="Facts are recorded after they happened."
        )
    return at
