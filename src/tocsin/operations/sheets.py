"""Documents made of sections: the review, the assessment and the evidence index of an incident.

Each gathers what its model needs as of an entry; for readers outside persons and what is marked personal are
replaced in the model, and what is internal is never put into it.
"""

from collections.abc import Sequence

from tocsin.model import assessment, evidence_index, review
from tocsin.model import report_outside as report_outside_model
from tocsin.model.document import Printing
from tocsin.model.dossier import Dossier
from tocsin.model.sheet import Section, Sheet, redacted
from tocsin.operations import assessing, dossier, redaction
from tocsin.operations import evidence_index as indexing
from tocsin.operations.past import Past, past
from tocsin.store.folder import Store


def report_outside(store: Store, reference: str, printing: Printing, as_of: str | None) -> Sheet:
    """Return the incident report for readers outside."""
    found = past(store, reference, as_of)
    told = dossier.of(store, found)
    sections = report_outside_model.sections(told)
    return sheet(store, found, told, report_outside_model.TITLE, "report", sections, printing)


def review_of(store: Store, reference: str, printing: Printing, as_of: str | None) -> Sheet:
    """Return the post-incident review (L1 to L3)."""
    found = past(store, reference, as_of)
    told = dossier.of(store, found)
    return sheet(store, found, told, review.TITLE, "review", review.sections(told), printing)


def assessment_of(store: Store, reference: str, printing: Printing, as_of: str | None) -> Sheet:
    """Return the impact assessment with its annexes (I1 to I3)."""
    found = past(store, reference, as_of, assessing.LOOKS_AT)
    told = dossier.of(store, found)
    sections = assessment.sections(
        told,
        assessing.radius(store, found),
        assessing.brought(store, found),
        assessing.sampled(store, found),
        inside=not printing.outside,
    )
    return sheet(store, found, told, assessment.TITLE, "assessment", sections, printing)


def evidence_of(store: Store, reference: str, printing: Printing, as_of: str | None) -> Sheet:
    """Return the evidence index (L7)."""
    found = past(store, reference, as_of, indexing.LOOKS_AT)
    told = dossier.of(store, found, charts=False)
    index = indexing.build(store, found, told.law, inside=not printing.outside)
    sections = evidence_index.sections(index)
    return sheet(store, found, told, evidence_index.TITLE, "evidence", sections, printing)


def sheet(
    store: Store,
    found: Past,
    told: Dossier,
    title: str,
    kind: str,
    sections: Sequence[Section],
    printing: Printing,
) -> Sheet:
    """Return a document of an incident; for readers outside without names and without how it is made."""
    known, outside = found.state, printing.outside
    again = f"tocsin document {known.reference} {kind} --as-of {told.as_of.entry}{printing.options} -o FILE"
    made = Sheet(
        kind=title,
        title=known.title,
        reference=known.reference,
        about=found.system,
        zone=store.zone,
        as_of=told.as_of,
        sections=tuple(sections),
        level=None if outside else told.level,
        status="withdrawn" if known.withdrawn else known.status,
        author="" if outside else known.commander,
        rules=told.law.rules,
        again="" if outside else again,
        printing=printing,
    )
    return clean(store, found, made) if outside else made


def clean(store: Store, found: Past, made: Sheet) -> Sheet:
    """Return a document with persons and what is marked personal replaced."""
    with store.journal.read() as connection:
        clean = redaction.of(connection, found.state, found.last)
    result: Sheet = redacted(made, clean.text)
    return result
