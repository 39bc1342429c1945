"""Alarms: what stands, and what people say of them; shared by all consoles on a store."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.errors import BadInput
from tocsin.model import alarms, containment, freeze, roles, steps
from tocsin.model.alarms import Alarm, Priority, Standing
from tocsin.model.clocks import ClockState, State
from tocsin.model.conduct import Said
from tocsin.model.ids import derived
from tocsin.model.incident import Incident
from tocsin.model.incident import standing as counting
from tocsin.model.instant import iso
from tocsin.model.journal import Entry
from tocsin.model.operator import Author
from tocsin.model.response import AlarmAcknowledged, AlarmShelved, AlarmUnheard
from tocsin.model.urgency import Watched
from tocsin.operations import clocks, deployments, escalation, queue
from tocsin.operations.coverage import Rhythms
from tocsin.operations.queue import Waiting
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, journal
from tocsin.store.folder import Store, Write

LONGEST_SHELF = timedelta(days=7)
_KINDS = ("alarm.acknowledged", "alarm.shelved", "undone")


@dataclass(frozen=True, slots=True)
class AlarmsView:
    """The alarms as they stood at `now`; nothing of it changes by itself before `wakes`."""

    now: datetime
    standing: tuple[Standing, ...] = ()
    wakes: datetime | None = None

    @property
    def sounding(self) -> tuple[Standing, ...]:
        """Those that nobody has heard, or that sound again."""
        return tuple(one for one in self.standing if one.state in alarms.SOUNDING)


def look(store: Store, *, rhythms: Rhythms | None = None) -> AlarmsView:
    """Return every alarm that stands, of open incidents and of urgent findings nobody took up.

    `rhythms` keeps what is known of signals from one look to the next, for whoever looks often.
    """
    now = store.now()
    watched = clocks.wall(store)
    waiting = queue.look(store, rhythms=rhythms)
    calling = escalation.open_ones(store)
    found = [alarm for one in watched for alarm in _of_incident(one, now)]
    found += [alarm for one in calling for alarm in alarms.of_escalation(one.incident, one.standing, now)]
    found += [_of_finding(one) for one in waiting.candidates if any(a.urgent for a in one.candidate.alerts)]
    found += [alarm for one in watched for alarm in _of_freeze(store, one.incident)]
    heard, shelved = _said(store)
    standing = alarms.standing(found, heard, shelved, now)
    sleeping = (one.until for one in waiting.snoozed)
    rings = [
        *(one.standing.next_at for one in calling),
        *(alarms.call_rings(one.standing) for one in calling),
    ]
    wakes = (one.until for one in standing if one.until)
    changes = [*_changes(watched, now), *(at for at in rings if at), *wakes, *sleeping]
    return AlarmsView(now, standing, min((at for at in changes if at > now), default=None))


def acknowledge(store: Store, author: Author, alarm: Alarm, note: str = "", *, id: str = "") -> Entry:
    """Record that somebody heard this alarm; it is silent until it has stood too long."""
    body = AlarmAcknowledged(alarm.id, checked_text(note) if note.strip() else "", alarm.title)
    with store.write() as write:
        return _add(write, author, alarm.id, alarm.incident, body, id)


def shelve(
    store: Store, author: Author, alarm: Alarm, until: datetime, reason: str, *, id: str = ""
) -> Entry:
    """Let this alarm be silent until then, for a reason. Raises BadInput."""
    now = store.now()
    if not now < until <= now + LONGEST_SHELF:
        raise BadInput("an alarm is shelved until a time to come, for a week at most.", where=iso(until))
    with store.write() as write:
        return _add(
            write,
            author,
            alarm.id,
            alarm.incident,
            AlarmShelved(alarm.id, until, checked_text(reason), alarm.title),
            id,
        )


def unheard(store: Store, author: Author, alarm: Alarm, what: str) -> Entry:
    """Record that this alarm could not be sounded or shown, and why."""
    with store.write() as write:
        return _add(write, author, alarm.id, alarm.incident, AlarmUnheard(alarm.id, what, alarm.title), "")


def _add(
    write: Write,
    author: Author,
    alarm: str,
    incident: str,
    body: AlarmAcknowledged | AlarmShelved | AlarmUnheard,
    id: str,
) -> Entry:
    about = incidents.get(write.connection, incident).id if incident else ""
    return write.add(author, body, incident=about, subject=about or alarm, id=id)


def _said(store: Store) -> tuple[list[Said[AlarmAcknowledged]], list[Said[AlarmShelved]]]:
    with store.journal.read() as connection:
        entries = counting(journal.entries(connection, kinds=_KINDS))
    heard, shelved = list[Said[AlarmAcknowledged]](), list[Said[AlarmShelved]]()
    for entry in entries:
        if isinstance(entry.body, AlarmAcknowledged):
            heard.append(Said(entry.id, entry.happened.at, entry.author.name, entry.body))
        elif isinstance(entry.body, AlarmShelved):
            shelved.append(Said(entry.id, entry.happened.at, entry.author.name, entry.body))
    return heard, shelved


def _of_finding(one: Waiting) -> Alarm:
    """An urgent finding. What joins it later makes another alarm of it: that is news."""
    ids = one.candidate.ids
    return Alarm(
        f"finding:{derived(*sorted(ids))}",
        Priority.URGENT,
        f"{one.system} · {one.candidate.name}",
        one.candidate.message,
        one.candidate.start.at,
        about=ids,
        over=one.candidate.ended,
    )


def _of_freeze(store: Store, incident: Incident) -> Iterable[Alarm]:
    if not incident.conduct.freezes:
        return []
    return alarms.of_freeze(incident, freeze.flagged(incident, deployments.of_system(store, incident.system)))


def _of_incident(one: Watched, now: datetime) -> Iterable[Alarm]:
    yield from alarms.of_clocks(one)
    yield from alarms.of_steps(one, now)
    yield from alarms.of_roles(one, now)
    yield from alarms.of_pulls(one, now)


def _changes(watched: Iterable[Watched], now: datetime) -> Iterable[datetime]:
    """When a clock becomes due soon or overdue, a time box is over, a role has to be taken."""
    for one in watched:
        for clock in one.clocks:
            yield from _turns(clock)
        yield from steps.rings_at(one.incident, one.scheme, now)
        yield from (pull.due for pull in containment.pulls(one.incident))
        yield from (vacancy.due for vacancy in roles.vacancies(one.incident, one.scheme))


def _turns(clock: ClockState) -> Iterable[datetime]:
    if (
        clock.ticking
        and clock.due is not None
        and clock.soon is not None
        and clock.state is not State.OVERDUE
    ):
        yield clock.soon
        yield clock.due + timedelta(microseconds=1)
