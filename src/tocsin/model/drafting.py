"""What fills the draft of a status update from an incident's facts, in the words of whom it is for (M2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.model import containment, freeze, steps
from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.clocks import ClockState, State
from tocsin.model.containment import PullState
from tocsin.model.fields import value_of
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.severity import Scheme
from tocsin.model.situation import between, dated, is_update_clock, moment, pull_words
from tocsin.model.steps import ACKNOWLEDGED, ASSIGNED, DONE
from tocsin.model.updates import Value

_SHOWN = 5  # of a list: an update is read in a minute
_LEADS = {"commander": "commander", "communications": "communications lead", "technical": "technical lead"}

# The AI's part, said to those it happened to: by type of incident, else by category.
AI_PART = {
    "behaviour_change": "The AI model began to behave differently from what we intended.",
    "distribution_shift": "The AI model meets inputs unlike those it was made for, and errs more with them.",
    "bias": "The AI model treats some groups of people worse than others.",
    "oversight": "People did not check what the AI model decided as they should have.",
    "harmful_output": "The AI model gave answers that can do harm.",
    "accuracy": "The AI model is wrong more often than before.",
    "data_exposure": "The AI model showed data that it should not show.",
    "unfairness": "The AI model treats some groups of people worse than others.",
    "out_of_scope": "The AI model was used for something it was not made for.",
    "failure": "The AI model stopped giving usable answers.",
    "cost": "The AI model used far more computing than planned.",
}  # fmt: skip

# What was pulled, said to those outside, by kind of option (C1).
ACTS = {
    "kill_switch": "We have switched the AI function off.",
    "fallback": "We have moved to another way of working in place of this AI model.",
    "throttle": "We have limited how much the AI model handles.",
    "rollback": "We have gone back to an earlier version of the AI system.",
    "filter": "We have put a filter before or after the AI model.",
    "thresholds": "We let the AI model decide only where it is very sure.",
    "human_review": "We have people look at these cases now.",
    "suspend_group": "We have stopped automated decisions for the people affected.",
    "suspend_approval": "We have stopped automatic approvals.",
    "pinned_endpoint": "We have set the AI model to one version that we know.",
    "owned_model": "We have moved to an AI model that we run ourselves.",
    "shadow": "We are watching a second AI model beside the first.",
}
_ACT = "We have taken a measure that limits the harm."


@dataclass(frozen=True, slots=True)
class Around:
    """What an update says that does not lie in the incident: names, figures of the store, the last telling.

    `decisions` is a sentence with figures out of the logs, `segments` what its alerts name, `next_due` when
    the next update is due, None where no clock asks for one.
    """

    system: str = ""
    decisions: str = ""
    segments: tuple[str, ...] = ()
    number: int = 1
    last: datetime | None = None
    next_due: datetime | None = None
    changes: tuple[str, ...] = ()


def values(
    incident: Incident,
    scheme: Scheme,
    clocks: Sequence[ClockState],
    now: datetime,
    zone: str,
    around: Around,
) -> dict[str, Value]:
    """Return what fills each name of `updates.PLACEHOLDERS`; empty where nobody knows it."""
    level = scheme.level(incident.severity)
    kind = incident.text("type") or incident.text("category")
    told: dict[str, Value] = {
        "reference": incident.reference,
        "title": incident.title,
        "system": around.system,
        "level": incident.severity,
        "meaning": level.meaning if level else "",
        "status": incident.status,
        "number": str(around.number),
        "now": dated(now, zone, now),
        "type": TYPES.get(incident.text("type"), ""),
        "category": CATEGORIES.get(incident.text("category"), ""),
        "ai_part": AI_PART.get(kind, ""),
        "scope": incident.text("scope") or ", ".join(around.segments),
        "decisions": around.decisions,
        "impact": incident.text("impact"),
        "began": between(incident.start, zone, now) if incident.start else "",
        "detected": moment(incident.detected, zone, now),
        "cause": incident.text("hypothesis"),
        "version": incident.text("version"),
        "signs": tuple(alert.message for _, alert in incident.alerts)[:_SHOWN],
        "done": tuple(_done(incident, scheme, now, zone)),
        "doing": tuple(_doing(incident, scheme, now))[:_SHOWN],
        "acts": tuple(_acts(incident, now, zone)),
        "next": tuple(_next(clocks, scheme, now, zone))[:_SHOWN],
        "needs": tuple(_needs(incident, clocks, scheme, now, zone))[:_SHOWN],
        "changes": around.changes,
        "last_update": moment(around.last, zone, now) if around.last else "",
        "next_update": _by(around.next_due, zone, now),
        "leadership": level.escalate_to if level else (),
        "teams": teams(incident, scheme),
    }
    return told | {role: _person(incident, role) for role in _LEADS}


def teams(incident: Incident, scheme: Scheme) -> tuple[str, ...]:
    """Return whom the route of the incident's type calls."""
    kind = incident.text("type")
    return next((route.to for route in scheme.routes if kind and kind in route.types), ())


def _by(due: datetime | None, zone: str, now: datetime) -> str:
    if due is None:
        return ""
    return f"by {moment(due, zone, now)}" if due > now else "within minutes"


def _person(incident: Incident, role: str) -> str:
    return str(value_of(incident.roles, role, "") or "")


def _done(incident: Incident, scheme: Scheme, now: datetime, zone: str) -> Iterator[str]:
    """What was done, the newest first of steps; measures and moves are never left out."""
    for status, word in ((RESOLVED, "Resolved"), (CONTAINED, "Contained")):
        if at := incident.reached(status):
            yield f"{word} at {moment(at, zone, now)}"
    for pull in containment.pulls(incident):
        yield f"{pull.body.name}, {moment(pull.at, zone, now)}: {pull_words(pull, now)}"
    if (stands := freeze.standing(incident, now)) is not None:
        yield f"Change freeze since {moment(stands.begin, zone, now)}"
    done = [
        (one.at, one.step.text)
        for one in steps.standing(incident, scheme, now)
        if one.state == DONE and not one.derived and one.at is not None
    ]
    for at, text in sorted(done, reverse=True)[:_SHOWN]:
        yield f"{text}, {moment(at, zone, now)}"


def _doing(incident: Incident, scheme: Scheme, now: datetime) -> Iterator[str]:
    for one in steps.standing(incident, scheme, now):
        if one.state in (ASSIGNED, ACKNOWLEDGED):
            by = f" ({one.person})" if one.person else ""
            yield f"Under way: {one.step.text}{by}"
    for pull in containment.pulls(incident):
        if pull.state(now) in (PullState.RUNNING, PullState.OVER_TIME):
            yield f"Under way: seeing whether {pull.body.name} works"


def _acts(incident: Incident, now: datetime, zone: str) -> Iterator[str]:
    if at := incident.reached(RESOLVED):
        yield f"We have put it right ({moment(at, zone, now)}) and are watching that it stays so."
    elif at := incident.reached(CONTAINED):
        yield f"We have stopped it from doing further harm since {moment(at, zone, now)}."
    standing = [
        p for p in containment.pulls(incident) if p.state(now) not in (PullState.FAILED, PullState.RELEASED)
    ]
    yield from dict.fromkeys(ACTS.get(pull.body.kind, _ACT) for pull in standing)
    if incident.status != CLOSED and not incident.reached(RESOLVED):
        yield f"We have been working on it since {moment(incident.declared, zone, now)}."


def _is_own_update(clock: ClockState, scheme: Scheme) -> bool:
    """Whether it is the clock of updates like this one, of which they speak by themselves."""
    return clock.repeats and is_update_clock(clock, scheme)


def _next(clocks: Sequence[ClockState], scheme: Scheme, now: datetime, zone: str) -> Iterator[str]:
    for clock in clocks:
        running = clock.ticking and clock.state is not State.OVERDUE and clock.due is not None
        if running and clock.due is not None and not _is_own_update(clock, scheme):
            yield f"{clock.name} by {moment(clock.due, zone, now)}"


def _needs(
    incident: Incident, clocks: Sequence[ClockState], scheme: Scheme, now: datetime, zone: str
) -> Iterator[str]:
    for role, title in _LEADS.items():
        if not _person(incident, role):
            yield f"A {title}: nobody has the role"
    for clock in clocks:
        late = clock.state is State.OVERDUE and clock.stopped is None and clock.due is not None
        if late and clock.due is not None and not _is_own_update(clock, scheme):
            yield f"{clock.name}: overdue since {moment(clock.due, zone, now)}"
    if not incident.text("scope") and not incident.text("impact"):
        yield "An answer to who is affected, and how badly"
