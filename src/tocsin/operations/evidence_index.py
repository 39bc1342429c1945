"""The evidence index as of an entry: what was attached, imported and sent, where each chain ends."""

from collections.abc import Mapping

from tocsin.model.evidence_index import Attached, Chain, Exported, Index, Lettered
from tocsin.model.incident import standing
from tocsin.model.journal import DocumentExported, Entry, EvidenceAttached, Withdrawn
from tocsin.model.law import Law
from tocsin.operations.assessing import brought
from tocsin.operations.past import INDEX, Past
from tocsin.store import journal, observations
from tocsin.store.database import Connection
from tocsin.store.folder import Store

# Entries that an index tells of beyond those of the incident: what was exported is listed too.
LOOKS_AT = ("import.completed", "evidence.attached", "document.exported", "undone")
_LONGEST = 120


def build(store: Store, found: Past, law: Law, *, inside: bool) -> Index:
    """Return everything the index of an incident lists."""
    with store.journal.read() as connection:
        attached = _attached(connection, found)
        exported = _exported(connection, found)
        chains = _chains(connection, found.last)
    letters = [
        Lettered(
            one.body.kind, one.body.letters, one.body.refused, one.body.people_sha256, one.body.sha256,
            one.by, one.at,
        )
        for one in found.state.conduct.letters
    ]  # fmt: skip
    return Index(
        attached=attached,
        brought=brought(store, found),
        exported=exported,
        lettered=tuple(letters),
        chains=chains,
        entries=len(found.entries),
        law=law,
        inside=inside,
    )


def _attached(connection: Connection, found: Past) -> tuple[Attached, ...]:
    reported = {one.id for one in observations.of_incident(connection, found.state.id)}
    every = journal.entries(connection, kinds=["evidence.attached", "undone"])
    known = {entry.id: entry for entry in found.entries}
    return tuple(
        Attached(
            body.name, body.size, body.sha256, _supports(one.subject, found, known),
            one.author.name, one.recorded_at,
        )
        for one in standing(entry for entry in every if entry.order <= found.last.order)
        if isinstance(body := one.body, EvidenceAttached)
        and (one.incident == found.state.id or one.subject in reported)
    )  # fmt: skip


def _supports(subject: str, found: Past, known: Mapping[str, Entry]) -> str:
    """Return what a file supports, in words."""
    if subject == found.state.id:
        return "the incident"
    entry = known.get(subject)
    text = getattr(entry.body, "text", "") if entry is not None else ""
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"the entry “{short}”" if short else "a report from a person"


def _exported(connection: Connection, found: Past) -> tuple[Exported, ...]:
    own = journal.entries(connection, incident=found.state.id, kinds=["document.exported", "withdrawn"])
    upto = [one for one in own if one.order <= found.last.order]
    withdrawn = {one.body.entry: one.body.reason for one in upto if isinstance(one.body, Withdrawn)}
    return tuple(
        Exported(
            body.document, body.paper, body.standing, body.sha256, one.author.name, one.recorded_at,
            body.as_of, body.unsigned, withdrawn.get(one.id, ""),
        )
        for one in upto
        if isinstance(body := one.body, DocumentExported) and body.document != INDEX
    )  # fmt: skip


def _chains(connection: Connection, last: Entry) -> tuple[Chain, ...]:
    """Return where the chain of each site ends at an entry."""
    return tuple(Chain(site, seq, digest) for site, seq, digest in journal.ends(connection, last.lamport))
