"""What the steps of an incident say as lines of its timeline: declared, graded, moved, staffed, met."""

from collections.abc import Iterable, Iterator

from tocsin.model.filing import NoticeFiled
from tocsin.model.incident import CLOSED, Incident, standing
from tocsin.model.instant import When
from tocsin.model.journal import (
    AlertAdded,
    ClockMarked,
    Entry,
    FieldsSet,
    IncidentDeclared,
    IncidentLinked,
    StatusMoved,
    Withdrawn,
)
from tocsin.model.judgement import StartJudged
from tocsin.model.report import Line
from tocsin.model.response import UpdateTold
from tocsin.model.response_words import lane_and_words
from tocsin.model.running_log import start_words


def lines(entries: Iterable[Entry]) -> Iterator[Line]:
    """Yield a line for each standing entry that is a step of the incident; edits of its texts are none.

    `entries` are those whose subject is the incident, in (lamport, site) order.
    """
    kept = standing(entries)
    # Of what was told the words stay, struck through with the reason.
    withdrawn = {one.body.entry: one.body.reason for one in kept if isinstance(one.body, Withdrawn)}
    for entry in kept:
        if told := _told(entry):
            lane, text, author = told
            taken_back = (
                withdrawn.get(entry.id, "") if isinstance(entry.body, UpdateTold | NoticeFiled) else ""
            )
            yield Line(When(entry.happened.at), lane, text, author, withdrawn=taken_back)


def beginning(entries: Iterable[Entry], incident: Incident) -> Iterator[Line]:
    """Yield the estimated start as a line by whoever estimated it; nothing when nobody has."""
    if incident.start is not None:
        newest = incident.fields["start"].heads[0].entry
        author = next((entry.author.name for entry in entries if entry.id == newest), "")
        yield Line(incident.start, "happened", "Estimated start", author)


def _told(entry: Entry) -> tuple[str, str, str] | None:
    author = entry.author.name
    match entry.body:
        case IncidentDeclared() as body:
            return "decided", f"Declared as {body.severity}: {body.title}", author
        case AlertAdded() as body:
            return "detected", body.alert.message, f"{body.alert.detector} {body.alert.version}"
        case FieldsSet() as body if "severity" in body.fields:
            return "decided", f"Severity set to {body.fields['severity']}", author
        case StatusMoved() as body:
            note = f": {body.note}" if body.note else ""
            return (
                ("decided" if body.status == CLOSED else "done"),
                f"{body.status.capitalize()}{note}",
                author,
            )
        case ClockMarked() as body:
            reason = f": {body.reason}" if body.reason else ""
            return "done", f"Clock {body.clock} marked {body.state}{reason}", author
        case StartJudged() as body:
            return "decided", start_words(body), author
        case IncidentLinked() as body:
            return "noted", f"Linked to another incident: {body.relation}", author
        case Withdrawn() as body if body.entry == entry.incident:
            return "decided", f"Declaration withdrawn: {body.reason}", author
        case _:
            lane, text = lane_and_words(entry)
            return (lane, text, author) if lane else None
