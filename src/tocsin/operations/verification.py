"""Verify: the chain over its stored bytes, and the projections against a fresh fold of the journal."""

from dataclasses import dataclass

from tocsin.store import journal, projections
from tocsin.store.folder import Store


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked: the first bad entry with its reason, and the projections that differ."""

    ok: bool
    entries: int
    site: str
    head: str
    entry: str = ""
    seq: int = 0
    reason: str = ""
    differences: tuple[str, ...] = ()


def verify(store: Store) -> Verification:
    """Check the whole journal of a store. Projections are compared only when the chain holds."""
    with store.journal.read() as connection:
        entries, (_, head) = journal.count(connection), journal.head_of(connection, store.site)
        if fault := journal.verify(connection):
            return Verification(False, entries, store.code, head, fault.id, fault.seq, fault.reason)
        differences = tuple(projections.differences(connection))
    reason = f"{len(differences)} projections differ from the journal" if differences else ""
    return Verification(not differences, entries, store.code, head, reason=reason, differences=differences)
