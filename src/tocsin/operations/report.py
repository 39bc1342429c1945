"""The incident report as of an entry: everything it shows, gathered and folded (domain.md M5)."""

from tocsin.model import report
from tocsin.model.dossier import Dossier, clock_lines
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED
from tocsin.model.incident_fields import IMPACT, REMEDIATION
from tocsin.model.report import IncidentReport
from tocsin.operations import dossier
from tocsin.operations.past import past
from tocsin.store.folder import Store


def build(store: Store, reference: str, as_of: str | None = None) -> IncidentReport:
    """Return the report of an incident as of one of its entries; by default its last that is not an export.

    Only entries up to that one in (lamport, site) order count, and only samples of imports completed before
    it and taken before it was written: measurements may come in later, and the report must not change by it.
    Raises NotFound and BadInput.
    """
    return _report(dossier.of(store, past(store, reference, as_of)))


def _report(told: Dossier) -> IncidentReport:
    state = told.incident
    return IncidentReport(
        reference=state.reference,
        title=state.title,
        system=told.system,
        version=state.text("version"),
        level=told.level,
        status=state.status,
        zone=told.zone,
        as_of=told.as_of,
        entries=told.entries,
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
        timeline=told.lines,
        clocks=clock_lines(told.clocks, told.now),
        alerts=tuple(sorted((alert for _, alert in state.alerts), key=lambda alert: (alert.time, alert.id))),
        related=told.related,
        charts=told.charts,
        impact=report.parts(state, IMPACT),
        remediation=report.parts(state, REMEDIATION),
        checklist=report.checklist(state.text("prevention")),
        law=told.law,
    )
