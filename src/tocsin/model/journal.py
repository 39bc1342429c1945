"""The journal: what people decided, one entry each, and the kinds of entry there are.

A body is one of the dataclasses below; its class decides the kind. Bodies hold what was stated, never what
can be derived. Adding a field with a default keeps old entries readable; a changed meaning needs a new kind.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.model import arrangement, filing, judgement, response
from tocsin.model.alert import Alert
from tocsin.model.instant import When
from tocsin.model.operator import Author


@dataclass(frozen=True, slots=True)
class StoreCreated:
    """The first entry of a site's chain: its code in references and its home zone.

    `drill` names the scenario of a store that was made for a drill: nothing leaves it.
    """

    code: str
    zone: str
    drill: str = ""


@dataclass(frozen=True, slots=True)
class StoreUpgraded:
    """The files were brought from one schema version to the next, after a verified backup."""

    file: str
    from_version: int
    to_version: int
    backup: str


@dataclass(frozen=True, slots=True)
class StoreRestored:
    """A backup was brought back; what it replaced was moved aside, and a new site begins here."""

    backup: str
    moved_aside: str
    head: str
    code: str
    zone: str


@dataclass(frozen=True, slots=True)
class OperatorAdded:
    """A person who writes in this store."""

    name: str


@dataclass(frozen=True, slots=True)
class SystemAdded:
    """An AI system watched. The entry's subject is the system's id."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyFrozen:
    """A policy pack as it was when an incident first used it. `content` is the whole pack as JSON."""

    pack: str
    version: str
    sha256: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportCompleted:
    """A file or source was read: where it came from, its SHA-256, and what became of its rows.

    `options` is what the person said about it. What a live source sent in a day is one entry, without a hash.
    """

    source: str
    sha256: str
    importer: str
    record: str
    system: str
    read: int
    stored: int
    already: int
    rejected: int
    assumed: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncidentDeclared:
    """An incident begins. The entry's subject is its id; `policy` is the SHA-256 of the frozen pack."""

    reference: str
    title: str
    system: str
    severity: str
    policy: str
    detected: datetime
    channel: str = ""


@dataclass(frozen=True, slots=True)
class AlertAdded:
    """An alert belongs to this incident; all its fields are copied, so losing the signals loses nothing."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class StatusMoved:
    """The incident was contained, resolved, closed or re-opened; the entry's own time says when."""

    status: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RoleAssumed:
    """A person took a role (commander, communications, technical ...); the one before relinquished it.

    `handover` is the entry that prepared it, where both sides confirmed a hand-over.
    """

    role: str
    person: str
    handover: str = ""


@dataclass(frozen=True, slots=True)
class FieldsSet:
    """Fields of the subject (an incident or a timeline entry) got new values; most edits are this."""

    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TimelineAdded:
    """Something happened, was decided, done or told. Its subject is its own id.

    `learned` is when we came to know of it, None when that was when it was written (domain.md K5). Of a line
    taken from elsewhere, `source` tells from where and `said_by` who wrote it there; it moves no clock.
    """

    lane: str
    text: str
    learned: datetime | None = None
    source: str = ""
    said_by: str = ""


@dataclass(frozen=True, slots=True)
class ClockMarked:
    """A clock was met, waived or found not to apply, with the reason; the entry's time says when."""

    clock: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IncidentLinked:
    """This incident is a duplicate of, or related to, another; both are kept."""

    other: str
    relation: str


@dataclass(frozen=True, slots=True)
class Undone:
    """The named entry no longer counts; undoing an `Undone` is redo."""

    entry: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Something declared, told, filed or exported is withdrawn with a reason; it stays readable."""

    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentExported:
    """A document left the console: what it was, as of which entry, and the SHA-256 of its bytes.

    `filing` is the one it is of, if any. `unsigned` is the SHA-256 before a signature was put under it: the
    signed file begins with those bytes.
    """

    document: str
    as_of: str
    sha256: str
    path: str
    paper: str = "A4"
    standing: str = ""
    filing: str = ""
    unsigned: str = ""


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """The machine's clock was moved while the console ran, by so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SourceSet:
    """A live source was added, or set anew, under a name that is the entry's subject.

    `importer` is a live importer's name, or "folder" or "webhook"; `place` its URL, folder or address;
    `settings` what that importer takes. Secrets are never here: they lie in the keyring under the name.
    """

    name: str
    importer: str
    place: str
    system: str
    every_s: float
    settings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceRemoved:
    """A live source is asked no more; what it sent stays. The entry's subject is its name."""

    name: str


@dataclass(frozen=True, slots=True)
class SignalsPlaced:
    """Where signals belong, as a person corrected it; None leaves a part as it was (domain.md D1).

    `signals` are ids as the importer proposed them, `system` is the id of the system they are moved to.
    """

    signals: tuple[str, ...]
    layer: str | None = None
    segment: str | None = None
    group: str | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class DeploymentRecorded:
    """A person recorded what ran; the entry's time says since when, its subject is its own id (C7)."""

    system: str
    name: str
    version: str
    kind: str
    slot: str = ""
    until: datetime | None = None
    vendor: bool | None = None
    pinned: bool | None = None


@dataclass(frozen=True, slots=True)
class ObservationReported:
    """Somebody noticed something (K3, K5); the entry's time says when it happened, its subject is its own id.

    `noticed_by` is who, in the reporter's words; `learned` when we came to know of it, None: when written.
    """

    system: str
    text: str
    channel: str
    noticed_by: str = ""
    learned: datetime | None = None


@dataclass(frozen=True, slots=True)
class EvidenceAttached:
    """A file was put into evidence/ under its SHA-256 before this entry. Its subject is what it supports."""

    sha256: str
    size: int
    name: str


Body = (
    StoreCreated | StoreUpgraded | StoreRestored | OperatorAdded | SystemAdded | PolicyFrozen
    | ImportCompleted | IncidentDeclared | AlertAdded | StatusMoved | RoleAssumed | FieldsSet
    | TimelineAdded | ClockMarked
    | IncidentLinked | Undone | Withdrawn | DocumentExported | ClockJumped
    | SourceSet | SourceRemoved | SignalsPlaced | DeploymentRecorded | ObservationReported
    | EvidenceAttached
    | judgement.Body | arrangement.Body | response.Body | filing.Body
)  # fmt: skip

KINDS: dict[str, type] = {
    "store.created": StoreCreated,
    "store.upgraded": StoreUpgraded,
    "store.restored": StoreRestored,
    "operator.added": OperatorAdded,
    "system.added": SystemAdded,
    "policy.frozen": PolicyFrozen,
    "import.completed": ImportCompleted,
    "incident.declared": IncidentDeclared,
    "alert.added": AlertAdded,
    "status.moved": StatusMoved,
    "role.assumed": RoleAssumed,
    "fields.set": FieldsSet,
    "timeline.added": TimelineAdded,
    "clock.marked": ClockMarked,
    "incident.linked": IncidentLinked,
    "undone": Undone,
    "withdrawn": Withdrawn,
    "document.exported": DocumentExported,
    "clock.jumped": ClockJumped,
    "source.set": SourceSet,
    "source.removed": SourceRemoved,
    "signals.placed": SignalsPlaced,
    "deployment.recorded": DeploymentRecorded,
    "observation.reported": ObservationReported,
    "evidence.attached": EvidenceAttached,
    **judgement.KINDS,
    **arrangement.KINDS,
    **response.KINDS,
    **filing.KINDS,
}
KIND_OF: dict[type, str] = {body: kind for kind, body in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it is written. Its id is made first, so writing it twice stores it once.

    `subject` is what it is about (an incident, a timeline entry, a system); empty means itself.
    `incident` is empty for entries of the store. `occurred` is None when the fact and its recording coincide.
    """

    id: str
    author: Author
    body: Body
    incident: str = ""
    subject: str = ""
    occurred: When | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as stored. `previous` and `hash` are hex SHA-256; `seq` is gap-free within its site."""

    id: str
    site: str
    seq: int
    lamport: int
    author: Author
    kind: str
    incident: str
    subject: str
    occurred: When | None
    recorded_at: datetime
    replaces: tuple[str, ...]
    body: Body
    previous: str
    hash: str

    @property
    def happened(self) -> When:
        """When the fact was: as stated, or when it was recorded."""
        return self.occurred or When(self.recorded_at)

    @property
    def order(self) -> tuple[int, str, int]:
        """What entries of all sites are ordered by."""
        return self.lamport, self.site, self.seq
