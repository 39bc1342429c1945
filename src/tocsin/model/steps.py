"""How the steps of an incident's playbook stand: who has them, since when, what came of them (C9).

Nothing is stored but what people said: the playbook follows from type and category, so that a change of
either shows another list, in which everything that was done stays.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tocsin.model import facts, playbook
from tocsin.model.conduct import Said
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.playbook import PHASES, PRESERVE, Playbook, Step
from tocsin.model.response import StepMarked

if TYPE_CHECKING:
    from tocsin.model.severity import Scheme

OPEN, ASSIGNED, ACKNOWLEDGED, DONE, SKIPPED = "open", "assigned", "acknowledged", "done", "skipped"
STATES = (OPEN, ASSIGNED, ACKNOWLEDGED, DONE, SKIPPED)
NOTED = "noted"  # evidence or a remark about a step, which stays as it is

# A person who was given a step says "understood" at once, or somebody asks.
UNANSWERED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class StepState:
    """One step at an instant. `at` and `by` tell since when it is so and who said it; None while untouched.

    `note` says why it was skipped, or what was said with it. `files` are the entries that attached evidence.
    The time box runs from the acknowledgement to `due`; it is `over` when that passed and it is not done,
    `late` when it was done only afterwards. `unanswered`: assigned, and nobody acknowledged in time. `task`:
    an ad hoc one; `kept`: of another playbook, shown because of what was done. `derived`: a fact of the
    incident finished it, nobody ticked it. `entry` is the last mark's.
    """

    step: Step
    state: str = OPEN
    person: str = ""
    at: datetime | None = None
    by: str = ""
    note: str = ""
    finding: str = ""
    evidence: str = ""
    files: tuple[str, ...] = ()
    due: datetime | None = None
    over: bool = False
    late: bool = False
    unanswered: bool = False
    task: bool = False
    kept: bool = False
    derived: bool = False
    entry: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in (DONE, SKIPPED)

    @property
    def touched(self) -> bool:
        """Whether anybody did anything with it."""
        return self.state != OPEN or bool(self.evidence or self.files)


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the playbook is finished; tasks and steps of other playbooks are not counted."""

    title: str
    done: int
    total: int

    @property
    def words(self) -> str:
        """As a heading: "bias playbook 4 / 11", empty without a playbook."""
        return f"{self.title} playbook {self.done} / {self.total}" if self.total else ""


@dataclass(frozen=True, slots=True)
class Expired:
    """A step that rings for the commander: its time box is over, or nobody acknowledged it.

    `id` is another one each time it is assigned or acknowledged anew. `since` is when it began to ring.
    """

    id: str
    step: str
    text: str
    person: str
    since: datetime
    why: str


def playbook_of(incident: Incident, scheme: "Scheme") -> Playbook | None:
    """Return the playbook of the incident's type; None while it has none."""
    return scheme.playbook(incident.text("type"))


def planned(incident: Incident, scheme: "Scheme") -> tuple[Step, ...]:
    """Return the steps that apply by type and category; without a type those that all playbooks share."""
    category = incident.text("category")
    book = playbook_of(incident, scheme)
    if book is not None:
        found: Iterable[Step] = book.steps
    elif scheme.playbooks:
        first, *others = ({step.id: step for step in book.steps} for book in scheme.playbooks)
        found = (step for id, step in first.items() if all(other.get(id) == step for other in others))
    else:
        found = ()
    return tuple(step for step in found if not step.categories or category in step.categories)


def standing(incident: Incident, scheme: "Scheme", now: datetime) -> tuple[StepState, ...]:
    """Return every step as it stands, by phase: those planned in their order, those kept, then the tasks."""
    marks: dict[str, list[Said[StepMarked]]] = {}
    for said in incident.conduct.steps:
        marks.setdefault(said.body.step, []).append(said)
    steps = planned(incident, scheme)
    states = [_met(_folded(StepState(step), marks.pop(step.id, ())), incident) for step in steps]
    tasks = [_folded(task, marks.pop(task.step.id, ())) for task in _tasks(incident)]
    states += [*_kept(marks, scheme), *tasks]
    order = {phase: number for number, phase in enumerate(PHASES)}
    states.sort(key=lambda one: order.get(one.step.phase, len(PHASES)))
    return tuple(at(one, now) for one in states)


def at(one: StepState, now: datetime) -> StepState:
    """Return the step at another instant, the facts being the same: all that a tick needs."""
    if one.at is None:
        return one
    over = one.state == ACKNOWLEDGED and one.due is not None and now > one.due
    late = one.state == DONE and one.due is not None and one.at > one.due
    unanswered = one.state == ASSIGNED and now > one.at + UNANSWERED
    if (over, late, unanswered) == (one.over, one.late, one.unanswered):
        return one
    return replace(one, over=over, late=late, unanswered=unanswered)


def find(states: Iterable[StepState], id: str) -> StepState | None:
    """Return a step by its id."""
    return next((one for one in states if one.step.id == id), None)


def progress(incident: Incident, scheme: "Scheme", states: Sequence[StepState]) -> Progress:
    """Return how far the playbook is worked off."""
    counted = [one for one in states if not one.task and not one.kept]
    type = incident.text("type").replace("_", " ")
    title = type if playbook_of(incident, scheme) else "shared"
    return Progress(title, sum(one.finished for one in counted), len(counted))


def upcoming(states: Iterable[StepState]) -> tuple[StepState, ...]:
    """Return what is not finished, the most pressing first: over, in hand, then open ones in their order."""
    left = [one for one in states if not one.finished]
    return tuple(sorted(left, key=lambda one: (not (one.over or one.unanswered), one.state == OPEN)))


def preserved(incident: Incident, scheme: "Scheme") -> tuple[Step, ...]:
    """Return the steps that preserve evidence and are open; empty when all are done, or skipped with why."""
    states = standing(incident, scheme, incident.declared)
    return tuple(one.step for one in states if one.step.kind == PRESERVE and not one.finished)


def expired(incident: Incident, scheme: "Scheme", now: datetime) -> tuple[Expired, ...]:
    """Return what rings for the commander at `now`; nothing of an incident that is closed or withdrawn."""
    if (
        incident.withdrawn
        or incident.status == CLOSED
        or not (incident.conduct.steps or incident.conduct.added)
    ):
        return ()
    return tuple(_rings(one) for one in standing(incident, scheme, now) if one.over or one.unanswered)


def rings_at(incident: Incident, scheme: "Scheme", now: datetime) -> Iterator[datetime]:
    """Yield when further steps will ring, as far as nothing else happens."""
    for one in standing(incident, scheme, now):
        if one.state == ACKNOWLEDGED and one.due is not None:
            yield one.due + timedelta(microseconds=1)
        elif one.state == ASSIGNED and one.at is not None:
            yield one.at + UNANSWERED + timedelta(microseconds=1)


def phase_now(incident: Incident) -> str:
    """Return the phase that work is in, for a task that names none."""
    by_status = {CONTAINED: "investigation", RESOLVED: "remediation", CLOSED: "remediation"}
    return by_status.get(incident.status, "containment")


def _tasks(incident: Incident) -> Iterator[StepState]:
    for said in incident.conduct.added:
        body = said.body
        step = Step(body.id, body.phase, body.text, minutes=body.minutes)
        state = ASSIGNED if body.person else OPEN
        yield StepState(step, state, body.person, said.at, said.by, task=True, entry=said.entry)


def _kept(marks: dict[str, list[Said[StepMarked]]], scheme: "Scheme") -> Iterator[StepState]:
    """What was done in steps that the incident's type and category do not have now."""
    known = {step.id: step for book in scheme.playbooks for step in book.steps} if marks else {}
    for id, said in marks.items():
        body = said[-1].body
        step = known.get(id)
        if step is None and body.phase:  # the pack changed; a task that was undone has no phase here
            step = Step(id, body.phase, body.text)
        if step is not None and (state := _folded(StepState(step, kept=True), said)).touched:
            yield state


def _folded(state: StepState, marks: Sequence[Said[StepMarked]]) -> StepState:
    """Return the step after all that was said of it: the last word counts, evidence stays."""
    if not marks:
        return state
    person, due, note, last = state.person, state.due, state.note, None
    for said in marks:
        if said.body.state == NOTED:
            note = said.body.note or note
        else:
            person, due = _in_hand(state.step, said, person, due)
            note, last = said.body.note, said
    evidence = "\n".join(said.body.evidence for said in marks if said.body.evidence)
    files = tuple(dict.fromkeys(file for said in marks for file in said.body.files))
    state = replace(
        state, person=person, due=due, note=note, evidence=evidence, files=files, entry=marks[-1].entry
    )
    if last is None:
        return state
    finding = last.body.finding if last.body.state == DONE else ""
    return replace(state, state=last.body.state, at=last.at, by=last.by, finding=finding)


def _in_hand(
    step: Step, said: Said[StepMarked], person: str, due: datetime | None
) -> tuple[str, datetime | None]:
    """Return who has a step after one more mark, and when their time box ends."""
    state, person = said.body.state, said.body.person or person
    if state == OPEN:
        return "", None
    if state == ASSIGNED:
        return person, None
    if state == ACKNOWLEDGED:
        box = None if step.minutes is None else said.at + timedelta(minutes=step.minutes)
        return person or said.by, box
    return person or (said.by if state == DONE else ""), due


def _met(state: StepState, incident: Incident) -> StepState:
    """Let a fact of the incident finish a step, unless a person did."""
    if state.finished or not state.step.met_by:
        return state
    at, by, words = _fact(state.step.met_by, incident)
    if not words:
        return state
    evidence = "\n".join(filter(None, (state.evidence, words)))
    return replace(state, state=DONE, at=at, by=by, person=by, evidence=evidence, due=None, derived=True)


def _fact(met_by: str, incident: Incident) -> tuple[datetime | None, str, str]:
    """Return when a fact came true, who said it, and in which words; no words where it has not."""
    conduct = incident.conduct
    if met_by == playbook.FREEZE and conduct.freezes:
        return conduct.freezes[-1].at, conduct.freezes[-1].by, "the freeze was declared"
    if met_by == playbook.START and incident.start is not None:
        return None, "", "the incident has an estimated start"
    if met_by == playbook.CONTAINED and (at := incident.reached(CONTAINED)) is not None:
        return at, "", "the incident was called contained"
    if met_by == playbook.VERIFIED and (fix := facts.verified(incident)) is not None:
        return fix.at, fix.by, fix.body.evidence
    return None, "", ""


def _rings(one: StepState) -> Expired:
    assert one.at is not None
    if one.over and one.due is not None:
        since, why = one.due, f"time box of {one.step.minutes} min is over"
    else:
        since, why = one.at + UNANSWERED, "nobody acknowledged it"
    return Expired(f"step:{one.step.id}:{one.entry}", one.step.id, one.step.text, one.person, since, why)
