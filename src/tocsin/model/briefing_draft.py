"""A briefing as the facts on record give it, block by block: what people begin with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tocsin.model import containment, freeze, roles, steps
from tocsin.model.blast_radius import Radius
from tocsin.model.briefing import BLOCKS, LONGEST_BLOCK
from tocsin.model.classification import CATEGORIES, TYPES
from tocsin.model.clocks import ClockState, State
from tocsin.model.diagnosis import layers
from tocsin.model.handover import QUESTIONS
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.next_actions import Action
from tocsin.model.playbook import CLEARED
from tocsin.model.report import Line
from tocsin.model.severity import Scheme

_MOST = 12  # lines of one kind; the timeline has them all
_LONGEST_LINE = 300
_DID = ("decided", "done", "deployed")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a briefing is drafted from, as of `now`; `zone` is the store's home zone (IANA).

    `clocks` come nearest first, `lines` are the timeline's in order of time.
    """

    incident: Incident
    scheme: Scheme
    system: str
    clocks: tuple[ClockState, ...]
    actions: tuple[Action, ...]
    lines: tuple[Line, ...]
    now: datetime
    zone: str


def draft(facts: Facts) -> dict[str, str]:
    """Return every block as the facts on record give it; empty where none is known.

    Long lines are cut where the ellipsis stands: the timeline and the fields have them whole.
    """
    makers = {
        "situation": _situation, "objectives": _objectives, "taken": _taken, "planned": _planned,
        "organisation": _organisation, "resources": _resources, "clocks": _clocks,
        "communications": _communications, "constraints": _constraints, "potential": _potential,
        QUESTIONS: _questions,
    }  # fmt: skip
    return {block: "\n".join(map(_short, makers[block](facts)))[:LONGEST_BLOCK] for block in BLOCKS}


def readings(radius: Radius) -> Iterator[str]:
    """Yield what the system's own records tell of the reach of an incident; nothing that is not known."""
    if (count := radius.decisions) is not None:
        bounds = f", {count.least:,} to {count.most:,}" if count.least != count.most else ""
        yield f"Affected decisions: {count.at:,} since the start{bounds}"
    if radius.people is not None:
        yield f"Affected people: {radius.people:,}"
    for part in radius.hit[:3]:
        yield f"{part.column} {part.value}: {part.count:,} decisions, {part.share:.0%} of all"
    if radius.off is not None:
        faulty = ", ".join(radius.off.faulty)
        yield f"Traffic off the faulty model{f' ({faulty})' if faulty else ''}: {radius.off.share:.0%}"
    if radius.ahead:
        first = radius.ahead[0]
        yield f"If nothing is done: {first.decisions:,} more decisions within {first.hours} h"
    for other in radius.shared[:3]:
        yield f"Shares a {other.what} with {other.name or other.system}: {other.by}"


def moment(at: datetime, facts: Facts) -> str:
    """Return a time in the home zone, with its day where that is not the day of the draft."""
    zone = ZoneInfo(facts.zone)
    local = at.astimezone(zone)
    same = local.date() == facts.now.astimezone(zone).date()
    return f"{local:%H:%M}" if same else f"{local:%Y-%m-%d %H:%M}"


def _situation(facts: Facts) -> Iterator[str]:
    known, level = facts.incident, facts.scheme.level(facts.incident.severity)
    yield f"{facts.system}: {known.title}"
    yield f"{known.severity}: {level.meaning}" if level and level.meaning else known.severity
    reached = next((at for to in (CLOSED, RESOLVED, CONTAINED) if (at := known.reached(to))), None)
    yield f"Status: {known.status}" + (f" since {moment(reached, facts)}" if reached else "")
    start = known.start
    if start is not None:
        between = f", between {moment(start.low, facts)} and {moment(start.high, facts)}" * start.is_range
        yield f"Began about {moment(start.at, facts)}{between}"
    yield f"Detected {moment(known.detected, facts)}" + (f" by {known.channel}" if known.channel else "")
    kind = [TYPES.get(known.text("type"), ""), CATEGORIES.get(known.text("category"), "")]
    if any(kind):
        yield f"Kind: {', '.join(filter(None, kind))}"
    for field, words in (("scope", "Scope"), ("impact", "Impact"), ("hypothesis", "Suspected cause"),
                         ("version", "Affected version"), ("root_cause", "Root cause")):  # fmt: skip
        if text := known.text(field):
            yield f"{words}: {text}"
    alerts = sorted((alert for _, alert in known.alerts), key=lambda alert: (alert.time, alert.id))
    said = [f"{moment(one.time, facts)}  {one.about}: {one.message}" for one in alerts]
    yield from _last(said, "alerts")


def _objectives(facts: Facts) -> Iterator[str]:
    known = facts.incident
    if known.reached(CONTAINED) is None and known.reached(RESOLVED) is None:
        yield f"Stop the harm: contain it{_by(facts, CONTAINED)}"
    if known.reached(RESOLVED) is None:
        yield f"Find the cause, repair it and see it hold{_by(facts, 'resolution', without=CONTAINED)}"
    elif known.status != CLOSED:
        yield "Verify the fix on live traffic, then close"


def _by(facts: Facts, fact: str, without: str = "") -> str:
    rules = {rule.id for rule in facts.scheme.clocks if fact in rule.met_by and without not in rule.met_by}
    due = [one.due for one in facts.clocks if one.rule in rules and one.ticking and one.due]
    return f", due {moment(min(due), facts)}" if due else ""


def _taken(facts: Facts) -> Iterator[str]:
    done = [line for line in facts.lines if line.lane in _DID and not line.withdrawn]
    said = [f"{moment(line.happened.at, facts)}  {_one_line(line.text)} ({line.author})" for line in done]
    yield from _last(said, "actions")


def _planned(facts: Facts) -> Iterator[str]:
    said = []
    for action in facts.actions:
        if not action.done:
            due = f"due {moment(action.due, facts)}  " if action.due else ""
            said.append(f"{due}{_one_line(action.text)}")
    yield from said[:_MOST]
    if len(said) > _MOST:
        yield f"and {len(said) - _MOST} more, on the command screen"


def _organisation(facts: Facts) -> Iterator[str]:
    for one in roles.ledger(facts.incident):
        if one.relinquished is None:
            title = roles.title(facts.scheme, one.role)
            yield f"{title}: {one.person}, since {moment(one.assumed, facts)}"
    for vacancy in roles.vacancies(facts.incident, facts.scheme):
        yield f"{vacancy.role.title}: nobody, since {moment(vacancy.since, facts)}"
    yield from roles.hints(facts.incident)


def _resources(facts: Facts) -> Iterator[str]:
    for pull in containment.in_effect(containment.pulls(facts.incident)):
        seen = "not confirmed yet"
        if pull.effect is not None:
            seen = "it worked" if pull.effect.body.worked else "it did not work"
        yield f"In use: {pull.body.name}, pulled {moment(pull.at, facts)} by {pull.said.by}; {seen}"
    at_work = sorted(roles.at_work(facts.incident))
    if at_work:
        yield f"With tasks: {', '.join(at_work)}"
    answered = {
        one.body.person: one for one in facts.incident.conduct.calls if one.body.outcome == "answered"
    }
    for person, call in answered.items():
        yield f"Called: {person}, answered {moment(call.at, facts)}"


def _clocks(facts: Facts) -> Iterator[str]:
    ticking = [one for one in facts.clocks if one.ticking and one.due is not None]
    for one in ticking[:_MOST]:
        late = "overdue since " if one.state is State.OVERDUE else ""
        yield f"{late}{moment(one.due, facts)}  {one.name}" if one.due else one.name
    if len(ticking) > _MOST:
        yield f"and {len(ticking) - _MOST} more"


def _communications(facts: Facts) -> Iterator[str]:
    told = [line for line in facts.lines if line.lane == "told" and not line.withdrawn]
    said = [f"{moment(line.happened.at, facts)}  {_one_line(line.text)} ({line.author})" for line in told]
    yield from _last(said, "messages")
    updates = facts.incident.conduct.updates
    if updates and (due := updates[-1].body.next_due):
        yield f"The next update was promised for {moment(due, facts)}"
    snoozes = facts.incident.conduct.snoozes
    last = max((one.at for one in updates), default=facts.incident.declared)
    for one in [one for one in snoozes if one.at >= last and one.body.until > facts.now][-1:]:
        yield f"The next update waits until {moment(one.body.until, facts)}: {_one_line(one.body.reason)}"


def _constraints(facts: Facts) -> Iterator[str]:
    if frozen := freeze.standing(facts.incident, facts.now):
        yield f"Change freeze since {moment(frozen.begin, facts)}: only the roll-back itself is deployed"
    for clock in facts.clocks:
        if clock.state is State.PAUSED:
            yield f"The clock {clock.name} is paused"
    for name, register in {**facts.incident.fields, **facts.incident.roles}.items():
        if register.conflict:
            both = " or ".join(str(head.value) for head in register.heads)
            yield f"Two values for {name}, not settled: {both}"


def _potential(facts: Facts) -> Iterator[str]:
    triages = facts.incident.conduct.triages
    if triages and triages[-1].body.because:
        yield f"Triaged as {triages[-1].body.level}: {_one_line(triages[-1].body.because)}"
    for one in layers(facts.incident, steps.standing(facts.incident, facts.scheme, facts.now)):
        if one.finding and one.finding != CLEARED:
            yield f"{one.title}: {one.finding}"


def _questions(facts: Facts) -> Iterator[str]:
    """What the person who takes over has to know the answer to, one question a line."""
    known = facts.incident
    overdue = [one.name for one in facts.clocks if one.ticking and one.state is State.OVERDUE]
    if overdue:
        yield f"Overdue: {', '.join(overdue)}. What is done about it?"
    ahead = [one for one in facts.clocks if one.ticking and one.state is not State.OVERDUE and one.due]
    if ahead and ahead[0].due:
        yield f"{ahead[0].name} is due {moment(ahead[0].due, facts)}. Can it be held?"
    missing = [one.role.title or one.role.id for one in roles.vacancies(known, facts.scheme)]
    if missing:
        yield f"Unassigned: {', '.join(missing)}. Who will it be?"
    if known.reached(CONTAINED) is None and known.reached(RESOLVED) is None:
        yield "It is not contained. What is tried next?"
    if known.start is None:
        yield "The start is not estimated. Who looks for it?"
    if not known.text("hypothesis") and not known.text("root_cause"):
        yield "No cause is suspected yet. Who looks, and where?"


def _last(said: list[str], what: str) -> Iterable[str]:
    """Return the newest lines, and how many came before them: nothing is left out in silence."""
    before = len(said) - _MOST
    return [f"{before} earlier {what}, in the timeline", *said[-_MOST:]] if before > 0 else said


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(line: str) -> str:
    one = _one_line(line) if "\n" in line else line
    return one if len(one) <= _LONGEST_LINE else f"{one[: _LONGEST_LINE - 1]}…"
