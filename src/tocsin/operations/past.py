"""What the journal held up to an entry: the incident as it was then, and what its documents refer to.

Everything a document shows is asked of this, so that the same entry gives the same document.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tocsin.errors import BadInput, NotFound
from tocsin.model import chronicle, incident, report, timeline
from tocsin.model.answers import Answer
from tocsin.model.deployment import Deployment, fold_all
from tocsin.model.incident import Incident
from tocsin.model.journal import DocumentExported, Entry, IncidentDeclared
from tocsin.model.regime import Rules
from tocsin.model.report import Charts, Line, Related
from tocsin.model.severity import Scheme
from tocsin.model.signal import Placement
from tocsin.operations import answers, charts, deployments, policies, regimes, signals, stores
from tocsin.operations.clocks import former
from tocsin.store import incidents, journal, systems
from tocsin.store.database import Connection
from tocsin.store.folder import Store

# Entries that belong to no incident and of which every document tells: the law and what was answered once.
_EXPORTED = "document.exported"
INDEX = "evidence index"
LAW = ("regimes.adopted", "question.answered", "undone")


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal held up to `last`: the incident, its entries, and what they refer to.

    `rules` is the law in force then, `answers` are those given by then.
    """

    last: Entry
    entries: list[Entry]
    state: Incident
    scheme: Scheme
    system: str
    related: tuple[Related, ...]
    imports: frozenset[str]
    deployed: tuple[Deployment, ...]
    placements: dict[str, Placement]
    rules: Rules
    answers: Mapping[str, Answer]
    former: tuple[tuple[Scheme, datetime], ...] = ()
    drill: str = ""


def drawn(store: Store, past: Past) -> Charts | None:
    """Return the charts of an incident's signals as they were then; None where there are none."""
    return charts.build(
        store, past.state, past.imports, past.last.recorded_at, past.deployed, past.placements
    )


def past(store: Store, reference: str, as_of: str | None = None, looks_at: Collection[str] = ()) -> Past:
    """Return what the journal held up to an entry; by default the last a document of this incident tells of.

    That is one of the incident, of the law (`LAW`) or of its system, or of a further kind it `looks_at`, and
    never an export. Raises NotFound, and BadInput for an entry that is none of these.
    """
    with store.journal.read() as connection:
        known = incidents.get(connection, reference)
        return at(connection, known, _as_of(connection, known, as_of, looks_at))


def at(connection: Connection, known: Incident, last: Entry) -> Past:
    """Return what the journal held of an incident up to an entry. Raises NotFound before its declaration."""
    own = until(journal.entries(connection, incident=known.id), last)
    state = _fold(own, known.id)
    system = systems.by_name(connection, state.system)
    completed = until(journal.entries(connection, kinds=["import.completed"]), last)
    by_hand = fold_all(until(deployments.entries(connection), last))
    law = until(journal.entries(connection, incident="", kinds=["question.answered", "undone"]), last)
    return Past(
        last=last,
        entries=own,
        state=state,
        scheme=policies.of(connection, state.policy),
        system=system.name if system else state.system,
        related=tuple(_related(connection, state, last)),
        imports=frozenset(entry.id for entry in completed),
        deployed=tuple(deployments.standing(by_hand, state.system)),
        placements=signals.placements_of(until(signals.entries(connection), last)),
        rules=regimes.as_of(connection, last),
        answers=answers.folded(law, state),
        former=former(connection, state),
        drill=Path(stores.drill_in(connection)).stem,
    )


def _as_of(connection: Connection, known: Incident, as_of: str | None, looks_at: Collection[str]) -> Entry:
    if as_of is not None:
        entry = journal.entry(connection, as_of)
        if _tells(entry, known, looks_at):
            return entry
        raise BadInput("a report is as of an entry of its own incident that is not an export.", where=as_of)
    found = [journal.last_entry(connection, known.id)]
    if law := journal.last_about(connection, LAW, _subjects(known)):
        found.append(law)
    if looks_at:
        about = journal.entries(connection, kinds=looks_at)
        found += [one for one in about if _tells(one, known, looks_at)]
    return max(found, key=lambda entry: entry.order)


def _subjects(known: Incident) -> tuple[str, ...]:
    """What entries of the law that count for an incident are about."""
    return "regimes", "organisation", f"system:{known.system}"


def _tells(entry: Entry, known: Incident, looks_at: Collection[str]) -> bool:
    """Whether a document of an incident tells of an entry: its own, the law's, its system's."""
    if entry.incident:
        return entry.incident == known.id and (
            entry.kind != _EXPORTED or (_EXPORTED in looks_at and not _is_index(entry))
        )
    if entry.kind in LAW and entry.subject in _subjects(known):
        return True
    return entry.kind in looks_at and getattr(entry.body, "system", known.system) == known.system


def _is_index(entry: Entry) -> bool:
    """Whether an entry is the export of an evidence index, which does not list itself."""
    return isinstance(entry.body, DocumentExported) and entry.body.document == INDEX


def until(entries: Sequence[Entry], last: Entry) -> list[Entry]:
    """Return the entries up to one of them, without exports: a document does not change by being made."""
    return [
        entry
        for entry in entries
        if entry.order <= last.order and not isinstance(entry.body, DocumentExported)
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


def _related(connection: Connection, state: Incident, last: Entry) -> list[Related]:
    found = []
    for link in state.links:
        entries = until(journal.entries(connection, subject=link.other), last)
        other = incident.fold(entries)
        declared = next((e.body for e in entries if isinstance(e.body, IncidentDeclared)), None)
        reference = declared.reference if declared else link.other
        found.append(Related(link.relation, reference, other.title if other else ""))
    return found
