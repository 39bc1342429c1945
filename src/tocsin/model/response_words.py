"""What people did in an incident in a person's words: a line for each kind of entry of `response.py`.

The running log and the timeline of reports read this table; a kind that is not in it says nothing there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin.model import filing_words
from tocsin.model.answers import sentence
from tocsin.model.facts import title
from tocsin.model.filing import DutyRuled, LettersMade, PersonalMarked, QuestionAnswered
from tocsin.model.journal import Entry, RoleAssumed
from tocsin.model.playbook import LAYERS
from tocsin.model.response import (
    AlarmAcknowledged,
    AlarmShelved,
    AlarmUnheard,
    CallRecorded,
    ClockPaused,
    ClockResumed,
    DeploymentAllowed,
    EscalationAcknowledged,
    ExamplesAdded,
    FactStated,
    FixVerified,
    FreezeDeclared,
    FreezeLifted,
    HandoverCancelled,
    HandoverConfirmed,
    HandoverPrepared,
    IncidentTriaged,
    LayerJudged,
    MarkCalled,
    NoticeSent,
    OptionPulled,
    PolicyApplied,
    PullConfirmed,
    PullReleased,
    ResultsRecorded,
    RoleRelinquished,
    StepAdded,
    StepMarked,
    UpdateSnoozed,
    UpdateTold,
)
from tocsin.model.updates import title_of


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of entry reads: `say` gets its body and who wrote it.

    `kind` is that of a line of the running log, `lane` the one of the timeline; empty keeps it out of there.
    `lane` may depend on the body.
    """

    say: Callable[[Any, str], str]
    kind: str = "record"
    lane: str | Callable[[Any], str] = ""


def because(reason: str) -> str:
    """Return a reason as the end of a line, nothing where there is none."""
    return f": {reason}" if reason else ""


def _triaged(body: IncidentTriaged, by: str) -> str:
    """The level and why: by its answers, or by hand with what the answers had led to."""
    if not body.override:
        return f"Triaged as {body.level}: {body.because}"
    led = f" (the answers lead to {body.suggested})" if body.suggested else ""
    return f"Severity {body.level} given by hand: {body.override}{led}"


def _step(body: StepMarked, by: str) -> str:
    """What became of a step of the playbook, with what it rests on."""
    said = because("; ".join(filter(None, (body.note, body.evidence))))
    if body.state == "done":
        return f"{body.finding.capitalize() or 'Done'}: {body.text or body.step}{said}"
    if body.state in ("assigned", "acknowledged"):
        what = "is to do" if body.state == "assigned" else "is working on"
        return f"{body.person or by} {what}: {body.text or body.step}{said}"
    begin = {"skipped": "Skipped", "open": "Open again", "noted": "Noted"}.get(body.state, body.state)
    files = f" ({len(body.files)} file{'s' * (len(body.files) > 1)})" if body.files else ""
    return f"{begin}: {body.text or body.step}{said}{files}"


def _task(body: StepAdded, by: str) -> str:
    box = f", {body.minutes} min" if body.minutes else ""
    return f"Task{f' for {body.person}' if body.person else ''}{box}: {body.text}"


def _pulled(body: OptionPulled, by: str) -> str:
    """What was pulled to contain, and what rule was broken for it, with the reasons."""
    without = f"; evidence was not preserved first: {body.override}" if body.override else ""
    beyond = f"; {by} is not among those who may: {body.exception}" if body.exception else ""
    return f"Pulled: {body.name}, {body.minutes} min expected{without}{beyond}"


def _confirmed(body: PullConfirmed, by: str) -> str:
    worked = "works" if body.worked else "does not work"
    return f"{body.name or 'What was pulled'} {worked}{because(body.seen)}"


def _results(body: ResultsRecorded, by: str) -> str:
    """How many examples passed, as the table counts them: one tried several times passes in every try."""
    failed = {one.example for one in body.results if not one.passed}
    tried = {one.example for one in body.results}
    return f"Version {body.version} passes {len(tried) - len(failed)} of {len(tried)} examples tried"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _update(body: UpdateTold, by: str) -> str:
    """To whom an update went, and what it was about; a page of text stays in its entry."""
    way = f" by {body.by}" if body.by else ""
    again = f", a correction{because(body.reason)}" if body.corrects else ""
    against = f" (told against: {', '.join(body.breaches)})" if body.breaches else ""
    return f"Status update to {body.to}{way}{again}: {title_of(body.text)}{against}"


def _call(body: CallRecorded, by: str) -> str:
    """Whom somebody called, and what came of it."""
    target = f" ({body.target})" if body.person and body.target != body.person else ""
    number = f", {body.number}" if body.number else ""
    outcome = _OUTCOMES.get(body.outcome, body.outcome)
    return f"Called {body.person or body.target}{target}{number}: {outcome}{because(body.note)}"


# A call that is only being made says no more than that.
_OUTCOMES = {"called": "ringing", "answered": "answered", "no answer": "no answer"}


def _notice(body: NoticeSent, by: str) -> str:
    """What went out by itself, or why it did not; that it is being sent is no line of its own."""
    if body.outcome == "sending":
        return ""
    to = f" to {body.to}" if body.to and body.to != body.channel else ""
    for_whom = f" for {body.target}" if body.target and not body.to else ""
    return f"{body.outcome.capitalize()}{to} by {body.channel}{for_whom}{because(body.detail)}"


def _letters(body: LettersMade, by: str) -> str:
    """How many letters were made, of which kind, and how many rows were refused."""
    refused = f", {body.refused:,} row{'s' * (body.refused != 1)} refused" if body.refused else ""
    return f"Made {body.letters:,} letter{'s' * (body.letters != 1)}, {body.kind.replace('-', ' ')}{refused}"


def _clock(id: str) -> str:
    return id.replace("_", " ")


def _lane_of_notice(body: NoticeSent) -> str:
    """Return the lane of a message; what was not even tried stays in the running log."""
    if body.outcome == "sent":
        return "told"
    return "noted" if body.outcome == "not sent" and body.attempts else ""


_TABLE: dict[type, Words] = {
    QuestionAnswered: Words(lambda body, by: _answer(body, by), kind="clock", lane="decided"),
    DutyRuled: Words(
        lambda body, by: (
            f"Ruled: {body.title or body.duty} {'applies' if body.applies else 'does not apply'}"
            f"{because(body.reason)}"
        ),
        kind="clock",
        lane="decided",
    ),
    PolicyApplied: Words(
        lambda body, by: f"Rules changed to {body.pack or 'another pack'}{because(body.reason)}",
        kind="status",
        lane="decided",
    ),
    FactStated: Words(
        lambda body, by: f"Stated: {title(body.fact)}{because(body.evidence)}", kind="clock", lane="decided"
    ),
    ClockPaused: Words(
        lambda body, by: f"Clock {_clock(body.clock)} stands still{because(body.reason)}", kind="clock"
    ),
    ClockResumed: Words(
        lambda body, by: f"Clock {_clock(body.clock)} goes on{because(body.reason)}", kind="clock"
    ),
    CallRecorded: Words(_call, lane=lambda body: "told" if body.outcome == "answered" else "done"),
    NoticeSent: Words(_notice, lane=_lane_of_notice),
    EscalationAcknowledged: Words(
        lambda body, by: f"{body.person} took over: the escalation stops{because(body.note)}",
        kind="status",
        lane="decided",
    ),
    OptionPulled: Words(_pulled, kind="status", lane="done"),
    PullConfirmed: Words(_confirmed, kind="status", lane="done"),
    PullReleased: Words(
        lambda body, by: f"Put back: {body.name or 'what was pulled'}{because(body.note)}", lane="done"
    ),
    FreezeDeclared: Words(
        lambda body, by: f"Change freeze declared{because(body.reason)}", kind="status", lane="decided"
    ),
    FreezeLifted: Words(
        lambda body, by: f"Change freeze lifted{because(body.reason)}", kind="status", lane="decided"
    ),
    DeploymentAllowed: Words(
        lambda body, by: (
            f"Deployment {body.title or body.deployment} allowed in the change freeze{because(body.reason)}"
        ),
        lane="decided",
    ),
    UpdateTold: Words(_update, lane="told"),
    UpdateSnoozed: Words(
        lambda body, by: f"Status update put off until {_utc(body.until)}{because(body.reason)}",
        lane="decided",
    ),
    AlarmAcknowledged: Words(lambda body, by: f"Alarm acknowledged, {body.title}{because(body.note)}"),
    AlarmShelved: Words(lambda body, by: f"Alarm shelved, {body.title}{because(body.reason)}"),
    AlarmUnheard: Words(lambda body, by: f"Alarm {body.what} ({body.title})"),
    StepMarked: Words(_step, lane=lambda body: "done" if body.state == "done" else ""),
    StepAdded: Words(_task, lane="decided"),
    LayerJudged: Words(
        lambda body, by: f"{LAYERS.get(body.layer, body.layer)} {body.finding}{because(body.evidence)}",
        lane="decided",
    ),
    ExamplesAdded: Words(
        lambda body, by: (
            f"{len(body.examples)} example{'s' * (len(body.examples) != 1)} of the fault added"
            f"{f' from {body.source}' if body.source else ''}"
        )
    ),
    ResultsRecorded: Words(_results),
    FixVerified: Words(
        lambda body, by: f"Fix {body.version} verified in production{because(body.evidence)}",
        kind="status",
        lane="done",
    ),
    IncidentTriaged: Words(_triaged, kind="severity", lane="decided"),
    RoleAssumed: Words(
        lambda body, by: (
            f"{body.person} takes the role of {body.role}{', handed over' * bool(body.handover)}"
        ),
        lane="decided",
    ),
    RoleRelinquished: Words(
        lambda body, by: f"Nobody has the role of {body.role} any more{because(body.reason)}", lane="decided"
    ),
    HandoverPrepared: Words(
        lambda body, by: (
            f"Hand-over of the role of {body.role} from {body.outgoing} to {body.person} prepared"
        ),
        lane="done",
    ),
    MarkCalled: Words(lambda body, by: f"{body.minutes}-minute mark called: carry on", lane="decided"),
    HandoverConfirmed: Words(lambda body, by: f"{by} confirms the hand-over, {body.side} side", lane="done"),
    **{kind: Words(filing_words.say, "clock", filing_words.lane) for kind in filing_words.KINDS},
    PersonalMarked: Words(lambda body, by: f"Marked as personal{because(body.reason)}"),
    LettersMade: Words(_letters, lane="done"),
    HandoverCancelled: Words(lambda body, by: f"Hand-over cancelled{because(body.reason)}", lane="done"),
}


def _answer(body: QuestionAnswered, by: str) -> str:
    """Question and answer as they read then, with the note."""
    if not body.values:
        return f"Answer taken back: {body.text or body.question}{_note(body.note)}"
    return f"{body.text or body.question} {sentence(body.said or ', '.join(body.values))}{_note(body.note)}"


def _note(note: str) -> str:
    return f" ({note})" if note else ""


def kind_and_words(entry: Entry) -> tuple[str, str]:
    """Return the kind of line and the words of an entry for the running log, empty where it says nothing."""
    found = _TABLE.get(type(entry.body))
    return (found.kind, found.say(entry.body, entry.author.name)) if found else ("", "")


def lane_and_words(entry: Entry) -> tuple[str, str]:
    """Return the lane and the words of an entry for the timeline; both empty where it does not belong."""
    return lane_of(entry.body, entry.author.name)


def lane_of(body: object, by: str) -> tuple[str, str]:
    """Return the same of a body and who wrote it."""
    found = _TABLE.get(type(body))
    if found is None:
        return "", ""
    lane = found.lane if isinstance(found.lane, str) else found.lane(body)
    return (lane, found.say(body, by)) if lane else ("", "")
