"""The executive brief: one page for whoever decides, whatever the facts; its texts go on in the report."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.model.clocks import TICKING
from tocsin.model.document import Printing
from tocsin.model.dossier import Dossier
from tocsin.model.incident import CLOSED, RESOLVED
from tocsin.model.incident_fields import IMPACT, REMEDIATION
from tocsin.model.law import DutyLine
from tocsin.model.report import AsOf, Charts, Level

TITLE = "Executive brief"
MOST_DEADLINES, MOST_DECISIONS = 4, 4


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is due when; `law` tells that a law asks for it. `overdue` as of the brief."""

    name: str
    due: datetime
    law: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class Brief:
    """Exactly what is on the page. `more` counts the deadlines and decisions left to the report."""

    reference: str
    title: str
    system: str
    level: Level
    status: str
    zone: str
    as_of: AsOf
    what: str
    since: str
    started: datetime
    estimated: bool
    lasted: timedelta
    ended: bool
    impact: str
    doing: str
    deadlines: tuple[Deadline, ...] = ()
    decisions: tuple[str, ...] = ()
    more_deadlines: int = 0
    more_decisions: int = 0
    charts: Charts | None = None
    author: str = ""
    rules: str = ""
    printing: Printing = Printing()  # noqa: RUF009
    record: bytes = b""


def brief(dossier: Dossier, printing: Printing) -> Brief:
    """Return the brief of an incident."""
    incident, now = dossier.incident, dossier.now
    ended = incident.reached(RESOLVED) or incident.reached(CLOSED)
    started = incident.start.at if incident.start else incident.detected
    due, wanted = (
        sorted(_deadlines(dossier), key=lambda one: (not one.law, one.due, one.name)),
        list(_decisions(dossier)),
    )
    return Brief(
        reference=incident.reference,
        title=incident.title,
        system=dossier.system,
        level=dossier.level,
        status="withdrawn" if incident.withdrawn else incident.status,
        zone=dossier.zone,
        as_of=dossier.as_of,
        what=_what(dossier),
        since="estimated start" if incident.start else "detection",
        started=started,
        estimated=incident.start is not None,
        lasted=max((ended or now) - started, timedelta()),
        ended=ended is not None,
        impact=_joined(incident.text("impact"), *(_titled(dossier, name, IMPACT) for name in IMPACT)),
        doing=_doing(dossier),
        deadlines=tuple(due[:MOST_DEADLINES]),
        decisions=tuple(wanted[:MOST_DECISIONS]),
        more_deadlines=max(len(due) - MOST_DEADLINES, 0),
        more_decisions=max(len(wanted) - MOST_DECISIONS, 0),
        charts=dossier.charts,
        author="" if printing.outside else incident.commander,
        rules=dossier.law.rules,
        printing=printing,
    )


def _what(dossier: Dossier) -> str:
    incident = dossier.incident
    alerts = [alert.message for _, alert in sorted(incident.alerts, key=lambda one: (one[1].time, one[1].id))]
    cause = incident.text("root_cause")
    return _joined(
        incident.text("scope"),
        f"Cause: {cause}" if cause else "",
        "" if incident.text("scope") or not alerts else alerts[0],
    )


def _doing(dossier: Dossier) -> str:
    incident = dossier.incident
    done = [one.body.name for one in dossier.pulls if one.released is None]
    acted = [line.text for line in dossier.lines if line.lane == "done" and not line.withdrawn]
    return _joined(
        f"In place: {', '.join(done)}." if done else "",
        incident.text("remediation"),
        *(_titled(dossier, name, REMEDIATION) for name in REMEDIATION),
        f"Last: {acted[-1]}" if acted else "",
    )


def _deadlines(dossier: Dossier) -> Iterator[Deadline]:
    """Yield what still is due; of a duty that a clock counts, the clock."""
    duties = {one.id for one in dossier.law.duties}
    for clock in dossier.clocks:
        if clock.due is not None and clock.state in TICKING and clock.stopped is None:
            yield Deadline(clock.name, clock.due, clock.rule in duties, clock.due < dossier.now)


def _decisions(dossier: Dossier) -> Iterator[str]:
    """Yield what somebody has to decide, in the order of its weight."""
    law, incident = dossier.law, dossier.incident
    if not incident.staff.get("compliance") and (law.undecided or law.duties):
        yield "Name who answers for compliance."
    yield from (f"Approve and file: {one.short}" for one in law.duties if _waits(one))
    if law.undecided:
        asked = f", beginning with: {law.questions[0]}" if law.questions else ""
        yield f"Answer which of {law.undecided} duties apply{asked}"
    if not dossier.pulls and dossier.reached("contained") is None and not incident.withdrawn:
        yield "Decide how to contain it: nothing is pulled."
    if incident.reached(RESOLVED) is not None and dossier.reached("verified") is None:
        yield "Decide whether the fix holds in production."


def _waits(one: DutyLine) -> bool:
    return one.verdict == "applies" and not one.optional and not one.settled and one.due is not None


def _titled(dossier: Dossier, name: str, titles: dict[str, str]) -> str:
    said = dossier.incident.text(name).strip()
    return f"{titles[name]}: {said}" if said else ""


def _joined(*texts: str) -> str:
    return "\n".join(text.strip() for text in texts if text.strip())
