"""What an impact assessment rests on, as of an entry: the decisions counted, imports, spot checks."""

from tocsin.model.assessment_annexes import Brought, Sampled
from tocsin.model.blast_radius import Radius
from tocsin.model.decision import Roles, likely_roles
from tocsin.model.incident import standing
from tocsin.model.journal import ImportCompleted
from tocsin.model.judgement import RolesSet
from tocsin.model.spotcheck import SpotCheck, fold
from tocsin.operations import blast_radius
from tocsin.operations.dossier import deployed
from tocsin.operations.past import Past, until
from tocsin.operations.progress import finish
from tocsin.operations.spotcheck_report import Report, summed
from tocsin.store import decisions, journal, past
from tocsin.store.decisions import DecisionLog
from tocsin.store.folder import Store

# Entries outside the incident that an assessment tells of.
LOOKS_AT = (
    "import.completed", "spotcheck.drawn", "spotcheck.judged", "roles.set", "deployment.recorded", "undone",
)  # fmt: skip


def radius(store: Store, found: Past) -> Radius:
    """Return the blast radius as it was then: only what imports had brought by then is counted."""
    logs = _logs(store, found)
    counting = blast_radius.counted(
        store, found.state, found.last.recorded_at, logs, _roles(store, found, logs), deployed(store, found)
    )
    return finish(counting)


def _logs(store: Store, found: Past) -> list[DecisionLog]:
    with store.signals.read() as connection:
        limits = past.limits(connection, found.imports, found.last.recorded_at)
        every = decisions.list_all(connection, found.state.system)
    return [one for one in every if one.number in limits]


def _roles(store: Store, found: Past, logs: list[DecisionLog]) -> Roles:
    system = found.state.system
    with store.journal.read() as connection:
        entries = journal.entries(connection, subject=system, kinds=("roles.set", "undone"))
    bodies = [one.body for one in standing(until(entries, found.last)) if isinstance(one.body, RolesSet)]
    if bodies:
        return Roles(bodies[-1].roles, bodies[-1].favourable)
    names = dict.fromkeys(name for log in logs for name in log.columns if name not in ("id", "time"))
    return likely_roles(tuple(names))


def brought(store: Store, found: Past) -> tuple[Brought, ...]:
    """Return the imports of the incident's system that were complete then, oldest first."""
    with store.journal.read() as connection:
        entries = until(journal.entries(connection, kinds=["import.completed"]), found.last)
    lines = []
    for entry in entries:
        body = entry.body
        if isinstance(body, ImportCompleted) and body.system == found.state.system:
            lines.append(
                Brought(
                    body.source, body.importer, body.record, body.stored, entry.author.name,
                    entry.recorded_at, body.sha256, entry.id,
                )
            )  # fmt: skip
    return tuple(lines)


def sampled(store: Store, found: Past) -> tuple[Sampled, ...]:
    """Return the spot checks of the incident's system with the verdicts of then, newest first."""
    with store.journal.read() as connection:
        begun = until(journal.entries(connection, kinds=("spotcheck.drawn",)), found.last)
        about = [until(journal.entries(connection, subject=one.subject), found.last) for one in begun]
    checks = [check for entries in reversed(about) if (check := fold(standing(entries))) is not None]
    return tuple(_sampled(summed(one)) for one in checks if _of(one, found))


def _of(check: SpotCheck, found: Past) -> bool:
    return check.drawn.system == found.state.system


def _sampled(one: Report) -> Sampled:
    drawn, errors = one.check.drawn, one.errors
    return Sampled(
        since=drawn.since,
        until=drawn.until,
        population=drawn.population,
        drawn=one.drawn,
        reviewed=one.reviewed,
        wrong=one.wrong,
        unsure=one.unsure + one.disputed,
        rate=None if errors is None else (errors.rate, errors.low, errors.high),
        method=drawn.method,
        strata=tuple(
            f"{each.label}: {each.errors.events} of {each.errors.rows} wrong"
            for each in one.strata
            if each.label
        ),
    )
