"""Alarms: what demands that a person acts now, who heard it, what is shelved, and when it sounds again.

An alarm is a condition that holds, not an event (ISA-18.2): it stands while the clock is overdue or the
finding waits. Acknowledging silences that one alarm, until it has stood so much longer that it sounds again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from tocsin.model import roles, steps
from tocsin.model.clocks import State as ClockStanding
from tocsin.model.conduct import Said
from tocsin.model.containment import PullState, pulls
from tocsin.model.duty_rule import DutyRule
from tocsin.model.freeze import Flagged, unallowed
from tocsin.model.incident import Incident
from tocsin.model.ladder import Standing as Escalation
from tocsin.model.response import AlarmAcknowledged, AlarmShelved
from tocsin.model.urgency import Watched

_GRAVE = 2  # levels whose deadlines are urgent
FLOOD = 10  # more than so many new ones within FLOOD_SPAN are one line
FLOOD_SPAN = timedelta(minutes=10)


class Priority(IntEnum):
    """How much an alarm presses. Each has a sound of its own."""

    URGENT = 0
    WARNING = 1
    NOTICE = 2


# How long one that was acknowledged may stand before it sounds again.
REPEATS: dict[Priority, timedelta] = {
    Priority.URGENT: timedelta(minutes=5),
    Priority.WARNING: timedelta(minutes=15),
    Priority.NOTICE: timedelta(minutes=60),
}


class State(StrEnum):
    """How an alarm stands; RETURNED is over and was heard by nobody."""

    NEW = "new"
    REPEATED = "sounds again"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    RETURNED = "over, not acknowledged"


SOUNDING = frozenset({State.NEW, State.REPEATED})


@dataclass(frozen=True, slots=True)
class Alarm:
    """One condition. `id` names it for good: the same clock overdue anew is another alarm.

    `since` is when it came to hold, `over` when it ceased; `incident` is that of the incident it is about,
    `about` what it concerns: alert ids of a finding, a clock's id.
    """

    id: str
    priority: Priority
    title: str
    detail: str
    since: datetime
    incident: str = ""
    about: tuple[str, ...] = ()
    over: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm with its state. `until` is when a shelved one comes back or an acknowledged one repeats."""

    alarm: Alarm
    state: State
    until: datetime | None = None
    by: str = ""
    said: str = ""


def of_clocks(one: Watched) -> Iterable[Alarm]:
    """Yield the alarms of an incident's clocks: overdue, and of grave levels and duties those due soon."""
    grave = one.rank < _GRAVE
    for clock in one.clocks:
        if not clock.ticking or clock.due is None or clock.soon is None:
            continue
        duty = isinstance(one.scheme.clock(clock.rule), DutyRule)  # the law knows no levels
        if clock.state is ClockStanding.OVERDUE:
            priority, said, since = (
                Priority.URGENT if grave or duty else Priority.WARNING,
                "overdue",
                clock.due,
            )
        elif clock.state is ClockStanding.DUE_SOON and (grave or duty):
            priority, said, since = Priority.WARNING if grave else Priority.NOTICE, "due soon", clock.soon
        else:
            continue
        yield Alarm(
            f"clock:{one.incident.id}:{clock.id}:{said}:{int(clock.due.timestamp())}",
            priority,
            f"{one.incident.reference} · {clock.name} is {said}",
            f"{one.incident.title} · {clock.basis}",
            since,
            one.incident.id,
            (clock.id,),
        )


def of_steps(one: Watched, now: datetime) -> Iterable[Alarm]:
    """Yield the alarms of a playbook: time boxes that are over, tasks that nobody acknowledged."""
    for step in steps.expired(one.incident, one.scheme, now):
        title = f"{one.incident.reference} · {step.person or 'nobody'}: {step.text}"
        id = f"{step.id}:{one.incident.id}"
        yield Alarm(id, Priority.WARNING, title, step.why, step.since, one.incident.id, (step.step,))


def of_roles(one: Watched, now: datetime) -> Iterable[Alarm]:
    """Yield the alarm of the roles that the rules ask for and nobody took in time: one for all of them."""
    missing = [vacancy for vacancy in roles.vacancies(one.incident, one.scheme) if now >= vacancy.due]
    if not missing:
        return
    last = max(vacancy.due for vacancy in missing)
    titles = ", ".join(vacancy.role.title for vacancy in missing)
    yield Alarm(
        f"roles:{one.incident.id}:{','.join(vacancy.role.id for vacancy in missing)}:{int(last.timestamp())}",
        Priority.WARNING,
        f"{one.incident.reference} · Nobody is {titles}",
        f"{one.incident.severity} asks for them; P on the command screen assigns",
        last,
        one.incident.id,
        tuple(vacancy.role.id for vacancy in missing),
    )


def of_pulls(one: Watched, now: datetime) -> Iterable[Alarm]:
    """Yield the alarms of ways to contain that took their time, and nobody said whether they worked."""
    for pull in pulls(one.incident):
        if pull.state(now) is PullState.OVER_TIME:
            title = f"{one.incident.reference} · Did it work? {pull.body.name}"
            said = f"pulled by {pull.said.by}, {pull.body.minutes} min expected"
            yield Alarm(
                f"pull:{pull.id}", Priority.WARNING, title, said, pull.due, one.incident.id, (pull.id,)
            )


def of_freeze(incident: Incident, found: Iterable[Flagged]) -> Iterable[Alarm]:
    """Yield the alarms of deployments within a change freeze that nobody allowed."""
    for flagged in unallowed(found):
        ran = flagged.deployment
        title = f"{incident.reference} · Deployed in the change freeze: {ran.name} {ran.version}"
        id = f"flag:{incident.id}:{ran.id}"
        yield Alarm(id, Priority.WARNING, title, ran.kind, ran.began.at, incident.id, (ran.id,))


def call_rings(escalation: Escalation) -> datetime | None:
    """Return when a step rings: half of its time after it began, so that whoever calls is left in peace."""
    if not escalation.stands or escalation.since is None:
        return None
    length = escalation.next_at - escalation.since if escalation.next_at else timedelta()
    return escalation.since + length / 2


def of_escalation(incident: Incident, escalation: Escalation, now: datetime) -> Iterable[Alarm]:
    """Yield the alarm of an escalation in which somebody still has to be found."""
    since, step, call = call_rings(escalation), escalation.step, escalation.now
    if since is None or step is None or now < since:
        return
    whom = f"call {call.callee.person or call.callee.target}" if call else "nobody is left to call"
    number = f"{call.callee.number} · " if call and call.callee.number else ""
    yield Alarm(
        f"call:{incident.id}:{escalation.run}:{step.id}",
        Priority.URGENT,
        f"{incident.reference} · {step.title}: {whom}",
        f"{number}nobody has acknowledged; Ctrl Shift C shows whom to call",
        since,
        incident.id,
        (step.id,),
    )


def standing(
    alarms: Iterable[Alarm],
    heard: Iterable[Said[AlarmAcknowledged]],
    shelved: Iterable[Said[AlarmShelved]],
    now: datetime,
) -> tuple[Standing, ...]:
    """Return every alarm with its state at `now`: sounding ones first, then by priority and age.

    One that is over and was heard is no alarm any more.
    """
    last_heard = {one.body.alarm: one for one in heard}
    last_shelved = {one.body.alarm: one for one in shelved}
    found = [
        _stand(one, last_heard.get(one.id), last_shelved.get(one.id), now)
        for one in alarms
        if one.over is None or one.id not in last_heard
    ]
    return tuple(sorted(found, key=_order))


def _stand(
    alarm: Alarm, heard: Said[AlarmAcknowledged] | None, shelf: Said[AlarmShelved] | None, now: datetime
) -> Standing:
    if alarm.over is not None:
        return Standing(alarm, State.RETURNED, alarm.over)
    if shelf is not None and now < shelf.body.until:
        return Standing(alarm, State.SHELVED, shelf.body.until, shelf.by, shelf.body.reason)
    if heard is None:
        return Standing(alarm, State.NEW if shelf is None else State.REPEATED)
    again = heard.at + REPEATS[alarm.priority]
    if shelf is not None and shelf.body.until > heard.at:
        return Standing(alarm, State.REPEATED)
    # By a clock that was set back since, it was heard in the future: that must not silence it for a day.
    if abs(now - heard.at) >= REPEATS[alarm.priority]:
        return Standing(alarm, State.REPEATED, None, heard.by, heard.body.note)
    return Standing(alarm, State.ACKNOWLEDGED, again, heard.by, heard.body.note)


def _order(one: Standing) -> tuple[bool, int, datetime, str]:
    return one.state not in SOUNDING, one.alarm.priority, one.alarm.since, one.alarm.id


def is_flood(begun: Iterable[datetime], now: datetime) -> bool:
    """Whether more came in the last minutes than a person can take in one by one (EEMUA 191)."""
    return sum(abs(now - at) < FLOOD_SPAN for at in begun) > FLOOD
