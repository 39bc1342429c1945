"""Escalation: whom to call now, what came of a call, and who took over."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.errors import BadInput, NotAllowed
from tocsin.model import ladder
from tocsin.model.callees import Callee, Contacts, Duty
from tocsin.model.incident import Incident
from tocsin.model.journal import Entry
from tocsin.model.ladder import OUTCOMES, Standing, State
from tocsin.model.operator import Author
from tocsin.model.response import CallRecorded, EscalationAcknowledged
from tocsin.model.roster import key
from tocsin.model.severity import Scheme
from tocsin.operations import channels, contacts, policies, roster
from tocsin.operations.channels import Channel
from tocsin.operations.operators import checked_name
from tocsin.store import incidents
from tocsin.store.database import Connection
from tocsin.store.folder import Store

_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Arranged:
    """What people arranged beforehand: rotas, contacts, channels, as one transaction sees them."""

    duty: Duty
    contacts: Contacts
    channels: tuple[Channel, ...]

    def standing(self, incident: Incident, scheme: Scheme, now: datetime, zone: str) -> Standing:
        """Return how the escalation of an incident stands at an instant."""
        return ladder.standing(incident, scheme, self.duty, self.contacts, now, zone)


@dataclass(frozen=True, slots=True)
class EscalationView:
    """An incident's escalation as of `now`, with what it stands on, so that it can be asked for later too."""

    now: datetime
    incident: Incident
    scheme: Scheme
    arranged: Arranged
    standing: Standing
    zone: str

    def at(self, now: datetime) -> Standing:
        """Return how it stands at another instant, the facts being the same."""
        return self.arranged.standing(self.incident, self.scheme, now, self.zone)


def look(store: Store, incident: str) -> EscalationView:
    """Return how the escalation of an incident stands now. Raises NotFound."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        return _view(store, connection, known, arranged_in(connection), {})


def open_ones(store: Store) -> list[EscalationView]:
    """Return the escalations of all incidents that are not closed, those where somebody is to be found first.

    Among these the next step that begins soonest comes first.
    """
    with store.journal.read() as connection:
        found = [one for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
        arranged, schemes = arranged_in(connection), dict[str, Scheme]()
        views = [_view(store, connection, one, arranged, schemes) for one in found]
    return sorted(views, key=_order)


def record_call(
    store: Store,
    author: Author,
    incident: str,
    outcome: str,
    *,
    target: str = "",
    person: str = "",
    note: str = "",
    id: str = "",
) -> Entry:
    """Record a call: called, answered or no answer. Without target and person it is whom to call now.

    Raises BadInput for another outcome, or when nobody is to be called and none is named; NotFound.
    """
    if outcome not in OUTCOMES:
        raise BadInput("a call is called, answered or no answer.", where=outcome)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        view = _view(store, write.connection, known, arranged_in(write.connection), {})
        callee = _chosen(view.standing, target, person)
        step = view.standing.step.id if view.standing.step else ""
        body = CallRecorded(
            step, callee.target, callee.person, callee.number, outcome, checked_note(note), view.standing.run
        )
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def acknowledge(
    store: Store, author: Author, incident: str, *, person: str = "", note: str = "", id: str = ""
) -> Entry:
    """Record who took over; the escalation stops. Without `person` it is whoever writes.

    Raises NotAllowed when somebody did already, and where nothing escalates; BadInput and NotFound.
    """
    person = checked_name(person or author.name)
    with store.write() as write:
        known = incidents.get(write.connection, incident)
        standing = _view(store, write.connection, known, arranged_in(write.connection), {}).standing
        if standing.acknowledged is not None and standing.acknowledged.entry != id:
            raise NotAllowed(
                f"{standing.acknowledged.body.person} has acknowledged already.", where=known.reference
            )
        if standing.state in (State.NONE, State.OVER):
            why = (
                "its level has no steps"
                if standing.state is State.NONE
                else f"the incident is {known.status}"
            )
            raise NotAllowed(f"nothing escalates: {why}.", where=known.reference)
        step = standing.step.id if standing.step else ""
        body = EscalationAcknowledged(step, person, checked_note(note), standing.run)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def arranged_in(connection: Connection) -> Arranged:
    """Return what was arranged, as a transaction sees it."""
    return Arranged(roster.duty(connection), contacts.book(connection), tuple(channels.list_in(connection)))


def checked_note(note: str) -> str:
    """Return a note without blanks at its ends. Raises BadInput for one that is too long."""
    trimmed = note.strip()
    if len(trimmed) > _LONGEST_NOTE:
        raise BadInput(f"a note has at most {_LONGEST_NOTE} characters.")
    return trimmed


def _view(
    store: Store, connection: Connection, known: Incident, arranged: Arranged, schemes: dict[str, Scheme]
) -> EscalationView:
    scheme = schemes.get(known.policy) or policies.of(connection, known.policy)
    schemes[known.policy] = scheme
    now = store.now()
    standing = arranged.standing(known, scheme, now, store.zone)
    return EscalationView(now, known, scheme, arranged, standing, store.zone)


def _order(view: EscalationView) -> tuple[bool, float, str]:
    standing = view.standing
    at = standing.next_at or standing.since or standing.began
    return not standing.stands, at.timestamp(), view.incident.reference


def _chosen(standing: Standing, target: str, person: str) -> Callee:
    """Return whom a call was about: one of those to call, or anybody else who is named."""
    if not target and not person:
        if standing.now is None:
            raise BadInput("nobody is to be called now.", hint="Say who was called.")
        return standing.now.callee
    calls = [*standing.calls, *standing.owed]
    for one in calls:
        fits = not target or key(one.callee.target) == key(target)
        if fits and (not person or key(one.callee.person) == key(person)):
            return one.callee
    name = checked_name(person or target)
    return Callee(checked_name(target or person), name)
