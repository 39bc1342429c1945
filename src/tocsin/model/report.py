"""The incident report before it is laid out: exactly what its reader may see, and nothing else.

Instants are aware UTC; the layout formats them in `zone`. Two equal reports give the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tocsin.model.alert import Alert
from tocsin.model.document import Printing
from tocsin.model.fields import Register
from tocsin.model.incident import FIELDS, Incident
from tocsin.model.incident_fields import TEXTS
from tocsin.model.instant import When
from tocsin.model.journal import Entry
from tocsin.model.law import Law
from tocsin.model.timeline import Item

# Written down this much later than it happened is worth saying; less is a person typing.
WRITTEN_LATER = timedelta(minutes=15)

NARRATIVE = ("impact", "root_cause", "remediation", "prevention")
_DONE, _OPEN = "[x]", "[ ]"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The entry a report is made as of. Its `at` is the report's "now", its `sha256` the hash printed.

    `drill` names the scenario where the store was made for a drill.
    """

    entry: str
    kind: str
    site: str
    seq: int
    lamport: int
    at: datetime
    sha256: str
    drill: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A severity as its scheme defines it. `rank` counts from 1, the gravest."""

    id: str
    rank: int
    meaning: str = ""
    scheme: str = ""
    scheme_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text people wrote. `others` are values somebody set without knowing of this one."""

    title: str
    text: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One timeline entry. `learned` and `written` only where they are apart from `happened`."""

    happened: When
    lane: str
    text: str
    author: str
    learned: datetime | None = None
    written: datetime | None = None
    edits: int = 0
    withdrawn: str = ""
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock at the report's now. `state` is running, due soon, overdue, met, waived ... in words."""

    name: str
    basis: str
    state: str
    due: datetime | None
    met: datetime | None = None
    late_by: timedelta | None = None
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    """Another incident and how it relates; `title` is empty when it is not in this store."""

    relation: str
    reference: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class DeploymentMark:
    """A version that went into service, as a mark on the charts; `began` may be an interval."""

    began: When
    label: str


@dataclass(frozen=True, slots=True)
class Band:
    """What was normal: centre, low and high at each of `times_us`, in the signal's unit."""

    times_us: NDArray[np.int64]
    centre: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chart:
    """One signal, already thinned: lowest and highest value of each stretch of time, NaN where none was.

    `times_us`, `low` and `high` have one length. `thresholds` are in the signal's unit. `alerts` are the
    instants at which its alerts were established.
    """

    name: str
    unit: str
    segment: str
    samples: int
    times_us: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    last: float | None = None
    band: Band | None = None
    thresholds: tuple[float, ...] = ()
    alerts: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Charts:
    """The charts of a report: one window of time for all, so that they can be compared by eye.

    The incident's own window runs from `start` (with its bounds) to `until`.
    """

    begin: datetime
    end: datetime
    start: When
    until: datetime
    strips: tuple[Chart, ...]
    marks: tuple[DeploymentMark, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class IncidentReport:
    """Everything an incident report shows (domain.md M5).

    `impact` and `remediation` are the parts of those texts, `checklist` the items of prevention with whether
    each is done. `record` is the incident as JSON where it goes along.
    """

    reference: str
    title: str
    system: str
    version: str
    level: Level
    status: str
    zone: str
    as_of: AsOf
    entries: int
    declared: datetime
    detected: datetime
    start: When | None
    declared_by: str = ""
    channel: str = ""
    contained: datetime | None = None
    resolved: datetime | None = None
    closed: datetime | None = None
    withdrawn: str = ""
    roles: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[str, ...] = ()
    narrative: tuple[Text, ...] = ()
    timeline: tuple[Line, ...] = ()
    clocks: tuple[ClockLine, ...] = ()
    alerts: tuple[Alert, ...] = ()
    related: tuple[Related, ...] = ()
    charts: Charts | None = None
    impact: tuple[Text, ...] = ()
    remediation: tuple[Text, ...] = ()
    checklist: tuple[tuple[str, bool], ...] = ()
    law: Law = Law()  # noqa: RUF009
    printing: Printing = Printing()  # noqa: RUF009
    record: bytes = b""

    @property
    def ended(self) -> datetime | None:
        """When it was resolved, or closed without that; None while it is neither."""
        return self.resolved or self.closed

    @property
    def duration(self) -> timedelta:
        """From detection to the end, or to the report's now; never negative."""
        return max((self.ended or self.as_of.at) - self.detected, timedelta())

    @property
    def undetected(self) -> timedelta | None:
        """From the estimated start to detection; None when nobody estimated one before it."""
        if self.start is None or self.start.at >= self.detected:
            return None
        return self.detected - self.start.at


def parts(incident: Incident, names: Iterable[str]) -> tuple[Text, ...]:
    """Return further texts of the incident by the names of their fields, empty ones too."""
    return tuple(_text(incident, name) for name in names)


def checklist(written: str) -> tuple[tuple[str, bool], ...]:
    """Return the items of a checklist, one a line, with whether each is done.

    "[x] done", "[ ] open"; a line without either is open.
    """
    found = []
    for line in written.splitlines():
        item, done = line.strip(), line.strip()[:3].lower() == _DONE
        item = item[3:].strip() if done or item.startswith(_OPEN) else item.lstrip("-*• ").strip()
        if item:
            found.append((item, done))
    return tuple(found)


def narrative(incident: Incident) -> tuple[Text, ...]:
    """Return the four texts of the report in reading order, empty ones too."""
    return tuple(_text(incident, name) for name in NARRATIVE)


def _text(incident: Incident, name: str) -> Text:
    values = [str(head.value) for head in incident.fields.get(name, Register()).heads]
    return Text(FIELDS[name], values[0] if values else "", tuple(values[1:]))


def conflicts(incident: Incident) -> tuple[str, ...]:
    """Return, in words, the facts and roles that two people set without knowing of each other."""
    facts = [(FIELDS.get(n, n), r) for n, r in incident.fields.items() if n not in TEXTS]
    both = [*facts, *((name.capitalize(), register) for name, register in incident.roles.items())]
    said = ((title, " / ".join(_said(head.value) for head in r.heads)) for title, r in both if r.conflict)
    return tuple(sorted(f"{title}: {values}" for title, values in said))


def _said(value: object) -> str:
    """Return a value in a few words; of a moment its estimate."""
    return str(value["at"]) if isinstance(value, dict) and "at" in value else str(value)


def line(item: Item) -> Line:
    """Return a timeline entry as the report prints it."""
    stated = "learned" in item.fields
    late = item.recorded_at - item.happened.high > WRITTEN_LATER
    return Line(
        happened=item.happened,
        lane=item.lane,
        text=item.text,
        author=item.credit,
        learned=item.learned if stated and item.learned != item.happened.at else None,
        written=item.recorded_at if late and not stated else None,
        edits=item.edits,
        withdrawn=item.withdrawn,
        conflict=item.conflict,
    )


def as_of(entry: Entry, drill: str = "") -> AsOf:
    """Return the identity of the entry a report is made as of."""
    return AsOf(
        entry.id, entry.kind, entry.site, entry.seq, entry.lamport, entry.recorded_at, entry.hash, drill
    )
