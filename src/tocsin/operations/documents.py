"""Documents: an incident's report as of an entry, built, laid out, written and recorded in the journal."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tocsin.errors import BadInput, NotFound, UserError
from tocsin.model import chronicle, clocks, incident, report, timeline
from tocsin.model.briefing import Briefing
from tocsin.model.clocks import ClockState
from tocsin.model.deployment import Deployment, fold_all
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED, Incident
from tocsin.model.journal import DocumentExported, Entry, IncidentDeclared, Withdrawn
from tocsin.model.operator import Author
from tocsin.model.report import Charts, ClockLine, IncidentReport, Line, Related
from tocsin.model.severity import Scheme
from tocsin.model.signal import Placement
from tocsin.operations import charts, deployments, policies, signals, stores
from tocsin.operations.clocks import former
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, journal, systems
from tocsin.store.database import Connection
from tocsin.store.files import write_whole
from tocsin.store.folder import Store

KIND = "incident report"


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal held up to `last`: the incident, its entries, and what they refer to."""

    last: Entry
    entries: list[Entry]
    state: Incident
    scheme: Scheme
    system: str
    related: tuple[Related, ...]
    imports: frozenset[str]
    deployed: tuple[Deployment, ...]
    placements: dict[str, Placement]
    former: tuple[tuple[Scheme, datetime], ...] = ()
    drill: str = ""


def build(store: Store, reference: str, as_of: str | None = None) -> IncidentReport:
    """Return the report of an incident as of one of its entries; by default its last that is not an export.

    Only entries up to that one in (lamport, site) order count, and only samples of imports completed before
    it and taken before it was written: measurements may come in later, and the report must not change by it.
    Raises NotFound and BadInput.
    """
    found = past(store, reference, as_of)
    return _report(found, drawn(store, found), store.zone)


def drawn(store: Store, past: Past) -> Charts | None:
    """Return the charts of an incident's signals as they were then; None where there are none."""
    return charts.build(
        store, past.state, past.imports, past.last.recorded_at, past.deployed, past.placements
    )


def past(store: Store, reference: str, as_of: str | None = None) -> Past:
    """Return what the journal held up to an entry of an incident; by default its last that is no export."""
    with store.journal.read() as connection:
        known = incidents.get(connection, reference)
        last = _as_of(connection, known, as_of)
        own = _until(journal.entries(connection, incident=known.id), last)
        state = _fold(own, known.id)
        system = systems.by_name(connection, state.system)
        completed = _until(journal.entries(connection, kinds=["import.completed"]), last)
        by_hand = fold_all(_until(deployments.entries(connection), last))
        return Past(
            last=last,
            entries=own,
            state=state,
            scheme=policies.of(connection, state.policy),
            system=system.name if system else state.system,
            related=tuple(_related(connection, state, last)),
            imports=frozenset(entry.id for entry in completed),
            deployed=tuple(deployments.standing(by_hand, state.system)),
            placements=signals.placements_of(_until(signals.entries(connection), last)),
            former=former(connection, state),
            drill=Path(stores.drill_in(connection)).stem,
        )


def _report(past: Past, charts: Charts | None, zone: str) -> IncidentReport:
    state = past.state
    return IncidentReport(
        reference=state.reference,
        title=state.title,
        system=past.system,
        version=state.text("version"),
        level=level_of(past.scheme, state),
        status=state.status,
        zone=zone,
        as_of=report.as_of(past.last, past.drill),
        entries=len(past.entries),
        declared=state.declared,
        detected=state.detected,
        start=state.start,
        declared_by=state.author,
        channel=state.channel,
        contained=state.reached(CONTAINED),
        resolved=state.reached(RESOLVED),
        closed=state.reached(CLOSED),
        withdrawn=state.withdrawn,
        roles=tuple(sorted(state.staff.items())),
        conflicts=report.conflicts(state),
        narrative=report.narrative(state),
        timeline=timeline_lines(past.entries, state),
        clocks=_clocks(past, zone),
        alerts=tuple(sorted((alert for _, alert in state.alerts), key=lambda alert: (alert.time, alert.id))),
        related=past.related,
        charts=charts,
    )


def render(report: IncidentReport) -> bytes:
    """Return a report as PDF; the same report gives the same bytes."""
    from tocsin.reports import incident_report

    return incident_report.render(report)


@dataclass(frozen=True, slots=True)
class Made:
    """A report or a briefing with its bytes, which an export writes; `kind` is what it is recorded as."""

    report: IncidentReport | Briefing
    content: bytes
    kind: str = KIND


def make(store: Store, reference: str, as_of: str | None = None) -> Made:
    """Build and render an incident report; seconds for thousands of entries, and nothing is written."""
    report = build(store, reference, as_of)
    return Made(report, render(report))


def export(store: Store, author: Author, reference: str, path: Path, as_of: str | None = None) -> Entry:
    """Make the report of an incident, write it to a file and record that; see `file`."""
    check_place(store, path)
    return file(store, author, make(store, reference, as_of), path)


def file(store: Store, author: Author, made: Made, path: Path) -> Entry:
    """Write a report to a file and record that; return the entry of the export.

    The file is there, complete, before the entry is; a new one that could not be recorded is taken back.
    Raises NotFound, BadInput and StoreProblem.
    """
    check_place(store, path)
    there_before = os.path.exists(path)
    write_whole(path, made.content)
    digest = hashlib.sha256(made.content).hexdigest()
    body = DocumentExported(made.kind, made.report.as_of.entry, digest, str(path.absolute()))
    try:
        with store.write() as write:
            known = incidents.get(write.connection, made.report.reference)
            return write.add(author, body, incident=known.id, subject=known.id)
    except UserError:
        if not there_before:
            path.unlink(missing_ok=True)
        raise


def withdraw(store: Store, author: Author, export: str, reason: str) -> Entry:
    """Withdraw an exported document, named by the entry of its export, with a reason; both stay readable.

    Raises NotFound for what is no export that stands, and BadInput.
    """
    with store.write() as write:
        entry = journal.entry(write.connection, export)
        known = incidents.get(write.connection, entry.incident)
        if export not in known.exports:
            raise NotFound("this is no exported document, or it was withdrawn already.", where=export)
        body = Withdrawn(export, checked_text(reason))
        return write.add(author, body, incident=known.id, subject=known.id)


def default_path(store: Store, report: IncidentReport | Briefing) -> Path:
    """Return where a report goes when nobody says otherwise: one name for each as-of."""
    return store.folder("exports") / f"{report.reference}-{report.as_of.sha256[:8]}.pdf"


def check_place(store: Store, path: Path) -> None:
    """Refuse what is no plain file (a device would be replaced), no folder, and the store's own files."""
    home = store.path.resolve()
    folder = Path(os.path.realpath(path.parent))
    inside = folder.is_relative_to(home) and not folder.is_relative_to(home / "exports")
    other = os.path.exists(path) and not os.path.isfile(path)
    if inside or other or not os.path.isdir(folder):
        raise BadInput(
            "this is not a place for a document.",
            where=str(path),
            hint="Name a file in a folder that exists, outside the store or in its exports.",
        )


def _as_of(connection: Connection, known: Incident, as_of: str | None) -> Entry:
    if as_of is None:
        return journal.last_entry(connection, known.id)
    entry = journal.entry(connection, as_of)
    if entry.incident != known.id or isinstance(entry.body, DocumentExported):
        raise BadInput("a report is as of an entry of its own incident that is not an export.", where=as_of)
    return entry


def _order(entry: Entry) -> tuple[int, str, int]:
    return entry.lamport, entry.site, entry.seq


def _until(entries: Sequence[Entry], last: Entry) -> list[Entry]:
    return [
        entry
        for entry in entries
        if _order(entry) <= _order(last) and not isinstance(entry.body, DocumentExported)
    ]


def _fold(entries: Sequence[Entry], id: str) -> Incident:
    state = incident.fold(entry for entry in entries if entry.subject == id)
    if state is None:
        raise NotFound("this incident was not yet declared then.", where=id)
    return state


def level_of(scheme: Scheme, state: Incident) -> report.Level:
    """Return the incident's level as its scheme defines it."""
    level = scheme.level(state.severity)
    return report.Level(
        id=state.severity,
        rank=scheme.rank(state.severity) + 1,
        meaning=level.meaning if level else "",
        scheme=f"{scheme.title}, version {scheme.version}",
        scheme_sha256=state.policy,
    )


def timeline_lines(entries: Sequence[Entry], state: Incident) -> tuple[Line, ...]:
    """Return the timeline by the time things happened: the incident's own steps and what people wrote."""
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.subject, []).append(entry)
    steps = about.pop(state.id)
    lines = [*chronicle.beginning(steps, state), *chronicle.lines(steps)]
    lines += [report.line(item) for own in about.values() if (item := timeline.fold(own)) is not None]
    return tuple(sorted(lines, key=lambda line: line.happened.at))


def _clocks(past: Past, zone: str) -> tuple[ClockLine, ...]:
    now = past.last
    states = clocks.clock_states(past.state, past.scheme, now.recorded_at, zone, past.former)
    last = now.recorded_at + timedelta(days=36500)
    return tuple(_clock(one, now) for one in sorted(states, key=lambda one: (one.due or last, one.id)))


def _clock(clock: ClockState, now: Entry) -> ClockLine:
    left = clock.left(now.recorded_at)
    late = -left if clock.late and left is not None and left < timedelta() else None
    return ClockLine(
        clock.name, clock.basis, str(clock.state), clock.due, clock.met_at, late, clock.reason, clock.by
    )


def _related(connection: Connection, state: Incident, last: Entry) -> list[Related]:
    found = []
    for link in state.links:
        entries = _until(journal.entries(connection, subject=link.other), last)
        other = incident.fold(entries)
        declared = next((e.body for e in entries if isinstance(e.body, IncidentDeclared)), None)
        reference = declared.reference if declared else link.other
        found.append(Related(link.relation, reference, other.title if other else ""))
    return found
