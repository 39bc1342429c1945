"""What people decide and do while an incident is handled: one body each, of which `conduct.py` is the fold.

The subject of those without a word about it is the incident.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PolicyApplied:
    """The commander let another frozen pack rule this incident: clocks that still run count by it.

    `pack` is its title and version, for people.
    """

    sha256: str
    reason: str
    pack: str = ""


@dataclass(frozen=True, slots=True)
class FactStated:
    """A moment that clocks count from, under the id of an anchor (awareness, submission:notify_sa ...).

    The entry's `occurred` says when it was; the newest statement of a fact counts. `evidence` says what it
    rests on.
    """

    fact: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class IncidentTriaged:
    """The questions of the pack were answered: question id to answer id (T1, T2).

    `suggested` is the level they lead to and `because` the reason in words; `level` is what holds. Where the
    two differ, `override` says why.
    """

    answers: dict[str, str]
    suggested: str
    level: str
    because: str
    override: str = ""


@dataclass(frozen=True, slots=True)
class ClockPaused:
    """A clock stands still from the entry's time on."""

    clock: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockResumed:
    """A clock that stood still counts again from the entry's time on."""

    clock: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallRecorded:
    """Somebody was called by a step of the escalation; `outcome` is called, answered or no answer.

    `target` is the pack's word for them (a rota, a title, a role). `run` is the entry that began the
    escalation: the declaration, a re-grading or a re-opening.
    """

    step: str
    target: str
    person: str
    number: str
    outcome: str
    note: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class NoticeSent:
    """A message went out by itself, or did not: `outcome` is sending, sent or not sent.

    An entry with "sending" comes before the first attempt, so that after a crash nobody sends without end;
    what came of it follows. `detail` says why not. `target` is whom the step calls, empty for all of them.
    """

    step: str
    target: str
    channel: str
    to: str
    outcome: str
    attempts: int = 1
    detail: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class EscalationAcknowledged:
    """Somebody took over: the escalation stops here until the level changes or the incident is re-opened.

    `run` is the entry that began the escalation.
    """

    step: str
    person: str
    note: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class RoleRelinquished:
    """A person gave a role back and nobody has it. Never that of the commander.

    `tenure` is the entry by which it was assumed: what somebody else assumed meanwhile does not end by this.
    """

    role: str
    tenure: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandoverPrepared:
    """A role is to pass to `person` with a briefing (ICS-201), which is block to text as people wrote it.

    The role passes when both sides confirmed. `tenure` is the entry by which `outgoing` has the role: the
    hand-over is void once somebody else assumed it. `planned` is when it was agreed to take place.
    """

    role: str
    outgoing: str
    person: str
    tenure: str
    briefing: dict[str, str] = field(default_factory=dict)
    planned: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandoverConfirmed:
    """One side confirmed: `side` is outgoing or incoming, `handover` the entry that prepared it.

    `answers` is what the incoming person said to each open question of the briefing.
    """

    handover: str
    side: str
    effective: datetime | None = None
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandoverCancelled:
    """A hand-over that was prepared does not take place."""

    handover: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MarkCalled:
    """The deputy called a mark, so many minutes in, and things go on as they are."""

    minutes: int


@dataclass(frozen=True, slots=True)
class StepMarked:
    """How a step of the playbook stands: assigned, acknowledged, done, skipped, open again; or a note of it.

    `person` is whom it is assigned to or who acknowledged; a step skipped says why in `note`. `finding`
    answers a question (cleared, suspected, confirmed), `evidence` is what it rests on, `files` the entries
    that attached some. `text` and `phase` of the step are copied: another pack may not have it.
    """

    step: str
    state: str
    person: str = ""
    note: str = ""
    finding: str = ""
    evidence: str = ""
    files: tuple[str, ...] = ()
    text: str = ""
    phase: str = ""


@dataclass(frozen=True, slots=True)
class StepAdded:
    """A task nobody planned for: `minutes` is its time box, None without. `id` names it in `StepMarked`."""

    id: str
    phase: str
    text: str
    person: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class LayerJudged:
    """One of the five layers of the diagnosis (C4) is cleared, suspected or confirmed, and why.

    `files` are the entries that attached what it rests on.
    """

    layer: str
    finding: str
    evidence: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionPulled:
    """A way to contain was used: a timer of `minutes` runs, and its effect is to be confirmed.

    What the option was is copied. `override` says why evidence was not preserved first, `exception` why
    somebody pulled it who is not among those who may.
    """

    option: str
    name: str
    minutes: int
    signal: str = ""
    takes_offline: bool = False
    override: str = ""
    exception: str = ""
    kind: str = ""
    how: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class PullConfirmed:
    """Whether what was pulled worked, seen on the live signal (`seen` says what) or told by a person.

    `since` is when the signal came back to what is usual, None where nothing tells.
    """

    pull: str
    worked: bool
    seen: str = ""
    since: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class PullReleased:
    """What was pulled was put back as it had been."""

    pull: str
    note: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class FreezeDeclared:
    """Nothing but the roll-back is deployed to the incident's system from now on (C2)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class FreezeLifted:
    """Deployments may go on."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeploymentAllowed:
    """A deployment seen during the freeze was meant: the roll-back itself, or with a reason."""

    deployment: str
    reason: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class UpdateTold:
    """A status update went to an audience: conditions, actions, needs (M1), and the words as they were told.

    `to` is whom, `by` by what way (mail, call, page ...). `breaches` are the rules of wording (M3) that it
    was told against, each with the reason given. `next_due` is when the next was promised. `corrects` is the
    entry of an update that this one sets right, in what was said or in what was recorded of it, and `reason`
    says why.
    """

    audience: str
    text: str
    to: str
    by: str = ""
    conditions: str = ""
    actions: str = ""
    needs: str = ""
    breaches: dict[str, str] = field(default_factory=dict)
    next_due: datetime | None = None
    corrects: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UpdateSnoozed:
    """The next status update waits until then, for a reason."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    """Somebody heard this alarm, and only this one, by its id. An entry of its incident, if it has one."""

    alarm: str
    note: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class AlarmShelved:
    """This alarm is silent until then, for a reason."""

    alarm: str
    until: datetime
    reason: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class AlarmUnheard:
    """What could not be sounded or shown, and why: an alarm nobody could notice is a fact too."""

    alarm: str
    what: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A case that shows the fault (C6): what went in, what should come out, what came out."""

    id: str
    input: str
    expected: str = ""
    observed: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExamplesAdded:
    """Cases that show the fault. Its subject is its own id, since there may be many."""

    examples: tuple[Example, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """Whether one case came out right in one try."""

    example: str
    passed: bool
    output: str = ""


@dataclass(frozen=True, slots=True)
class ResultsRecorded:
    """How a version of the model did on the cases. Its subject is its own id."""

    version: str
    results: tuple[ExampleResult, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class FixVerified:
    """The fix holds in production: what raised the incident has been quiet since the entry's `since`.

    `evidence` says which detectors and signals, in words.
    """

    version: str
    since: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class InjectGiven:
    """A drill's script brought something in: a message, a call, a finding. Its id is the script's."""

    inject: str
    text: str
    role: str = ""


Body = (
    PolicyApplied | FactStated | IncidentTriaged | ClockPaused | ClockResumed | CallRecorded
    | NoticeSent | EscalationAcknowledged | RoleRelinquished | HandoverPrepared | HandoverConfirmed
    | HandoverCancelled | MarkCalled | StepMarked | StepAdded | LayerJudged | OptionPulled | PullConfirmed
    | PullReleased | FreezeDeclared | FreezeLifted | DeploymentAllowed | UpdateTold | UpdateSnoozed
    | AlarmAcknowledged | AlarmShelved | AlarmUnheard | ExamplesAdded | ResultsRecorded | FixVerified
    | InjectGiven
)  # fmt: skip

KINDS: dict[str, type] = {
    "policy.applied": PolicyApplied,
    "fact.stated": FactStated,
    "incident.triaged": IncidentTriaged,
    "clock.paused": ClockPaused,
    "clock.resumed": ClockResumed,
    "call.recorded": CallRecorded,
    "notice.sent": NoticeSent,
    "escalation.acknowledged": EscalationAcknowledged,
    "role.relinquished": RoleRelinquished,
    "handover.prepared": HandoverPrepared,
    "handover.confirmed": HandoverConfirmed,
    "handover.cancelled": HandoverCancelled,
    "mark.called": MarkCalled,
    "step.marked": StepMarked,
    "step.added": StepAdded,
    "layer.judged": LayerJudged,
    "option.pulled": OptionPulled,
    "pull.confirmed": PullConfirmed,
    "pull.released": PullReleased,
    "freeze.declared": FreezeDeclared,
    "freeze.lifted": FreezeLifted,
    "deployment.allowed": DeploymentAllowed,
    "update.told": UpdateTold,
    "update.snoozed": UpdateSnoozed,
    "alarm.acknowledged": AlarmAcknowledged,
    "alarm.shelved": AlarmShelved,
    "alarm.unheard": AlarmUnheard,
    "examples.added": ExamplesAdded,
    "results.recorded": ResultsRecorded,
    "fix.verified": FixVerified,
    "inject.given": InjectGiven,
}
