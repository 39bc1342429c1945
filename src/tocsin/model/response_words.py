"""What people did in an incident in a person's words: a line for each kind of entry of `response.py`.

The running log and the timeline of reports read this table; a kind that is not in it says nothing there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tocsin.model.instant import iso
from tocsin.model.journal import Entry, RoleAssumed
from tocsin.model.playbook import LAYERS
from tocsin.model.response import (
    AlarmAcknowledged,
    AlarmShelved,
    AlarmUnheard,
    ExamplesAdded,
    FixVerified,
    HandoverCancelled,
    HandoverConfirmed,
    HandoverPrepared,
    IncidentTriaged,
    LayerJudged,
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


def _results(body: ResultsRecorded, by: str) -> str:
    passed = sum(one.passed for one in body.results)
    return f"Version {body.version} passes {passed} of {len(body.results)} examples tried"


def _update(body: UpdateTold, by: str) -> str:
    """To whom an update went, and what it was about; a page of text stays in its entry."""
    way = f" by {body.by}" if body.by else ""
    again = f", a correction{because(body.reason)}" if body.corrects else ""
    against = f" (told against: {', '.join(body.breaches)})" if body.breaches else ""
    return f"Status update to {body.to}{way}{again}: {title_of(body.text)}{against}"


_TABLE: dict[type, Words] = {
    UpdateTold: Words(_update, lane="told"),
    UpdateSnoozed: Words(
        lambda body, by: f"Status update put off until {iso(body.until)}{because(body.reason)}",
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
    HandoverConfirmed: Words(lambda body, by: f"{by} confirms the hand-over, {body.side} side", lane="done"),
    HandoverCancelled: Words(lambda body, by: f"Hand-over cancelled{because(body.reason)}", lane="done"),
}


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
