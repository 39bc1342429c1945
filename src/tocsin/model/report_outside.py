"""The incident report for readers outside: what happened and was done, and nothing of how we work inside.

Not in it: service levels and their clocks, who had which role, the running log and its decisions, suspicions
that were not confirmed, what is undecided in law, and how the document is made again.
"""

from collections.abc import Iterator

from tocsin.model.dossier import Dossier, text, texts
from tocsin.model.incident import RESOLVED
from tocsin.model.incident_fields import IMPACT, REMEDIATION
from tocsin.model.report import Line, checklist
from tocsin.model.sheet import Block, Checks, Events, Facts, Graph, Note, Quiet, Section, Strong, Table

TITLE = "Incident report"
LANES = ("happened", "detected", "done", "told", "deployed")


def sections(dossier: Dossier) -> tuple[Section, ...]:
    """Return the sections of the report."""
    incident = dossier.incident
    items = checklist(incident.text("prevention"))
    return (
        Section("What happened", tuple(_facts(dossier))),
        Section("Impact", (text(incident, "impact"), texts(incident, IMPACT))),
        Section("Timeline", (Events(tuple(_lines(dossier))),)),
        Section("Root cause", (text(incident, "root_cause"),)),
        Section("Remediation", (text(incident, "remediation"), texts(incident, REMEDIATION))),
        Section("Prevention", (Checks(items) if items else Note("Not yet recorded."),)),
        Section("Notices filed", (_filed(dossier),)),
    )


def _facts(dossier: Dossier) -> Iterator[Block]:
    incident = dossier.incident
    yield Facts(
        (
            ("System", dossier.system),
            ("Version", incident.text("version") or None),
            ("Began", incident.start if incident.start else Quiet("not known")),
            ("Detected", incident.detected),
            ("Contained", dossier.reached("contained") or Quiet("not yet")),
            ("Resolved", incident.reached(RESOLVED) or Quiet("not yet")),
        )
    )
    yield Graph(dossier.charts, 3)


def _lines(dossier: Dossier) -> Iterator[Line]:
    """Yield the lines outsiders may see, without who wrote them and what was taken back."""
    for line in dossier.lines:
        if line.lane in LANES and not line.withdrawn:
            yield Line(line.happened, line.lane, line.text, "", line.learned)


def _filed(dossier: Dossier) -> Table:
    return Table(
        ("Notice", "To", "Filed", "Receipt"),
        (4, 2, 2, 2),
        tuple(
            (
                (Strong(one.name), Quiet(one.regime), Quiet(one.citation)),
                one.recipient,
                one.filed,
                one.receipt,
            )
            for one in dossier.law.duties
            if one.filed is not None
        ),
        "None yet.",
    )
