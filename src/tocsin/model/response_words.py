"""What people did in an incident in a person's words: a line for each kind of entry of `response.py`.

The running log and the timeline of reports read this table; a kind that is not in it says nothing there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tocsin.model.journal import Entry, RoleAssumed
from tocsin.model.response import (
    HandoverCancelled,
    HandoverConfirmed,
    HandoverPrepared,
    IncidentTriaged,
    RoleRelinquished,
)


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of entry reads: `say` gets its body and who wrote it.

    `kind` is that of a line of the running log, `lane` the one of the timeline; empty keeps it out of there.
    """

    say: Callable[[Any, str], str]
    kind: str = "record"
    lane: str = ""


def because(reason: str) -> str:
    """Return a reason as the end of a line, nothing where there is none."""
    return f": {reason}" if reason else ""


def _triaged(body: IncidentTriaged, by: str) -> str:
    """The level and why: by its answers, or by hand with what the answers had led to."""
    if not body.override:
        return f"Triaged as {body.level}: {body.because}"
    led = f" (the answers lead to {body.suggested})" if body.suggested else ""
    return f"Severity {body.level} given by hand: {body.override}{led}"


_TABLE: dict[type, Words] = {
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
    found = _TABLE.get(type(entry.body))
    return (found.lane, found.say(entry.body, entry.author.name)) if found and found.lane else ("", "")
