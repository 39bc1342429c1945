"""Documents: one registry of kinds; each is made as of an entry, written to a file and recorded."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from tocsin.errors import BadInput, NotFound
from tocsin.model import brief
from tocsin.model.briefing import Briefing
from tocsin.model.document import Printing
from tocsin.model.incident import BRIEFING, REPORT
from tocsin.model.journal import DocumentExported, Entry, Withdrawn
from tocsin.model.operator import Author
from tocsin.model.report import AsOf, IncidentReport
from tocsin.model.sheet import Sheet
from tocsin.operations import breaches, briefing, dossier, exports, record, report, sheets
from tocsin.operations import past as journal_past
from tocsin.operations.exports import check_place
from tocsin.operations.past import INDEX, past
from tocsin.operations.report import build
from tocsin.operations.signing import Signer
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
    build: Callable[[Store, "Ask"], Paper]
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
    built = one.build(store, Ask(reference, printing, as_of, item))
    if printing.record:
        built = _with_record(store, built, printing)
    return Made(built, render(built), one.recorded, printing)


def _with_record(store: Store, built: Any, printing: Printing) -> Any:
    """Return a document that carries its incident as JSON."""
    if printing.outside or not built.reference:
        why = "it would tell outsiders all" if printing.outside else "this one is of all incidents"
        raise BadInput(f"the record of an incident does not go along: {why}.", where="record")
    with store.journal.read() as connection:
        known = incidents.get(connection, built.reference)
        found = journal_past.at(connection, known, journal.entry(connection, built.as_of.entry))
    return replace(built, record=record.of(found))


def kind_of(id: str) -> Kind:
    """Return a kind by its id. Raises NotFound."""
    if id not in KINDS:
        raise NotFound("there is no such document.", where=id, hint=f"There are: {', '.join(KINDS)}.")
    return KINDS[id]


def render(built: Paper) -> bytes:
    """Return a document as PDF; the same document gives the same bytes."""
    from tocsin.reports import brief as one_page
    from tocsin.reports import briefing as handover_sheet
    from tocsin.reports import incident_report, sheet

    match built:
        case IncidentReport():
            return incident_report.render(built)
        case Briefing():
            return handover_sheet.render(built)
        case brief.Brief():
            return one_page.render(built)
        case Sheet():
            return sheet.render(built)
    raise TypeError(type(built).__name__)


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
    signer: Signer | None = None,
) -> Entry:
    """Make a document, write it to a file and record that; see `file`."""
    check_place(store, path)
    made = make(store, reference, kind, printing, as_of, item=item)
    return file(store, author, made, path, signer=signer)


def file(store: Store, author: Author, made: Made, path: Path, *, signer: Signer | None = None) -> Entry:
    """Write a document to a file and record that; return the entry of the export.

    With a `signer` a signature is put below it.
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
    return exports.write(store, author, made.content, path, body, incident, signer=signer)


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


def _report(store: Store, ask: Ask) -> Paper:
    if ask.printing.outside:
        return sheets.report_outside(store, ask.reference, ask.printing, ask.as_of)
    return replace(report.build(store, ask.reference, ask.as_of), printing=ask.printing)


def _handover(store: Store, ask: Ask) -> Paper:
    return replace(briefing.build(store, ask.reference, ask.item, ask.as_of), printing=ask.printing)


def _brief(store: Store, ask: Ask) -> Paper:
    return brief.brief(dossier.of(store, past(store, ask.reference, ask.as_of)), ask.printing)


def _review(store: Store, ask: Ask) -> Paper:
    return sheets.review_of(store, ask.reference, ask.printing, ask.as_of)


def _assessment(store: Store, ask: Ask) -> Paper:
    return sheets.assessment_of(store, ask.reference, ask.printing, ask.as_of)


def _evidence(store: Store, ask: Ask) -> Paper:
    return sheets.evidence_of(store, ask.reference, ask.printing, ask.as_of)


def _register(store: Store, ask: Ask) -> Paper:
    return breaches.build(store, ask.printing, ask.as_of)


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
