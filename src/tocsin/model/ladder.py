"""How an escalation stands at an instant: which step, since when, whom to call, when the next one begins.

A ladder begins with the declaration, and anew with a re-grading or a re-opening; that entry is its *run*.
What alerts or imported history say of earlier times begins nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import takewhile

from tocsin.model.callees import Callee, Contacts, Duty, People, routes
from tocsin.model.conduct import Said
from tocsin.model.counting import count
from tocsin.model.escalation import EscalationStep
from tocsin.model.incident import CLOSED, REOPENED, RESOLVED, Incident
from tocsin.model.response import CallRecorded, EscalationAcknowledged, NoticeSent
from tocsin.model.roster import key
from tocsin.model.severity import Scheme

CALLED, ANSWERED, NO_ANSWER = "called", "answered", "no answer"
OUTCOMES = (CALLED, ANSWERED, NO_ANSWER)
SENDING, SENT, NOT_SENT = "sending", "sent", "not sent"


class State(StrEnum):
    """How an escalation stands; NONE where the level has no steps, OVER when the incident is settled."""

    NONE = "none"
    RUNNING = "running"
    EXHAUSTED = "exhausted"
    ACKNOWLEDGED = "acknowledged"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Rung:
    """A step with the instants (UTC) it begins and ends at if nobody acknowledges; `given_up` when its end
    came early because nobody of it answered."""

    step: EscalationStep
    begins: datetime
    ends: datetime
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One to call, and what came of it last: `outcome` is empty while nobody has called."""

    callee: Callee
    outcome: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An escalation at one instant.

    `step` is the one it stands at since `since`, `next_at` when the next one begins if nobody acknowledges,
    None at the last. `calls` are whom the step calls. Once acknowledged, `owed` are those whom the level
    names and nobody has reached. `history` are the calls and `notices` the messages of this run, in order.
    """

    state: State
    run: str
    began: datetime
    rungs: tuple[Rung, ...] = ()
    step: EscalationStep | None = None
    since: datetime | None = None
    next_at: datetime | None = None
    calls: tuple[Call, ...] = ()
    owed: tuple[Call, ...] = ()
    acknowledged: Said[EscalationAcknowledged] | None = None
    history: tuple[Said[CallRecorded], ...] = ()
    notices: tuple[Said[NoticeSent], ...] = ()

    @property
    def stands(self) -> bool:
        """Whether somebody still has to be found."""
        return self.state in (State.RUNNING, State.EXHAUSTED)

    @property
    def now(self) -> Call | None:
        """Whom to call now: who is being called, else the next nobody has called and who can be called."""
        left = [one for one in self.calls or self.owed if one.outcome in ("", CALLED)]
        ringing = next((one for one in left if one.outcome == CALLED), None)
        known = next((one for one in left if one.callee.person), None)
        return ringing or known or next(iter(left), None)

    @property
    def answered(self) -> tuple[str, ...]:
        """Who of the step has answered and has not acknowledged."""
        return tuple(one.callee.person for one in self.calls if one.outcome == ANSWERED)


def standing(
    incident: Incident,
    scheme: Scheme,
    duty: Duty,
    contacts: Contacts,
    now: datetime,
    zone: str = "UTC",
) -> Standing:
    """Return how the escalation of an incident stands at `now`.

    `duty` are the rotas and `contacts` the contacts by `roster.key` of their names; `zone` is the store's
    home zone, for steps that have business time.
    """
    run, began = begun(incident)
    people = People(incident, scheme, duty, contacts)
    told = incident.conduct
    history = tuple(one for one in told.calls if one.body.run == run)
    notices = tuple(one for one in told.notices if one.body.run == run)
    rungs = tuple(_ladder(steps(incident, scheme), began, history, people, zone))
    known = Standing(State.NONE, run, began, rungs, history=history, notices=notices)
    taken = next((one for one in reversed(told.acknowledged) if one.body.run == run), None)
    if incident.withdrawn or incident.status in (RESOLVED, CLOSED):
        return replace(known, state=State.OVER, acknowledged=taken)
    if taken is not None:
        return _taken(known, taken, people, now)
    return known if not rungs else _running(known, people, now)


def begun(incident: Incident) -> tuple[str, datetime]:
    """Return the entry that began the present escalation, and when it was."""
    found = incident.grades[0].entry, incident.declared
    for before, grade in zip(incident.grades, incident.grades[1:], strict=False):
        if grade.level != before.level:
            found = grade.entry, grade.at
    reopened = next((move for move in reversed(incident.moves) if move.status == REOPENED), None)
    if reopened is not None and reopened.at >= found[1]:
        found = reopened.entry, reopened.at
    return found


def steps(incident: Incident, scheme: Scheme) -> tuple[EscalationStep, ...]:
    """Return the steps of an incident's level and kind, in order."""
    kinds = {route.kind for route in routes(incident, scheme)}
    return tuple(
        step
        for step in scheme.escalation
        if incident.severity in step.levels and (not step.kinds or kinds.intersection(step.kinds))
    )


def _running(known: Standing, people: People, now: datetime) -> Standing:
    last = known.rungs[-1]
    exhausted = now >= last.ends
    rung = last if exhausted else next(one for one in known.rungs if now < one.ends)
    return replace(
        known,
        state=State.EXHAUSTED if exhausted else State.RUNNING,
        step=rung.step,
        since=rung.begins,
        next_at=None if rung is last else rung.ends,
        calls=_calls(known.history, rung.step, people.callees(rung.step.call, now)),
    )


def _taken(known: Standing, taken: Said[EscalationAcknowledged], people: People, now: datetime) -> Standing:
    step = next((one.step for one in known.rungs if one.step.id == taken.body.step), None)
    level = people.scheme.level(people.incident.severity)
    reached = {key(one.body.person) for one in known.history if one.body.outcome == ANSWERED}
    reached.add(key(taken.body.person))
    named = people.callees(level.escalate_to if level else (), now)
    owed = [one for one in named if not one.person or key(one.person) not in reached]
    told = {key(one.body.target) for one in known.history if one.body.outcome == ANSWERED}
    left = tuple(one for one in owed if key(one.target) not in told)
    return replace(
        known,
        state=State.ACKNOWLEDGED,
        step=step,
        since=taken.at,
        acknowledged=taken,
        owed=_calls(known.history, None, left),
    )


def _calls(
    history: Sequence[Said[CallRecorded]], step: EscalationStep | None, callees: Sequence[Callee]
) -> tuple[Call, ...]:
    """Return those to call with what came of it last, in the step or, without one, in the whole run."""
    found = []
    for callee in callees:
        last = None
        for one in history:
            if (step is None or one.body.step == step.id) and _is(one.body, callee):
                last = one
        found.append(Call(callee, last.body.outcome if last else "", last.at if last else None))
    return tuple(found)


def _is(body: CallRecorded, callee: Callee) -> bool:
    return key(body.target) == key(callee.target) and key(body.person) == key(callee.person)


def _ladder(
    found: Sequence[EscalationStep],
    began: datetime,
    history: Sequence[Said[CallRecorded]],
    people: People,
    zone: str,
) -> Iterator[Rung]:
    """Yield each step from when to when it runs, each beginning as the one before it ends."""
    for step in found:
        limit = count(began, step.within, "", people.scheme.calendar, zone).plan_to or began
        early = _given_up(step, began, limit, history, people)
        ends = limit if early is None else early
        yield Rung(step, began, ends, early is not None)
        began = ends


def _given_up(
    step: EscalationStep,
    began: datetime,
    limit: datetime,
    history: Sequence[Said[CallRecorded]],
    people: People,
) -> datetime | None:
    """Return when nobody of a step had answered, all who can be called having been; None before that.

    A machine's clock that was set back does not take a call out of its step.
    """
    outcomes: dict[tuple[str, str], str] = {}
    own = [one for one in history if one.body.step == step.id]
    for one in takewhile(lambda one: one.at < limit, own):
        outcomes[key(one.body.target), key(one.body.person)] = one.body.outcome
        at = max(one.at, began)
        named = people.callees(step.call, at)
        wanted = [callee for callee in named if callee.person] or named
        if all(outcomes.get((key(each.target), key(each.person))) == NO_ANSWER for each in wanted):
            return at
    return None
