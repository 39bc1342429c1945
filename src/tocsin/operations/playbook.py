"""The playbook of an incident: give a step to somebody, acknowledge, finish or skip it, add a task (C9)."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tocsin.errors import BadInput, NotAllowed, NotFound
from tocsin.model import steps
from tocsin.model.diagnosis import LayerState, layers
from tocsin.model.evidence import Evidence
from tocsin.model.incident import CLOSED, Incident
from tocsin.model.instant import When
from tocsin.model.journal import Entry, EvidenceAttached
from tocsin.model.operator import Author
from tocsin.model.playbook import ASK, FINDINGS, PHASES
from tocsin.model.response import StepAdded, StepMarked
from tocsin.model.severity import Scheme
from tocsin.model.steps import ACKNOWLEDGED, ASSIGNED, DONE, NOTED, OPEN, SKIPPED, Progress, StepState
from tocsin.operations import evidence as files_of_evidence
from tocsin.operations import operators, policies
from tocsin.operations.operators import checked_name
from tocsin.operations.progress import Progress as Part
from tocsin.operations.timeline import checked_text
from tocsin.store import evidence as stored_evidence
from tocsin.store import incidents, journal, systems
from tocsin.store.database import Connection
from tocsin.store.folder import Store, Write

_LONGEST_TASK = 500
_LONGEST = 4_000
_MOST_MINUTES = 10_080  # a week: what takes longer is no time box
_MOST_TASKS = 500


@dataclass(frozen=True, slots=True)
class PlaybookView:
    """The playbook of one incident as it stands at `now`. `files` are its evidence by the entry attaching it.

    `title` is that of the playbook, empty while the incident has no type. `people` are names to choose from.
    """

    now: datetime
    incident: Incident
    scheme: Scheme
    system: str
    title: str
    reviewed: str
    steps: tuple[StepState, ...]
    layers: tuple[LayerState, ...]
    progress: Progress
    files: dict[str, Evidence]
    people: tuple[str, ...]


def look(store: Store, incident: str) -> PlaybookView:
    """Return the playbook of an incident by reference or id. Raises NotFound."""
    now = store.now()
    people = operators.names(store)
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        scheme = policies.of(connection, known.policy)
        system = systems.by_name(connection, known.system)
        attached = [one for one in stored_evidence.listed(connection) if one.incident == known.id]
    found = steps.standing(known, scheme, now)
    book = steps.playbook_of(known, scheme)
    return PlaybookView(
        now=now,
        incident=known,
        scheme=scheme,
        system=system.name if system else known.system,
        title=book.title if book else "",
        reviewed=book.reviewed if book else "",
        steps=found,
        layers=layers(known, found),
        progress=steps.progress(known, scheme, found),
        files={one.entry: one for one in attached},
        people=tuple(dict.fromkeys((*people, *(one.person for one in found if one.person)))),
    )


def look_first(store: Store, incident: str = "") -> PlaybookView | None:
    """Return the playbook of an incident, of the gravest open one when none is named; None without any."""
    if incident:
        return look(store, incident)
    with store.journal.read() as connection:
        found = [one for one in incidents.list_all(connection, with_closed=False) if not one.withdrawn]
        ranked = [
            (policies.of(connection, one.policy).rank(one.severity), one.declared, one.id) for one in found
        ]
    return look(store, min(ranked)[2]) if ranked else None


def assign(store: Store, author: Author, incident: str, step: str, person: str, *, id: str = "") -> Entry:
    """Give a step to a person, who is to acknowledge it. Raises NotAllowed when it is finished."""
    body = StepMarked(step, ASSIGNED, person=checked_name(person))
    return _mark(store, author, incident, body, id=id)


def acknowledge(
    store: Store, author: Author, incident: str, step: str, *, person: str = "", id: str = ""
) -> Entry:
    """Say that a person works on it from now on (None named: the author): its time box begins.

    Whoever has it acknowledges anew only when the box is over; then another one begins.
    """
    body = StepMarked(step, ACKNOWLEDGED, person=checked_name(person) if person else "")
    return _mark(store, author, incident, body, id=id)


def done(
    store: Store,
    author: Author,
    incident: str,
    step: str,
    *,
    finding: str = "",
    evidence: str = "",
    files: Sequence[str] = (),
    note: str = "",
    at: When | None = None,
    id: str = "",
) -> Entry:
    """Say that a step is done; a question ends in a `finding`, and may be answered anew.

    Raises BadInput where finding or evidence are asked for, NotAllowed where it takes something offline while
    evidence is not preserved and no `note` says why.
    """
    body = StepMarked(step, DONE, "", _short(note), finding, _short(evidence), tuple(files))
    return _mark(store, author, incident, body, at=at, id=id)


def skip(store: Store, author: Author, incident: str, step: str, reason: str, *, id: str = "") -> Entry:
    """Leave a step out, for a reason. Raises BadInput without one."""
    if not reason.strip():
        raise BadInput("say why the step is skipped.", where=step)
    return _mark(store, author, incident, StepMarked(step, SKIPPED, note=_short(reason)), id=id)


def reopen(
    store: Store, author: Author, incident: str, step: str, reason: str = "", *, id: str = ""
) -> Entry:
    """Make a step open again, whoever had it; the evidence stays. Raises NotAllowed when it is open."""
    return _mark(store, author, incident, StepMarked(step, OPEN, note=_short(reason)), id=id)


def note(
    store: Store,
    author: Author,
    incident: str,
    step: str,
    *,
    evidence: str = "",
    files: Sequence[str] = (),
    note: str = "",
    id: str = "",
) -> Entry:
    """Add evidence or a remark to a step, which stays as it is."""
    body = StepMarked(step, NOTED, note=_short(note), evidence=_short(evidence), files=tuple(files))
    if not (body.note or body.evidence or body.files):
        raise BadInput("there is nothing to note.", where=step)
    return _mark(store, author, incident, body, id=id)


def attach(
    store: Store, author: Author, incident: str, step: str, path: Path
) -> Generator[Part, None, Entry]:
    """Attach a file to the incident as evidence of a step. Raises BadInput, NotFound and StoreProblem."""
    with store.journal.read() as connection:
        known = incidents.get(connection, incident)
        _step(connection, known, step, store.now())
    attached = yield from files_of_evidence.attach(store, author, known.id, path)
    return note(store, author, known.id, step, files=(attached.id,))


def add_task(
    store: Store,
    author: Author,
    incident: str,
    text: str,
    *,
    person: str = "",
    minutes: int | None = None,
    phase: str = "",
    id: str = "",
) -> Entry:
    """Add a task nobody planned for, given to a person if named. Raises BadInput and NotAllowed."""
    text = " ".join(checked_text(text).split())
    if len(text) > _LONGEST_TASK:
        raise BadInput(f"a task has at most {_LONGEST_TASK} characters.", where=text[:60])
    if minutes is not None and not 1 <= minutes <= _MOST_MINUTES:
        raise BadInput(f"a time box has 1 to {_MOST_MINUTES} minutes.", where=str(minutes))
    if phase and phase not in PHASES:
        raise BadInput("there is no such phase.", where=phase, hint=f"Phases: {', '.join(PHASES)}.")
    person, id = checked_name(person) if person else "", id or store.new_id()
    with store.write() as write:
        if journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        known = open_incident(write, incident)
        if len(known.conduct.added) >= _MOST_TASKS:
            raise NotAllowed(f"it has {_MOST_TASKS} tasks already.", where=known.reference)
        body = StepAdded(f"t-{id[-6:]}", phase or steps.phase_now(known), text, person, minutes)
        return write.add(author, body, incident=known.id, subject=known.id, id=id)


def open_incident(write: Write, incident: str) -> Incident:
    """Return an incident in which work goes on. Raises NotAllowed for one closed or withdrawn."""
    known = incidents.get(write.connection, incident)
    if known.withdrawn or known.status == CLOSED:
        what = "withdrawn" if known.withdrawn else CLOSED
        hint = "" if known.withdrawn else "Re-open it first."
        raise NotAllowed(f"the incident is {what}.", where=known.reference, hint=hint)
    return known


def check_files(connection: Connection, known: Incident, files: Sequence[str]) -> None:
    """Raise BadInput when one of the entries did not attach a file to the incident."""
    for id in files:
        entry = journal.find(connection, id)
        if entry is None or entry.incident != known.id or not isinstance(entry.body, EvidenceAttached):
            raise BadInput("this entry attached nothing to the incident.", where=id)


def _mark(
    store: Store, author: Author, incident: str, body: StepMarked, *, at: When | None = None, id: str = ""
) -> Entry:
    with store.write() as write:
        if id and journal.has(write.connection, id):
            return journal.entry(write.connection, id)
        known = open_incident(write, incident)
        one, open_evidence = _step(write.connection, known, body.step, store.now())
        check_files(write.connection, known, body.files)
        _check(one, body, author)
        if body.state == DONE and one.step.takes_offline and open_evidence and not body.note:
            names = "; ".join(f"“{step}”" for step in open_evidence)
            raise NotAllowed(
                f"evidence is not preserved yet: {names}.",
                where=one.step.text,
                hint="Do that first, or say in the note why it could not be.",
            )
        person = author.name if body.state == ACKNOWLEDGED and not body.person else body.person
        # A task that is undone takes its marks along: without a phase they show nowhere.
        phase = "" if one.task else one.step.phase
        body = replace(body, step=one.step.id, person=person, text=one.step.text, phase=phase)
        return write.add(author, body, incident=known.id, subject=known.id, occurred=at, id=id)


def _step(
    connection: Connection, known: Incident, step: str, now: datetime
) -> tuple[StepState, tuple[str, ...]]:
    """Return a step by its id or an unambiguous beginning, and which evidence is not preserved yet."""
    scheme = policies.of(connection, known.policy)
    states = steps.standing(known, scheme, now)
    found = [one for one in states if one.step.id == step] or [
        one for one in states if step and one.step.id.startswith(step)
    ]
    if len(found) != 1:
        what = "there is no such step." if not found else "several steps begin like this."
        raise NotFound(what, where=step, hint=f"`tocsin playbook {known.reference}` lists them.")
    return found[0], tuple(one.text for one in steps.preserved(known, scheme))


def _check(one: StepState, body: StepMarked, author: Author) -> None:
    """Raise where a mark makes no sense: what is finished stays so until it is re-opened."""
    where = one.step.text
    if body.state == OPEN and one.state == OPEN:
        raise NotAllowed("it is open.", where=where)
    if body.state == OPEN and one.derived:
        raise NotAllowed(f"{one.evidence}: that is what makes it done.", where=where)
    answered_anew = body.state == DONE and one.state == DONE and one.step.kind == ASK
    if body.state in (ASSIGNED, ACKNOWLEDGED, DONE, SKIPPED) and one.finished and not answered_anew:
        raise NotAllowed(f"it is {one.state} already.", where=where, hint="Re-open it first.")
    mine = one.state == ACKNOWLEDGED and (body.person or author.name) == one.person
    if body.state == ACKNOWLEDGED and mine and not one.over:
        raise NotAllowed("it is acknowledged already.", where=where)
    if body.state == DONE:
        _check_done(one, body)


def _check_done(one: StepState, body: StepMarked) -> None:
    where = one.step.text
    if one.step.kind == ASK and body.finding not in FINDINGS:
        raise BadInput(f"a question ends in a finding: {', '.join(FINDINGS)}.", where=where)
    if one.step.kind != ASK and body.finding:
        raise BadInput("only a question ends in a finding.", where=where)
    rests = body.evidence or body.files or (one.state != DONE and (one.evidence or one.files))
    if one.step.evidence and not rests:
        raise BadInput("say what it rests on, or attach a file.", where=where, hint="Evidence is asked for.")


def _short(text: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST:
        raise BadInput(f"this has {len(text):,} characters; the limit is {_LONGEST:,}.",
                       hint="Attach it as a file.")  # fmt: skip
    return text
