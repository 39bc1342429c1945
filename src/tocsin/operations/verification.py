"""Verify: the chain over its stored bytes, projections against a fresh fold, and that evidence is there."""

from dataclasses import dataclass

from tocsin.store import evidence, journal, projections, schema
from tocsin.store.folder import Store

_SLICE = 500  # entries; some 20 ms


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked: the first bad entry with its reason, the projections that differ, lost evidence."""

    ok: bool
    entries: int
    site: str
    head: str
    entry: str = ""
    seq: int = 0
    reason: str = ""
    differences: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def verify(store: Store) -> Verification:
    """Check the whole journal of a store. Projections are compared only when the chain holds.

    Those of an older version are not: its upgrade, with which the next opening begins, makes them anew.
    Read in slices, because a writer waits for every reader: only the last slice and the projections, which
    belong together, are read in one transaction.
    """
    chains = journal.Chains()
    more = True
    while more:
        with store.journal.read() as connection:
            more = chains.check(connection, _SLICE)
            if not more:
                entries, (_, head) = journal.count(connection), journal.head_of(connection, store.site)
                held = projections.stored(connection)
                lost = tuple(evidence.missing(connection, store.path / "evidence"))
    if (fault := chains.fault) is not None:
        return Verification(False, entries, store.code, head, fault.id, fault.seq, fault.reason)
    current = store.journal.version() >= schema.JOURNAL_VERSION
    differences = tuple(projections.differences(held, chains.entries)) if current else ()
    reasons = [f"{len(differences)} projections differ from the journal"] if differences else []
    reasons += [f"{len(lost)} attached files are not there as they were"] if lost else []
    return Verification(
        not reasons,
        entries,
        store.code,
        head,
        reason="; ".join(reasons),
        differences=differences,
        evidence=lost,
    )
