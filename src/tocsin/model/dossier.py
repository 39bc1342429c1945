"""All that the journal knows of one incident as of an entry: what the documents about it are made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.model.clocks import ClockState
from tocsin.model.conduct import Said
from tocsin.model.containment import Pull
from tocsin.model.deployment import Deployment
from tocsin.model.diagnosis import LayerState
from tocsin.model.facts import facts, verified
from tocsin.model.fields import Register
from tocsin.model.incident import FIELDS, Incident
from tocsin.model.judgement import StartJudged
from tocsin.model.law import Law
from tocsin.model.report import AsOf, Charts, ClockLine, Level, Line, Related
from tocsin.model.severity import Scheme
from tocsin.model.sheet import Facts, Note, Prose, Quiet, Strong, Table, written
from tocsin.model.steps import StepState

_FAR = timedelta(days=36500)


@dataclass(frozen=True, slots=True)
class Dossier:
    """One incident as of an entry. `start_said` is the newest judgement on when it began."""

    incident: Incident
    scheme: Scheme
    system: str
    zone: str
    as_of: AsOf
    level: Level
    entries: int
    lines: tuple[Line, ...]
    clocks: tuple[ClockState, ...]
    steps: tuple[StepState, ...]
    layers: tuple[LayerState, ...]
    pulls: tuple[Pull, ...]
    related: tuple[Related, ...]
    deployed: tuple[Deployment, ...]
    law: Law
    charts: Charts | None = None
    start_said: Said[StartJudged] | None = None

    @property
    def now(self) -> datetime:
        """The instant everything is told as of."""
        return self.as_of.at

    def reached(self, fact: str) -> datetime | None:
        """Return when a fact came true (model/facts.py); None while it did not."""
        return facts(self.incident).get(fact)

    @property
    def fix(self) -> str:
        """What the verification of the fix rests on; empty while none stands."""
        found = verified(self.incident)
        return found.body.evidence if found else ""


def text(incident: Incident, name: str) -> Prose | Note:
    """Return one of the incident's texts as a block, with what somebody else wrote at the same time."""
    values = [str(head.value) for head in incident.fields.get(name, Register()).heads]
    return written(values[0] if values else "", tuple(values[1:]))


def texts(incident: Incident, names: dict[str, str]) -> Table:
    """Return several of the incident's texts as a table of what and text."""
    rows = tuple(
        (Strong(title), incident.text(name) or Quiet("not yet recorded")) for name, title in names.items()
    )
    return Table(("", "On record"), (1.0, 3.2), rows)


def titled(incident: Incident, name: str) -> str:
    """Return a field with its title, empty while it is not set."""
    value = incident.text(name)
    return f"{FIELDS[name]}: {value}" if value else ""


def clock_lines(states: tuple[ClockState, ...], now: datetime) -> tuple[ClockLine, ...]:
    """Return clocks as documents print them, nearest first."""
    return tuple(
        clock_line(one, now) for one in sorted(states, key=lambda one: (one.due or now + _FAR, one.id))
    )


def clock_line(clock: ClockState, now: datetime) -> ClockLine:
    """Return one clock as documents print it."""
    left = clock.left(now)
    late = -left if clock.late and left is not None and left < timedelta() else None
    return ClockLine(
        clock.name, clock.basis, str(clock.state), clock.due, clock.met_at, late, clock.reason, clock.by
    )


def span(first: datetime | None, last: datetime | None) -> timedelta | None:
    """Return the time between two moments, None where one is not known or they lie the other way round."""
    return None if first is None or last is None or last < first else last - first


def spans(dossier: Dossier) -> Facts:
    """Return how long it took to notice, triage, contain, resolve and verify, from what to what."""
    incident = dossier.incident
    start = incident.start.at if incident.start else None
    detected = incident.detected
    pairs = [("Start to detection", span(start, detected))]
    for fact, title in _STAGES.items():
        pairs.append((f"Detection to {title}", span(detected, dossier.reached(fact))))
    return Facts(tuple((title, took if took is not None else Quiet("not yet")) for title, took in pairs))


_STAGES = {
    "triaged": "triage",
    "awareness": "awareness",
    "contained": "containment",
    "resolution": "resolution",
    "verified": "verified fix",
}
