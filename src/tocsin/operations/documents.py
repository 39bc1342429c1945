"""Documents: one registry of kinds; each is made as of an entry, written to a file and recorded."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from tocsin.errors import BadInput, NotFound
from tocsin.model import brief
from tocsin.model.document import Printing
from tocsin.model.incident import BRIEFING, REPORT
from tocsin.model.journal import DocumentExported, Entry, Withdrawn
from tocsin.model.operator import Author
from tocsin.model.report import AsOf, IncidentReport
from tocsin.model.sheet import Sheet
from tocsin.operations import breaches, dossier, exports, report, sheets
from tocsin.operations.exports import check_place
from tocsin.operations.past import INDEX, past
from tocsin.operations.report import build
from tocsin.operations.timeline import checked_text
from tocsin.store import incidents, journal
from tocsin.store.folder import Store

__all__ = ["KINDS", "Kind", "Made", "build", "check_place", "default_path", "export", "file", "make",
           "path_of", "render", "withdraw"]  # fmt: skip


DRAFT = Printing()
INCIDENT, STORE = "incident", "store"


class Paper(Protocol):
    """What is printed, whatever its kind: of which incident (empty: of the store), as of which entry."""

    @property
    def reference(self) -> str: ...
    @property
    def as_of(self) -> AsOf: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A document with its bytes, which an export writes; `kind` is what it is recorded as."""

    report: Paper
    content: bytes
    kind: str
    printing: Printing = DRAFT


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: of which incident, printed how, as of which entry; `item` names one of several."""

    reference: str
    printing: Printing
    as_of: str | None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document. `recorded` is its name in the journal; one that may not go `outside` stays here.

    `of` tells whether it is of one incident or of the store.
    """

    id: str
    title: str
    recorded: str
    make: Callable[[Store, "Ask"], tuple[Paper, bytes]]
    outside: bool = False
    of: str = INCIDENT


def make(
    store: Store,
    reference: str,
    kind: str = "report",
    printing: Printing = DRAFT,
    as_of: str | None = None,
    *,
    item: str = "",
) -> Made:
    """Build and lay out a document of an incident, or of the store with an empty reference.

    `item` is the entry of a hand-over, for its sheet; by default the newest that waits or took place.
    Seconds for thousands of entries; nothing is written. The same entry gives the same bytes. Raises NotFound
    and BadInput.
    """
    one = kind_of(kind)
    if printing.outside and not one.outside:
        others = ", ".join(other.id for other in KINDS.values() if other.outside)
        raise BadInput(
            "this document is for people inside only.", where=one.title, hint=f"Outside may go: {others}."
        )
    made, content = one.make(store, Ask(reference, printing, as_of, item))
    return Made(made, content, one.recorded, printing)


def kind_of(id: str) -> Kind:
    """Return a kind by its id. Raises NotFound."""
    if id not in KINDS:
        raise NotFound("there is no such document.", where=id, hint=f"There are: {', '.join(KINDS)}.")
    return KINDS[id]


def render(report: IncidentReport) -> bytes:
    """Return an incident report as PDF; the same report gives the same bytes."""
    from tocsin.reports import incident_report

    return incident_report.render(report)


def export(
    store: Store,
    author: Author,
    reference: str,
    path: Path,
    as_of: str | None = None,
    *,
    kind: str = "report",
    printing: Printing = DRAFT,
    item: str = "",
) -> Entry:
    """Make a document, write it to a file and record that; see `file`."""
    check_place(store, path)
    return file(store, author, make(store, reference, kind, printing, as_of, item=item), path)


def file(store: Store, author: Author, made: Made, path: Path) -> Entry:
    """Write a document to a file and record that; return the entry of the export.

    The file is there, complete, before the entry is; a new one that could not be recorded is taken back.
    Raises NotFound, BadInput and StoreProblem.
    """
    check_place(store, path)
    digest = hashlib.sha256(made.content).hexdigest()
    printing = made.printing
    body = DocumentExported(
        made.kind, made.report.as_of.entry, digest, str(path.absolute()), printing.paper, printing.standing
    )
    incident = ""
    if made.report.reference:
        with store.journal.read() as connection:
            incident = incidents.get(connection, made.report.reference).id
    return exports.write(store, author, made.content, path, body, incident)


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


def default_path(store: Store, report: Paper) -> Path:
    """Return where a report goes when nobody says otherwise: one name for each as-of."""
    return store.folder("exports") / f"{report.reference}-{report.as_of.sha256[:8]}.pdf"


def path_of(store: Store, made: Made) -> Path:
    """Return where a document goes when nobody says otherwise: one name for each content."""
    digest = hashlib.sha256(made.content).hexdigest()[:8]
    name = "-".join(filter(None, (made.report.reference, *made.kind.split())))
    return store.folder("exports") / f"{name}-{digest}.pdf"


def _report(store: Store, ask: Ask) -> tuple[Paper, bytes]:
    built = report.build(store, ask.reference, ask.as_of)
    return built, render(built)


def _handover(store: Store, ask: Ask) -> tuple[Paper, bytes]:
    from tocsin.operations import briefing
    from tocsin.reports import briefing as sheet

    built = replace(briefing.build(store, ask.reference, ask.item, ask.as_of), printing=ask.printing)
    return built, sheet.render(built)


def _brief(store: Store, ask: Ask) -> tuple[Paper, bytes]:
    from tocsin.reports import brief as sheet

    built = brief.brief(dossier.of(store, past(store, ask.reference, ask.as_of)), ask.printing)
    return built, sheet.render(built)


def _sheet(build: Callable[[Store, Ask], Sheet]) -> Callable[[Store, Ask], tuple[Paper, bytes]]:
    """Return the maker of a kind that is made of sections."""

    def made(store: Store, ask: Ask) -> tuple[Paper, bytes]:
        from tocsin.reports import sheet

        built = build(store, ask)
        return built, sheet.render(built)

    return made


_review = _sheet(lambda store, ask: sheets.review_of(store, ask.reference, ask.printing, ask.as_of))
_assessment = _sheet(lambda store, ask: sheets.assessment_of(store, ask.reference, ask.printing, ask.as_of))
_evidence = _sheet(lambda store, ask: sheets.evidence_of(store, ask.reference, ask.printing, ask.as_of))
_register = _sheet(lambda store, ask: breaches.build(store, ask.printing, ask.as_of))

KINDS: dict[str, Kind] = {
    one.id: one
    for one in (
        Kind("report", "Incident report", REPORT, _report, outside=True),
        Kind("brief", "Executive brief, one page", "executive brief", _brief),
        Kind("handover", "Handover sheet", BRIEFING, _handover),
        Kind("review", "Post-incident review", "post-incident review", _review),
        Kind("assessment", "Impact assessment with its annexes", "impact assessment", _assessment, True),
        Kind("evidence", "Evidence index with SHA-256", INDEX, _evidence, outside=True),
        Kind("register", "Register of breaches", "register of breaches", _register, True, STORE),
    )
}
