"""The incident report as of an entry: everything it shows, gathered and folded (domain.md M5)."""

from datetime import timedelta

from tocsin.model import clocks, report
from tocsin.model.clocks import ClockState
from tocsin.model.incident import CLOSED, CONTAINED, RESOLVED
from tocsin.model.journal import Entry
from tocsin.model.report import Charts, ClockLine, IncidentReport
from tocsin.operations.past import Past, drawn, level_of, past, timeline_lines
from tocsin.store.folder import Store


def build(store: Store, reference: str, as_of: str | None = None) -> IncidentReport:
    """Return the report of an incident as of one of its entries; by default its last that is not an export.

    Only entries up to that one in (lamport, site) order count, and only samples of imports completed before
    it and taken before it was written: measurements may come in later, and the report must not change by it.
    Raises NotFound and BadInput.
    """
    found = past(store, reference, as_of)
    return _report(found, drawn(store, found), store.zone)


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
