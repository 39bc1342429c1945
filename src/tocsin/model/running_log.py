"""The running log of an incident: every entry about it in a person's words, the newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.model.classification import said
from tocsin.model.filing import NoticeFiled
from tocsin.model.incident import FIELDS, standing
from tocsin.model.incident_fields import TEXTS
from tocsin.model.journal import (
    AlertAdded,
    ClockMarked,
    DocumentExported,
    Entry,
    EvidenceAttached,
    FieldsSet,
    IncidentDeclared,
    IncidentLinked,
    StatusMoved,
    TimelineAdded,
    Withdrawn,
)
from tocsin.model.judgement import StartJudged
from tocsin.model.response import UpdateTold
from tocsin.model.response_words import kind_and_words
from tocsin.model.timeline import Item

_TEXTS = (
    "type",
    "category",
    "channel",
    "scope",
    "hypothesis",
    "version",
    *TEXTS,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `id` is that of its journal entry; `kind` is said, alert, status, severity, clock or record.

    `at` is when it happened, `recorded_at` when it was written down. `withdrawn` holds the reason if it was.
    """

    id: str
    at: datetime
    recorded_at: datetime
    author: str
    kind: str
    text: str
    lane: str = ""
    withdrawn: str = ""
    edits: int = 0


def lines(
    entries: Iterable[Entry], items: Mapping[str, Item], incident: str, names: Mapping[str, str]
) -> list[Line]:
    """Return the log of an incident, newest recording first; corrected words as they stand now.

    `entries` are the journal's about it in order, `items` its timeline entries by id, `names` what
    clocks and other incidents are called, by id. A corrected timeline entry is one line, as it reads now.
    """
    kept = standing(entries)
    updates = {entry.id: "a status update" for entry in kept if isinstance(entry.body, UpdateTold)}
    filed = {entry.id: "the record of a filing" for entry in kept if isinstance(entry.body, NoticeFiled)}
    found = (_line(entry, items, incident, {**names, **updates, **filed}) for entry in kept)
    return [line for line in found if line is not None][::-1]


def _line(entry: Entry, items: Mapping[str, Item], incident: str, names: Mapping[str, str]) -> Line | None:
    if isinstance(entry.body, TimelineAdded):
        item = items.get(entry.id)
        return None if item is None else _said(item)
    if entry.subject not in (incident, entry.id):
        return None
    kind, text = _words(entry, names)
    if not text:
        return None
    author = entry.body.alert.detector if isinstance(entry.body, AlertAdded) else entry.author.name
    return Line(entry.id, entry.happened.at, entry.recorded_at, author, kind, text)


def _said(item: Item) -> Line:
    return Line(item.id, item.happened.at, item.recorded_at, item.credit, "said", item.text, item.lane,
                item.withdrawn, item.edits)  # fmt: skip


def _words(entry: Entry, names: Mapping[str, str]) -> tuple[str, str]:
    match entry.body:
        case IncidentDeclared() as body:
            return "status", f"Declared as {body.severity}: {body.title}"
        case AlertAdded(alert=alert):
            return "alert", f"Alert, {alert.severity}: {alert.message}"
        case StatusMoved() as body:
            note = f": {body.note}" if body.note else ""
            return "status", f"{body.status.capitalize()}{note}"
        case ClockMarked() as body:
            reason = f": {body.reason}" if body.reason else ""
            return "clock", f"{names.get(body.clock, body.clock)} {body.state}{reason}"
        case IncidentLinked() as body:
            return "record", f"Linked: {body.relation} {names.get(body.other, 'another incident')}"
        case EvidenceAttached() as body:
            return "record", f"Attached {body.name}, SHA-256 {body.sha256[:12]}"
        case DocumentExported() as body:
            return "record", f"Exported the {body.document.replace('_', ' ')}"
        case Withdrawn() as body:
            return _withdrawn(body, entry.incident, names)
        case StartJudged() as body:
            return "record", start_words(body)
        case FieldsSet() as body:
            return _fields(body)
        case _:
            return kind_and_words(entry)


def start_words(body: StartJudged) -> str:
    """Return what a person said of an estimated start, in a line."""
    reason = f": {body.reason}" if body.reason else ""
    return f"{body.verdict.capitalize()} the estimated start{reason}"


def _withdrawn(body: Withdrawn, incident: str, names: Mapping[str, str]) -> tuple[str, str]:
    if body.entry == incident:
        return "status", f"Withdrawn: {body.reason}"
    return "record", f"Withdrew {names.get(body.entry, 'an exported document')}: {body.reason}"


def _fields(body: FieldsSet) -> tuple[str, str]:
    if "severity" in body.fields:
        return "severity", f"Severity {body.fields['severity']}"
    if "title" in body.fields:
        return "record", f"Title: {body.fields['title']}"
    if "start" in body.fields:
        return "record", "Estimated the start"
    texts = [f"{FIELDS[name]}: {said(name, body.fields[name])}" for name in _TEXTS if name in body.fields]
    return "record", "; ".join(texts)
