"""Observations: reported in a line, corrected, withdrawn, and taken into an incident or declared as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tocsin.errors import BadInput, NotAllowed
from tocsin.model.fields import replaced_by
from tocsin.model.ids import derived
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.instant import When, iso
from tocsin.model.journal import Entry, FieldsSet, ObservationReported, TimelineAdded, Withdrawn
from tocsin.model.observation import CHANNELS, INTERNAL, Observation
from tocsin.model.operator import Author
from tocsin.operations import systems
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, observations
from tocsin.store.folder import Store, Write

_AHEAD = timedelta(minutes=5)
_LONGEST_NAME = 200
# What people type for the four channels.
_SHORT = {"monitoring": 0, "automated": 0, "user": 1, "users": 1, "internal": 2, "external": 3}


@dataclass(frozen=True, slots=True)
class Reported:
    """An observation with the name of its system and the reference of the incident it belongs to, if any."""

    observation: Observation
    system: str
    reference: str = ""


def report(
    store: Store,
    author: Author,
    *,
    system: str,
    text: str,
    channel: str = INTERNAL,
    noticed_by: str = "",
    happened: When | None = None,
    learned: datetime | None = None,
    id: str = "",
) -> Observation:
    """Write down what somebody noticed; the system is added when new. It starts no clock. Raises BadInput.

    `happened` None means: when it was learned; `learned` None: now. Under an id made before, a retry stores
    it once.
    """
    id = id or store.new_id()
    words, way, who = checked_text(text), checked_channel(channel), _checked_name(noticed_by)
    _check_times(store, happened, learned)
    with store.write() as write:
        known = systems.ensure_in(write, author, system)
        body = ObservationReported(known.id, words, way, who, learned)
        write.add(author, body, subject=id, occurred=happened, id=id)
        return observations.get(write.connection, id)


def correct(store: Store, author: Author, observation: str, **values: Any) -> Entry:
    """Correct text, channel, noticed_by, happened (When), learned or system (its name). Raises BadInput."""
    with store.write() as write:
        known = observations.get(write.connection, observation)
        checked = {name: _checked(write, author, name, value) for name, value in values.items()}
        _check_times(store, values.get("happened"), values.get("learned"), known)
        replaces = replaced_by(known.fields, checked)
        return write.add(author, FieldsSet(checked), subject=known.id, replaces=replaces)


def withdraw(store: Store, author: Author, observation: str, reason: str) -> Entry:
    """Take an observation off the queue with a reason; it stays readable. Raises NotAllowed."""
    with store.write() as write:
        known = observations.get(write.connection, observation)
        if known.withdrawn:
            raise NotAllowed(f"it was withdrawn already: {known.withdrawn}", where=known.text[:60])
        return write.add(author, Withdrawn(known.id, checked_text(reason)), subject=known.id)


def join(store: Store, author: Author, incident: str, observation: str) -> Observation:
    """Take an observation into an open incident, where it stands on the timeline. Raises NotAllowed."""
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        if known.status == CLOSED or known.withdrawn:
            raise NotAllowed("an observation joins an open incident.", where=known.reference)
        join_in(write, author, known.id, observation)
        return observations.get(write.connection, observation)


def join_in(write: Write, author: Author, incident: str, observation: str) -> None:
    """Do the same within a transaction that is open: the link, and a line in the lane "detected"."""
    found = observations.get(write.connection, observation)
    if found.incident == incident:
        return
    if _is_taken(write, found):
        other = incidents.get(write.connection, found.incident)
        raise NotAllowed("this observation belongs to an incident already.", where=other.reference)
    values = {"incident": incident}
    write.add(author, FieldsSet(values), subject=found.id, replaces=replaced_by(found.fields, values))
    body = TimelineAdded("detected", in_words(found), found.learned if found.is_late else None)
    at = found.happened if found.is_late else When(found.learned)
    write.add(author, body, incident=incident, occurred=at, id=item_of(incident, found.id))


def item_of(incident: str, observation: str) -> str:
    """Return the id of the timeline entry that an observation stands as."""
    return derived(incident, observation)


def in_words(found: Observation) -> str:
    """Return what was noticed, how it reached us, and by whom."""
    who = f", {found.noticed_by}" if found.noticed_by else ""
    return f"{found.text} ({found.channel}{who})"


def get(store: Store, observation: str) -> Observation:
    """Return one observation by its id. Raises NotFound."""
    with store.journal.read() as connection:
        return observations.get(connection, observation)


def listed(store: Store, *, waiting: bool = False) -> list[Reported]:
    """Return what was reported, the newest first; with `waiting` only what nobody has dealt with."""
    with store.journal.read() as connection:
        known = incidents.list_all(connection)
        found = observations.list_all(connection)
    named = {one.id: one.name for one in systems.names(store)}
    if waiting:
        found = waiting_of(found, known)
    references = {one.id: one.reference for one in known}
    return [
        Reported(one, named.get(one.system, one.system), references.get(one.incident, "")) for one in found
    ]


def waiting_of(found: Sequence[Observation], known: Sequence[Incident]) -> list[Observation]:
    """Return the observations that were not withdrawn and belong to no incident that stands."""
    standing = {one.id for one in known if not one.withdrawn}
    return [one for one in found if not one.withdrawn and one.incident not in standing]


def checked_channel(channel: str) -> str:
    """Return one of the four channels, also for the first word of one. Raises BadInput."""
    said = " ".join(channel.casefold().split())
    if said in CHANNELS:
        return said
    if said in _SHORT:
        return CHANNELS[_SHORT[said]]
    raise BadInput("there is no such channel.", where=channel, hint=f"Channels: {', '.join(CHANNELS)}.")


def _is_taken(write: Write, found: Observation) -> bool:
    return bool(found.incident) and not incidents.get(write.connection, found.incident).withdrawn


def _checked(write: Write, author: Author, name: str, value: Any) -> Any:
    match name:
        case "text":
            return checked_text(value)
        case "channel":
            return checked_channel(value)
        case "noticed_by":
            return _checked_name(value)
        case "system":
            return systems.ensure_in(write, author, value).id
        case "happened" | "learned":
            return msgspec.to_builtins(value)
        case _:
            raise BadInput("an observation has no such field.", where=name)


def _checked_name(name: str) -> str:
    one_line = " ".join(name.split())
    if len(one_line) > _LONGEST_NAME or not (one_line.isprintable()):
        raise BadInput(f"who noticed it is one line of at most {_LONGEST_NAME} characters.")
    return one_line


def _check_times(
    store: Store, happened: When | None, learned: datetime | None, known: Observation | None = None
) -> None:
    limit = store.now() + _AHEAD
    for at in (happened.low if happened else None, learned):
        if at is not None and at > limit:
            raise BadInput("this time lies ahead.", where=iso(at), hint="Report what has happened.")
    known_at = learned or (known.learned if known else None)
    began = happened or (known.happened if known and known.is_late else None)
    if began is not None and known_at is not None and began.low > known_at:
        raise BadInput("it cannot be learned of before it happened.", where=iso(known_at))
