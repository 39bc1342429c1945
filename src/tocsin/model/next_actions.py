"""What is to do next in an incident, derived from its facts: nothing here is ticked by hand or stored."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tocsin.model import containment, duty_actions, facts, freeze, handover, roles, situation, steps
from tocsin.model.action import Action
from tocsin.model.classification import layer_of_cause
from tocsin.model.clocks import ClockState, State
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.ladder import Standing
from tocsin.model.regime import Question
from tocsin.model.severity import ClockRule, Level, Scheme
from tocsin.model.timeline import Item

__all__ = ["Action", "next_actions"]

LEADS = {"technical": "technical lead", "communications": "communications lead"}
_CONTAIN, _RESOLVE = "contained", "resolution"
_ANSWERED = "acknowledged"  # somebody who was called took over
_MOST_STEPS = 5  # of the playbook, which has a screen of its own


def next_actions(
    incident: Incident,
    scheme: Scheme,
    clocks: Sequence[ClockState],
    told: Iterable[Item] = (),
    layers: Iterable[str] = (),
    now: datetime | None = None,
    escalation: Standing | None = None,
    asked: Sequence[Question] = (),
) -> list[Action]:
    """Return what is to do, open ones first in the order of work, the nearest deadline before all.

    `told` are timeline entries of what was told to others, `layers` the signal layers its alerts speak of.
    Steps of the playbook come with `now`, by which their time boxes stand. A withdrawn incident asks for
    nothing. `escalation` says whom to call now, `asked` are the questions that still decide duties, the one
    that decides most first; `scheme` and `clocks` hold the duties that apply.
    """
    if incident.withdrawn:
        return []
    found = [
        *_triage(incident, scheme, clocks),
        *_call_now(escalation),
        *_calls(incident, scheme, clocks),
        *_routes(incident, scheme, list(told), list(layers)),
        *duty_actions.notices(scheme, clocks),
        *duty_actions.questions(incident, scheme, asked),
        *_update(incident, scheme, clocks),
        *_leads(incident, scheme),
        *_containment(incident, scheme, clocks),
        *_freeze(incident, scheme),
        *_pulls(incident),
        *(_steps(incident, scheme, now) if now else ()),
        *_findings(incident, scheme, clocks),
        *_afterwards(incident, scheme, clocks),
    ]
    return sorted(found, key=_order)


def _order(action: Action) -> tuple[bool, bool, float]:
    timed = not action.done and action.due is not None
    return action.done, not timed, action.due.timestamp() if timed and action.due else 0.0


def _triage(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> Iterator[Action]:
    clock = _met_by(scheme, clocks, "triaged") or _met_by(scheme, clocks, "graded")
    again = incident.grades[1] if len(incident.grades) > 1 else None
    ended = clock is not None and clock.ended is not None
    at = again.at if again else clock.ended if clock else None
    level = scheme.level(incident.severity)
    meaning = f"{incident.severity}: {level.meaning}" if level else incident.severity
    if scheme.triage.questions:
        text, place = f"Triage: {len(scheme.triage.questions)} questions", "triage"
        reason = incident.conduct.triages[-1].body.because if incident.conduct.triages else "Ctrl T"
    else:
        text, place, reason = "Confirm the severity", "field:severity", meaning
    yield Action("severity", text, place, bool(again) or ended, reason, _due(clock), at)
    if again and not incident.text("type"):
        yield Action(
            "type", "Say what type of incident it is", "triage", False, "it decides route and playbook"
        )
    start = incident.start
    settled = "an estimate stands" if start else "how far back the impact is looked for"
    yield Action("start", "Estimate the start", "field:start", start is not None, settled)


def _call_now(escalation: Standing | None) -> Iterator[Action]:
    """Whom to call now, until somebody takes over; then those the level names whom nobody has reached."""
    if escalation is None or escalation.step is None:
        return
    if escalation.owed:
        names = _joined([one.callee.target for one in escalation.owed])
        reason, due = "nobody has reached them yet · Ctrl Shift C", escalation.rungs[-1].ends
        yield Action("call", f"Tell {names}", "call", False, reason, due)
    if not escalation.stands:
        return
    call, reason = escalation.now, f"{escalation.step.title} · Ctrl Shift C"
    text = f"Who takes over? {', '.join(escalation.answered)} answered"
    if call is not None:
        who = call.callee.person or call.callee.target
        text = f"Call {who}, {call.callee.number or 'no number is known'}"
    yield Action("call", text, "call", False, reason, escalation.next_at or escalation.rungs[-1].ends)


def _calls(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> Iterator[Action]:
    """Clocks that only a person can say are met: escalation, and whatever else a pack asks for."""
    for clock in clocks:
        rule = scheme.clock(clock.rule)
        met_by = set() if rule is None else set(rule.met_by) - {_ANSWERED}
        by_hand = rule is not None and not met_by and rule.anchor not in (_CONTAIN, _RESOLVE, CLOSED)
        if by_hand and not clock.counts_up and clock.state is not State.SUPERSEDED:
            level = scheme.level(incident.severity)
            text = _call(clock, level) if clock.rule == "escalate" else clock.name
            yield _of_clock(clock, text, f"clock:{clock.id}", clock.basis)


def _call(clock: ClockState, level: Level | None) -> str:
    if level is None or not level.escalate_to:
        return clock.name
    into = f" into the {level.forum}" if level.forum else ""
    return f"Call {_joined(level.escalate_to)}{into}"


def _routes(
    incident: Incident, scheme: Scheme, told: Sequence[Item], layers: Sequence[str]
) -> Iterator[Action]:
    kind = incident.text("type")
    found = [
        scheme.route_for(layer, kind) for layer in layers or [layer_of_cause(incident.text("hypothesis"))]
    ]
    routes = {route.kind: route for route in found if route is not None}
    for route in routes.values():
        if incident.severity not in route.levels:
            continue
        names = _joined(route.to)
        line = _telling(told, route.to)
        reason = f"route: {route.title}"
        at = line.happened.at if line else _updated(incident, route.to)
        yield Action(f"route:{route.kind}", f"Tell {names}", f"tell:{names}", at is not None, reason, at=at)


def _update(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> Iterator[Action]:
    """The next status update, as long as a clock asks for one."""
    for clock in clocks:
        audiences = situation.told_audiences(clock, scheme) if clock.ticking else None
        if audiences is not None:
            text = "Send a status update" if clock.repeats else clock.name
            last = "Ctrl Shift U" if incident.conduct.updates else "nobody was told yet · Ctrl Shift U"
            place = f"update:{next(iter(audiences), '')}"
            yield Action(f"clock:{clock.id}", text, place, False, last, clock.due)


def _updated(incident: Incident, names: Sequence[str]) -> datetime | None:
    """When a status update first went to all of these."""
    for said in incident.conduct.updates:
        if all(name.casefold() in said.body.to.casefold() for name in names):
            return said.at
    return None


def _telling(told: Sequence[Item], names: Sequence[str]) -> Item | None:
    """The first line of what was told that names everybody on the route."""
    for item in told:
        text = item.text.casefold()
        if not item.withdrawn and all(name.casefold() in text for name in names):
            return item
    return None


def _leads(incident: Incident, scheme: Scheme) -> Iterator[Action]:
    """The roles that the pack asks for at this level; command is always somebody's."""
    named = {role.id: role.title.lower() for role in roles.needed(scheme, incident.severity)} or LEADS
    vacant = {one.role.id: one.due for one in roles.vacancies(incident, scheme)}
    for role, title in named.items():
        if role == roles.COMMANDER:
            continue
        person = incident.staff.get(role, "")
        reason = person or "unassigned"
        yield Action(
            f"role:{role}", f"Assign a {title}", f"role:{role}", bool(person), reason, vacant.get(role)
        )
    waiting = handover.standing(incident)
    if waiting is not None:
        told = f"{waiting.outgoing} to {waiting.person}: both confirm"
        title = roles.title(scheme, waiting.role).lower()
        yield Action("handover", f"Finish the hand-over of {title}", "handover", False, told)


def _containment(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> Iterator[Action]:
    clock = _met_by(scheme, clocks, _CONTAIN)
    at = incident.reached(CONTAINED) or incident.reached(RESOLVED)
    done = at is not None or incident.status == CLOSED
    holds = containment.offers_contained(incident)
    why = f"confirmed: {holds.body.name}; M says so" if holds else "then look for the cause"
    place = "contain" if holds else "move:contained"
    yield Action("contain", "Contain: stop the harm first", place, done, why, _due(clock), at)


def _freeze(incident: Incident, scheme: Scheme) -> Iterator[Action]:
    """The change freeze that the level asks for; declared with the incident it is done already."""
    first = incident.conduct.freezes[0] if incident.conduct.freezes else None
    if first is not None or freeze.wanted(incident, scheme):
        reason = f"the policy asks for it at {incident.severity}"
        at = first.at if first else None
        yield Action("freeze", "Declare a change freeze", "contain", first is not None, reason, at=at)


def _pulls(incident: Incident) -> Iterator[Action]:
    """What was pulled waits for a word on whether it worked."""
    for pull in containment.pulls(incident):
        if pull.effect is None and pull.released is None and incident.status != CLOSED:
            text = f"Confirm that it worked: {pull.body.name}"
            yield Action(f"pull:{pull.id}", text, "contain", False, "by its live signal", pull.due)


def _steps(incident: Incident, scheme: Scheme, now: datetime) -> Iterator[Action]:
    """The next steps of the playbook, once it is known which one; tasks before that, too."""
    if incident.status == CLOSED:
        return
    known = bool(incident.text("type"))
    states = [one for one in steps.standing(incident, scheme, now) if known or one.task]
    words = steps.progress(incident, scheme, states).words
    for state in steps.upcoming(states)[:_MOST_STEPS]:
        who = state.person or state.step.role
        reason = " · ".join(filter(None, [words, who]))
        yield Action(
            f"step:{state.step.id}", state.step.text, f"step:{state.step.id}", False, reason, state.due
        )


def _findings(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> Iterator[Action]:
    clock = _met_by(scheme, clocks, _RESOLVE, without=_CONTAIN)
    at = incident.reached(RESOLVED)
    yield _of_field(incident, "impact", "Record the impact", "users, decisions, business")
    yield _of_field(incident, "root_cause", "Record the root cause", "model, data, infrastructure, pipeline?")
    yield Action("resolve", "Resolve: fix it and see it hold", "move:resolved",
                 at is not None or incident.status == CLOSED, "verified on the live signals",
                 _due(clock), at)  # fmt: skip


def _of_field(incident: Incident, name: str, text: str, why: str) -> Action:
    written = incident.text(name)
    return Action(name, text, f"field:{name}", bool(written), written or why)


def _afterwards(incident: Incident, scheme: Scheme, clocks: Sequence[ClockState]) -> Iterator[Action]:
    """What is asked for only once the incident is resolved."""
    if incident.reached(RESOLVED) is None and incident.status != CLOSED:
        return
    fix = facts.verified(incident)
    told = fix.body.evidence if fix else "what raised it stays quiet, and has data"
    at = fix.at if fix else None
    yield Action("verify", "Verify the fix in production", "verify", fix is not None, told, at=at)
    yield _of_field(incident, "remediation", "Record what was repaired", "now, soon, later")
    yield _of_field(incident, "prevention", "Record what keeps it from coming back", "specific, owned, dated")
    for clock in clocks:
        rule = scheme.clock(clock.rule)
        if rule is not None and not rule.met_by and rule.anchor in (_CONTAIN, _RESOLVE, CLOSED):
            yield _of_clock(clock, f"Hold the {clock.name.lower()}", f"clock:{clock.id}", clock.basis)
    yield Action("report", "Export the report", "report", bool(incident.reports), "Ctrl P")
    closed = incident.reached(CLOSED)
    yield Action("close", "Close", "move:closed", closed is not None, "when nothing is left to do", at=closed)


def _of_clock(clock: ClockState, text: str, place: str, reason: str) -> Action:
    done = clock.ended is not None
    settled = clock.reason or clock.state.value if done else reason
    due = None if done or clock.stopped else clock.due
    return Action(f"clock:{clock.id}", text, place, done, settled, due, clock.ended)


def _met_by(scheme: Scheme, clocks: Sequence[ClockState], fact: str, without: str = "") -> ClockState | None:
    """The clock that a fact meets: a ticking one before an ended one."""

    def fits(rule: ClockRule | None) -> bool:
        return rule is not None and fact in rule.met_by and without not in rule.met_by

    found = [c for c in clocks if fits(scheme.clock(c.rule)) and c.state is not State.SUPERSEDED]
    return next((c for c in found if c.ended is None), found[0] if found else None)


def _due(clock: ClockState | None) -> datetime | None:
    return clock.due if clock is not None and clock.ticking else None


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
